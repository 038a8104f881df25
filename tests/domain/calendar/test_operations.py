"""Clocks in the database: starting, stopping, pausing, moving, and the year that is announced late."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import operations, queries, rules
from domain.calendar.models import Deadline, Link, Workday
from domain.calendar.schemas import DeadlineView, NoticeDay
from domain.kernel.actor import system_actor
from domain.kernel.clock import SHANGHAI
from domain.kernel.ids import new_id
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Role
from domain.kernel.refusals import Invalid, NotPermitted


def when(text: str) -> datetime:
    """Read a moment of Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def case_id() -> UUID:
    """Give the id of a case: a clock asks nothing else of it."""
    return new_id()


@pytest.fixture(autouse=True)
async def seeded(session: AsyncSession) -> None:
    """Store the notices of 2025 and 2026."""
    await operations.seed_years(session, [2025, 2026])


async def started(
    session: AsyncSession, case_id: UUID, link: Link, start: str, *, holder_id: UUID | None = None
) -> Deadline:
    """Start a clock with the default limit of its link."""
    return await operations.start(
        session, subject_id=case_id, holder_id=holder_id, link=link, limit=rules.LIMITS[link], at=when(start)
    )


async def shown(session: AsyncSession, deadline: Deadline) -> DeadlineView:
    """Show a clock that nothing moved."""
    return DeadlineView.of(deadline, (), await queries.calendar_of(session), deadline.started_at)


class TestSeedYears:
    async def test_stores_known_years_and_leaves_unknown_ones_out(self, session: AsyncSession) -> None:
        assert await operations.seed_years(session, [2026, 2027]) == (2026,)
        calendar = await queries.calendar_of(session)
        assert calendar.confirmed == {2025, 2026}
        assert calendar.is_workday(date(2026, 10, 10))
        assert not calendar.is_workday(date(2026, 10, 7))

    async def test_a_second_time_changes_nothing_an_administrator_wrote(self, session: AsyncSession) -> None:
        row = await session.get(Workday, date(2026, 10, 10))
        row.is_workday, row.source = False, "通知"
        await session.flush()
        await operations.seed_years(session, [2026])
        await session.refresh(row)
        assert (row.is_workday, row.source) == (False, "通知")

    async def test_names_the_days_in_chinese(self, session: AsyncSession) -> None:
        assert (await session.get(Workday, date(2026, 10, 10))).note == "国庆节调休上班"


class TestStart:
    async def test_stores_both_moments_and_survives_a_reload(self, session: AsyncSession, case_id: UUID) -> None:
        deadline = await started(session, case_id, Link.FEEDBACK, "2026-09-24 10:00")
        await session.refresh(deadline)
        assert deadline.yellow_at == when("2026-10-09 10:00")
        assert deadline.red_at == when("2026-10-15 10:00")
        assert (deadline.link, deadline.limit_text, deadline.provisional) == (Link.FEEDBACK, "5 个工作日", False)

    async def test_stops_the_one_before_of_the_same_link_and_holder(self, session: AsyncSession, case_id: UUID) -> None:
        first = await started(session, case_id, Link.ACCEPT, "2026-11-16 09:00")
        other = await started(session, case_id, Link.ACCEPT, "2026-11-16 09:00", holder_id=new_id())
        await started(session, case_id, Link.ACCEPT, "2026-11-16 15:00")
        assert first.stopped_at == when("2026-11-16 15:00")
        assert other.stopped_at is None

    async def test_is_provisional_when_it_reaches_into_a_year_without_notice(
        self, session: AsyncSession, case_id: UUID
    ) -> None:
        by_days = await started(session, case_id, Link.FEEDBACK, "2026-12-18 10:00")
        by_hours = await started(session, case_id, Link.ACCEPT, "2026-12-31 10:00")
        assert (by_days.provisional, by_hours.provisional) == (True, False)


class TestStop:
    async def test_stops_the_named_links_of_every_holder(self, session: AsyncSession, case_id: UUID) -> None:
        accept = await started(session, case_id, Link.ACCEPT, "2026-11-16 09:00", holder_id=new_id())
        resolve = await started(session, case_id, Link.RESOLVE, "2026-11-16 09:00")
        await operations.stop(session, subject_id=case_id, links={Link.ACCEPT}, at=when("2026-11-16 11:00"))
        assert (accept.stopped_at, resolve.stopped_at) == (when("2026-11-16 11:00"), None)

    async def test_stops_one_holder_alone_when_named(self, session: AsyncSession, case_id: UUID) -> None:
        assist = new_id()
        lead = await started(session, case_id, Link.ACCEPT, "2026-11-16 09:00")
        helper = await started(session, case_id, Link.ACCEPT, "2026-11-16 09:00", holder_id=assist)
        at = when("2026-11-16 11:00")
        await operations.stop(session, subject_id=case_id, links=[Link.ACCEPT], at=at, holder_id=None)
        assert (lead.stopped_at, helper.stopped_at) == (at, None)
        await operations.stop(session, subject_id=case_id, links=[Link.ACCEPT], at=at, holder_id=assist)
        assert helper.stopped_at == at

    async def test_of_nothing_is_no_fault(self, session: AsyncSession, case_id: UUID) -> None:
        assert (
            await operations.stop(session, subject_id=case_id, links=[Link.ACCEPT], at=when("2026-11-16 11:00")) == []
        )


class TestPauseAndResume:
    async def test_hours_keep_what_remained(self, session: AsyncSession, case_id: UUID) -> None:
        deadline = await started(session, case_id, Link.ACCEPT, "2026-11-16 09:00")
        await operations.pause(session, subject_id=case_id, links=[Link.ACCEPT], at=when("2026-11-16 12:00"))
        await operations.resume(session, subject_id=case_id, links=[Link.ACCEPT], at=when("2026-11-18 12:00"))
        assert deadline.paused_at is None
        assert deadline.yellow_at == when("2026-11-19 09:00")
        assert deadline.red_at == when("2026-11-20 09:00")

    async def test_working_days_keep_what_remained_over_a_weekend(self, session: AsyncSession, case_id: UUID) -> None:
        deadline = await started(session, case_id, Link.FEEDBACK, "2026-11-16 09:00")
        await operations.pause(session, subject_id=case_id, links=[Link.FEEDBACK], at=when("2026-11-18 09:00"))
        await operations.resume(session, subject_id=case_id, links=[Link.FEEDBACK], at=when("2026-11-22 20:00"))
        assert deadline.yellow_at == when("2026-11-26 00:00")
        assert deadline.limit_text == "5 个工作日（暂停时间不计）"

    async def test_a_second_pause_does_not_move_the_first(self, session: AsyncSession, case_id: UUID) -> None:
        deadline = await started(session, case_id, Link.ACCEPT, "2026-11-16 09:00")
        for moment in ("2026-11-16 12:00", "2026-11-16 18:00"):
            await operations.pause(session, subject_id=case_id, links=[Link.ACCEPT], at=when(moment))
        assert deadline.paused_at == when("2026-11-16 12:00")

    async def test_resuming_what_runs_changes_nothing(self, session: AsyncSession, case_id: UUID) -> None:
        deadline = await started(session, case_id, Link.ACCEPT, "2026-11-16 09:00")
        assert (
            await operations.resume(session, subject_id=case_id, links=[Link.ACCEPT], at=when("2026-11-18 12:00")) == []
        )
        assert deadline.yellow_at == when("2026-11-17 09:00")


class TestExtend:
    async def test_moves_both_moments_by_working_days(self, session: AsyncSession, case_id: UUID) -> None:
        deadline = await started(session, case_id, Link.FEEDBACK, "2026-09-24 10:00")
        await operations.extend(
            session, subject_id=case_id, links=[Link.FEEDBACK], workdays=3, at=when("2026-09-29 10:00")
        )
        assert deadline.yellow_at == when("2026-10-13 10:00")
        assert deadline.red_at == when("2026-10-20 10:00")
        assert "延期 3 个工作日" in deadline.limit_text

    async def test_may_make_it_provisional(self, session: AsyncSession, case_id: UUID) -> None:
        deadline = await started(session, case_id, Link.FEEDBACK, "2026-12-10 10:00")
        assert not deadline.provisional
        await operations.extend(
            session, subject_id=case_id, links=[Link.FEEDBACK], workdays=10, at=when("2026-12-11 10:00")
        )
        assert deadline.provisional

    async def test_refuses_no_days(self, session: AsyncSession, case_id: UUID) -> None:
        with pytest.raises(Invalid):
            await operations.extend(
                session, subject_id=case_id, links=[Link.RESOLVE], workdays=0, at=when("2026-12-11 10:00")
            )


class TestReopen:
    async def test_keeps_what_remained(self, session: AsyncSession, case_id: UUID) -> None:
        deadline = await started(session, case_id, Link.RESOLVE, "2026-11-02 09:00")
        await operations.stop(session, subject_id=case_id, links=[Link.RESOLVE], at=when("2026-11-04 09:00"))
        await operations.reopen(session, subject_id=case_id, links=[Link.RESOLVE], at=when("2026-11-06 09:00"))
        assert deadline.stopped_at is None
        assert deadline.yellow_at == when("2026-12-02 09:00")

    async def test_gives_at_least_three_working_days(self, session: AsyncSession, case_id: UUID) -> None:
        deadline = await started(session, case_id, Link.FEEDBACK, "2026-11-02 09:00")
        await operations.stop(session, subject_id=case_id, links=[Link.FEEDBACK], at=when("2026-11-18 09:00"))
        await operations.reopen(session, subject_id=case_id, links=[Link.FEEDBACK], at=when("2026-11-20 09:00"))
        assert deadline.yellow_at == deadline.red_at == when("2026-11-25 09:00")

    async def test_takes_the_last_of_a_link_and_leaves_running_ones_alone(
        self, session: AsyncSession, case_id: UUID
    ) -> None:
        first = await started(session, case_id, Link.RESOLVE, "2026-11-02 09:00")
        second = await started(session, case_id, Link.RESOLVE, "2026-11-04 09:00")
        assert (
            await operations.reopen(session, subject_id=case_id, links=[Link.RESOLVE], at=when("2026-11-06 09:00"))
            == []
        )
        assert first.stopped_at is not None
        assert second.stopped_at is None


class TestReads:
    async def test_earliest_is_the_running_clock_that_turns_yellow_first(
        self, session: AsyncSession, case_id: UUID
    ) -> None:
        resolve = await started(session, case_id, Link.RESOLVE, "2026-11-16 09:00")
        feedback = await started(session, case_id, Link.FEEDBACK, "2026-11-16 09:00")
        assert (await queries.earliest(session, case_id)).id == feedback.id
        await operations.pause(session, subject_id=case_id, links=[Link.FEEDBACK], at=when("2026-11-17 09:00"))
        assert (await queries.earliest(session, case_id)).id == resolve.id
        await operations.stop(session, subject_id=case_id, links=Link, at=when("2026-11-17 09:00"))
        assert await queries.earliest(session, case_id) is None

    async def test_running_covers_several_cases_and_paused_clocks(self, session: AsyncSession, case_id: UUID) -> None:
        other = new_id()
        await started(session, case_id, Link.ACCEPT, "2026-11-16 09:00")
        await started(session, other, Link.ACCEPT, "2026-11-16 08:00")
        await operations.pause(session, subject_id=other, links=[Link.ACCEPT], at=when("2026-11-16 10:00"))
        found = await queries.running(session, [case_id, other])
        assert [one.subject_id for one in found] == [other, case_id]
        assert await queries.running(session, []) == []

    async def test_passed_lists_clocks_beyond_yellow(self, session: AsyncSession, case_id: UUID) -> None:
        deadline = await started(session, case_id, Link.ACCEPT, "2026-11-16 09:00")
        assert await queries.passed(session, at=deadline.yellow_at) == []
        assert [one.id for one in await queries.passed(session, at=when("2026-11-17 09:01"))] == [deadline.id]


class TestDeadlineView:
    async def test_explains_itself(self, session: AsyncSession, case_id: UUID) -> None:
        plain = await started(session, case_id, Link.FEEDBACK, "2026-11-18 09:12")
        view = await shown(session, plain)
        assert view.label == "首次反馈"
        assert view.explanation == "自 11-18 09:12 起 5 个工作日，至 11-25 09:12"

    async def test_says_which_notice_is_missing(self, session: AsyncSession, case_id: UUID) -> None:
        deadline = await started(session, case_id, Link.FEEDBACK, "2026-12-28 09:12")
        assert (await shown(session, deadline)).explanation == (
            "自 2026-12-28 09:12 起 5 个工作日，至 2027-01-04 09:12；2027 年放假安排未公布，暂按周末推算"
        )

    async def test_says_that_it_is_paused(self, session: AsyncSession, case_id: UUID) -> None:
        deadline = await started(session, case_id, Link.ACCEPT, "2026-11-18 09:12")
        await operations.pause(session, subject_id=case_id, links=[Link.ACCEPT], at=when("2026-11-18 10:00"))
        view = await shown(session, deadline)
        assert view.paused
        assert view.explanation == "自 11-18 09:12 起 24 小时，11-18 10:00 暂停计时"


class TestConfirmYear:
    NOTICE = (NoticeDay(date(2027, 1, 1), is_workday=False, note="元旦"), NoticeDay(date(2027, 1, 2), is_workday=True))

    async def test_moves_open_deadlines_and_journals_each(self, session: AsyncSession, case_id: UUID) -> None:
        moved = await started(session, case_id, Link.FEEDBACK, "2026-12-30 10:00")
        kept = await started(session, new_id(), Link.FEEDBACK, "2026-11-16 10:00")
        answer = await operations.confirm_year(
            session,
            system_actor(Role.SYSADMIN),
            year=2027,
            days=(self.NOTICE[0],),
            source="国办发明电",
            at=when("2026-12-30 12:00"),
        )
        assert [one.id for one in answer] == [moved.id]
        assert moved.yellow_at == when("2027-01-07 10:00")
        assert (moved.provisional, kept.yellow_at) == (False, when("2026-11-23 10:00"))
        lines = list(await session.scalars(select(JournalEntry).where(col(JournalEntry.subject_id) == case_id)))
        assert [line.action for line in lines] == ["deadline.recompute"]
        assert lines[0].detail["link"] == "feedback"

    async def test_a_notice_that_moves_nothing_still_confirms(self, session: AsyncSession, case_id: UUID) -> None:
        deadline = await started(session, case_id, Link.FEEDBACK, "2026-12-30 10:00")
        answer = await operations.confirm_year(
            session,
            system_actor(Role.SYSADMIN),
            year=2027,
            days=self.NOTICE,
            source="通知",
            at=when("2026-12-30 12:00"),
        )
        assert [one.id for one in answer] == []
        assert not deadline.provisional

    async def test_is_for_the_system_administrator(self, session: AsyncSession) -> None:
        with pytest.raises(NotPermitted):
            await operations.confirm_year(
                session,
                system_actor(Role.CENTER_ADMIN),
                year=2027,
                days=self.NOTICE,
                source="x",
                at=when("2026-12-30 12:00"),
            )

    @pytest.mark.parametrize("days", [(), (NOTICE[1],), (*NOTICE, NoticeDay(date(2026, 5, 1), is_workday=False))])
    async def test_refuses_a_notice_of_another_year_or_without_new_year(
        self, session: AsyncSession, days: tuple[NoticeDay, ...]
    ) -> None:
        with pytest.raises(Invalid):
            await operations.confirm_year(
                session, system_actor(Role.SYSADMIN), year=2027, days=days, source="x", at=when("2026-12-30 12:00")
            )
