"""The frame of every signed-in page, bound to the signed-in person."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.frame import frame
from components.kit.here import here as at
from components.kit.show import alert, card, empty, skeleton
from components.notices.bell import bell
from state import places
from state.orgs.delegation import DelegationState
from state.session import SignedInState


def page(
    *children: rx.Component,
    place: str,
    title: str | rx.Var[str] = "",
    crumbs: list[tuple[str | rx.Var[str], Any]] | None = None,
    actions: rx.Component | None = None,
    here: str = "",
    subject: bool = False,
) -> rx.Component:
    """Draw the page of a place: navigation, breadcrumb, title, one primary action, watermark.

    Who may not open the page sees the frame and a panel that says so. A page whose address names what it is about
    waits until that was read: whatever the tab showed before is about something else.

    :param title: where it is not the place's own
    :param crumbs: where they are not those of a place of the menu
    :param here: the entry of the menu, where a page has one of its own; it is marked before the page is loaded
    :param subject: its address may name what it is about, though the place's does not
    """
    shown = places.place(place)
    content: rx.Component = rx.fragment(*children)
    heading: Any = title if isinstance(title, rx.Var) or title else shown.label
    way: list[tuple[Any, Any]] = [*(crumbs or places.crumbs_of(shown))]
    if subject or "[" in place:
        read = SignedInState.opened == at()
        content, heading = rx.cond(read, content, skeleton()), rx.cond(read, heading, shown.label)
        way[-1] = (rx.cond(read, way[-1][0], shown.label), way[-1][1])
        actions = None if actions is None else rx.cond(read, actions)
    return frame(
        _standing_in(),
        rx.cond(SignedInState.barred, _barred(), content),
        title=heading,
        crumbs=way,
        actions=None if actions is None else rx.cond(SignedInState.barred, rx.fragment(), actions),
        bell=bell(),
        me=SignedInState.me,
        entries=SignedInState.entries,
        here=rx.cond(SignedInState.barred, "", here) if here else SignedInState.here,
    )


def _standing_in() -> rx.Component:
    end = rx.el.button("结束", type="button", class_name="btn small", on_click=DelegationState.take_off)
    return rx.cond(
        SignedInState.me.stands_for != "",
        alert(
            "yellow", rx.el.span("您正代 ", rx.el.b(SignedInState.me.stands_for), " 办理，每一步都记在您名下。"), end
        ),
    )


def _barred() -> rx.Component:
    home = rx.el.a("返回首页", href="/", class_name="btn")
    return card("", empty("您没有查看这个页面的权限", "如工作需要，请联系系统管理员调整账号的角色", home))
