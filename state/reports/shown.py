"""The figures of a report as tables and charts: the same on the page, in Word, as PDF and in sheets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.reports import rules
from domain.reports.schemas import ReportView
from domain.statistics.rules import Days, lasted
from domain.statistics.schemas import Among, By, Figure, Measure, Stage
from state.kit.charts import Chart, Line
from state.statistics.behind import of_figure, of_measure
from state.statistics.links import CASES
from state.statistics.wanted import GroupsWanted

MOST_BARS = 10


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its words, where its cases are, and its number for a sheet; none where it is no number."""

    text: str = ""
    href: str = ""
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column; `unit` is what the numbers of a sheet are in."""

    label: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a report: a table, and above it a chart where one says more than numbers; `group` is its chapter."""

    group: str = ""
    title: str = ""
    says: str = ""
    heads: list[Head] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    chart: Chart = field(default_factory=Chart)


Link = Callable[..., str]
"""Gives the address of the cases behind a number; empty where the reader opens others than were counted."""
_COUNT, _SHARE, _HOURS = "件", "%", "小时"


def sections(view: ReportView, *, linked: bool) -> list[Section]:
    """Give the parts of a report in their order.

    :param linked: whether the reader sees all cases that were counted
    """
    found, days, link = view.figures, view.row.days, _figure_link(linked)
    return [
        _totals(view, link),
        *(_groups(by, found["groups"].get(by.value, []), days, link) for by in rules.GROUPS),
        _moved(found["rankings"]["moved"], days, link),
        _departments(found["departments"], days, linked=linked),
        _slowest(found["rankings"]["slowest"]),
        _stages(found, days, linked=linked),
        _bands(found["bands"]),
    ]


def _figure_link(linked: bool) -> Link:
    def of(figure: Figure, days: Days, count: int, **cuts: str) -> str:
        return of_figure(figure, days, **cuts) if linked and count else ""

    return of


def _number(count: int, href: str = "") -> Cell:
    return Cell(f"{count:,}", href, float(count))


def _share(percent: float | None) -> Cell:
    return Cell("—") if percent is None else Cell(f"{percent:.1f}%", value=percent)


def _change(percent: float | None) -> Cell:
    if percent is None:
        return Cell("—")
    return Cell("0.0%" if abs(percent) < 0.05 else f"{percent:+.1f}%", value=percent)


def _time(seconds: float | None) -> Cell:
    return Cell("—") if seconds is None else Cell(lasted(seconds), value=seconds / 3600)


def _totals(view: ReportView, link: Link) -> Section:
    kind, days, found = view.row.kind, view.row.days, view.figures
    periods = {"now": days, "before": rules.before(kind, days), "year": rules.year_before(kind, days)}
    rows: list[list[Cell]] = []
    for figure in rules.FIGURES:
        one = found["totals"][figure.value]
        now, then, year = (_number(one[name], link(figure, some, one[name])) for name, some in periods.items())
        rows.append([Cell(figure.label), now, then, _change(one["change"]), year, _change(one["year_change"])])
    for word, name in (("按期办结率", "on_time"), ("评价满意率", "satisfied")):
        now, then, year = (_share(found["rates"][name][period]) for period in periods)
        rows.append([Cell(word), now, then, Cell("—"), year, Cell("—")])
    heads = [Head(word) for word in ("指标", "本期", "上期", "环比", "去年同期", "同比")]
    said = f"环比对比 {periods['before'].word}，同比对比 {periods['year'].word}。"
    return Section("总体情况", "总体情况", said, heads, rows, _trend(found["trend"], link))


def _trend(points: Sequence[Mapping[str, Any]], link: Link) -> Chart:
    spans = [rules.span_of(one) for one in points]
    lines = [
        Line(
            figure.label,
            tone,
            [float(one[figure.value]) for one in points],
            [link(figure, span, one[figure.value]) for span, one in zip(spans, points, strict=True)],
        )
        for figure, tone in ((Figure.RECEIVED, "brand"), (Figure.CLOSED, "green"))
    ]
    return Chart("line", [f"{span.first:%m-%d}" for span in spans], lines, said="各日（周、月）受理和办结的件数")


def _groups(by: By, groups: Sequence[Mapping[str, Any]], days: Days, link: Link) -> Section:
    def counted(figure: Figure, one: Mapping[str, Any]) -> Cell:
        count = one[figure.value]
        return _number(count, link(figure, days, count, **{by.value: one["key"]}))

    rows = [
        [
            Cell(one["name"]), counted(Figure.RECEIVED, one), _share(one["share"]), _number(one["before"]),
            _change(one["change"]), *(counted(each, one) for each in (Figure.CLOSED, Figure.LATE, Figure.BREACHED)),
        ]
        for one in groups
    ]  # fmt: skip
    heads = [
        Head(by.label), Head("受理", _COUNT), Head("占比", _SHARE), Head("上期受理", _COUNT), Head("环比", _SHARE),
        Head("办结", _COUNT), Head("超期办结", _COUNT), Head("新增超时", _COUNT),
    ]  # fmt: skip
    shown = [one for one in groups if one["received"]][:MOST_BARS]
    values = [float(one["received"]) for one in shown]
    hrefs = [counted(Figure.RECEIVED, one).href for one in shown]
    line = Line(Figure.RECEIVED.label, "brand", values, hrefs)
    chart = Chart("row", [one["name"] for one in shown], [line]) if by in {By.AREA, By.CATEGORY} else Chart()
    return Section("分布情况", f"按{by.label}", "", heads, rows, chart)


def _departments(groups: Sequence[Mapping[str, Any]], days: Days, *, linked: bool) -> Section:
    def counted(measure: Measure, one: Mapping[str, Any]) -> Cell:
        # what else is counted of a department is of the moment, and would open other cases later
        opens = linked and measure is Measure.TOTAL and one[measure.value]
        return _number(one[measure.value], of_measure(one["code"], measure, days) if opens else "")

    rows = [
        [
            Cell(one["name"]), counted(Measure.TOTAL, one), _change(one["change"]),
            *(counted(measure, one) for measure in Measure if measure is not Measure.TOTAL), _share(one["rate"]),
            Cell("—") if one["satisfaction"] is None else Cell(f"{one['satisfaction']:.1f}", value=one["satisfaction"]),
        ]
        for one in groups
    ]  # fmt: skip
    heads = [Head("承办单位"), Head(Measure.TOTAL.label, _COUNT), Head("环比", _SHARE)]
    heads += [Head(measure.label, _COUNT) for measure in Measure if measure is not Measure.TOTAL]
    said = "按派单时间计入本期，各项是生成报告时的情况；退回、撤回的不计入总数，满意度为 1 至 5 分的平均。"
    return Section("承办单位", "各单位办理情况", said, [*heads, Head("办结率", _SHARE), Head("满意度", "分")], rows)


def _stages(found: Mapping[str, Any], days: Days, *, linked: bool) -> Section:
    wanted = GroupsWanted(since=days.first, until=days.last)

    def counted(one: Mapping[str, Any], name: str, among: Among) -> Cell:
        here = {"stage": one["stage"], "among": among.value}
        return _number(one[name], wanted.address(CASES, days.until, **here) if linked and one[name] else "")

    whole = found["whole"]
    change = (
        100 * (whole["median"] - whole["before"]) / whole["before"] if whole["median"] and whole["before"] else None
    )
    rows = [
        [
            Cell("受理到办结（全程）"), _number(whole["count"]), _time(whole["median"]), _time(whole["before"]),
            _change(change), _time(whole["ninety"]), Cell("—"),
        ]
    ]  # fmt: skip
    rows += [
        [
            Cell(Stage(one["stage"]).label), counted(one, "count", Among.ALL), _time(one["median"]),
            _time(one["before"]), _change(one["change"]), _time(one["ninety"]),
            counted(one, "over", Among.OVER) if Stage(one["stage"]).limit else Cell("无时限"),
        ]
        for one in found["stages"]
    ]  # fmt: skip
    heads = [
        Head("环节"), Head("件数", _COUNT), Head("中位用时", _HOURS), Head("上期中位", _HOURS), Head("环比", _SHARE),
        Head("九成不超过", _HOURS), Head("超期", _COUNT),
    ]  # fmt: skip
    said = "用时是自然时间，含夜间和节假日；环节在本期结束的计入本期，全程为本期办结的件。"
    return Section("办理用时", "各环节用时", said, heads, rows)


def _bands(bands: Sequence[Mapping[str, Any]]) -> Section:
    rows = [[Cell(one["name"]), _number(one["count"]), _share(one["share"])] for one in bands]
    values = [float(one["count"]) for one in bands]
    chart = Chart("row", [one["name"] for one in bands], [Line("办结", "green", values, [""] * len(bands))])
    heads = [Head("受理到办结"), Head("办结", _COUNT), Head("占比", _SHARE)]
    return Section("办理用时", "全程用时分布", "本期办结的件，从受理到办结用了多久。", heads, rows, chart)


def _slowest(found: Sequence[Mapping[str, Any]]) -> Section:
    rows = [[Cell(one["name"]), _number(one["count"]), _time(one["median"]), _time(one["ninety"])] for one in found]
    heads = [Head("主办单位"), Head("办结", _COUNT), Head("中位用时", _HOURS), Head("九成不超过", _HOURS)]
    said = "按受理到办结的中位用时，本期办结 3 件以上的单位。"
    return Section("承办单位", "用时最长的主办单位", said, heads, rows)


def _moved(found: Sequence[Mapping[str, Any]], days: Days, link: Link) -> Section:
    rows = [
        [
            Cell(one["name"]), _number(one["before"]),
            _number(one["received"], link(Figure.RECEIVED, days, one["received"], **{one["by"]: one["key"]})),
            Cell(f"{one['difference']:+d}", value=float(one["difference"])),
        ]
        for one in found
    ]  # fmt: skip
    heads = [Head("乡镇街道、类型"), Head("上期受理", _COUNT), Head("本期受理", _COUNT), Head("增减", _COUNT)]
    return Section("分布情况", "受理变化最大的乡镇街道和类型", "按件数的增减，大的在前。", heads, rows)
