"""Every open case is in exactly the lists that the ruling gives it, for everybody; and overdue is derived alike.

The lists are computed here from what is stored about each case, without the product's conditions.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from domain.calendar.models import LimitUnit
from domain.calendar.operations import seed_years
from domain.cases import rules
from domain.cases.inputs import CaseFilter
from domain.cases.models import Assignment, AssignmentState, CallOutcome, Case, Copy, Part, Satisfaction, Supervision
from domain.cases.operations import merge
from domain.cases.queries import listing, reach, views
from domain.cases.queries.orders import derived_status
from domain.cases.vocabulary import Action, Status
from domain.kernel.actor import Actor
from domain.kernel.clock import local
from domain.kernel.permissions import Role
from domain.orgs.models import Account
from tests.support import county as support
from tests.support import stations
from tests.support.database import rolled_back
from tests.support.histories import OPEN, Walk
from tests.support.stations import SAID, SCENES, STATIONS

R, S, X = Role, Status, AssignmentState
SEEDS, STEPS = (1, 2), 50
IN_HAND = {S.IN_PROGRESS, S.EXTENDED, S.LEADER_ORDER}
LIVE = {X.WAITING, X.WORKING, X.REPORTED}


@dataclass
class Facts:
    """What is stored about one case, as far as lists ask."""

    case: Case
    parts: list[Assignment] = field(default_factory=list)
    copies: set[UUID] = field(default_factory=set)
    registrars: set[UUID] = field(default_factory=set)

    def has(self, unit: UUID, part: Part, *states: AssignmentState) -> bool:
        return any(a.unit_id == unit and a.part is part and a.state in states for a in self.parts)

    def leads(self, unit: UUID) -> bool:
        return self.has(unit, Part.LEAD, *LIVE)

    @property
    def aside(self) -> bool:
        return self.case.legacy or self.case.merged_into_id is not None

    @property
    def open(self) -> bool:
        return self.case.status in OPEN and not self.aside


def _owner(f: Facts, actor: Actor) -> bool:
    return f.case.created_by == actor.account_id


def _draft(f: Facts, actor: Actor) -> bool:
    return f.case.status is S.DRAFT and _owner(f, actor)


def _asked(f: Facts) -> bool:
    return f.case.status in {S.RETURN_PENDING, S.EXTENSION_PENDING}


def _assists(f: Facts, unit: UUID) -> bool:
    # An assistant is awaited to accept, and to report once the lead has accepted.
    if f.case.status is S.TO_ACCEPT:
        return f.has(unit, Part.ASSIST, X.WAITING)
    return f.case.status in IN_HAND and f.has(unit, Part.ASSIST, X.WAITING, X.WORKING)


AWAITED: dict[Role, Callable[[Facts, Actor], bool]] = {
    R.GUIDE: _draft,
    R.REGISTRAR: lambda f, a: _draft(f, a) or (f.case.status is S.TO_SUPPLEMENT and _owner(f, a)),
    R.CENTER_ADMIN: lambda f, a: (
        _draft(f, a) or f.case.status in {S.TO_DISPATCH, S.TO_CONFIRM} or (_asked(f) and not f.case.leader_order)
    ),
    R.LEADER: lambda f, _: (
        f.case.status is S.ORDER_PENDING
        or (_asked(f) and f.case.leader_order)
        or (f.case.status in OPEN and f.case.supervision is Supervision.RED)
    ),
    R.OFFICER: lambda f, a: (f.case.status in {S.TO_ACCEPT, *IN_HAND} and f.leads(a.unit_id)) or _assists(f, a.unit_id),
    R.DEPARTMENT_HEAD: lambda f, a: f.case.status in {S.TO_ACCEPT, *IN_HAND} and f.leads(a.unit_id),
}
"""Who is the next to act at each status, by the rows of the ruling; roles that are not named wait for nothing."""


def _appealed(f: Facts) -> bool:
    case = f.case
    ended = case.status is S.CLOSED and case.merged_into_id is None
    return ended and case.appealed_at is not None and case.appeal_ruling is None


def _to_call_back(f: Facts) -> bool:
    case = f.case
    bad = {Satisfaction.DISSATISFIED, Satisfaction.VERY_DISSATISFIED} & {case.satisfaction, case.unit_satisfaction}
    reached = case.call_outcome in {CallOutcome.SETTLED, CallOutcome.UNSETTLED}
    return case.status is S.CLOSED and case.merged_into_id is None and bool(bad) and not reached


AFTER: dict[Role, Callable[[Facts], bool]] = {
    R.CENTER_ADMIN: lambda f: _appealed(f) or _to_call_back(f),
    R.LEADER: _to_call_back,
}
"""Who is to act on what is closed: the centre on appeals and bad ratings, which a leader sees too."""


def awaited(f: Facts, actor: Actor, at: datetime) -> bool:
    if any(AFTER[role](f) for role in actor.roles if role in AFTER):
        return True
    return not f.aside and any(AWAITED[role](f, actor) for role in actor.roles if role in AWAITED)


def of_department(actor: Actor) -> bool:
    return actor.has(R.OFFICER, R.DEPARTMENT_HEAD)


def _here(f: Facts, actor: Actor, *helping: AssignmentState) -> bool:
    """Whether a case stands with the actor's department: it leads, or helps in one of those states."""
    helps = any(
        a.unit_id == actor.unit_id and a.part is Part.ASSIST and a.waived_at is None and a.state in helping
        for a in f.parts
    )
    return not of_department(actor) or f.leads(actor.unit_id) or helps


def _work(f: Facts, actor: Actor) -> bool:
    return _here(f, actor, X.WAITING, X.WORKING)


def _closed_here(f: Facts, actor: Actor) -> bool:
    return any(a.unit_id == actor.unit_id and a.state is X.FINISHED and a.ended_at == f.case.closed_at for a in f.parts)


def _ours(f: Facts, actor: Actor) -> bool:
    return _here(f, actor, *LIVE) or _closed_here(f, actor)


def _former(f: Facts, actor: Actor) -> bool:
    given = any(a.unit_id == actor.unit_id for a in f.parts)
    return of_department(actor) and given and not _ours(f, actor) and not _returned(f, actor.unit_id)


def _unwaived(f: Facts, unit: UUID, state: AssignmentState) -> bool:
    return any(a.unit_id == unit and a.part is Part.ASSIST and a.state is state and not a.waived_at for a in f.parts)


def _to_accept(f: Facts, actor: Actor, _: datetime) -> bool:
    waits = f.case.status is S.TO_ACCEPT
    if not of_department(actor):
        return waits and not f.aside
    leads = waits and f.has(actor.unit_id, Part.LEAD, X.WAITING)
    helps = f.case.status in {S.TO_ACCEPT, *IN_HAND} and _unwaived(f, actor.unit_id, X.WAITING)
    return not f.aside and (leads or helps)


def _in_hand(f: Facts, actor: Actor, _: datetime) -> bool:
    mine = f.has(actor.unit_id, Part.LEAD, X.WORKING, X.REPORTED) or _unwaived(f, actor.unit_id, X.WORKING)
    return f.case.status in IN_HAND and not f.aside and (mine or not of_department(actor))


def _at(*statuses: Status) -> Callable[[Facts, Actor, datetime], bool]:
    return lambda f, actor, __: f.case.status in statuses and not f.aside and _here(f, actor, *LIVE)


def _late(f: Facts, at: datetime) -> bool:
    return f.open and f.case.due_at is not None and f.case.due_at < at


def _soon(f: Facts, at: datetime) -> bool:
    return f.open and f.case.due_at is not None and at <= f.case.due_at <= at + timedelta(hours=24)


def _this_month(f: Facts, at: datetime) -> bool:
    closed = f.case.closed_at
    return (
        f.case.status is S.CLOSED and closed is not None and local(closed).timetuple()[:2] == local(at).timetuple()[:2]
    )


def _returned(f: Facts, unit: UUID) -> bool:
    mine = {a.state for a in f.parts if a.unit_id == unit}
    return X.RETURNED in mine and not mine & {*LIVE, X.FINISHED}


LISTS: dict[str, Callable[[Facts, Actor, datetime], bool]] = {
    "todo": awaited,
    "open": lambda f, a, __: f.open and _work(f, a),
    "overdue": lambda f, a, at: _late(f, at) and _work(f, a),
    "due_24h": lambda f, a, at: _soon(f, at) and _work(f, a),
    "drafts": _at(S.DRAFT),
    "to_dispatch": _at(S.TO_DISPATCH),
    "to_supplement": _at(S.TO_SUPPLEMENT),
    "to_accept": _to_accept,
    "in_hand": _in_hand,
    "to_approve": _at(S.ORDER_PENDING, S.RETURN_PENDING, S.EXTENSION_PENDING),
    "to_confirm": _at(S.TO_CONFIRM),
    "closed_month": lambda f, a, at: _this_month(f, at) and (not of_department(a) or _closed_here(f, a)),
    "to_call_back": lambda f, _, __: _to_call_back(f),
    "appealed": lambda f, _, __: _appealed(f),
    "unattended": lambda f, _, __: (
        f.open and f.case.status is S.TO_SUPPLEMENT and f.case.created_by not in f.registrars
    ),
    "watch": lambda f, _, __: f.case.watch,
    "legacy": lambda f, _, __: f.case.legacy,
    "merged": lambda f, _, __: f.case.merged_into_id is not None,
    "copied": lambda f, a, _: a.unit_id in f.copies,
    "returned": lambda f, a, _: _returned(f, a.unit_id),
    "former": lambda f, a, _: _former(f, a),
    "ours": lambda f, a, _: _ours(f, a),
    "all": lambda *_: True,
}


def within_reach(f: Facts, actor: Actor) -> bool:
    """All cases here lie in one township, that of the station."""
    if _owner(f, actor):
        return True
    if f.case.status is S.DRAFT:
        return actor.has(R.CENTER_ADMIN) and f.case.unit_id == actor.unit_id
    if actor.has(R.OFFICER, R.DEPARTMENT_HEAD):
        return actor.unit_id in f.copies or any(a.unit_id == actor.unit_id for a in f.parts)
    return actor.has(R.CENTER_ADMIN, R.LEADER, R.STATION, R.VIEWER)


async def facts_of(session: AsyncSession) -> dict[str, Facts]:
    await session.flush()
    session.expire_all()
    staff = await session.scalars(select(Account))
    registrars = {one.id for one in staff if "registrar" in one.roles}
    found = {case.id: Facts(case, registrars=registrars) for case in await session.scalars(select(Case))}
    for part in await session.scalars(select(Assignment)):
        found[part.case_id].parts.append(part)
    for copy in await session.scalars(select(Copy)):
        found[copy.case_id].copies.add(copy.unit_id)
    return {f.case.number: f for f in found.values()}


async def populate(session: AsyncSession, seed: int) -> Walk:
    """Bring cases to every station, set one aside as legacy and one as merged, and let people work on all of them."""
    await seed_years(session, [2026])
    walk = await Walk.begin(session, seed, 4)
    for place, scene in enumerate(SCENES):
        number = await stations.bring(session, walk.county, scene, at=walk.at, seed=200 + place)
        case = (await session.scalars(select(Case).where(col(Case.number) == number))).one()
        walk.ids[number] = case.id
        walk.numbers.append(number)
    for legacy in (S.TO_DISPATCH, S.IN_PROGRESS, S.TO_CONFIRM):
        number = await _first_at(session, legacy)
        await support.step(session, walk.county["center"], number, Action.TOGGLE_LEGACY, at=walk.at, opinion=SAID)
    kept, merged = await _first_at(session, S.IN_PROGRESS), await _first_at(session, S.TO_DISPATCH)
    await merge.merge(session, walk.county["center"], kept=kept, merged=merged, reason=SAID, at=walk.at)
    for _ in range(STEPS):
        await walk.step()
    for place, scene in enumerate(STATIONS):
        await stations.bring(session, walk.county, scene, at=walk.at, seed=300 + place)
    return walk


async def _first_at(session: AsyncSession, status: Status) -> str:
    query = select(col(Case.number)).where(
        col(Case.status) == status, col(Case.legacy).is_(False), col(Case.merged_into_id).is_(None)
    )
    return (await session.scalars(query.order_by(col(Case.number)).limit(1))).one()


async def _listed(session: AsyncSession, actor: Actor, view: str, at: datetime) -> set[str]:
    condition = views.VIEWS[view][2](actor, at)
    return set(await session.scalars(select(col(Case.number)).where(reach.visible_to(actor), condition)))


async def _spread_due_dates(session: AsyncSession, at: datetime, rng: random.Random) -> None:
    """Give every case that has a due moment another, around now; some exactly now."""
    rows = (
        await session.execute(select(col(Case.id)).where(col(Case.due_at).is_not(None)).order_by(col(Case.id)))
    ).all()
    for (case_id,) in rows:
        due = at + timedelta(seconds=rng.choice((-1, 0, 1, -90_000, 3600, 86_399, 86_400, 86_401, 400_000)))
        shown = {"due_at": due, "due_soon_at": due - timedelta(hours=24), "due_line": LimitUnit.HOURS}
        await session.execute(update(Case).where(col(Case.id) == case_id).values(**shown))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", SEEDS)
async def test_every_case_is_in_exactly_its_lists(engine: AsyncEngine, seed: int) -> None:
    async with rolled_back(engine) as session:
        walk = await populate(session, seed)
        await _spread_due_dates(session, walk.at, walk.rng)
        facts = await facts_of(session)
        assert {f.case.status for f in facts.values()} == set(S)
        assert set(LISTS) == set(views.VIEWS)

        wrong = []
        for login, actor in walk.county.actors.items():
            for view, belongs in LISTS.items():
                right = {n for n, f in facts.items() if within_reach(f, actor) and belongs(f, actor, walk.at)}
                listed = await _listed(session, actor, view, walk.at)
                wrong += [(login, view, _shown(facts[n]), n in listed) for n in listed ^ right]
        assert not wrong


def _shown(f: Facts) -> tuple[object, ...]:
    case = f.case
    return (
        case.number,
        case.status.value,
        case.leader_order,
        case.legacy,
        [(a.part.value, a.state.value) for a in f.parts],
    )


@pytest.mark.timeout(300)
async def test_every_open_case_waits_for_somebody(engine: AsyncEngine) -> None:
    """Nothing lies where nobody sees it as theirs to do, unless the city has it or it was set aside."""
    async with rolled_back(engine) as session:
        walk = await populate(session, 3)
        facts = await facts_of(session)
        waiting = {n for actor in walk.county.actors.values() for n in await _listed(session, actor, "todo", walk.at)}

        lost = [_shown(f) for n, f in facts.items() if f.open and f.case.status is not S.AT_CITY and n not in waiting]

        assert not lost
        assert not [_shown(facts[n]) for n in waiting if facts[n].aside and facts[n].case.status is not S.CLOSED]
        ended = [facts[n] for n in waiting if facts[n].case.status in {S.CLOSED, S.VOID}]
        assert not [_shown(f) for f in ended if not (_appealed(f) or _to_call_back(f))]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", SEEDS)
async def test_the_shown_status_is_derived_alike_in_sql_and_in_python(engine: AsyncEngine, seed: int) -> None:
    async with rolled_back(engine) as session:
        walk = await populate(session, seed)
        await _spread_due_dates(session, walk.at, walk.rng)
        facts = await facts_of(session)

        told = (await session.execute(select(col(Case.number), derived_status(walk.at)))).all()

        words = {}
        for number, word in told:
            case = facts[number].case
            assert word == _word(case.status, case.due_at, walk.at), number
            for department in (True, False):
                assert rules.shown_status(case.status, case.due_at, at=walk.at, for_department=department)[0] == word
            words[number] = word
        for login in ("center", "rsj", "leader"):
            await _each_under_its_word_alone(session, walk.county[login], words, walk.at)


def _word(status: Status, due: datetime | None, at: datetime) -> str:
    late = due is not None and at > due
    if late and status is S.TO_ACCEPT:
        return "overdue_accept"
    return "overdue_handle" if late and status in IN_HAND else status.value


async def _each_under_its_word_alone(session: AsyncSession, actor: Actor, words: dict[str, str], at: datetime) -> None:
    page = await listing.search(session, actor, CaseFilter(), at=at, size=500)
    assert {row.number: row.status for row in page.items} == {row.number: words[row.number] for row in page.items}
    for word in ("overdue_accept", "overdue_handle"):
        only = await listing.search(session, actor, CaseFilter(statuses=(word,)), at=at, size=500)
        assert {row.number for row in only.items} == {row.number for row in page.items if row.status == word}
