"""What ends soon or is over, told alike by chip, counter, list and reminder, on every line and calendar, at any moment.

2026-09-14 is a Monday; 09-20 and 10-10 are weekend days worked, 09-25 to 09-27 and 10-01 to 10-07 are off.
"""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar.models import Deadline, LimitUnit, Link
from domain.calendar.operations import seed_years, set_limit
from domain.calendar.rules import Limit
from domain.calendar.schemas import NoticeDay
from domain.cases.inputs import CaseFilter
from domain.cases.models import Case
from domain.cases.queries import listing, views
from domain.cases.schemas import CaseRow
from domain.kernel.actor import Actor, system_actor
from domain.kernel.clock import SHANGHAI
from domain.kernel.permissions import Role
from domain.supervision import operations
from domain.supervision import queries as breaches
from tests.support import county as support
from tests.support.county import MAIN_LINE, County

SYSADMIN, CLOCK = system_actor(Role.SYSADMIN), system_actor(Role.CLOCK)
FIRST = datetime(2026, 9, 14, 9, 0, tzinfo=SHANGHAI)
STARTS = ("09-16 09:00", "09-18 17:20", "09-20 12:30", "09-24 17:29", "09-25 10:00", "09-29 16:00", "09-30 17:25")


def when(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


async def brought(session: AsyncSession, county: County, steps: int, *, at: datetime, seed: int = 1) -> None:
    number = await support.draft(session, county, at=at, seed=seed, occurred_at=None)
    for action in MAIN_LINE[:steps]:
        await support.main_step(session, county, number, action, at=at)


async def several(session: AsyncSession, county: County) -> None:
    """Bring cases to every kind of clock, from several moments, with a limit in working hours among them."""
    await seed_years(session, [2026])
    hours = Limit(7, 14, LimitUnit.WORKHOURS)
    await set_limit(session, county["center"], link=Link.DISPATCH, limit=hours, at=FIRST)
    for seed, start in enumerate(STARTS, start=1):
        for steps in (1, 2, 3, 4):
            await brought(session, county, steps, at=when(start), seed=seed * 10 + steps)


async def told(session: AsyncSession, actor: Actor, at: datetime) -> list[CaseRow]:
    """Give the rows within reach, after comparing their chips with counters, filters and what is reminded of."""
    rows = (await listing.search(session, actor, CaseFilter(), at=at, size=200)).items
    names = {"orange": "due_24h", "red": "overdue"}
    counts = await views.count_views(session, actor, tuple(names.values()), at=at)
    for tone, view in names.items():
        chips = {row.number for row in rows if row.tone == tone}
        listed = {
            row.number for row in (await listing.search(session, actor, CaseFilter(view=view), at=at, size=200)).items
        }
        assert chips == listed, (view, at)
        assert len(chips) == counts[view], (view, at)
    reminded = [one.deadline_id for one in await breaches.overdue(session, CLOCK, at=at, limit=500)]
    passed = select(col(Case.number)).join(Deadline, col(Deadline.subject_id) == col(Case.id))
    numbers = set(
        await session.scalars(passed.where(col(Deadline.id).in_(reminded), col(Deadline.stopped_at).is_(None)))
    )
    assert numbers == {row.number for row in rows if row.tone == "red"}, at
    return list(rows)


def some_moments(seed: int, number: int) -> list[datetime]:
    rng = random.Random(seed)
    quarters = [rng.randrange(4 * 24 * 36) for _ in range(number)]
    return [FIRST + quarter * timedelta(minutes=15) for quarter in quarters]


@pytest.mark.timeout(300)
async def test_chip_counter_and_filter_agree_at_every_moment(session: AsyncSession, county: County) -> None:
    await several(session, county)

    seen = {row.tone for at in some_moments(1, 40) for row in await told(session, county["center"], at)}

    assert seen == {"none", "yellow", "orange", "red"}


@pytest.mark.timeout(300)
async def test_they_go_on_agreeing_when_the_calendar_changes(session: AsyncSession, county: County) -> None:
    await several(session, county)
    unit = county.units["rsj"].id
    half = NoticeDay(date(2026, 9, 30), is_workday=True, periods=((time(8, 30), time(12)),))

    await operations.set_days(session, SYSADMIN, days=[half], at=FIRST)
    await operations.set_pattern(session, SYSADMIN, weekend=[6], periods=[("09:00", "16:00")], unit_id=unit, at=FIRST)

    for at in some_moments(2, 25):
        await told(session, county["center"], at)


async def test_working_time_that_ends_sooner_is_shown_though_the_deadline_stays(
    session: AsyncSession, county: County
) -> None:
    await seed_years(session, [2026])
    await brought(session, county, 3, at=when("09-23 16:30"))
    # five working days of first feedback: 09-24, 09-28, 09-29, 09-30, 10-08 at 16:30
    at = when("09-30 13:00")
    assert [row.due for row in await told(session, county["center"], at)] == ["剩 2 个工作日"]

    half = NoticeDay(date(2026, 9, 30), is_workday=True, periods=((time(8, 30), time(12)),))
    await operations.set_days(session, SYSADMIN, days=[half], at=at)

    assert [row.due for row in await told(session, county["center"], at)] == ["最后 1 个工作日，10-08 周四 16:30 前"]


async def test_clocks_laid_before_this_was_kept_are_filled_in(session: AsyncSession, county: County) -> None:
    await several(session, county)
    await session.execute(update(Deadline).values(soon_at=None))
    await session.execute(update(Case).values(due_soon_at=None, due_line=None, due_unit_id=None))
    session.expire_all()

    filled = await operations.fill_soon(session)

    running = select(col(Deadline.id)).where(col(Deadline.stopped_at).is_(None))
    assert filled == len((await session.scalars(running)).all())
    assert await operations.fill_soon(session) == 0
    for at in some_moments(3, 5):
        await told(session, county["center"], at)
