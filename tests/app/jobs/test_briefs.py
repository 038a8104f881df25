"""The morning brief's job on a real database with real commits: once a day for each, whoever is at work."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.jobs import briefs
from domain.briefs.models import Brief
from domain.briefs.rules import hour_of
from domain.calendar.operations import seed_years
from domain.kernel import crypto, unit_of_work
from domain.kernel.clock import day_bounds
from domain.notices.models import Notice
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County
from tests.support.mornings import in_two_processes, work_until

EIGHT = time(8)
THURSDAY = date(2026, 11, 19)
AT = day_bounds(THURSDAY)[0] + timedelta(hours=8, minutes=1)


@pytest.fixture(autouse=True)
async def _cases(county: County) -> None:
    async with unit_of_work.unit_of_work() as session:
        await seed_years(session, [2026])
        await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)


async def told() -> tuple[int, int]:
    """Count briefs and notices of them."""
    async with unit_of_work.unit_of_work() as session:
        made = await session.scalar(select(func.count()).select_from(Brief))
        notices = select(func.count()).select_from(Notice).where(col(Notice.kind) == "brief")
        return made or 0, await session.scalar(notices) or 0


async def test_a_day_is_told_once_and_none_before_its_hour() -> None:
    assert await briefs.run_once(AT - timedelta(minutes=2), EIGHT) is None
    assert await told() == (0, 0)

    for _ in range(3):
        assert await briefs.run_once(AT, EIGHT) == THURSDAY
    assert await told() == (3, 4)  # the county and two departments; leader, centre and two heads


async def test_a_missed_morning_is_made_up_until_the_day_ends() -> None:
    assert await briefs.run_once(AT + timedelta(hours=15, minutes=30), EIGHT) == THURSDAY
    assert await told() == (3, 4)


def _look(url: str, ring: crypto.KeyRing, at: datetime) -> None:
    """Work in a process of its own until the day is told."""

    async def done() -> bool:
        return await told() == (3, 4)

    work_until(url, ring, lambda stop: briefs.run_briefs(stop, EIGHT, clock=lambda: at, pause=0.05), done)


async def test_two_processes_tell_nothing_twice(keys: crypto.KeyRing) -> None:
    await in_two_processes(_look, keys, AT)
    assert await told() == (3, 4)


async def test_one_kind_that_fails_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, failed = briefs.operations.make, []

    async def failing(session: object, reader: object, **given: object) -> object:
        if not failed:
            failed.append(reader)
            raise OSError
        return await whole(session, reader, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(briefs.operations, "make", failing)
    assert await briefs.run_once(AT, EIGHT) is None
    assert (await told())[0] == 2

    assert await briefs.run_once(AT, EIGHT) == THURSDAY
    assert await told() == (3, 4)


@pytest.mark.parametrize(("text", "hour"), [("none", None), (" None ", None), ("07:30", time(7, 30))])
def test_the_hour_is_read_as_it_is_set(text: str, hour: time | None) -> None:
    assert hour_of(text) == hour
