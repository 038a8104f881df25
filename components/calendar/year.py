"""A year of working days: twelve months, and what changed them."""

from __future__ import annotations

import reflex as rx

from components.kit.form import select
from components.kit.icons import icon
from components.kit.show import alert, card, empty, skeleton
from state.calendar.year import WEEKDAYS, ChangeShown, Day, Month
from state.calendar.year import CalendarState as S

_TAKE_IN = S.ask("notice", S.year.to_string())


def year() -> rx.Component:
    """Draw the chosen year of everybody, or of one unit."""
    return rx.cond(S.loaded, rx.el.div(_provisional(), _bar(), _months(), _changes(), class_name="stack"), skeleton())


def _provisional() -> rx.Component:
    return rx.cond(
        ~S.confirmed,
        alert(
            "orange",
            rx.el.span(f"{S.year} 年放假安排未公布：按周末推算（暂定）"),
            rx.cond(
                S.may_edit,
                rx.el.button("导入放假安排", type="button", class_name="btn small", on_click=_TAKE_IN),
                rx.el.span("由系统管理员导入公布。", class_name="muted"),
            ),
        ),
    )


def _bar() -> rx.Component:
    return card(
        "",
        rx.el.div(
            rx.el.button("上一年", type="button", class_name="btn", on_click=S.turn(-1)),
            rx.el.b(f"{S.year} 年", class_name="year"),
            rx.el.button("下一年", type="button", class_name="btn", on_click=S.turn(1)),
            select(
                "unit",
                S.units,
                value=S.unit,
                placeholder="所有单位通用",
                on_change=S.choose_unit,
                class_name="long",
                aria_label="看哪个单位的日历",
            ),
            rx.el.span(
                f"全年 {S.workdays} 个工作日 · 作息 ",
                rx.foreach(
                    S.periods.split(" "), lambda period: rx.fragment(rx.el.span(period, class_name="whole"), " ")
                ),
                f"· 第 {S.version} 版",
            ),
            rx.el.span(class_name="sp"),
            _legend(),
            class_name="filters",
        ),
    )


def _legend() -> rx.Component:
    kinds = (
        ("work", "", "工作日"),
        ("half", "半", "半天或另定时段"),
        ("makeup", "班", "调休上班"),
        ("off", "", "周末"),
        ("holiday", "休", "放假"),
    )
    return rx.el.span(
        *[
            rx.el.span(rx.el.span("1", rx.el.small(word) if word else "", class_name=f"day {tone}"), label)
            for tone, word, label in kinds
        ],
        class_name="day-legend",
    )


def _months() -> rx.Component:
    return rx.el.div(rx.foreach(S.months, _month), class_name="months")


def _month(month: Month) -> rx.Component:
    return rx.el.section(
        rx.el.h2(month.label, rx.el.small(f"{month.workdays} 个工作日", class_name="muted")),
        rx.el.div(
            *[rx.el.span(name, class_name="weekday", custom_attrs={"aria-hidden": "true"}) for name in WEEKDAYS],
            rx.foreach(month.days, _day),
            class_name="days",
        ),
        class_name="card month",
    )


def _day(day: Day) -> rx.Component:
    face = rx.fragment(day.number, rx.cond(day.word != "", rx.el.small(day.word)))
    spoken = {"aria-label": day.spoken, "title": day.spoken}
    plain = rx.el.span(face, class_name=f"day {day.tone}", role="img", custom_attrs=spoken)
    asks = S.ask("day", f"{day.iso} {S.unit}")
    button = rx.el.button(face, type="button", class_name=f"day {day.tone}", on_click=asks, custom_attrs=spoken)
    return rx.cond(day.iso != "", rx.cond(S.may_edit, button, plain), rx.el.span())


def _changes() -> rx.Component:
    return card(
        "变更记录",
        rx.cond(
            S.changes.length() > 0,
            rx.el.ol(rx.foreach(S.changes, _change), class_name="change-list"),
            empty("还没有变更", "公布放假安排、调整日期或作息、设置时限后记在这里"),
        ),
        icon="clock",
    )


def _change(one: ChangeShown) -> rx.Component:
    return rx.el.li(
        rx.el.time(one.when, class_name="muted"), rx.el.b(one.kind), rx.el.span(one.note), rx.el.span(one.who)
    )


def acts() -> rx.Component:
    """Draw what the system's administrator may do with the calendar."""
    return rx.cond(
        S.loaded & S.may_edit,
        rx.fragment(
            rx.el.button("设置作息", type="button", class_name="btn", on_click=S.ask("pattern", S.unit)),
            rx.el.button(icon("download"), "导入放假安排", type="button", class_name="btn pri", on_click=_TAKE_IN),
        ),
    )
