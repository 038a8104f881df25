"""One step of a life cycle: fetched within reach, judged, done, and told of, always in this order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel import journal, outbox
from domain.kernel.actor import Actor
from domain.kernel.flow.deciding import choose, permitted, require_role
from domain.kernel.flow.table import P
from domain.kernel.labels import Labelled
from domain.kernel.notify import announce
from domain.kernel.refusals import ChangedMeanwhile
from domain.kernel.words import as_written

X = TypeVar("X")  # subject: a row with id, number, status, version and updated_at
I = TypeVar("I")  # noqa: E741 - input, with an opinion
B = TypeVar("B")  # table
C = TypeVar("C", bound="Act[Any, Any, Any, Any]")


@dataclass(slots=True)
class Act(Generic[X, I, B, P]):
    """One step being taken: what guards, checks and effects work on.

    The subject is a row with id, number, status, version and updated_at, and previous_status where a row leads back.

    :ivar ties: the ties of the actor that hold
    :ivar step: the row, once it is chosen
    :ivar detail: what the journal says besides; `told`: what the outbox says besides
    """

    session: AsyncSession
    actor: Actor
    subject: X
    given: I
    at: datetime
    table: B
    ties: AbstractSet[Labelled] = frozenset()
    step: P = field(default=cast("Any", None), kw_only=True)
    detail: dict[str, Any] = field(default_factory=dict[str, Any], kw_only=True)
    told: dict[str, Any] = field(default_factory=dict[str, Any], kw_only=True)


async def _nothing(*_: Any) -> None:
    return None


async def _changed(act: Any, _version: int) -> str:
    return f"该{act.table.cycle.noun}刚刚被他人办理，请刷新核对后再操作"


@dataclass(frozen=True, kw_only=True)
class Room(Generic[C]):
    """Say what a room does at each paragraph of a step; the first three are every room's, the rest what it needs.

    :ivar fetch: session, actor, key, input, moment → the act, its subject within reach and locked until the commit
    :ivar held: which of some guards hold
    :ivar effects: what each effect of the table changes
    :ivar admits: refuse a subject that takes no step now, whatever its status
    :ivar check: refuse an input that cannot be taken
    :ivar settle: what follows from the new status (clocks); it is given the status before
    :ivar traced: further traces; it is given the number of the journal's line
    :ivar conflict: say who changed the subject after a version
    """

    fetch: Callable[[AsyncSession, Actor, str, Any, datetime], Awaitable[C]]
    held: Callable[[C, AbstractSet[Any]], Awaitable[AbstractSet[Labelled]]]
    effects: Mapping[Any, Callable[[C], Awaitable[None]]]
    admits: Callable[[C], Awaitable[None]] = _nothing
    check: Callable[[C], Awaitable[None]] = _nothing
    settle: Callable[[C, Any], Awaitable[None]] = _nothing
    traced: Callable[[C, int], Awaitable[None]] = _nothing
    conflict: Callable[[C, int], Awaitable[str]] = _changed


async def take(
    room: Room[C],
    session: AsyncSession,
    actor: Actor,
    *,
    key: str,
    action: Labelled,
    given: Any,
    at: datetime,
    version: int | None = None,
) -> C:
    """Move a subject one step along its life cycle.

    With `version` the step is taken only if nobody changed the subject since then.

    :raises NotFound: no such subject within the actor's reach
    :raises NotPermitted: the actor's roles, or ties to the subject, do not allow this step
    :raises ActionNotAllowed: the step does not start at this status, or its guard says no
    :raises ChangedMeanwhile: somebody else changed the subject first
    :raises Invalid: an input is missing or cannot be taken
    """
    act = await room.fetch(session, actor, key, given, at)

    require_role(act.table, actor, action)
    if version is not None and version != act.subject.version:
        raise ChangedMeanwhile(await room.conflict(act, version))
    await room.admits(act)
    steps = permitted(act.table, actor, act.subject.status, action, act.ties)
    wanted = {guard for step in steps for guard in step.guards}
    act.step = choose(act.table, steps, await room.held(act, wanted))
    await room.check(act)

    before = act.subject.status
    for effect in act.step.effects:
        await room.effects[effect](act)
    _move(act)
    await room.settle(act, before)

    await _leave_traces(room, act, before)
    await session.flush()
    return act


def _move(act: Act[Any, Any, Any, Any]) -> None:
    subject, before = act.subject, act.subject.status
    waiting = act.table.cycle.waiting
    target = act.step.target or subject.previous_status or before
    # what happens while a request waits must not forget where its refusal leads back to
    if waiting and target != before:
        subject.previous_status = before if target in waiting else None
    subject.status = target
    subject.version += 1
    subject.updated_at = act.at


async def _leave_traces(room: Room[C], act: C, before: Labelled) -> None:
    session, subject, action = act.session, act.subject, act.step.action.value
    kind = act.table.cycle.kind
    moved = {"number": subject.number, "row": act.step.row, "from": before.value, "to": subject.status.value}
    detail = {**moved, "version": subject.version, "opinion": as_written(act.given.opinion), **act.detail}
    entry = await journal.record(session, act.actor, f"{kind}.{action}", kind, subject.id, at=act.at, detail=detail)
    payload = {**moved, "journal": entry.seq, **act.told}
    outbox.publish(session, f"{kind}.{action}", subject.id, payload, at=act.at)
    await room.traced(act, entry.seq)
    await announce(session, kind, subject.id, number=subject.number, action=action)
