"""The page of the morning brief as its handlers are called: each figure opens as many cases, whoever opens it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.navigation import PAGES
from domain.briefs import operations, queries
from domain.kernel.clock import local_date
from domain.kernel.unit_of_work import unit_of_work
from state.briefs import BriefState
from state.clock import now
from state.notices import BellState
from state.statistics.behind import BehindState
from tests.support import county as support
from tests.support import risk, states
from tests.support.county import MAIN_LINE

DAYS = (1, 0)
"""Days ago for which there is a brief."""


async def _told() -> list[str]:
    """Give a county with labels, and the days of its briefs, the newest last; yesterday something came in."""
    at = now()
    days = [local_date(at) - timedelta(days=back) for back in DAYS]
    async with unit_of_work() as session:
        county = await risk.add_machine(session, await support.build(session, at=at), at=at)
        for seed, length in enumerate((1, 2, 3), start=1):
            await support.bring_to(session, county, MAIN_LINE[:length], at=at - timedelta(days=1), seed=seed)
        await risk.label_all(session, county["model"], at=at)
        for readers in (await queries.receivers(session, at=at)).values():
            for day in days:
                brief = await operations.make(session, readers[0], day=day, at=at)
            await operations.tell(session, brief, readers, at=at)
    return [day.isoformat() for day in days]


async def _page(login: str, path: str = "/brief") -> BriefState:
    page = await states.tree(BriefState, await states.signed_in(login), f"http://test{path}")
    await states.call(page, "load")
    return page


@pytest.mark.parametrize("route", ["/brief", "/brief/[date]"])
def test_the_pages_build(route: str) -> None:
    assert next(page for page in PAGES if page.route == route).build() is not None


async def test_every_figure_opens_as_many_cases_as_it_says(ground: AsyncEngine) -> None:
    await _told()
    page = await _page("leader")

    told = {one.label: one.value for one in page.tiles}
    assert (told["受理"], told["办结"], told["红橙预警待反馈"]) == ("3", "0", "2")
    for one in page.tiles:
        listed = await states.tree(BehindState, await states.signed_in("leader"), f"http://test{one.href}")
        await states.call(listed, "load")
        assert (listed.total, one.label in listed.what) == (one.value, True)


async def test_one_leads_to_the_one_before_and_after(ground: AsyncEngine) -> None:
    first, second = await _told()
    newest = await _page("leader")
    before = await _page("leader", f"/brief/{newest.earlier}")

    assert (newest.day, newest.earlier, newest.later) == (second, first, "")
    assert (before.day, before.earlier, before.later) == (first, "", second)
    assert date.fromisoformat(first).strftime("%-d 日") in before.title


@pytest.mark.parametrize("path", ["/brief/2020-01-01", "/brief/never", "/brief/2020-13-41"])
async def test_a_day_without_a_brief_shows_none(ground: AsyncEngine, path: str) -> None:
    await _told()
    page = await _page("leader", path)

    assert (page.loaded, page.day, page.barred) == (True, "", False)


async def test_who_sees_no_figures_is_barred(ground: AsyncEngine) -> None:
    await _told()
    page = await _page("registrar")

    assert page.barred
    assert page.tiles == []


async def test_the_bell_leads_to_the_brief(ground: AsyncEngine) -> None:
    _, day = await _told()
    bell = await states.tree(BellState, await states.signed_in("rsj_head"))
    await states.call(bell, "look")

    told = next(one for one in bell.notices if one.head == "每日晨报")
    assert (told.href, told.unread) == (f"/brief/{day}", True)
    assert told.rest.startswith("受理 2 件，")
