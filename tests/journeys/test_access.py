"""Who sees little or has no mouse: what stands outside the pages keeps to the rules, and keys are enough.

The pages themselves are held to the rules where they are opened anyway, in test_pages.py.
"""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.journeys.conftest import PHONE, People
from tests.journeys.test_keyboard import focused, tab_to
from tests.journeys.test_lines import case_to_dispatch
from tests.journeys.test_pages import expect_no_sideways_scroll
from tests.support.accessible import expect_accessible
from tests.support.serving import Serving

FAULTY = """<html lang="zh"><title>x</title><style>.dark p { background: #555 }</style>
<main><h1>x</h1><img src="x"><p style="color: #777">too pale</p></main></html>"""


async def test_the_rules_find_what_is_wrong_in_either_theme(people: People) -> None:
    page = (await people.somebody()).page
    await page.set_content(FAULTY)
    with pytest.raises(AssertionError) as found:
        await expect_accessible(page)
    said = str(found.value)
    assert "light: image-alt" in said
    assert "light: color-contrast" in said
    assert "dark: color-contrast" in said


async def test_plain_pages_are_accessible(people: People, served: Serving) -> None:
    number = await asyncio.to_thread(case_to_dispatch, served)
    person = await people.somebody(PHONE)
    page = person.page
    await person.open("/login")
    await expect_accessible(page)
    await page.fill("[name=account]", "nobody")
    await page.fill("[name=password]", "wrong")
    await page.press("[name=password]", "Enter")
    await expect(page.locator("[role=alert]")).to_be_visible()
    await expect_accessible(page)
    for address in ("/t/no-such-link", "/demo/sms"):
        await person.open(address)
        await expect_accessible(page)
        await expect_no_sideways_scroll(page)
    await page.goto(await person.link_in_message(number))
    await expect(page.locator("[name=phone]")).to_be_visible()
    await expect_accessible(page)


async def test_dialogs_messages_and_menus_are_accessible(people: People) -> None:
    centre = await people.staff("center", "/cases")
    page = centre.page
    await page.locator("tr[data-row]").first.wait_for()
    await page.keyboard.press("Control+k")
    await expect(page.locator("dialog.palette")).to_be_visible()
    await expect_accessible(page)
    await page.keyboard.press("Escape")
    await page.locator("tr[data-row] a[href^='/case/']").first.click()
    await page.locator("#primary-action").click()
    await expect(page.locator("dialog[open]")).to_be_visible()
    await expect_accessible(page)

    auditor = await people.staff("auditor", "/journal")
    await auditor.page.get_by_role("button", name="核对").click()
    await expect(auditor.page.locator("[data-sonner-toast]").first).to_be_visible()
    await expect_accessible(auditor.page)


async def reach(page: Page, wanted: str) -> None:
    """Go to an element by Tab and press Enter."""
    await tab_to(page, wanted, most=90)
    await page.keyboard.press("Enter")


async def test_an_account_is_found_and_asked_about_by_keyboard(people: People) -> None:
    sysadmin = await people.staff("sysadmin", "/accounts")
    page = sysadmin.page
    await page.locator("tr[data-row]").first.wait_for()
    await page.keyboard.press("/")
    assert await focused(page, "name") == "text"
    await page.keyboard.type("rsj_head")
    await expect(page.locator("tr[data-row]")).to_have_count(1)
    await reach(page, "a[href='/account/rsj_head']")
    await page.wait_for_url("**/account/rsj_head")
    edit = page.get_by_role("button", name="修改资料")
    await edit.wait_for()
    await tab_to(page, ".page-head button.pri", most=90)
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog[open]")).to_be_visible()
    assert await page.evaluate("document.activeElement.closest('dialog[open]') !== null")
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await expect(edit).to_be_focused()


async def test_the_journal_is_narrowed_and_read_by_keyboard(people: People) -> None:
    auditor = await people.staff("auditor", "/journal")
    page = auditor.page
    await page.locator(".journal .opens").first.wait_for()
    await tab_to(page, ".asking [name=login]", most=90)
    await page.keyboard.type("auditor")
    await page.keyboard.press("Enter")
    await expect(page.locator(".journal tbody tr", has_not_text="auditor")).to_have_count(0)
    await reach(page, ".journal .opens")
    line = await focused(page, "aria-label")
    await expect(page.locator("dialog[open]")).to_contain_text("封印")
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    assert (
        await page.evaluate("(line) => document.activeElement === line", line)
        or await focused(page, "class") == "opens"
    )

    await reach(page, "a[href='/alarms']")
    await page.wait_for_url("**/alarms")
    await expect(page.locator("h1")).to_have_text("告警")
