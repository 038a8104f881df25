"""The pages of reports as their handlers are called: figures open their cases, and nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.navigation import PAGES
from domain.kernel.clock import local_date
from domain.kernel.refusals import NotFound, NotPermitted
from domain.kernel.unit_of_work import unit_of_work
from domain.reports import queries
from domain.reports.schemas import Block, Kind
from state.clock import now
from state.notices import BellState
from state.reports import making
from state.reports.listing import ReportsState
from state.reports.report import ReportState
from state.statistics.behind import BehindState
from state.statistics.links import PassedState
from tests.support import county as support
from tests.support import states
from tests.support.county import MAIN_LINE


async def _made() -> str:
    """Give the draft of last week's report, a week in which things happened."""
    at = now()
    then = at - timedelta(days=7)
    async with unit_of_work() as session:
        county = await support.build(session, at=at)
        for seed, length in enumerate((1, 2, 3, len(MAIN_LINE)), start=1):
            await support.bring_to(session, county, MAIN_LINE[:length], at=then, seed=seed)
        return await making.make(session, county["center"], Kind.WEEK, local_date(then), at=at)


async def _page(login: str, name: str) -> ReportState:
    page = await states.tree(ReportState, await states.signed_in(login), f"http://test/reports/{name}", tab=login)
    await states.call(page, "load")
    return page


async def _publish(name: str) -> None:
    page = await _page("center", name)
    await states.call(page, "ask", "publish", name)
    await states.call(page, "send", {})
    assert page.published


@pytest.mark.parametrize("route", ["/reports", "/reports/[report]"])
def test_the_pages_build(route: str) -> None:
    assert next(page for page in PAGES if page.route == route).build() is not None


async def test_every_figure_opens_as_many_cases_as_it_says(ground: AsyncEngine) -> None:
    name = await _made()
    await _publish(name)
    page = await _page("leader", name)

    cells = [cell for one in page.sections for row in one.rows for cell in row if cell.href]
    hrefs = {cell.href: cell.text for cell in cells}
    assert any("figure=received" in href and "area=" in href for href in hrefs)
    for href, text in hrefs.items():
        kind = PassedState if href.startswith("/figures/links") else BehindState
        listed = await states.tree(kind, await states.signed_in("leader"), f"http://test{href}")
        await states.call(listed, "load")
        assert listed.total == text, href
    drawn = [line for one in page.sections for line in one.chart.lines if line.hrefs]
    assert {
        href for line in drawn for href, value in zip(line.hrefs, line.values, strict=True) if href and not value
    } == set()


async def test_a_head_reads_the_county_and_opens_nothing(ground: AsyncEngine) -> None:
    name = await _made()
    await _publish(name)
    page = await _page("rsj_head", name)

    assert page.findings[0].startswith("本周受理 4 件")
    assert (page.may_write, page.may_export) == (False, True)
    assert not [cell for one in page.sections for row in one.rows for cell in row if cell.href]


@pytest.mark.parametrize("name", ["week-1999-01-04", "never", "week-"])
async def test_what_there_is_none_of_shows_none(ground: AsyncEngine, name: str) -> None:
    await _made()
    page = await _page("center", name)
    assert (page.loaded, page.name, page.barred) == (True, "", False)


async def test_a_draft_is_nobody_else_s(ground: AsyncEngine) -> None:
    name = await _made()
    assert (await _page("leader", name)).name == ""
    assert (await _page("registrar", name)).barred


async def test_what_is_typed_outlives_the_page_and_is_saved(ground: AsyncEngine) -> None:
    name = await _made()
    first = await _page("center", name)
    await states.call(first, "edit", "plans")
    await states.call(first, "note", "加强排查")

    again = await _page("center", name)
    await states.call(again, "edit", "plans")
    assert again.typed == "加强排查"
    await states.call(again, "save", {"text": "加强排查，"})
    assert (again.editing, again.texts[2].text) == ("", "加强排查，")
    await states.call(again, "edit", "plans")
    assert again.typed == "加强排查，"
    await states.call(again, "note", "不要了")
    await states.call(again, "leave")
    await states.call(again, "edit", "plans")
    assert again.typed == "加强排查，"


async def test_who_saves_second_sees_the_first_and_may_replace_it(ground: AsyncEngine) -> None:
    name = await _made()
    mine, other = await _page("center", name), await _page("center", name)
    for page in (mine, other):
        await states.call(page, "edit", "overview")
    await states.call(other, "save", {"text": "对方的一稿"})

    await states.call(mine, "save", {"text": "我的一稿"})
    assert (mine.editing, mine.theirs.text) == ("overview", "对方的一稿")
    await states.call(mine, "save", {"text": "我的一稿"})
    assert (mine.editing, mine.theirs.text, mine.texts[0].text) == ("", "", "我的一稿")

    await states.call(mine, "look_back", "overview")
    assert [one.text for one in mine.past] == ["我的一稿", "对方的一稿"]
    await states.call(mine, "take_back", mine.past[1].id)
    assert (mine.history, mine.texts[0].text) == ("", "对方的一稿")


async def test_a_text_that_is_too_long_stays_with_its_sentence(ground: AsyncEngine) -> None:
    name = await _made()
    page = await _page("center", name)
    await states.call(page, "edit", "problems")
    await states.call(page, "save", {"text": "长" * 5001})
    assert (page.editing, page.fault) == ("problems", "存在问题最长 5000 个字，现为 5001 个")


async def test_nobody_else_writes_by_a_crafted_event(ground: AsyncEngine) -> None:
    name = await _made()
    await _publish(name)
    page = await _page("leader", name)
    page.editing = "plans"
    for handler, *arguments in (
        ("edit", "plans"), ("note", "x"), ("save", {"text": "x"}), ("look_back", "plans"),
        ("ask", "withdraw", name), ("ask", "count", name),
    ):  # fmt: skip
        with pytest.raises(NotPermitted):
            await states.call(page, str(handler), *arguments)
    with pytest.raises(NotFound):
        await states.call(page, "take_back", "0199aa00-0000-7000-8000-000000000001")
    with pytest.raises(NotFound):
        await states.call(page, "edit", "title")


async def test_one_is_made_by_hand_and_withdrawn(ground: AsyncEngine) -> None:
    name = await _made()
    page = await states.tree(ReportsState, await states.signed_in("center"), "http://test/reports")
    await states.call(page, "load")
    assert (page.may_write, [row.key for row in page.rows]) == (True, [name])
    today = local_date(now())
    await states.call(page, "ask", "new", "")
    await states.call(page, "send", {"kind": "month", "day": today.isoformat()})
    assert "还没有结束" in page.faults["day"]
    await states.call(page, "send", {"kind": "year", "day": f"{today.year - 1}-07-01"})
    await _publish(name)
    report = await _page("center", name)
    await states.call(report, "ask", "withdraw", name)
    await states.call(report, "send", {"reason": "数字有误"})
    assert not report.published
    async with unit_of_work() as session:
        assert min(await queries.made(session, Kind.YEAR)).year == today.year - 1


async def test_the_bell_leads_to_the_report(ground: AsyncEngine) -> None:
    name = await _made()
    await _publish(name)
    bell = await states.tree(BellState, await states.signed_in("leader"))
    await states.call(bell, "look")

    told = next(one for one in bell.notices if one.head == "周报已发布")
    assert told.href == f"/reports/{name}"
    assert Block.OVERVIEW.label not in told.rest
