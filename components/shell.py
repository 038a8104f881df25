"""The frame of every signed-in page, bound to the signed-in person."""

from __future__ import annotations

import reflex as rx

from components.kit.frame import frame
from state.session import SignedInState


def page(
    *children: rx.Component,
    title: str | rx.Var[str],
    crumbs: list[tuple[str | rx.Var[str], str]],
    actions: rx.Component | None = None,
) -> rx.Component:
    """This function will draw a page: navigation, breadcrumb, title, one primary action, watermark."""
    return frame(
        *children,
        title=title,
        crumbs=crumbs,
        actions=actions,
        me=SignedInState.me,
        entries=SignedInState.entries,
        here=SignedInState.here,
    )
