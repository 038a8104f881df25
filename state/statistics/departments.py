"""The figures of departments (各承办单位统计): every one of them opens the cases that it counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.permissions import Permission
from domain.statistics.queries import county
from domain.statistics.queries import departments as queries
from domain.statistics.rules import Days, before, change, share, year_before
from domain.statistics.schemas import DepartmentFigures, Measure
from state.kit.kept import Kept
from state.kit.listing import Col, Listing, ListState
from state.session import SignedInState
from state.statistics.behind import of_measure
from state.statistics.wanted import PeriodWanted


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """The figures of one department in a period, with what it had received before and a year before."""

    own: DepartmentFigures
    days: Days
    before: int
    year_before: int

    def count(self, measure: Measure) -> int:
        return int(getattr(self.own, measure.value))


_KEPT: Kept[tuple[DepartmentFigures, ...]] = Kept("case")


async def figures_of(session: AsyncSession, actor: Actor, days: Days, at: datetime) -> tuple[DepartmentFigures, ...]:
    """Give the figures of departments in a period; those who see alike share them."""
    period = queries.Period(days.since, days.until)
    key = (county.sees_like(actor), days)
    return await _KEPT.of(session, key, lambda: queries.departments(session, actor, period, at=at))


async def _rows(session: AsyncSession, actor: Actor, wanted: PeriodWanted, *, at: datetime) -> Sequence[DepartmentRow]:
    days = wanted.days(at)
    own = await _of(session, actor, days, at)
    earlier = await _of(session, actor, before(days), at)
    last_year = await _of(session, actor, year_before(days), at)
    return [DepartmentRow(one, days, earlier[code].total, last_year[code].total) for code, one in own.items()]


async def _of(session: AsyncSession, actor: Actor, days: Days, at: datetime) -> dict[str, DepartmentFigures]:
    found = await figures_of(session, actor, days, at)
    return {one.department: one for one in found}


def _of_measure(measure: Measure) -> Col[DepartmentRow]:
    """One column of numbers, each the way to its cases."""
    return Col(
        measure.value,
        measure.label,
        lambda one: str(one.count(measure)),
        by=lambda one: one.count(measure),
        sort=True,
        link=lambda one: of_measure(one.own.department, measure, one.days) if one.count(measure) else "",
    )


def _rate(one: DepartmentRow) -> float:
    return share(one.own.closed, one.own.total) or 0.0


def _compared(then: Callable[[DepartmentRow], int]) -> Callable[[DepartmentRow], str]:
    return lambda one: change(one.own.total, then(one))


FIGURES: Listing[DepartmentRow] = Listing(
    "department-figures",
    "部门统计",
    _rows,
    (
        Col("name", "承办单位", lambda one: one.own.name, look="bold", sort=True, phone="title", chars=30),
        _of_measure(Measure.TOTAL),
        Col("before", "环比", _compared(lambda one: one.before)),
        Col("year_before", "同比", _compared(lambda one: one.year_before)),
        *(_of_measure(measure) for measure in Measure if measure is not Measure.TOTAL),
        Col("rate", "办结率", lambda one: f"{_rate(one):.0f}%" if one.own.total else "", by=_rate, sort=True),
        Col(
            "satisfaction", "满意度", lambda one: f"{one.own.satisfaction:.1f}" if one.own.satisfaction else "",
            by=lambda one: one.own.satisfaction or 0.0, sort=True,
        ),
    ),
    key=lambda one: one.own.department,
    rights=(Permission.STATISTICS_VIEW,),
    wanted=PeriodWanted,
    whole=True,
    says="按派单时间计入本期。总事件数 = 已接收 + 待接收；退回、撤回的不计，重复派给同一单位的只计一次。"
    "满意度为 1 至 5 分的平均，认定为恶意的评价不计。点数字看它计入的案件。",
    tone=lambda one: "red" if one.own.overdue else "",
    live=("case",),
    unit="个单位",
    none_yet=("还没有承办单位", "在单位管理中添加职能部门后，这里按部门统计"),
)  # fmt: skip


class FiguresState(ListState, SignedInState):
    """One browser's figures of departments."""

    LISTING: ClassVar = FIGURES
