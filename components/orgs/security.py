"""The security values: inputs with bounds and sources, and the history of changes."""

from __future__ import annotations

import reflex as rx

from components.kit.form import field, select, text_input
from components.kit.show import alert, card, empty, skeleton
from domain.orgs.rules import BOUNDS, DEFAULTS, SecondFactorFor
from state.orgs.security import LABELS, ChangeShown
from state.orgs.security import SecurityState as S

_GROUPS: tuple[tuple[str, str, str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "密码",
        "lock",
        (
            "依据：等保 8.1.4.1 a 要求复杂度并定期更换。国际标准 ASVS 6.2.5、6.2.10 建议不限制字符组成、不强制更换；"
            "两者不一致，本系统默认按等保执行（见决策记录 0012）。"
        ),
        (
            ("password_length", "位", ""),
            ("password_kinds", "种", "大写、小写、数字、符号"),
            ("password_history", "次", ""),
            ("password_days", "天", "0 为不强制更换，低于等保要求，须写明依据"),
        ),
    ),
    (
        "登录失败",
        "warn",
        "依据：等保 8.1.4.1 b。每再锁定一次时间加倍，最长 24 小时；登录成功后从头计。动态口令输错同样计数。",
        (("lock_after", "次", ""), ("lock_minutes", "分钟", "")),
    ),
    (
        "登录时长",
        "clock",
        "依据：等保 8.1.4.1 b、ASVS 7.3。超过同时登录数时，最早的登录自动结束。",
        (
            ("idle_minutes", "分钟", "没有任何操作"),
            ("absolute_hours", "小时", "无论是否在用"),
            ("sessions_per_account", "个", "浏览器和接口分别计算"),
        ),
    ),
    (
        "查看个人信息明文",
        "eye",
        "依据：个人信息保护法第五十一条。超过次数的查看被拒绝并告警。",
        (("reveal_per_day", "次", ""), ("reveal_per_hour", "次", ""), ("reveal_seconds", "秒", "到时自动隐去")),
    ),
    (
        "审计告警",
        "alarm",
        "夜间查看明文或变更账号权限、短时间内反复被拒绝、大量打开案件，会在审计管理员处告警；修改本人密码和动态口令不告警。",
        (
            ("night_from", "点", ""),
            ("night_until", "点", ""),
            ("refusals_alarm", "次", ""),
            ("cases_alarm", "件", "同一案件一天只计一次"),
        ),
    ),
)


def values() -> rx.Component:
    """Draw the values and their history."""
    form = rx.el.form(
        rx.foreach(S.departures, lambda sentence: alert("orange", rx.el.span("当前设置：", sentence, "。"))),
        rx.el.div(
            _second_factor(),
            *[_group(title, sign, why, keys) for title, sign, why, keys in _GROUPS],
            class_name="values",
        ),
        card(
            "保存",
            field(
                "修改原因",
                text_input("reason", most=200, placeholder="记入审计日志；低于等保要求的设置必须填写"),
                name="reason",
                error=S.faults["reason"],
                wide=True,
            ),
            rx.el.div(rx.el.button("保存", type="submit", class_name="btn pri"), class_name="row"),
            icon="check",
        ),
        on_submit=S.send,
        class_name="stack",
        key=S.version.to_string(),
        custom_attrs={"noValidate": True, "autoComplete": "off"},
    )
    return rx.cond(S.loaded, rx.el.div(form, _past(), class_name="stack"), skeleton())


def _second_factor() -> rx.Component:
    key = "second_factor_for"
    chosen = select(key, [(one.value, one.label) for one in SecondFactorFor], default=S.values[key])
    return card(
        "第二种验证方式",
        rx.el.p(
            "依据：等保 8.1.4.1 d 要求两种以上鉴别技术组合，其中至少一种使用密码技术；数字证书登录同样满足。"
            "选“不要求”低于等保，须写明依据。从下一次登录起生效。",
            class_name="muted",
        ),
        field(LABELS[key], chosen, name=key, error=S.faults[key]),
        icon="shield",
    )


def _group(title: str, sign: str, why: str, keys: tuple[tuple[str, str, str], ...]) -> rx.Component:
    return card(
        title,
        rx.el.p(why, class_name="muted"),
        rx.el.div(*[_number(key, unit, hint) for key, unit, hint in keys], class_name="grid-2"),
        icon=sign,
    )


def _number(key: str, unit: str, hint: str) -> rx.Component:
    least, most = BOUNDS[key]
    said = f"{least} 至 {most}，默认 {getattr(DEFAULTS, key)}" + (f"。{hint}" if hint else "")
    control = text_input(key, default=S.values[key], input_mode="numeric", max_length=6)
    return field(f"{LABELS[key]}（{unit}）", control, name=key, required=True, hint=said, error=S.faults[key])


def _past() -> rx.Component:
    head = ("时间", "修改人", "项目", "原值", "新值", "原因")
    table = rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*[rx.el.th(word, scope="col") for word in head])),
            rx.el.tbody(rx.foreach(S.past, _change)),
            class_name="table",
        ),
        class_name="wide-box",
        tab_index=0,
        role="region",
        custom_attrs={"aria-label": "修改记录"},
    )
    return card(
        "修改记录",
        rx.cond(S.past.length() > 0, table, empty("还没有修改过", "都在用默认值；每次修改的前后值和原因会列在这里")),
        icon="list",
    )


def _change(one: ChangeShown) -> rx.Component:
    def cell(label: str, text: rx.Var[str], place: str = "as-line") -> rx.Component:
        return rx.el.td(rx.el.span(text), class_name=place, custom_attrs={"data-label": label})

    return rx.el.tr(
        cell("时间", one.at, "as-head"),
        cell("修改人", one.by),
        cell("项目", one.what, "as-title"),
        cell("原值", one.before),
        cell("新值", one.after),
        cell("原因", one.reason),
    )
