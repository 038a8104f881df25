"""Limits as data: the most particular rule in force, the history, and what a change moves."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import operations, queries, rules
from domain.calendar.models import Deadline, LimitRule, LimitSource, LimitUnit, Link
from domain.calendar.rules import Limit
from domain.kernel.actor import system_actor
from domain.kernel.ids import new_id
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Role
from domain.kernel.refusals import Invalid, NotFound, NotPermitted
from domain.orgs import operations as orgs
from domain.orgs.models import UnitKind
from tests.domain.calendar.test_operations import when

CENTRE = system_actor(Role.CENTER_ADMIN)
DAYS, HOURS = LimitUnit.WORKDAYS, LimitUnit.HOURS
START = when("2026-11-18 09:00")


@pytest.fixture
async def unit_id(session: AsyncSession) -> UUID:
    """Give a unit."""
    return (await orgs.add_unit(session, code="water", name="水务局", kind=UnitKind.DEPARTMENT)).id


async def put(session: AsyncSession, yellow: int, *, at: datetime = START, **more: object) -> UUID:
    """Set the feedback limit to so many working days, red twice that."""
    limit = Limit(yellow, yellow * 2, DAYS)
    view = await operations.set_limit(session, CENTRE, **({"link": Link.FEEDBACK, "limit": limit, "at": at} | more))
    assert view.id is not None
    return view.id


async def yellow(session: AsyncSession, *, at: datetime = START, link: Link = Link.FEEDBACK, **facts: object) -> int:
    return (await queries.limit_for(session, link, at=at, **facts)).yellow


async def started(session: AsyncSession, *, at: datetime = START, **more: object) -> Deadline:
    clocks = await operations.Clocks.of(session, new_id())
    limit = await queries.limit_for(session, Link.FEEDBACK, category=str(more.get("category", "")), at=at)
    deadline = await clocks.start(Link.FEEDBACK, limit, at=at, **more)
    await session.flush()
    return deadline


class TestLimitFor:
    async def test_is_the_default_where_no_rule_is(self, session: AsyncSession) -> None:
        assert [await yellow(session, link=link) for link in Link] == [4, 24, 5, 20]
        assert await yellow(session, link=Link.ACCEPT, major=True, urgent=True) == 6

    async def test_takes_unit_and_category_before_unit_before_category_before_any(
        self, session: AsyncSession, unit_id: UUID
    ) -> None:
        await put(session, 8)
        await put(session, 7, category="07")
        await put(session, 6, category="0701")
        await put(session, 4, unit_id=unit_id)
        await put(session, 3, unit_id=unit_id, category="07")
        other = new_id()
        assert await yellow(session) == 8
        assert await yellow(session, category="0799", unit_id=other) == 7
        assert await yellow(session, category="070102") == 6
        assert await yellow(session, category="0801", unit_id=unit_id) == 4
        assert await yellow(session, category="0701", unit_id=unit_id) == 3

    async def test_takes_a_severe_rule_for_cases_both_major_and_urgent_alone(self, session: AsyncSession) -> None:
        await put(session, 2, severe=True)
        assert await yellow(session, major=True, urgent=True) == 2
        assert await yellow(session, major=True) == 5
        assert await yellow(session, urgent=True) == 5

    async def test_a_general_rule_does_not_soften_ruling_two(self, session: AsyncSession, unit_id: UUID) -> None:
        await put(session, 40, link=Link.ACCEPT, unit_id=unit_id)
        assert await yellow(session, link=Link.ACCEPT, unit_id=unit_id, major=True, urgent=True) == 6
        assert await yellow(session, link=Link.ACCEPT, unit_id=unit_id) == 40

    async def test_looks_at_the_moment(self, session: AsyncSession) -> None:
        await put(session, 8, at=START)
        await put(session, 9, at=START + timedelta(days=1))
        moments = (START - timedelta(seconds=1), START, START + timedelta(hours=23), START + timedelta(days=1))
        assert [await yellow(session, at=at) for at in moments] == [5, 8, 8, 9]


class TestSetLimit:
    async def test_closes_the_one_before_and_overwrites_nothing(self, session: AsyncSession) -> None:
        first = await put(session, 8, at=START)
        second = await put(session, 9, at=START + timedelta(days=1))
        history = await queries.limit_history(session, Link.FEEDBACK)
        assert [(one.id, one.limit.yellow, one.valid_until) for one in history] == [
            (second, 9, None),
            (first, 8, START + timedelta(days=1)),
        ]

    async def test_is_journalled_and_listed_among_the_changes(self, session: AsyncSession) -> None:
        rule = await put(session, 8, note="县里通知")
        line = (await session.scalars(select(JournalEntry).where(col(JournalEntry.subject_id) == rule))).one()
        assert (line.action, line.detail["yellow"], line.detail["unit"]) == ("limit.set", 8, "workdays")
        assert (await queries.changes(session))[0].note.startswith("首次反馈时限改为黄牌 8、红牌 16 个工作日")

    @pytest.mark.parametrize(
        ("rule", "listed"),
        [
            ({}, [(8, False)]),  # the default it overrides is not in force
            ({"category": "07"}, [(5, True), (8, False)]),
            ({"severe": True}, [(5, True), (8, False)]),
            ({"link": Link.ACCEPT, "severe": True}, [(24, True), (8, False)]),
            ({"link": Link.ACCEPT}, [(8, False), (6, True)]),
        ],
    )
    async def test_lists_those_in_force_alone(
        self, session: AsyncSession, rule: dict[str, object], listed: list[tuple[int, bool]]
    ) -> None:
        await put(session, 8, **rule)
        shown = await queries.limits_in_force(session, START + timedelta(hours=1))
        link = rule.get("link", Link.FEEDBACK)
        assert [(one.limit.yellow, one.id is None) for one in shown if one.link is link] == listed

    @pytest.mark.parametrize("role", [Role.OFFICER, Role.LEADER, Role.REGISTRAR])
    async def test_is_for_administrators(self, session: AsyncSession, role: Role) -> None:
        with pytest.raises(NotPermitted):
            await operations.set_limit(
                session, system_actor(role), link=Link.ACCEPT, limit=Limit(1, 2, HOURS), at=START
            )

    async def test_refuses_to_go_before_a_later_rule(self, session: AsyncSession) -> None:
        await put(session, 8, at=START)
        with pytest.raises(Invalid, match="更晚生效"):
            await put(session, 9, at=START - timedelta(days=1))

    async def test_refuses_what_is_no_category(self, session: AsyncSession) -> None:
        with pytest.raises(Invalid, match="类别"):
            await put(session, 9, category="七")

    async def test_leaves_open_deadlines_alone_unless_asked(self, session: AsyncSession) -> None:
        deadline = await started(session)
        await put(session, 2)
        assert deadline.yellow_at == when("2026-11-25 09:00")
        await put(session, 3, at=START + timedelta(hours=1), recompute=True)
        assert (deadline.yellow_at, deadline.red_at) == (when("2026-11-23 09:00"), when("2026-11-26 09:00"))
        assert deadline.limit_text == "3 个工作日"
        query = select(JournalEntry).where(col(JournalEntry.action) == "deadline.recompute")
        lines = list(await session.scalars(query.order_by(col(JournalEntry.seq))))
        assert [line.subject_kind for line in lines] == ["case", "calendar"]
        assert (lines[1].detail["open"], lines[1].detail["moved"]) == (1, 1)

    async def test_moves_only_what_the_rule_is_for(self, session: AsyncSession) -> None:
        wages = await started(session, category="0701")
        noise = await started(session, category="0801")
        promise = await started(session, category="0701", source=LimitSource.PROMISE)
        await put(session, 3, category="07", at=START + timedelta(hours=1), recompute=True)
        assert wages.yellow_at == when("2026-11-23 09:00")
        assert {noise.yellow_at, promise.yellow_at} == {when("2026-11-25 09:00")}

    async def test_keeps_extensions_when_it_moves(self, session: AsyncSession) -> None:
        deadline = await started(session)
        await operations.extend(
            session, subject_id=deadline.subject_id, links=[Link.FEEDBACK], workdays=2, at=START + timedelta(hours=1)
        )
        await put(session, 3, at=START + timedelta(hours=2), recompute=True)
        assert deadline.yellow_at == when("2026-11-25 09:00")
        assert deadline.limit_text == "3 个工作日（延期 2 个工作日）"


class TestEndLimit:
    async def test_brings_back_the_next_less_particular_one(self, session: AsyncSession) -> None:
        await put(session, 8)
        rule = await put(session, 7, category="07")
        later = START + timedelta(hours=1)
        await operations.end_limit(session, CENTRE, rule_id=rule, at=later)
        assert await yellow(session, category="0701", at=later) == 8
        assert await session.scalar(select(func.count()).select_from(LimitRule)) == 2

    async def test_refuses_twice_and_what_is_not_there(self, session: AsyncSession) -> None:
        rule = await put(session, 8)
        await operations.end_limit(session, CENTRE, rule_id=rule, at=START)
        with pytest.raises(Invalid, match="已经停用"):
            await operations.end_limit(session, CENTRE, rule_id=rule, at=START)
        with pytest.raises(NotFound):
            await operations.end_limit(session, CENTRE, rule_id=new_id(), at=START)


class TestLatestAt:
    async def test_bounds_yellow_through_everything_that_moves_it(self, session: AsyncSession) -> None:
        city = when("2026-11-24 12:00")
        deadline = await started(session, latest_at=city)
        assert (deadline.yellow_at, deadline.red_at) == (city, when("2026-12-02 09:00"))
        await operations.extend(
            session, subject_id=deadline.subject_id, links=[Link.FEEDBACK], workdays=5, at=START + timedelta(hours=1)
        )
        assert deadline.yellow_at == city


def test_rules_choose_without_a_database() -> None:
    line = rules.LimitLine(Link.ACCEPT, Limit(1, 2, HOURS), "", None, False, START, None)
    facts = {"category": "07", "unit_id": None, "severe": False}
    assert rules.chosen([line], Link.ACCEPT, at=START, **facts).yellow == 1
    assert rules.chosen([line], Link.DISPATCH, at=START, **facts).yellow == 4
