"""A limit of working days is written to end on a working day, in everything that is read of it.

Cases are brought along from generated moments: nights, weekends, holidays and days at 00:00. Of each every text is
searched for ends ("24:00"), and none may stand on a day on which nobody works.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli import clock
from app.documents.ledger import cells
from domain.calendar.models import LimitUnit, Link
from domain.calendar.operations import seed_years, set_limit
from domain.calendar.queries import calendar_of
from domain.calendar.rules import Limit
from domain.cases.inputs import CaseFilter
from domain.cases.queries import detail, listing
from domain.kernel.actor import system_actor
from domain.kernel.clock import SHANGHAI
from domain.kernel.permissions import Role
from domain.supervision import operations as supervision
from domain.supervision import queries as breaches
from domain.tracking import queries as tracking
from state.cases import shapes
from state.cases.listing import _row  # pyright: ignore[reportPrivateUsage]
from tests.support import county as support
from tests.support.county import MAIN_LINE, County
from tests.support.stations import petitioner

CLOCK = system_actor(Role.CLOCK)
SEPTEMBER = datetime(2026, 9, 14, tzinfo=SHANGHAI)
ENDS = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2}) 24:00")


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


def starts() -> Iterator[datetime]:
    """Give moments on working days and days off, a third of them at 00:00."""
    rng = random.Random(11)
    for place in range(24):
        minutes = 0 if place % 3 == 0 else rng.randrange(24 * 60)
        yield SEPTEMBER + timedelta(days=rng.randrange(28), minutes=minutes)


async def said(session: AsyncSession, county: County, number: str, at: datetime) -> list[str]:
    """Give what is read of the ends of a case's limits: list, export, page, petitioner's page and slip.

    A stretch of days off on the way ends on a day off, rightly: only the last stretch is an end.
    """
    rows = (await listing.search(session, county["center"], CaseFilter(), at=at, size=200)).items
    row = next(one for one in rows if one.number == number)
    view = await detail.get(session, county["center"], number, at=at)
    limits = [shapes.limit(one) for one in view.deadlines]
    public = await tracking.public_view(session, petitioner(row.id), at=at)
    slip = await tracking.slip(session, county["center"], number, base_url="https://fq.example", at=at)
    texts = [
        _row(row, None).due_at,
        row.due,
        *map(str, cells(row)),
        shapes.shown(view).promised,
        public.sentence,
        slip.expected,
    ]
    for one in limits:
        texts += [one.until, one.explanation, *one.notes, *(stretch.text for stretch in one.stretches[-1:])]
    return texts


async def brought(session: AsyncSession, county: County, steps: int, *, at: datetime, seed: int) -> str:
    number = await support.draft(session, county, at=at, seed=seed, occurred_at=None)
    for action in MAIN_LINE[:steps]:
        await support.main_step(session, county, number, action, at=at)
    return number


async def test_no_limit_of_working_days_ends_on_a_day_off(session: AsyncSession, county: County) -> None:
    await seed_years(session, [2026])
    three = Limit(3, 5, LimitUnit.WORKDAYS)
    await set_limit(session, county["center"], link=Link.DISPATCH, limit=three, at=SEPTEMBER)
    await set_limit(session, county["center"], link=Link.ACCEPT, limit=three, at=SEPTEMBER)
    work, found = await calendar_of(session), 0

    for seed, at in enumerate(starts(), start=1):
        number = await brought(session, county, 1 + seed % 3, at=at, seed=seed)
        for text in await said(session, county, number, at):
            for _, month, day in ENDS.findall(text):
                found += 1
                assert work.is_workday(date(2026, int(month), int(day))), (at, text)
    assert found > 50


@pytest.mark.parametrize(
    ("start", "resolve", "feedback"),
    [
        ("2026-11-29 06:50", "2026-12-25 24:00", "2026-12-04 24:00"),  # a Sunday
        ("2026-11-28 23:10", "2026-12-25 24:00", "2026-12-04 24:00"),  # a Saturday
        ("2026-11-30 00:00", "2026-12-25 24:00", "2026-12-04 24:00"),
        ("2026-12-01 00:00", "2026-12-28 24:00", "2026-12-07 24:00"),
        ("2026-11-30 00:01", "2026-12-28 00:01", "2026-12-07 00:01"),
    ],
)
async def test_twenty_working_days_end_on_the_twentieth(
    session: AsyncSession, county: County, start: str, resolve: str, feedback: str
) -> None:
    await seed_years(session, [2026])
    at = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)
    number = await brought(session, county, 3, at=at, seed=1)

    view = await detail.get(session, county["center"], number, at=at)

    assert shapes.shown(view).promised == resolve
    assert sorted(shapes.limit(one).until for one in view.deadlines) == sorted((resolve, feedback))


async def test_a_breach_is_told_with_the_same_end(
    session: AsyncSession, county: County, capsys: pytest.CaptureFixture[str]
) -> None:
    await seed_years(session, [2026])
    at = datetime.fromisoformat("2026-11-29T06:50+08:00")
    number = await brought(session, county, 3, at=at, seed=1)
    late = datetime.fromisoformat("2026-12-07T00:01+08:00")

    (one,) = await breaches.overdue(session, CLOCK, at=late)
    struck = await supervision.strike(session, CLOCK, deadline_id=one.deadline_id, level=one.level, at=late)
    listed = await breaches.breaches_of(session, county["center"], number)
    clock.tell([struck, *listed])  # type: ignore[list-item]

    assert capsys.readouterr().out.count("时限 2026-12-04 24:00") == 2
