"""The morning brief: what it tells whom, what is kept of it, and what its reader may see later.

2026-11-18 is a Wednesday.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.briefs import operations, queries, rules
from domain.briefs.models import Brief
from domain.briefs.schemas import BriefView, Reason
from domain.calendar import queries as calendar
from domain.calendar.operations import seed_years
from domain.kernel.actor import system_actor
from domain.kernel.clock import day_bounds
from domain.kernel.permissions import Role
from domain.kernel.refusals import NotFound, NotPermitted
from domain.notices.models import Notice
from domain.statistics.queries import county as statistics
from domain.statistics.queries.county import Scope
from domain.statistics.rules import Days
from domain.statistics.schemas import Figure
from domain.supervision import operations as supervision
from domain.supervision.queries import overdue
from domain.warnings import operations as answering
from domain.warnings import queries as warnings
from domain.warnings.models import Verdict
from domain.warnings.schemas import Answer
from tests.support import county as support
from tests.support import risk
from tests.support.county import MAIN_LINE, MORNING, County

DAY = timedelta(days=1)
THURSDAY, FRIDAY, MONDAY = date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 23)


def eight(day: date) -> datetime:
    return day_bounds(day)[0] + timedelta(hours=8)


async def told(session: AsyncSession, county: County, login: str, day: date = THURSDAY) -> BriefView:
    await operations.make(session, county[login], day=day, at=eight(day))
    return await queries.view(session, county[login], day, at=eight(day))


def counts(view: BriefView) -> dict[Figure, int]:
    return {one.figure: one.count for one in view.figures}


async def lives(session: AsyncSession, county: County, lengths: Sequence[int]) -> list[str]:
    """Bring cases so far along their main line on Wednesday morning."""
    await seed_years(session, [2026])
    return [
        await support.bring_to(session, county, MAIN_LINE[:length], at=MORNING, seed=seed)
        for seed, length in enumerate(lengths, start=1)
    ]


async def strike(session: AsyncSession, at: datetime) -> None:
    clock = system_actor(Role.CLOCK)
    for one in await overdue(session, clock, at=at):
        await supervision.strike(session, clock, deadline_id=one.deadline_id, level=one.level, at=at)


async def numbers(session: AsyncSession, county: County, login: str, view: BriefView, figure: Figure) -> set[str]:
    """Give the numbers that the list behind a figure of a brief has, as the page asks for it."""
    actor, at = county[login], view.made_at
    if figure.standing:
        page = await queries.cases_behind(session, actor, view.day, figure, at=at, size=100)
    else:
        page = await statistics.cases_behind(session, actor, figure, Scope(view.days), at=at, size=100)
    assert page.total == len(page.items)
    return {one.number for one in page.items}


class TestPeriod:
    async def test_a_brief_tells_of_the_days_since_the_one_before(self, session: AsyncSession, county: County) -> None:
        await lives(session, county, [])

        first, second, after = [(await told(session, county, "leader", day)).days for day in (THURSDAY, FRIDAY, MONDAY)]

        assert (first, second) == (Days(date(2026, 11, 18), date(2026, 11, 18)), Days(THURSDAY, THURSDAY))
        assert after == Days(FRIDAY, date(2026, 11, 22)), "a Monday tells of the weekend, too"

    async def test_a_day_that_was_missed_is_told_by_the_next(self, session: AsyncSession, county: County) -> None:
        await lives(session, county, [])
        await told(session, county, "leader", date(2026, 11, 17))

        assert (await told(session, county, "leader", FRIDAY)).days == Days(date(2026, 11, 17), THURSDAY)

    @pytest.mark.parametrize(
        ("moment", "due"),
        [
            (eight(THURSDAY), THURSDAY),
            (eight(THURSDAY) - timedelta(minutes=1), None),
            (day_bounds(THURSDAY)[1] - timedelta(seconds=1), THURSDAY),
            (day_bounds(THURSDAY)[1], None),
            (eight(date(2026, 11, 21)), None),  # a Saturday
            (eight(date(2026, 10, 10)), date(2026, 10, 10)),  # a Saturday that is worked for a holiday
        ],
    )
    async def test_is_due_from_its_hour_to_the_end_of_a_working_day(
        self, session: AsyncSession, moment: datetime, due: date | None
    ) -> None:
        await seed_years(session, [2026])
        assert rules.due_on(moment, time(8), await calendar.calendar_of(session)) == due


class TestFigures:
    async def test_each_is_the_number_of_its_list(self, session: AsyncSession, county: County) -> None:
        await risk.add_machine(session, county)
        await lives(session, county, (1, 2, 3, 3, 6, len(MAIN_LINE)))
        await risk.label_all(session, county["model"], at=MORNING)
        await strike(session, eight(FRIDAY))

        met: set[Figure] = set()
        for login in ("leader", "rsj_head", "zjj_head"):
            for day in (THURSDAY, FRIDAY, MONDAY):
                view = await told(session, county, login, day)
                for one in view.figures:
                    assert len(await numbers(session, county, login, view, one.figure)) == one.count, (login, one)
                    met |= {one.figure} if one.count else set()
        assert met == set(rules.FIGURES)

    async def test_a_department_is_told_of_its_own(self, session: AsyncSession, county: County) -> None:
        await lives(session, county, (1, 2, 3))

        whole, own, other = [counts(await told(session, county, login)) for login in ("leader", "rsj_head", "zjj_head")]

        assert [one[Figure.RECEIVED] for one in (whole, own, other)] == [3, 2, 0]

    async def test_what_was_counted_of_a_moment_stays_listed(self, session: AsyncSession, county: County) -> None:
        await risk.add_machine(session, county)
        (number,) = await lives(session, county, (3,))
        await risk.send(session, county, risk.said(number))
        view = await told(session, county, "leader")
        answer = Answer(Verdict.SETTLED, "已核实")
        (label,) = await warnings.of_case(session, county["rsj"], number, at=MORNING)
        await answering.answer(session, county["rsj"], label.id, answer, at=view.made_at)

        assert counts(view)[Figure.ALERTED] == 1
        assert await numbers(session, county, "leader", view, Figure.ALERTED) == {number}


class TestReaders:
    async def test_those_who_see_the_county_share_one(self, session: AsyncSession, county: County) -> None:
        await lives(session, county, (1,))
        kinds = await queries.receivers(session, at=MORNING)

        assert sorted(sorted(one.login for one in readers) for readers in kinds.values()) == [
            ["center", "leader"], ["rsj_head"], ["zjj_head"],
        ]  # fmt: skip
        made = [
            await operations.make(session, county[login], day=THURSDAY, at=MORNING) for login in ("center", "leader")
        ]
        assert made[0] is made[1]

    async def test_nobody_reads_another_department_s(self, session: AsyncSession, county: County) -> None:
        await lives(session, county, (2,))
        await told(session, county, "rsj_head")

        with pytest.raises(NotFound):
            await queries.view(session, county["zjj_head"], THURSDAY, at=MORNING)
        with pytest.raises(NotFound):
            await queries.cases_behind(session, county["leader"], THURSDAY, Figure.TODAY, at=MORNING)
        moved = replace(county["rsj_head"], unit_id=county["zjj_head"].unit_id)
        with pytest.raises(NotFound):
            await queries.view(session, moved, THURSDAY, at=MORNING)
        with pytest.raises(NotPermitted):
            await queries.view(session, county["rsj"], THURSDAY, at=MORNING)

    async def test_who_stands_in_reads_whose_brief_it_is(self, session: AsyncSession, county: County) -> None:
        head = county["rsj_head"]
        view = await told(session, county, "rsj_head")
        deputy = replace(head, account_id=county["rsj"].account_id, stands_for=head.account_id)

        assert await queries.view(session, deputy, THURSDAY, at=view.made_at) == view

    async def test_each_is_told_once_a_day(self, session: AsyncSession, county: County) -> None:
        await lives(session, county, (1,))
        for at in (eight(THURSDAY), eight(THURSDAY) + timedelta(hours=2)):
            brief = await operations.make(session, county["leader"], day=THURSDAY, at=at)
            await operations.tell(session, brief, [county["leader"], county["center"]], at=at)

        notices = (await session.scalars(select(Notice).where(col(Notice.kind) == "brief"))).all()
        assert {one.account_id for one in notices} == {county["leader"].account_id, county["center"].account_id}
        assert len(notices) == 2
        assert notices[0].text == (
            "每日晨报：受理 1 件，办结 0 件，新增超时 0 件，新增督办牌 0 件，今日到期 0 件，红橙预警待反馈 0 件"
        )
        assert await session.scalar(select(func.count()).select_from(Brief)) == 1


class TestAsks:
    async def test_the_three_that_wait_the_longest_are_named_by_reason(
        self, session: AsyncSession, county: County
    ) -> None:
        confirm, later, late = await lives(session, county, (5, 5, 2))
        view = await told(session, county, "leader", FRIDAY)

        assert [(one.reason, one.case.number) for one in view.asks] == [
            (Reason.CONFIRM, confirm), (Reason.LATE, late), (Reason.CONFIRM, later),
        ]  # fmt: skip

    async def test_what_is_supervised_waits_for_no_word(self, session: AsyncSession, county: County) -> None:
        (late,) = await lives(session, county, (2,))
        await strike(session, eight(FRIDAY))

        assert not (await told(session, county, "leader", FRIDAY)).asks
        assert [one.case.number for one in (await told(session, county, "rsj_head", FRIDAY)).asks] == [late]

    async def test_a_case_out_of_reach_is_not_shown(self, session: AsyncSession, county: County) -> None:
        head, (elsewhere,) = county["rsj_head"], await lives(session, county, (1,))
        brief = await operations.make(session, head, day=THURSDAY, at=MORNING)
        brief.asks, brief.cases = [[Reason.LATE, elsewhere]], {Figure.TODAY: [elsewhere]}
        await session.flush()

        assert not (await queries.view(session, head, THURSDAY, at=MORNING)).asks
        page = await queries.cases_behind(session, head, THURSDAY, Figure.TODAY, at=MORNING)
        assert (page.total, page.items) == (0, ())


def test_a_brief_holds_no_title_and_no_name() -> None:
    assert {column.name for column in Brief.__table__.columns} == {  # type: ignore[attr-defined]
        "id", "readers", "brief_date", "first_date", "last_date", "made_at", "figures", "cases", "asks",
    }  # fmt: skip
