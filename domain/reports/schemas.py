"""Shapes that come into the room and leave it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from domain.kernel.asking import Ask
from domain.kernel.labels import Labelled
from domain.statistics.rules import Days

MAX_TEXT, MAX_REASON = 5_000, 200


class Kind(Labelled):
    """How long the period of a report is."""

    WEEK = "week", "周报"
    MONTH = "month", "月报"
    QUARTER = "quarter", "季报"
    YEAR = "year", "年报"

    @property
    def this(self) -> str:
        """The period in a sentence about itself."""
        return {Kind.WEEK: "本周", Kind.MONTH: "本月", Kind.QUARTER: "本季度", Kind.YEAR: "本年"}[self]

    @property
    def that(self) -> str:
        """The period before, in a sentence."""
        return {Kind.WEEK: "上周", Kind.MONTH: "上月", Kind.QUARTER: "上季度", Kind.YEAR: "上年"}[self]


class Block(Labelled):
    """A place of a report for a text, in the order in which they are read."""

    OVERVIEW = "overview", "综述"
    PROBLEMS = "problems", "存在问题"
    PLANS = "plans", "下步打算"


class State(Labelled):
    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"


def name_of(kind: Kind, days: Days) -> str:
    """Give what addresses call a report."""
    return f"{kind.value}-{days.first.isoformat()}"


@dataclass(frozen=True, slots=True)
class NewReport:
    """Say of which period a report is wanted."""

    kind: Annotated[Kind, Ask("报告类别")]
    day: Annotated[date, Ask("期内日期", hint="选这一期里的任意一天，如上周的周三；只能选已经结束的期间")]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Say why a report is withdrawn."""

    reason: Annotated[str, Ask("撤回原因", most=MAX_REASON, lines=3, wide=True)]


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Narrow the reports."""

    kind: Annotated[Kind | None, Ask("报告类别", empty="全部类别")] = None
    state: Annotated[State | None, Ask("状态", empty="全部状态")] = None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report among others; `made_by` and `published_by` are names, empty for the clock and for nobody."""

    id: UUID
    kind: Kind
    days: Days
    made_at: datetime
    published_at: datetime | None
    made_by: str = field(default="", repr=False)
    published_by: str = field(default="", repr=False)

    @property
    def state(self) -> State:
        return State.PUBLISHED if self.published_at else State.DRAFT

    @property
    def name(self) -> str:
        return name_of(self.kind, self.days)


@dataclass(frozen=True, slots=True)
class Written:
    """One saved text of a block; `saved_by` is a name."""

    id: UUID
    text: str = field(repr=False)
    saved_at: datetime
    saved_by: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report as its reader sees it; `figures` is what `analytics.reports` gave when it was made."""

    row: ReportRow
    figures: Mapping[str, Any]
    texts: Mapping[Block, Written]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What figures of a report are computed from, as rows of one kind each (`analytics.reports.schema`).

    Each row says of which period it is: `now`, `before` or `year` (the same a year before).
    """

    counts: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    departments: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    stages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    spent: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    trend: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
