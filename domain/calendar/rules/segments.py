"""How a deadline came about, stretch by stretch: what counted, and what did not and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from domain.calendar.models import LimitUnit, MoveKind
from domain.calendar.rules.line import DAY, HOUR, MINUTE, WorkCalendar
from domain.calendar.rules.moments import Move
from domain.calendar.rules.remaining import written_end
from domain.kernel.clock import DAMAGED, day_bounds, end_stamp, last_date, local, local_date, stamp

CLOSED = "非工作时段"


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of a clock, half-open; `counted` is its length on the limit's line.

    `reason` says why a stretch did not count; empty when it did. `text` is the sentence for a person.
    """

    start_at: datetime
    end_at: datetime
    counted: timedelta = timedelta()
    reason: str = ""
    text: str = ""


def segments(
    *,
    started_at: datetime,
    yellow_at: datetime,
    unit: LimitUnit,
    moves: Iterable[Move],
    calendar: WorkCalendar,
    at: datetime,
    paused_at: datetime | None = None,
    stopped_at: datetime | None = None,
) -> tuple[Segment, ...]:
    """Lay out a clock from its start to where its yellow moment is written, or to where it was stopped.

    What counted adds up to the limit, extensions included. A clock that is paused is laid
    out up to `at`.

    :raises Invalid: the calendar has no working day within 400 days
    """
    found: list[Segment] = []
    begin = started_at
    for move in moves:
        if move.halts:
            found += [*_run(begin, move.since, unit, calendar), Segment(move.since, move.until, reason=move.kind.label)]
            begin = move.until
    due_at = written_end(yellow_at, unit, calendar)
    end = min(due_at, stopped_at) if stopped_at else due_at
    found += _run(begin, paused_at or end, unit, calendar)
    if paused_at and not stopped_at:
        found.append(Segment(paused_at, max(at, paused_at), reason=MoveKind.PAUSE.label))
    years = {local(one.start_at).year for one in found} | {last_date(one.end_at).year for one in found}
    pattern = "%m-%d %H:%M" if len(years) == 1 else "%Y-%m-%d %H:%M"
    return tuple(replace(one, text=_text(one, unit, pattern)) for one in found)


def _run(start: datetime, end: datetime, unit: LimitUnit, calendar: WorkCalendar) -> list[Segment]:
    if end <= start or DAMAGED in {start, end}:
        return []  # nothing is laid out from a start that nobody knows
    if unit is LimitUnit.HOURS:
        return [Segment(start, end, end - start)]
    joined: list[Segment] = []
    for piece in _pieces(start, end, unit, calendar):
        last = joined[-1] if joined else None
        alike = last and last.reason == piece.reason and (piece.reason or unit is LimitUnit.WORKDAYS)
        if last and alike:
            joined[-1] = replace(last, end_at=piece.end_at, counted=last.counted + piece.counted)
        else:
            joined.append(piece)
    return joined


def _pieces(start: datetime, end: datetime, unit: LimitUnit, calendar: WorkCalendar) -> Iterator[Segment]:
    begin = start.astimezone(UTC)
    while begin < end:
        day = local_date(begin)
        close = min(day_bounds(day)[1], end.astimezone(UTC))
        if not calendar.is_workday(day):
            yield Segment(begin, close, reason=calendar.day_off(day))
        elif unit is LimitUnit.WORKDAYS:
            yield Segment(begin, close, close - begin)
        else:
            yield from _periods(begin, close, calendar)
        begin = close


def _periods(begin: datetime, close: datetime, calendar: WorkCalendar) -> Iterator[Segment]:
    """One working day or a part of it: the working periods, and the time around them."""
    for start, end in calendar.openings(local_date(begin)):
        first, last = max(begin, start.astimezone(UTC)), min(close, end.astimezone(UTC))
        if first >= last:
            continue
        if begin < first:
            yield Segment(begin, first, reason=CLOSED)
        yield Segment(first, last, last - first)
        begin = last
    if begin < close:
        yield Segment(begin, close, reason=CLOSED)


def _text(segment: Segment, unit: LimitUnit, pattern: str) -> str:
    stretch = f"{stamp(segment.start_at, pattern)} 至 {end_stamp(segment.end_at, pattern)}"
    return f"{stretch} {segment.reason}，不计" if segment.reason else f"{stretch} 计 {amount(segment.counted, unit)}"


def amount(span: timedelta, unit: LimitUnit) -> str:
    """Write a length on the line of a limit, exactly to the minute."""
    days, rest = divmod(span, DAY) if unit is LimitUnit.WORKDAYS else (0, span)
    hours, rest = divmod(rest, HOUR)
    parts = ((days, "个工作日"), (hours, "小时"), (rest // MINUTE, "分钟"))
    return " ".join(f"{number} {name}" for number, name in parts if number) or "不足 1 分钟"
