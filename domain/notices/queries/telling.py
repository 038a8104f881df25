"""Who is told of a step, by which words, and what its dialog foretells."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar.models import Link
from domain.cases import answering
from domain.cases.models import Assignment, Case, Part, Satisfaction, Supervision
from domain.cases.process import Process
from domain.cases.queries import contacts, processes, reach
from domain.cases.vocabulary import Action, Guard, Status, Tell
from domain.cases.workflow import Step
from domain.kernel import driver
from domain.kernel.actor import SYSTEM_ID, Actor, system_actor
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Role
from domain.notices import rules, sending
from domain.notices.rules import Audience, Happening
from domain.notices.schemas import Happened, Told
from domain.orgs.models import Account, AccountUnit, Unit


async def foretold_of(session: AsyncSession, actor: Actor, number: str, *, at: datetime) -> str:
    """Say what becomes of the message of acceptance that a case was just submitted for.

    :raises NotFound: no such case within the actor's reach
    """
    reached = await _reached(session, await reach.find(session, actor, number))
    return rules.acceptance(reached, at, sending.current())


async def told_of(session: AsyncSession, happened: Sequence[Happened]) -> list[tuple[Told, ...]]:
    """Tell of each of some happenings who hears of it, and in which words; never who did it.

    What they need is read once for all of them.
    """
    loud = [one for one in happened if _tells(one)]
    known = await _known(session, loud)
    return [await _told(session, known, one) if _tells(one) else () for one in happened]


def _tells(one: Happened) -> tuple[Tell, ...]:
    return rules.tells_of(one.topic, str(one.payload.get("row", "")), str(one.payload.get("from", "")))


async def _told(session: AsyncSession, known: _Known, one: Happened) -> tuple[Told, ...]:
    case, entry = known.cases.get(one.case_id), known.entries.get(one.payload.get("journal") or 0)
    if case is None:
        return ()
    if one.topic == Action.RATE and not (entry and _grade(entry) and Satisfaction(_grade(entry)).is_bad):
        return ()  # praise is read in the case; whoever is dissatisfied is called back
    tells = _tells(one)
    held = [own for own in known.held.get(case.id, ()) if _held_at(own, one.at)]
    live = frozenset(own.unit_id for own in held)
    stayed = frozenset(own.unit_id for own in held if own.part is Part.ASSIST and own.dispatched_at < one.at)
    codes = {str(code) for code in one.payload.get("units") or ()}
    ended = frozenset(unit.id for unit in known.units.values() if unit.code in codes)
    before, after = (Status(one.payload.get(name) or case.status) for name in ("from", "to"))
    happening = replace(_happening(case, one.topic, tells, before, after, live, ended), stayed=stayed)
    groups = _members(known.staff, rules.audiences(happening))
    if not groups and case.sent_back_by:
        # who sent it back has left: the centre hears of it in that person's place
        happening = _happening(case, one.topic, tells, before, after, live, ended, sent_back=False)
        groups = _members(known.staff, rules.audiences(happening))
    process = await processes.of_case(session, case)
    words = _words(known, process, case, one.payload, entry)
    doer = entry.actor_id if entry else SYSTEM_ID
    return tuple(
        Told(tuple(ids - {doer}), rules.notice_text(happening, audience, process, **words))
        for audience, ids in groups.items()
    )


Staff = list[tuple[UUID, frozenset[str], Unit]]
"""Enabled accounts with their roles, once for each of their enabled units, in the order of units and logins."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What some happenings need, read at once."""

    cases: Mapping[UUID, Case]
    entries: Mapping[int, JournalEntry]
    held: Mapping[UUID, list[Assignment]]
    units: Mapping[UUID, Unit]
    staff: Staff


async def _known(session: AsyncSession, happened: Sequence[Happened]) -> _Known:
    cases = {case.id: case for case in await reach.by_ids(session, {one.case_id for one in happened})}
    if not cases:
        return _Known({}, {}, {}, {}, [])
    lines = [int(one.payload.get("journal") or 0) for one in happened]
    held: dict[UUID, list[Assignment]] = {}
    for own in await _ASSIGNED.of(session, cases=list(cases)):
        held.setdefault(own.case_id, []).append(own)
    units = {unit.id: unit for unit in await _UNITS.of(session)}
    entries = {entry.seq: entry for entry in await _ENTRIES.of(session, lines=lines)}
    return _Known(cases, entries, held, units, await _staff(session, units))


_ASSIGNED = driver.Reading(Assignment, lambda query: query.where(driver.among(col(Assignment.case_id), "cases")))
_ENTRIES = driver.Reading(JournalEntry, lambda query: query.where(driver.among(col(JournalEntry.seq), "lines")))
_UNITS = driver.Reading(Unit, lambda query: query)


async def _staff(session: AsyncSession, units: Mapping[UUID, Unit]) -> Staff:
    return [(account, frozenset(roles), units[unit]) for account, roles, unit in await _STAFF.rows(session)]


async def will_tell(
    session: AsyncSession,
    actor: Actor,
    number: str,
    action: Action,
    *,
    departments: Iterable[str] = (),
    at: datetime | None = None,
) -> tuple[tuple[str, int], ...]:
    """Foretell whom a step would tell: label and number of people, the actor left out.

    :param departments: codes of the departments that the step chooses, lead and assist
    :param at: when, for what waits until the morning
    :raises NotFound: no such case within the actor's reach
    """
    case = await reach.find(session, actor, number)
    steps = (await processes.of_case(session, case)).rows(case.status, action)
    if not steps or action is Action.RATE:  # whom a rating tells of depends on the rating
        return ()
    chosen = await _unit_ids(session, departments)
    live = frozenset(a.unit_id for a in await reach.live_assignments(session, case.id))
    step = _likely(steps, chosen, case)
    held, ended = rules.foreseen(step, live, chosen)
    tells = rules.tells_of(action, step.row, case.status)
    after = step.target or case.previous_status or case.status
    happening = _happening(case, action, tells, case.status, after, held, ended)
    found: list[tuple[str, int]] = []
    staff = await _staff(session, {unit.id: unit for unit in await _UNITS.of(session)})
    for audience, ids in _members(staff, rules.audiences(happening), by_unit=True).items():
        if ids - {actor.account_id}:
            found.append((audience.label, len(ids - {actor.account_id})))
    if Tell.PETITIONER in tells and _writes(case, action):
        reached = await _reached(session, case)
        found.append(rules.by_message(reached, at, sending.current()))
    return tuple(found)


def _writes(case: Case, action: Action) -> bool:
    # A result is told when it is released: not while the centre reads it first, nor again when it is worded anew.
    if action is Action.SUBMIT_RESULT:
        return not answering.current().by_centre
    return action is not Action.PUBLISH_ANSWER or case.answered_at is None


async def merged_into(session: AsyncSession, cases: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Give the cases that were merged into each of some, in the order of their numbers."""
    found: dict[UUID, list[UUID]] = {}
    for kept, duplicate in await _MERGED.rows(session, cases=list(cases)):
        found.setdefault(kept, []).append(duplicate)
    return found


_MERGED = driver.Made(
    select(col(Case.merged_into_id), col(Case.id))
    .where(driver.among(col(Case.merged_into_id), "cases"), reach.visible_to(system_actor(Role.CLOCK)))
    .order_by(col(Case.number))
)


def _happening(
    case: Case,
    action: str,
    tells: tuple[Tell, ...],
    before: Status,
    after: Status,
    live: frozenset[UUID],
    ended: frozenset[UUID],
    *,
    sent_back: bool = True,
) -> Happening:
    return Happening(
        action=str(action),
        tells=tells,
        before=before,
        after=after,
        centre=case.unit_id,
        registrar=case.created_by,
        ordered=case.leader_order,
        lead=case.lead_unit_id,
        requester=case.requested_by,
        sent_back_by=case.sent_back_by if sent_back else None,
        live=live,
        ended=ended,
    )


def _likely(steps: tuple[Step, ...], chosen: frozenset[UUID], case: Case) -> Step:
    """Of the rows that a guard tells apart, the one that the choice in the dialog leads to."""
    same = not chosen or case.lead_unit_id in chosen
    wanted = Guard.SAME_DEPARTMENT if same else Guard.OTHER_DEPARTMENT
    return next((step for step in steps if wanted in step.guards), steps[0])


def _held_at(own: Assignment, at: datetime) -> bool:
    # Whether a unit held the case right after what happened at a moment.
    return own.dispatched_at <= at and (own.ended_at is None or own.ended_at > at)


def _called(unit: Unit) -> str:
    return unit.short_name or unit.name


async def _unit_ids(session: AsyncSession, codes: Iterable[str]) -> frozenset[UUID]:
    wanted = [str(code) for code in codes]
    if not wanted:
        return frozenset()
    return frozenset(await session.scalars(select(col(Unit.id)).where(col(Unit.code).in_(wanted))))


def _words(
    known: _Known, process: Process, case: Case, payload: Mapping[str, Any], entry: JournalEntry | None
) -> dict[str, str]:
    link, card = str(payload.get("link") or ""), str(payload.get("level") or "")
    level = str(entry.detail.get("level") or "") if entry else ""
    agrees = entry.detail.get("agrees") if entry else None
    return {
        "number": case.number,
        "unit": _doer(known, entry) if entry else "系统",
        "grade": Satisfaction(_grade(entry)).label if entry and _grade(entry) else "",
        "level": Supervision(level).label if level else "",
        "response": {True: "确认办理结果", False: "提出异议，请查看"}.get(agrees, "作出答复"),
        "card": {"yellow": "黄牌", "red": "红牌"}.get(card, ""),
        "link": process.spoken(Link(link).label) if link else "",
        "risk": str(payload.get("risk") or ""),
    }


def _grade(entry: JournalEntry) -> str:
    return str(entry.detail.get("satisfaction") or "")


def _doer(known: _Known, entry: JournalEntry) -> str:
    unit = known.units.get(entry.actor_unit_id)
    return _called(unit) if unit else "、".join(Role(role).label for role in entry.actor_roles.split())


def _members(
    staff: Staff, audiences: tuple[Audience, ...], *, by_unit: bool = False
) -> dict[Audience, frozenset[UUID]]:
    # The enabled accounts of each group; nobody is in two of them. `by_unit` splits departments, for a preview.
    found: dict[Audience, set[UUID]] = {}
    taken: set[UUID] = set()
    for audience in audiences:
        for account_id, unit in _of(audience, staff):
            if account_id not in taken:
                taken.add(account_id)
                key = _named(audience, unit) if by_unit and audience.tell is Tell.DEPARTMENT else audience
                found.setdefault(key, set()).add(account_id)
    return {audience: frozenset(ids) for audience, ids in found.items()}


def _belongs() -> ColumnElement[bool]:
    # An account stands once for each of its enabled units.
    more = select(AccountUnit.unit_id).where(
        col(AccountUnit.account_id) == col(Account.id), col(AccountUnit.unit_id) == col(Unit.id)
    )
    return and_(or_(col(Unit.id) == col(Account.unit_id), more.exists()), col(Unit.disabled_at).is_(None))


_STAFF = driver.Made(
    select(col(Account.id), col(Account.roles), col(Unit.id))
    .join(Unit, _belongs())
    .where(col(Account.disabled_at).is_(None))
    .order_by(col(Unit.position), col(Unit.code), col(Account.login))
)


def _named(audience: Audience, unit: Unit) -> Audience:
    label = audience.label or f"{_called(unit)} 经办、领导"
    return replace(audience, units=frozenset({unit.id}), label=label)


def _of(audience: Audience, staff: Staff) -> list[tuple[UUID, Unit]]:
    if audience.account:
        return [(one, unit) for one, _, unit in staff if one == audience.account]
    wanted = {role.value for role in audience.roles}
    fitting = [(one, unit) for one, roles, unit in staff if roles & wanted]
    near = [(one, unit) for one, unit in fitting if unit.id in audience.units]
    return near if near or audience.of_units else fitting


async def _reached(session: AsyncSession, case: Case) -> int:
    """How many phones a message would go to, those of the cases merged into this one among them."""
    cases = (case.id, *(await merged_into(session, [case.id])).get(case.id, ()))
    return len({phone for phones in (await contacts.mobiles_of(session, cases)).values() for phone in phones})
