"""Who is told of a step, by which words, and what its dialog foretells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, any_, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar.models import Link
from domain.cases import answering
from domain.cases.models import Assignment, Case, Part, Satisfaction, Supervision
from domain.cases.queries import contacts, processes, reach
from domain.cases.vocabulary import Action, Guard, Status, Tell
from domain.cases.workflow import Step
from domain.kernel.actor import SYSTEM_ID, Actor, system_actor
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Role
from domain.notices import rules, sending
from domain.notices.rules import Audience, Happening
from domain.notices.schemas import Told
from domain.orgs.models import Account, AccountUnit, Unit


async def foretold_of(session: AsyncSession, actor: Actor, number: str, *, at: datetime) -> str:
    """Say what becomes of the message of acceptance that a case was just submitted for.

    :raises NotFound: no such case within the actor's reach
    """
    reached = await _reached(session, await reach.find(session, actor, number))
    return rules.acceptance(reached, at, sending.current())


async def told_of(
    session: AsyncSession, topic: str, case_id: UUID, payload: Mapping[str, Any], *, at: datetime
) -> tuple[Told, ...]:
    """Tell who hears of what happened to a case, and in which words; never who did it.

    `topic` is the outbox topic without `case.`, `payload` its message, `at` when it happened: a relay
    that comes late still tells the units that held the case then.
    """
    tells = rules.tells_of(topic, str(payload.get("row", "")), str(payload.get("from", "")))
    if not tells:
        return ()
    query = select(Case).where(col(Case.id) == case_id, reach.visible_to(system_actor(Role.CLOCK)))
    case = (await session.scalars(query)).one_or_none()
    if case is None:
        return ()
    entry = await _entry(session, payload)
    if topic == Action.RATE and not (entry and _grade(entry) and Satisfaction(_grade(entry)).is_bad):
        return ()  # praise is read in the case; whoever is dissatisfied is called back
    live = await _held_at(session, case.id, at)
    ended = await _unit_ids(session, payload.get("units") or ())
    before, after = (Status(payload.get(name) or case.status) for name in ("from", "to"))
    stayed = await _held_at(
        session, case.id, at, col(Assignment.part) == Part.ASSIST, col(Assignment.dispatched_at) < at
    )
    happening = replace(_happening(case, topic, tells, before, after, live, ended), stayed=stayed)
    groups = await _members(session, rules.audiences(happening))
    if not groups and case.sent_back_by:
        # who sent it back has left: the centre hears of it in that person's place
        happening = _happening(case, topic, tells, before, after, live, ended, sent_back=False)
        groups = await _members(session, rules.audiences(happening))
    words = await _words(session, case, payload, entry)
    process = await processes.of_case(session, case)
    doer = entry.actor_id if entry else SYSTEM_ID
    return tuple(
        Told(tuple(ids - {doer}), rules.notice_text(happening, audience, process, **words))
        for audience, ids in groups.items()
    )


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
    for audience, ids in (await _members(session, rules.audiences(happening), by_unit=True)).items():
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


async def merged_into(session: AsyncSession, case_id: UUID) -> tuple[UUID, ...]:
    """Give the cases that were merged into one."""
    clock = system_actor(Role.CLOCK)
    query = select(col(Case.id)).where(col(Case.merged_into_id) == case_id, reach.visible_to(clock))
    return tuple(await session.scalars(query.order_by(col(Case.number))))


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


async def _entry(session: AsyncSession, payload: Mapping[str, Any]) -> JournalEntry | None:
    query = select(JournalEntry).where(col(JournalEntry.seq) == (payload.get("journal") or 0))
    return (await session.scalars(query)).one_or_none()


async def _held_at(session: AsyncSession, case_id: UUID, at: datetime, *more: ColumnElement[bool]) -> frozenset[UUID]:
    # The units that held the case right after what happened at a moment.
    query = select(col(Assignment.unit_id)).where(
        col(Assignment.case_id) == case_id,
        col(Assignment.dispatched_at) <= at,
        or_(col(Assignment.ended_at).is_(None), col(Assignment.ended_at) > at),
        *more,
    )
    return frozenset(await session.scalars(query))


def _called(unit: Unit) -> str:
    return unit.short_name or unit.name


async def _unit_ids(session: AsyncSession, codes: Iterable[str]) -> frozenset[UUID]:
    wanted = [str(code) for code in codes]
    if not wanted:
        return frozenset()
    return frozenset(await session.scalars(select(col(Unit.id)).where(col(Unit.code).in_(wanted))))


async def _words(
    session: AsyncSession, case: Case, payload: Mapping[str, Any], entry: JournalEntry | None
) -> dict[str, str]:
    link, card = str(payload.get("link") or ""), str(payload.get("level") or "")
    level = str(entry.detail.get("level") or "") if entry else ""
    agrees = entry.detail.get("agrees") if entry else None
    return {
        "number": case.number,
        "unit": await _doer(session, entry) if entry else "系统",
        "grade": Satisfaction(_grade(entry)).label if entry and _grade(entry) else "",
        "level": Supervision(level).label if level else "",
        "response": {True: "确认办理结果", False: "提出异议，请查看"}.get(agrees, "作出答复"),
        "card": {"yellow": "黄牌", "red": "红牌"}.get(card, ""),
        "link": (await processes.of_case(session, case)).spoken(Link(link).label) if link else "",
    }


def _grade(entry: JournalEntry) -> str:
    return str(entry.detail.get("satisfaction") or "")


async def _doer(session: AsyncSession, entry: JournalEntry) -> str:
    unit = await session.get(Unit, entry.actor_unit_id)
    return _called(unit) if unit else "、".join(Role(role).label for role in entry.actor_roles.split())


async def _members(
    session: AsyncSession, audiences: tuple[Audience, ...], *, by_unit: bool = False
) -> dict[Audience, frozenset[UUID]]:
    # The enabled accounts of each group; nobody is in two of them. `by_unit` splits departments, for a preview.
    if not audiences:
        return {}
    query = (
        select(col(Account.id), col(Account.roles), Unit)
        .join(Unit, _belongs())
        .where(col(Account.disabled_at).is_(None), or_(*(_condition(a) for a in audiences)))
        .order_by(col(Unit.position), col(Unit.code), col(Account.login))
    )
    rows = [(row[0], frozenset(row[1]), row[2]) for row in await session.execute(query)]
    found: dict[Audience, set[UUID]] = {}
    taken: set[UUID] = set()
    for audience in audiences:
        for account_id, unit in _of(audience, rows):
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


def _named(audience: Audience, unit: Unit) -> Audience:
    label = audience.label or f"{_called(unit)} 经办、领导"
    return replace(audience, units=frozenset({unit.id}), label=label)


def _condition(audience: Audience) -> ColumnElement[bool]:
    if audience.account:
        return col(Account.id) == audience.account
    held = or_(*(literal(role.value) == any_(col(Account.roles)) for role in sorted(audience.roles)))
    within = col(Unit.id).in_(audience.units) if audience.of_units else true()
    return and_(held, within)


def _of(audience: Audience, rows: list[tuple[UUID, frozenset[str], Unit]]) -> list[tuple[UUID, Unit]]:
    if audience.account:
        return [(one, unit) for one, _, unit in rows if one == audience.account]
    wanted = {role.value for role in audience.roles}
    fitting = [(one, unit) for one, roles, unit in rows if roles & wanted]
    near = [(one, unit) for one, unit in fitting if unit.id in audience.units]
    return near if near or audience.of_units else fitting


async def _reached(session: AsyncSession, case: Case) -> int:
    """How many phones a message would go to, those of the cases merged into this one among them."""
    cases = (case.id, *await merged_into(session, case.id))
    return len({phone for case_id in cases for phone in await contacts.mobiles_of(session, case_id)})
