"""Breaches: what is written, what raises a card, and what is not late (2026-11-18 09:00 is a Wednesday)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import queries as calendar
from domain.calendar.models import Link
from domain.calendar.operations import seed_years
from domain.cases.models import Case, Supervision
from domain.cases.queries import reach
from domain.cases.vocabulary import Action
from domain.kernel.actor import system_actor
from domain.kernel.models import JournalEntry, OutboxMessage
from domain.kernel.permissions import Role
from domain.kernel.refusals import NotPermitted
from domain.supervision import operations, queries
from domain.supervision.models import Level
from domain.supervision.schemas import BreachView
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

CLOCK = system_actor(Role.CLOCK)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def brought(session: AsyncSession, county: County, steps: int, **more: object) -> Case:
    """Bring a case along its main line at MORNING."""
    await seed_years(session, [2026])
    number = await support.draft(session, county, at=MORNING, **more)
    for action in MAIN_LINE[:steps]:
        await support.main_step(session, county, number, action, at=MORNING)
    return await reach.find(session, county["center"], number)


async def struck(session: AsyncSession, at: datetime) -> list[BreachView]:
    """Do what the clock job does, in one session."""
    found = []
    for one in await queries.overdue(session, CLOCK, at=at):
        view = await operations.strike(session, CLOCK, deadline_id=one.deadline_id, level=one.level, at=at)
        found += [view] if view else []
    return found


def said(found: list[BreachView]) -> list[tuple[str, str, bool]]:
    return [(one.link, one.level, one.carded) for one in found]


async def topics(session: AsyncSession, case: Case) -> list[str]:
    query = select(OutboxMessage).where(
        col(OutboxMessage.subject_id) == case.id, col(OutboxMessage.topic).in_(("case.breach", "case.auto_card"))
    )
    return sorted(message.topic for message in await session.scalars(query))


class TestAcceptance:
    async def test_is_not_late_at_its_moment_and_late_after_it(self, session: AsyncSession, county: County) -> None:
        await brought(session, county, 2)
        assert await struck(session, MORNING + DAY) == []
        assert said(await struck(session, MORNING + DAY + timedelta(seconds=1))) == [("accept", "yellow", True)]

    async def test_raises_yellow_and_then_red(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 2)
        await struck(session, MORNING + 25 * HOUR)
        assert (case.supervision, case.supervision_link, case.supervision_auto) == (
            Supervision.YELLOW,
            Link.ACCEPT,
            True,
        )
        await struck(session, MORNING + 49 * HOUR)
        assert case.supervision is Supervision.RED
        assert await topics(session, case) == ["case.auto_card", "case.auto_card"]

    async def test_found_late_brings_both_levels_in_order(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 2)
        found = await struck(session, MORNING + 10 * DAY)
        assert said(found) == [("accept", "yellow", True), ("accept", "red", True)]
        assert [one.due_at for one in found] == [MORNING + DAY, MORNING + 2 * DAY]
        assert case.supervision is Supervision.RED

    async def test_is_written_once_however_often_one_looks(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 2)
        at = MORNING + 50 * HOUR
        await struck(session, at)
        overdue = await queries.overdue(session, CLOCK, at=at)
        assert overdue == []
        running = (await calendar.running(session, [case.id]))[0]
        again = await operations.strike(session, CLOCK, deadline_id=running.id, level=Level.RED, at=at)
        assert again is None
        assert len(await queries.breaches_of(session, county["center"], case.number)) == 2

    async def test_of_a_major_and_urgent_case_is_a_notice_at_six_hours_and_a_card_at_twelve(
        self, session: AsyncSession, county: County
    ) -> None:
        case = await brought(session, county, 2, major=True, urgent=True)
        assert said(await struck(session, MORNING + 7 * HOUR)) == [("accept", "yellow", False)]
        assert case.supervision is None
        assert said(await struck(session, MORNING + 13 * HOUR)) == [("accept", "red", True)]
        assert case.supervision is Supervision.RED
        assert await topics(session, case) == ["case.auto_card", "case.breach"]

    async def test_leaves_a_card_of_the_journal_with_row_number_and_link(
        self, session: AsyncSession, county: County
    ) -> None:
        case = await brought(session, county, 2)
        version = case.version
        await struck(session, MORNING + 25 * HOUR)
        query = select(JournalEntry).where(col(JournalEntry.action) == "case.auto_card")
        line = (await session.scalars(query)).one()
        assert {"row": "38", "number": case.number, "level": "yellow", "link": "accept"}.items() <= line.detail.items()
        assert line.actor_roles == "clock"
        assert case.version == version

    async def test_a_red_by_hand_stands_above_a_yellow_card(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 2)
        await support.step(
            session, county["leader"], case.number, Action.SUPERVISE, at=MORNING, opinion="催", level=Supervision.RED
        )
        found = await struck(session, MORNING + 25 * HOUR)
        assert said(found) == [("accept", "yellow", True)]
        assert (case.supervision, case.supervision_auto) == (Supervision.RED, False)


class TestOtherLinks:
    async def test_dispatch_is_noticed_only(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 1)
        found = await struck(session, MORNING + 5 * HOUR)
        assert said(found) == [("dispatch", "yellow", False)]
        assert found[0].unit_id == county.units["centre"].id
        assert (case.supervision, await topics(session, case)) == (None, ["case.breach"])

    async def test_feedback_is_carded_and_resolution_is_not(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 3)
        at = datetime.fromisoformat("2027-02-01T09:00:00+08:00")
        found = await struck(session, at)
        assert set(said(found)) == {
            ("feedback", "yellow", True),
            ("feedback", "red", True),
            ("resolve", "yellow", False),
            ("resolve", "red", False),
        }
        assert {one.unit_id for one in found} == {county.units["rsj"].id}
        assert case.supervision_link is Link.FEEDBACK

    async def test_an_assistants_lateness_is_its_own_and_no_card(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 1)
        both = {"lead_department": "rsj", "assist_departments": ("zjj",)}
        await support.step(session, county["center"], case.number, Action.DISPATCH, at=MORNING, **both)
        await support.main_step(session, county, case.number, Action.ACCEPT, at=MORNING)
        found = await struck(session, MORNING + 25 * HOUR)
        assert said(found) == [("accept", "yellow", False)]
        assert found[0].unit_id == county.units["zjj"].id
        assert found[0].assignment_id is not None


class TestWhatIsNotLate:
    async def test_a_legacy_case(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 2)
        await support.step(session, county["center"], case.number, Action.TOGGLE_LEGACY, at=MORNING, opinion="年代久远")
        assert await struck(session, MORNING + 10 * DAY) == []

    async def test_a_paused_clock(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 2)
        await support.step(
            session, county["rsj"], case.number, Action.REQUEST_RETURN, at=MORNING + HOUR, opinion="不属本局"
        )
        assert await struck(session, MORNING + 10 * DAY) == []
        await support.step(
            session, county["center"], case.number, Action.APPROVE_RETURN, at=MORNING + 3 * DAY, opinion="同意"
        )
        assert said(await struck(session, MORNING + 3 * DAY + HOUR)) == []

    async def test_a_merged_case(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 2)
        other = await support.draft(session, county, at=MORNING, seed=2)
        kept = await reach.find(session, county["registrar"], other)
        case.merged_into_id = kept.id
        await session.flush()
        assert await struck(session, MORNING + 10 * DAY) == []

    async def test_a_void_case(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 1)
        await support.step(
            session, county["center"], case.number, Action.VOID, at=MORNING + 2 * DAY, opinion="重复登记"
        )
        assert await struck(session, MORNING + 3 * DAY) == []


class TestStoppedLate:
    async def test_is_found_later_without_a_flag(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 2)
        await support.main_step(session, county, case.number, Action.ACCEPT, at=MORNING + 30 * HOUR)
        found = await struck(session, MORNING + 31 * HOUR)
        assert said(found) == [("accept", "yellow", True)]
        assert (case.supervision, await topics(session, case)) == (None, ["case.breach"])

    async def test_is_not_late_when_it_was_stopped_in_time(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 2)
        await support.main_step(session, county, case.number, Action.ACCEPT, at=MORNING + 23 * HOUR)
        assert await struck(session, MORNING + 31 * HOUR) == []


class TestTheFlag:
    async def test_goes_with_the_link_and_the_breach_stays(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 2)
        await struck(session, MORNING + 25 * HOUR)
        await support.main_step(session, county, case.number, Action.ACCEPT, at=MORNING + 26 * HOUR)
        assert (case.supervision, case.supervised_by, case.supervision_link, case.supervision_auto) == (
            None,
            None,
            None,
            False,
        )
        query = select(JournalEntry).where(col(JournalEntry.action) == "case.accept")
        assert (await session.scalars(query)).one().detail["supervision_ended"] == "accept"
        assert len(await queries.breaches_of(session, county["center"], case.number)) == 1

    async def test_stays_while_another_link_is_done(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 3)
        case.supervision, case.supervision_link = Supervision.ORDINARY, Link.RESOLVE
        await support.main_step(session, county, case.number, Action.REPORT_PROGRESS, at=MORNING + HOUR)
        assert case.supervision is Supervision.ORDINARY


class TestTheRecord:
    @pytest.mark.parametrize(
        "change", ["DELETE FROM breach", "UPDATE breach SET carded = false", "TRUNCATE breach CASCADE"]
    )
    async def test_only_grows(self, session: AsyncSession, county: County, change: str) -> None:
        await brought(session, county, 2)
        await struck(session, MORNING + 25 * HOUR)
        with pytest.raises(DBAPIError, match="only grows"):
            async with session.begin_nested():
                await session.execute(text(change))

    async def test_is_written_by_the_clock_alone(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 2)
        running = (await calendar.running(session, [case.id]))[0]
        with pytest.raises(NotPermitted):
            await operations.strike(
                session, county["center"], deadline_id=running.id, level=Level.YELLOW, at=MORNING + 2 * DAY
            )

    async def test_is_read_by_unit_and_period_within_reach(self, session: AsyncSession, county: County) -> None:
        await brought(session, county, 2)
        await struck(session, MORNING + 50 * HOUR)
        period = {"since": MORNING, "until": MORNING + 2 * DAY}
        unit = county.units["rsj"].id
        mine = await queries.breaches_in(session, county["rsj"], unit_id=unit, **period)
        assert [one.level for one in mine] == ["yellow"]
        assert await queries.breaches_in(session, county["zjj"], **period) == ()
        assert len(await queries.breaches_in(session, county["leader"], since=MORNING, until=MORNING + 9 * DAY)) == 2

    async def test_a_moved_calendar_leaves_it_as_it_is(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 3)
        found = await struck(session, datetime.fromisoformat("2026-11-26T09:00:00+08:00"))
        await operations.set_pattern(
            session,
            system_actor(Role.SYSADMIN),
            weekend=[4, 5, 6],
            periods=[("09:00", "12:00")],
            at=MORNING + 9 * DAY,
        )
        kept = await queries.breaches_of(session, county["center"], case.number)
        assert [one.due_at for one in kept] == [one.due_at for one in found]


class TestChangesReachCases:
    async def test_a_unit_day_moves_what_the_case_shows(self, session: AsyncSession, county: County) -> None:
        from datetime import date

        from domain.calendar.schemas import NoticeDay

        case = await brought(session, county, 3)
        before = case.due_at
        moved = await operations.set_days(
            session,
            system_actor(Role.SYSADMIN),
            days=[NoticeDay(date(2026, 11, 20), is_workday=False, note="单位停电")],
            unit_id=county.units["rsj"].id,
            at=MORNING,
        )
        assert {one.link for one in moved} == {Link.FEEDBACK, Link.RESOLVE}
        assert case.due_at == before + DAY

    async def test_a_limit_with_recompute_moves_it_too(self, session: AsyncSession, county: County) -> None:
        from domain.calendar.models import LimitUnit
        from domain.calendar.rules import Limit

        case = await brought(session, county, 2)
        limit = Limit(12, 24, LimitUnit.HOURS)
        await operations.set_limit(
            session, county["center"], link=Link.ACCEPT, limit=limit, category="07", at=MORNING, recompute=True
        )
        assert case.due_at == MORNING + 12 * HOUR
