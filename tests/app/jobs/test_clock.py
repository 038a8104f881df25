"""The clock job on a real database with real commits: one yellow and one red, whatever happens."""

from __future__ import annotations

import asyncio
import multiprocessing
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlmodel import col

from app.jobs import clock
from domain.calendar.operations import seed_years
from domain.cases.models import Case, Supervision
from domain.kernel import crypto, unit_of_work
from domain.kernel.actor import system_actor
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Role
from domain.supervision import operations
from domain.supervision.models import Breach
from tests.support import county as support
from tests.support.clocks import OVERDUE
from tests.support.county import MAIN_LINE, MORNING, County

LATE = MORNING + timedelta(hours=50)
EACH = {("accept", "yellow"): 3, ("accept", "red"): 3}


async def cases(count: int = 3) -> list[str]:
    async with unit_of_work.unit_of_work() as session:
        await seed_years(session, [2026])
        return [await support.bring_to(session, COUNTY[0], MAIN_LINE[:2], at=MORNING, seed=i) for i in range(count)]


COUNTY: list[County] = []


@pytest.fixture(autouse=True)
def _county(county: County) -> None:
    COUNTY[:] = [county]


async def written() -> dict[tuple[str, str], int]:
    async with unit_of_work.unit_of_work() as session:
        query = select(Breach.link, Breach.level, func.count()).group_by(col(Breach.link), col(Breach.level))
        return {(link, level): count for link, level, count in (await session.execute(query)).all()}


async def cards() -> int:
    async with unit_of_work.unit_of_work() as session:
        query = select(func.count()).select_from(JournalEntry).where(col(JournalEntry.action) == "case.auto_card")
        return await session.scalar(query) or 0


async def test_three_runs_write_one_yellow_and_one_red_each() -> None:
    await cases()

    counts = [len(await clock.run_once(LATE)) for _ in range(3)]

    assert counts == [6, 0, 0]
    assert await written() == EACH
    assert await cards() == 6


async def test_two_at_once_write_nothing_twice() -> None:
    await cases()

    both = await asyncio.gather(clock.run_once(LATE), clock.run_once(LATE))
    rest = await clock.run_once(LATE)

    assert sum(len(found) for found in both) + len(rest) == 6
    assert await written() == EACH
    assert await cards() == 6


def _look(url: str, ring: crypto.KeyRing, at: datetime) -> None:
    """Look once, in a process of its own."""
    crypto.use(ring)

    async def look() -> None:
        engine = unit_of_work.engine_for(url)
        unit_of_work.use_engine(engine)
        await clock.run_once(at)
        await engine.dispose()

    asyncio.run(look())


async def test_two_processes_write_nothing_twice(keys: crypto.KeyRing) -> None:
    await cases()
    async with unit_of_work.unit_of_work() as session:
        url = session.get_bind().engine.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_look, args=(url, keys, LATE)) for _ in range(2)]

    for process in processes:
        process.start()
    for process in processes:
        await asyncio.to_thread(process.join)

    await clock.run_once(LATE)
    assert [process.exitcode for process in processes] == [0, 0]
    assert await written() == EACH
    assert await cards() == 6


class Dies(BaseException):
    """The process ends in the middle of a look."""


async def test_what_a_killed_run_left_is_done_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    await cases()
    raised = 0
    whole = operations.raise_card

    async def dying(*given: object) -> bool:
        nonlocal raised
        raised += 1
        if raised == 3:
            raise Dies
        return await whole(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(operations, "raise_card", dying)
    with pytest.raises(Dies):
        await clock.run_once(LATE)
    monkeypatch.undo()
    assert sum((await written()).values()) == 2

    assert len(await clock.run_once(LATE)) == 4
    assert await written() == EACH
    assert await cards() == 6


async def test_one_that_fails_does_not_keep_the_others_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    await cases()
    whole, failed = operations.raise_card, []

    async def failing(*given: object) -> bool:
        if not failed:
            failed.append(given)
            raise RuntimeError
        return await whole(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(operations, "raise_card", failing)

    assert len(await clock.run_once(LATE)) == 5
    assert len(await clock.run_once(LATE)) == 1


async def test_a_case_in_somebodys_hands_is_left_to_the_next_look() -> None:
    numbers = await cases()
    async with unit_of_work.unit_of_work() as session:
        query = select(Case).where(col(Case.number) == numbers[0]).with_for_update()
        await session.scalars(query)
        assert len(await clock.run_once(LATE)) == 4

    assert len(await clock.run_once(LATE)) == 2


class After(asyncio.Event):
    """Told to stop as soon as it was asked for so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self._left = times

    def is_set(self) -> bool:
        self._left -= 1
        return self._left < 0


async def test_it_stops_in_the_middle_of_thousands() -> None:
    await cases(1)
    async with unit_of_work.unit_of_work() as session:
        await session.execute(text(OVERDUE.format(at=":at")), {"at": LATE})

    await asyncio.wait_for(clock.run_clock(After(20), clock=lambda: LATE), 60)

    assert 0 < sum((await written()).values()) < 20


async def test_it_asks_the_witnesses_before_each_set(monkeypatch: pytest.MonkeyPatch) -> None:
    await cases(3)
    monkeypatch.setattr(clock, "BATCH", 1)
    stop, looks = asyncio.Event(), 0

    class Doubting:
        """Believes the clock once."""

        async def look(self) -> str:
            nonlocal looks
            looks += 1
            if looks > 1:
                stop.set()
            return "doubted" if looks > 1 else ""

    await asyncio.wait_for(clock.run_clock(stop, clock=lambda: LATE, watch=Doubting()), 60)  # type: ignore[arg-type]

    assert 0 < sum((await written()).values()) < 6


async def test_it_runs_until_it_is_told_to_stop() -> None:
    await cases(1)
    stop = asyncio.Event()
    task = asyncio.create_task(clock.run_clock(stop, clock=lambda: LATE, pause=0.05))
    for _ in range(100):
        await asyncio.sleep(0.05)
        if sum((await written()).values()) == 2:
            break
    stop.set()
    await asyncio.wait_for(task, 5)

    async with unit_of_work.unit_of_work() as session:
        case = (await session.scalars(select(Case))).one()
    assert case.supervision is Supervision.RED
    assert case.supervised_by == system_actor(Role.CLOCK).account_id
