"""Pure: periods of reports, which are due, what they are called, and what is found of their figures in words."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from domain.kernel.refusals import NotFound
from domain.reports.schemas import Kind
from domain.statistics.rules import Days, lasted
from domain.statistics.schemas import By, Figure, Stage

FIGURES = (
    Figure.RECEIVED, Figure.CLOSED, Figure.ON_TIME, Figure.LATE,
    Figure.BREACHED, Figure.CARDED, Figure.RATED, Figure.SATISFIED,
)  # fmt: skip
GROUPS = (By.AREA, By.CATEGORY, By.SOURCE, By.RISK)
MOST_MISSED = 8
"""Periods of a kind that the clock makes up at most."""
NO_REPORT = "没有这份报告，或者它还没有发布"
_DAY = timedelta(days=1)
_YEAR_OF_WEEKS = timedelta(weeks=52)
_MONTHS = {Kind.MONTH: 1, Kind.QUARTER: 3, Kind.YEAR: 12}


def period_of(kind: Kind, day: date) -> Days:
    """Give the period of a kind that a day lies in."""
    if kind is Kind.WEEK:
        first = day - timedelta(days=day.weekday())
        return Days(first, first + timedelta(days=6))
    months = _MONTHS[kind]
    first = day.replace(month=day.month - (day.month - 1) % months, day=1)
    last = first.month + months - 1
    return Days(first, first.replace(month=last, day=monthrange(first.year, last)[1]))


def before(kind: Kind, days: Days) -> Days:
    """Give the period before (环比)."""
    return period_of(kind, days.first - _DAY)


def year_before(kind: Kind, days: Days) -> Days:
    """Give the same period a year before (同比); of a week the one 52 weeks before."""
    if kind is Kind.WEEK:
        return Days(days.first - _YEAR_OF_WEEKS, days.last - _YEAR_OF_WEEKS)
    return period_of(kind, days.first.replace(year=days.first.year - 1))


def due(kind: Kind, made: Collection[date], began: date | None, today: date) -> list[Days]:
    """Give the periods of a kind that the clock makes, the oldest first.

    They are those that have ended since the newest one that was made; where none was, the last one alone.

    :param made: the first days of the periods for which there is a report
    :param began: the first day on which anything came in; before it there is nothing to report
    """
    found: list[Days] = []
    days = before(kind, period_of(kind, today))
    while began and days.last >= began and days.first not in made and len(found) < (MOST_MISSED if made else 1):
        found.append(days)
        days = before(kind, days)
    return found[::-1]


def word(kind: Kind, days: Days) -> str:
    """Call a period by its name, without its days."""
    year = days.first.year
    if kind is Kind.WEEK:
        year, week, _ = days.first.isocalendar()
        return f"{year} 年第 {week} 周"
    names = {Kind.MONTH: f" {days.first.month} 月", Kind.QUARTER: f"第 {(days.first.month + 2) // 3} 季度"}
    return f"{year} 年{names.get(kind, '')}"


def named(name: str) -> tuple[Kind, date]:
    """Read what an address calls a report: its kind, and the first day of its period.

    :raises NotFound: no report can be called so
    """
    kind, _, first = name.partition("-")
    try:
        return Kind(kind), date.fromisoformat(first)
    except ValueError:
        raise NotFound(NO_REPORT) from None


def span_of(point: Mapping[str, Any]) -> Days:
    """Give the days that a point of a stored trend is about."""
    return Days(date.fromisoformat(point["first"]), date.fromisoformat(point["last"]))


def changed(percent: float | None) -> str:
    """Say how a number changed, in per cent; nothing where there was none to compare with."""
    if percent is None:
        return ""
    size = f"{abs(percent):.1f}"
    return "持平" if size == "0.0" else f"{'上升' if percent > 0 else '下降'} {size}%"


def findings(kind: Kind, figures: Mapping[str, Any]) -> list[str]:
    """Say what stands out of the figures of a report; each sentence rests on numbers alone."""
    found = [_received(kind, figures), _closed(kind, figures), *_largest(figures), *_moved(kind, figures)]
    return [one for one in (*found, _late(kind, figures), _lasting(kind, figures), _rated(kind, figures)) if one]


def _received(kind: Kind, figures: Mapping[str, Any]) -> str:
    one = figures["totals"][Figure.RECEIVED.value]
    against = {"环比": changed(one["change"]), "同比": changed(one["year_change"])}
    said = "".join(f"，{name}{words}" for name, words in against.items() if words)
    return f"{kind.this}受理 {one['now']} 件{said}。"


def _closed(kind: Kind, figures: Mapping[str, Any]) -> str:
    totals, rate = figures["totals"], figures["rates"]["on_time"]
    if not totals[Figure.CLOSED.value]["now"]:
        return f"{kind.this}没有办结的件。"
    said = f"{kind.this}办结 {totals[Figure.CLOSED.value]['now']} 件"
    said += f"，其中按期办结 {totals[Figure.ON_TIME.value]['now']} 件，按期办结率 {rate['now']:.1f}%"
    return f"{said}{_points(kind, rate)}。"


def _points(kind: Kind, rate: Mapping[str, Any]) -> str:
    if rate["before"] is None:
        return ""
    points = rate["now"] - rate["before"]
    size = f"{abs(points):.1f}"
    return (
        f"，与{kind.that}持平"
        if size == "0.0"
        else f"，比{kind.that}{'提高' if points > 0 else '降低'} {size} 个百分点"
    )


def _largest(figures: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for by in (By.AREA, By.CATEGORY):
        rows = [one for one in figures["groups"].get(by.value, ()) if one["key"] and one["received"]][:3]
        said = "、".join(f"{one['name']}（{one['received']} 件，占 {one['share']:.1f}%）" for one in rows)
        found += [f"受理最多的{by.label}：{said}。"] if rows else []
    return found


def _moved(kind: Kind, figures: Mapping[str, Any]) -> list[str]:
    # One sentence for what grew most and what fell most, where there was something to compare with.
    rows = [one for one in figures["rankings"]["moved"] if one["difference"]]
    if not figures["totals"][Figure.RECEIVED.value]["before"] or not rows:
        return []
    ends = (
        ("增加", max(rows, key=lambda one: one["difference"])),
        ("减少", min(rows, key=lambda one: one["difference"])),
    )
    said = [
        f"{way}最多的是{By(one['by']).label}“{one['name']}”（{one['before']} 件变为 {one['received']} 件）"
        for way, one in ends
        if (one["difference"] > 0) == (way == "增加")
    ]
    return [f"与{kind.that}相比，受理{'，'.join(said)}。"]


def _late(kind: Kind, figures: Mapping[str, Any]) -> str:
    breached, carded = (figures["totals"][one.value] for one in (Figure.BREACHED, Figure.CARDED))
    words = changed(breached["change"])
    return f"{kind.this}新增超时 {breached['now']} 件{f'，环比{words}' if words else ''}；自动亮牌 {carded['now']} 件。"


def _lasting(kind: Kind, figures: Mapping[str, Any]) -> str:
    whole = figures["whole"]
    if not whole["count"]:
        return ""
    said = (
        f"{kind.this}办结的件，从受理到办结的中位用时 {lasted(whole['median'])}，九成不超过 {lasted(whole['ninety'])}"
    )
    stages = [one for one in figures["stages"] if one["count"]]
    slowest = max(stages, key=lambda one: one["median"], default=None)
    link = f"；用时最长的环节是“{Stage(slowest['stage']).label}”（中位 {lasted(slowest['median'])}）" if slowest else ""
    return f"{said}{link}。"


def _rated(kind: Kind, figures: Mapping[str, Any]) -> str:
    rated, rate = figures["totals"][Figure.RATED.value]["now"], figures["rates"]["satisfied"]
    return f"{kind.this}收到评价 {rated} 件，满意率 {rate['now']:.1f}%{_points(kind, rate)}。" if rated else ""
