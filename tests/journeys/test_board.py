"""The board: where a leader lands, what it says of a new case by itself, and what its figures open."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.journeys.conftest import PHONE, ROWS, People
from tests.journeys.test_bulk import submitted
from tests.support.accessible import expect_accessible

TOTAL = ".pager b"


def _tile(page: Page, label: str) -> str:
    return f".board .kpi:has(> span:text-is('{label}'))"


async def _count(page: Page, label: str) -> int:
    return int((await page.locator(f"{_tile(page, label)} b").inner_text()).replace(",", ""))


async def test_a_leader_lands_on_a_board_that_follows_and_opens_its_cases(people: People) -> None:
    leader = await people.staff("leader")
    page = leader.page
    await page.wait_for_url("**/board")
    await expect(page.locator(".chart-picture canvas").first).to_be_visible()
    received = await _count(page, "受理")
    assert received > 0

    await submitted(await people.somebody(), "门前排水沟堵塞 看板")
    await expect(page.locator(f"{_tile(page, '受理')} b")).to_have_text(f"{received + 1:,}")
    await expect_accessible(page)
    await leader.keep("board")

    await page.locator(_tile(page, "受理")).click()
    await page.wait_for_url("**/figures/cases?figure=received*")
    await expect(page.locator(TOTAL).first).to_have_text(str(received + 1))
    await expect(page.locator(".behind b")).to_contain_text("受理 · ")
    await page.go_back()
    await expect(page.locator(_tile(page, "受理"))).to_be_visible()

    # the same number stands in the table below a picture, and leads to as many cases
    shown = page.locator(".chart-figures").nth(2)
    await shown.locator("summary").click()
    number = shown.locator("tbody a").first
    count = await number.inner_text()
    await number.click()
    await page.wait_for_url("**/figures/cases?figure=open&area=*")
    await expect(page.locator(TOTAL).first).to_have_text(count)


async def test_the_figures_of_departments_on_a_phone(people: People) -> None:
    person = await people.staff("leader", "/figures", PHONE)
    page = person.page
    await expect(page.locator(ROWS).first).to_be_visible()
    await expect_accessible(page)
    await person.keep("figures-phone")

    await person.open("/board")
    await expect(page.locator(".board .kpi").first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.locator(".board .plain a").first.click()
    await page.wait_for_url(re.compile(r"/figures/cases\?measure="))
    await expect(page.locator(ROWS).first).to_be_visible()
