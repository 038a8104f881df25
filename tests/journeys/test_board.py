"""The board: where a leader lands, what it says of a new case by itself, and what its figures open."""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import Browser, Page, expect

from app.launch import browser as found
from tests.journeys.conftest import PHONE, ROWS, People
from tests.journeys.test_bulk import submitted
from tests.support.accessible import expect_accessible
from tests.support.serving import Serving

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

    canvas = page.locator(".map canvas")
    await canvas.evaluate("one => { one.dataset.same = 'yes' }")

    await submitted(await people.somebody(), "门前排水沟堵塞 看板")
    await expect(page.locator(f"{_tile(page, '受理')} b")).to_have_text(f"{received + 1:,}")
    await expect(canvas).to_have_attribute("data-same", "yes")
    await expect_accessible(page)
    await leader.keep("board")

    await page.locator(_tile(page, "受理")).click()
    await page.wait_for_url("**/figures/cases?figure=received*")
    await expect(page.locator(TOTAL).first).to_have_text(str(received + 1))
    await expect(page.locator(".behind b")).to_contain_text("受理 · ")
    await page.go_back()
    await expect(page.locator(_tile(page, "受理"))).to_be_visible()

    # the same number stands in the table below a picture, and leads to as many cases
    shown = page.locator(".card", has=page.get_by_role("heading", name="各乡镇街道在办")).locator(".chart-figures")
    await shown.locator("summary").click()
    number = shown.locator("tbody a").first
    count = await number.inner_text()
    await number.click()
    await page.wait_for_url("**/figures/cases?figure=open&area=*")
    await expect(page.locator(TOTAL).first).to_have_text(count)


async def test_the_map_leads_to_the_cases_of_a_township(people: People) -> None:
    leader = await people.staff("leader", "/board")
    page = leader.page
    picture, tip = page.locator(".map-picture"), page.locator(".map-tip")
    await page.get_by_role("button", name="已超期").click()
    await page.get_by_role("button", name="在办", exact=True).click()
    await picture.scroll_into_view_if_needed()
    # the first move over a map that has not drawn yet finds nothing below it
    for place in range(100):
        await picture.hover(position={"x": 300 + place % 2, "y": 180})
        if await tip.count():
            break
        await asyncio.sleep(0.2)
    said = re.fullmatch(r"(.+)：在办 (\d+) 件，已超期 \d+ 件，红橙预警待反馈 \d+ 件", await tip.inner_text())
    assert said is not None
    await expect_accessible(page)
    await leader.keep("map")

    row = page.locator(".map .chart-figures tbody tr").filter(has_text=said[1])
    await expect(row.locator("td").first).to_have_text(said[2])
    await picture.click(position={"x": 300, "y": 180})
    await page.wait_for_url("**/figures/cases?figure=open&area=*")
    await expect(page.locator(".behind b")).to_have_text(f"在办 · {said[1]}")
    await expect(page.locator(TOTAL).first).to_have_text(said[2])


async def test_without_webgl_the_table_of_the_map_stands_alone(chromium: Browser, served: Serving) -> None:
    path = str(await asyncio.to_thread(found.find))
    bare = await chromium.browser_type.launch(executable_path=path, args=["--no-sandbox", "--disable-3d-apis"])
    try:
        page = (await People(bare, served.url).staff("leader", "/board")).page
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        await expect(page.get_by_text("没有启用 WebGL")).to_be_visible()
        await expect(page.locator(".map-picture")).to_have_count(0)
        await page.locator(".map tbody a").first.click()
        await page.wait_for_url("**/figures/cases?figure=open&area=*")
        assert faults == []
    finally:
        await bare.close()


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


async def test_a_head_s_board_shows_its_people_and_a_tour_goes_round_until_a_key(people: People) -> None:
    head = await people.staff("rsj_head", "/board")
    page = head.page
    card = page.locator(".card", has=page.get_by_role("heading", name="人员负荷"))
    await expect(card.locator(".chart-figures")).to_be_attached()
    await expect(page.get_by_role("heading", name="今日到期")).to_be_visible()
    await expect(page.get_by_role("heading", name="承办单位", exact=True)).to_have_count(0)
    await card.locator("summary").click()
    number = card.locator("tbody a").first
    count = await number.inner_text()
    await number.click()
    await page.wait_for_url("**/figures/cases?load=in_hand&person=*")
    await expect(page.locator(TOTAL).first).to_have_text(count)

    leader = await people.staff("leader", "/board")
    page = leader.page
    await page.get_by_role("button", name="巡游").click()
    await expect(page.locator(".scene")).to_be_visible()
    await page.get_by_role("button", name="全屏").click()
    await expect(page.locator(".scene")).to_be_visible()
    assert page.url.endswith("/board")
    await expect_accessible(page)
    await page.keyboard.press("ArrowDown")
    await expect(page.locator(".scene")).to_have_count(0)
    await expect(page.get_by_role("button", name="巡游")).to_be_visible()
    assert page.url.endswith("/board")


async def test_a_leader_instructs_from_the_board_in_two_taps(people: People) -> None:
    leader = await people.staff("leader", "/board", PHONE)
    page = leader.page
    await expect(page.locator(".board .lines .acts").first).to_be_visible()
    await page.locator(".board .lines .acts").first.get_by_text("批示").click()
    await page.wait_for_url("**/case/*?do=instruct")
    await expect(page.get_by_role("dialog")).to_contain_text("领导批示")
    await page.get_by_role("dialog").locator("[name=opinion]").fill("请尽快办结，今天下班前反馈")
    await page.get_by_role("dialog").locator("button[type=submit]").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_text("请尽快办结，今天下班前反馈").first).to_be_visible()


async def test_the_centre_lands_on_its_desk_and_the_slowest_come_first(people: People) -> None:
    centre = await people.staff("center")
    page = centre.page
    await page.wait_for_url("**/centre")
    waiting = page.locator(".kpi:has(> span:text-is('待转派'))")
    count = await waiting.locator("b").inner_text()
    await submitted(await people.somebody(), "楼道灯不亮 工作台")
    await expect(waiting.locator("b")).to_have_text(str(int(count) + 1))
    await expect_accessible(page)
    await centre.keep("centre")
    await waiting.click()
    await page.wait_for_url("**/cases?view=to_dispatch")
    await expect(page.locator(TOTAL).first).to_have_text(str(int(count) + 1))

    await centre.open("/figures/links?span=year")
    await expect(page.locator(ROWS)).to_have_count(6)
    await expect_accessible(page)
    number = page.locator(ROWS).first.locator("a").first
    count = await number.inner_text()
    await number.click()
    await page.wait_for_url("**/figures/links/cases?*")
    await expect(page.locator(TOTAL).first).to_have_text(count)
    await expect_accessible(page)

    await centre.open("/figures/people?span=year")
    await expect(page.locator(ROWS).first).to_be_visible()
    await expect_accessible(page)
    await centre.keep("people")
