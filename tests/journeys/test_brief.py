"""The morning brief: a leader comes to it, opens a figure, goes back a day and takes the paper."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.journeys.conftest import PHONE, People
from tests.support.accessible import expect_accessible

TILES = ".brief .kpi"


async def test_a_leader_reads_the_brief_of_a_day_and_takes_it(people: People) -> None:
    leader = await people.staff("leader", "/brief")
    page = leader.page
    await expect(page.locator(TILES)).to_have_count(6)
    await expect_accessible(page)
    await leader.keep("brief")

    await page.get_by_role("link", name="上一期").click()
    await page.wait_for_url(re.compile(r"/brief/\d{4}-\d\d-\d\d$"))
    await expect(page.get_by_role("link", name="下一期")).to_be_visible()
    async with page.expect_download() as taken:
        await page.get_by_role("button", name="下载 PDF").click()
    assert (await (await taken.value).path()).read_bytes().startswith(b"%PDF")

    counts = [await one.inner_text() for one in await page.locator(f"{TILES} b").all()]
    place = next(place for place, count in enumerate(counts) if count != "0")
    await page.locator(TILES).nth(place).click()
    await page.wait_for_url("**/figures/cases?figure=*")
    await expect(page.locator(".pager b").first).to_have_text(counts[place])


async def test_the_brief_on_a_phone(people: People) -> None:
    page = (await people.staff("leader", "/brief", PHONE)).page
    await expect(page.locator(TILES).first).to_be_visible()
    await expect_accessible(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.locator(".brief .lines a").first.evaluate("one => one.offsetHeight") >= 44
