"""The reports' job on a real database with real commits: each period once, whoever is at work; pages load no frames."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.jobs import reports
from domain.calendar.operations import seed_years
from domain.kernel import crypto, unit_of_work
from domain.kernel.clock import day_bounds
from domain.reports.models import PeriodReport
from state.reports import making
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County
from tests.support.mornings import in_two_processes, work_until

EIGHT = time(8)
MONDAY = date(2026, 11, 23)
AT = day_bounds(MONDAY)[0] + timedelta(hours=8, minutes=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
async def _cases(county: County) -> None:
    async with unit_of_work.unit_of_work() as session:
        await seed_years(session, [2026])
        await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)


async def made() -> list[str]:
    async with unit_of_work.unit_of_work() as session:
        rows = await session.scalars(
            select(PeriodReport).order_by(col(PeriodReport.first_date), col(PeriodReport.kind))
        )
        return [f"{row.kind} {row.first_date}" for row in rows]


async def test_a_week_is_made_on_the_first_working_morning_after_it() -> None:
    for early in (AT - 2 * DAY, AT - DAY, AT - timedelta(minutes=2)):
        assert await reports.run_once(early, EIGHT) is None
    assert await made() == []

    for _ in range(2):
        assert await reports.run_once(AT, EIGHT) == MONDAY
    assert await made() == ["week 2026-11-16"]


async def test_what_was_missed_is_made_up_over_the_end_of_the_year() -> None:
    await reports.run_once(AT, EIGHT)
    january = day_bounds(date(2027, 1, 5))[0] + timedelta(hours=9)

    assert await reports.run_once(january, EIGHT) == date(2027, 1, 5)
    assert await made() == [
        "year 2026-01-01", "quarter 2026-10-01", "week 2026-11-16", "week 2026-11-23", "week 2026-11-30",
        "month 2026-12-01", "week 2026-12-07", "week 2026-12-14", "week 2026-12-21", "week 2026-12-28",
    ]  # fmt: skip


async def test_one_that_fails_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    december = day_bounds(date(2026, 12, 1))[0] + timedelta(hours=9)
    whole = making.make

    async def failing(session: object, actor: object, kind: object, day: date, **given: object) -> object:
        if kind == "week":
            raise OSError
        return await whole(session, actor, kind, day, **given)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(reports.making, "make", failing)
        assert await reports.run_once(december, EIGHT) is None
    assert await made() == ["month 2026-11-01"]
    assert await reports.run_once(december, EIGHT) == date(2026, 12, 1)
    assert await made() == ["month 2026-11-01", "week 2026-11-23"]


def _look(url: str, ring: crypto.KeyRing, at: datetime) -> None:
    """Work in a process of its own until the week is made."""

    async def done() -> bool:
        return bool(await made())

    work_until(url, ring, lambda stop: reports.run_reports(stop, EIGHT, clock=lambda: at, pause=0.05), done)


async def test_two_processes_make_one(keys: crypto.KeyRing) -> None:
    await in_two_processes(_look, keys, AT)
    assert await made() == ["week 2026-11-16"]


def test_no_process_loads_data_frames_at_its_start() -> None:
    code = "import sys, app.app, app.jobs.process; sys.exit(bool({'polars', 'docx'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
