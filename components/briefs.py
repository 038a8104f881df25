"""The morning brief: figures on tiles, and what waits for a word."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.download import download_button
from components.kit.sheet import sheet
from components.kit.show import card, empty, skeleton, tag
from components.statistics.board import tile
from state.briefs import AskShown
from state.briefs import BriefState as S


def drawn() -> rx.Component:
    """Draw the brief that is open, or that there is none."""
    none = card(
        "",
        empty(
            "没有这一期晨报",
            "每个工作日早上生成，发给领导、部门领导和综治中心；休息日的情况并入下一期",
            rx.el.a("最新一期", href="/brief", class_name="btn"),
        ),
    )
    return rx.fragment(sheet("board"), rx.cond(S.loaded, rx.cond(S.day, _brief(), none), skeleton()))


def ways() -> rx.Component:
    """Draw the ways to the briefs beside it, and to paper."""

    def beside(word: str, day: Any) -> rx.Component:
        return rx.cond(day, rx.el.a(word, href=f"/brief/{day}", class_name="btn"))

    export = download_button("下载 PDF", endpoint="/api/v1/briefs/export", body=rx.Var.create({"day": S.day}))
    return rx.cond(
        S.day,
        rx.fragment(beside("上一期", S.earlier), beside("下一期", S.later), rx.cond(S.may_export, export)),
    )


def _brief() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.b(S.title),
            rx.el.span("本期：", S.period, class_name="muted"),
            rx.el.span(class_name="sp"),
            rx.el.span(S.made, " 生成，此后不再改变", class_name="muted"),
            class_name="head",
        ),
        rx.el.div(rx.foreach(S.tiles, tile), class_name="kpis", role="group", custom_attrs={"aria-label": "主要数字"}),
        _asks(),
        class_name="board brief",
    )


def _asks() -> rx.Component:
    def one(case: AskShown) -> rx.Component:
        line = rx.el.a(
            tag(case.reason, "yellow"),
            rx.el.span(case.title, class_name="ell", title=case.title),
            tag(case.status),
            rx.cond(case.due, tag(case.due, case.tone), rx.el.span()),
            rx.el.small(case.department, title=case.department),
            href=f"/case/{case.number}",
        )
        return rx.el.li(line)

    nothing = empty("没有待定事项", "待审批、待确认和超期未督办的件会列在这里")
    lines = rx.el.ul(rx.foreach(S.asks, one), class_name="lines")
    return card("待定事项", rx.cond(S.asks, lines, nothing), icon="alarm", flush=True)
