"""What a change of the rules of time would do to open cases, shown before it is done."""

from __future__ import annotations

import reflex as rx

from components.kit.show import alert


def foreseen(
    sentence: rx.Var[str], examples: rx.Var[list[str]], *, back: rx.EventHandler, act: rx.EventHandler
) -> rx.Component:
    """Draw the sum, some of the cases, and the way back or on."""
    return rx.el.div(
        alert("blue", rx.el.span(sentence)),
        rx.cond(
            examples.length() > 0,
            rx.fragment(
                rx.el.p("其中（最多列出 10 件，将超期的在前）：", class_name="muted"),
                rx.el.ul(rx.foreach(examples, rx.el.li), class_name="lint"),
            ),
        ),
        rx.el.p("确认后，每件变动的案件都会记下原时限、新时限和依据。", class_name="muted"),
        rx.el.div(
            rx.el.button("返回修改", type="button", class_name="btn", on_click=back),
            rx.el.button("确认执行", type="button", class_name="btn pri", on_click=act),
            class_name="form-foot",
        ),
        class_name="form",
        role="status",
    )


def foot(close: rx.EventHandler, word: str | rx.Var[str]) -> rx.Component:
    """Draw the end of a form: close it, or go on."""
    return rx.el.div(
        rx.el.button("取消", type="button", class_name="btn", on_click=close),
        rx.el.button(word, type="submit", class_name="btn pri"),
        class_name="form-foot",
    )
