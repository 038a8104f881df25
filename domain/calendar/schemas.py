"""Shapes that leave the room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.calendar import rules
from domain.calendar.models import Deadline, DeadlineMove, Link, MoveKind
from domain.calendar.rules.limits import Limit
from domain.calendar.rules.line import Periods, WorkCalendar
from domain.calendar.rules.moments import Move
from domain.calendar.rules.segments import Segment, segments
from domain.kernel.clock import end_stamp, last_date, local, stamp

SHORT, LONG = "%m-%d %H:%M", "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class NoticeDay:
    """One date of a holiday notice, or of a unit's own days; `periods` only where they differ that day."""

    day: date
    is_workday: bool
    note: str = ""
    periods: Periods | None = None


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """One clock as it is shown; moments are aware, in UTC.

    `ends_at` is what is written of `yellow_at` (`rules.written_end`).
    `segments` and `notes` tell how it came about; both are laid out on the case page alone.
    """

    id: UUID
    link: Link
    label: str
    holder_id: UUID | None
    yellow_at: datetime
    red_at: datetime
    ends_at: datetime
    paused: bool
    stopped: bool
    provisional: bool
    explanation: str
    segments: tuple[Segment, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls, deadline: Deadline, moves: Sequence[DeadlineMove], calendar: WorkCalendar, at: datetime
    ) -> DeadlineView:
        """Show a deadline with its segments; `moves` are its own, oldest first."""
        laid = segments(
            started_at=deadline.started_at,
            yellow_at=deadline.yellow_at,
            unit=deadline.unit,
            moves=moves_of(moves),
            calendar=calendar,
            at=at,
            paused_at=deadline.paused_at,
            stopped_at=deadline.stopped_at,
        )
        return cls(
            id=deadline.id,
            link=deadline.link,
            label=deadline.link.label,
            holder_id=deadline.holder_id,
            yellow_at=deadline.yellow_at,
            red_at=deadline.red_at,
            ends_at=rules.written_end(deadline.yellow_at, deadline.unit, calendar),
            paused=deadline.paused_at is not None,
            stopped=deadline.stopped_at is not None,
            provisional=deadline.provisional,
            explanation=explain(deadline, calendar),
            segments=laid,
            notes=_notes(deadline, moves, calendar),
        )


def moves_of(rows: Sequence[DeadlineMove]) -> tuple[Move, ...]:
    """Give what moved a clock, as the rules take it."""
    return tuple(Move(row.kind, row.since, row.until, row.workdays) for row in rows)


def explain(deadline: Deadline, calendar: WorkCalendar) -> str:
    """Say in one Chinese sentence how a deadline came about."""
    ends_at = rules.written_end(deadline.yellow_at, deadline.unit, calendar)
    pattern = SHORT if local(deadline.started_at).year == last_date(ends_at).year else LONG
    begun = f"自 {stamp(deadline.started_at, pattern)} 起 {deadline.limit_text}，"
    sentence = f"{begun}至 {end_stamp(ends_at, pattern)}"
    if deadline.paused_at is not None:
        sentence = f"{begun}{stamp(deadline.paused_at, SHORT)} 暂停计时"
    if deadline.provisional:
        sentence += f"；{_provisional(deadline)}"
    return sentence


def _provisional(deadline: Deadline) -> str:
    # Notices come year by year: when one is missing, it is that of the last year touched.
    return f"{local(deadline.red_at).year} 年放假安排未公布，暂按周末推算"


def _notes(deadline: Deadline, moves: Sequence[DeadlineMove], calendar: WorkCalendar) -> tuple[str, ...]:
    """Where the limit came from, what moved it, and on which calendar it was laid."""
    red = end_stamp(rules.written_end(deadline.red_at, deadline.unit, calendar))
    notes = [f"时限来自{deadline.source.label}：{deadline.limit_text}；红牌时限 {red}"]
    for move in moves:
        if move.kind is MoveKind.EXTEND:
            notes.append(f"{stamp(move.since)} 延期 {move.workdays} 个工作日")
        else:
            stretch = f"{stamp(move.since)} 至 {stamp(move.until)}"
            least = f"，续办不少于 {move.workdays} 个工作日" if move.workdays else ""
            notes.append(f"{stretch} {move.kind.label}，时间不计{least}")
    if deadline.paused_at:
        notes.append(f"{stamp(deadline.paused_at)} 起暂停计时")
    if deadline.latest_at:
        notes.append(f"不晚于市级期限 {end_stamp(deadline.latest_at)}")
    if deadline.calendar_version:
        notes.append(f"按工作日历第 {deadline.calendar_version} 版计算")
    if deadline.provisional:
        notes.append(_provisional(deadline))
    return tuple(notes)


@dataclass(frozen=True, slots=True)
class LimitView:
    """One limit rule with the time it was in force; the defaults have neither id nor begin."""

    id: UUID | None
    link: Link
    category: str
    unit_id: UUID | None
    severe: bool
    limit: Limit
    valid_from: datetime | None
    valid_until: datetime | None
    note: str = ""
    set_by: UUID | None = None


Change = tuple[str, str]
"""What was written before and what is written now."""


@dataclass(frozen=True, slots=True)
class MovedDeadline:
    """One open deadline that a change moves; `before` and `after` are (yellow, red).

    `written` says of each of the two from what to what it moves.
    """

    deadline_id: UUID
    subject_id: UUID
    link: Link
    before: tuple[datetime, datetime]
    after: tuple[datetime, datetime]
    written: tuple[Change, Change]
    paused: bool = False

    @property
    def later(self) -> bool:
        """Tell the direction by the first moment that changes: red alone may move."""
        return self.after > self.before

    def newly_late(self, at: datetime) -> bool:
        return not self.paused and self.after[0] < at <= self.before[0]

    def no_longer_late(self, at: datetime) -> bool:
        return not self.paused and self.before[0] < at <= self.after[0]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change of the rules of time would do to the open deadlines; `about` says what changes."""

    about: str
    open_deadlines: int
    moved: tuple[MovedDeadline, ...]
    no_longer_provisional: int

    def sentence(self, at: datetime) -> str:
        """Sum up the list of moved deadlines: how many cases, in which direction, and how many become late."""
        later = sum(one.later for one in self.moved)
        cases, late, eased = (
            len({one.subject_id for one in self.moved if belongs(one)})
            for belongs in (lambda _: True, lambda one: one.newly_late(at), lambda one: one.no_longer_late(at))
        )
        parts = [f"{self.about}；在办时限 {self.open_deadlines} 个，其中 {len(self.moved)} 个变动"]
        if self.moved:
            parts = [f"{parts[0]}（推后 {later} 个，提前 {len(self.moved) - later} 个），涉及 {cases} 件"]
            parts.append(f"{late} 件将立即超期" if late else "没有案件因此超期")
        parts += [f"{eased} 件不再超期"] if eased else []
        parts += [f"{self.no_longer_provisional} 个由暂定转为确定"] if self.no_longer_provisional else []
        return "；".join(parts)


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change of the calendar or of the limits, for the history."""

    seq: int
    version: int
    kind: str
    kind_label: str
    unit_id: UUID | None
    note: str
    changed_by: UUID
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CalendarView:
    """The calendar of a year as it is shown to administrators; `days` differ from the weekend rule."""

    year: int
    confirmed: bool
    version: int
    weekend: tuple[int, ...]
    periods: Periods
    days: tuple[NoticeDay, ...]
