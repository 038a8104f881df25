"""Lists of cases: filter, order, page, and the masked rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, cast, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.areas import queries as areas
from domain.calendar import queries as calendar
from domain.calendar.models import LimitUnit
from domain.calendar.rules import Remaining, remaining, written_end
from domain.cases import categories, rules
from domain.cases.inputs import CaseFilter
from domain.cases.models import Assignment, Case, Part, Party, PartyKind, RiskLevel
from domain.cases.process import Process
from domain.cases.queries import processes
from domain.cases.queries.orders import arrangement, derived_status, in_order
from domain.cases.queries.reach import LIVE, dispatched_to, visible_to
from domain.cases.queries.views import VIEWS, speaks_for_department
from domain.cases.schemas import CaseRow
from domain.cases.vocabulary import Status
from domain.kernel import crypto, searching
from domain.kernel.actor import Actor
from domain.kernel.paging import COUNT_CAP, Key, Order, Page, Place, Turned, turn, turn_query
from domain.kernel.permissions import Role
from domain.kernel.refusals import Invalid, NotFound
from domain.orgs import queries as orgs
from domain.people import queries as people
from domain.people.models import Person
from domain.people.policy import Field, Purpose
from domain.people.schemas import PersonSought

_TAGS = {
    "watch": col(Case.watch),
    "merged": col(Case.merged_into_id).is_not(None),
    "supervised": col(Case.supervision).is_not(None),
    "legacy": col(Case.legacy),
    "typical": col(Case.typical),
    "urgent": col(Case.urgent),
    "leader_order": col(Case.leader_order),
    "major": col(Case.major),
}
_SORTS: dict[str, tuple[Any, Callable[[Case], Any]]] = {
    "number": (col(Case.number), lambda case: case.number),
    "title": (col(Case.title), lambda case: case.title),
    "category": (col(Case.category), lambda case: case.category),
    "area": (col(Case.area_path), lambda case: case.area_path),
    "status": (col(Case.status), lambda case: case.status.value),
    "due": (col(Case.due_at), lambda case: case.due_at),
    "created": (col(Case.created_at), lambda case: case.created_at),
    "submitted": (col(Case.submitted_at), lambda case: case.submitted_at),
}
_NUMBER = re.compile(r"[A-Z]{2}\d{6,20}")
INDEX_PENDING = "case.index"
"""The note that cases of an earlier release wait for their searched text."""
_MAY_LACK = frozenset({"due", "submitted"})


async def search(
    session: AsyncSession,
    actor: Actor,
    wanted: CaseFilter,
    *,
    at: datetime,
    cursor: str = "",
    size: int = 20,
    purpose: Purpose | None = None,
) -> Page[CaseRow]:
    """Give one page of the cases within reach that fit the filter: the first, or the one a cursor leads to.

    Without a sort the order is the reader's status order, then deadline, urgency, age. `purpose`: what persons
    are shown for, when it is not the door through which the actor came.

    :raises Invalid: a filter names something that does not exist, or the cursor belongs to another list
    """
    fitting = await _conditions(session, actor, wanted, at)
    total = await count_up_to(session, actor, fitting, COUNT_CAP + 1)
    turned = await _turn(session, actor, wanted, fitting, cursor, size, at)
    hit = bool(wanted.name.strip() or wanted.phone.strip() or wanted.id_number.strip())
    rows = await rows_of(session, actor, turned.rows, at=at, purpose=purpose, hit=hit)
    return turned.page(rows, total, size)


async def at_most(session: AsyncSession, actor: Actor, wanted: CaseFilter, most: int, *, at: datetime) -> bool:
    """Tell whether no more than so many cases fit the filter.

    :raises Invalid: a filter names something that does not exist
    """
    fitting = await _conditions(session, actor, wanted, at)
    return await count_up_to(session, actor, fitting, most + 1) <= most


async def still_listed(
    session: AsyncSession, actor: Actor, wanted: CaseFilter, numbers: Collection[str], *, at: datetime
) -> frozenset[str]:
    """Tell which of some cases fit the filter now.

    :raises Invalid: a filter names something that does not exist
    """
    fitting = await _conditions(session, actor, wanted, at)
    query = select(col(Case.number)).where(visible_to(actor), col(Case.number).in_(numbers), *fitting)
    return frozenset(await session.scalars(query))


async def count_up_to(session: AsyncSession, actor: Actor, fitting: Sequence[ColumnElement[bool]], most: int) -> int:
    """Count the cases within reach that fit some conditions, no further than `most`."""
    capped = select(col(Case.id)).where(visible_to(actor), *fitting).limit(most).subquery()
    return await session.scalar(select(func.count()).select_from(capped)) or 0


async def _turn(
    session: AsyncSession,
    actor: Actor,
    wanted: CaseFilter,
    fitting: Sequence[ColumnElement[bool]],
    cursor: str,
    size: int,
    at: datetime,
) -> Turned[Case]:
    if wanted.sort:
        every = select(Case).where(visible_to(actor), *fitting)
        return await turn_query(session, every, _sorted_by(wanted.sort), cursor=cursor, size=size, at=at)
    arranged = await arrangement(session, actor, wanted.view)

    async def fetch(place: Place | None, most: int, moment: datetime) -> Sequence[Case]:
        return list(await session.scalars(in_order(actor, arranged, fitting, place, at=moment, most=most)))

    return await turn(arranged.name, arranged.values, fetch, cursor=cursor, size=size, at=at)


def _sorted_by(sort: str) -> Order:
    name, falling = sort.removeprefix("-"), sort.startswith("-")
    if name not in _SORTS:
        raise Invalid.of({"sort": "不能按此排序"})
    column, read = _SORTS[name]
    # only where a value may be missing: empty last is not the order of a plain index
    first = Key(column, read, falling=falling, may_lack=name in _MAY_LACK)
    return Order(sort, (first, Key(col(Case.id), lambda case: case.id, falling=True)))


async def _conditions(
    session: AsyncSession, actor: Actor, wanted: CaseFilter, at: datetime
) -> list[ColumnElement[bool]]:
    asked: tuple[tuple[Any, Callable[[Any], ColumnElement[bool]]], ...] = (
        (wanted.view, lambda name: _view(name, actor, at)),
        (wanted.statuses, lambda words: _status(words, at)),
        (wanted.overdue, lambda _: _view("overdue", actor, at)),
        (wanted.number, lambda number: col(Case.number) == searching.number_key(number)),
        (wanted.category, _category),
        (wanted.risk, lambda value: col(Case.risk_level) == _risk(value)),
        (wanted.tag, _tag),
        (wanted.since, lambda moment: col(Case.submitted_at) >= moment),
        (wanted.until, lambda moment: col(Case.submitted_at) < moment),
        (wanted.text.strip(), _text),
    )
    found = [condition(value) for value, condition in asked if value]
    return [*found, *await _looked_up(session, wanted)]


def _view(name: str, actor: Actor, at: datetime) -> ColumnElement[bool]:
    if name not in VIEWS:
        raise Invalid.of({"view": "没有这个列表"})
    return VIEWS[name][2](actor, at)


def _tag(name: str) -> ColumnElement[bool]:
    if name not in _TAGS:
        raise Invalid.of({"tag": "没有这个标签"})
    return _TAGS[name].is_(True)


async def _looked_up(session: AsyncSession, wanted: CaseFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.area:
        found.append(areas.within(await _area_path(session, wanted.area), Case.area_path))
    if wanted.department:
        unit = await orgs.department_by_code(session, wanted.department, field="department")
        found.append(dispatched_to((unit.id,), col(Assignment.state).in_(LIVE)) | (col(Case.lead_unit_id) == unit.id))
    sought = PersonSought(wanted.name, wanted.phone, wanted.id_number, wanted.phone_tail, wanted.id_tail)
    person = await people.sought(session, sought)
    return found if person is None else [*found, _has_party(person)]


async def _area_path(session: AsyncSession, code: str) -> str:
    try:
        return (await areas.by_code(session, code)).path
    except NotFound:
        raise Invalid.of({"area": "没有这个辖区，请从列表中选择"}) from None


def _status(wanted: tuple[str, ...], at: datetime) -> ColumnElement[bool]:
    # A stored status finds its overdue cases too, as the counters do; the overdue words only those.
    late = tuple(word for word in wanted if word in {rules.OVERDUE_ACCEPT, rules.OVERDUE_HANDLE})
    try:
        stored = [Status(word) for word in wanted if word not in late]
    except ValueError:
        raise Invalid.of({"status": "没有这个状态"}) from None
    return or_(col(Case.status).in_(stored), derived_status(at).in_(late))


def _category(code: str) -> ColumnElement[bool]:
    if code in {kind.value for kind in categories.Kind}:
        return col(Case.kind) == categories.Kind(code)
    return col(Case.category).startswith(code, autoescape=True)


def _risk(value: str) -> RiskLevel:
    try:
        return RiskLevel(value)
    except ValueError:
        raise Invalid.of({"risk": "没有这个风险等级"}) from None


def _has_party(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    # A party of the case itself, or of one that was merged into it.
    own = (
        select(Party.id)
        .join(Person, col(Person.id) == col(Party.person_id))
        .where(col(Party.case_id) == col(Case.id), condition)
        .exists()
    )
    duplicate = aliased(Case)
    joined = (
        select(duplicate.merged_into_id)
        .join(Party, col(Party.case_id) == duplicate.id)
        .join(Person, col(Person.id) == col(Party.person_id))
        .where(duplicate.merged_into_id.is_not(None), condition)  # type: ignore[union-attr]
    )
    return or_(own, col(Case.id).in_(joined))


def _text(text: str) -> ColumnElement[bool]:
    """Each word of the text must occur, wherever: one in the title, the other in the content."""
    number = searching.number_key(text)
    words = and_(true(), *(_word(word) for word in searching.words_of(text)))
    return or_(col(Case.number) == number, words) if _NUMBER.fullmatch(number) else words


def _word(word: str) -> ColumnElement[bool]:
    """Search tokens narrow by index; the recheck keeps exactly what contains the word.

    Pairs alone narrow: a single character of the word ("楼" in "楼3层") may stand inside a longer run of the case.
    A case of an earlier release is compared as it was written until it is indexed anew.
    """
    texts = (col(Case.title), col(Case.content), col(Case.number))
    written = or_(*(one.icontains(word, autoescape=True) for one in texts))
    exact = or_(col(Case.folded).contains(word, autoescape=True), and_(col(Case.folded).is_(None), written))
    tokens = [token for token in rules.grams(word) if len(token) == 2 and not token.isascii()]
    if not tokens:
        return exact
    lexemes = " & ".join(f"'{token}'" for token in tokens)
    return and_(col(Case.search).op("@@")(cast(literal(lexemes, String), TSQUERY)), exact)


async def rows_of(
    session: AsyncSession,
    actor: Actor,
    cases: Sequence[Case],
    *,
    at: datetime,
    purpose: Purpose | None = None,
    hit: bool = False,
) -> list[CaseRow]:
    """Make the rows of some cases, with a fixed number of queries; persons as the policy shows them."""
    ids, lens = [case.id for case in cases], await people.lens(session, actor, purpose, hit=hit)
    petitioners = await _first_petitioners(session, lens, cases)
    leads = await _leads(session, ids)
    units = await orgs.units_by_id(session, {u for c in cases if (u := c.lead_unit_id)})
    places, book = await areas.names_of(session, {c.area_path for c in cases}), await calendar.book_of(session)
    followed = {i: await processes.by_id(session, i) for i in {case.process_id for case in cases}}
    standing = await _standing(session, actor, ids, at)
    return [
        _row(actor, case, at, followed[case.process_id], _left(case, book, at), (
            petitioners.get(case.id, ""), _handler(lens, leads.get(case.id)),
            units[case.lead_unit_id].name if case.lead_unit_id else "", places.get(case.area_path, ""),
        ), standing.get(case.id, _Standing()))
        for case in cases
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Standing:
    """In which words a reader sees a case that is not simply at its status."""

    label: str = ""
    tone: str = ""
    gone: bool = False


async def _standing(session: AsyncSession, actor: Actor, ids: Sequence[UUID], at: datetime) -> dict[UUID, _Standing]:
    # What stands elsewhere is no open work of a department; what is closed may still ask for somebody.
    words: dict[str, _Standing] = {}
    if speaks_for_department(actor):
        words = {"returned": _Standing("已退回", "gray", gone=True), "former": _Standing("已改派", "gray", gone=True)}
    elif actor.has(Role.CENTER_ADMIN, Role.LEADER):
        words = {view: _Standing(VIEWS[view][0], VIEWS[view][1]) for view in ("to_call_back", "appealed")}
    found: dict[UUID, _Standing] = {}
    for view, standing in words.items():
        query = select(col(Case.id)).where(visible_to(actor), col(Case.id).in_(ids), VIEWS[view][2](actor, at))
        found |= dict.fromkeys(await session.scalars(query), standing)
    return found


async def _first_petitioners(session: AsyncSession, lens: people.Lens, cases: Sequence[Case]) -> dict[UUID, str]:
    special = {case.id: categories.is_special(case.category) for case in cases}
    query = (
        select(Party.case_id, Person)
        .join(Person, col(Person.id) == col(Party.person_id))
        .where(col(Party.case_id).in_(special), col(Party.kind) == PartyKind.PETITIONER)
        .order_by(col(Party.position).desc())
    )
    return {
        case_id: lens.of_special(special[case_id]).field(person, Field.NAME)
        for case_id, person in await session.execute(query)
    }


async def _leads(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Assignment]:
    query = (
        select(Assignment)
        .where(col(Assignment.case_id).in_(ids), col(Assignment.part) == Part.LEAD)
        .order_by(col(Assignment.dispatched_at))
    )
    return {assignment.case_id: assignment for assignment in await session.scalars(query)}


def _handler(lens: people.Lens, lead: Assignment | None) -> str:
    # The person in charge is a member of staff, shown in full by default to those who see the case.
    if lead is None or lead.state not in (*LIVE, "finished"):
        return ""
    name = crypto.readable("assignment", "in_charge", lead.id, lead.in_charge_sealed)
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
        created_at=case.created_at,
        submitted_at=case.submitted_at,
    )


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
