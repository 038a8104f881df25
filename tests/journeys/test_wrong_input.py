"""What people get wrong, and what goes wrong under them: a sentence at the field, and nothing typed is lost."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from app.launch.postgres import Postgres
from device_bridge.simulators.cards import demo_cards
from device_bridge.simulators.sam_serial import SamSimulator
from tests.journeys.conftest import PASSWORD, People
from tests.support.clients import Client, matter
from tests.support.county import id_number, phone
from tests.support.serving import ROOT, Serving

SCRIPT = "<script>window.ran = true</script>"
WRONG_NUMBER = id_number(801)[:-1] + ("1" if id_number(801)[-1] != "1" else "2")
LONG = "很长的经过" * 20_000


def fault(page: Page, name: str) -> object:
    """Give the sentence under a field."""
    return page.locator(f"[data-field={name}] .fault")


async def expect_faults(page: Page, wanted: dict[str, str]) -> None:
    """Expect a sentence with these words under each field."""
    for name, words in wanted.items():
        await expect(fault(page, name)).to_contain_text(words)  # type: ignore[arg-type]


async def fill(page: Page, values: dict[str, str]) -> None:
    for name, value in values.items():
        await page.fill(f"[name={name}]", value)


async def expect_values(page: Page, values: dict[str, str]) -> None:
    for name, value in values.items():
        box = page.locator(f"[name={name}]")
        if len(value) < 1000:
            await expect(box).to_have_value(value)
        else:
            # Not the text itself: the report of a failure would print all of it.
            await expect(box).not_to_have_value("")
            assert len(await box.input_value()) == len(value), name


async def test_the_reception_desk_names_each_field_and_keeps_what_was_typed(people: People) -> None:
    guide = await people.staff("guide", "/visits")
    page = guide.page
    typed = {
        "name": SCRIPT,
        "id_number": WRONG_NUMBER,
        "phone": "12345",
        "reason": "咨询" * 150,
        "companions": "许多",
    }
    await fill(page, typed)
    await page.press("[name=companions]", "Enter")
    await expect_faults(page, {"companions": "随行人数应为整数"})
    await expect_values(page, typed)
    await page.fill("[name=companions]", "0")
    await page.press("[name=companions]", "Enter")
    await expect_faults(page, {"name": "姓名", "id_number": "校验位", "phone": "联系电话", "reason": "来访事由最长"})
    await expect_values(page, typed | {"companions": "0"})
    assert await page.evaluate("window.ran") is None
    await guide.keep("20-reception-faults")


@contextmanager
def bridge_to(reader: SamSimulator, served: Serving, desk: str) -> Generator[None]:
    """Run the real bridge program on a simulated reader's port."""
    token = served.data / "demo" / f"desk-{desk}.token"
    process = subprocess.Popen(
        [sys.executable, "-m", "device_bridge.service", "--server", served.url.replace("http", "ws"), "--desk", desk,
         "--token-file", str(token), "--port", reader.port],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


async def test_a_reader_unplugged_while_it_reads_says_so_and_leaves_the_form_alone(
    people: People, served: Serving, tmp_path: Path
) -> None:
    registrar = await people.staff("registrar2", "/visits")
    page = registrar.page
    await page.select_option("[name=desk]", "window-2")
    typed = {"phone": phone(802), "reason": "咨询社保"}
    await fill(page, typed)
    with SamSimulator(link=tmp_path / "reader") as reader, bridge_to(reader, served, "window-2"):
        await expect(page.locator("[data-reader=ready]")).to_be_visible(timeout=20_000)
        reader.faults.unplug_in_reads = 1
        reader.place(demo_cards()["lin"])
        await expect(page.locator(".reader")).to_contain_text("读卡器已断开，请重新连接")
        await expect_values(page, typed | {"name": "", "id_number": ""})
        await registrar.keep("21-reader-unplugged")
        reader.plug()
        await expect(page.locator("[name=name]")).to_have_value(demo_cards()["lin"].values["name"], timeout=20_000)
        await expect_values(page, typed)


async def test_the_case_form_names_each_field_and_survives_a_reload(people: People) -> None:
    registrar = await people.staff("registrar", "/cases/new")
    page = registrar.page
    tomorrow = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}"
    typed = {
        "p0_name": SCRIPT,
        "p0_id_number": WRONG_NUMBER,
        "p0_phone": "12345",
        "title": "标题" * 40,
        "content": LONG,
        "occurred_at": tomorrow,
        "amount": "五百",
    }
    await fill(page, typed)
    await pick(page, "category", "劳动合同")
    await pick(page, "area", "枫林镇")
    await page.get_by_role("button", name="提交受理").click()
    await expect_faults(page, {
        "amount": "涉及金额应为数字", "p0_name": "姓名", "p0_id_number": "校验位", "p0_phone": "联系电话", "title": "标题最长 60 个字",
        "content": "诉求内容最长 5000 个字，现为 100000 个", "occurred_at": "发生时间",
    })  # fmt: skip
    await expect_values(page, typed)
    await registrar.keep("22-case-form-faults")

    await expect(page.get_by_text("已自动保存")).to_be_visible()
    await page.reload()
    await expect_values(page, typed)
    await expect(page.locator("[data-field=area] [role=combobox]")).to_have_value("枫林镇")
    await mend_and_send(page)


async def mend_and_send(page: Page) -> None:
    """Give every field what it asks for; markup and emoji in a text are text, and are shown as such."""
    content = f"厂里排烟{SCRIPT}很呛人 😷,<b>请处理</b>。已反映多次没有结果。"
    right = {"p0_name": "林" + "水木", "p0_id_number": id_number(803), "p0_phone": phone(803)}
    await fill(
        page,
        right | {"amount": "500", "title": "厂里排烟很呛人", "content": content, "occurred_at": "2026-01-05T09:00"},
    )
    await page.get_by_role("button", name="提交受理").click()
    number = await page.locator("#done-number").inner_text()
    await page.get_by_role("link", name="查看案件").click()
    await expect(page.locator("p.content").first).to_have_text(content)
    assert await page.evaluate("window.ran") is None
    assert number.startswith("QX")


async def pick(page: Page, name: str, text: str) -> None:
    box = page.locator(f"[data-field={name}] [role=combobox]")
    await box.fill(text)
    await box.press("Enter")
    await expect(box).to_have_attribute("aria-expanded", "false")


async def test_a_picture_that_is_none_is_refused_with_a_sentence_and_the_opinion_survives_a_reload(
    people: People, served: Serving, tmp_path: Path
) -> None:
    number = await asyncio.to_thread(case_in_progress, served)
    officer = await people.staff("rsj", f"/case/{number}")
    page = officer.page
    await ask_for_feedback(page)
    await page.fill("dialog[open] [name=opinion]", "已到现场，正在核实 👷")
    await page.set_input_files("dialog[open] input[multiple]", [huge(tmp_path), text_called_picture(tmp_path)])
    failed = page.locator("dialog[open] [data-photo=failed] [role=alert]")
    await expect(failed).to_have_count(2, timeout=30_000)
    await expect(failed.nth(0)).to_contain_text("20 MB")
    await expect(failed.nth(1)).to_contain_text("图片")
    await officer.keep("23-pictures-refused")
    await expect(page.locator("dialog[open] [name=opinion]")).to_have_value("已到现场，正在核实 👷")
    await page.reload()
    await ask_for_feedback(page)
    await expect(page.locator("dialog[open] [name=opinion]")).to_have_value("已到现场，正在核实 👷")


def case_in_progress(served: Serving) -> str:
    """Bring a fresh case into the hands of 人社局 over the interface."""
    with (
        Client(served.url, "registrar", PASSWORD) as registrar,
        Client(served.url, "center", PASSWORD) as centre,
        Client(served.url, "rsj", PASSWORD) as officer,
    ):
        number = str(registrar.post("/cases", matter(804)).json()["number"])
        registrar.act(number, "submit")
        centre.act(number, "dispatch", {"lead_department": "rsj"})
        given = {"person_in_charge": "何" + "经办", "person_phone": "0595-22000000"}
        assert officer.act(number, "accept", given).status_code == 200
    return number


async def ask_for_feedback(page: Page) -> None:
    await page.get_by_text("更多操作").click()
    await page.locator(".item", has_text="阶段反馈").first.click()
    await expect(page.locator("dialog[open] [name=opinion]")).to_be_visible()


def huge(folder: Path) -> Path:
    """Make 30 MB that begin like a picture and that no browser can draw."""
    path = folder / "huge.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0" + bytes(30 * 2**20))
    return path


def text_called_picture(folder: Path) -> Path:
    path = folder / "note.jpg"
    path.write_text("这不是图片")
    return path


async def test_a_page_outlives_a_restart_of_the_server(chromium: Browser) -> None:
    with tempfile.TemporaryDirectory(prefix="fq-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        given = {"DEMO": "1", "DEMO_PASSWORD": PASSWORD, "DEMO_CASES": "1"}
        serving = await asyncio.to_thread(Serving(Path(folder), given).start)
        people = People(chromium, serving.url)
        try:
            await live_through_a_restart(people, serving)
        finally:
            await people.close()
            await asyncio.to_thread(serving.stop)
            await asyncio.to_thread(Postgres(serving.data / "postgres").stop)


async def live_through_a_restart(people: People, serving: Serving) -> None:
    registrar = await people.staff("registrar", "/cases/new")
    page = registrar.page
    await page.fill("[name=title]", "重启之前写的标题")
    await page.locator("[name=content]").fill("重启之前写的内容")
    await expect(page.get_by_text("已自动保存")).to_be_visible()
    serving.given["PORT"] = serving.url.rsplit(":", 1)[1]
    await asyncio.to_thread(serving.stop)
    bar = page.locator(".offline")
    await expect(bar).to_contain_text("网络连接中断")
    await page.fill("[name=amount]", "500")
    await registrar.keep("24-connection-lost")
    await asyncio.to_thread(serving.start)
    await expect(bar).to_have_count(0, timeout=30_000)
    await expect_values(page, {"title": "重启之前写的标题", "content": "重启之前写的内容", "amount": "500"})
    await page.fill("[name=title]", "重启之后写的标题")
    await page.press("[name=title]", "Tab")
    await page.reload()
    await expect_values(page, {"title": "重启之后写的标题", "content": "重启之前写的内容"})
