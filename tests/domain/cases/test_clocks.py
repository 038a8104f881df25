"""The clocks of the main line, moment by moment (Asia/Shanghai; 2026-11-18 is a Wednesday)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import queries as calendar
from domain.calendar.models import Link
from domain.calendar.operations import seed_years
from domain.cases.inputs import CaseFilter
from domain.cases.queries import listing, reach
from domain.cases.vocabulary import Action
from domain.kernel.clock import stamp
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def _due(session: AsyncSession, county: County, number: str) -> tuple[str, str]:
    case = await reach.find(session, county["registrar"], number)
    return (case.due_link or ""), stamp(case.due_at)


async def _brought(session: AsyncSession, county: County, steps: int, **more: object) -> str:
    await seed_years(session, [2026])
    number = await support.draft(session, county, at=MORNING, **more)
    for action in MAIN_LINE[:steps]:
        await support.main_step(session, county, number, action, at=MORNING)
    return number


async def test_each_step_starts_its_clock(session: AsyncSession, county: County) -> None:
    expected = {
        0: ("", ""),
        1: (Link.DISPATCH, "2026-11-18 13:00"),
        2: (Link.ACCEPT, "2026-11-19 09:00"),
        3: (Link.FEEDBACK, "2026-11-25 09:00"),
        4: (Link.RESOLVE, "2026-12-16 09:00"),
        5: ("", ""),
        6: ("", ""),
    }

    for steps, wanted in expected.items():
        number = await _brought(session, county, steps, seed=steps + 1)
        assert await _due(session, county, number) == wanted, steps


async def test_major_and_urgent_is_accepted_within_six_hours(session: AsyncSession, county: County) -> None:
    number = await _brought(session, county, 2, major=True, urgent=True)

    running = await calendar.running(session, [(await reach.find(session, county["center"], number)).id])

    assert [(d.yellow_at - MORNING, d.red_at - MORNING) for d in running] == [(6 * HOUR, 12 * HOUR)]


async def test_one_of_the_two_alone_changes_nothing(session: AsyncSession, county: County) -> None:
    number = await _brought(session, county, 2, urgent=True)

    assert await _due(session, county, number) == (Link.ACCEPT, "2026-11-19 09:00")


async def test_the_promise_stays_shown_after_the_end(session: AsyncSession, county: County) -> None:
    number = await _brought(session, county, 6)

    assert stamp((await reach.find(session, county["center"], number)).promised_at) == "2026-12-16 09:00"


async def test_a_refused_return_keeps_what_remained(session: AsyncSession, county: County) -> None:
    number = await _brought(session, county, 2)
    asked, refused = MORNING + 10 * HOUR, MORNING + 34 * HOUR

    await support.step(session, county["rsj"], number, Action.REQUEST_RETURN, at=asked, opinion="不属本局")
    assert await _due(session, county, number) == ("", "")
    await support.step(session, county["center"], number, Action.REJECT_RETURN, at=refused, opinion="请办理")

    assert await _due(session, county, number) == (Link.ACCEPT, stamp(refused + 14 * HOUR))


async def test_an_extension_moves_both_clocks_by_working_days(session: AsyncSession, county: County) -> None:
    number = await _brought(session, county, 3)
    await support.step(session, county["rsj"], number, Action.REQUEST_EXTENSION, at=MORNING, opinion="检测未完", days=9)
    await support.step(session, county["center"], number, Action.APPROVE_EXTENSION, at=MORNING, opinion="同意", days=3)

    running = await calendar.running(session, [(await reach.find(session, county["center"], number)).id])

    assert {d.link: stamp(d.yellow_at) for d in running} == {
        Link.FEEDBACK: "2026-11-30 09:00",
        Link.RESOLVE: "2026-12-21 09:00",
    }


async def test_a_refused_extension_changes_nothing(session: AsyncSession, county: County) -> None:
    number = await _brought(session, county, 3)
    await support.step(session, county["rsj"], number, Action.REQUEST_EXTENSION, at=MORNING, opinion="检测未完", days=9)
    await support.step(session, county["center"], number, Action.REJECT_EXTENSION, at=MORNING + DAY, opinion="不同意")

    assert await _due(session, county, number) == (Link.FEEDBACK, "2026-11-25 09:00")


async def test_after_the_red_card_no_extension(session: AsyncSession, county: County) -> None:
    import pytest

    from domain.kernel.refusals import ActionNotAllowed

    number = await _brought(session, county, 3)
    red = datetime.fromisoformat("2026-12-02T09:00:00+08:00")
    ask = {"opinion": "检测未完", "days": 3}
    with pytest.raises(ActionNotAllowed):
        await support.step(session, county["rsj"], number, Action.REQUEST_EXTENSION, at=red, **ask)

    assert await support.step(session, county["rsj"], number, Action.REQUEST_EXTENSION, at=red - HOUR, **ask)


async def test_a_rejected_result_gives_three_working_days_at_least(session: AsyncSession, county: County) -> None:
    number = await _brought(session, county, 5)
    at = datetime.fromisoformat("2026-12-15T09:00:00+08:00")

    await support.step(session, county["center"], number, Action.REJECT_RESULT, at=at, opinion="未落实")

    link, due = await _due(session, county, number)
    assert link == Link.RESOLVE
    assert due >= "2026-12-18 09:00"


async def test_a_legacy_case_has_no_running_deadline(session: AsyncSession, county: County) -> None:
    number = await _brought(session, county, 3)
    later = MORNING + 2 * DAY
    await support.step(session, county["center"], number, Action.TOGGLE_LEGACY, at=MORNING, opinion="年代久远")
    assert await _due(session, county, number) == ("", "")

    await support.step(session, county["center"], number, Action.TOGGLE_LEGACY, at=later, opinion="恢复办理")

    assert await _due(session, county, number) == (Link.FEEDBACK, "2026-11-27 09:00")


async def test_an_assistant_has_clocks_of_its_own(session: AsyncSession, county: County) -> None:
    await seed_years(session, [2026])
    number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
    both = {"lead_department": "rsj", "assist_departments": ("zjj",)}
    await support.step(session, county["center"], number, Action.DISPATCH, at=MORNING, **both)
    await support.step(session, county["zjj"], number, Action.ASSIST_ACCEPT, at=MORNING + HOUR)
    case = await reach.find(session, county["center"], number)

    running = await calendar.running(session, [case.id])

    assert {(d.link, d.holder_id is None) for d in running} == {(Link.ACCEPT, True), (Link.FEEDBACK, False)}
    assert await _due(session, county, number) == (Link.ACCEPT, "2026-11-19 09:00")


async def test_overdue_is_told_by_list_and_row(session: AsyncSession, county: County) -> None:
    number = await _brought(session, county, 2)
    due = MORNING + 24 * HOUR

    for at, late in ((due, False), (due + timedelta(seconds=1), True)):
        found = await listing.search(session, county["center"], CaseFilter(view="overdue"), at=at)
        assert [row.number for row in found.items] == ([number] if late else [])
        row = (await listing.search(session, county["center"], CaseFilter(), at=at)).items[0]
        assert (row.status == "overdue_accept") is late
