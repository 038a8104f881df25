"""The case form: parties on the left, the matter on the right."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.asking import ask_for
from components.kit.icons import icon
from components.kit.show import alert, card, empty, restored, tag
from domain.cases.inputs import CaseChanges, PartyInput
from domain.cases.models import RiskLevel, Scale, Source
from domain.cases.operations.matter import REQUIRED
from domain.kernel.asking import Field, asked
from domain.kernel.labels import Labelled
from domain.people.rules import INFORM
from state.cases.shapes import PartyShown
from state.cases.visitors import Waiting
from state.cases.writing import CaseFormState as S

USUAL = {"source": Source.WALK_IN, "risk_level": RiskLevel.LOW, "scale": Scale.INDIVIDUAL}
"""What a case is where nobody says otherwise."""


def case_form() -> rx.Component:
    """Draw the form; it keeps what is typed and sends all at once."""
    return rx.el.form(
        restored(S.restored, S.discard),
        rx.cond(S.offered != "", _offered()),
        rx.el.div(_people(), _matter(), class_name="cols form-cols"),
        rx.el.div(
            rx.cond(S.draft_saved != "", rx.el.span("已自动保存 ", S.draft_saved, class_name="muted"), rx.el.span()),
            rx.el.span(class_name="sp"),
            rx.cond(
                S.editing != "",
                rx.el.button("保存", type="submit", class_name="btn pri big"),
                _send_buttons(),
            ),
            class_name="form-foot sticky",
        ),
        on_submit=S.send,
        key=S.round,
        class_name="form",
        custom_attrs={"noValidate": True, "autoComplete": "off"},
    )


def _offered() -> rx.Component:
    return alert(
        "blue",
        rx.el.span("另有 ", S.offered, " 填写、尚未提交的登记，可能在另一个页面中打开着"),
        rx.el.button("在这里继续", type="button", class_name="btn small", on_click=S.take_up),
        rx.el.button("丢弃", type="button", class_name="btn txt small", on_click=S.discard),
    )


def _send_buttons() -> rx.Component:
    return rx.fragment(
        rx.el.button("存为草稿", type="submit", class_name="btn big", on_click=S.intend("draft")),
        rx.cond(
            S.may_submit,
            rx.el.button("提交受理", type="submit", class_name="btn pri big", on_click=S.intend("submit")),
        ),
    )


def _people() -> rx.Component:
    return rx.el.div(
        rx.cond(S.editing == "", _waiting()),
        card(
            "当事人",
            rx.cond(S.visit.id != "", _cited()),
            rx.el.ul(rx.foreach(S.kept, _kept), class_name="parties"),
            rx.foreach(S.extra, _typed_party),
            rx.cond(S.faults["parties"] != "", rx.el.p(S.faults["parties"], class_name="error", role="alert")),
            rx.cond(S.faults["id_number"] != "", rx.el.p(S.faults["id_number"], class_name="error", role="alert")),
            rx.el.button(icon("plus"), "添加当事人", type="button", class_name="btn", on_click=S.add_party),
            rx.el.p(rx.el.b("请告知当事人："), INFORM, class_name="muted inform"),
            icon="user",
        ),
        class_name="stack",
    )


def _waiting() -> rx.Component:
    return card(
        "引用今日来访",
        rx.cond(
            S.waiting.length() > 0,
            rx.el.ul(rx.foreach(S.waiting, _visitor), class_name="queue pick"),
            empty("没有等候的来访人员", "导引台登记后会出现在这里；也可以直接填写诉求人"),
        ),
        icon="list",
    )


def _visitor(visitor: Waiting) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.b(visitor.queue, class_name="no"),
            rx.el.span(rx.el.strong(visitor.name), " ", rx.el.small(visitor.id_number), class_name="row"),
            rx.el.span(visitor.reason, class_name="ell"),
            rx.el.small(visitor.arrived, " ", visitor.state),
            type="button",
            class_name=rx.cond(S.visit.id == visitor.id, "pickable on", "pickable"),
            on_click=S.cite(visitor.id),
            custom_attrs={"aria-pressed": S.visit.id == visitor.id},
        ),
    )


def _cited() -> rx.Component:
    return rx.el.div(
        tag("诉求人", "blue"),
        rx.el.b(S.visit.name),
        rx.el.span(S.visit.id_number),
        rx.el.span(S.visit.phone),
        rx.el.span("引用 ", S.visit.queue, " 号来访", class_name="muted"),
        rx.el.button("取消引用", type="button", class_name="btn txt small", on_click=S.uncite),
        class_name="cited",
        id="cited",
    )


def _kept(party: PartyShown) -> rx.Component:
    return rx.el.li(
        tag(party.kind, party.tone),
        rx.el.b(party.name),
        rx.el.span(party.id_number),
        rx.el.span(party.phone),
        rx.el.button("移除", type="button", class_name="btn txt small", on_click=S.drop_kept(party.id)),
    )


def _typed_party(place: rx.Var[int]) -> rx.Component:
    # a petitioner must be reached and be known; of the others the name is enough
    asked_of = {"name": True, "id_number": ~S.besides.contains(place), "phone": ~S.besides.contains(place)}
    return rx.el.fieldset(
        rx.el.legend("当事人"),
        *[_ask(one, f"p{place}_{one.name}", required=asked_of.get(one.name, False)) for one in asked(PartyInput)],
        rx.el.button("移除", type="button", class_name="btn txt small", on_click=S.drop_party(place)),
        class_name="party grid-2",
    )


def _matter() -> rx.Component:
    fields = asked(CaseChanges)
    return card(
        "诉求",
        rx.el.div(
            *[_ask(one, one.name, **_besides(one)) for one in fields if one.kind is not bool],
            rx.el.div(
                *[_ask(one, one.name) for one in fields if one.kind is bool],
                rx.el.small("重大且紧急的事件须在 12 小时内接收", class_name="muted"),
                class_name="checks wide",
            ),
            class_name="grid-2",
        ),
        icon="list",
    )


def _besides(one: Field) -> dict[str, Any]:
    """Tell what the form knows of a field of the matter beside what its input says."""
    more: dict[str, Any] = {"required": one.name in REQUIRED}
    if one.name == "category":
        more["sought"] = "category_sought"
    return more if one.chosen else {"fill": S.filled[one.name], **more}


def _ask(one: Field, name: Any, **more: Any) -> rx.Component:
    typed: Any = S.initial[name]
    if one.of(Labelled):
        usual = one.default or USUAL[one.name]
        typed = rx.cond(S.initial.contains(name), typed, usual.value)
    return ask_for(
        one,
        name=name,
        typed=typed,
        fault=S.faults[name],
        choices={"category": S.category_choices, "area": S.area_choices},
        keeps=lambda value: S.note(name, value),
        **more,
    )


def done_panel() -> rx.Component:
    """Draw what follows a sent form: number, slip, next."""
    accepted = S.done_status == "to_dispatch"
    return card(
        "",
        rx.el.div(
            rx.el.div(icon("check", 40), class_name="done-mark"),
            rx.el.h2(rx.cond(accepted, "已受理", "草稿已保存")),
            rx.el.p("编号 ", rx.el.b(S.done, id="done-number")),
            rx.cond(accepted, alert("blue", S.done_told)),
            rx.el.div(
                rx.el.a("查看案件", href=f"/case/{S.done}", class_name="btn"),
                rx.cond(
                    accepted,
                    rx.el.a(
                        icon("print"),
                        "打印受理通知单",
                        href=f"/api/v1/cases/{S.done}/slip",
                        target="_blank",
                        class_name="btn",
                    ),
                ),
                rx.el.button("下一件", class_name="btn pri", on_click=S.next_one, auto_focus=True),
                class_name="form-foot center",
            ),
            rx.cond(
                accepted,
                rx.el.img(src=f"/api/v1/cases/{S.done}/slip.png", alt="受理通知单预览", class_name="bone slip-preview"),
            ),
            class_name="finished",
        ),
    )
