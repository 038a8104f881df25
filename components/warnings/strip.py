"""The strip of a case page: its newest risk label, and the earlier ones folded below."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.show import alert, tag


def risk_strip(risks: Any) -> rx.Component:
    """Draw the labels of a case; nothing where no model said anything.

    :param risks: list var of `RiskShown`, the newest first
    """
    return rx.cond(
        risks.length() > 0,
        rx.el.section(
            alert(
                risks[0].tone,
                rx.el.b(risks[0].level),
                rx.el.span(risks[0].reasons),
                tag(risks[0].standing, risks[0].standing_tone),
                rx.cond(risks[0].due != "", tag(risks[0].due, risks[0].due_tone)),
                rx.el.small(risks[0].when),
                rx.cond(risks[0].mine, rx.el.a("去反馈", href="/risk-alerts", class_name="btn small")),
            ),
            _answer(risks[0]),
            rx.cond(
                risks.length() > 1,
                rx.el.details(
                    rx.el.summary("较早的风险标签 ", risks.length() - 1, " 条"),
                    rx.el.ul(rx.foreach(risks[1:], _earlier), class_name="hands"),
                ),
            ),
            class_name="risks",
            custom_attrs={"aria-label": "风险预警"},
        ),
    )


def _answer(risk: Any) -> rx.Component:
    return rx.cond(risk.answer != "", rx.el.p(risk.answer, " ", rx.el.small(risk.by, class_name="muted")))


def _earlier(risk: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(tag(risk.level, risk.tone), tag(risk.standing, risk.standing_tone), class_name="row"),
        rx.el.div(risk.reasons),
        rx.el.small(risk.when, class_name="muted"),
        _answer(risk),
    )
