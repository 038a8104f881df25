"""The further conditions of a list: one button, its dialog, and what is set below the filters."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.asking import ask_for, boxes
from components.kit.dialog import dialog
from components.kit.icons import icon
from domain.kernel.asking import Field, asked


def more_conditions(state: Any) -> rx.Component:
    """Draw the button that opens the dialog, with how many of its conditions are set."""
    count = state.conditions_set.length()
    return rx.el.button(
        "更多条件",
        rx.cond(count > 0, rx.el.b(count, custom_attrs={"aria-label": f"，已设 {count} 项"})),
        type="button",
        class_name=rx.cond(count > 0, "btn more-conditions on", "btn more-conditions"),
        on_click=state.ask_conditions,
        custom_attrs={"aria-haspopup": "dialog"},
    )


def conditions_set(state: Any) -> rx.Component:
    """Draw each of the further conditions that is set, to be removed one by one."""

    def one(chip: Any) -> rx.Component:
        return rx.el.li(
            rx.el.button(
                chip.label,
                icon("close", 12),
                type="button",
                class_name="chip",
                on_click=state.drop_condition(chip.value),
                custom_attrs={"aria-label": f"去掉条件：{chip.label}"},
            )
        )

    chips = rx.el.ul(
        rx.foreach(state.conditions_set, one), class_name="chips", custom_attrs={"aria-label": "已设的条件"}
    )
    return rx.cond(state.conditions_set.length() > 0, chips)


def conditions_dialog(state: Any, says: str = "") -> rx.Component:
    """Draw the dialog of a `ConditionsState`; `says` stands below its fields."""
    fields = asked(state.CONDITIONS)
    form = rx.el.form(
        rx.el.div(*[_field(state, one) for one in fields], class_name="grid-2 conditions"),
        rx.el.small(says, class_name="muted"),
        rx.el.div(
            rx.el.button("取消", type="button", class_name="btn", on_click=state.leave_conditions),
            rx.el.button("查询", type="submit", class_name="btn pri"),
            class_name="form-foot",
        ),
        on_submit=state.put_conditions,
        class_name="form",
        custom_attrs={"autoComplete": "off", "noValidate": True},
    )
    return dialog(
        state.conditions_open,
        "更多条件",
        form,
        on_close=state.leave_conditions,
        wide=True,
        watermark=state.me.watermark,
    )


def _field(state: Any, one: Field) -> rx.Component:
    typed = rx.cond(state.typed.contains(one.name), state.typed[one.name], "")
    if one.of(tuple):
        return boxes(state, one, typed)
    return ask_for(
        one, typed=rx.cond(typed == "1", "on", "") if one.kind is bool else typed, fault=state.faults[one.name]
    )
