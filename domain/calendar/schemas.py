"""Shapes that leave the room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.calendar.models import Deadline, Link
from domain.kernel.clock import local


@dataclass(frozen=True, slots=True)
class NoticeDay:
    """One date of a holiday notice."""

    day: date
    is_workday: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """One clock as it is shown; moments are aware, in UTC."""

    id: UUID
    link: Link
    label: str
    holder_id: UUID | None
    yellow_at: datetime
    red_at: datetime
    paused: bool
    stopped: bool
    provisional: bool
    explanation: str

    @classmethod
    def of(cls, deadline: Deadline) -> DeadlineView:
        """This function will show a deadline."""
        return cls(
            id=deadline.id,
            link=deadline.link,
            label=deadline.link.label,
            holder_id=deadline.holder_id,
            yellow_at=deadline.yellow_at,
            red_at=deadline.red_at,
            paused=deadline.paused_at is not None,
            stopped=deadline.stopped_at is not None,
            provisional=deadline.provisional,
            explanation=explain(deadline),
        )


def explain(deadline: Deadline) -> str:
    """This function will say in one Chinese sentence how a deadline came about."""
    start, end = local(deadline.started_at), local(deadline.yellow_at)
    pattern = "%m-%d %H:%M" if start.year == end.year else "%Y-%m-%d %H:%M"
    sentence = f"自 {start:{pattern}} 起 {deadline.limit_text},至 {end:{pattern}}"
    if deadline.paused_at is not None:
        sentence = f"自 {start:{pattern}} 起 {deadline.limit_text},{local(deadline.paused_at):%m-%d %H:%M} 暂停计时"
    if deadline.provisional:
        # Notices come year by year: when one is missing, it is that of the last year touched.
        year = local(deadline.red_at).year
        sentence += f";{year} 年放假安排未公布,暂按周末推算"
    return sentence
