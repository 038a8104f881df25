"""The bell in the top bar: how many cases have something unread, and under it the newest notice of each."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.icons import icon
from components.kit.show import empty
from state.notices import BellState


def bell() -> rx.Component:
    """Draw the bell; its number changes by itself and is read out politely."""
    unread = BellState.unread
    label = rx.cond(unread > 0, f"通知，{unread} 项未读", "通知，没有未读")
    return rx.el.details(
        rx.el.summary(
            icon("bell", 20),
            rx.cond(unread > 0, rx.el.span(rx.cond(unread > 99, "99+", unread.to_string()), class_name="count")),
            class_name="round",
            on_click=BellState.look,
            custom_attrs={"aria-label": label},
        ),
        _panel(),
        # outside the summary: a screen reader hears a change, wherever the person is
        rx.el.span(
            rx.cond(unread > 0, f"{unread} 项未读通知", ""),
            class_name="sr",
            role="status",
            custom_attrs={"aria-live": "polite"},
        ),
        class_name="menu bell",
    )


def _panel() -> rx.Component:
    return rx.el.section(
        rx.el.header(
            rx.el.h2("通知"),
            rx.el.button(
                "全部已读",
                type="button",
                class_name="btn txt small",
                disabled=BellState.unread == 0,
                on_click=BellState.read_all,
            ),
        ),
        rx.cond(
            BellState.looked & (BellState.notices.length() == 0),
            empty("还没有通知", "案件转派给您、等您审批或有进展时，在这里提醒"),
            rx.el.ul(rx.foreach(BellState.notices, _notice), class_name="notices"),
        ),
        rx.cond(~BellState.looked, rx.el.p("正在加载…", class_name="muted loading", role="status")),
        class_name="pop",
        custom_attrs={"aria-label": "通知"},
    )


def _notice(notice: Any) -> rx.Component:
    return rx.el.li(
        rx.el.a(
            rx.el.span(
                rx.el.b(notice.head),
                rx.cond(notice.unread, rx.el.span("未读", class_name="sr")),
                rx.el.time(notice.at),
                class_name="first",
            ),
            rx.el.span(notice.rest),
            rx.cond(notice.more, rx.el.span(notice.more, class_name="muted")),
            href=notice.href,
            class_name=rx.cond(notice.unread, f"item unread {notice.tone}", "item"),
            on_click=BellState.read(notice.id),
        ),
        key=notice.id,
    )
