"""Rules, holds and runs of retention, and their dialogs."""

from __future__ import annotations

import reflex as rx

from components.kit.dialog import dialog
from components.kit.form import check, field, text_input
from components.kit.icons import icon
from components.kit.show import alert, card, empty, skeleton, tag
from components.privacy.pieces import cell, foot, listed
from state.privacy.retention import HoldShown, RuleShown, RunShown
from state.privacy.retention import RetentionState as S

_FORM = {"noValidate": True, "autoComplete": "off"}


def retention() -> rx.Component:
    """Draw what holds, what is on hold, what was ended."""
    return rx.cond(S.loaded, rx.el.div(_rules(), _holds(), _runs(), _past(), class_name="stack"), skeleton())


def _rules() -> rx.Component:
    head = ("数据", "保存", "到期后", "状态", "依据", "设置", "操作")
    return card(
        "现行期限",
        rx.el.p(
            "个人信息类期限须先预览、再启用。在办、申诉中和法定保留的案件不会到期；标题、诉求内容、意见等文字不作改动；"
            "审计日志不删除。",
            class_name="muted",
        ),
        listed("现行期限", head, rx.foreach(S.rules, _rule)),
        icon="clock",
    )


def _rule(one: RuleShown) -> rx.Component:
    return rx.el.tr(
        cell("数据", rx.el.b(one.label), "as-title"),
        cell("保存", rx.el.span(one.period)),
        cell("到期后", rx.el.span(one.action)),
        cell("状态", tag(one.state, one.tone), "as-tag"),
        cell("依据", rx.el.span(one.note, class_name="muted")),
        cell("设置", rx.el.span(one.by, " ", one.since)),
        cell(
            "操作",
            rx.cond(
                one.fixed,
                rx.el.span("—"),
                rx.el.button(
                    "预览 / 修改",
                    type="button",
                    class_name="btn txt small",
                    on_click=S.ask(one.kind),
                    custom_attrs={"aria-label": f"预览或修改 {one.label}"},
                ),
            ),
        ),
    )


def _holds() -> rx.Component:
    return card(
        "法定保留",
        rx.cond(
            S.holds.length() > 0,
            listed("法定保留", ("编号", "原因", "设置", "解除", "操作"), rx.foreach(S.holds, _hold)),
            empty("没有法定保留的案件", "诉讼、复议、调查期间，可让一件不受期限影响"),
        ),
        icon="lock",
    )


def _hold(one: HoldShown) -> rx.Component:
    return rx.el.tr(
        cell("编号", rx.el.code(one.number), "as-head"),
        cell("原因", rx.el.span(one.reason), "as-title"),
        cell("设置", rx.el.span(one.by, " ", one.since)),
        cell("解除", rx.el.span(rx.cond(one.until != "", one.until, "—"))),
        cell(
            "操作",
            rx.cond(
                one.until == "",
                rx.el.button(
                    "解除",
                    type="button",
                    class_name="btn txt small",
                    on_click=S.ask_end(one.id),
                    custom_attrs={"aria-label": f"解除 {one.number} 的法定保留"},
                ),
                rx.el.span("—"),
            ),
        ),
    )


def _runs() -> rx.Component:
    return card(
        "执行记录",
        rx.cond(
            S.runs.length() > 0,
            listed("执行记录", ("时间", "数据", "处理", "数量"), rx.foreach(S.runs, _run)),
            empty("还没有到期处理", "后台每小时检查一次，处理后记在这里和审计日志"),
        ),
        icon="list",
    )


def _run(one: RunShown) -> rx.Component:
    return rx.el.tr(
        cell("时间", rx.el.time(one.when), "as-head"),
        cell("数据", rx.el.b(one.kind), "as-title"),
        cell("处理", rx.el.span(one.action)),
        cell("数量", rx.el.span(one.count)),
    )


def _past() -> rx.Component:
    rows = rx.foreach(
        S.past,
        lambda one: rx.el.tr(
            cell("数据", rx.el.b(one.label), "as-title"),
            cell("保存", rx.el.span(one.period)),
            cell("起止", rx.el.span(one.since, " 起，", one.state)),
            cell("依据", rx.el.span(one.note, class_name="muted")),
            cell("设置", rx.el.span(one.by)),
        ),
    )
    head = ("数据", "保存", "起止", "依据", "设置")
    return rx.cond(S.past.length() > 0, card("历史期限", listed("历史期限", head, rows), icon="list"))


def acts() -> rx.Component:
    return rx.cond(
        S.loaded,
        rx.el.button(icon("lock"), "法定保留", type="button", class_name="btn pri", on_click=S.ask_hold),
    )


def dialogs() -> rx.Component:
    return rx.fragment(_rule_dialog(), _hold_dialog(), _end_dialog())


def _rule_dialog() -> rx.Component:
    one = S.asked
    return dialog(
        one.kind != "",
        f"保存期限：{one.label}",
        rx.el.form(
            field(
                "保存天数",
                text_input("days", default=one.days, input_mode="numeric", on_change=S.preview.debounce(400)),
                name="days",
                required=True,
                hint="改动后自动预览；365 天为一年",
                error=S.faults["days"],
                wide=True,
            ),
            _found(),
            field(
                "依据",
                text_input("note", placeholder="文件、规定或决定"),
                name="note",
                required=True,
                error=S.faults["note"],
                wide=True,
            ),
            check("active", f"启用：到期后由后台{one.action}", default=one.active),
            rx.cond(
                one.personal,
                alert("orange", "匿名化不能撤销：姓名、证件号码、电话、住址将永久清空，恢复备份后也会再次清空。"),
            ),
            foot("保存", S.close, ready=S.found.ready),
            on_submit=S.send,
            key=S.turn,
            class_name="form",
            custom_attrs=_FORM,
        ),
        on_close=S.close,
        watermark=S.me.watermark,
    )


def _found() -> rx.Component:
    return rx.cond(
        S.found.ready,
        rx.el.div(
            rx.el.b(S.found.sentence),
            rx.cond(
                S.found.samples.length() > 0,
                rx.fragment(
                    rx.el.span("最早的几项（只列编号）：", class_name="muted"),
                    rx.el.ul(rx.foreach(S.found.samples, rx.el.li)),
                ),
            ),
            class_name="found",
            role="status",
        ),
    )


def _hold_dialog() -> rx.Component:
    return dialog(
        S.holding,
        "设为法定保留",
        rx.el.form(
            field(
                "案件编号",
                text_input("number", placeholder="完整编号"),
                name="number",
                required=True,
                error=S.faults["number"],
                wide=True,
            ),
            _reason("保留原因", "例如：行政诉讼审理中"),
            foot("设为保留", S.close),
            on_submit=S.hold,
            key=S.turn,
            class_name="form",
            custom_attrs=_FORM,
        ),
        on_close=S.close,
        watermark=S.me.watermark,
    )


def _end_dialog() -> rx.Component:
    return dialog(
        S.ending.id != "",
        "解除法定保留",
        rx.el.form(
            rx.el.p("解除后，", rx.el.b(S.ending.number), " 按案件期限处理。"),
            _reason("解除原因", "例如：诉讼终结"),
            foot("解除", S.close),
            on_submit=S.end,
            key=S.turn,
            class_name="form",
            custom_attrs=_FORM,
        ),
        on_close=S.close,
        watermark=S.me.watermark,
    )


def _reason(label: str, example: str) -> rx.Component:
    control = text_input("reason", placeholder=example)
    return field(label, control, name="reason", required=True, error=S.faults["reason"], wide=True)
