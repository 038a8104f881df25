"""Mass effects: what a preview of the rules of time tells is exactly what its act does, and each case says why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import operations as calendar
from domain.calendar.models import Deadline, LimitUnit, Link
from domain.calendar.operations import seed_years, set_limit
from domain.calendar.rules import Limit
from domain.calendar.schemas import MovedDeadline, NoticeDay, Preview
from domain.cases.models import Case
from domain.cases.queries import detail
from domain.kernel import chain
from domain.kernel.actor import system_actor
from domain.kernel.ids import new_id
from domain.kernel.permissions import Role
from domain.kernel.refusals import NotPermitted
from domain.supervision import operations, queries
from tests.domain.supervision.test_strike import brought
from tests.support.county import MORNING, County

SYSADMIN = system_actor(Role.SYSADMIN)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT = MORNING + 3 * DAY
NOTICE = "2026-01-01，休，元旦\n2026-11-20至2026-11-25，休，临时放假\n2026-11-28，班，调休"

Look = Callable[..., Awaitable[Preview]]
Act = Callable[..., Awaitable[Any]]
CHANGES: dict[str, tuple[Look, Act, dict[str, Any]]] = {
    "a notice": (calendar.preview_notice, operations.import_notice, {"text": NOTICE, "year": 2026}),
    "a day off": (
        calendar.preview_days, operations.set_days, {"days": (NoticeDay(date(2026, 11, 20), is_workday=False),)},
    ),
    "a Saturday worked": (
        calendar.preview_days, operations.set_days, {"days": (NoticeDay(date(2026, 11, 21), is_workday=True),)},
    ),
    "a half day": (
        calendar.preview_days,
        operations.set_days,
        {"days": (NoticeDay(date(2026, 11, 19), is_workday=True, periods=((time(8, 30), time(12)),)),)},
    ),
    "days of a unit": (
        calendar.preview_days, operations.set_days,
        {"days": (NoticeDay(date(2026, 11, 20), is_workday=False),), "unit_id": "rsj"},
    ),
    "a pattern": (
        calendar.preview_pattern, operations.set_pattern, {"weekend": [6], "periods": [("09:00", "12:00")]},
    ),
    "a pattern of a unit": (
        calendar.preview_pattern, operations.set_pattern,
        {"weekend": [4, 5, 6], "periods": [("09:00", "12:00")], "unit_id": "rsj"},
    ),
    "a shorter limit": (
        calendar.preview_limit, operations.set_limit,
        {"link": Link.ACCEPT, "limit": Limit(12, 24, LimitUnit.HOURS), "recompute": True},
    ),
    "a longer limit of a unit": (
        calendar.preview_limit, operations.set_limit,
        {"link": Link.FEEDBACK, "limit": Limit(9, 12, LimitUnit.WORKDAYS), "unit_id": "rsj", "recompute": True},
    ),
    "red alone": (
        calendar.preview_limit, operations.set_limit,
        {"link": Link.RESOLVE, "limit": Limit(20, 40, LimitUnit.WORKDAYS), "recompute": True},
    ),
}  # fmt: skip


async def several(session: AsyncSession, county: County) -> list[Case]:
    """Bring cases to clocks on every line; one is paused."""
    await seed_years(session, [2026])
    hours = Limit(7, 14, LimitUnit.WORKHOURS)
    await set_limit(session, county["center"], link=Link.DISPATCH, limit=hours, at=MORNING - DAY)
    cases = [await brought(session, county, steps, seed=steps) for steps in (1, 2, 3, 4)]
    await calendar.pause(session, subject_id=cases[3].id, links=tuple(Link), at=MORNING + HOUR)
    return cases


async def moments(session: AsyncSession) -> dict[UUID, tuple[datetime, datetime]]:
    return {one.id: (one.yellow_at, one.red_at) for one in await session.scalars(select(Deadline))}


@pytest.mark.parametrize("name", CHANGES)
async def test_what_is_previewed_is_what_happens(session: AsyncSession, county: County, name: str) -> None:
    cases = await several(session, county)
    look, act, given = CHANGES[name]
    given = {key: county.units[one].id if one == "rsj" else one for key, one in given.items()}
    before = await moments(session)

    asked = {key: one for key, one in given.items() if key != "recompute"}
    preview = await look(session, SYSADMIN, **asked, at=AT)
    assert await moments(session) == before  # nothing was written
    more = {"source": "测试通知"} if name == "a notice" else {}
    await act(session, SYSADMIN, **given, **more, at=AT)

    after = await moments(session)
    changed = {i for i in before if before[i] != after[i]}
    assert changed
    assert {one.deadline_id: (one.before, one.after) for one in preview.moved} == {
        i: (before[i], after[i]) for i in changed
    }
    told = {case.number: await detail.journal(session, county["center"], case.number) for case in cases}
    moved = {one.subject_id for one in preview.moved}
    for case in cases:
        lines = [line for line in told[case.number] if line.action == "deadline.recompute"]
        assert bool(lines) is (case.id in moved)
        for line in lines:
            assert any(note.startswith("依据：") for note in line.notes)
            assert {change.label for change in line.changes} <= {"黄牌时限", "红牌时限"}
            assert all(change.before != change.after for change in line.changes)
    assert (await chain.examine(session)).broken is None


async def test_the_end_of_a_rule_is_previewed_too(session: AsyncSession, county: County) -> None:
    rule = await set_limit(
        session, county["center"], link=Link.ACCEPT, limit=Limit(6, 12, LimitUnit.HOURS), at=MORNING - DAY
    )
    await several(session, county)
    before = await moments(session)
    assert rule.id is not None

    preview = await calendar.preview_end(session, county["center"], rule_id=rule.id, at=AT)
    await operations.end_limit(session, county["center"], rule_id=rule.id, at=AT, recompute=True)

    after = await moments(session)
    assert {one.deadline_id: one.after for one in preview.moved} == {
        i: after[i] for i in before if before[i] != after[i]
    }
    assert len(preview.moved) == 1


async def test_cases_are_counted_and_named_late_ones_first(session: AsyncSession, county: County) -> None:
    cases = [await brought(session, county, 2, seed=seed) for seed in range(1, 13)]
    at, limit = MORNING + 10 * HOUR, Limit(8, 16, LimitUnit.HOURS)

    preview = await calendar.preview_limit(session, county["center"], link=Link.ACCEPT, limit=limit, at=at)
    seen = await queries.foreseen(session, county["center"], preview, at=at)

    assert "其中 12 个变动（推后 0 个，提前 12 个），涉及 12 件；12 件将立即超期" in seen.sentence
    assert len(seen.examples) == 10
    assert seen.examples[0].endswith(" 接收时限 2026-11-19 09:00 改为 2026-11-18 17:00，将立即超期")
    assert {line.split()[0] for line in seen.examples} <= {case.number for case in cases}
    with pytest.raises(NotPermitted):
        await queries.foreseen(session, county["rsj"], preview, at=at)


def _moved(yellow: int, red: int, *, paused: bool = False) -> MovedDeadline:
    """Make a clock of 10 and 20 hours that moves to so many."""
    start = datetime(2026, 11, 18, tzinfo=UTC)
    pairs = ((10, 20), (yellow, red))
    before, after = (tuple(start + hours * HOUR for hours in pair) for pair in pairs)
    return MovedDeadline(new_id(), new_id(), Link.RESOLVE, before, after, (("", ""), ("", "")), paused)  # type: ignore[arg-type]


def test_the_sum_is_that_of_the_list_it_stands_over() -> None:
    listed = (_moved(10, 25), _moved(10, 22), _moved(12, 20), _moved(4, 20), _moved(10, 15), _moved(4, 20, paused=True))
    at = datetime(2026, 11, 18, 6, tzinfo=UTC)

    sentence = Preview("改动", 9, listed, 0).sentence(at)

    assert sentence == "改动；在办时限 9 个，其中 6 个变动（推后 3 个，提前 3 个），涉及 6 件；1 件将立即超期"
    assert sum(one.later for one in listed) == 3


def test_what_moves_nothing_says_so() -> None:
    assert Preview("改动", 9, (), 0).sentence(MORNING) == "改动；在办时限 9 个，其中 0 个变动"
