"""A step is lock, read and write; what was drawn and read ahead for its line is used once, and never late."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from domain.cases.models import Case
from domain.cases.operations.act import beside
from domain.cases.queries import reach
from domain.cases.vocabulary import Action
from domain.kernel import chain, journal
from domain.kernel.models import JournalEntry
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

MOST = {"create": 5, Action.SUBMIT: 4, Action.DISPATCH: 5, Action.ACCEPT: 3, Action.SUBMIT_RESULT: 5}
"""With a picture in the last: its upload and the search for it are two."""
KEPT = re.compile("FROM (workday|unit_day|work_pattern|limit_rule|process_version|field_rule)")
"""What a process reads once."""


@pytest.fixture
def asked(engine: AsyncEngine) -> Iterator[list[str]]:
    """Give the statements that are sent."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not KEPT.search(statement):
            sent.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine.sync_engine, "before_cursor_execute", note)


async def test_a_step_asks_few_statements(session: AsyncSession, county: County, asked: list[str]) -> None:
    for seed in (1, 2):  # the second time, what is kept in a process was read
        counted: dict[str, int] = {}
        asked.clear()
        number = await support.draft(session, county, at=MORNING, seed=seed)
        counted["create"] = len(asked)
        for action in MAIN_LINE:
            asked.clear()
            await support.main_step(session, county, number, action, at=MORNING)
            counted[action] = len(asked)

    assert {name: counted[name] for name in MOST if counted[name] > MOST[name]} == {}


async def test_who_locks_a_case_locks_its_lines(session: AsyncSession, county: County) -> None:
    number = await support.draft(session, county, at=MORNING)
    held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
    before = await session.scalar(held)

    await reach.lock(session, county["registrar"], number)

    assert before == 0
    assert await session.scalar(held) == 2, "one that all share, and one of the case's own"


async def _locked(session: AsyncSession, county: County) -> Case:
    number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
    case = await reach.lock(session, county["center"], number)
    await beside(session, case.id)
    return case


async def _line(session: AsyncSession, county: County, case: Case) -> JournalEntry:
    return await journal.record(session, county["center"], "test.act", "case", case.id, at=MORNING)


async def test_what_was_drawn_ahead_is_one_line_s(session: AsyncSession, county: County, asked: list[str]) -> None:
    case = await _locked(session, county)
    asked.clear()

    first = await _line(session, county, case)
    assert asked == []
    second = await _line(session, county, case)

    assert second.previous == first.seal
    assert second.seq > first.seq
    assert (await chain.verify(session))[1] is None


async def _of_many(session: AsyncSession, county: County, case: Case) -> None:
    lines = [(case.id, {"n": 1}), (county.units["rsj"].id, {})]
    await journal.record_all(session, county["center"], "test.act", "case", lines, at=MORNING)


async def _within_a_savepoint(session: AsyncSession, county: County, case: Case) -> None:
    async with session.begin_nested():
        await _line(session, county, case)


async def _in_one_that_is_undone(session: AsyncSession, county: County, case: Case) -> None:
    saved = await session.begin_nested()
    await _line(session, county, case)
    await session.flush()
    await saved.rollback()


@pytest.mark.parametrize("between", [_of_many, _within_a_savepoint, _in_one_that_is_undone])
async def test_what_was_read_ahead_is_forgotten_with_any_line(
    session: AsyncSession, county: County, between: Callable[..., object]
) -> None:
    case = await _locked(session, county)

    await between(session, county, case)  # type: ignore[misc]
    await _line(session, county, case)
    await session.flush()

    assert (await chain.verify(session))[1] is None


async def test_what_a_savepoint_drew_ahead_ends_with_it(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
    saved = await session.begin_nested()
    case = await reach.lock(session, county["center"], number)
    await beside(session, case.id)
    await saved.rollback()
    await session.refresh(case)

    after = await _line(session, county, case)
    await session.flush()

    assert after.previous != journal.START
    assert (await chain.verify(session))[1] is None
