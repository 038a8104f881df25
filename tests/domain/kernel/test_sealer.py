"""Places in the chain: what the mark waits for, and hours of work in a few seconds."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from app.jobs.sealer import run_sealer
from domain.kernel import chain, journal
from domain.kernel.actor import system_actor
from domain.kernel.ids import new_id
from domain.kernel.models import JournalEntry, JournalSeal
from domain.kernel.permissions import Role
from domain.kernel.sealer import BATCH, LOCK, Sealer, lock_process, seal_all
from domain.kernel.unit_of_work import unit_of_work
from tests.support.county import MORNING

ACTS = 33_000 if os.environ.get("SOAK") else 300
"""Of some six lines each."""
_ACTOR = system_actor(Role.CLOCK, origin="测试")


async def _line(session: AsyncSession, subject: UUID | None = None) -> int:
    return (await journal.record(session, _ACTOR, "test.act", "case", subject or new_id(), at=MORNING)).seq


async def _until(holds: Callable[[], Awaitable[object]]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(60):
        while not await holds():  # noqa: ASYNC110 - what is waited for lies in the database
            await asyncio.sleep(0.01)


async def _state(engine: AsyncEngine) -> tuple[list[int], int]:
    """Read the numbers of the lines that have a place, in this order, and the mark."""
    async with engine.connect() as connection:
        seqs = await connection.scalars(select(JournalSeal.seq).order_by(JournalSeal.place))  # type: ignore[arg-type]
        return list(seqs), await connection.scalar(text("SELECT seq FROM journal_settled"))


class _Passes:
    """A sealer whose passes a test makes one by one, each a transaction."""

    def __init__(self, connection: AsyncConnection, sealer: Sealer) -> None:
        self.connection, self.sealer = connection, sealer

    async def __call__(self, many: int = 1) -> None:
        for _ in range(many):
            async with self.connection.begin():
                await self.sealer.run(self.connection)


@asynccontextmanager
async def _sealing(engine: AsyncEngine) -> AsyncGenerator[_Passes]:
    async with engine.connect() as connection:
        async with connection.begin():
            sealer = await Sealer.begin(connection)
        yield _Passes(connection, sealer)


class TestTheMark:
    async def test_follows_what_is_committed(self, own_engine: AsyncEngine) -> None:
        async with unit_of_work() as session:
            seqs = [await _line(session) for _ in range(3)]
        async with _sealing(own_engine) as passes:
            await passes()
            assert await _state(own_engine) == (seqs, 0)
            await passes(2)
        assert await _state(own_engine) == (seqs, seqs[-1])

    async def test_waits_for_an_act_that_has_its_number(self, own_engine: AsyncEngine) -> None:
        """Also when later acts have committed: it is older than the last that ended."""
        async with _sealing(own_engine) as passes, AsyncSession(own_engine) as slow:
            late = await _line(slow)
            async with unit_of_work() as session:
                early = await _line(session)
            await passes(5)
            assert await _state(own_engine) == ([early], 0)

            await slow.commit()
            await passes(5)
        assert await _state(own_engine) == ([early, late], early)
        async with unit_of_work() as session:
            assert await chain.verify(session) == (2, None)

    @pytest.mark.parametrize("killed", [False, True])
    async def test_passes_numbers_of_acts_that_came_to_nothing(self, own_engine: AsyncEngine, killed: bool) -> None:
        async with _sealing(own_engine) as passes:
            async with AsyncSession(own_engine) as lost:
                gone = await _line(lost)
                await passes(3)
                assert await _state(own_engine) == ([], 0)
                if killed:
                    await _kill(own_engine, await lost.scalar(text("SELECT pg_backend_pid()")) or 0)
                    with suppress(DBAPIError):
                        await lost.rollback()
                else:
                    await lost.rollback()
            async with unit_of_work() as session:
                seq = await _line(session)
            await _until(lambda: _passed(own_engine, passes, seq))
            assert (await _state(own_engine))[0] == [seq]
        assert gone < seq

    async def test_is_kept_by_the_next_sealer(self, own_engine: AsyncEngine) -> None:
        for _ in range(3):
            async with unit_of_work() as session:
                await _line(session)
            async with _sealing(own_engine) as passes:
                await passes(3)
        assert await _state(own_engine) == ([1, 2, 3], 3)


class TestActsAtOnce:
    async def test_on_one_subject_come_one_after_the_other(self, own_engine: AsyncEngine) -> None:
        subject = new_id()
        async with AsyncSession(own_engine) as first:
            await _line(first, subject)
            second = asyncio.create_task(self._alone(subject))
            await _until(lambda: _waiting(own_engine))
            await first.commit()
            await second
        async with unit_of_work() as session:
            assert await chain.verify(session) == (2, None)

    async def test_on_two_subjects_do_not_wait(self, own_engine: AsyncEngine) -> None:
        async with AsyncSession(own_engine) as first:
            await _line(first)
            async with asyncio.timeout(60):
                await self._alone(new_id())
            assert not await _waiting(own_engine)
            await first.rollback()

    async def test_wait_for_one_that_writes_very_many(self, own_engine: AsyncEngine) -> None:
        many = [(new_id(), {}) for _ in range(journal.MANY + 1)]
        async with AsyncSession(own_engine) as first:
            await journal.record_all(first, _ACTOR, "test.act", "case", many, at=MORNING)
            second = asyncio.create_task(self._alone(many[0][0]))
            await _until(lambda: _waiting(own_engine))
            await first.commit()
            await second
        async with unit_of_work() as session:
            assert await chain.verify(session) == (len(many) + 1, None)

    async def _alone(self, subject: UUID) -> None:
        async with unit_of_work() as session:
            await _line(session, subject)


async def _waiting(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        words = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"
        return bool(await connection.scalar(text(words)))


class TestSealing:
    async def test_is_done_by_one(self, own_engine: AsyncEngine) -> None:
        async with own_engine.connect() as one, own_engine.connect() as other:
            assert await lock_process(one)
            assert not await lock_process(other)
            async with unit_of_work() as session:
                assert not await seal_all(session)
            await one.invalidate()
            await _until(lambda: lock_process(other))

    async def test_takes_more_lines_than_one_pass(self, own_engine: AsyncEngine) -> None:
        many = BATCH + 7
        async with unit_of_work() as session:
            await journal.record_all(
                session, _ACTOR, "test.act", "case", [(new_id(), {}) for _ in range(many)], at=MORNING
            )
        async with _sealing(own_engine) as passes:
            await passes()
            assert len((await _state(own_engine))[0]) == BATCH
            await passes(3)
        assert await _state(own_engine) == (list(range(1, many + 1)), many)

    async def test_of_a_job_ends_with_what_was_committed_before_the_stop(
        self, own_engine: AsyncEngine, database_url: str
    ) -> None:
        stop = asyncio.Event()
        job = asyncio.create_task(run_sealer(stop, database_url, pause=3600))
        await _until(lambda: _who_seals(own_engine))
        async with unit_of_work() as session:
            seq = await _line(session)
        stop.set()
        async with asyncio.timeout(60):
            await job
        assert (await _state(own_engine))[0] == [seq]


class TestVerification:
    async def test_that_began_before_the_first_place_finds_no_fault(self, own_engine: AsyncEngine) -> None:
        """The mark has no seal when it is read, and the places that are read later do."""
        async with unit_of_work() as session:
            await _line(session)
        async with own_engine.connect() as sealing, AsyncSession(own_engine) as verifying:
            async with sealing.begin():
                sealer = await Sealer.begin(sealing)
                await sealing.execute(text("LOCK TABLE journal_entry IN ACCESS EXCLUSIVE MODE"))
                verdict = asyncio.create_task(chain.examine(verifying))
                await _until(lambda: _waiting_for_lines(own_engine))
                assert await sealer.place_lines(sealing) == 1
            assert await verdict == chain.Verdict(1)


async def _waiting_for_lines(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        words = "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'journal_entry'::regclass AND NOT granted)"
        return bool(await connection.scalar(text(words)))


async def _kill(engine: AsyncEngine, pid: int) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})


_SEALER = text("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = :key AND granted").bindparams(key=LOCK)


async def _who_seals(engine: AsyncEngine) -> int | None:
    async with engine.connect() as connection:
        return await connection.scalar(_SEALER)


async def _passed(engine: AsyncEngine, passes: _Passes, seq: int) -> bool:
    await passes()
    return (await _state(engine))[1] >= seq


class _ThrownError(Exception):
    """An act that thinks better of it."""


def _think_better() -> None:
    raise _ThrownError


@dataclass
class _Work:
    """Acts at once on a few subjects: quick, slow, rolled back, killed."""

    engine: AsyncEngine
    rng: random.Random = field(default_factory=lambda: random.Random(31))
    subjects: Sequence[UUID] = field(default_factory=lambda: [new_id() for _ in range(25)])
    left: int = ACTS
    committed: int = 0
    lost: int = 0

    async def go_on(self) -> None:
        while self.left > 0:
            self.left -= 1
            await self._act(self.rng.random())

    async def _act(self, lot: float) -> None:
        killed, thrown, slow = lot < 0.05, 0.05 <= lot < 0.12, 0.12 <= lot < 0.3
        written = 0
        try:
            async with unit_of_work() as session:
                written = await self._lines(session)
                if slow:
                    await asyncio.sleep(self.rng.random() / 5)
                if killed:
                    await _kill(self.engine, await session.scalar(text("SELECT pg_backend_pid()")) or 0)
                    await session.execute(text("SELECT 1"))
                if thrown:
                    _think_better()
        except (_ThrownError, DBAPIError):
            assert killed or thrown
            self.lost += written
        else:
            assert not killed
            self.committed += written

    async def _lines(self, session: AsyncSession) -> int:
        of = [self.rng.choice([*self.subjects, new_id()]) for _ in range(self.rng.randrange(1, 11))]
        if self.rng.random() < 0.01:
            of += [new_id() for _ in range(journal.MANY)]
        lines = [(one, {"n": place}) for place, one in enumerate(of)]
        await journal.record_all(session, _ACTOR, "test.act", "case", lines, at=MORNING)
        if self.rng.random() < 0.3:
            await _line(session, of[0])
            return len(of) + 1
        return len(of)


async def _examine_again_and_again(seen: list[int]) -> None:
    while True:
        async with unit_of_work() as session:
            verdict = await chain.examine(session)
        assert verdict.fault == ""
        seen.append(verdict.count)
        await asyncio.sleep(0.3)


async def _kill_again_and_again(engine: AsyncEngine, rng: random.Random, killed: list[int]) -> None:
    while True:
        await asyncio.sleep(rng.random() / 4)
        if pid := await _who_seals(engine):
            await _kill(engine, pid)
            killed.append(pid)


_ANY = "(SELECT seq FROM journal_seal WHERE place = {place})"
_FREE = "SELECT min(n) FROM generate_series(1, 100000) n WHERE NOT EXISTS (SELECT FROM journal_entry WHERE seq = n)"
_PLANTED = {
    "changed": [f"UPDATE journal_entry SET origin = 'x' WHERE seq = {_ANY}"],
    "removed": [f"DELETE FROM journal_entry WHERE seq = {_ANY}"],
    "removed with its seal": [
        f"DELETE FROM journal_entry WHERE seq = {_ANY}",
        "DELETE FROM journal_seal WHERE place = {place}",
    ],
    "swapped with the next": [
        "UPDATE journal_seal SET seq = -seq WHERE place IN ({place}, {place} + 1)",
        "UPDATE journal_seal a SET seq = -b.seq FROM journal_seal b WHERE a.seq < 0 AND b.seq < 0 AND a.place <> b.place",
    ],
    "copied under a free number": [
        f"""INSERT INTO journal_entry SELECT ({_FREE}), at, actor_id, actor_roles, actor_unit_id, origin, action,
        subject_kind, subject_id, detail, previous, seal FROM journal_entry WHERE seq = {_ANY}"""
    ],
    "seals cut off": ["DELETE FROM journal_seal WHERE place >= {place}"],
}


@pytest.mark.timeout(3600 if os.environ.get("SOAK") else 180)
async def test_hours_of_work_leave_no_line_unsealed_and_no_change_unseen(
    own_engine: AsyncEngine, database_url: str
) -> None:
    """Eight at a time, while the sealer is killed and the journal verified again and again."""
    stop, work, killed, seen = asyncio.Event(), _Work(own_engine), [], []
    job = asyncio.create_task(run_sealer(stop, database_url, pause=0.005, wait=0.01))
    beside = [
        asyncio.create_task(_kill_again_and_again(own_engine, random.Random(5), killed)),
        asyncio.create_task(_examine_again_and_again(seen)),
    ]
    await asyncio.gather(*(work.go_on() for _ in range(8)))
    await _until(lambda: _true((killed and seen) or any(task.done() for task in beside)))
    for task in beside:
        task.cancel()
    ended = await asyncio.gather(*beside, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError) for end in ended), ended
    await _until(lambda: _all_settled(own_engine))
    stop.set()
    async with asyncio.timeout(60):
        await job

    assert work.lost
    seqs, settled = await _state(own_engine)
    async with unit_of_work() as session:
        assert await session.scalar(select(func.count()).select_from(JournalEntry)) == work.committed == len(seqs)
        assert await chain.verify(session) == (work.committed, None)
    assert settled > work.committed
    for name, statements in _PLANTED.items():
        assert await _found(statements, work.rng.randrange(2, work.committed - 2)), name


async def _true(one: object) -> bool:
    return bool(one)


async def _all_settled(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        words = "SELECT (SELECT seq FROM journal_settled) = (SELECT last_value FROM journal_ticket)"
        return bool(await connection.scalar(text(words)))


async def _found(statements: Sequence[str], place: int) -> str:
    async with unit_of_work() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            await session.execute(text(statement.format(place=place)))
        fault = (await chain.examine(session)).fault
        await session.rollback()
    return fault
