"""Shapes that leave the room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from domain.cases.schemas import CaseRow
from domain.kernel.labels import Labelled
from domain.statistics.rules import Days
from domain.statistics.schemas import Figure


class Reason(Labelled):
    """Why a case waits for a word of a reader."""

    APPROVE = "approve", "待审批最久"
    CONFIRM = "confirm", "待确认最久"
    ACCEPT = "accept", "待接收最久"
    ANSWER = "answer", "预警待反馈最久"
    LATE = "late", "超期最久、未督办"


@dataclass(frozen=True, slots=True)
class Told:
    """One figure as it was told; `before` is of as many days before, none for a figure of the moment."""

    figure: Figure
    count: int
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A case that waits for a word."""

    reason: Reason
    case: CaseRow


@dataclass(frozen=True, slots=True)
class BriefView:
    """A brief as its reader sees it; `earlier` and `later` are the dates of the briefs beside it."""

    day: date
    days: Days
    made_at: datetime
    figures: tuple[Told, ...]
    asks: tuple[Asked, ...]
    earlier: date | None
    later: date | None
