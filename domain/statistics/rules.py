"""Periods of figures: whole days of Asia/Shanghai."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.kernel.clock import day_bounds, local_date
from domain.kernel.labels import Labelled


class Span(Labelled):
    """The periods that figures are asked for by a word."""

    WEEK = "7", "近 7 天"
    MONTH = "30", "近 30 天"
    THIS_MONTH = "month", "本月"
    QUARTER = "quarter", "本季度"
    YEAR = "year", "本年"


class Step(Labelled):
    """What one point of a trend stands for."""

    DAY = "day", "日"
    WEEK = "week", "周"
    MONTH = "month", "月"


@dataclass(frozen=True, slots=True)
class Days:
    """A period of whole days, both of them in it."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        return day_bounds(self.first)[0]

    @property
    def until(self) -> datetime:
        return day_bounds(self.last)[1]

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def word(self) -> str:
        return f"{self.first.isoformat()} 至 {self.last.isoformat()}"


def days_of(span: Span, at: datetime) -> Days:
    """Give the days of a word; today is the last."""
    today = local_date(at)
    if span in {Span.WEEK, Span.MONTH}:
        return Days(today - timedelta(days=int(span.value) - 1), today)
    month = {Span.THIS_MONTH: today.month, Span.QUARTER: today.month - (today.month - 1) % 3, Span.YEAR: 1}[span]
    return Days(today.replace(month=month, day=1), today)


def before(days: Days) -> Days:
    """Give as many days just before (环比)."""
    last = days.first - timedelta(days=1)
    return Days(last - timedelta(days=days.length - 1), last)


def year_before(days: Days) -> Days:
    """Give the same days a year before (同比); the 29th of February reads as the 28th."""
    return Days(_year_before(days.first), _year_before(days.last))


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, monthrange(day.year - 1, day.month)[1]))


def step_of(days: Days) -> Step:
    """Choose what a point of a trend stands for, so that there are between 7 and some 30."""
    return Step.DAY if days.length <= 31 else Step.WEEK if days.length <= 190 else Step.MONTH


def points(days: Days) -> tuple[Days, ...]:
    """Cut a period into the points of its trend; the first and the last may be shorter."""
    step, found, first = step_of(days), list[Days](), days.first
    while first <= days.last:
        last = min(_last_of(step, first), days.last)
        found.append(Days(first, last))
        first = last + timedelta(days=1)
    return tuple(found)


def _last_of(step: Step, day: date) -> date:
    if step is Step.DAY:
        return day
    if step is Step.WEEK:
        return day + timedelta(days=6 - day.weekday())
    return day.replace(day=monthrange(day.year, day.month)[1])


def change(now: int, then: int) -> str:
    """Say how a figure changed against an earlier one, in per cent; nothing where there was none."""
    if not then:
        return ""
    changed = round((now - then) / then * 100)
    return f"{changed:+d}%" if changed else "0%"


def share(part: int, whole: int) -> float | None:
    """Give a part in per cent; none of nothing."""
    return part / whole * 100 if whole else None


HEAVY = 1.5


def heavy(own: int, all_of_unit: Sequence[int]) -> bool:
    """Tell whether somebody holds more than `HEAVY` times what the people of the department do on average."""
    return own > HEAVY * sum(all_of_unit) / len(all_of_unit)


def lasted(seconds: float | None) -> str:
    """Write how long something took, in its two largest units; empty for nothing."""
    if seconds is None:
        return ""
    minutes = int(seconds) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} 天 {hours} 小时" if hours else f"{days} 天"
    if hours:
        return f"{hours} 小时 {minutes} 分" if minutes else f"{hours} 小时"
    return f"{minutes} 分" if minutes else "不到 1 分"
