"""Every sealed field of the database: found from the tables, sealed anew under the current key, counted.

Decision 0010. A sealed field is a column whose name ends in `_sealed`; it is bound to its table, its column
without that ending, and the row's id. Sealing anew takes some rows at a time, each batch a transaction
of its own: whoever is killed has lost nothing and goes on where old versions are left; people who work
meanwhile wait for a batch at most, and rows that somebody else holds are left for the next walk.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    Update,
    Uuid,
    and_,
    bindparam,
    column,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.types import TypeEngine

from domain.kernel import crypto, journal, marks
from domain.kernel.actor import Actor
from domain.kernel.crypto_keys import KeyRing
from domain.kernel.notify import announce
from domain.kernel.refusals import ActionNotAllowed

ENDING = "_sealed"
BATCH = 500
BOUND_TO: Mapping[str, str] = {}
"""Tables whose sealed fields are bound to another column than their one uuid key: table → column, unique in it."""
PATIENCE = 20
"""Walks without any progress, `PAUSE` seconds apart, before the rest is told as held by others."""
PAUSE = 0.25
SETTLED = timedelta(minutes=10)
"""An act that sealed something before a key was added is over by then; the old key may go."""
_LOCK = 0x6B657973


class NoPlace(LookupError):
    """A sealed column of which nobody can tell what it is bound to."""


@dataclass(frozen=True, eq=False)
class Place:
    """The sealed columns of one table and the column of the id they are bound to."""

    table: Table
    row: Column[UUID]
    columns: tuple[Column[bytes], ...]

    def word(self, sealed: Column[bytes]) -> str:
        """Give the name under which `crypto.seal` knows a column."""
        return sealed.name.removesuffix(ENDING)


@dataclass(frozen=True, slots=True)
class Held:
    """Tell how many fields of a column are sealed under each key version."""

    table: str
    column: str
    versions: Mapping[int, int]

    def others(self, current: int) -> int:
        """Count the fields that are not under a version."""
        return sum(count for version, count in self.versions.items() if version != current)


def places(metadata: MetaData) -> tuple[Place, ...]:
    """Find the sealed columns of all tables.

    :raises NoPlace: a table has no single uuid key and is not named in `BOUND_TO`
    """
    found: list[Place] = []
    for table in sorted(metadata.tables.values(), key=lambda one: one.name):
        columns = tuple(one for one in table.columns if one.name.endswith(ENDING))
        if columns:
            found.append(Place(table, _row_of(table), columns))
    return tuple(found)


def _row_of(table: Table) -> Column[UUID]:
    named = BOUND_TO.get(table.name)
    keys = [table.columns[named]] if named else list(table.primary_key.columns)
    if len(keys) != 1 or not isinstance(keys[0].type, Uuid):
        raise NoPlace(table.name)
    return keys[0]


def _version(sealed: Column[bytes]) -> ColumnElement[int]:
    # The first byte, read without fetching the rest of a long field.
    return func.get_byte(func.substr(sealed, 1, 1), 0)


def _filled(sealed: Column[bytes]) -> ColumnElement[bool]:
    return and_(sealed.is_not(None), func.octet_length(sealed) > 0)


def holds_any(connection: Connection, metadata: MetaData) -> bool:
    """Tell whether anything is sealed at all."""
    return any(_first(connection, place, sealed) for place in places(metadata) for sealed in place.columns)


def _first(connection: Connection, place: Place, sealed: Column[bytes]) -> tuple[UUID, bytes] | None:
    found = connection.execute(select(place.row, sealed).where(_filled(sealed)).limit(1)).first()
    return (found[0], found[1]) if found else None


def shut(connection: Connection, metadata: MetaData) -> tuple[str, ...]:
    """Try one field of every column and name those ("table.column") that do not open."""
    found: list[str] = []
    for place in places(metadata):
        for sealed in place.columns:
            one = _first(connection, place, sealed)
            if one and not opens(place.table.name, place.word(sealed), one):
                found.append(f"{place.table.name}.{sealed.name}")
    return tuple(found)


def opens(table: str, column: str, field: tuple[UUID, bytes]) -> bool:
    """Tell whether the keys of this process open a field of a row, and hand nothing on."""
    try:
        crypto.unseal(table, column, *field)
    except crypto.CannotOpen:
        return False
    return True


def count(connection: Connection, metadata: MetaData) -> tuple[Held, ...]:
    """Count the fields of every column by key version: the proof that nothing is left."""
    found: list[Held] = []
    for place in places(metadata):
        for sealed in place.columns:
            version = _version(sealed).label("version")
            query = select(version, func.count()).where(_filled(sealed)).group_by(version)
            versions = {int(number): int(many) for number, many in connection.execute(query)}
            found.append(Held(place.table.name, sealed.name, versions))
    return tuple(found)


class Resealing:
    """Seal every field anew that is not under the current key, `batch` rows a transaction.

    `damaged` fills with the fields (table, column, row id) that do not open under the key they name; they
    stay as they are, and the work goes on.
    """

    def __init__(self, engine: AsyncEngine, metadata: MetaData, *, batch: int = BATCH) -> None:
        self._engine, self._metadata, self._batch = engine, metadata, batch
        self.damaged: set[tuple[str, str, UUID]] = set()

    async def run(self) -> AsyncGenerator[tuple[str, int]]:
        """Yield (table, fields sealed) after every commit.

        It ends when nothing is left, or when what is left is damaged or has been held by others for `PATIENCE`
        walks: `count` tells.
        """
        fruitless = 0
        while fruitless < PATIENCE:
            done = 0
            for place in places(self._metadata):
                async for fields in self._walk(place):
                    done += fields
                    yield place.table.name, fields
            async with self._engine.connect() as connection:
                held = await connection.run_sync(count, self._metadata)
            current = crypto.ring().current
            if sum(one.others(current) for one in held) <= len(self.damaged):
                return
            fruitless = 0 if done else fruitless + 1
            await asyncio.sleep(0 if done else PAUSE)

    async def _walk(self, place: Place) -> AsyncGenerator[int]:
        last: UUID | None = None
        while True:
            async with self._engine.begin() as connection:
                rows = await _take(connection, place, last, self._batch)
                fields = await self._put(connection, place, rows)
            if not rows:
                return
            last = rows[-1][0]
            yield fields

    async def _put(self, connection: AsyncConnection, place: Place, rows: Sequence[Any]) -> int:
        """Write a batch back with one statement; what needs no other key stays as it is."""
        current, fields = crypto.ring().current, 0
        made: list[list[Any]] = []
        for row_id, *blobs in rows:
            fresh: list[Any] = [row_id]
            for sealed, blob in zip(place.columns, blobs, strict=True):
                again = self._again(place, row_id, sealed, blob) if blob and blob[0] != current else None
                fields += again is not None
                fresh.append(again or blob)
            made.append(fresh)
        if made:
            await connection.execute(_writing(place), dict(zip(_names(place), zip(*made, strict=True), strict=True)))
        return fields

    def _again(self, place: Place, row_id: UUID, sealed: Column[bytes], blob: bytes) -> bytes | None:
        word = place.word(sealed)
        try:
            clear = crypto.unseal(place.table.name, word, row_id, blob)
        except crypto.CannotOpen:
            self.damaged.add((place.table.name, sealed.name, row_id))
            return None
        return crypto.seal(place.table.name, word, row_id, clear)


async def _take(connection: AsyncConnection, place: Place, last: UUID | None, batch: int) -> Sequence[Any]:
    """Lock the next rows that hold an old version; foreign keys to them stay usable."""
    current = crypto.ring().current
    old = or_(*(and_(_filled(sealed), _version(sealed) != current) for sealed in place.columns))
    query = select(place.row, *place.columns).where(old).order_by(place.row).limit(batch)
    if last is not None:
        query = query.where(place.row > last)
    found = await connection.execute(query.with_for_update(key_share=True, skip_locked=True))
    return found.all()


def _names(place: Place) -> tuple[str, ...]:
    return ("row_id", *(sealed.name for sealed in place.columns))


def _writing(place: Place) -> Update:
    """UPDATE ... FROM unnest(ids, blobs, ...): one statement, one plan, whatever the size of the batch."""
    kinds: list[tuple[str, TypeEngine[Any]]] = [(name, LargeBinary()) for name in _names(place)]
    kinds[0] = ("row_id", Uuid())
    arrays = [bindparam(name, type_=ARRAY(kind)) for name, kind in kinds]
    fresh = func.unnest(*arrays).table_valued(*(column(name, kind) for name, kind in kinds)).render_derived()
    return (
        update(place.table)
        .where(place.row == fresh.c.row_id)
        .values({sealed: fresh.c[sealed.name] for sealed in place.columns})
    )


def subject(version: int) -> UUID:
    """Give the id under which the journal and announcements name a key version."""
    return UUID(int=version)


@asynccontextmanager
async def alone(engine: AsyncEngine) -> AsyncGenerator[bool]:
    """Tell whether nobody else works on the keys of this database, and keep others out until the end."""
    async with engine.connect() as connection:
        won = bool(await connection.scalar(select(func.pg_try_advisory_lock(_LOCK))))
        try:
            yield won
        finally:
            if won:
                await connection.execute(select(func.pg_advisory_unlock(_LOCK)))


async def note_added(session: AsyncSession, actor: Actor, ring: KeyRing, *, at: datetime) -> None:
    """Note a ring's new master key, once the key file has it, and have running processes read the file."""
    connection = await session.connection()
    await connection.run_sync(marks.note, ring.fingerprints())
    detail = {"version": ring.current, "provider": ring.masters[ring.current].provider}
    await journal.record(session, actor, "keys.rotate", "keys", subject(ring.current), at=at, detail=detail)
    await announce(session, "keys", subject(ring.current))


async def note_resealed(session: AsyncSession, actor: Actor, fields: int, *, at: datetime) -> None:
    """Write to the journal that nothing is left on older keys, after `count` proved it."""
    current = crypto.ring().current
    detail = {"version": current, "fields": fields}
    await journal.record(session, actor, "keys.resealed", "keys", subject(current), at=at, detail=detail)


async def note_retired(session: AsyncSession, actor: Actor, metadata: MetaData, version: int, *, at: datetime) -> None:
    """Forget an old master key; to be committed before the key file loses it.

    :raises ActionNotAllowed: it is the current one, its successor is too new, or fields are still sealed under it
    """
    ring = crypto.ring()
    made_at = ring.masters[ring.current].made_at
    if version == ring.current:
        raise ActionNotAllowed(f"第 {version} 版密钥正在使用，不能停用。请先运行 fengqiao keys rotate。")
    if made_at is not None and at - made_at < SETTLED:
        minutes = int(SETTLED.total_seconds() // 60)
        raise ActionNotAllowed(
            f"第 {ring.current} 版密钥启用不足 {minutes} 分钟，可能还有未完成的办理使用旧密钥；请稍后再停用。"
        )
    connection = await session.connection()
    left = sum(held.versions.get(version, 0) for held in await connection.run_sync(count, metadata))
    if left:
        raise ActionNotAllowed(f"还有 {left} 个字段使用第 {version} 版密钥，不能停用。请先运行 fengqiao keys rotate。")
    await connection.run_sync(marks.forget, [f"key.{version}"])
    detail = {"version": version}
    await journal.record(session, actor, "keys.retire", "keys", subject(version), at=at, detail=detail)
