"""The rows of a life cycle, what they answer, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

from domain.kernel.labels import Labelled
from domain.kernel.permissions import Permission, Role

S = TypeVar("S", bound=Labelled)  # status
A = TypeVar("A", bound=Labelled)  # action
T = TypeVar("T", bound=Labelled)  # tie
G = TypeVar("G", bound=Labelled)  # guard
N = TypeVar("N", bound=Labelled)  # need
E = TypeVar("E", bound=Labelled)  # effect
P = TypeVar("P", bound="Step[Any, Any, Any, Any, Any, Any]")


@dataclass(frozen=True, slots=True)
class Who(Generic[T]):
    """Name a role, and the tie to the subject that it needs besides; the tie's label is told when it is missing."""

    role: Role
    tie: T | None = None


@dataclass(frozen=True, slots=True)
class Step(Generic[S, A, T, G, N, E]):
    """One row. No `source`: it begins a subject; no `target`: back to the status before the request.

    A guard's label is told when it does not hold. A room with further columns extends the row.
    """

    row: str
    action: A
    source: S | None
    target: S | None
    who: tuple[Who[T], ...]
    needs: tuple[N, ...] = ()
    may: tuple[N, ...] = ()
    guards: tuple[G, ...] = ()
    effects: tuple[E, ...] = ()

    @property
    def asks(self) -> tuple[N, ...]:
        """Give the inputs in the order in which a dialog shows them."""
        return (*self.needs, *self.may)


def from_each(sources: Iterable[Labelled], step: P) -> Iterator[P]:
    """Repeat a row that starts at several statuses."""
    return (replace(step, source=source) for source in sources)


def at_each(statuses: Iterable[Labelled], step: P) -> Iterator[P]:
    """Repeat a row that leaves the status as it is, at several statuses."""
    return (replace(step, source=status, target=status) for status in statuses)


@dataclass(frozen=True)
class LifeCycle(Generic[S, G]):
    """Say what is true of a life cycle besides its rows.

    :ivar kind: its subject in journal, outbox and announcements
    :ivar noun: its subject in a sentence
    :ivar work: the permission that can be taken from whoever works on it
    :ivar waiting: where a request waits; the status before it is kept, for the rows that lead back
    :ivar choosing: guards that tell two rows of one action apart; the others say yes or no to the row
    :ivar later: guards that look at what a dialog asks; an action is offered before that is known
    """

    kind: str
    noun: str
    work: Permission
    open: tuple[S, ...]
    ended: tuple[S, ...]
    waiting: tuple[S, ...] = ()
    choosing: frozenset[G] = frozenset()
    later: frozenset[G] = frozenset()


@dataclass(frozen=True, eq=False)
class Table(Generic[S, A, P]):
    """Answer what the rows say; one that calls things otherwise overrides how it words them."""

    cycle: LifeCycle[S, Any]
    steps: tuple[P, ...]

    @cached_property
    def _index(self) -> dict[tuple[S | None, A], tuple[P, ...]]:
        found: dict[tuple[S | None, A], tuple[P, ...]] = {}
        for step in self.steps:
            key = (step.source, step.action)
            found[key] = (*found.get(key, ()), step)
        return found

    def rows(self, source: S | None, action: A) -> tuple[P, ...]:
        """Give the rows of an action at a status; two when a guard chooses."""
        return self._index.get((source, action), ())

    def rows_of(self, action: A) -> tuple[P, ...]:
        return tuple(step for step in self.steps if step.action is action)

    def takers(self, action: A) -> frozenset[Role]:
        """Give the roles that ever take an action."""
        return frozenset(who.role for step in self.rows_of(action) for who in step.who)

    @property
    def called(self) -> str:
        return f"这类{self.cycle.noun}"

    def status_label(self, status: S) -> str:
        return status.label

    def action_label(self, action: A, source: S | None = None) -> str:  # noqa: ARG002 - a table may word it by status
        return action.label

    def spoken(self, text: str) -> str:
        """Say a sentence of the product in the words of this table."""
        return text


def lint(cycle: LifeCycle[S, Any], statuses: Iterable[S], steps: Collection[P]) -> list[str]:
    """List what is wrong with the rows: unreachable, endless, back to nowhere, ambiguous."""
    reach, finish = reached(steps), finishing(steps, cycle.ended)
    statuses = tuple(statuses)
    faults = [f"{status.label}不可到达" for status in statuses if status not in reach]
    faults += [f"{status.label}无法走到终点" for status in statuses if status not in finish]
    back = {step.source for step in steps if step.source and step.target is None}
    faults += [f"{status.label}没有可以退回的状态" for status in statuses if status in back.difference(cycle.waiting)]
    groups: dict[tuple[S | None, Labelled], list[frozenset[Labelled]]] = {}
    for step in steps:
        groups.setdefault((step.source, step.action), []).append(cycle.choosing.intersection(step.guards))
    for (source, action), members in groups.items():
        if len(members) > 1 and (len(set(members)) < len(members) or frozenset() in members):
            faults.append(f"{source} 的“{action.label}”有两行无法区分")
    return faults


def reached(steps: Collection[P]) -> set[Any]:
    """Give the statuses that a subject can come to."""
    found = {step.target for step in steps if step.source is None and step.target}
    while more := {step.target for step in steps if step.source in found and step.target} - found:
        found |= more
    return found


def finishing(steps: Collection[P], ended: Iterable[Labelled]) -> set[Any]:
    """Give the statuses from which a subject can end."""
    found = set(ended)
    while more := {step.source for step in steps if step.source and step.target in found} - found:
        found |= more
    return found
