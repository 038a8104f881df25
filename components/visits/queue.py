"""Today's visitors, live from all desks."""

from __future__ import annotations

import reflex as rx

from components.kit.show import card, empty, skeleton, tag
from state.visits.desk import VisitDesk as S
from state.visits.desk import Visitor


def queue() -> rx.Component:
    """Draw today's queue with what can be done for each visitor."""
    return card(
        "今日来访",
        rx.cond(
            S.visitors.length() > 0,
            rx.el.ul(rx.foreach(S.visitors, _row), class_name="queue"),
            rx.cond(S.loaded, empty("今天还没有来访登记", "登记后会出现在这里，各窗口实时同步"), skeleton()),
        ),
        actions=rx.cond(
            S.loaded, rx.el.span("共 ", rx.el.b(S.total), " 批 ", rx.el.b(S.people), " 人", class_name="muted")
        ),
        icon="list",
    )


def _row(visitor: Visitor) -> rx.Component:
    return rx.el.li(
        rx.el.b(visitor.queue, class_name="no"),
        rx.el.div(
            rx.el.div(rx.el.strong(visitor.name), tag(visitor.state_label, visitor.tone), class_name="row"),
            rx.el.div(visitor.reason, class_name="ell", title=visitor.reason),
            rx.el.small(
                *[
                    rx.el.span(told)
                    for told in (
                        visitor.arrived,
                        visitor.id_number,
                        visitor.desk,
                        visitor.source,
                        visitor.companions,
                    )
                ]
            ),
            class_name="what",
        ),
        rx.cond(visitor.open, _acts(visitor)),
    )


def _acts(visitor: Visitor) -> rx.Component:
    return rx.el.div(
        rx.cond(
            S.can_make_case,
            rx.el.a("登记诉求", href=f"/cases/new?visit={visitor.id}", class_name="btn pri small"),
            rx.cond(
                visitor.state == "waiting",
                rx.el.button("转登记", class_name="btn pri small", on_click=S.hand_over(visitor.id)),
            ),
        ),
        rx.el.button("离开", class_name="btn txt small", on_click=S.leave(visitor.id)),
        class_name="acts",
    )
