"""What stands against a draft, and what it would have done in the last 30 days."""

from __future__ import annotations

import reflex as rx

from components.kit.show import alert, card, desc_list, tag
from state.processes.shapes import LateShown, RefusedShown
from state.processes.working import ProcessState as S


def facts() -> rx.Component:
    """Draw what is known of the version."""
    one = S.version
    return card(
        "版本",
        desc_list(
            [
                ("代码", one.code),
                ("版本", one.version),
                ("状态", tag(one.state_label, one.tone)),
                ("在办案件", f"{one.open_cases} 件"),
                ("启用", one.enabled),
                ("适用类别", one.bound),
            ]
        ),
        rx.cond(one.note != "", rx.el.p("说明：", one.note, class_name="content")),
        rx.cond(
            S.own_limits.length() > 0,
            rx.el.p("本流程的时限：", rx.foreach(S.own_limits, lambda text: tag(text, "blue", plain=True))),
        ),
        icon="list",
    )


def lint() -> rx.Component:
    """Draw why a draft cannot be enabled, or that nothing stands against it."""
    return card(
        "为什么不能启用",
        rx.cond(
            S.lint.length() > 0,
            rx.el.ul(rx.foreach(S.lint, rx.el.li), class_name="lint"),
            rx.el.p(tag("检查通过", "green"), " 每个状态都能到达，都能办结。"),
        ),
        icon="warn",
    )


def trial() -> rx.Component:
    one = S.trial
    return card(
        "试运行（最近 30 天）",
        rx.el.p("用这个草稿重新判断最近 30 天适用类别里办过的每一步，不改动任何案件。", class_name="muted"),
        rx.cond(
            one.done,
            rx.cond(one.steps > 0, _result(), rx.el.p("最近 30 天适用类别里没有办理过的步骤。")),
        ),
        actions=rx.el.button("试运行", type="button", class_name="btn small", on_click=S.try_out),
        icon="clock",
    )


def _result() -> rx.Component:
    one = S.trial
    return rx.el.div(
        rx.el.p(
            f"{one.cases} 件案件、{one.steps} 步：",
            tag(f"相同 {one.same} 步", "green"),
            " ",
            rx.cond(one.differ > 0, tag(f"会被拒绝 {one.differ} 步", "orange")),
        ),
        rx.el.ul(rx.foreach(one.refused, _refused), class_name="lint"),
        rx.cond(one.limits.length() > 0, _limits()),
        role="status",
        class_name="stack",
    )


def _refused(one: RefusedShown) -> rx.Component:
    return rx.el.li(
        rx.el.b(one.label),
        f" {one.count} 步：{one.reason}。",
        rx.foreach(one.samples, lambda number: rx.el.a(number, href=f"/case/{number}", class_name="sample")),
    )


def _limits() -> rx.Component:
    head = [rx.el.th(label, scope="col") for label in ("时限", "计时", "超黄牌", "超红牌")]
    return rx.el.table(
        rx.el.caption("时限变化（原来 → 现在）"),
        rx.el.thead(rx.el.tr(*head)),
        rx.el.tbody(rx.foreach(S.trial.limits, _late)),
        class_name="small-table",
    )


def _late(one: LateShown) -> rx.Component:
    return rx.el.tr(rx.el.th(one.link, scope="row"), rx.el.td(one.clocks), rx.el.td(one.yellow), rx.el.td(one.red))


def conflict() -> rx.Component:
    """Say that somebody else saved the draft meanwhile, and offer both ways on."""
    return rx.cond(
        S.conflict,
        alert(
            "orange",
            rx.el.span("这个草稿在您修改期间被他人保存过。"),
            rx.el.button("放弃我的修改", type="button", class_name="btn small", on_click=S.discard),
            rx.el.button("以我的修改为准", type="button", class_name="btn small", on_click=S.overwrite),
        ),
    )
