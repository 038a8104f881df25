"""What a session has made and changed, written as one statement; what it announces goes along.

A session keeps what is new and what changed, as ever. When it flushes, all of it becomes one statement of
data-modifying parts, whose text is kept by its shape; rows may refer to each other in any order. What that cannot say
(deletions, values that are expressions) is left to the mapper, which finds nothing else left to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple, cast

from sqlalchemy import ClauseElement, event
from sqlalchemy.dialects.postgresql import dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import SQLModel

from domain.kernel.driver import Shape, run_within

CHANNEL = "fengqiao_changes"
_TOLD, _WROTE = "announcements", "has written"
_DIALECT = dialect()
_TEXTS: dict[tuple[Any, ...], str] = {}
_MOST_TEXTS = 4000
_LENGTH = re.compile(r"VARCHAR\(\d+\)")
MANY = 4
"""So many rows of one shape are given as a list for each column."""


class _ForTheMapper(Exception):
    """A row holds what only the mapper can write."""


@dataclass(slots=True)
class _Pending:
    """What is to be written: rows by the shape of their part, in order, and whose rows were taken."""

    parts: dict[_Part, list[list[Any]]] = field(default_factory=dict["_Part", list[list[Any]]])
    taken: list[SQLModel] = field(default_factory=list[SQLModel])
    changed: int = 0

    def insert(self, one: SQLModel) -> None:
        """Add a new row; a column that is none, or was not given, is left to its default."""
        shape, held = Shape.of(type(one)), vars(one)
        names = tuple(name for name in shape.names if held.get(name) is not None)
        if all(name in names for name in shape.key):
            self._take(one, _Part(True, type(one), names), held, names)

    def update(self, one: SQLModel) -> None:
        """Add what changed on a row that was read."""
        shape, held, before = Shape.of(type(one)), vars(one), instance_state(one).committed_state
        changed = {name for name, value in before.items() if _differs(held.get(name, value), value)}
        if not changed:
            self.taken.append(one)
        elif changed.isdisjoint(shape.key):
            names = tuple(name for name in shape.names if name in changed and held[name] is not None)
            empty = tuple(name for name in shape.names if name in changed and held[name] is None)
            if self._take(one, _Part(False, type(one), names, empty), held, (*names, *shape.key)):
                self.changed += 1

    def _take(self, one: SQLModel, part: _Part, held: dict[str, Any], names: Sequence[str]) -> bool:
        shape = Shape.of(part.model)
        try:
            values = [_value(shape, name, held[name]) for name in names]
        except _ForTheMapper:
            return False
        self.parts.setdefault(part, []).append(values)
        self.taken.append(one)
        return True


class _Part(NamedTuple):
    """The shape of a row's part of the statement."""

    new: bool
    model: type[SQLModel]
    names: tuple[str, ...]
    empty: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """This property names the columns whose values are parameters, in their order."""
        return self.names if self.new else (*self.names, *Shape.of(self.model).key)

    @property
    def gathers(self) -> bool:
        """This property tells whether many rows fit into one part, a list for each column."""
        return Shape.of(self.model).lists.isdisjoint(self.names)


def _differs(now: Any, before: Any) -> bool:
    return now is not before and (isinstance(now, ClauseElement) or bool(now != before))


def _value(shape: Shape, name: str, value: Any) -> Any:
    if isinstance(value, ClauseElement):
        # `array_to_tsvector(tokens)` is the one expression that is known here
        if name not in shape.search or getattr(value, "name", "") != "array_to_tsvector":
            raise _ForTheMapper
        (tokens,) = cast("Any", value).clauses
        return list(tokens.value)
    dump = shape.dumps.get(name)
    return dump(value) if dump else value


def announce(session: Session, payload: str) -> None:
    """Have a session announce something with what it writes next, at the latest before its commit."""
    session.info.setdefault(_TOLD, []).append(payload)


def has_written(session: AsyncSession) -> bool:
    """Tell whether a session has written, or is about to: what it reads is not yet what others read."""
    sync = session.sync_session
    return bool(sync.info.get(_WROTE) or sync.new or sync.dirty or sync.deleted)


def _at_once(session: Session, *_: Any) -> None:
    _write(session)


def _and_tell(session: Session) -> None:
    if session.info.get(_TOLD):
        _write(session)


def _say_nothing(session: Session) -> None:
    session.info.pop(_TOLD, None)


def install() -> None:
    """Have every session of this process write and announce like this."""
    for name, hook in (("before_flush", _at_once), ("before_commit", _and_tell), ("after_rollback", _say_nothing)):
        if not event.contains(Session, name, hook):
            event.listen(Session, name, hook)


def _write(session: Session) -> None:
    if session.get_bind().dialect.is_async is False:
        return
    pending, told = _Pending(), session.info.pop(_TOLD, [])
    for one in session.new:
        pending.insert(one)
    for one in session.dirty:
        pending.update(one)
    if pending.parts or told:
        _run(session, pending, told)
    if pending.taken:
        states: set[Any] = {instance_state(one) for one in pending.taken}
        cast("Any", session)._register_persistent(states)  # noqa: SLF001 - what the mapper calls after its own flush
        for state in states:
            state._expire_attributes(state.dict, _unknown(state))  # noqa: SLF001 - likewise


def _unknown(state: Any) -> set[str]:
    # What the database made of an expression, or by a default, is read when somebody asks for it.
    held = state.dict
    return {name for name in Shape.of(state.class_).names if name not in held or isinstance(held[name], ClauseElement)}


def _run(session: Session, pending: _Pending, told: list[str]) -> None:
    shape: list[tuple[_Part, bool]] = []
    params: list[Any] = []
    for part, rows in pending.parts.items():
        if len(rows) >= MANY and part.gathers:
            shape.append((part, True))
            params += [list(values) for values in zip(*rows, strict=True)]
        else:
            shape += [(part, False)] * len(rows)
            params += [value for row in rows for value in row]
    key = (*shape, bool(told))
    text = _TEXTS.get(key)
    if text is None:
        if len(_TEXTS) >= _MOST_TEXTS:
            _TEXTS.clear()
        text = _TEXTS[key] = _text(shape, tells=bool(told))
    if told:
        params += [CHANNEL, list(dict.fromkeys(told))]
    session.info[_WROTE] = True
    ((written, *_), *_) = run_within(session, text, params)
    if written != pending.changed:
        raise StaleDataError(f"{pending.changed} rows were to be changed, {written} were there")


def _text(shape: Sequence[tuple[_Part, bool]], *, tells: bool) -> str:
    # Names of tables and columns stand in the declarations; values are parameters.
    places = count(1)
    made: list[str] = []
    counted: list[str] = []
    for number, (part, many) in enumerate(shape):
        made.append(f"w{number} AS ({(_insert if part.new else _update)(part, places, many=many)})")
        if not part.new:
            counted.append(f"(SELECT count(*) FROM w{number})")  # noqa: S608
    head = f"WITH {', '.join(made)} " if made else ""
    total = " + ".join(counted) or "0"
    if not tells:
        return f"{head}SELECT {total}"
    told = f"pg_notify(${next(places)}, told) FROM unnest(${next(places)}::text[]) AS told"
    return f"{head}SELECT {total}, {told}"


def _insert(part: _Part, places: Iterator[int], *, many: bool) -> str:
    values = ", ".join(_place(part, name, places, many=many) for name in part.columns)
    rows = f"SELECT * FROM unnest({values})" if many else f"VALUES ({values})"  # noqa: S608
    return f"INSERT INTO {Shape.of(part.model).table.name} ({', '.join(part.columns)}) {rows}"


def _update(part: _Part, places: Iterator[int], *, many: bool) -> str:
    shape = Shape.of(part.model)
    values = {name: _place(part, name, places, many=many) for name in part.columns}
    given = {name: f"given.{name}" for name in values} if many else values
    source = f" FROM unnest({', '.join(values.values())}) AS given ({', '.join(values)})" if many else ""
    sets = [f"{name} = {given[name]}" for name in part.names] + [f"{name} = NULL" for name in part.empty]
    found = " AND ".join(f"changed.{name} = {given[name]}" for name in shape.key)
    return f"UPDATE {shape.table.name} AS changed SET {', '.join(sets)}{source} WHERE {found} RETURNING 1"  # noqa: S608


def _place(part: _Part, name: str, places: Iterator[int], *, many: bool) -> str:
    shape = Shape.of(part.model)
    if name in shape.search:
        return f"array_to_tsvector(${next(places)}::text[])"
    kind = shape.table.c[name].type
    # not with its length: a cast would cut off in silence what the column refuses
    word = _LENGTH.sub("VARCHAR", kind.compile(dialect=_DIALECT))
    return f"${next(places)}::{word}{'[]' if many else ''}"
