"""Other cases, copies, rejections and transfers around a case; the dialogs that change them."""

from __future__ import annotations

import reflex as rx

from components.kit.dialog import dialog
from components.kit.form import field, text_area, text_input
from components.kit.menu import menu
from components.kit.show import alert, card, tag
from state.cases.relating import RelatingState as S
from state.cases.shapes import CopySent, Handling, Related
from state.session import SignedInState

_EXPLAINED = {
    "merge": "本件与另一件是同一件事时并入：本件时限暂停，不再单独办理，诉求人查询到的是合并后的进度。可以撤销。",
    "unmerge": "撤销后本件按剩余时间继续计时，单独办理。",
    "adopt": "一件事要分给几家办理时使用：子案件没有办结，主案件不能办结。",
    "release": "解除后两件互不影响。",
    "waive": "免除后主办单位不必等它反馈即可提交办结；它的计时停止。",
    "agree": "同意后经办可以申请退回，仍须综治中心（交办件为领导）审批。",
}


def beside() -> rx.Component:
    """Draw who else has the case open."""
    return rx.cond(
        S.others_here.length() > 0,
        rx.el.p("同时在看：", S.others_here.join("、"), class_name="beside muted", role="status"),
    )


def handlings() -> rx.Component:
    """Draw rejections and transfers at a glance, the newest first."""
    return rx.cond(
        S.handlings.length() > 0,
        card("驳回与流转", rx.el.ol(rx.foreach(S.handlings, _handling), class_name="handlings"), icon="branch"),
    )


def _handling(one: Handling) -> rx.Component:
    return rx.el.li(
        tag(one.label, one.tone),
        rx.el.b(one.who),
        rx.cond(one.target != "", rx.el.span("→ ", one.target)),
        rx.el.time(one.when, class_name="muted"),
        rx.cond(one.opinion != "", rx.el.p(one.opinion)),
    )


def related() -> rx.Component:
    """Draw parent, children and merged cases, with what the centre may change."""
    return rx.cond(
        S.related.length() > 0,
        card("相关案件", rx.el.ul(rx.foreach(S.related, _related), class_name="related"), icon="list"),
    )


def _related(one: Related) -> rx.Component:
    return rx.el.li(
        tag(one.tie, "blue", plain=True),
        rx.el.a(one.number, href=f"/case/{one.number}"),
        rx.el.span(one.title, class_name="grow"),
        tag(one.status, "gray"),
    )


def merged_banner() -> rx.Component:
    """Say where a merged case is worked on."""
    return rx.cond(
        S.case.merged,
        alert(
            "yellow",
            rx.foreach(
                S.related,
                lambda one: rx.cond(
                    one.tie == "已并入",
                    rx.el.span("本件已并入 ", rx.el.a(one.number, href=f"/case/{one.number}"), "，请在该件中办理。"),
                ),
            ),
        ),
    )


def copies() -> rx.Component:
    """Draw copies with their receipts."""
    return rx.cond(
        S.copies.length() > 0,
        card("抄告", rx.el.ul(rx.foreach(S.copies, _copy), class_name="copies"), icon="inbox"),
    )


def _copy(one: CopySent) -> rx.Component:
    return rx.el.li(
        rx.el.b(one.unit),
        tag(one.read, rx.cond(one.read == "未签收", "orange", "green")),
        rx.el.small(one.sent, class_name="muted"),
        rx.cond(one.note != "", rx.el.p(one.note)),
    )


def relations_menu() -> rx.Component:
    """Draw the acts on related cases that the centre may do."""
    return rx.fragment(
        rx.cond(S.may_agree, rx.el.button("同意退回", class_name="btn", type="button", on_click=S.begin("agree", ""))),
        rx.cond(
            S.may_relate,
            menu(
                "相关案件",
                rx.cond(
                    S.case.merged, _item("unmerge", "撤销并案"), rx.cond(S.may_merge, _item("merge", "并入另一件"))
                ),
                rx.cond(S.case.child, _item("release", "解除主子案件"), _item("adopt", "设为子案件")),
            ),
        ),
    )


def _item(act: str, label: str) -> rx.Component:
    return rx.el.button(label, class_name="item", type="button", on_click=S.begin(act, ""))


def _other_field() -> rx.Component:
    return field(
        rx.cond(S.act == "merge", "并入的编号", "主案件编号"),
        text_input("other", placeholder="例如 QX2026000123"),
        name="other",
        required=True,
        error=rx.cond(S.act == "merge", S.act_faults["kept"], S.act_faults["parent"]),
        wide=True,
    )


def act_dialog() -> rx.Component:
    """Draw the dialog of an act around the case."""
    return dialog(
        S.act != "",
        S.act_title,
        rx.cond(S.act_refused != "", alert("red", rx.el.span(S.act_refused))),
        rx.el.form(
            rx.el.p(rx.match(S.act, *_EXPLAINED.items(), ""), class_name="muted"),
            rx.cond(S.act_unit_name != "", rx.el.p("协办单位：", rx.el.b(S.act_unit_name))),
            rx.cond((S.act == "merge") | (S.act == "adopt"), _other_field()),
            rx.cond(
                (S.act == "merge") | (S.act == "unmerge") | (S.act == "waive"),
                field(
                    "原因",
                    text_area("reason", rows=3, most=500),
                    name="reason",
                    required=True,
                    error=S.act_faults["reason"],
                    wide=True,
                ),
            ),
            rx.el.div(
                rx.el.button("取消", type="button", class_name="btn", on_click=S.end),
                rx.el.button(S.act_title, type="submit", class_name="btn pri"),
                class_name="form-foot",
            ),
            on_submit=S.do,
            key=S.act_round,
            class_name="form",
            custom_attrs={"noValidate": True, "autoComplete": "off"},
        ),
        on_close=S.end,
        watermark=SignedInState.me.watermark,
    )
