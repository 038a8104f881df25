"""Reads of risk labels, within the reach of their cases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import queries as calendar
from domain.calendar.rules import remaining, written_end
from domain.cases.models import Case
from domain.cases.queries import reach
from domain.cases.queries.reach import visible_to
from domain.cases.vocabulary import Status
from domain.kernel import driver
from domain.kernel.actor import Actor
from domain.kernel.columns import one_of
from domain.kernel.paging import COUNT_CAP, Key, Order, Page, turn_query
from domain.kernel.permissions import Permission
from domain.kernel.refusals import NotFound
from domain.kernel.searching import number_key
from domain.orgs import queries as orgs
from domain.orgs.models import Unit
from domain.warnings import policy, rules
from domain.warnings.models import Level, RiskLabel
from domain.warnings.schemas import LabelFilter, LabelRow, Standing

GONE = (Status.DRAFT, Status.VOID)
"""Cases at these statuses take no label, and what was said of them asks nobody any more."""
NO_LABEL = "没有找到这条风险标签，或不在您的查看范围内"
_ANSWERED = col(RiskLabel.answered_at).is_not(None)
_ID = Key(col(RiskLabel.id), lambda row: row.id)
_ASSESSED = Key(col(RiskLabel.assessed_at), lambda row: row.assessed_at)
_DUE = Key(col(RiskLabel.due_at), lambda row: row.due_at, may_lack=True)
_BY_NEED = Order("risk labels by need", (Key(_ANSWERED, lambda row: row.answered_at is not None), _DUE, _ID))


def _order(name: str, key: Key) -> Order:
    return Order(f"risk labels {name}", (key, _ID))


_ORDERS: Mapping[str, Order] = MappingProxyType(
    {
        "at": _order("at", _ASSESSED),
        "-at": _order("-at", replace(_ASSESSED, falling=True)),
        "due": _order("due", _DUE),
        "-due": _order("-due", replace(_DUE, falling=True)),
    }
)
"""What the list is sorted by when somebody asks for it."""


async def labels(
    session: AsyncSession, actor: Actor, wanted: LabelFilter, *, at: datetime, cursor: str = "", size: int = 20
) -> Page[LabelRow]:
    """Give one page of the newest labels of the cases within reach: those that wait first, the soonest due before.

    :raises NotPermitted: the actor sees no cases
    :raises Invalid: the cursor is none of this list
    """
    actor.require(Permission.CASE_VIEW)
    query = _asking(actor).where(*_conditions(wanted, at))
    order = _ORDERS.get(wanted.sort, _BY_NEED)
    turned = await turn_query(session, query, order, cursor=cursor, size=size, at=at)
    found = await session.scalar(select(func.count()).select_from(query.limit(COUNT_CAP + 1).subquery())) or 0
    return turned.page(await _rows(session, actor, turned.rows, at), found, size)


async def counts(session: AsyncSession, actor: Actor, *, at: datetime) -> dict[str, int]:
    """Count the newest labels within reach by level and by how they stand; each count is a `view` of the list.

    :raises NotPermitted: the actor sees no cases
    """
    actor.require(Permission.CASE_VIEW)
    sums = [func.count().filter(_view(name, at)) for name in VIEWS]
    query = select(*sums).select_from(RiskLabel).join(Case, col(Case.id) == col(RiskLabel.case_id))
    (row,) = (await session.execute(query.where(visible_to(actor), *_OPEN))).all()
    return dict(zip(VIEWS, row, strict=True))


async def waiting_for(session: AsyncSession, actor: Actor) -> int:
    """Count the labels that wait for an answer of this person's department; none for who answers nothing."""
    if not policy.speaks_for_a_department(actor) or actor.read_only:
        return 0
    example, own = reach.example_of(actor)
    ((count,),) = await _waiting_for(example, tuple(own)).rows(session, **own)
    return int(count)


@lru_cache(maxsize=500)
def _waiting_for(example: Actor, own: tuple[str, ...]) -> driver.Made:
    query = select(func.count()).select_from(RiskLabel).join(Case, col(Case.id) == col(RiskLabel.case_id))
    mine = (one_of(col(Case.lead_unit_id), example.unit_ids), visible_to(example))
    return driver.Made(query.where(*_OPEN, ~_ANSWERED, *mine), reach.places(own))


async def newest(session: AsyncSession, actor: Actor, cases: Collection[UUID]) -> dict[UUID, Level]:
    """Give the level of the newest label of each of some cases, as it is listed; of others nothing.

    :raises NotPermitted: the actor sees no cases
    """
    actor.require(Permission.CASE_VIEW)
    if not cases:
        return {}
    example, own = reach.example_of(actor)
    found = await _newest_for(example, tuple(own)).rows(session, ids=list(cases), **own)
    return {case_id: Level(level) for case_id, level in found}


@lru_cache(maxsize=500)
def _newest_for(example: Actor, own: tuple[str, ...]) -> driver.Made:
    query = select(col(RiskLabel.case_id), col(RiskLabel.level)).join(Case, col(Case.id) == col(RiskLabel.case_id))
    query = query.where(driver.among(col(RiskLabel.case_id), "ids"), visible_to(example), *_OPEN)
    return driver.Made(query, reach.places(own))


def unanswered(levels: Collection[Level]) -> ColumnElement[bool]:
    """Give the condition of the cases whose newest label is of one of some levels and waits for an answer."""
    newest = (col(RiskLabel.newest), ~_ANSWERED, one_of(col(RiskLabel.level), levels))
    return col(Case.id).in_(select(col(RiskLabel.case_id)).where(*newest))


async def of_case(session: AsyncSession, actor: Actor, number: str, *, at: datetime) -> tuple[LabelRow, ...]:
    """List every label of a case, the newest first; none where the case is out of reach."""
    query = (
        select(RiskLabel)
        .join(Case, col(Case.id) == col(RiskLabel.case_id))
        .where(visible_to(actor), col(Case.number) == number_key(number))
        .order_by(col(RiskLabel.newest).desc(), col(RiskLabel.assessed_at).desc(), col(RiskLabel.id).desc())
    )
    return await _rows(session, actor, (await session.scalars(query)).all(), at)


async def label_of(session: AsyncSession, actor: Actor, label_id: UUID, *, at: datetime) -> LabelRow:
    """Show one label.

    :raises NotFound: none, or its case is out of reach
    """
    query = select(RiskLabel).join(Case, col(Case.id) == col(RiskLabel.case_id))
    found = (await session.scalars(query.where(visible_to(actor), col(RiskLabel.id) == label_id))).one_or_none()
    if found is None:
        raise NotFound(NO_LABEL)
    return (await _rows(session, actor, [found], at))[0]


async def lock(session: AsyncSession, actor: Actor, label_id: UUID) -> tuple[Case, RiskLabel]:
    """Give a label and its case within reach, the case locked until the act ends, the label read afresh.

    :raises NotFound: none, or its case is out of reach
    """
    query = select(col(Case.number)).join(RiskLabel, col(Case.id) == col(RiskLabel.case_id))
    number = await session.scalar(query.where(visible_to(actor), col(RiskLabel.id) == label_id))
    if number is None:
        raise NotFound(NO_LABEL)
    case = await reach.lock(session, actor, number)
    return case, await session.get_one(RiskLabel, label_id, populate_existing=True)


async def lock_cases(session: AsyncSession, actor: Actor, numbers: Collection[str]) -> dict[str, Case]:
    """Give the cases within reach by number, locked in the order of numbers until the act ends."""
    query = (
        select(Case)
        .where(visible_to(actor), col(Case.number).in_(numbers))
        .order_by(col(Case.number))
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    )
    return {case.number: case for case in await session.scalars(query)}


async def before(session: AsyncSession, cases: Collection[UUID], batch: str) -> list[RiskLabel]:
    """Give what is known of some cases, which the caller has locked: their newest labels, and those of a batch."""
    known = col(RiskLabel.newest) | (col(RiskLabel.batch) == batch)
    query = select(RiskLabel).where(col(RiskLabel.case_id).in_(cases), known)
    return list(await session.scalars(query.execution_options(populate_existing=True)))


VIEWS: tuple[str, ...] = (Standing.WAITING.value, Standing.LATE.value, *(level.value for level in Level))
"""What the list is counted by."""
_OPEN: tuple[ColumnElement[bool], ...] = (
    col(RiskLabel.newest).is_(True),
    col(Case.merged_into_id).is_(None),
    col(Case.status).not_in(GONE),
)
"""The condition of the labels that are listed: the newest of cases that stand for themselves."""


def _asking(actor: Actor) -> Select[Any]:
    return select(RiskLabel).join(Case, col(Case.id) == col(RiskLabel.case_id)).where(visible_to(actor), *_OPEN)


def _stands(standing: Standing, at: datetime) -> ColumnElement[bool]:
    late = func.coalesce(col(RiskLabel.due_at) < at, False)
    return {
        Standing.WAITING: and_(~_ANSWERED, ~late),
        Standing.LATE: and_(~_ANSWERED, late),
        Standing.ANSWERED: _ANSWERED,
    }[standing]


def _view(name: str, at: datetime) -> ColumnElement[bool]:
    levels = {level.value: level for level in Level}
    return col(RiskLabel.level) == levels[name] if name in levels else _stands(Standing(name), at)


def _conditions(wanted: LabelFilter, at: datetime) -> list[ColumnElement[bool]]:
    found = [_view(wanted.view, at)] if wanted.view in VIEWS else []
    found += [col(RiskLabel.level) == wanted.level] if wanted.level else []
    found += [_stands(wanted.standing, at)] if wanted.standing else []
    if wanted.department:
        unit = select(col(Unit.id)).where(col(Unit.code) == wanted.department)
        found.append(col(Case.lead_unit_id) == unit.scalar_subquery())
    return found


async def _rows(session: AsyncSession, actor: Actor, found: Sequence[RiskLabel], at: datetime) -> tuple[LabelRow, ...]:
    if not found:
        return ()
    ids = {label.case_id for label in found}
    cases = {one.id: one for one in await session.scalars(select(Case).where(visible_to(actor), col(Case.id).in_(ids)))}
    units = await orgs.units_by_id(session, {unit for case in cases.values() if (unit := case.lead_unit_id)})
    names = await orgs.staff_names(session, {label.answered_by for label in found if label.answered_by})
    book = await calendar.book_of(session)

    def row(label: RiskLabel) -> LabelRow:
        case = cases[label.case_id]
        unit = units.get(case.lead_unit_id) if case.lead_unit_id else None
        name = names.get(label.answered_by, "") if label.answered_by else ""
        return _row(actor, case, label, unit.name if unit else "", name, book, at)

    return tuple(row(label) for label in found)


def _row(
    actor: Actor, case: Case, label: RiskLabel, department: str, name: str, book: calendar.Book, at: datetime
) -> LabelRow:
    stands, within = rules.standing(label, at=at), rules.ANSWER_WITHIN[label.level]
    open_to_all = case.merged_into_id is None and case.status not in GONE
    asks = open_to_all and label.newest and stands is not Standing.ANSWERED
    word, word_tone = rules.shown(label, at=at)
    ends_at, due, tone = None, "", "none"
    if label.due_at is not None and within is not None:
        work = book.calendar(case.lead_unit_id)
        ends_at = written_end(label.due_at, within[1], work)
        left = remaining(label.due_at, at, within[1], work)
        due, tone = (left.text, left.tone) if asks else ("", "none")
    return LabelRow(
        id=label.id,
        number=case.number,
        title=case.title,
        level=label.level,
        reasons=label.reasons,
        department=department,
        assessed_at=label.assessed_at,
        received_at=label.received_at,
        ends_at=ends_at,
        due=due,
        due_tone=tone,
        standing=stands,
        superseded=rules.superseded(label),
        standing_label=word,
        standing_tone=word_tone,
        answered_at=label.answered_at,
        answered_by=name,
        verdict=label.verdict,
        answer=label.answer,
        model=f"{label.model} {label.model_version}".strip(),
        batch=label.batch,
        mine=asks and not actor.read_only and policy.may_answer(actor, case),
    )
