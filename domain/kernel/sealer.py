"""The sealer: one process gives committed lines their places in the chain, shortly after the commit.

Decision 0031. Places have no gaps; the seal of a place is a keyed digest of the seal before, the place, the line's number
and the line's own seal. So it shows when a line was changed, removed, slipped in or moved, whoever did it.

Numbers of lines that were rolled back stay free. Once no transaction that could still use one is open they are settled:
a line that turns up below the mark later is none of an act. An act has its transaction's id before its number. Whoever
notes the highest number, and takes an id in a later statement, knows: once the oldest open transaction is not older
than that id, every transaction that drew a number up to the noted one has ended. (`pg_snapshot_xmax` would not do: it is
one past the last *completed* transaction, and open ones lie above it.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlmodel import col, select

from domain.kernel import crypto
from domain.kernel.journal import START
from domain.kernel.models import JournalEntry, JournalSeal, JournalSettled

LOCK = 0x6A6F7573
"""Held by who seals: by a process for its life, or by a transaction."""
BATCH = 2000
_PLACE, _MARK = b"fengqiao journal place\0", b"fengqiao journal mark\0"
_END = text(
    "SELECT m.seq AS settled, m.seal AS mark, coalesce(s.place, 0) AS place, s.seal "
    "FROM journal_settled m LEFT JOIN LATERAL (SELECT place, seal FROM journal_seal ORDER BY place DESC LIMIT 1) s ON true"
)
_HIGHEST = text("SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM journal_ticket")
_HORIZON = text(
    "SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint) AS mine, "
    "CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) AS oldest"
)
_WAITING = text(
    "SELECT e.seq, e.seal FROM journal_entry e WHERE e.seq > :settled AND NOT EXISTS "
    "(SELECT FROM journal_seal s WHERE s.seq = e.seq AND s.seq > :settled) ORDER BY e.seq LIMIT :most"
)
_PLACED = text(
    "INSERT INTO journal_seal (place, seq, seal) "
    "SELECT * FROM unnest(CAST(:places AS bigint[]), CAST(:seqs AS bigint[]), CAST(:seals AS bytea[]))"
)
_SETTLE = text("UPDATE journal_settled SET seq = :seq, seal = :seal")
_LOCK_PROCESS = text("SELECT pg_try_advisory_lock(:key)").bindparams(key=LOCK)
_LOCK_TRANSACTION = text("SELECT pg_try_advisory_xact_lock(:key)").bindparams(key=LOCK)


def place_seal(previous: bytes, place: int, seq: int, own: bytes) -> bytes:
    """Compute the seal of a place.

    :param previous: the seal of the place before
    :param own: the seal that the line bears itself
    """
    return crypto.chained(_PLACE + previous + place.to_bytes(8, "big") + seq.to_bytes(8, "big") + own)


def mark_seal(seq: int) -> bytes:
    """Compute the seal of the mark."""
    return crypto.chained(_MARK + seq.to_bytes(8, "big"))


def unsealed() -> ColumnElement[bool]:
    """Give the condition of lines that have no place yet."""
    mark = select(JournalSettled.seq).scalar_subquery()
    placed = select(JournalSeal.place).where(col(JournalSeal.seq) == col(JournalEntry.seq)).exists()
    return (col(JournalEntry.seq) > mark) & ~placed


async def lock_process(connection: AsyncConnection) -> bool:
    """Become the one process that seals, as long as this connection lives; false where another is."""
    return bool(await connection.scalar(_LOCK_PROCESS))


async def seal_all(session: AsyncSession) -> bool:
    """Give a place to every line that this transaction sees; false where a process seals, which is at it anyway.

    The mark stays where it is: what this transaction may know of others it knew before it drew numbers of its own.
    """
    await session.flush()
    connection = await session.connection()
    if not await connection.scalar(_LOCK_TRANSACTION):
        return False
    sealer = await Sealer.begin(connection)
    while await sealer.place_lines(connection) == BATCH:
        continue
    return True


@dataclass(slots=True)
class Sealer:
    """The end of the chain, in the memory of the one process that makes it longer.

    A pass that fails leaves it behind the database or ahead of it: then another must begin.

    :ivar settled: the mark
    :ivar noted: numbers that are settled once every transaction before an id has ended, both rising
    """

    place: int
    seal: bytes
    settled: int
    marked: bool
    noted: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    @classmethod
    async def begin(cls, connection: AsyncConnection) -> Sealer:
        """Read where the chain ends."""
        end = (await connection.execute(_END)).one()
        return cls(end.place, end.seal or START, end.settled, marked=bool(end.mark))

    async def run(self, connection: AsyncConnection) -> int:
        """Make one pass in a transaction that has done nothing yet, and tell how many lines got a place.

        The order matters: the highest number, then an id, then the lines.
        """
        highest: int = (await connection.execute(_HIGHEST)).scalar_one()
        if highest <= self.settled:
            return 0
        horizon = (await connection.execute(_HORIZON)).one()
        many = await self.place_lines(connection)
        if many < BATCH:
            await self._settle(connection, highest, horizon)
        return many

    async def place_lines(self, connection: AsyncConnection) -> int:
        """Give places to the lines that have none, by their numbers, up to `BATCH` of them."""
        found = (await connection.execute(_WAITING, {"settled": self.settled, "most": BATCH})).all()
        if not found:
            return 0
        first = self.place + 1
        seals: list[bytes] = []
        for place, line in enumerate(found, start=first):
            self.seal = place_seal(self.seal, place, line.seq, line.seal)
            seals.append(self.seal)
        self.place += len(found)
        rows = {"places": list(range(first, self.place + 1)), "seqs": [line.seq for line in found], "seals": seals}
        await connection.execute(_PLACED, rows)
        if not self.marked:
            await self._mark(connection, self.settled)
        return len(found)

    async def _settle(self, connection: AsyncConnection, highest: int, horizon: Any) -> None:
        """Raise the mark to what was noted before the oldest open transaction began, and note anew.

        What those transactions committed has its place: it was seen by the statement that read the lines.
        """
        settled = self.settled
        while self.noted and self.noted[0][1] <= horizon.oldest:
            settled = self.noted.pop(0)[0]
        if not self.noted or self.noted[-1][0] < highest:
            self.noted.append((highest, horizon.mine))
        if settled > self.settled:
            await self._mark(connection, settled)

    async def _mark(self, connection: AsyncConnection, settled: int) -> None:
        await connection.execute(_SETTLE, {"seq": settled, "seal": mark_seal(settled)})
        self.settled, self.marked = settled, True
