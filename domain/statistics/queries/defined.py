"""What each figure of the county counts, and what figures are told apart by: the one definition of each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select, true
from sqlmodel import col

from domain.cases import workflow
from domain.cases.models import Case, RiskLevel, Ruling, Satisfaction
from domain.cases.queries import views
from domain.cases.queries.reach import visible_to
from domain.cases.vocabulary import Status
from domain.kernel.actor import Actor
from domain.kernel.clock import day_bounds, local_date
from domain.kernel.permissions import Permission, Reach
from domain.statistics.rules import Days
from domain.statistics.schemas import By, Figure
from domain.supervision import queries as supervision
from domain.supervision.models import Breach
from domain.warnings import queries as warnings
from domain.warnings.models import Level

_CONTENT = (Satisfaction.VERY_SATISFIED, Satisfaction.SATISFIED, Satisfaction.FAIR)
KEYS: Mapping[By, ColumnElement[Any]] = {
    By.AREA: func.split_part(col(Case.area_path), "/", 3),
    By.CATEGORY: func.left(col(Case.category), 2),
    By.SOURCE: cast(col(Case.source), String),
    By.RISK: cast(col(Case.risk_level), String),
    By.DEPARTMENT: func.coalesce(cast(col(Case.lead_unit_id), String), ""),
}
"""What a case is told apart by; what is grouped by it is narrowed by it."""
_STANDING = {
    Figure.OPEN: "open", Figure.OVERDUE: "overdue", Figure.SOON: "due_24h",
    Figure.UNDISPATCHED: "to_dispatch", Figure.TO_ACCEPT: "to_accept", Figure.CONFIRM: "to_confirm",
}  # fmt: skip
"""The lists of cases that hold just these."""
_MOMENTS = {
    Figure.RECEIVED: col(Case.submitted_at), Figure.RATED: col(Case.rated_at), Figure.SATISFIED: col(Case.rated_at),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases are counted: a period, and of each kind one group or all."""

    days: Days
    cuts: Mapping[By, str] = field(default_factory=dict[By, str])

    @property
    def narrowed(self) -> list[ColumnElement[bool]]:
        return [KEYS[by] == key for by, key in self.cuts.items()]


def sees_whole(actor: Actor) -> bool:
    """Tell whether someone sees all cases but the drafts of others, which are in no figure."""
    return actor.reach is Reach.ALL and actor.only_case is None and actor.may(Permission.CASE_VIEW)


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """Give the condition of the cases within reach that may be in a figure."""
    return col(Case.status) != Status.DRAFT if sees_whole(actor) else visible_to(actor)


def moment_of(figure: Figure) -> Any:
    """Give the column by which a case falls into a period."""
    return _MOMENTS.get(figure, col(Case.closed_at))


def holds(figure: Figure) -> ColumnElement[bool]:
    """Give the condition of the cases that a figure of periods counts whenever it was."""
    kept = col(Case.merged_into_id).is_(None)
    if figure is Figure.RECEIVED:
        return and_(kept, col(Case.submitted_at).is_not(None))
    if figure in {Figure.RATED, Figure.SATISFIED}:
        fair = col(Case.appeal_ruling).is_distinct_from(Ruling.MALICIOUS)
        grades = _CONTENT if figure is Figure.SATISFIED else tuple(Satisfaction)
        return and_(kept, col(Case.satisfaction).in_(grades), fair)
    late = {Figure.CLOSED: true(), Figure.ON_TIME: ~_late(), Figure.LATE: _late()}[figure]
    return and_(kept, col(Case.status) == Status.CLOSED, late)


def _late() -> ColumnElement[bool]:
    return select(col(Breach.id)).where(col(Breach.case_id) == col(Case.id), supervision.counts()).exists()


def _within(column: Any, days: Days) -> ColumnElement[bool]:
    return and_(column >= days.since, column < days.until)


def belongs(figure: Figure, actor: Actor, days: Days, at: datetime) -> ColumnElement[bool]:
    """Give the condition of the cases that a figure counts: its number counts them, its list names them."""
    if figure in _STANDING:
        return views.VIEWS[_STANDING[figure]][2](actor, at)
    if figure in _OPEN:
        return and_(views.is_open(actor, at), _OPEN[figure](at))
    if figure in _BREACHES:
        return and_(_breached(days, *_BREACHES[figure]), col(Case.merged_into_id).is_(None))
    return and_(_within(moment_of(figure), days), holds(figure))


def _breached(days: Days, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    passed = (_within(col(Breach.due_at), days), supervision.counts(), *more)
    return col(Case.id).in_(select(col(Breach.case_id)).where(*passed))


def _due_today(at: datetime) -> ColumnElement[bool]:
    # midnight belongs to the day before
    return and_(col(Case.due_at) >= at, col(Case.due_at) <= day_bounds(local_date(at))[1])


_OPEN: Mapping[Figure, Callable[[datetime], ColumnElement[bool]]] = {
    Figure.HIGH: lambda _: col(Case.risk_level) == RiskLevel.HIGH,
    Figure.TODAY: _due_today,
    Figure.ALERTED: lambda _: warnings.unanswered((Level.RED, Level.ORANGE)),
}
"""What counts open cases alone."""
_BREACHES: Mapping[Figure, tuple[Any, ...]] = {
    Figure.BREACHED: (),
    Figure.CARDED: (col(Breach.carded),),
}
"""What counts cases by the moment that a limit of theirs was passed."""


def among(figures: Collection[Figure], days: Days) -> ColumnElement[bool]:
    """Say wherever a counted case may lie, in words that the indexes know; which figure it is in is asked of these."""
    moments = [moment_of(one) for one in figures if not (one.standing or one in _BREACHES)]
    roots = {moment.key: _within(moment, days) for moment in moments}
    if any(one in _BREACHES for one in figures):
        roots["breached"] = _breached(days)
    kept = col(Case.merged_into_id).is_(None)
    found = [and_(kept, or_(*roots.values()))] if roots else []
    if any(one.standing for one in figures):
        found.append(and_(col(Case.status).in_(workflow.OPEN), views.in_work()))
    return or_(*found)
