"""The registration form: the card panel above, large fields below."""

from __future__ import annotations

import reflex as rx

from components.kit.form import check, field, select, text_input
from components.kit.icons import icon
from components.kit.read_input import read_input, read_select
from components.kit.show import alert, card
from domain.people.models import IdType, Sex
from domain.people.rules import INFORM
from state.visits.desk import VisitDesk as S

ID_TYPES = [(kind.value, kind.label) for kind in IdType]
_WHOLE = {"read_taken": S.read.taken, "on_take": S.take_card, "on_keep": S.set_card_aside}
"""Who somebody is comes from the card whole or not at all: deciding one of its fields decides all."""
SEXES = [(sex.value, sex.label) for sex in Sex]


def registration() -> rx.Component:
    """Draw the form; Enter sends it, and it clears for the next visitor."""
    return card(
        "来访登记",
        reader_panel(),
        rx.el.form(
            rx.el.input(type="hidden", name="round", value=S.round.to_string()),
            _person(),
            _coming(),
            rx.el.div(
                check("informed", "已告知来访人：", default=True),
                rx.el.span(INFORM, class_name="muted"),
                class_name="inform",
            ),
            rx.cond(S.faults["again"], _again()),
            rx.el.div(
                rx.el.button("登记", rx.el.kbd("Enter"), type="submit", class_name="btn pri big"),
                rx.el.button("清空", type="reset", class_name="btn big", on_click=S.clear),
                class_name="form-foot",
            ),
            on_submit=S.save,
            key=S.round,
            class_name="form large",
            custom_attrs={"noValidate": True, "autoComplete": "off"},
        ),
        icon="user",
    )


def reader_panel() -> rx.Component:
    """Show how the reader is and what it read last."""
    return rx.el.div(
        icon("card", 24),
        rx.cond(
            S.read.seq > 0,
            rx.el.div(
                rx.el.b("已读取：", S.read.summary),
                rx.el.span("空白项已自动填入；与证件不一致的，选好之前不能登记", class_name="muted"),
            ),
            rx.el.div(
                rx.el.b(rx.cond(S.reader_state == "ready", "请将身份证放在读卡器上", "读卡器未就绪")),
                rx.el.span(S.reader_message, class_name="muted"),
            ),
        ),
        rx.el.span(class_name="sp"),
        rx.cond(S.known != "", rx.el.span(S.known, class_name="tag blue plain", id="known")),
        select("desk", S.desk_choices, value=S.desk, on_change=S.choose_desk, aria_label="所在窗口"),
        class_name=rx.cond(S.reader_state == "ready", "reader ready", "reader"),
        role="status",
        custom_attrs={"data-reader": S.reader_state},
    )


def _person() -> rx.Component:
    return rx.el.div(
        rx.cond(S.read.warning != "", alert("orange", S.read.warning)),
        _read("姓名", "name", S.read.name, required=True, auto_focus=True, placeholder="与证件一致", **_WHOLE),
        _read_choice("证件类型", "id_type", ID_TYPES, S.read.id_type, "resident", **_WHOLE),
        _read(
            "证件号码",
            "id_number",
            S.read.id_number,
            required=True,
            on_commit=S.look_up,
            placeholder="18 位，末位可为 X",
            **_WHOLE,
        ),
        field(
            "联系电话",
            text_input("phone", placeholder="11 位手机号，用于告知办理进度", input_mode="tel"),
            name="phone",
            required=True,
            error=S.faults["phone"],
        ),
        _read_choice("性别", "sex", SEXES, S.read.sex, "unknown"),
        _read("民族", "nation", S.read.nation),
        _read("住址", "address", S.read.address, wide=True),
        class_name="grid-2",
    )


def _read(
    label: str, name: str, value: rx.Var[str], *, required: bool = False, wide: bool = False, **rest: object
) -> rx.Component:
    control = read_input(name, read_value=value, read_seq=S.read.seq, **rest)
    return field(label, control, name=name, required=required, error=S.faults[name], wide=wide)


def _read_choice(
    label: str, name: str, choices: list[tuple[str, str]], value: rx.Var[str], default: str, **rest: object
) -> rx.Component:
    control = read_select(name, choices, read_value=value, read_seq=S.read.seq, default=default, **rest)
    return field(label, control, name=name, error=S.faults[name])


def _again() -> rx.Component:
    """Ask, before the same person is registered once more; the cursor is in the box, Enter sends."""
    return alert(
        "orange",
        rx.el.div(
            rx.el.span(S.faults["again"], id="again-fault", class_name="fault", role="alert"),
            check("again", "仍要登记", aria_describedby="again-fault"),
            class_name="field",
            custom_attrs={"data-field": "again"},
        ),
    )


def _coming() -> rx.Component:
    return rx.el.div(
        field(
            "来访事由",
            text_input("reason", placeholder="一句话说明要办的事"),
            name="reason",
            required=True,
            error=S.faults["reason"],
            wide=True,
        ),
        field(
            "随行人数",
            text_input("companions", placeholder="0", input_mode="numeric"),
            name="companions",
            error=S.faults["companions"],
        ),
        field(
            "未出示证件的原因",
            text_input("no_id_reason", placeholder="仅在没有证件时填写"),
            name="no_id_reason",
            error=S.faults["no_id_reason"],
        ),
        class_name="grid-2",
    )
