"""What a step does to the deadlines of its case."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import queries
from domain.calendar.models import Deadline, LimitSource, Link
from domain.calendar.operations import Clocks
from domain.cases.models import Assignment, Case
from domain.cases.operations.act import Act
from domain.cases.queries import starting
from domain.cases.vocabulary import Effect, Need, Status, Verb
from domain.cases.workflow import ENDED, Clock

ALL = tuple(Link)


async def apply(act: Act) -> None:
    """Run the clock effects of the step, then renew the case's nearest deadline.

    The running clocks were read with the case and are changed in memory. A supervision ends with the link
    it is about (督办处理完成自动取消); a breach that was earned stays.
    """
    case, thawed = act.case, Effect.TOGGLE_LEGACY in act.step.effects and not act.case.legacy
    if not (act.step.clocks or case.legacy or Effect.TOGGLE_LEGACY in act.step.effects):
        return
    clocks = act.clocks
    stopped: list[Deadline] = []
    for clock in act.step.clocks:
        stopped += await _run(act, clocks, clock)
    if thawed and case.status is Status.RETURN_PENDING:
        # the waiting return holds the case's own clocks; those of assistants run on
        for holder in {one.holder_id for one in clocks.running if one.holder_id}:
            await clocks.resume(ALL, at=act.at, holder_id=holder)
    if case.legacy:
        # a legacy case's clocks are frozen, also those that a later step started (row 42)
        clocks.pause(ALL, at=act.at)
    _end_supervision(act, stopped)
    _renew(case, clocks.running)


async def _run(act: Act, clocks: Clocks, clock: Clock) -> list[Deadline]:
    """One clock effect; answers what it stopped."""
    at, links = act.at, (clock.link,) if clock.link else ALL
    if clock.verb is Verb.START and clock.link:
        await _start(act, clocks, clock.link, None)
    elif clock.verb is Verb.STOP:
        return _stop(act, clocks, clock.link)
    elif clock.verb is Verb.PAUSE:
        clocks.pause(links, at=at, holder_id=None)
    elif clock.verb is Verb.RESUME:
        await clocks.resume(links, at=at, holder_id=None)
    elif clock.verb is Verb.EXTEND:
        await clocks.extend(links, workdays=act.given.days or 1, at=at, holder_id=None)
    elif clock.verb is Verb.REOPEN:
        await clocks.reopen(links, at=at, holder_id=None)
    return []


def _stop(act: Act, clocks: Clocks, link: Link | None) -> list[Deadline]:
    # A stop of everything reaches the assistants too, but not those whom this very step dispatched.
    if link:
        return clocks.stop((link,), at=act.at, holder_id=None)
    live = {one.id for one in act.assignments}
    holders = {one.holder_id for one in clocks.running} - live
    return [one for holder in holders for one in clocks.stop(ALL, at=act.at, holder_id=holder)]


async def start_link(act: Act, link: Link, assignment: Assignment | None = None) -> None:
    """Start one clock: of the case itself, or of one assistant's assignment."""
    await _start(act, act.clocks, link, assignment)


async def _start(act: Act, clocks: Clocks, link: Link, assignment: Assignment | None) -> None:
    case, unit_id = act.case, starting.holding_unit(act.case, link, assignment)
    promised = (act.given.promise_days or 0) if Need.PROMISE in act.step.asks else 0
    begun = await starting.clock(act.session, case, act.table.limits, link, unit_id, at=act.at, promise_days=promised)
    earlier = await clocks.last_stopped(link) if link is Link.RESOLVE and case.promised_at else None
    started = await clocks.start(
        link,
        begun.limit,
        at=act.at,
        holder_id=assignment.id if assignment else None,
        unit_id=unit_id,
        category=case.category,
        severe=case.major and case.urgent,
        source=begun.source,
        latest_at=begun.latest_at,
    )
    if earlier:
        # passed on within the county: what the petitioner was told stays (decision 0023)
        await clocks.hold_to(started, earlier, at=act.at)


def is_taken_back(act: Act, link: Link | None) -> bool:
    """Tell whether a step takes the case from whom it waits for: a link begins again with another, it is not done."""
    effects = set(act.step.effects)
    return Effect.SEND_BACK in effects or (link is not Link.DISPATCH and bool(effects & _TAKEN_BACK))


_TAKEN_BACK = frozenset({Effect.WITHDRAW_ASSIGNMENTS, Effect.RETURN_ASSIGNMENTS})


def _end_supervision(act: Act, stopped: Sequence[Deadline]) -> None:
    case, link = act.case, act.case.supervision_link
    done = link in {one.link for one in stopped if one.holder_id is None} and not is_taken_back(act, link)
    if link is None or not (done or case.status in ENDED):
        return
    act.detail["supervision_ended"] = link.value
    case.supervision = case.supervised_by = case.supervision_link = None
    case.supervision_auto = False


TIGHTENED = "（按并入案件的较早时限）"
"""What a limit says whose end was taken over from a merged case."""


def tighten(own: Clocks, other: Clocks, only: Collection[str] | None = None) -> dict[str, list[Any]]:
    """Let the clocks of a kept case end no later than those of a duplicate on the same link; answer what changed."""
    changed: dict[str, list[Any]] = {}
    earlier = {one.link: one for one in other.running if one.holder_id is None}
    for clock in own.running:
        found = earlier.get(clock.link)
        if clock.holder_id is not None or found is None or (only is not None and _key(clock) not in only):
            continue
        yellow, red = min(clock.yellow_at, found.yellow_at), min(clock.red_at, found.red_at)
        if (yellow, red) == (clock.yellow_at, clock.red_at):
            continue
        before = _stored(clock)
        clock.soon_at = found.soon_at if yellow < clock.yellow_at else clock.soon_at
        clock.yellow_at, clock.red_at, clock.source = yellow, red, LimitSource.PROMISE
        clock.limit_text = clock.limit_text.removesuffix(TIGHTENED) + TIGHTENED
        changed[_key(clock)] = [before, _stored(clock)]
    return changed


def loosen(own: Clocks, gave: Mapping[str, Any]) -> list[str]:
    """Give clocks back what a merge took, where they still stand as it left them; answer which."""
    back: list[str] = []
    for clock in own.running:
        before, after = gave.get(_key(clock), (None, None))
        if clock.holder_id is None and before and _stored(clock) == after:
            moments = [datetime.fromisoformat(moment) if moment else None for moment in before[:3]]
            clock.yellow_at, clock.red_at, clock.soon_at = (
                moments[0] or clock.yellow_at,
                moments[1] or clock.red_at,
                moments[2],
            )
            clock.source, clock.limit_text = LimitSource(before[3]), before[4]
            back.append(_key(clock))
    return back


def _key(clock: Deadline) -> str:
    return f"clock:{clock.link.value}"


def _stored(clock: Deadline) -> list[str]:
    moments = (clock.yellow_at, clock.red_at, clock.soon_at)
    written = (moment.astimezone(UTC).isoformat() if moment else "" for moment in moments)
    return [*written, clock.source.value, clock.limit_text]


async def renew(session: AsyncSession, case: Case) -> None:
    """Copy the nearest running deadline and the promised date onto the case."""
    await renew_all(session, [case])


async def renew_all(session: AsyncSession, cases: Sequence[Case]) -> None:
    """Do the same for several cases at once."""
    running: dict[UUID, list[Deadline]] = {}
    for deadline in await queries.running(session, [case.id for case in cases]):
        running.setdefault(deadline.subject_id, []).append(deadline)
    for case in cases:
        _renew(case, running.get(case.id, []))
    await session.flush()


def show(case: Case, nearest: Deadline | None) -> None:
    """Have a case show this clock as its nearest one, or none."""
    case.due_at = nearest.yellow_at if nearest else None
    case.due_soon_at = nearest.soon_at if nearest else None
    case.due_link = nearest.link if nearest else None
    case.due_line, case.due_unit_id = (nearest.unit, nearest.unit_id) if nearest else (None, None)


def _renew(case: Case, running: Sequence[Deadline]) -> None:
    own = [one for one in running if one.holder_id is None]
    ticking = min((one for one in own if one.paused_at is None), key=lambda one: one.yellow_at, default=None)
    live = case.status not in ENDED and not case.legacy
    show(case, ticking if live else None)
    promise = next((one for one in own if one.link is Link.RESOLVE), None)
    case.promised_at = promise.yellow_at if promise else case.promised_at
