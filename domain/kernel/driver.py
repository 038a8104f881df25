"""Statements run by the driver itself: made once, prepared, binary; their rows are instances of the session.

By the mapper a statement costs 0.7 to 1.1 ms of processor time here, by the driver 0.1 (docs/benchmarks.md). What every
act asks goes this way. What is read stands in the session like anything else, what is pending is written before a
read, and both see one transaction: the two ways may be mixed within an act, and give the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from types import SimpleNamespace
from typing import Any, ClassVar, Generic, TypeVar, cast
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb
from psycopg.types.numeric import Int4, Int8
from sqlalchemy import ARRAY, BigInteger, BindParameter, ColumnElement, Integer, Select, any_, bindparam, select
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.util import await_only
from sqlmodel import SQLModel

from domain.kernel.columns import Word
from domain.kernel.labels import Labelled

M = TypeVar("M", bound=SQLModel)

_DIALECT: Any = cast("Callable[[], Any]", PGDialect_psycopg)()
_PLACE = re.compile(r"%\((\w+)\)s|%%")
_NUMBERED = re.compile(r"\$(\d+)")
_WORD = re.compile(r"\w+")
_Place = tuple[str, Any, Callable[[Any], Any] | None]
"""Name, what stands there unless something else is given, and what makes a parameter of a given one."""
_CURSOR, _LENT = "fengqiao raw cursor", "fengqiao lent connection"


class Made:
    """A statement as the driver takes it; its text is made when it is first asked.

    Its `bindparam`s keep their names, and its other values are kept: words, whole numbers and truths within the
    text, where the planner sees them.
    """

    def __init__(self, query: Any, places: Mapping[Any, str] | None = None) -> None:
        """Take a statement that nobody has asked yet.

        :param places: for one made of an example: which of its values are to be given anew, and by what name
        """
        self._query, self._places = query, places

    async def rows(self, session: AsyncSession, **given: Any) -> list[Any]:
        """Run it with these values in the session's transaction; what is pending of its tables is written before.

        :raises DBAPIError: as the session itself raises it
        """
        return await _asked(session, self.text, given)

    @cached_property
    def width(self) -> int:
        """This property counts the columns of a row."""
        return len(self._query.selected_columns)

    @cached_property
    def text(self) -> tuple[str, tuple[_Place, ...], frozenset[str]]:
        """This property gives the text, its places, and its words: whatever tables it reads are among them."""
        for bound in _bound_in(self._query):
            self._settle(bound)
        compiled: Any = self._query.compile(dialect=_DIALECT)
        whole = compiled.construct_expanded_state()  # a list of values has become so many places
        order: list[str] = []

        def place(found: re.Match[str]) -> str:
            if found[0] == "%%":
                return "%"
            if found[1] not in order:
                order.append(found[1])
            return f"${order.index(found[1]) + 1}"

        text = _PLACE.sub(place, whole.statement)
        dumps, values = whole.processors, whole.parameters
        places = ((name, _dumped(values[name], dumps.get(name)), dumps.get(name)) for name in order)
        return text, tuple(places), frozenset(_WORD.findall(text))

    def _settle(self, bound: BindParameter[Any]) -> None:
        value: Any = bound.value
        if self._places is not None and isinstance(value, UUID | date | str) and not isinstance(value, Labelled):
            name = self._places.get(value)
            if name is not None:
                bound.key, bound.value, bound.unique, bound.required = name, None, False, False
            elif not isinstance(value, str):
                raise RuntimeError(f"a value of the example has no place: {type(value).__name__}")
        elif not bound.required and _plain(bound.type, value):
            bound.literal_execute = True
        bound.required = False


async def _asked(
    session: AsyncSession, made: tuple[str, tuple[_Place, ...], frozenset[str]], given: Mapping[str, Any]
) -> list[Any]:
    text, places, words = made
    sync = session.sync_session
    if sync.autoflush and any(one.__table__.name in words for one in (*sync.new, *sync.dirty, *sync.deleted)):
        await session.flush()
    values = [(dump(given[name]) if dump else given[name]) if name in given else value for name, value, dump in places]
    return await run(session, text, values)


def _bound_in(query: Any) -> Generator[BindParameter[Any]]:
    # Each part is met once, however often the statement names it; SQLAlchemy's own walk meets it each time.
    met: dict[int, Any] = {}  # with the parts themselves: one that is let go would lend its place to another
    parts: list[Any] = [query]
    while parts:
        part = parts.pop()
        if id(part) in met:
            continue
        met[id(part)] = part
        if isinstance(part, BindParameter):
            yield cast("BindParameter[Any]", part)
        parts.extend(part.get_children())


def _plain(kind: Any, value: Any) -> bool:
    if isinstance(value, list | tuple):
        given = cast("Sequence[Any]", value)
        return bool(given) and all(_plain(kind, one) for one in given)
    return value is not None and (_is(kind, Word) or isinstance(value, bool | int))


def _dumped(value: Any, dump: Callable[[Any], Any] | None) -> Any:
    return dump(value) if dump and value is not None else value


class Shape:
    """How rows of one table become instances, and how their values become parameters."""

    _known: ClassVar[dict[type[SQLModel], Shape]] = {}

    def __init__(self, model: type[SQLModel], without: Collection[str] = ()) -> None:
        """Read the columns of a table once; some are left out of what is read."""
        self.mapper = cast("Any", model).__mapper__
        self.table = self.mapper.local_table
        kinds: dict[str, Any] = {column.name: column.type for column in self.table.columns}
        self.names: tuple[str, ...] = tuple(kinds)
        self.key: tuple[str, ...] = tuple(column.name for column in self.table.primary_key)
        self.search = frozenset(name for name, kind in kinds.items() if _is(kind, TSVECTOR))
        self.lists = self.search | {name for name, kind in kinds.items() if _is(kind, ARRAY)}
        self.read = tuple(name for name in self.names if name not in self.search and name not in without)
        self._words: list[tuple[str, dict[str, Any]]] = [
            (name, {one.value: one for one in kinds[name].kind}) for name in self.read if _is(kinds[name], Word)
        ]
        self.dumps = {name: dump for name, kind in kinds.items() if (dump := _dump_for(kind))}

    @classmethod
    def of(cls, model: type[SQLModel]) -> Shape:
        """Give the shape of a table."""
        found = cls._known.get(model)
        if found is None:
            found = cls._known[model] = cls(model)
        return found

    def take(self, session: AsyncSession, row: Sequence[Any]) -> Any:
        """Make a row an instance of the session; one that is there already is read afresh."""
        values = self._values(row)
        identity = self.mapper.identity_key_from_primary_key([values[name] for name in self.key])
        known: Any = session.sync_session.identity_map.get(identity)
        if known is not None:
            for name, value in values.items():
                set_committed_value(known, name, value)
            return known
        found = self.mapper.class_manager.new_instance()
        found.__dict__.update(values)
        make_transient_to_detached(found)
        session.add(found)
        return found

    def apart(self, row: Sequence[Any]) -> Any:
        """Make a row something with the attributes of an instance, to be looked at alone: ten times as fast."""
        return SimpleNamespace(**self._values(row))

    def _values(self, row: Sequence[Any]) -> dict[str, Any]:
        values: dict[str, Any] = dict(zip(self.read, row, strict=True))
        for name, words in self._words:
            if (value := values[name]) is not None:
                values[name] = words[value]
        return values


def _is(kind: Any, wanted: type) -> bool:
    # The checker takes a column's type for one of unknown parameters once it was asked.
    return isinstance(kind, wanted)


def _dump_for(kind: Any) -> Callable[[Any], Any] | None:
    # Whole numbers bear the type of their column: one statement has one plan, whatever their size.
    if _is(kind, Word):
        return lambda value: kind.kind(value).value
    if _is(kind, JSONB):
        return Jsonb
    if _is(kind, BigInteger):
        return Int8
    return Int4 if _is(kind, Integer) else None


class Reading(Generic[M]):
    """A statement that reads rows of one table: those that `then` selects, in its order.

    :param without: columns that are left to be read when somebody asks for them
    """

    def __init__(
        self,
        model: type[M],
        then: Callable[[Select[Any]], Select[Any]],
        *,
        without: Collection[str] = (),
        places: Mapping[Any, str] | None = None,
    ) -> None:
        """Take what nobody has asked yet; `places` as of `Made`."""
        self._model, self._then, self._without, self._places = model, then, without, places

    async def of(self, session: AsyncSession, **given: Any) -> list[M]:
        """Give the rows as instances of the session; see `Made.rows`."""
        return [self.shape.take(session, row) for row in await self.made.rows(session, **given)]

    async def apart(self, session: AsyncSession, **given: Any) -> list[M]:
        """Give the rows with the attributes of instances, to be looked at alone; see `Made.rows`."""
        return [self.shape.apart(row) for row in await self.made.rows(session, **given)]

    async def with_more(self, session: AsyncSession, **given: Any) -> list[tuple[M, Sequence[Any]]]:
        """Give each with the values of the columns that `then` put behind those of the table."""
        own = len(self.shape.read)
        found = await self.made.rows(session, **given)
        return [(self.shape.take(session, row[:own]), row[own:]) for row in found]

    @cached_property
    def shape(self) -> Shape:
        """This property tells how its rows become instances."""
        return Shape(self._model, self._without) if self._without else Shape.of(self._model)

    @cached_property
    def made(self) -> Made:
        """This property gives the statement."""
        columns = (getattr(self._model, name) for name in self.shape.read)
        return Made(self._then(cast("Any", select)(*columns)), self._places)


class Together:
    """Several readings as one statement: each gives what it gives alone, but in no order."""

    def __init__(self, *parts: Reading[Any] | Made) -> None:
        """Take readings that nobody asked yet; what they are given they share by name."""
        self._parts = parts

    async def of(self, session: AsyncSession, **given: Any) -> list[list[Any]]:
        """Give for each reading its instances, or its rows as they come; see `Made.rows`."""
        found: list[list[Any]] = [[] for _ in self._parts]
        for row in await _asked(session, self._text, given):
            number, part, here, until = next(span for span in self._spans if row[span[2]])
            own = row[here + 1 : until]
            found[number].append(part.shape.take(session, own) if isinstance(part, Reading) else own)
        return found

    @cached_property
    def _spans(self) -> list[tuple[int, Reading[Any] | Made, int, int]]:
        spans: list[tuple[int, Reading[Any] | Made, int, int]] = []
        for number, part in enumerate(self._parts):
            here = spans[-1][3] if spans else 0
            spans.append((number, part, here, here + 1 + _statement(part).width))
        return spans

    @cached_property
    def _text(self) -> tuple[str, tuple[_Place, ...], frozenset[str]]:
        texts: list[str] = []
        places: list[_Place] = []
        words: set[str] = set()
        for number, part in enumerate(self._parts):
            text, own, among = _statement(part).text
            behind = len(places)
            moved = _NUMBERED.sub(lambda found, behind=behind: f"${int(found[1]) + behind}", text)
            texts.append(f"p{number} AS (SELECT true AS here, part.* FROM ({moved}) AS part)")  # noqa: S608
            places += own
            words |= among
        names = [f"p{number}" for number in range(len(self._parts))]
        # a join on nothing: each part's rows with nothing beside them, and nobody has to say the types of nothing
        joined = f"{' FULL JOIN '.join(names)}{' ON false' * (len(names) - 1)}"
        shown = ", ".join(f"{name}.*" for name in names)
        return f"WITH {', '.join(texts)} SELECT {shown} FROM {joined}", tuple(places), frozenset(words)  # noqa: S608


def _statement(part: Reading[Any] | Made) -> Made:
    return part.made if isinstance(part, Reading) else part


def among(column: Any, name: str) -> ColumnElement[bool]:
    """Give the condition that a column holds one of the values that will be given as a list under a name."""
    return cast("ColumnElement[bool]", column == any_(bindparam(name, type_=ARRAY(column.type))))


async def run(session: AsyncSession, text: str, params: Sequence[Any]) -> list[Any]:
    """Run a statement with numbered places in the session's transaction; it looks at nothing pending.

    :raises DBAPIError: as the session itself raises it
    """
    kept = session.info.get(_LENT)
    if kept is None or kept[0] is not _begun(session.sync_session):
        kept = await session.run_sync(_lent)
    return await _execute(kept[1], kept[2], text, params)


def run_within(session: Session, text: str, params: Sequence[Any]) -> list[Any]:
    """Do the same within a flush."""
    _, lent, cursor = _lent(session)
    return await_only(_execute(lent, cursor, text, params))


async def _execute(lent: Any, cursor: Any, text: str, params: Sequence[Any]) -> list[Any]:
    if lent._has_events or lent.engine._has_events:  # noqa: SLF001 - whoever listens to statements hears these too
        for heard in lent.dispatch.before_cursor_execute:
            heard(lent, cursor, text, params, None, False)
    with _told_as_ever(text):
        await cursor.execute(text, params)
        # the cursor's own description would make an object of each column to be asked whether there are any
        return cast("list[Any]", await cursor.fetchall()) if cursor.pgresult.nfields else []


def _lent(session: Session) -> tuple[Any, Any, Any]:
    # Asked once in a transaction: the way through the session costs as much as a short statement.
    kept = session.info.get(_LENT)
    if kept is None or kept[0] is not _begun(session):
        lent: Any = session.connection()
        kept = session.info[_LENT] = (_begun(session), lent, _cursor(lent))
    return kept


def _begun(session: Session) -> Any:
    # A savepoint is set when the session is first asked for its connection within it.
    return session.get_nested_transaction() or session.get_transaction()


def _cursor(lent: Any) -> Any:
    # One for each connection: making one costs a third of a short statement.
    held = lent.connection
    cursor = held.info.get(_CURSOR)
    if cursor is None or cursor.connection is not held.driver_connection:
        cursor = psycopg.AsyncRawCursor(held.driver_connection)
        cursor.format = psycopg.pq.Format.BINARY
        held.info[_CURSOR] = cursor
    return cursor


@contextmanager
def _told_as_ever(text: str) -> Generator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise DBAPIError.instance(text, None, error, psycopg.Error, hide_parameters=True) from error
