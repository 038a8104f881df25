"""Calendars as data: units of their own, patterns, notices from text, previews, versions, explanations."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import operations, queries, rules
from domain.calendar.models import Deadline, LimitUnit, Link, Workday
from domain.calendar.rules import Limit
from domain.calendar.rules.notice import read_notice
from domain.calendar.schemas import DeadlineView, NoticeDay
from domain.kernel.actor import system_actor
from domain.kernel.ids import new_id
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Role
from domain.kernel.refusals import Invalid, NotPermitted
from domain.orgs import operations as orgs
from domain.orgs.models import UnitKind
from tests.domain.calendar.test_operations import when

SYSADMIN = system_actor(Role.SYSADMIN)
AT = when("2026-11-18 09:00")
FRIDAY = date(2026, 11, 20)
DAYS = [(("08:30", "12:00"), ("14:30", "17:30"))]


@pytest.fixture(autouse=True)
async def seeded(session: AsyncSession) -> None:
    """Store the notices of 2025 and 2026."""
    await operations.seed_years(session, [2025, 2026])


@pytest.fixture
async def unit_id(session: AsyncSession) -> UUID:
    """Give a unit."""
    return (await orgs.add_unit(session, code="water", name="水务局", kind=UnitKind.DEPARTMENT)).id


async def started(
    session: AsyncSession, start: str, *, limit: Limit | None = None, unit_id: UUID | None = None
) -> Deadline:
    return await operations.start(
        session, subject_id=new_id(), holder_id=None, link=Link.FEEDBACK,
        limit=limit or rules.LIMITS[Link.FEEDBACK], at=when(start), unit_id=unit_id,
    )  # fmt: skip


class TestUnitCalendars:
    async def test_a_unit_has_days_of_its_own_over_the_common_ones(self, session: AsyncSession, unit_id: UUID) -> None:
        mine = await started(session, "2026-11-18 09:00", unit_id=unit_id)
        common = await started(session, "2026-11-18 09:00")
        moved = await operations.set_days(
            session, SYSADMIN, days=[NoticeDay(FRIDAY, is_workday=False, note="停电")], unit_id=unit_id, at=AT
        )
        assert [one.id for one in moved] == [mine.id]
        assert (mine.yellow_at, common.yellow_at) == (when("2026-11-26 09:00"), when("2026-11-25 09:00"))
        own = await queries.calendar_of(session, unit_id)
        assert not own.is_workday(FRIDAY)
        assert not own.is_workday(date(2026, 10, 1))
        assert (await queries.calendar_of(session)).is_workday(FRIDAY)

    async def test_a_day_taken_back_moves_them_back(self, session: AsyncSession, unit_id: UUID) -> None:
        mine = await started(session, "2026-11-18 09:00", unit_id=unit_id)
        day = NoticeDay(FRIDAY, is_workday=False)
        await operations.set_days(session, SYSADMIN, days=[day], unit_id=unit_id, at=AT)
        await operations.set_days(session, SYSADMIN, days=[], removed=[FRIDAY], unit_id=unit_id, at=AT)
        assert mine.yellow_at == when("2026-11-25 09:00")

    async def test_a_unit_has_a_weekend_and_periods_of_its_own(self, session: AsyncSession, unit_id: UUID) -> None:
        await operations.set_pattern(
            session, SYSADMIN, weekend=[0], periods=[("13:00", "17:00"), ("09:00", "12:00")], unit_id=unit_id, at=AT
        )
        own = await queries.calendar_of(session, unit_id)
        assert own.is_workday(date(2026, 11, 21))
        assert not own.is_workday(date(2026, 11, 23))
        assert not own.is_workday(date(2026, 10, 3))
        assert [f"{start:%H:%M}" for start, _ in own.periods] == ["09:00", "13:00"]

    async def test_others_follow_the_common_one(self, session: AsyncSession, unit_id: UUID) -> None:
        await operations.set_pattern(session, SYSADMIN, weekend=[6], periods=[("08:00", "16:00")], at=AT)
        for owner in (None, unit_id, new_id()):
            assert (await queries.calendar_of(session, owner)).is_workday(date(2026, 11, 21))

    async def test_a_half_day_shortens_working_hours(self, session: AsyncSession) -> None:
        morning = rules.read_periods([("08:30", "12:00")])
        deadline = await started(session, "2026-11-20 11:00", limit=Limit(2, 4, LimitUnit.WORKHOURS))
        assert deadline.yellow_at == when("2026-11-20 15:30")
        await operations.set_days(session, SYSADMIN, days=[NoticeDay(FRIDAY, is_workday=True, periods=morning)], at=AT)
        assert deadline.yellow_at == when("2026-11-23 09:30")


class TestPatternRefusals:
    @pytest.mark.parametrize(
        ("weekend", "periods", "said"),
        [
            (range(7), DAYS[0], "每周至少须有一个工作日"),
            ([5, 6], [], "至少须有一个工作时段"),
            ([5, 6], [("12:00", "08:00")], "结束须晚于开始"),
            ([5, 6], [("08:00", "12:00"), ("11:00", "15:00")], "不能重叠"),
            ([5, 6], [("8点", "12:00")], "08:30-12:00"),
        ],
    )
    async def test_say_what_is_wrong(
        self, session: AsyncSession, weekend: list[int], periods: list[tuple[str, str]], said: str
    ) -> None:
        with pytest.raises(Invalid, match=said):
            await operations.set_pattern(session, SYSADMIN, weekend=weekend, periods=periods, at=AT)

    async def test_are_for_the_system_administrator(self, session: AsyncSession) -> None:
        with pytest.raises(NotPermitted):
            await operations.set_days(session, system_actor(Role.CENTER_ADMIN), days=[], at=AT)

    async def test_a_year_without_any_working_day_is_refused_where_a_deadline_needs_one(
        self, session: AsyncSession
    ) -> None:
        await started(session, "2026-12-30 10:00")
        years = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]
        never = [NoticeDay(day, is_workday=False) for day in years]
        rest = [NoticeDay(date(2028, 1, 1) + timedelta(days=n), is_workday=False) for n in range(60)]
        await operations.set_days(session, SYSADMIN, days=rest, at=AT)
        with pytest.raises(Invalid, match="连续 400 天没有工作日"):
            await operations.confirm_year(session, SYSADMIN, year=2027, days=never, source="x", at=AT)


class TestVersions:
    async def test_count_changes_of_the_calendar_and_stand_on_deadlines(self, session: AsyncSession) -> None:
        first = await started(session, "2026-11-18 09:00")
        before = first.calendar_version
        await operations.set_days(session, SYSADMIN, days=[NoticeDay(FRIDAY, is_workday=False)], at=AT)
        second = await started(session, "2026-11-18 09:00")
        assert second.calendar_version == before + 1
        assert first.calendar_version == before + 1
        assert (await queries.changes(session))[0].version == before + 1

    async def test_a_limit_does_not_count(self, session: AsyncSession) -> None:
        before = (await queries.calendar_of(session)).version
        await operations.set_limit(session, SYSADMIN, link=Link.ACCEPT, limit=Limit(1, 2, LimitUnit.HOURS), at=AT)
        assert (await queries.calendar_of(session)).version == before

    async def test_seeding_again_is_no_change(self, session: AsyncSession) -> None:
        before = await queries.changes(session)
        await operations.seed_years(session, [2025, 2026])
        assert await queries.changes(session) == before


NOTICE = """日期，类型，名称
2027-01-01至2027-01-03，休，元旦
2027/1/9，班，元旦调休

2027年2月5日~2027年2月11日\t放假\t春节
2027.2.14；上班；春节调休
"""


class TestReadNotice:
    def test_reads_ranges_signs_and_words(self) -> None:
        days = {one.day: (one.is_workday, one.note) for one in read_notice(NOTICE, 2027)}
        assert len(days) == 12
        assert days[date(2027, 1, 3)] == (False, "元旦")
        assert days[date(2027, 1, 9)] == (True, "元旦调休")
        assert days[date(2027, 2, 11)] == (False, "春节")
        assert days[date(2027, 2, 14)] == (True, "春节调休")

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("2027-01-01 元旦", "须为“休”或“班”"),
            ("元旦放假", "看不懂"),
            ("2027-02-30，休，春节", "没有 2027-2-30 这一天"),
            ("2026-12-31，休，元旦", "日期不在 2027 年内"),
            ("2027-01-03至2027-01-01，休，元旦", "起止日期颠倒"),
            ("2027-01-01至2027-12-31，休，元旦", "超过 40 天"),
            ("2027-01-01，休，" + "长" * 41, "名称最多 40 字"),
        ],
    )
    def test_says_what_is_wrong_with_a_line(self, line: str, said: str) -> None:
        with pytest.raises(Invalid) as refused:
            read_notice(f"2027-05-01，休，劳动节\n{line}", 2027)
        assert refused.value.fields["line 2"].startswith("第 2 行：")
        assert said in refused.value.fields["line 2"]

    def test_names_every_bad_line_at_once_and_a_day_named_twice(self) -> None:
        with pytest.raises(Invalid) as refused:
            read_notice("2027-01-01，休\n2027-01-01，班\n什么", 2027)
        assert refused.value.fields.keys() == {"line 2", "line 3"}
        assert "2027-01-01 与前面的行重复" in refused.value.message

    def test_refuses_an_empty_one(self) -> None:
        with pytest.raises(Invalid, match="没有读到任何日期"):
            read_notice("日期，类型，名称\n", 2027)


class TestImport:
    async def test_shows_what_it_would_move_and_then_moves_exactly_that(self, session: AsyncSession) -> None:
        moved = await started(session, "2026-12-30 10:00")
        kept = await started(session, "2026-11-18 10:00")
        preview = await operations.preview_notice(session, SYSADMIN, NOTICE, year=2027, at=AT)
        assert [one.deadline_id for one in preview.moved] == [moved.id]
        assert preview.no_longer_provisional == 1
        assert preview.sentence(AT) == (
            "2027 年放假安排共 12 天；在办时限 2 个，其中 1 个变动（推后 1 个，提前 0 个），涉及 1 件；"
            "没有案件因此超期；1 个由暂定转为确定"
        )
        assert moved.yellow_at == when("2027-01-06 10:00")
        assert await session.get(Workday, date(2027, 1, 1)) is None

        answer = await operations.import_notice(session, SYSADMIN, NOTICE, year=2027, source="国办", at=AT)
        assert [(one.id, one.yellow_at) for one in answer] == [(moved.id, preview.moved[0].after[0])]
        assert moved.yellow_at == when("2027-01-07 10:00")
        assert kept.yellow_at == when("2026-11-25 10:00")
        query = select(JournalEntry).where(col(JournalEntry.action) == "deadline.recompute")
        lines = list(await session.scalars(query.order_by(col(JournalEntry.seq))))
        assert [line.subject_kind for line in lines] == ["case", "calendar"]
        assert lines[1].detail | {"calendar_version": 0} == {
            "year": 2027,
            "open": 2,
            "moved": 1,
            "calendar_version": 0,
        }

    async def test_shows_the_year(self, session: AsyncSession) -> None:
        assert not (await queries.calendar_year(session, 2027)).confirmed
        await operations.import_notice(session, SYSADMIN, NOTICE, year=2027, source="国办", at=AT)
        view = await queries.calendar_year(session, 2027)
        assert (view.confirmed, len(view.days), view.weekend) == (True, 12, (5, 6))


class TestExplained:
    async def view(self, session: AsyncSession, deadline: Deadline, at: str) -> DeadlineView:
        return (await queries.explained(session, deadline.subject_id, at=when(at)))[0]

    async def test_says_what_counted_and_what_did_not_and_why(self, session: AsyncSession) -> None:
        deadline = await started(session, "2026-09-24 10:00")
        view = await self.view(session, deadline, "2026-09-24 10:00")
        assert [one.text for one in view.segments] == [
            "09-24 10:00 至 09-24 24:00 计 14 小时",
            "09-25 00:00 至 09-27 24:00 中秋，不计",
            "09-28 00:00 至 09-30 24:00 计 3 个工作日",
            "10-01 00:00 至 10-07 24:00 国庆节，不计",
            "10-08 00:00 至 10-09 10:00 计 1 个工作日 10 小时",
        ]
        assert sum((one.counted for one in view.segments), timedelta()) == timedelta(days=5)

    async def test_tells_pauses_extensions_and_the_calendar(self, session: AsyncSession) -> None:
        deadline = await started(session, "2026-11-18 09:00")
        case = {"subject_id": deadline.subject_id, "links": [Link.FEEDBACK]}
        await operations.pause(session, at=when("2026-11-19 09:00"), **case)
        await operations.resume(session, at=when("2026-11-20 09:00"), **case)
        await operations.extend(session, at=when("2026-11-20 10:00"), workdays=2, **case)
        view = await self.view(session, deadline, "2026-11-20 12:00")
        assert [one.reason for one in view.segments] == ["", "暂停计时", "", "周末", "", "周末", ""][
            : len(view.segments)
        ]
        assert sum((one.counted for one in view.segments), timedelta()) == timedelta(days=7)
        assert view.notes == (
            "时限来自时限规则：5 个工作日（暂停时间不计）（延期 2 个工作日）；红牌时限 2026-12-07 09:00",
            "2026-11-19 09:00 至 2026-11-20 09:00 暂停计时，时间不计",
            "2026-11-20 10:00 延期 2 个工作日",
            f"按工作日历第 {deadline.calendar_version} 版计算",
        )

    async def test_lays_a_paused_clock_out_to_the_present(self, session: AsyncSession) -> None:
        deadline = await started(session, "2026-11-18 09:00")
        await operations.pause(
            session, subject_id=deadline.subject_id, links=[Link.FEEDBACK], at=when("2026-11-18 12:00")
        )
        view = await self.view(session, deadline, "2026-11-19 12:00")
        assert [one.text for one in view.segments] == [
            "11-18 09:00 至 11-18 12:00 计 3 小时",
            "11-18 12:00 至 11-19 12:00 暂停计时，不计",
        ]

    async def test_lays_working_hours_out_by_period(self, session: AsyncSession) -> None:
        deadline = await started(session, "2026-11-20 16:30", limit=Limit(2, 4, LimitUnit.WORKHOURS))
        view = await self.view(session, deadline, "2026-11-20 16:30")
        assert [one.text for one in view.segments] == [
            "11-20 16:30 至 11-20 17:30 计 1 小时",
            "11-20 17:30 至 11-20 24:00 非工作时段，不计",
            "11-21 00:00 至 11-22 24:00 周末，不计",
            "11-23 00:00 至 11-23 08:30 非工作时段，不计",
            "11-23 08:30 至 11-23 09:30 计 1 小时",
        ]

    async def test_says_that_a_year_is_provisional(self, session: AsyncSession) -> None:
        view = await self.view(session, await started(session, "2026-12-30 10:00"), "2026-12-30 10:00")
        assert view.notes[-1] == "2027 年放假安排未公布，暂按周末推算"
        assert view.segments[0].text == "2026-12-30 10:00 至 2027-01-01 24:00 计 2 个工作日 14 小时"

    async def test_natural_hours_are_one_stretch(self, session: AsyncSession) -> None:
        deadline = await started(session, "2026-11-20 16:30", limit=Limit(24, 48, LimitUnit.HOURS))
        view = await self.view(session, deadline, "2026-11-20 16:30")
        assert [one.text for one in view.segments] == ["11-20 16:30 至 11-21 16:30 计 24 小时"]
