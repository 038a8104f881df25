"""The dialog of a step: only the fields that its row of the workflow table names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from components.cases.suggested import suggested
from components.kit.asking import ask_for
from components.kit.dialog import dialog
from components.kit.form import check, field, text_input
from components.kit.photos import photos
from components.kit.show import alert, restored, tag
from domain.cases.inputs import StepInput
from domain.cases.vocabulary import Action, Need
from domain.kernel.asking import asked
from state.cases.answers import Rating
from state.cases.revealing import RevealState as R
from state.cases.working import CaseState as S
from state.session import SignedInState


def step_dialog() -> rx.Component:
    """Draw the dialog of the step that is being taken."""
    return dialog(
        S.asking.action != "",
        S.asking.label,
        rx.cond(
            S.changed_by_other,
            alert(
                "orange",
                rx.el.span(S.conflict),
                rx.el.button("按最新情况继续", type="button", class_name="btn small", on_click=S.look_again),
            ),
        ),
        rx.cond(S.refused != "", alert("red", rx.el.span(S.refused))),
        rx.el.p(S.asking.help, class_name="help muted"),
        rx.cond(S.asking.unattended != "", alert("orange", rx.el.span(S.asking.unattended))),
        rx.cond(S.asking.decides & (S.pending.action != ""), _pending()),
        rx.cond(S.asking.rated & (S.ratings.length() > 0), ratings()),
        rx.cond(S.asking.answers & (S.answer.text != ""), _answer()),
        restored(S.asking.restored, S.discard),
        rx.el.form(
            *[rx.cond(S.needs.contains(need.value), _OWN.get(need, _ask)(need)) for need in _SHOWN],
            _consequences(),
            rx.el.div(
                rx.el.button("取消", type="button", class_name="btn", on_click=S.close),
                rx.el.button(S.asking.label, type="submit", class_name="btn pri", disabled=S.changed_by_other),
                class_name="form-foot",
            ),
            on_submit=S.take_step,
            key=S.round,
            class_name="form",
            custom_attrs={"noValidate": True, "autoComplete": "off"},
        ),
        on_close=S.close,
        watermark=SignedInState.me.watermark,
    )


def _pending() -> rx.Component:
    # What is asked for: who decides reads it before the opinion is written.
    asked = S.pending
    return rx.el.section(
        rx.el.b(asked.label, rx.cond(asked.days != "", f" {asked.days} 个工作日", "")),
        rx.el.small(asked.who, " ", asked.when, class_name="muted"),
        rx.el.p(asked.opinion, class_name="content"),
        class_name="asked",
        custom_attrs={"aria-label": "申请内容"},
    )


def ratings() -> rx.Component:
    """Draw every rating of the case, by whomever it was entered, and the call back."""
    return rx.el.ul(rx.foreach(S.ratings, _rating), class_name="asked", custom_attrs={"aria-label": "评价"})


def _rating(one: Rating) -> rx.Component:
    return rx.el.li(
        rx.el.b(one.label, " "),
        tag(one.said, rx.cond(one.bad, "red", "gray"), plain=True),
        rx.el.small(" ", one.when, class_name="muted"),
        rx.cond(one.comment != "", rx.el.p(one.comment, class_name="content")),
    )


def _answer() -> rx.Component:
    # What the petitioner reads, until when the petitioner may answer, and what was said.
    shown = S.answer
    return rx.el.section(
        rx.el.b("诉求人的意见"),
        " ",
        rx.cond(shown.objected, tag("有异议", "red")),
        rx.foreach(shown.lines, lambda line: rx.el.p(line, class_name="content")),
        rx.cond(
            shown.early & (S.asking.action == Action.CONFIRM.value),
            rx.el.p(
                rx.cond(
                    S.answer.online,
                    "现在办结，诉求人就不能再提出异议",
                    "异议期还没有结束，请先电话或当面听取诉求人的意见",
                ),
                "：请在办理意见中写明提前办结的理由。",
            ),
        ),
        class_name="asked",
        custom_attrs={"aria-label": "诉求人的意见"},
    )


def _consequences() -> rx.Component:
    return rx.el.div(
        rx.cond(S.asking.foretold != "", rx.el.p(S.asking.foretold)),
        rx.cond(S.asking.told != "", rx.el.p("将通知：", S.asking.told)),
        rx.cond(S.asking.starts != "", rx.el.p("开始计时：", S.asking.starts)),
        class_name="consequences muted",
    )


_ASKED = {one.name: one for one in asked(StepInput)}


def _keep(name: str) -> Callable[[rx.Var[str]], rx.event.EventSpec]:
    # What is typed or chosen is noted, so that a reload or a closed dialog loses nothing.
    return lambda value: S.note(name, value)


def _ask(need: Need, **more: Any) -> rx.Component:
    one = _ASKED[need.value]
    begins = {"placeholder": "请选择"} if one.chosen else {}
    return ask_for(
        one,
        typed=S.typed[one.name],
        fault=S.faults[one.name],
        keeps=_keep(one.name),
        required=S.required.contains(one.name),
        wide=True,
        **begins | more,
    )


def _opinion(need: Need) -> rx.Component:
    beside = "只供内部查看，诉求人看不到；可以不填，不填时办理记录写办理结果"
    return rx.cond(S.needs.contains(Need.RESULT.value), _ask(need, hint=beside, rows=2), _ask(need))


def _shown(need: Need) -> rx.Component:
    said = "办理现场图片给诉求人看"
    return check(need.value, said, default=S.asking.answers & S.answer.pictures)


def _department(need: Need) -> rx.Component:
    units = _ask(need, choices={"units": S.departments}, placeholder="请选择单位", key=S.asking.picked)
    return rx.fragment(units, suggested(S.asking.matter, S.asking.suggested, lambda one: S.pick(need.value, one.value)))


def _beside(need: Need, control: rx.Component, hint: str = "") -> rx.Component:
    name = need.value
    required = S.required.contains(name)
    return field(need.label, control, name=name, required=required, hint=hint, error=S.faults[name], wide=True)


def _assists(need: Need) -> rx.Component:
    boxes = rx.foreach(
        S.departments,
        lambda unit: check(
            f"assist_{unit.value}",
            unit.label,
            default=S.helping.contains(unit.value),
            on_change=lambda on: S.choose_assist(unit.value, on),
        ),
    )
    return _beside(need, rx.el.div(boxes, class_name="checks units"))


def _pictures(need: Need) -> rx.Component:
    return _beside(need, photos(on_change=S.uploaded), "最多 9 张")


def _watch(need: Need) -> rx.Component:
    reason = _ASKED["watch_reason"]
    told = ask_for(reason, typed=S.typed[reason.name], fault=S.faults[reason.name], keeps=_keep(reason.name), wide=True)
    return rx.fragment(_ask(need), told)


_OWN: dict[Need, Callable[[Need], rx.Component]] = {
    Need.LEAD: _department,
    Need.ASSISTS: _assists,
    Need.DEPARTMENT: _department,
    Need.OPINION: _opinion,
    Need.PICTURES: _pictures,
    Need.SHOW_PICTURES: _shown,
    Need.WATCH: _watch,
}
"""Needs whose control is more than their field says."""
_PLACES = {name: place for place, name in enumerate(StepInput.model_fields)}
_SHOWN = sorted(
    (need for need in Need if need.value in _PLACES and need is not Need.AGREES), key=lambda need: _PLACES[need.value]
)
"""What a dialog asks, in the order of the input."""


def reveal_dialog() -> rx.Component:
    """Draw the dialog in which one field is shown in clear, for a reason."""
    return dialog(
        R.person_id != "",
        f"查看{R.label}",
        rx.cond(
            R.value != "",
            rx.el.div(
                rx.el.output(R.value, class_name="revealed"),
                rx.el.p(f"本次查看已记入审计日志，{R.seconds} 秒后自动隐藏", class_name="muted"),
                rx.el.div(rx.el.button("关闭", class_name="btn pri", on_click=R.close), class_name="form-foot"),
            ),
            rx.el.form(
                field(
                    "查看原因",
                    text_input("reason", placeholder="例如：电话联系诉求人核实情况"),
                    name="reason",
                    required=True,
                    error=R.fault,
                    wide=True,
                ),
                rx.el.div(
                    rx.el.button("取消", type="button", class_name="btn", on_click=R.close),
                    rx.el.button("查看", type="submit", class_name="btn pri"),
                    class_name="form-foot",
                ),
                on_submit=R.send,
                class_name="form",
            ),
        ),
        on_close=R.close,
        watermark=SignedInState.me.watermark,
    )
