"""The dialog of a step: only the fields that its row of the workflow table names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from components.cases.suggested import suggested
from components.kit.dialog import dialog
from components.kit.form import check, field, select, text_area, text_input
from components.kit.photos import photos
from components.kit.show import alert, restored, tag
from domain.cases.models import CallOutcome, Method, Ruling, Satisfaction, Supervision
from domain.cases.rules import MAX_OPINION, MAX_RESULT
from domain.cases.vocabulary import Action, Need
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
            *[rx.cond(S.needs.contains(need.value), draw(need)) for need, draw in _FIELDS.items()],
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


def _field(need: Need, control: rx.Component, hint: str = "") -> rx.Component:
    return field(
        need.label,
        control,
        name=need.value,
        required=S.required.contains(need.value),
        hint=hint,
        error=S.faults[need.value],
        wide=True,
    )


def _keep(name: str) -> Callable[[rx.Var[str]], rx.event.EventSpec]:
    # What is typed or chosen is noted, so that a reload or a closed dialog loses nothing.
    return lambda value: S.note(name, value)


def _area(need: Need, hint: str = "", *, rows: int = 4, most: int = MAX_OPINION) -> rx.Component:
    name = need.value
    return _field(need, text_area(name, rows=rows, most=most, default=S.typed[name], on_blur=_keep(name)), hint)


def _opinion(need: Need) -> rx.Component:
    beside = "只供内部查看，诉求人看不到；可以不填，不填时办理记录写办理结果"
    return rx.cond(S.needs.contains(Need.RESULT.value), _area(need, beside, rows=2), _area(need))


def _result(need: Need) -> rx.Component:
    return _area(
        need,
        "这段文字是给诉求人（含并入本件的诉求人）的答复：请写清办理经过和结果，不写内部意见和他人的个人信息",
        most=MAX_RESULT,
    )


def _answered(need: Need) -> rx.Component:
    return _area(need, "这段文字是给诉求人的答复：请核对，可以修改；承办单位的原文不变", rows=6, most=MAX_RESULT)


def _shown(need: Need) -> rx.Component:
    said = "办理现场图片给诉求人看"
    return check(need.value, said, default=S.asking.answers & S.answer.pictures)


def _typical(need: Need) -> rx.Component:
    return _area(
        need, "设为典型案例时填写，供其他单位参考；不得出现当事人姓名、电话、证件号码", rows=5, most=MAX_RESULT
    )


def _consent(need: Need) -> rx.Component:
    return _area(need, "例如：诉求人已书面同意由市级平台分流办理", rows=2)


def _line(need: Need, hint: str = "", **more: str) -> rx.Component:
    name = need.value
    return _field(need, text_input(name, default=S.typed[name], on_blur=_keep(name), **more), hint)


def _text(need: Need) -> rx.Component:
    return _line(need)


def _phone(need: Need) -> rx.Component:
    return _line(need, input_mode="tel", placeholder="11 位手机号或带区号的座机")


def _days(need: Need) -> rx.Component:
    return _line(need, "以审批的天数为准", input_mode="numeric", placeholder="1 至 10")


def _promise(need: Need) -> rx.Component:
    return _line(need, "只能短于办结时限；不填按办结时限计算，需要更长的在接收后申请延期", input_mode="numeric")


def _choice(need: Need, choices: Any, placeholder: str = "请选择") -> rx.Component:
    name = need.value
    return _field(need, select(name, choices, placeholder=placeholder, default=S.typed[name], on_change=_keep(name)))


def _department(need: Need) -> rx.Component:
    name = need.value
    units = select(
        name,
        S.departments,
        placeholder="请选择单位",
        default=S.typed[name],
        on_change=_keep(name),
        key=S.asking.picked,
    )
    return rx.fragment(
        _field(need, units), suggested(S.asking.matter, S.asking.suggested, lambda one: S.pick(name, one.value))
    )


def _ruling(need: Need) -> rx.Component:
    return _choice(need, [(r.value, r.label) for r in Ruling])


def _called_at(need: Need) -> rx.Component:
    return _line(need, type="datetime-local")


def _called_by(need: Need) -> rx.Component:
    return _line(need, "与诉求人通话或见面的工作人员")


def _call_outcome(need: Need) -> rx.Component:
    return _choice(need, [(outcome.value, outcome.label) for outcome in CallOutcome])


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
    return _field(need, rx.el.div(boxes, class_name="checks units"))


def _method(need: Need) -> rx.Component:
    return _choice(need, [(m.value, m.label) for m in Method])


def _level(need: Need) -> rx.Component:
    return _choice(need, [(s.value, s.label) for s in Supervision])


def _satisfaction(need: Need) -> rx.Component:
    return _choice(need, [(s.value, s.label) for s in Satisfaction])


def _pictures(need: Need) -> rx.Component:
    return _field(need, photos(on_change=S.uploaded), "最多 9 张")


def _watch(need: Need) -> rx.Component:
    return rx.fragment(
        check(need.value, "办结并纳入持续关注（仅低风险）"),
        field("纳入原因", text_input("watch_reason"), name="watch_reason", error=S.faults["watch_reason"], wide=True),
    )


_FIELDS: dict[Need, Callable[[Need], rx.Component]] = {
    Need.LEAD: _department,
    Need.ASSISTS: _assists,
    Need.DEPARTMENT: _department,
    Need.IN_CHARGE: _text,
    Need.IN_CHARGE_PHONE: _phone,
    Need.LEVEL: _level,
    Need.PROMISE: _promise,
    Need.DAYS: _days,
    Need.RULING: _ruling,
    Need.TARGET_AREA: _text,
    Need.SATISFACTION: _satisfaction,
    Need.CALLED_AT: _called_at,
    Need.CALLED_BY: _called_by,
    Need.CALL_OUTCOME: _call_outcome,
    Need.CONSENT: _consent,
    Need.TYPICAL_TEXT: _typical,
    Need.RESULT: _result,
    Need.OPINION: _opinion,
    Need.ANSWER: _answered,
    Need.METHOD: _method,
    Need.PICTURES: _pictures,
    Need.SHOW_PICTURES: _shown,
    Need.WATCH: _watch,
}
"""How each need is drawn, in the order of a dialog."""


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
