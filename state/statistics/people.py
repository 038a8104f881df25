"""The figures of those who handle cases (人员统计): every one of them opens the cases that it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.asking import Ask
from domain.kernel.permissions import Permission
from domain.statistics.queries import people as queries
from domain.statistics.rules import HEAVY, Days, heavy, lasted, share
from domain.statistics.schemas import Load, PersonFigures
from state.kit.listing import Col, Listing, ListState, Mark
from state.session import SignedInState
from state.statistics.behind import of_load
from state.statistics.wanted import PeriodWanted, choices


@dataclass(frozen=True, slots=True)
class PeopleWanted(PeriodWanted):
    """Say besides of which department."""

    department: Annotated[UUID | None, Ask("承办单位", choices="mine", empty="全部承办单位")] = None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """The figures of one person in a period; `heavy`: holds much more than the colleagues do."""

    own: PersonFigures
    days: Days
    heavy: bool

    @property
    def on_time(self) -> float:
        """Tell how many of a hundred were closed in time; below zero where none was closed."""
        late = share(self.own.counts[Load.LATE], self.own.counts[Load.CLOSED])
        return -1.0 if late is None else 100.0 - late


async def _rows(session: AsyncSession, actor: Actor, wanted: PeopleWanted, *, at: datetime) -> Sequence[PersonRow]:
    days = wanted.days(at)
    found = await queries.people(session, actor, days, at=at, unit_id=wanted.department)
    held: dict[UUID, list[int]] = {}
    for one in found:
        held.setdefault(one.unit_id, []).append(one.counts[Load.IN_HAND])
    rows = [PersonRow(one, days, heavy(one.counts[Load.IN_HAND], held[one.unit_id])) for one in found]
    return sorted(rows, key=lambda one: (one.own.unit, -one.own.counts[Load.OVERDUE], -one.own.counts[Load.IN_HAND]))


def _heavy(one: PersonRow) -> str:
    return "偏重" if one.heavy else ""


def _of_load(load: Load) -> Col[PersonRow]:
    """One column of numbers, each the way to its cases."""
    return Col(
        load.value, load.label, lambda one: str(one.own.counts[load]), by=lambda one: one.own.counts[load], sort=True,
        link=lambda one: of_load(one.own, load, one.days),
    )  # fmt: skip


PEOPLE: Listing[PersonRow] = Listing(
    "person-figures",
    "人员统计",
    _rows,
    (
        Col("name", "经办人", lambda one: one.own.name, look="bold", sort=True, phone="title"),
        Col("unit", "承办单位", lambda one: one.own.unit, sort=True, chars=30),
        Col("heavy", "负荷", _heavy, marks=lambda one: [Mark(_heavy(one), "orange")] if one.heavy else []),
        *(_of_load(load) for load in Load if load not in {Load.LATE, Load.RATED}),
        Col(
            "on_time", "按期办结率", lambda one: f"{one.on_time:.0f}%" if one.on_time >= 0 else "",
            by=lambda one: one.on_time, sort=True, link=lambda one: of_load(one.own, Load.LATE, one.days),
        ),
        Col("median", "中位用时", lambda one: lasted(one.own.median), by=lambda one: one.own.median or 0.0, sort=True),
        Col(
            "satisfaction", "满意度", lambda one: f"{one.own.satisfaction:.1f}" if one.own.satisfaction else "",
            by=lambda one: one.own.satisfaction or 0.0, sort=True, link=lambda one: of_load(one.own, Load.RATED, one.days),
        ),
    ),
    key=lambda one: f"{one.own.account_id}.{one.own.unit_id}",
    rights=(Permission.STATISTICS_VIEW,),
    export=Permission.CASE_EXPORT,
    wanted=PeopleWanted,
    whole=True,
    says="按接收案件或接手移交的账号计，在办、即将到期、已超期、协办是此刻的，其余是本期的。在办只计主办；"
    f"负荷偏重是在办件超过本单位人均的 {HEAVY} 倍。用时从接收到办结，是自然时间，含夜间和节假日；"
    "按期办结率只看本单位的环节，点开是超期办结的件；满意度为 1 至 5 分的平均，认定为恶意的评价不计。",
    title=lambda one: one.own.name,
    tone=lambda one: "red" if one.own.counts[Load.OVERDUE] else "",
    choices=choices,
    live=("case",),
    unit="人",
    none_yet=("还没有经办人", "在账号管理中为职能部门添加经办人后，这里按人统计"),
)  # fmt: skip


class PeopleState(ListState, SignedInState):
    """One browser's figures of people."""

    LISTING: ClassVar = PEOPLE
