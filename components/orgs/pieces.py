"""What the pages of administration share: their style sheet, the foot of a dialog."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.sheet import sheet as bring
from components.kit.show import alert


def sheet() -> rx.Component:
    """Bring the style of the pages of administration."""
    return bring("orgs")


def foot(word: Any, on_close: Any, *, look: str = "pri") -> rx.Component:
    """Draw the two buttons at the end of a dialog's form."""
    return rx.el.div(
        rx.el.button("取消", type="button", class_name="btn", on_click=on_close),
        rx.el.button(word, type="submit", class_name=f"btn {look}"),
        class_name="form-foot",
    )


def act(word: Any, on_click: Any, *, about: Any = "", look: str = "txt small") -> rx.Component:
    """Draw a small button of a row; `about` tells those who listen which row it is."""
    return rx.el.button(
        word,
        type="button",
        class_name=f"btn {look}",
        on_click=on_click,
        custom_attrs={"aria-label": f"{word} {about}".strip()},
    )


def marks(words: Any, tone: str = "gray") -> rx.Component:
    """Draw a list var of words as tags."""
    return rx.el.span(
        rx.foreach(words, lambda word: rx.el.span(word, class_name=f"tag plain {tone}")), class_name="marks"
    )


def leaves(sentences: Any) -> rx.Component:
    """Warn of each unit that would be left without anybody who receives cases."""
    return rx.fragment(rx.foreach(sentences, lambda said: alert("orange", rx.el.span(said))))
