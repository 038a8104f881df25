"""A new colleague: made by one administrator, granted by another, restricted, and shut out while a page is open."""

from __future__ import annotations

import io
import secrets
from pathlib import Path

from openpyxl import Workbook, load_workbook
from playwright.async_api import Page, expect

from tests.journeys.conftest import PHONE, People, Person
from tests.journeys.test_pages import expect_no_sideways_scroll, watch

OWN = "Eigen-" + "2026-wort"
"""What the colleague chooses at the first sign-in."""
HARMLESS = ("ERR_ABORTED", "favicon")


async def save(page: Page, word: str) -> None:
    """Press the button at the end of the open dialog."""
    await page.locator("dialog[open] .form-foot").get_by_role("button", name=word, exact=True).click()


async def test_a_colleague_comes_is_restricted_and_goes(people: People) -> None:
    login = f"neu{secrets.token_hex(3)}"
    sysadmin = await people.staff("sysadmin", "/accounts")
    complaints = watch(sysadmin.page)
    password = await made(sysadmin, login)

    nobody = await people.somebody()
    await nobody.open("/login")
    await nobody.page.fill("[name=account]", login)
    await nobody.page.fill("[name=password]", password)
    await nobody.page.press("[name=password]", "Enter")
    await expect(nobody.page.locator("[role=alert]")).to_contain_text("尚待安全管理员授权")

    secadmin = await people.staff("secadmin", "/roles")
    await granted(secadmin, login)

    colleague = await people.somebody()
    await first_sign_in(colleague, login, password)
    await colleague.open("/cases")
    await expect(colleague.page.locator("nav.side").get_by_role("link", name="超期预警")).to_be_visible()

    await restricted(secadmin, login)
    await colleague.open("/overdue")
    await expect(colleague.page.locator("main").get_by_text("您没有查看这个页面的权限")).to_be_visible()
    await colleague.open("/explain")
    await expect(colleague.page.get_by_text("不能打开：超期预警")).to_be_visible()
    await colleague.keep("60-explain")

    await colleague.open("/cases")
    await colleague.page.locator(".who .name").wait_for()
    await disabled(sysadmin, login)
    await colleague.page.wait_for_url(lambda url: "/login" in url)
    assert [text for text in complaints if not any(word in text for word in HARMLESS)] == []


async def made(sysadmin: Person, login: str) -> str:
    """Make the account and give its initial password, which is shown once."""
    page = sysadmin.page
    await page.get_by_role("button", name="新增账号").click()
    await page.fill("dialog[open] [name=login]", login)
    await page.fill("dialog[open] [name=name]", "程" + "新人")
    await page.check("dialog[open] [name=role_officer]")
    await page.select_option("dialog[open] [name=unit]", "rsj")
    await save(page, "保存")
    password = await page.locator("#initial-password").inner_text()
    await save(page, "已交给本人，关闭")
    await expect(page.locator("#initial-password")).to_have_count(0)
    await page.get_by_label("搜索账号").fill(login)
    await expect(page.locator("tr[data-row]")).to_have_count(1)
    await sysadmin.keep("60-accounts")
    return password


async def granted(secadmin: Person, login: str) -> None:
    """Grant what was asked for, from the list of those who wait."""
    page = secadmin.page
    await page.get_by_label(f"选择 {login}").click()  # the server holds the mark
    await page.get_by_role("button", name="按拟授角色授予").click()
    await expect(page.locator("dialog[open]")).to_contain_text("已授予")
    await save(page, "关闭")
    await secadmin.keep("60-roles")


async def first_sign_in(colleague: Person, login: str, password: str) -> None:
    """Sign in with the initial password and choose another one before anything else."""
    await colleague.sign_in(login, "/me", password)
    page = colleague.page
    await page.fill("[name=old]", password)
    await page.fill("[name=new]", OWN)
    await page.fill("[name=again]", OWN)
    await page.get_by_role("button", name="修改密码").click()
    await page.get_by_role("button", name="继续").click()
    await page.wait_for_url(lambda url: not url.endswith("/me"))


async def restricted(secadmin: Person, login: str) -> None:
    """Take one menu from the account."""
    page = secadmin.page
    await secadmin.open(f"/account/{login}")
    await page.get_by_role("button", name="限制", exact=True).click()
    await page.locator("dialog[open]").get_by_label("超期预警").check()
    await save(page, "保存")
    await expect(page.get_by_text("不能打开：超期预警")).to_be_visible()


async def disabled(sysadmin: Person, login: str) -> None:
    """Disable the account, asked once."""
    page = sysadmin.page
    await sysadmin.open(f"/account/{login}")
    await page.locator("main summary", has_text="更多").click()
    await page.get_by_role("button", name="停用账号").click()
    await page.fill("dialog[open] [name=reason]", "调离")
    await save(page, "确认停用")
    await expect(page.get_by_text("账号已停用，不能登录")).to_be_visible()


async def test_accounts_come_from_excel(people: People, tmp_path: Path) -> None:
    sysadmin = await people.staff("sysadmin", "/accounts")
    page, login = sysadmin.page, f"xls{secrets.token_hex(3)}"

    await page.get_by_role("button", name="从 Excel 导入").click()
    await upload(page, tmp_path, [login, "甲", "没有的局", "部门经办"])
    await expect(page.locator("dialog[open] .said")).to_contain_text("单位：没有这个单位")
    await expect(page.get_by_role("button", name="导入 1 行")).to_be_disabled()
    await save(page, "重新上传")
    await upload(page, tmp_path, [login, "甲", "rsj", "部门经办"])
    await expect(page.locator("dialog[open] .said")).to_contain_text("可导入")
    await sysadmin.keep("60-import")
    await page.get_by_role("button", name="导入 1 行").click()
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="下载初始密码").click()
    file = await (await downloading.value).path()

    told = list(load_workbook(io.BytesIO(file.read_bytes())).worksheets[0].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in told] == [login]
    await save(page, "已保存，关闭")
    # while the dialog stands the list is inert, and what is typed there goes nowhere
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await page.get_by_label("搜索账号").fill(login)
    await expect(page.locator("tr[data-row]")).to_have_count(1)


async def upload(page: Page, folder: Path, row: list[str]) -> None:
    """Fill a sheet and give it to the open dialog."""
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["账号*", "姓名*", "单位", "角色*"])
    sheet.append(row)
    book.save(out)
    path = folder / "accounts.xlsx"
    path.write_bytes(out.getvalue())
    await page.set_input_files("dialog[open] input[type=file]", path)


async def test_a_case_out_of_reach_tells_the_rules_and_no_more(people: People) -> None:
    officer = await people.staff("zjj", "/case/QX0000000000")

    await officer.page.get_by_role("button", name="为什么看不到？").click()

    await expect(officer.page.locator("dialog[open]")).to_contain_text("没有这件案件，或不在查看范围内")


async def test_the_pages_fit_a_phone(people: People) -> None:
    for login, paths in (
        ("sysadmin", ("/units", "/areas", "/accounts", "/account/rsj")),
        ("secadmin", ("/roles", "/explain/rsj")),
    ):
        person = await people.staff(login, paths[0], PHONE)
        for path in paths:
            await person.open(path)
            await expect(person.page.locator("main .card").first).to_be_visible()
            await expect(person.page.locator(".bone")).to_have_count(0)
            await expect_no_sideways_scroll(person.page)
            await person.keep(f"61-phone{path.replace('/', '-')}")
