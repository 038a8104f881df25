"""The dialog of one row of the table, and the question before a draft is enabled."""

from __future__ import annotations

import reflex as rx

from components.kit.dialog import dialog
from components.kit.form import check, field, select, text_input
from components.kit.show import alert
from domain.cases.process import MAX_LABEL
from domain.cases.vocabulary import PictureRule
from state.processes.editing import NO, YES
from state.processes.shapes import RoleBox
from state.processes.working import ProcessState as S


def step_dialog() -> rx.Component:
    """Draw what may be changed of a row."""
    one = S.asked
    return dialog(
        one.row != "",
        rx.cond(one.standard != "", f"修改步骤：{one.standard}", "修改步骤"),
        rx.el.form(
            rx.el.p(one.moves, class_name="muted"),
            field(
                "步骤名称",
                text_input("label", default=one.label, placeholder=one.standard),
                name="label",
                hint=f"留空即用标准名称，最长 {MAX_LABEL} 个字",
                error=S.faults["label"],
                wide=True,
            ),
            _roles(),
            _opinion(),
            rx.cond(one.asks_pictures, _pictures()),
            check("off", "停用这一步", default=one.off),
            rx.el.div(
                rx.el.button("恢复标准", type="button", class_name="btn txt", on_click=S.restore_step),
                rx.el.span(class_name="sp"),
                rx.el.button("取消", type="button", class_name="btn", on_click=S.close),
                rx.el.button("保存", type="submit", class_name="btn pri"),
                class_name="form-foot",
            ),
            on_submit=S.keep_step,
            class_name="form",
            custom_attrs={"noValidate": True, "autoComplete": "off"},
        ),
        on_close=S.close,
        watermark=S.me.watermark,
    )


def _roles() -> rx.Component:
    one = S.asked
    boxes = rx.foreach(one.roles, _role)
    return rx.cond(
        one.fixed_roles != "",
        rx.el.p("由谁办理：", rx.el.b(one.fixed_roles), rx.el.small("（这一步的角色不能改）", class_name="muted")),
        field("由谁办理", rx.el.div(boxes, class_name="checks"), name="roles", error=S.faults["roles"], wide=True),
    )


def _role(box: RoleBox) -> rx.Component:
    return check(f"role_{box.value}", box.label, default=box.on)


def _opinion() -> rx.Component:
    one = S.asked
    choices = [("", f"按标准流程（{one.opinion_standard}）"), (YES, "必填"), (NO, "可不填")]
    return rx.cond(
        one.fixed_opinion,
        rx.el.p("办理意见：", rx.el.b("必填"), rx.el.small("（退回和否定的理由必须写明）", class_name="muted")),
        field("办理意见", select("opinion", choices, default=one.opinion), name="opinion", wide=True),
    )


def _pictures() -> rx.Component:
    choices = [("", "按标准流程"), *((rule.value, rule.label) for rule in PictureRule)]
    return field("现场图片", select("pictures", choices, default=S.asked.pictures), name="pictures", wide=True)


def enable_dialog() -> rx.Component:
    """Ask once, in plain words."""
    return dialog(
        S.enabling,
        "启用流程",
        rx.el.p("启用“", S.version.name, "”", S.version.version, "后："),
        rx.el.ul(
            rx.el.li("以下类别新受理的案件按它办理：", rx.foreach(S.bound, lambda b: rx.el.b(b.label, " "))),
            rx.el.li("在办案件不变，仍按受理时的版本办完；"),
            rx.el.li("同一流程的上一个版本自动停用；"),
            rx.el.li("启用后不能再修改，需要时复制为新版本。"),
            class_name="plain-list",
        ),
        rx.cond(~S.trial.done, alert("yellow", "还没有试运行过，建议先看看最近 30 天会有什么不同。")),
        rx.el.form(
            rx.cond(S.loosened.length() > 0, _loosened()),
            rx.el.div(
                rx.el.button("取消", type="button", class_name="btn", on_click=S.close),
                rx.el.button("启用", type="submit", class_name="btn pri"),
                class_name="form-foot",
            ),
            on_submit=S.enable,
            class_name="form",
            custom_attrs={"noValidate": True, "autoComplete": "off"},
        ),
        on_close=S.close,
        watermark=S.me.watermark,
    )


def _loosened() -> rx.Component:
    """Limits looser than the rules in force are named, and taken only with a reason."""
    return rx.fragment(
        alert("orange", rx.el.ul(rx.foreach(S.loosened, rx.el.li), class_name="plain-list")),
        field(
            "放宽时限的理由",
            text_input("reason", placeholder="例如：依据文件名称、文号"),
            name="reason",
            required=True,
            error=S.faults["reason"],
            wide=True,
        ),
    )
