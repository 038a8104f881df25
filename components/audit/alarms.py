"""Alarms: the open ones first, closed with a note, the closed ones below."""

from __future__ import annotations

import reflex as rx

from components.kit.addressed import address
from components.kit.dialog import dialog
from components.kit.form import field, text_area
from components.kit.show import alert, empty, tag
from components.kit.table import Column, pager, table
from state.audit.alarms import AlarmShown
from state.audit.alarms import AlarmsState as S


def alarms() -> rx.Component:
    """Draw what is to be looked into, then what was."""
    return rx.el.div(address(S), _open(), _closed(), _dialog(), class_name="stack alarms")


def _open() -> rx.Component:
    rows = table(
        S.rows,
        OPEN,
        row_key=lambda row: row.id,
        row_tone=lambda row: row.tone,
        loading=S.loading,
        empty=empty("没有待处理的告警", "大量查看、夜间查看明文、反复被拒绝、反复登录失败、日志不完整时会出现在这里"),
    )
    return rx.el.section(_title("待处理", S.rows.length()), rows, class_name="card")


def _closed() -> rx.Component:
    rows = table(
        S.closed,
        CLOSED,
        row_key=lambda row: row.id,
        loading=S.loading,
        empty=empty("还没有处理过的告警", "处理后的告警连同处理情况留在这里，不会删除"),
    )
    return rx.el.section(_title("已处理"), rows, pager(S), class_name="card")


def _title(word: str, count: rx.Var[int] | None = None) -> rx.Component:
    counted = rx.fragment() if count is None else rx.cond(count > 0, rx.el.span(count, " 条", class_name="muted"))
    return rx.el.header(rx.el.h2(word), counted)


def _person(row: AlarmShown) -> rx.Component:
    return rx.cond(
        row.person_href != "",
        rx.el.a(row.name, rx.el.small(f" {row.login}", class_name="muted"), href=row.person_href, title="人员时间线"),
        rx.el.span("系统"),
    )


def _acts(row: AlarmShown) -> rx.Component:
    about = f"{row.kind} {row.name}"
    handle = rx.el.button(
        "处理",
        type="button",
        class_name="btn small pri",
        on_click=S.ask(row.id),
        custom_attrs={"aria-label": f"处理 {about}"},
    )
    mine = rx.el.span("涉及本人，由另一位审计管理员处理", class_name="muted")
    return rx.el.span(
        rx.el.a("查看记录", href=row.lines_href, class_name="btn txt small", custom_attrs={"aria-label": f"查看记录 {about}"}),
        rx.cond(row.mine, mine, handle),
        class_name="row-acts",
    )  # fmt: skip


_ABOUT = [
    Column("kind", "告警", lambda r: tag(r.kind, r.tone), phone="head"),
    Column("said", "情况", lambda r: rx.el.span(r.said), phone="title"),
    Column("who", "人员", _person),
]
OPEN = [
    *_ABOUT,
    Column("at", "时间", lambda r: rx.el.time(r.at)),
    Column("acts", "操作", _acts),
]
CLOSED = [
    *_ABOUT,
    Column("at", "告警时间", lambda r: rx.el.time(r.at)),
    Column("seen", "处理时间", lambda r: rx.el.time(r.seen)),
    Column("by", "处理人", lambda r: rx.el.span(r.seen_by)),
    Column("note", "处理情况", lambda r: rx.el.span(r.note, class_name="note")),
]


def _dialog() -> rx.Component:
    one = S.handling
    return dialog(
        one.id != "",
        "处理告警",
        rx.el.form(
            rx.el.p(tag(one.kind, one.tone), " ", rx.el.b(one.name), f" {one.said}，{one.at}"),
            field(
                "处理情况",
                text_area("note", rows=4, most=500, placeholder="核实了什么、结论和已采取的措施"),
                name="note",
                required=True,
                error=S.faults["note"],
                wide=True,
            ),
            alert("blue", rx.el.span("处理后不能修改或撤销，处理情况留痕。")),
            rx.el.div(
                rx.el.a("先看记录", href=one.lines_href, class_name="btn"),
                rx.el.span(class_name="sp"),
                rx.el.button("取消", type="button", class_name="btn", on_click=S.close),
                rx.el.button("处理完毕", type="submit", class_name="btn pri"),
                class_name="form-foot",
            ),
            on_submit=S.send,
            class_name="form",
            custom_attrs={"noValidate": True, "autoComplete": "off"},
        ),
        on_close=S.close,
        watermark=S.me.watermark,
    )
