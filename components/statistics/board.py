"""The board: figures on tiles, pictures that open their cases, what is late and who is slow."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.chart import chart
from components.kit.listing import mark
from components.kit.map import area_map
from components.kit.scripts import watermark
from components.kit.sheet import sheet
from components.kit.show import card, empty, skeleton, tag
from components.kit.whole import tour, whole_screen
from state.kit.listing import Act
from state.statistics.board import BoardState as S
from state.statistics.board import Figured, Slow
from state.statistics.facts import Late


def board() -> rx.Component:
    """Draw the whole board."""
    beside = rx.cond(S.map.kind != "", "half", "")
    shown = rx.el.div(
        rx.el.div(watermark(""), class_name="only-full"),  # the page's lies outside of what a wall shows
        _head(),
        rx.el.div(rx.foreach(S.tiles, tile), class_name="kpis", role="group", custom_attrs={"aria-label": "主要数字"}),
        rx.el.div(
            _cell(card("受理和办结", chart(S.trend, label="受理和办结的走势"), icon="chart"), "wide"),
            _cell(card("在办风险等级", chart(S.risks, label="在办案件的风险等级"), _warned(), icon="warn")),
            rx.cond(S.map.kind != "", _cell(card("乡镇地图", area_map(S.map, label="乡镇地图"), icon="pin"), "wide")),
            _cell(card("各乡镇街道在办", chart(S.areas, label="各乡镇街道的在办和超期", tall=True), icon="map")),
            _cell(card("受理类型", chart(S.kinds, label="本期受理的类型", tall=True), icon="list"), beside),
            _cell(card("受理来源", chart(S.sources, label="本期受理的来源", tall=True), icon="branch"), beside),
            rx.cond(S.department, _cell(pressing("今日到期", S.today, S.today_href, *NONE_TODAY), "soon")),
            _cell(pressing("超期最久", S.late, S.late_href, *_NONE_LATE), rx.cond(S.department, "soon", "soon half")),
            rx.cond(
                S.held.kind != "",
                _cell(_held(), rx.cond(S.department, "", "half")),
                rx.cond(S.slow, _cell(_slow(), "half")),
            ),
            class_name="grid",
        ),
        class_name="board",
        id="board",
    )
    return rx.fragment(sheet("board"), rx.cond(S.loaded, shown, skeleton()))


def _cell(drawn: rx.Component, span: Any = "") -> rx.Component:
    return rx.el.div(drawn, class_name=span)


def _head() -> rx.Component:
    def one(choice: Any) -> rx.Component:
        on = S.span == choice.value
        return rx.el.a(
            choice.label,
            href=f"/board?span={choice.value}",
            class_name=rx.cond(on, "btn small on", "btn small"),
            custom_attrs={"aria-current": rx.cond(on, "true", "false")},
        )

    return rx.el.div(
        rx.el.nav(rx.foreach(S.spans, one), class_name="spans", custom_attrs={"aria-label": "统计时段"}),
        rx.cond(S.scene != "", rx.el.b(S.scene, class_name="scene")),
        rx.el.span("本期：", S.period, class_name="muted"),
        rx.el.span(class_name="sp"),
        rx.el.span("数据截至 ", S.as_of, "，有变化时自动更新", class_name="muted"),
        rx.el.span(tour(S.tour, S.rest), whole_screen("board"), class_name="spans", custom_attrs={"data-wall": "1"}),
        class_name="head",
    )


def tile(one: Figured) -> rx.Component:
    """Draw one figure, the way to its cases."""
    words = (rx.el.span(one.label), rx.el.b(one.value), rx.el.em(one.unit), rx.el.small(one.note))
    look: dict[str, Any] = {"title": one.says, "class_name": f"kpi {one.tone}"}
    return rx.cond(one.href != "", rx.el.a(*words, href=one.href, **look), rx.el.div(*words, **look))


def _warned() -> rx.Component:
    said = rx.el.span("风险预警", class_name="muted")
    return rx.cond(S.warnings, rx.el.p(said, rx.foreach(S.warnings, mark), class_name="marks"))


_NONE_LATE = ("没有超期的案件", "时限过了的案件会按超期久的在前列在这里")
NONE_TODAY = ("今天没有到期的案件", "今天之内到期的案件会按先后列在这里")


def pressing(title: str, found: Any, href: Any, nothing: str, hint: str) -> rx.Component:
    """Draw cases that are late or will be, each with what its reader may do there."""

    def act(one: Act, number: Any) -> rx.Component:
        look = {"aria-label": f"{one.word} {number}"}
        return rx.el.a(one.word, href=one.href, class_name="btn small", custom_attrs=look)

    def one(case: Late) -> rx.Component:
        line = rx.el.a(
            tag(case.due, rx.cond(case.tone == "none", "red", case.tone)),
            rx.el.span(case.title, class_name="ell", title=case.title),
            href=f"/case/{case.number}",
        )
        department = rx.el.small(case.department, title=case.department)
        acts = rx.el.span(rx.foreach(case.acts, lambda a: act(a, case.number)), class_name="acts")
        return rx.el.li(line, department, rx.cond(case.acts, acts))

    more = rx.el.a("全部", href=href, class_name="btn txt small")
    lines = rx.el.ul(rx.foreach(found, one), class_name="lines")
    return card(title, rx.cond(found, lines, empty(nothing, hint)), actions=more, icon="alarm", flush=True)


def _held() -> rx.Component:
    more = rx.el.a("人员统计", href="/figures/people", class_name="btn txt small")
    title = rx.cond(S.by_person, "人员负荷", "各主办单位在办")
    return card(title, chart(S.held, label="在办和其中超期的件数"), actions=rx.cond(S.by_person, more), icon="user")


def number(value: Any, href: Any, look: Any = "") -> rx.Component:
    """Draw the cell of a count, the way to what it counts."""
    return rx.el.td(rx.cond(value > 0, rx.el.a(value, href=href, class_name=look), "0"))


def _slow() -> rx.Component:
    def one(unit: Slow) -> rx.Component:
        return rx.el.tr(
            rx.el.td(unit.name, title=unit.name),
            number(unit.in_hand, unit.in_hand_href),
            number(unit.overdue, unit.overdue_href, "late"),
            number(unit.closed, unit.closed_href),
            rx.el.td(unit.satisfaction),
        )

    head = [rx.el.th(word, scope="col") for word in ("承办单位", "在办", "超期", "已办结", "满意度")]
    rows = rx.el.table(
        rx.el.thead(rx.el.tr(*head)), rx.el.tbody(rx.foreach(S.slow, one)), class_name="plain",
        custom_attrs={"aria-label": "各承办单位"},
    )  # fmt: skip
    nothing = empty("本期还没有派单", "转派给部门的案件会按部门列在这里")
    more = rx.el.a("部门统计", href="/figures", class_name="btn txt small")
    return card("承办单位", rx.cond(S.slow, rows, nothing), actions=more, icon="building", flush=True)
