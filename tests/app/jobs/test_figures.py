"""The job of the sums: it works off what changed by itself, proves them by night, and outlasts a fault."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, text, update
from sqlmodel import col

from app.jobs import figures
from domain.kernel.unit_of_work import unit_of_work
from domain.statistics.models import FigureChange, FigureDay
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

NIGHT = datetime(2026, 11, 18, 2, 30, tzinfo=UTC) - timedelta(hours=8)


async def _one_case(county: County) -> None:
    async with unit_of_work() as session:
        await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)


async def _noted() -> int:
    async with unit_of_work() as session:
        return await session.scalar(select(func.count()).select_from(FigureChange)) or 0


async def _break() -> None:
    async with unit_of_work() as session:
        await session.execute(update(FigureDay).values(number=col(FigureDay.number) + 3))


async def _worked_off() -> None:
    async with asyncio.timeout(20):
        while await _noted():  # noqa: ASYNC110 - the job is at it
            await asyncio.sleep(0.05)


async def test_it_works_off_what_changed_until_it_is_stopped(county: County) -> None:
    stop = asyncio.Event()
    job = asyncio.create_task(figures.run_figures(stop, clock=lambda: MORNING, pause=0.05))
    await _one_case(county)

    await _worked_off()
    stop.set()
    await asyncio.wait_for(job, 10)


async def test_it_proves_once_a_night_and_makes_up_for_a_missed_one(county: County) -> None:
    await _one_case(county)
    assert await figures.due(at=MORNING), "never proved"
    assert await figures.prove(at=NIGHT) == 0

    assert not await figures.due(at=NIGHT + timedelta(hours=1))
    assert not await figures.due(at=NIGHT + timedelta(hours=22, minutes=-30) - timedelta(hours=2, minutes=30))
    assert await figures.due(at=NIGHT + timedelta(hours=23))
    assert await figures.due(at=NIGHT + timedelta(hours=36)), "by day, since the night was missed"


async def test_what_is_wrong_is_mended(county: County) -> None:
    await _one_case(county)
    await figures.bring_up()
    await _break()

    assert await figures.prove(at=NIGHT) > 0
    assert await figures.prove(at=NIGHT) == 0


async def test_it_goes_on_when_the_table_comes_back(county: County) -> None:
    await _one_case(county)
    async with unit_of_work() as session:
        await session.execute(text("ALTER TABLE figure_day RENAME TO away"))
    stop = asyncio.Event()
    figures_retry, figures.RETRY = figures.RETRY, 0.05
    job = asyncio.create_task(figures.run_figures(stop, clock=lambda: MORNING, pause=0.05))
    try:
        await asyncio.sleep(0.5)
        async with unit_of_work() as session:
            await session.execute(text("ALTER TABLE away RENAME TO figure_day"))

        await _worked_off()
    finally:
        figures.RETRY = figures_retry
        stop.set()
        await asyncio.wait_for(job, 10)
