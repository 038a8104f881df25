"""The county's figures of periods from the sums of days, with what changed since they were last brought up to date.

One statement reads both, so what is read is what the cases say at that moment; see `domain.statistics.models`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Select,
    String,
    Table,
    Values,
    bindparam,
    case,
    cast,
    column,
    func,
    literal,
    select,
    union_all,
    values,
)  # fmt: skip
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Case
from domain.cases.vocabulary import Status
from domain.kernel import driver
from domain.kernel.clock import SHANGHAI
from domain.kernel.columns import Word
from domain.statistics.models import FigureCase, FigureChange, FigureDay
from domain.statistics.queries.defined import KEYS, holds, moment_of
from domain.statistics.rules import Days
from domain.statistics.schemas import By, Figure

KEPT = (Figure.RECEIVED, Figure.CLOSED, Figure.LATE, Figure.RATED, Figure.SATISFIED)
"""What is summed; what was closed in time is the rest of what was closed."""
DAYS: Table = FigureDay.__table__  # type: ignore[attr-defined]
CASES: Table = FigureCase.__table__  # type: ignore[attr-defined]
WHOLE = ""
"""The kind of the group that holds all."""


async def numbers(
    session: AsyncSession, days: Days, kinds: Collection[str], key: str | None = None
) -> list[tuple[str, str, Figure, int]]:
    """Count each summed figure of a period, in each group of some kinds (`By` values, or `WHOLE`), or in one alone."""
    given = {"first": days.first, "last": days.last, "kinds": list(kinds)}
    rows = await (_NUMBERS.rows(session, **given) if key is None else _OF_KEY.rows(session, **given, key=key))
    return [(kind, name, Figure(figure), int(number)) for kind, name, figure, number in rows if number]


async def by_days(session: AsyncSession, days: Days, figures: Collection[Figure]) -> list[tuple[date, Figure, int]]:
    """Count some figures of all cases on each day of a period; days without any are left out."""
    rows = await _BY_DAYS.rows(session, first=days.first, last=days.last, kinds=[WHOLE])
    return [(day, Figure(figure), int(number)) for day, figure, number in rows if number and figure in figures]


def _summing(*keys: str, key: bool = False) -> driver.Made:
    changed = func.any(func.array(select(col(FigureChange.case_id)).distinct().scalar_subquery()))
    then = _as_kept(col(FigureCase.case_id) == changed).subquery("then")
    now = as_counted(col(Case.id) == changed).subquery("now")
    every: list[Any] = [select(*DAYS.columns), spread(then, -1), spread(now, 1)]
    lines = union_all(*(one.where(*_wanted(one, key=key)) for one in every)).subquery("lines")
    return driver.Made(
        select(*(lines.c[one] for one in keys), func.sum(lines.c.number)).group_by(*(lines.c[one] for one in keys))
    )


def _wanted(one: Any, *, key: bool) -> list[Any]:
    kind, day, name, *_ = one.inner_columns
    found = [
        driver.among(kind, "kinds"),
        day.between(bindparam("first", type_=Date()), bindparam("last", type_=Date())),
    ]
    return [*found, name == bindparam("key", type_=String())] if key else found


def as_counted(which: ColumnElement[bool]) -> Select[Any]:
    """Give what some cases count for, as their rows say: a line as that of `FigureCase` for each that counts at all."""
    shown: list[Any] = [
        case((holds(figure), cast(func.timezone(SHANGHAI.key, moment_of(figure)), Date))).label(figure.value)
        for figure in KEPT
    ]
    groups: list[Any] = [KEYS[by].label(by.value) for by in By]
    # whatever counts was submitted
    counts = (col(Case.submitted_at).is_not(None), col(Case.merged_into_id).is_(None), col(Case.status) != Status.DRAFT)
    columns: list[Any] = [col(Case.id).label("case_id"), *groups, *shown]
    return _loose(select(*columns)).select_from(Case).where(which, *counts)


def _loose(query: Any) -> Any:
    # more columns than the type of a statement can name
    return query


def _as_kept(which: ColumnElement[bool]) -> Select[Any]:
    return _loose(select(*CASES.columns)).where(which)


def spread(cases: FromClause, sign: int) -> Select[Any]:
    """Give a line as that of `FigureDay` for each figure and group that some cases count for."""
    days = [(one.value, cases.c[one.value]) for one in KEPT]
    keys = [(WHOLE, literal("")), *((by.value, cases.c[by.value]) for by in By)]
    figures = _pairs("figures", "figure", Word(Figure), days, "day", Date())
    groups = _pairs("groups", "kind", String(), keys, "key", String())
    columns = (groups.c.kind, figures.c.day, groups.c.key, figures.c.figure, literal(sign).label("number"))
    every = _loose(select(*columns)).select_from(cases)
    return every.join(figures, figures.c.day.is_not(None)).join(groups, literal(True))


def _pairs(name: str, first: str, of: Any, pairs: list[tuple[str, Any]], second: str, then: Any) -> Values:
    shape = values(column(first, of), column(second, then), name=name)
    return shape.data([(literal(word, of), value) for word, value in pairs]).lateral()


_NUMBERS, _OF_KEY = _summing("kind", "key", "figure"), _summing("kind", "key", "figure", key=True)
_BY_DAYS = _summing("day", "figure")
