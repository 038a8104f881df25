"""A county of one's own by its pages: areas, departments, accounts and roles from nothing, then the first case."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest
import pytest_asyncio
from openpyxl import Workbook, load_workbook
from playwright.async_api import Browser, Page, expect

from app.launch.postgres import Postgres
from tests.journeys.conftest import PHONE, People, Person
from tests.journeys.test_administration import first_sign_in, granted, save
from tests.journeys.test_main_job import confirm, dispatch, handling, photo, pick
from tests.support.county import id_number, phone
from tests.support.papers import PASSWORD, Founding
from tests.support.typography import halves

pytestmark = pytest.mark.timeout(600)

ACCOUNTS = (
    ("dengji", "登记甲", "centre", "登记员"),
    ("zhongxin", "中心乙", "centre", "综治中心管理员"),
    ("rsj", "经办丙", "rsj", "部门经办"),
)
BEYOND = """box => [...box.children].filter(one => one.getBoundingClientRect().right > box.getBoundingClientRect().right)
    .map(one => one.textContent)"""
"""What lies beyond the right edge of its box."""


@pytest.fixture(scope="module")
def founding() -> Generator[Founding]:
    """Give an empty machine, led by the papers to where the pages begin."""
    with tempfile.TemporaryDirectory(prefix="fq-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        made = Founding(Path(folder))
        try:
            made.type_all(until="areas import")
            made.product.start()
            yield made
        finally:
            if hasattr(made.product, "process") and made.product.process.poll() is None:
                made.product.stop()
            Postgres(made.product.data / "postgres").stop()


@pytest_asyncio.fixture(loop_scope="session")
async def people(chromium: Browser, founding: Founding) -> AsyncGenerator[People]:
    """Lend the people of the new county."""
    made = People(chromium, founding.product.url)
    yield made
    await made.close()


async def test_a_county_is_founded_and_takes_its_first_case(people: People, founding: Founding, tmp_path: Path) -> None:
    admin, safety = await people.somebody(), await people.somebody()
    await admin.sign_in("admin", "/areas", PASSWORD, factor=True)
    await safety.sign_in("safety", "/roles", PASSWORD, factor=True)

    await _areas(admin, founding.folder / "areas.csv")
    founding.type('fengqiao desk add window-1 "1 号窗口" --unit centre')
    await _departments(admin, tmp_path)
    passwords = await _accounts(admin, tmp_path)
    await safety.open("/roles")
    for login in passwords:
        await granted(safety, login)

    staff = {}
    for login, password in passwords.items():
        staff[login] = await people.somebody(PHONE if login == "rsj" else {"width": 1440, "height": 900})
        await first_sign_in(staff[login], login, password)
    number = await _registration(staff["dengji"])
    await staff["zhongxin"].open(f"/case/{number}")
    await staff["rsj"].open("/todo")
    await dispatch(staff["zhongxin"], staff["rsj"], number)
    await handling(staff["rsj"], number, photo(tmp_path))
    await confirm(staff["zhongxin"])
    await _renamed(admin, staff["zhongxin"], number)


async def _areas(admin: Person, names: Path) -> None:
    """Bring the list in: looked at first, then taken."""
    page = admin.page
    await expect(page.get_by_text("还没有区划")).to_be_visible()
    await page.get_by_role("button", name="导入名录").click()
    await page.set_input_files("dialog[open] input[type=file]", names)
    await expect(page.locator("dialog[open]")).to_contain_text("新增 5，略过 1。")
    assert halves(await page.locator("dialog[open]").inner_text()) == []
    await admin.keep("70-areas-preview")
    await save(page, "导入 5 行")
    await expect(page.locator("dialog[open]")).to_contain_text("已导入 5 个区划")
    await save(page, "完成")
    await expect(page.locator("tr[data-row]")).to_have_count(3)
    await admin.keep("70-areas")


async def _departments(admin: Person, folder: Path) -> None:
    page = admin.page
    await admin.open("/units")
    await page.get_by_role("button", name="从 Excel 导入").click()
    await _upload(page, folder, ["单位代码*", "单位名称*", "类型"], [("rsj", "人力资源和社会保障局", "职能部门")])
    await save(page, "导入 1 行")
    await save(page, "完成")
    await expect(page.locator("tr[data-row=rsj]")).to_be_visible()


async def _accounts(admin: Person, folder: Path) -> dict[str, str]:
    """Make the accounts and give their initial passwords, which come down once."""
    page = admin.page
    await admin.open("/accounts")
    await page.get_by_role("button", name="从 Excel 导入").click()
    await _upload(page, folder, ["账号*", "姓名*", "单位", "角色*"], ACCOUNTS)
    await save(page, f"导入 {len(ACCOUNTS)} 行")
    given = page.get_by_role("link", name="下载初始密码")
    for _ in range(2):
        async with page.expect_download() as downloading:
            await given.click()
        file = await (await downloading.value).path()
    for _ in range(3):
        await page.keyboard.press("Escape")
    await expect(page.get_by_text("请先下载初始密码，再按")).to_be_visible()
    await expect(given).to_be_visible()
    told = load_workbook(io.BytesIO(file.read_bytes())).worksheets[0].iter_rows(min_row=2, values_only=True)
    await save(page, "已保存，关闭")
    await expect(given).to_have_count(0)
    return {str(row[0]): str(row[3]) for row in told}


async def _upload(page: Page, folder: Path, heads: list[str], rows: object) -> None:
    book, out = Workbook(), folder / "sheet.xlsx"
    sheet = book.active
    assert sheet is not None
    for row in (heads, *rows):  # type: ignore[misc]
        sheet.append(list(row))
    book.save(out)
    await page.set_input_files("dialog[open] input[type=file]", out)


async def _registration(registrar: Person) -> str:
    """Register the visitor and the case."""
    page = registrar.page
    await registrar.open("/visits")
    await page.fill("[name=name]", "林" + "水木")
    await page.fill("[name=id_number]", id_number(5))
    await page.fill("[name=phone]", phone(5))
    await page.fill("[name=reason]", "工地拖欠工资")
    await page.press("[name=reason]", "Enter")
    await expect(page.locator(".queue").get_by_text("工地拖欠工资").first).to_be_visible()
    await registrar.open("/cases/new")
    await page.locator(".pickable", has_text="工地拖欠工资").click()
    await expect(page.locator("#cited")).to_contain_text("林")
    await page.fill("[name=title]", "工地拖欠三个月工资")
    await page.fill("[name=content]", "在工地做木工三个月，工资一直没有结清，请求协调支付。")
    await pick(page, "category", "劳动合同")
    await pick(page, "area", "上林村")
    await page.get_by_role("button", name="提交受理").click()
    shown = page.locator("#done-number")
    await expect(shown).to_have_text(re.compile(r"QX\d{10}"))
    await registrar.keep("71-first-case")
    return await shown.inner_text()


async def _renamed(admin: Person, centre: Person, number: str) -> None:
    # A village gets another name: the case reads it, and what it was stands in the history.
    page = admin.page
    await admin.open("/areas?text=%E4%B8%8A%E6%9E%97")
    await page.get_by_role("button", name="改名 上林村").click()
    await page.fill("dialog[open] [name=name]", "上林社区")
    await admin.keep("72-rename")
    await save(page, "确认改名")
    await page.get_by_role("button", name="历史 上林社区").click()
    await expect(page.locator("dialog[open]")).to_contain_text("名称 上林村")
    await admin.keep("72-history")
    await centre.open(f"/case/{number}")
    await expect(centre.page.locator("main")).to_contain_text("柳岸镇 / 上林社区")
    await expect(centre.page.locator("main")).to_contain_text("没有开通短信，诉求人不能上网查询")
    await expect(centre.page.locator("img.qr")).to_have_count(0)
    await centre.page.set_viewport_size({"width": 1280, "height": 800})
    assert await centre.page.locator(".process").evaluate(BEYOND) == [], "the path of the case stands there whole"
    await centre.keep("73-path")
