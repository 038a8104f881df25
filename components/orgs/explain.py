"""Who may what, and why: line by line with its source; and the same answer for one case."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.combo import combo
from components.kit.dialog import dialog
from components.kit.form import field, text_input
from components.kit.icons import icon
from components.kit.show import alert, card, empty, skeleton
from components.orgs.accounts import roles_of, state_of
from state.orgs.explain import ExplainState as S
from state.orgs.explain import GroundShown, Group, WhyState


def explanation() -> rx.Component:
    """Draw the whole answer about one person."""
    nobody = card(
        "",
        empty("没有找到这个账号", "账号不存在，或不由您管理", rx.el.a("看我自己的", href="/explain", class_name="btn")),
    )
    whole = rx.el.div(
        _person(),
        _case(),
        rx.el.div(rx.foreach(S.groups, _group), class_name="explained"),
        class_name="stack",
    )
    return rx.cond(S.loading, skeleton(), rx.el.div(_chooser(), rx.cond(S.found, whole, nobody), class_name="stack"))


def _chooser() -> rx.Component:
    return rx.cond(
        S.people.length() > 0,
        card(
            "",
            rx.el.div(
                rx.el.label("看谁的权限", id="person-label", html_for="person"),
                combo("person", S.people, placeholder="姓名、账号或单位", on_pick=S.choose),
                rx.cond(S.mine, rx.fragment(), rx.el.a("看我自己的", href="/explain", class_name="btn")),
                class_name="filters chooser",
            ),
        ),
    )


def _person() -> rx.Component:
    return card(
        rx.cond(S.mine, "我的账号", "账号"),
        rx.el.div(
            rx.el.b(S.one.name),
            rx.el.span(S.one.login, class_name="muted"),
            rx.el.span(S.one.unit),
            state_of(S.one),
            roles_of(S.one),
            rx.el.span("职责：", S.duty),
            class_name="row",
        ),
        icon="user",
    )


def lines(some: Any) -> rx.Component:
    """Draw lines of an answer, each with a yes or a no and its source."""

    def line(one: GroundShown) -> rx.Component:
        return rx.el.li(
            rx.cond(one.granted, icon("check", 16), icon("close", 16)),
            rx.el.span(rx.cond(one.granted, "是", "否"), class_name="sr"),
            rx.el.span(one.what, class_name="grow"),
            rx.el.small(one.source, class_name="muted"),
            class_name=rx.cond(one.granted, "ground yes", "ground no"),
        )

    return rx.el.ul(rx.foreach(some, line), class_name="grounds")


def _group(group: Group) -> rx.Component:
    head = rx.el.header(rx.el.h2(group.title), rx.el.small(group.hint, class_name="muted"))
    return rx.el.section(head, rx.el.div(lines(group.lines), class_name="body"), class_name="card")


def _case() -> rx.Component:
    number = field(
        "案件编号", text_input("number", default=S.number, key=S.number), name="number", error=S.faults["number"]
    )
    login = rx.cond(
        S.asks_others,
        field(
            "账号",
            text_input("login", default=S.one.login, key=S.one.login),
            name="login",
            error=S.faults["login"],
        ),
    )
    answer = rx.cond(
        S.grounds.length() > 0,
        rx.el.div(
            rx.el.p("案件 ", rx.el.b(S.number), "，账号 ", rx.el.b(S.asked_login), "："),
            lines(S.grounds),
            role="status",
        ),
    )
    return card(
        "为什么能看到、看不到某个案件",
        rx.el.form(
            rx.el.div(number, login, rx.el.button("查询", type="submit", class_name="btn pri"), class_name="ask-case"),
            on_submit=S.ask_case,
            custom_attrs={"autoComplete": "off"},
        ),
        answer,
        icon="search",
    )


def why_button(label: str, *, look: str = "btn txt small") -> rx.Component:
    """Draw the button that answers for the case of the page."""
    return rx.el.button(label, type="button", class_name=look, on_click=WhyState.ask)


def why_dialog() -> rx.Component:
    """Draw the answer for the case of the page; it never tells whether a case exists."""
    return dialog(
        WhyState.open,
        "为什么能看到、看不到这个案件",
        rx.el.div(
            rx.el.p("案件 ", rx.el.b(WhyState.number)),
            lines(WhyState.grounds),
            alert("blue", rx.el.span("范围不对时，请联系安全管理员调整角色，或由综治中心转派、抄告。")),
            rx.el.div(
                rx.el.a("我的全部权限", href="/explain", class_name="btn"),
                rx.el.button("关闭", type="button", class_name="btn pri", on_click=WhyState.close),
                class_name="form-foot",
            ),
            class_name="form",
        ),
        on_close=WhyState.close,
        watermark=WhyState.me.watermark,
    )
