"""The matrix of a life cycle: what the product decides and does, against a table that stands outside of it.

The outside table is a csv with the columns row, from, action, who, to, opinion_required. `-` is no status (the row
begins a subject), `previous` leads back; `who` lists words, each a role or `role:tie`, or what the room reads them as.
"""

from __future__ import annotations

import csv
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.flow.deciding import permitted
from domain.kernel.flow.table import Step, Table
from domain.kernel.ids import new_id
from domain.kernel.labels import Labelled
from domain.kernel.permissions import DEFAULT_REACH, Reach, Role
from domain.kernel.refusals import Invalid, Refusal

PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the outside table, as it is written; `roles` are those it names, ties left aside."""

    number: str
    source: Any
    action: Any
    who: tuple[str, ...]
    target: str
    opinion: bool
    roles: frozenset[Role]


def _roles_of(word: str) -> Iterable[Role]:
    return (Role(word.partition(":")[0]),)


def _may(word: str, role: Role, row: Row, bond: Any) -> bool:
    name, _, tie = word.partition(":")
    return name == role.value and (not tie or tie in bond)


@dataclass(frozen=True)
class Ruling:
    """The outside table, and how its words are read.

    :ivar roles_of: the roles that a word names
    :ivar may: whether a word of a row means somebody of a role, tied in this way
    """

    path: Path
    statuses: type[Labelled]
    actions: type[Labelled]
    roles_of: Callable[[str], Iterable[Role]] = _roles_of
    may: Callable[[str, Role, Row, Any], bool] = _may

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        with self.path.open(encoding="utf-8") as file:
            return tuple(self._row(line, tuple(line["who"].split())) for line in csv.DictReader(file))

    def _row(self, line: Mapping[str, str], who: tuple[str, ...]) -> Row:
        return Row(
            line["row"],
            None if line["from"] == "-" else self.statuses(line["from"]),
            self.actions(line["action"]),
            who,
            line["to"],
            line["opinion_required"] == "1",
            frozenset(role for word in who for role in self.roles_of(word)),
        )

    @cached_property
    def takers(self) -> dict[Any, frozenset[Role]]:
        """Give the roles that ever take each action."""
        none: frozenset[Role] = frozenset()
        return {action: none.union(*(r.roles for r in self.rows if r.action is action)) for action in self.actions}

    def permitted(self, role: Role, status: Labelled, action: Labelled, bond: Any) -> list[Row]:
        """List the rows of an action at a status that mean somebody of this role, tied in this way."""
        found = (row for row in self.rows if row.source is status and row.action is action)
        return [row for row in found if any(self.may(word, role, row, bond) for word in row.who)]

    def decision(self, role: Role, status: Labelled, action: Labelled, bond: Any) -> str:
        """Say by the table alone what becomes of an attempt: ok, not_permitted or action_not_allowed."""
        if role not in self.takers[action]:
            return "not_permitted"
        if not any(row.source is status and row.action is action for row in self.rows):
            return "action_not_allowed"
        return "ok" if self.permitted(role, status, action, bond) else "not_permitted"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an attempt with right inputs comes to; `target` is the status after a success."""

    code: str
    target: Any = None
    row: Row | None = None


def verdict(
    ruling: Ruling,
    role: Role,
    status: Labelled,
    action: Labelled,
    *,
    bond: Any,
    holds: Callable[[Row], bool],
    previous: Labelled | None = None,
) -> Verdict:
    """Decide an attempt with right inputs by somebody who sees the subject; `holds` judges the guards of a row."""
    said = ruling.decision(role, status, action, bond)
    if said != "ok":
        return Verdict(said)
    rows = [row for row in ruling.permitted(role, status, action, bond) if holds(row)]
    if not rows:
        return Verdict("action_not_allowed")
    (row,) = rows
    return Verdict("ok", previous if row.target == PREVIOUS else ruling.statuses(row.target), row)


def unlike(step: Step[Any, Any, Any, Any, Any, Any], row: Row) -> list[str]:
    """List where a row of the product differs from the ruled one."""
    pairs = {
        "to": (step.target.value if step.target else PREVIOUS, row.target),
        "who": ({who.role for who in step.who}, row.roles),
        "at": ((step.row, step.source, step.action), (row.number, row.source, row.action)),
    }
    return [f"{name}: {had} is not {wanted}" for name, (had, wanted) in pairs.items() if had != wanted]


def undecided(
    table: Table[Any, Any, Any], ruling: Ruling, role: Role, bonds: Iterable[tuple[Any, AbstractSet[Labelled]]]
) -> list[tuple[object, ...]]:
    """Ask for every status, action and bond whether a role may; list what is decided otherwise than ruled."""
    actor, wrong = Actor(new_id(), role.value, frozenset({role}), DEFAULT_REACH.get(role, Reach.ALL), new_id()), []
    for bond, ties in bonds:
        for status in ruling.statuses:
            for action in ruling.actions:
                try:
                    permitted(table, actor, status, action, ties)
                    said = "ok"
                except Refusal as refusal:
                    said = refusal.code if refusal.message else "without a word"
                if said != ruling.decision(role, status, action, bond):
                    wrong.append((status, action, bond, said))
    return wrong


async def attempt(session: AsyncSession, doing: Awaitable[Any], *, undone: bool) -> tuple[str, object]:
    """Try a step and undo it; answer "ok" and what it gave, or the code and the fields.

    Who is refused has changed nothing; only what may change something is worth a savepoint.
    """
    saved = await session.begin_nested() if undone else None
    try:
        done = await doing
    except Invalid as refusal:
        return refusal.code, set(refusal.fields)
    except Refusal as refusal:
        return refusal.code if refusal.message else "without a word", None
    else:
        return "ok", done
    finally:
        if saved:
            await saved.rollback()


async def everybody(
    cast: Mapping[str, Actor],
    actions: Collection[Any],
    expected: Callable[[Actor, Any], Verdict],
    tries: Callable[[str, Any, bool], Awaitable[tuple[str, object]]],
) -> list[tuple[object, ...]]:
    """Let everybody try everything; list what ends otherwise than expected.

    `tries` takes login, action and whether to undo it, and answers "ok" and the status, or the code.
    """
    wrong: list[tuple[object, ...]] = []
    for login, actor in cast.items():
        for action in actions:
            wanted = expected(actor, action)
            said, status = await tries(login, action, wanted.code == "ok")
            if said != wanted.code or (said == "ok" and status is not wanted.target):
                wrong.append((login, action.value, (said, status), (wanted.code, wanted.target)))
    return wrong
