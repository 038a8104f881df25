"""A periodic report: the centre writes it, loses nothing when somebody saves first, publishes; a leader reads and takes it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.async_api import expect

from tests.journeys.conftest import PHONE, People
from tests.support.accessible import expect_accessible


async def test_a_report_is_written_published_and_read(people: People) -> None:
    centre = await people.staff("center", "/reports")
    page = centre.page
    await page.get_by_role("button", name="生成报告").click()
    form = page.get_by_role("dialog")
    await form.get_by_label("报告类别").select_option("year")
    await form.get_by_label("期内日期").fill("2025-06-01")
    await form.get_by_role("button", name="生成").click()
    await page.wait_for_url("**/reports/year-2025-01-01")
    await expect(page.locator(".report > header h2")).to_have_text("社会治理工作年报")
    await page.get_by_role("link", name="统计报告").last.click()
    await page.get_by_label("状态").select_option("draft")
    await page.get_by_role("link", name=re.compile("第 .* 周")).first.click()
    await page.wait_for_url(re.compile(r"/reports/week-"))
    await expect(page.locator(".report > header h2")).to_have_text("社会治理工作周报")
    await expect_accessible(page)
    await centre.keep("report")
    address = page.url

    other = await page.context.new_page()
    await other.goto(address)
    for tab in (page, other):
        await tab.get_by_role("button", name="编写综述").click()
        await expect(tab.get_by_role("textbox", name="综述")).to_be_visible()
    await other.get_by_role("textbox", name="综述").fill("对方的一稿")
    await other.get_by_role("button", name="保存").click()
    await expect(other.locator(".prose", has_text="对方的一稿")).to_be_visible()
    await other.close()
    await page.get_by_role("textbox", name="综述").fill("本周形势平稳。")
    await page.get_by_role("button", name="保存").click()
    await expect(page.get_by_role("alert")).to_contain_text("对方的一稿")
    await expect(page.get_by_role("textbox", name="综述")).to_have_value("本周形势平稳。")
    await page.get_by_role("button", name="保存").click()
    await expect(page.locator(".prose", has_text="本周形势平稳。")).to_be_visible()

    await page.get_by_role("button", name="综述的历次文字").click()
    await expect(page.locator(".report-past li")).to_have_count(2)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="发布", exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name="发布").click()
    await expect(page.locator(".report > header .tag")).to_have_text("已发布")

    leader = (await people.staff("leader", urlsplit(address).path)).page
    await expect(leader.locator(".prose", has_text="本周形势平稳。")).to_be_visible()
    await expect(leader.get_by_role("button", name="编写综述")).to_have_count(0)
    async with leader.expect_download() as taken:
        await leader.get_by_role("button", name="下载 Word").click()
    assert (await (await taken.value).path()).read_bytes().startswith(b"PK")


async def test_a_report_on_a_phone(people: People) -> None:
    page = (await people.staff("leader", "/reports", PHONE)).page
    await page.get_by_role("link", name=re.compile("2026|2027")).first.click()
    await expect(page.locator(".report")).to_be_visible()
    await expect_accessible(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.locator(".report td a").first.evaluate("one => one.offsetHeight") >= 44
