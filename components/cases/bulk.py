"""The bulk bar of the list, and the dialog that takes one step on many cases."""

from __future__ import annotations

import reflex as rx

from components.cases.suggested import suggested
from components.kit.dialog import dialog
from components.kit.form import check, field, select, text_area
from components.kit.show import alert, restored, tag
from components.kit.table import bulk_bar
from domain.cases.inputs import MAX_OPINION
from domain.cases.vocabulary import Need
from state.cases.bulk import DONE, READING, RUNNING, Chosen
from state.cases.bulk import BulkState as S
from state.inputs import Choice
from state.session import SignedInState


def bulk_buttons() -> rx.Component:
    """Draw what can be done with the marked cases, for those who may do anything."""

    def button(one: Choice) -> rx.Component:
        return rx.el.button(
            one.label,
            type="button",
            class_name="btn",
            on_click=S.ask(one.value),
            disabled=S.phase == READING,
            custom_attrs={"data-bulk": one.value},
        )

    return rx.cond(
        (S.selected.length() > 0) & (S.bulk.length() > 0),
        bulk_bar(S.selected.length(), rx.foreach(S.bulk, button), on_clear=S.unselect),
    )


def bulk_dialog() -> rx.Component:
    """Draw the dialog: what is asked and whom it reaches, then what came of each case."""
    return dialog(
        (S.phase != "") & (S.phase != READING),
        f"批量{S.act_label}",
        rx.cond(S.phase == DONE, _results(), _form()),
        on_close=S.close,
        wide=True,
        watermark=SignedInState.me.watermark,
    )


def _form() -> rx.Component:
    return rx.el.form(
        restored(S.restored, S.discard),
        rx.cond(S.needs.contains(Need.LEAD.value), _lead()),
        rx.cond(S.foreseen != "", _foreseen()),
        rx.cond(S.needs.contains(Need.ASSISTS.value), _assists()),
        rx.cond(S.needs.contains(Need.OPINION.value), _opinion()),
        _preview(),
        rx.el.div(
            _consequences(),
            rx.el.button(rx.cond(S.allowed > 0, "取消", "关闭"), type="button", class_name="btn", on_click=S.close),
            rx.cond(S.allowed > 0, _send()),
            class_name="form-foot",
        ),
        on_submit=S.run,
        key=S.round,
        class_name="form bulk-form",
        custom_attrs={"noValidate": True, "autoComplete": "off"},
    )


def _send() -> rx.Component:
    waiting = rx.el.span("正在办理 ", S.done, " / ", S.ticked.length(), role="status")
    ready = rx.el.span(S.act_label, " ", S.ticked.length(), " 件")
    return rx.el.button(
        rx.cond(S.phase == RUNNING, waiting, ready),
        type="submit",
        class_name="btn pri",
        disabled=(S.phase == RUNNING) | (S.ticked.length() == 0),
    )


def _lead() -> rx.Component:
    name = Need.LEAD.value
    control = select(name, S.units, placeholder="请选择单位", default=S.lead, on_change=S.choose_lead, key=S.picked)
    return rx.fragment(
        field(Need.LEAD.label, control, name=name, required=S.required.contains(name), error=S.faults[name], wide=True),
        suggested(S.matter, S.suggested, lambda one: S.pick(one.value)),
    )


def _assists() -> rx.Component:
    name = Need.ASSISTS.value
    boxes = rx.foreach(
        S.units,
        lambda unit: check(f"assist_{unit.value}", unit.label, on_change=lambda on: S.choose_assist(unit.value, on)),
    )
    control = rx.el.div(boxes, class_name="checks")
    return field(
        Need.ASSISTS.label,
        control,
        name=name,
        required=S.required.contains(name),
        error=S.faults[name],
        wide=True,
        hint="改派时不选，各件保留原有的协办单位",
    )


def _opinion() -> rx.Component:
    name = Need.OPINION.value
    control = text_area(name, rows=2, most=MAX_OPINION, default=S.opinion, on_blur=S.note)
    return field(
        Need.OPINION.label,
        control,
        name=name,
        required=S.required.contains(name),
        hint="写入每一件的办理记录",
        error=S.faults[name],
        wide=True,
    )


def _preview() -> rx.Component:
    left = S.chosen.length() - S.allowed
    return rx.el.section(
        rx.el.h3(
            "所选事件",
            rx.el.small("逐件办理，一件未成不影响其他", class_name="muted"),
            rx.cond(left > 0, rx.el.small(left, " 件现在不能", S.act_label, class_name="left-out")),
        ),
        rx.el.ul(rx.foreach(S.chosen, _row), class_name="bulk-rows"),
        class_name="wide",
    )


def _row(row: Chosen) -> rx.Component:
    box = rx.el.input(
        type="checkbox",
        checked=S.ticked.contains(row.number),
        disabled=~row.allowed | (S.phase == RUNNING),
        on_change=lambda _: S.tick(row.number),
    )
    return rx.el.li(
        rx.el.label(
            box,
            rx.el.span(row.number, class_name="num"),
            rx.el.span(row.title, title=row.title, class_name="ell grow"),
            tag(row.status, "gray"),
        ),
        rx.cond(row.allowed, rx.fragment(), rx.el.small(row.reason)),
        class_name=rx.cond(row.allowed, "", "off"),
        custom_attrs={"data-case": row.number},
    )


def _foreseen() -> rx.Component:
    # What the step does to the nearest limits of the ticked cases, with some of them.
    return rx.el.section(
        alert("blue", rx.el.span(S.foreseen)),
        rx.el.details(
            rx.el.summary("举例 ", S.examples.length(), " 件（将超期的在前，其次为提前到期的）"),
            rx.el.ul(rx.foreach(S.examples, rx.el.li), class_name="plain-list muted"),
        ),
        class_name="wide",
        custom_attrs={"aria-live": "polite"},
    )


def _consequences() -> rx.Component:
    """Beside the button that starts it: whom the step tells, which clock runs."""
    return rx.el.div(
        rx.cond(S.told != "", rx.el.p("将通知：", S.told)),
        rx.cond(S.starts != "", rx.el.p("每件开始计时：", S.starts)),
        class_name="consequences muted",
        custom_attrs={"aria-live": "polite"},
    )


def _results() -> rx.Component:
    good = S.done - S.failed
    return rx.el.div(
        rx.cond(
            S.failed > 0,
            alert("orange", rx.el.span("成功 ", good, " 件，未办理 ", S.failed, " 件；仍在本列表中的保持选中")),
            alert("green", rx.el.span(good, " 件全部办理成功")),
        ),
        rx.el.ul(rx.foreach(S.chosen, _result), class_name="bulk-rows"),
        rx.el.div(
            rx.el.button("完成", type="button", class_name="btn pri", on_click=S.close, auto_focus=True),
            class_name="form-foot",
        ),
        class_name="form bulk-form",
    )


def _result(row: Chosen) -> rx.Component:
    word = rx.cond(
        row.tried,
        rx.cond(row.fault != "", tag("未办理", "red"), tag("办理成功", "green")),
        tag("未选", "gray"),
    )
    return rx.el.li(
        rx.el.div(
            rx.el.a(row.number, href=f"/case/{row.number}", class_name="num"),
            rx.el.span(row.title, title=row.title, class_name="ell grow"),
            word,
        ),
        rx.cond(row.fault != "", rx.el.small(row.fault)),
        class_name=rx.cond(row.tried, "", "off"),
        custom_attrs={"data-case": row.number},
    )
