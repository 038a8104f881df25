"""One process: picture, table, and for a draft the form that changes it."""

from __future__ import annotations

import reflex as rx

from components.kit.sheet import arrange_sheet
from components.kit.show import card, empty, skeleton
from components.processes import form, judgement
from components.processes.dialogs import enable_dialog, step_dialog
from components.processes.picture import picture, steps
from components.shell import page
from state.processes.working import ProcessState as S


def process() -> rx.Component:
    """Draw the process that the address names."""
    missing = empty("没有这个流程版本", "地址有误", rx.el.a("返回办理流程", href="/processes", class_name="btn"))
    return page(
        arrange_sheet(),
        rx.cond(S.loaded, rx.cond(S.found, _content(), card("", missing)), skeleton()),
        place="/process/[process_id]",
        title=rx.cond(S.version.name != "", f"{S.version.name} {S.version.version}", "办理流程"),
        crumbs=[("办理流程", "/processes"), (S.version.name, "")],
        actions=rx.cond(S.loaded & S.editable, _acts()),
    )


def _content() -> rx.Component:
    return rx.el.div(
        judgement.conflict(),
        picture(),
        rx.cond(S.editable, _editor(), rx.cond(S.version.code != "standard", judgement.facts())),
        steps(),
        step_dialog(),
        enable_dialog(),
        class_name="stack",
    )


def _editor() -> rx.Component:
    return rx.el.div(
        rx.el.div(form.basics(), form.approvals(), form.limits(), form.names(), class_name="stack"),
        rx.el.div(judgement.lint(), judgement.trial(), class_name="stack"),
        class_name="cols",
    )


def _acts() -> rx.Component:
    return rx.fragment(
        rx.cond(
            S.unsaved,
            rx.fragment(
                rx.el.span(
                    "有未保存的修改", rx.cond(S.kept_at != "", f"（已暂存 {S.kept_at}）", ""), class_name="muted saved"
                ),
                rx.el.button("放弃修改", type="button", class_name="btn txt", on_click=S.discard),
            ),
        ),
        rx.el.button("保存草稿", type="button", class_name="btn", on_click=S.save, disabled=~S.unsaved),
        rx.el.button("启用", type="button", class_name="btn pri", on_click=S.ask_enable, disabled=S.lint.length() > 0),
    )
