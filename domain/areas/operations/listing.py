"""Writes: a whole list of areas, and the borders of many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.areas import queries, rules
from domain.areas.models import Area, AreaChange, Change, Datum, Level
from domain.areas.operations.changing import absorbed
from domain.areas.operations.tree import Tree, kept_of, require_day
from domain.areas.schemas import Drawn, ListRow, Moves, Plan, Planned, kept
from domain.kernel import journal
from domain.kernel.actor import Actor
from domain.kernel.refusals import ActionNotAllowed, Invalid


async def take_list(
    session: AsyncSession, actor: Actor, rows: Sequence[ListRow], *, since: date, at: datetime
) -> tuple[Plan, Moves]:
    """Bring the base to what a list says, all of it or nothing; what the list does not name stays as it is.

    :raises NotPermitted: the actor does not manage areas
    :raises Invalid: a row cannot be taken; the field is named `row.field` by the row of the sheet
    """
    tree = await Tree.open(session, actor)
    require_day(since, at=at)
    planned = await queries.plan(session, actor, rows)
    wrong = {f"{row.number}.{name}": text for row in planned.rows for name, text in row.faults.items()}
    if wrong:
        raise Invalid.of(wrong)
    act = _Taking(tree, actor, since, at)
    for level in Level:
        for row in planned.rows:
            if row.level is level:
                act.take(row, level)
    moves = tree.settle()
    session.add_all(act.added)
    await session.flush()
    session.add_all(act.history)
    for action, lines in act.lines.items():
        await journal.record_all(session, actor, action, "area", lines, at=at)
    return planned, moves


class _Taking:
    """The rows of a list as they are carried out, parents first; settled and written down at the end."""

    def __init__(self, tree: Tree, actor: Actor, since: date, at: datetime) -> None:
        self.tree, self.actor, self.since, self.at = tree, actor, since, at
        self.added: list[Area] = []
        self.history: list[AreaChange] = []
        self.lines: dict[str, list[tuple[UUID, Mapping[str, Any]]]] = {}

    def take(self, row: Planned, level: Level) -> None:
        """Carry one row out."""
        area = self._change(row) if row.continues else self._add(row, level)
        for code in row.absorbs:
            other = self.tree.codes[code]
            self.history += absorbed(self.tree, other, area, self.actor, since=self.since, at=self.at)
            self._note("area.merge", other, {"code": other.code, "name": other.name, "into": area.name})

    def _add(self, row: Planned, level: Level) -> Area:
        area = Area(code=row.code, name=row.name, level=level, parent_id=self._parent(row), path="")
        self.tree.add(area)
        self.added.append(area)
        self._note("area.add", area, {"code": area.code, "name": area.name}, dated=False)
        return area

    def _change(self, row: Planned) -> Area:
        area, parent_id = self.tree.codes[row.continues], self._parent(row)
        if area.name != row.name:
            self.history.append(kept_of(area, Change.RENAME, self.actor, since=self.since, at=self.at))
            before, area.name = area.name, row.name
            self._note(
                "area.rename", area, {"code": area.code, "before": {"name": before}, "after": {"name": row.name}}
            )
        if area.parent_id != parent_id or area.code != row.code:
            kind = Change.MOVE if area.parent_id != parent_id else Change.RECODE
            self.history.append(kept_of(area, kind, self.actor, since=self.since, at=self.at))
            told = self.tree.told(area)
            area.parent_id = parent_id
            if area.code != row.code:
                self.tree.recode(area, row.code)
            self._note("area.move", area, {"name": area.name, "before": told, "after": self.tree.told(area)})
        return area

    def _parent(self, row: Planned) -> UUID | None:
        return self.tree.codes[row.parent_code].id if row.parent_code else None

    def _note(self, action: str, area: Area, detail: Mapping[str, Any], *, dated: bool = True) -> None:
        since = {"since": self.since.isoformat()} if dated else {}
        self.lines.setdefault(action, []).append((area.id, {**detail, **since}))


async def draw(
    session: AsyncSession, actor: Actor, borders: Iterable[Drawn], datum: Datum, *, since: date, at: datetime
) -> int:
    """Give areas their borders, all or none; answers how many.

    :raises NotPermitted: the actor does not manage areas
    :raises Invalid: a border cannot be taken; the field is named `place.field`
    """
    tree = await Tree.open(session, actor, shapes=True)
    require_day(since, at=at)
    judged = await queries.drawn(session, actor, list(borders), datum)
    if wrong := {f"{one.number}.{name}": text for one in judged for name, text in one.faults.items()}:
        raise Invalid.of(wrong)
    lines: list[tuple[UUID, Mapping[str, Any]]] = []
    for one in judged:
        area = tree.codes[one.code]
        if area.shape:
            session.add(kept_of(area, Change.DRAW, actor, since=since, at=at))
        area.shape, area.datum = kept(one.shape), datum
        area.center_lng, area.center_lat = rules.middle(one.shape) or (None, None)
        lines.append((area.id, {"code": area.code, "name": area.name, "since": since.isoformat()}))
    await journal.record_all(session, actor, "area.draw", "area", lines, at=at)
    return len(judged)


async def undraw(session: AsyncSession, actor: Actor, code: str, *, since: date, at: datetime) -> None:
    """Take the border of an area away; what it was stays in its history.

    :raises NotPermitted: the actor does not manage areas
    :raises NotFound: there is no such area in use
    :raises ActionNotAllowed: it has no border
    """
    tree = await Tree.open(session, actor, shapes=True)
    require_day(since, at=at)
    area = tree.live(code)
    if not area.shape:
        raise ActionNotAllowed(f"“{area.name}”没有边界")
    session.add(kept_of(area, Change.DRAW, actor, since=since, at=at))
    area.shape, area.datum, area.center_lng, area.center_lat = [], None, None, None
    detail = {"code": area.code, "name": area.name, "since": since.isoformat()}
    await journal.record(session, actor, "area.undraw", "area", area.id, at=at, detail=detail)
