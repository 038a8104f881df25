"""Verification of the journal: every line's own seal, its subject's chain, the chain of places, the mark, the anchors."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from psycopg.rows import args_row
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel import crypto
from domain.kernel.journal import START, content, earlier_seal, own_seal
from domain.kernel.sealer import mark_seal, place_seal

if TYPE_CHECKING:
    from psycopg import AsyncConnection

_FETCH = 2000
_BOUNDS = text(
    "SELECT (SELECT coalesce(max(place), 0) FROM journal_seal) AS last, "
    "(SELECT seq FROM journal_settled) AS mark, (SELECT seal FROM journal_settled) AS mark_seal"
)
_COLUMNS = """
    s.place, s.seq, s.seal, e.seq, e.at, e.actor_id::text, e.actor_roles, e.actor_unit_id::text, e.origin, e.action,
    e.subject_kind, e.subject_id::text, e.detail::text, e.previous, e.seal,
    (SELECT b.seal FROM journal_entry b WHERE b.subject_id = e.subject_id AND b.seq < e.seq ORDER BY b.seq DESC LIMIT 1)
"""
_UP_TO = f"""
SELECT {_COLUMNS} FROM journal_seal s LEFT JOIN journal_entry e ON e.seq = s.seq WHERE s.place <= %s ORDER BY s.place
"""  # noqa: S608 - fixed words
_SINCE = f"""
SELECT {_COLUMNS} FROM journal_entry e LEFT JOIN journal_seal s ON s.seq = e.seq
WHERE s.place IS NULL OR s.place > %s ORDER BY s.place, e.seq
"""  # noqa: S608 - fixed words
"""After `_UP_TO`, each of one moment: what that one reads cannot change any more, and an act in between is no fault.
Lines without a place come last."""
_ONE = f"""
SELECT {_COLUMNS} FROM journal_entry e LEFT JOIN journal_seal s ON s.seq = e.seq WHERE e.seq = %s
"""  # noqa: S608 - fixed words
_SEAL_AT = text("SELECT seal FROM journal_seal WHERE place = :place")


@dataclass(frozen=True, slots=True)
class Anchored:
    """What an anchor says: that this place bore this seal."""

    place: int
    seal: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """Tell what a walk along the chain found: lines read, the first that does not hold, and why."""

    count: int
    broken: int | None = None
    fault: str = ""


class _Row(NamedTuple):
    """One place with its line; either may be missing. Ids and detail are text: they are only sealed again."""

    place: int | None
    placed: int | None
    chain: bytes | None
    seq: int | None
    at: Any
    actor_id: str
    actor_roles: str
    actor_unit_id: str
    origin: str
    action: str
    subject_kind: str
    subject_id: str
    detail: str
    previous: bytes
    seal: bytes
    before: bytes | None


async def examine(session: AsyncSession, anchors: Collection[Anchored] = ()) -> Verdict:
    """Walk the whole journal and compare it with the anchors that were kept elsewhere.

    It tells a changed line, a missing one, one that was slipped in or moved, seals that were cut off, a journal that
    was made anew, and an end that was cut off after an anchor. Lines cut off since the last anchor cannot be told from
    lines that never were. Acts may go on meanwhile.
    """
    walk = await _begin(session)
    for anchor in anchors:
        walk.kept.setdefault(anchor.place, set()).add(anchor.seal)
    driver = await _driver(session)
    for words in (_UP_TO, _SINCE):
        async with driver.cursor("journal_walk", row_factory=args_row(_Row)) as cursor:
            await cursor.execute(words.encode(), (walk.last,))
            while rows := await cursor.fetchmany(_FETCH):
                # in a thread: whoever works meanwhile waits for no more than a line
                if broken := await asyncio.to_thread(walk.take, rows):
                    return broken
    return walk.end()


async def holds(session: AsyncSession, seq: int) -> bool:
    """Tell whether one line holds by itself and joins those before it, by its subject and by its place."""
    walk = await _begin(session)
    driver = await _driver(session)
    async with driver.cursor(row_factory=args_row(_Row)) as cursor:
        await cursor.execute(_ONE.encode(), (seq,))
        rows = await cursor.fetchall()
    if not rows:
        return False
    walk.place = (rows[0].place or 1) - 1
    walk.chain = await session.scalar(_SEAL_AT, {"place": walk.place}) or START
    return walk.take(rows) is None


async def _begin(session: AsyncSession) -> _Walk:
    """Give a walk at the beginning."""
    await session.flush()
    bounds = (await session.execute(_BOUNDS)).one()
    return _Walk(bounds.mark or 0, bounds.mark_seal, bounds.last)


async def _driver(session: AsyncSession) -> AsyncConnection[Any]:
    """Give the driver's own connection, in the transaction of a session: its rows cost a third of the mapper's."""
    driver = (await (await session.connection()).get_raw_connection()).driver_connection
    return cast("AsyncConnection[Any]", driver)  # the only driver the product has


@dataclass(slots=True)
class _Walk:
    mark: int
    marked: bytes | None
    last: int
    """The last place there was when the mark was read."""
    kept: dict[int, set[bytes]] = field(default_factory=dict[int, set[bytes]])
    place: int = 0
    chain: bytes = START
    count: int = 0
    placed_anew: bool = False
    """Places under decision 0031 were met that the mark, once it was read, had to be sealed for."""

    def take(self, rows: Sequence[_Row]) -> Verdict | None:
        """Take the next rows; answer where they do not hold."""
        for row in rows:
            self.count += 1
            fault = self._unplaced(row) if row.place is None else self._placed(row)
            if fault:
                return Verdict(self.count, row.placed or row.seq, fault)
        return None

    def end(self) -> Verdict:
        """Say what came of it."""
        sealed = self.marked is not None and crypto.same(self.marked, mark_seal(self.mark))
        if not sealed and (self.placed_anew or self.marked != b""):
            return Verdict(self.count, self.mark, "封存界限被改动")
        cut = min((place for place in self.kept if place > self.place), default=None)
        return Verdict(self.count, cut, f"第 {self.place} 条之后的记录被删除" if cut else "")

    def _placed(self, row: _Row) -> str:
        self.place += 1
        if row.place != self.place:
            return f"第 {self.place} 位的封存缺失"
        if row.seq is None:
            return f"第 {row.placed} 条记录缺失"
        fault = self._earlier(row) if row.chain == row.seal else self._own(row) or self._joins(row)
        self.chain = row.chain or b""
        return fault or _anchor_fault(row, self.kept)

    def _earlier(self, row: _Row) -> str:
        """Judge a line of before decision 0031: its own seal is that of its place."""
        if row.seq != row.place or not crypto.same(row.seal, earlier_seal(row.previous, _content(row))):
            return f"第 {row.seq} 条记录被修改或插入"
        return "" if row.previous == self.chain else f"第 {row.seq} 条与前一条不相接，前面的记录被替换"

    def _own(self, row: _Row) -> str:
        """Judge a line by itself and by the one before it of the same subject."""
        if not crypto.same(row.seal, own_seal(row.previous, _content(row))):
            return f"第 {row.seq} 条记录被修改或插入"
        if row.previous != (row.before or START):
            return f"第 {row.seq} 条之前，同一对象的记录被删除或替换"
        return ""

    def _joins(self, row: _Row) -> str:
        self.placed_anew = self.placed_anew or self.place <= self.last
        assert row.chain is not None  # noqa: S101 - a place has a seal
        assert row.seq is not None  # noqa: S101 - and was found with its line
        fits = crypto.same(row.chain, place_seal(self.chain, self.place, row.seq, row.seal))
        return "" if fits else f"第 {row.seq} 条与前一条不相接，前面的记录被替换或移动"

    def _unplaced(self, row: _Row) -> str:
        if row.seq is not None and row.seq <= self.mark:
            return f"第 {row.seq} 条没有封存：它是事后插入的，或者封存被删除"
        return self._own(row)


def _content(row: _Row) -> bytes:
    return content(row.seq or 0, row.at, *row[5:12], json.loads(row.detail))


def _anchor_fault(row: _Row, kept: Mapping[int, set[bytes]]) -> str:
    seals = kept.get(row.place or 0)
    return f"第 {row.place} 条与锚点不符，日志被重新生成" if seals and seals != {row.chain} else ""


async def verify(session: AsyncSession) -> tuple[int, int | None]:
    """Walk the whole journal without anchors.

    Answers the number of lines read and the first line that does not hold (none: all hold).
    """
    verdict = await examine(session)
    return verdict.count, verdict.broken
