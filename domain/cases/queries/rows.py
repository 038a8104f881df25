"""The rows of a list: what is shown of a case, persons as the policy shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.areas import queries as areas
from domain.calendar import queries as calendar
from domain.calendar.models import LimitUnit
from domain.calendar.rules import Remaining, remaining, written_end
from domain.cases import categories, rules
from domain.cases.models import Assignment, AssignmentState, Case, Part, Party, PartyKind
from domain.cases.process import Process
from domain.cases.queries import processes, reach
from domain.cases.queries.reach import LIVE, visible_to
from domain.cases.queries.views import VIEWS, speaks_for_department
from domain.cases.schemas import CaseRow
from domain.kernel import alike, crypto, driver
from domain.kernel.actor import Actor
from domain.kernel.permissions import Role
from domain.orgs import queries as orgs
from domain.people import queries as people
from domain.people.models import Person
from domain.people.policy import Field, Purpose


async def rows_of(
    session: AsyncSession,
    actor: Actor,
    cases: Sequence[Case],
    *,
    at: datetime,
    purpose: Purpose | None = None,
    hit: bool = False,
) -> list[CaseRow]:
    """Make the rows of some cases within reach, with a fixed number of statements."""
    lens = await people.lens(session, actor, purpose, hit=hit)
    beside = await _beside(session, actor, [case.id for case in cases], at)
    units = await orgs.units_by_id(session, {u for c in cases if (u := c.lead_unit_id)})
    places, book = await areas.names_of(session, {c.area_path for c in cases}), await calendar.book_of(session)
    followed = {i: await processes.by_id(session, i) for i in {case.process_id for case in cases}}

    def row(case: Case) -> CaseRow:
        found = beside.get(case.id, _Beside())
        party = (
            lens.of_special(categories.is_special(case.category)).field(found.party, Field.NAME) if found.party else ""
        )
        department = units[case.lead_unit_id].name if case.lead_unit_id else ""
        said = (party, _handler(lens, found), department, places.get(case.area_path, ""))
        return _row(actor, case, at, followed[case.process_id], _left(case, book, at), said, found.standing)

    return [row(case) for case in cases]


@dataclass(frozen=True, slots=True)
class _Standing:
    """In which words a reader sees a case that is not simply at its status."""

    label: str = ""
    tone: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is read beside a case: who it is about, who has it in hand, how it stands for the reader."""

    standing: _Standing = _Standing()
    lead_id: UUID | None = None
    lead_state: str | None = None
    in_charge: bytes | None = None
    party: Person | None = None


def _standings(actor: Actor) -> dict[str, _Standing]:
    # What stands elsewhere is no open work of a department; what is closed may still ask for somebody.
    if speaks_for_department(actor):
        return {"returned": _Standing("已退回", "gray", gone=True), "former": _Standing("已改派", "gray", gone=True)}
    if actor.has(Role.CENTER_ADMIN, Role.LEADER):
        return {view: _Standing(VIEWS[view][0], VIEWS[view][1]) for view in ("to_call_back", "appealed")}
    return {}


def _all_but(model: Any, *names: str) -> frozenset[str]:
    return frozenset(model.__table__.columns.keys()) - set(names)


_PERSON = driver.Shape(
    Person, _all_but(Person, "id", "name_sealed", "birth_date_sealed", "declared_at", "anonymised_at")
)
NOT_SHOWN = _all_but(
    Case, "id", "number", "version", "title", "category", "area_path", "process_id", "status", "due_at", "due_line",
    "due_unit_id", "risk_level", "urgent", "leader_order", "supervision", "watch", "created_at", "submitted_at",
    "lead_unit_id", "source", "closed_at", "satisfaction",
)  # fmt: skip
"""What no row of a list is made of; whatever is asked beyond is missed at once."""


async def _beside(session: AsyncSession, actor: Actor, ids: Sequence[UUID], at: datetime) -> dict[UUID, _Beside]:
    if not ids:
        return {}
    example, own = reach.example_of(actor)
    rows = await _beside_for(example, tuple(own)).rows(session, ids=list(ids), at=at, **own)
    standings = list(_standings(actor).values())
    found: dict[UUID, _Beside] = {}
    for row in rows:
        case_id, lead_id, state, in_charge, *rest = row
        person, stands = rest[: len(_PERSON.read)], rest[len(_PERSON.read) :]
        # the last that fits: who was asked again stands as asked again
        standing = next((one for one, fits in zip(reversed(standings), reversed(stands), strict=True) if fits), None)
        party = _PERSON.apart(person) if person[0] is not None else None
        found[case_id] = _Beside(standing or _Standing(), lead_id, state, in_charge, party)
    return found


@lru_cache(maxsize=500)
def _beside_for(example: Actor, own: tuple[str, ...]) -> driver.Made:
    lead: Any = (
        select(col(Assignment.id), col(Assignment.state), col(Assignment.in_charge_sealed))
        .where(col(Assignment.case_id) == col(Case.id), col(Assignment.part) == Part.LEAD)
        .order_by(col(Assignment.dispatched_at).desc())
        .limit(1)
        .lateral("lead")
    )
    first: Any = (
        select(col(Party.person_id))
        .where(col(Party.case_id) == col(Case.id), col(Party.kind) == PartyKind.PETITIONER)
        .order_by(col(Party.position))
        .limit(1)
        .lateral("first")
    )
    stands: list[ColumnElement[bool]] = [VIEWS[view][2](example, alike.AT) for view in _standings(example)]
    persons = (getattr(Person, name) for name in _PERSON.read)
    query: Any = select(col(Case.id), lead.c.id, lead.c.state, lead.c.in_charge_sealed, *persons, *stands)
    query = query.select_from(Case).outerjoin(lead, true()).outerjoin(first, true())
    query = query.outerjoin(Person, col(Person.id) == first.c.person_id)
    query = query.where(driver.among(col(Case.id), "ids"), visible_to(example))
    return driver.Made(query, reach.places(own))


def _handler(lens: people.Lens, found: _Beside) -> str:
    # The person in charge is a member of staff, shown in full by default to those who see the case.
    if found.lead_id is None or found.lead_state not in (*LIVE, AssignmentState.FINISHED):
        return ""
    name = crypto.readable("assignment", "in_charge", found.lead_id, found.in_charge)
    return lens.staff(Field.STAFF_NAME, name)


def _row(
    actor: Actor,
    case: Case,
    at: datetime,
    process: Process,
    limit: tuple[Remaining, datetime | None],
    said: tuple[str, str, str, str],
    standing: _Standing,
) -> CaseRow:
    (party, handler, department, area), (left, ends_at) = said, _NO_LIMIT if standing.gone else limit
    mine = actor.has(Role.OFFICER, Role.DEPARTMENT_HEAD)
    code, label, tone = rules.shown_status(case.status, case.due_at, at=at, for_department=mine, process=process)
    category = categories.CATEGORIES.get(case.category)
    return CaseRow(
        id=case.id,
        number=case.number,
        version=case.version,
        title=case.title,
        category=category.label if category else "",
        area=_township(area),
        party=party,
        stored_status=case.status.value,
        status=code,
        status_label=standing.label or label,
        status_tone=standing.tone or tone,
        due=left.text,
        due_at=None if standing.gone else case.due_at,
        ends_at=ends_at,
        tone=left.tone,
        risk=case.risk_level.value,
        risk_label=case.risk_level.label,
        department=department,
        handler=handler,
        urgent=case.urgent,
        leader_order=case.leader_order,
        supervision=case.supervision.label if case.supervision else "",
        watch=case.watch,
        submitted_at=case.submitted_at,
        **_ends(case),
    )


def _ends(case: Case) -> dict[str, Any]:
    """Give how a case came and how it ended."""
    rated = case.satisfaction.label if case.satisfaction else ""
    came = {"source_label": case.source.label, "created_at": case.created_at}
    return {**came, "closed_at": case.closed_at, "satisfaction_label": rated}


_NO_LIMIT: tuple[Remaining, datetime | None] = (Remaining("", "none"), None)


def _left(case: Case, book: calendar.Book, at: datetime) -> tuple[Remaining, datetime | None]:
    if case.due_at is None:
        return _NO_LIMIT
    unit, work = case.due_line or LimitUnit.HOURS, book.calendar(case.due_unit_id)
    return remaining(case.due_at, at, unit, work), written_end(case.due_at, unit, work)


def _township(names: str) -> str:
    # A row shows the township; the county is always the same and villages do not fit.
    parts = names.split(areas.SEPARATOR)
    return parts[1] if len(parts) > 1 else parts[0]
