"""The case form: parties on the left, the matter on the right."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.combo import combo
from components.kit.form import check, field, select, text_area, text_input
from components.kit.icons import icon
from components.kit.show import alert, card, empty, restored, tag
from domain.cases.models import PartyKind, RiskLevel, Scale, Source
from domain.cases.rules import MAX_CONTENT, MAX_TITLE
from domain.people.models import IdType
from domain.people.rules import INFORM
from state.cases.shapes import PartyShown
from state.cases.visitors import Waiting
from state.cases.writing import CaseFormState as S

PARTY_KINDS = [(kind.value, kind.label) for kind in PartyKind]
ID_TYPES = [(kind.value, kind.label) for kind in IdType]


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
    def key(part: str) -> rx.Var[str]:
        return f"p{place}_{part}"  # type: ignore[return-value]

    def line(label: str, part: str, *, required: Any = False, wide: bool = False, **rest: str) -> rx.Component:
        name = key(part)
        control = text_input(name, default=S.initial[name], on_blur=lambda value: S.note(name, value), **rest)
        return field(label, control, name=name, required=required, error=S.faults[name], wide=wide)

    def choice(label: str, part: str, choices: list[tuple[str, str]], default: str) -> rx.Component:
        name = key(part)
        told = lambda value: S.note(name, value)  # noqa: E731 - an event as a value
        control = select(name, choices, default=_initial(name, default), on_change=told)
        return field(label, control, name=name, error=S.faults[name])

    # a petitioner must be reached and be known; of the others the name is enough
    asked = ~S.besides.contains(place)
    return rx.el.fieldset(
        rx.el.legend("当事人"),
        choice("身份", "kind", PARTY_KINDS, "petitioner"),
        line("姓名", "name", required=True),
        choice("证件类型", "id_type", ID_TYPES, "resident"),
        line("证件号码", "id_number", required=asked),
        line("联系电话", "phone", required=asked, input_mode="tel"),
        line("无证件原因", "no_id_reason", placeholder="没有证件号码时填写"),
        line("住址", "address", wide=True),
        rx.el.button("移除", type="button", class_name="btn txt small", on_click=S.drop_party(place)),
        class_name="party grid-2",
    )


def _initial(key: rx.Var[str], default: str) -> rx.Var[str]:
    return rx.cond(S.initial.contains(key), S.initial[key], default)  # type: ignore[return-value]


def _matter() -> rx.Component:
    return card(
        "诉求",
        rx.el.div(
            _text("title", "标题", required=True, wide=True, most=MAX_TITLE),
            field(
                "诉求内容",
                text_area(
                    "content", rows=8, most=MAX_CONTENT, default=S.initial["content"],
                    on_blur=lambda value: S.note("content", value),
                ),
                name="content",
                required=True,
                error=S.faults["content"],
                hint="时间、地点、经过、诉求；姓名和电话请填在当事人栏",
                wide=True,
            ),
            _pick("category", "类别", S.category_choices, "输入关键字，如：工资、漏水", sought="category_sought"),
            _pick("area", "所属辖区", S.area_choices, "输入乡镇或村名"),
            _choice("source", "来源", [(s.value, s.label) for s in Source], "walk_in"),
            _text("occurred_at", "发生时间", type="datetime-local"),
            _choice("risk_level", "风险等级", [(r.value, r.label) for r in RiskLevel], "low"),
            _choice("scale", "规模", [(s.value, s.label) for s in Scale], "individual"),
            _text("headcount", "涉及人数", input_mode="numeric", placeholder="1"),
            _text("amount", "涉及金额（元）", input_mode="decimal"),
            rx.el.div(
                _tick("major", "重大"),
                _tick("urgent", "紧急"),
                rx.el.small("重大且紧急的事件须在 12 小时内接收", class_name="muted"),
                class_name="checks wide",
            ),
            class_name="grid-2",
        ),
        icon="list",
    )  # fmt: skip


def _text(name: str, label: str, *, required: bool = False, wide: bool = False, **rest: object) -> rx.Component:
    note = lambda value: S.note(name, value)  # noqa: E731 - an event as a value
    control = text_input(name, default=S.initial[name], fill=S.filled[name], on_blur=note, **rest)
    return field(label, control, name=name, required=required, error=S.faults[name], wide=wide)


def _tick(name: str, label: str) -> rx.Component:
    told = lambda on: S.note(name, rx.cond(on, "on", ""))  # noqa: E731 - an event as a value
    return check(name, label, default=S.initial[name] == "on", on_change=told)


def _choice(name: str, label: str, choices: list[tuple[str, str]], default: str) -> rx.Component:
    initial = rx.cond(S.initial.contains(name), S.initial[name], default)
    control = select(name, choices, default=initial, on_change=lambda value: S.note(name, value))
    return field(label, control, name=name, error=S.faults[name])


def _pick(name: str, label: str, options: object, placeholder: str, *, sought: str = "") -> rx.Component:
    told = lambda value: S.note(name, value)  # noqa: E731 - an event as a value
    control = combo(name, options, default=S.initial[name], placeholder=placeholder, sought=sought, on_pick=told)
    return field(label, control, name=name, required=True, error=S.faults[name])


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
