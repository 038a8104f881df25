"""The whole job in a browser: card → form → case → slip → dispatch → accept → picture → result → confirm → rating."""

from __future__ import annotations

import asyncio
import io
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.async_api import expect
from pypdf import PdfReader

from device_bridge.simulators.cards import demo_cards
from tests.journeys.conftest import DESKTOP, PHONE, People, Person
from tests.support.serving import ROOT, Serving

CARD = demo_cards()["lin"].values
MOBILE = "1370000" + "4321"


@contextmanager
def bridge(served: Serving, desk: str) -> Generator[None]:
    """Run the real bridge program with its simulated reader; the card is laid on after two seconds."""
    token = served.data / "demo" / f"desk-{desk}.token"
    process = subprocess.Popen(
        [sys.executable, "-m", "device_bridge.service", "--server", served.url.replace("http", "ws"), "--desk", desk,
         "--token-file", str(token), "--simulate", "--card", "lin", "--card-after", "2"],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def photo(folder: Path) -> str:
    """Make a picture as a phone would take it."""
    path = folder / "site.jpg"
    Image.new("RGB", (2400, 1800), "#607d8b").save(path, "JPEG")
    return str(path)


async def test_the_whole_job(people: People, served: Serving, tmp_path: Path) -> None:
    await _reception(people, served)
    number = await _registration(people)
    centre = await people.staff("center", f"/case/{number}")
    waiting = await people.staff("rsj", "/todo", PHONE)
    await dispatch(centre, waiting, number)
    await handling(waiting, number, photo(tmp_path))
    await confirm(centre)
    await _petitioner(people, number)


async def _reception(people: People, served: Serving) -> None:
    guide = await people.staff("guide", "/visits")
    page = guide.page
    await page.select_option("[name=desk]", "guide-1")
    await page.fill("[name=phone]", MOBILE)
    await page.fill("[name=nation]", "我自己写的民族")
    with bridge(served, "guide-1"):
        await expect(page.locator("[name=name]")).to_have_value(CARD["name"], timeout=30_000)
    await expect(page.locator("[name=phone]")).to_have_value(MOBILE)
    await expect(page.locator("[name=nation]")).to_have_value("我自己写的民族")
    await expect(page.get_by_text("采用")).to_be_visible()
    await guide.keep("01-card-read")
    await page.get_by_role("button", name="采用").click()
    await page.fill("[name=reason]", "工地拖欠工资")
    await page.press("[name=reason]", "Enter")
    await expect(page.locator(".queue").get_by_text("工地拖欠工资").first).to_be_visible()
    await expect(page.locator("[name=name]")).to_have_value("")
    await page.locator(".queue li", has_text="工地拖欠工资").get_by_role("button", name="转登记").click()
    await guide.keep("02-queue")


async def _registration(people: People) -> str:
    registrar = await people.staff("registrar", "/cases/new")
    page = registrar.page
    await page.locator(".pickable", has_text="工地拖欠工资").click()
    await expect(page.locator("#cited")).to_contain_text(CARD["name"][0])
    await page.fill("[name=title]", "云溪大道工地拖欠三个月工资")
    await page.fill(
        "[name=content]", "在云溪大道某工地做木工三个月，工资一直没有结清，多次讨要没有结果，请求协调支付。"
    )
    await pick(page, "category", "劳动合同")
    await pick(page, "area", "清溪街道")
    await registrar.keep("03-case-form")
    await page.get_by_role("button", name="提交受理").click()
    shown = page.locator("#done-number")
    await expect(shown).to_have_text(re.compile(r"QX\d{10}"))
    number = await shown.inner_text()
    await page.wait_for_function("() => document.querySelector('.slip-preview')?.naturalWidth > 0")
    await registrar.keep("04-accepted")
    slip = await page.request.get(f"{registrar.base}/api/v1/cases/{number}/slip")
    assert slip.status == 200
    text = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(await slip.body())).pages)
    assert number in text
    assert CARD["name"] not in text
    return number


async def pick(page: object, name: str, text: str) -> None:
    box = page.locator(f"[data-field={name}] [role=combobox]")  # type: ignore[attr-defined]
    await box.click()
    await box.fill(text)
    await box.press("Enter")


async def dispatch(centre: Person, waiting: Person, number: str) -> None:
    before = waiting.page.locator(f"tr[data-row='{number}']")
    await expect(before).to_have_count(0)
    page = centre.page
    await centre.keep("05-case-page")
    await page.locator("#primary-action").click()
    await page.select_option("dialog[open] [name=lead_department]", "rsj")
    await centre.keep("06-dispatch")
    await page.locator("dialog[open] button[type=submit]").click()
    await expect(before).to_have_count(1)
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await waiting.keep("07-officer-list-phone")


async def handling(officer: Person, number: str, picture: str) -> None:
    page = officer.page
    await officer.open(f"/case/{number}")
    await page.locator("#primary-action").click()
    await page.fill("dialog[open] [name=person_in_charge]", "何经办")
    await page.fill("dialog[open] [name=person_phone]", "13800001111")
    await officer.keep("08-accept-phone")
    await page.locator("dialog[open] button[type=submit]").click()
    await expect(page.locator(".lamps")).to_contain_text("处理中")
    await _other(page, "阶段反馈")
    await page.fill("dialog[open] [name=opinion]", "已约谈项目部，承诺一周内支付")
    await page.set_input_files("dialog[open] input[type=file]", picture)
    await expect(page.locator("dialog[open] [data-photo=ready]")).to_have_count(1)
    await officer.keep("09-feedback-phone")
    await page.locator("dialog[open] button[type=submit]").click()
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await page.locator("#primary-action").click()
    await page.fill("dialog[open] [name=opinion]", "双方达成一致")
    await page.fill("dialog[open] [name=result]", "拖欠工资已全部支付")
    await page.select_option("dialog[open] [name=resolution_method]", "people_mediation")
    await page.locator("dialog[open] button[type=submit]").click()
    await expect(page.locator("dialog[open]").get_by_text("至少 1 张现场图片")).to_be_visible()
    await expect(page.locator("dialog[open] [name=result]")).to_have_value("拖欠工资已全部支付")
    await page.set_input_files("dialog[open] input[type=file]", picture)
    await expect(page.locator("dialog[open] [data-photo=ready]")).to_have_count(1)
    await page.locator("dialog[open] button[type=submit]").click()
    await expect(page.locator(".lamps")).to_contain_text("调处待确认")


async def _other(page: object, label: str) -> None:
    await page.get_by_text("更多操作").click()  # type: ignore[attr-defined]
    await page.locator(".item", has_text=label).first.click()  # type: ignore[attr-defined]


async def confirm(centre: Person) -> None:
    page = centre.page
    await expect(page.locator(".lamps")).to_contain_text("调处待确认")
    await page.locator("#primary-action").click()
    await page.fill("dialog[open] [name=opinion]", "情况属实，同意办结")
    await page.locator("dialog[open] button[type=submit]").click()
    await expect(page.locator(".lamps")).to_contain_text("已办结")
    await centre.keep("10-closed")


async def _petitioner(people: People, number: str) -> None:
    person = await people.somebody(PHONE)
    page = person.page
    await page.goto(await person.link_in_message(number))
    await page.fill("[name=phone]", MOBILE)
    await person.keep("11-petitioner-phone")
    await page.get_by_role("button", name=re.compile("验证码")).first.click()
    code = await _code(people)
    await page.fill("[name=code]", code)
    await page.locator("button", has_text=re.compile("查看|进入|查询")).first.click()
    await expect(page.locator("body")).to_contain_text(number)
    await person.keep("12-petitioner-progress")
    await page.locator("input[name=satisfaction]").first.check()
    await page.locator("button", has_text="评价").first.click()
    await expect(page.locator("body")).to_contain_text("感谢")
    await person.keep("13-petitioner-rated")


async def _code(people: People) -> str:
    """Read the newest code from the demo's message page, as a person trying the product would."""
    person = await people.somebody(DESKTOP)
    for _ in range(20):
        await person.open("/demo/sms")
        found = re.search(r"验证码\D{0,6}(\d{6})", await person.page.locator("body").inner_text())
        if found:
            return found.group(1)
        await asyncio.sleep(0.3)
    raise AssertionError("no code was sent")
