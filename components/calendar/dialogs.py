"""The dialogs of the calendar: one date, the notice of a year, the working periods."""

from __future__ import annotations

import reflex as rx

from components.calendar.foreseen import foot, foreseen
from components.kit.dialog import dialog
from components.kit.form import check, field, radio_group, text_area, text_input
from state.calendar.year import WEEKDAYS
from state.calendar.year import CalendarState as S

EXAMPLE = "2027-01-01至2027-01-03，休，元旦\n2027-02-07，班，春节调休"


def dialogs() -> rx.Component:
    return rx.fragment(_day(), _notice(), _pattern())


def _whose() -> rx.Component:
    return rx.cond(S.unit != "", rx.fragment("只用于", S.unit_name), "用于所有单位")


def _day() -> rx.Component:
    one = S.asked
    form = rx.el.form(
        rx.el.p(rx.el.b(one.label), "，", _whose(), "。"),
        radio_group("state", [("on", "上班"), ("off", "休息"), ("plain", "恢复默认")], default=one.state),
        field(
            "当天工作时段",
            text_input("periods", default=one.periods, placeholder=S.periods),
            name="periods",
            hint="半天班填写，例如 08:30-12:00；留空即按作息",
            error=S.faults["periods"],
            wide=True,
        ),
        field(
            "说明",
            text_input("note", default=one.note, placeholder="例如：调休"),
            name="note",
            error=S.faults["note"],
            wide=True,
        ),
        foot(S.close, "预览变动"),
        on_submit=S.set_day,
        class_name="form",
    )
    return dialog(one.iso != "", "调整日期", _first(form), on_close=S.close, watermark=S.me.watermark)


def _notice() -> rx.Component:
    form = rx.el.form(
        *_notice_fields(),
        foot(S.close, "预览变动"),
        on_submit=S.preview,
        class_name="form",
        custom_attrs={"noValidate": True, "autoComplete": "off"},
    )
    title = f"导入 {S.year} 年放假安排"
    return dialog(S.importing, title, _first(form), on_close=S.close, wide=True, watermark=S.me.watermark)


def _first(form: rx.Component) -> rx.Component:
    # The form, then what it would do to open cases, then the act.
    return rx.cond(S.sentence != "", foreseen(S.sentence, S.moves, back=S.revise, act=S.confirm), form)


def _notice_fields() -> tuple[rx.Component, rx.Component]:
    return (
        field(
            "依据",
            text_input("source", default=S.source, placeholder="例如：国办发明电〔2026〕× 号"),
            name="source",
            required=True,
            error=S.faults["source"],
            wide=True,
        ),
        field(
            "放假安排",
            text_area("notice", rows=9, default=S.notice, placeholder=EXAMPLE),
            name="notice",
            required=True,
            hint="每行一段：日期或起止日期，休或班，名称；须包含元旦；可从表格粘贴",
            error=S.faults["notice"],
            wide=True,
        ),
    )


def _pattern() -> rx.Component:
    boxes = [
        check(f"off_{day}", f"星期{name}", default=S.typed_weekend.contains(str(day)))
        for day, name in enumerate(WEEKDAYS)
    ]
    form = rx.el.form(
        rx.el.p(_whose(), "。"),
        field(
            "每周休息日",
            rx.el.div(*boxes, class_name="checks"),
            name="weekend",
            error=S.faults["weekend"],
            wide=True,
        ),
        field(
            "每天工作时段",
            text_input("periods", default=S.typed_periods),
            name="periods",
            hint="按 24 小时制，可写几段，例如 08:30-12:00 14:30-17:30",
            error=S.faults["periods"],
            wide=True,
        ),
        foot(S.close, "预览变动"),
        on_submit=S.set_pattern,
        class_name="form",
        custom_attrs={"noValidate": True, "autoComplete": "off"},
    )
    return dialog(S.patterning, "设置作息", _first(form), on_close=S.close, watermark=S.me.watermark)
