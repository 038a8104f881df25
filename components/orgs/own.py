"""The own account: what must be done first, password, second factor, sessions, last sign-ins."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.dialog import dialog
from components.kit.form import field, text_input
from components.kit.frame import post_button
from components.kit.icons import icon
from components.kit.show import alert, card, desc_list, empty, skeleton, tag
from components.orgs.delegation import delegations
from state.orgs.own import OwnSessionShown, Provider, SignInShown
from state.orgs.own import OwnState as S


def own() -> rx.Component:
    """Draw the account; somebody who has yet to prove something sees only how."""
    whole = rx.el.div(_password(), _factor(), _providers(), _sessions(), delegations(), _past(), class_name="own")
    missing = rx.match(
        S.unproven,
        ("password", rx.el.div(_password(), class_name="own narrow")),
        ("second_factor", rx.el.div(_factor(), class_name="own narrow")),
        rx.el.div(_codes(), _go_on(), class_name="own narrow"),
    )
    return rx.cond(
        S.loaded,
        rx.el.div(
            rx.cond(S.notice != "", alert("yellow", rx.el.span(S.notice))),
            rx.cond(S.unproven == "", whole, missing),
            _ask(),
            class_name="stack",
        ),
        skeleton(),
    )


def _go_on() -> rx.Component:
    return card(
        "设置已完成",
        rx.el.p("密码和动态口令符合要求。为保证安全，本次登录将换用新的凭证。"),
        rx.cond(S.codes.length() > 0, alert("yellow", rx.el.span("请先保存好上面的备用码。"))),
        rx.el.div(post_button("继续", action="/auth/renew", look="btn pri"), class_name="row"),
        icon="check",
    )


def _password() -> rx.Component:
    def secret(label: str, name: str, autocomplete: str, hint: Any = "") -> rx.Component:
        control = text_input(name, type="password", auto_complete=autocomplete, max_length=200)
        return field(label, control, name=name, required=True, hint=hint, error=S.faults[name])

    return card(
        "密码",
        rx.el.p("上次修改：", S.protection.password_at, "。", S.protection.rule, "。", class_name="muted"),
        rx.cond(S.password_done, alert("green", rx.el.span("密码已修改，您在别处的登录都已结束。"))),
        rx.el.form(
            secret("原密码", "old", "current-password"),
            secret("新密码", "new", "new-password"),
            secret("再次输入新密码", "again", "new-password"),
            rx.el.div(rx.el.button("修改密码", type="submit", class_name="btn pri"), class_name="row"),
            on_submit=S.change_password,
            class_name="form",
            key=S.password_form.to_string(),
            custom_attrs={"noValidate": True},
        ),
        icon="lock",
    )


def _factor() -> rx.Component:
    on = rx.el.div(
        desc_list([("状态", tag("已启用", "green")), ("启用时间", S.protection.since), ("剩余备用码", _left())]),
        rx.el.div(
            rx.el.button("更换备用码", type="button", class_name="btn", on_click=S.ask("codes")),
            rx.el.button("停用（更换手机）", type="button", class_name="btn txt", on_click=S.ask("remove")),
            class_name="row",
        ),
        class_name="stack",
    )
    off = rx.el.div(
        rx.el.p(
            "登录时除密码外，再输入手机验证器里每 30 秒变化的 6 位数字。可用任何标准验证器应用，不需要联网。",
            class_name="muted",
        ),
        rx.cond(S.protection.needed, alert("orange", rx.el.span("按安全策略，您的账号必须启用。"))),
        rx.el.div(rx.el.button("开始设置", type="button", class_name="btn pri", on_click=S.begin), class_name="row"),
        class_name="stack",
    )
    state = rx.cond(S.enrolling.secret != "", _enrol(), rx.cond(S.protection.factor, on, off))
    return rx.fragment(card("动态口令", state, icon="shield"), rx.cond(S.unproven == "", _codes()))


def _left() -> rx.Component:
    few = S.protection.codes_left < 3
    return rx.el.span(
        S.protection.codes_left.to_string(),
        " 个",
        rx.cond(few, rx.el.span("（不多了，请及时更换）", class_name="error")),
    )


def _enrol() -> rx.Component:
    picture = rx.el.svg(
        rx.el.path(d="M0 0h200v200H0z", fill="#fff"),
        rx.el.path(d=S.enrolling.path, fill="#000"),
        view_box=S.enrolling.box,
        class_name="qr",
        custom_attrs={"role": "img", "aria-label": "动态口令二维码", "shapeRendering": "crispEdges"},
    )
    typed = text_input(
        "code", input_mode="numeric", auto_complete="one-time-code", max_length=12, placeholder="6 位数字"
    )
    return rx.el.div(
        rx.el.ol(
            rx.el.li("在手机上打开验证器应用，选择“扫描二维码”。"),
            rx.el.li("扫描下图；扫不了就手工输入密钥。"),
            rx.el.li("输入应用显示的 6 位数字并确认。"),
            class_name="steps",
        ),
        rx.el.div(
            picture,
            rx.el.div(rx.el.span("密钥", class_name="muted"), rx.el.code(S.enrolling.secret, class_name="secret")),
            class_name="enrol",
        ),
        rx.el.form(
            field("验证码", typed, name="code", required=True, error=S.faults["code"]),
            rx.el.div(
                rx.el.button("确认启用", type="submit", class_name="btn pri"),
                rx.el.button("取消", type="button", class_name="btn", on_click=S.give_up),
                class_name="row",
            ),
            on_submit=S.confirm,
            class_name="form",
            custom_attrs={"noValidate": True, "autoComplete": "off"},
        ),
        class_name="stack",
    )


def _codes() -> rx.Component:
    return rx.cond(
        S.codes.length() > 0,
        card(
            "备用码",
            alert("orange", rx.el.span("只显示这一次。手机丢失时用它登录，每个只能用一次，请打印或抄录后妥善保管。")),
            rx.el.ul(rx.foreach(S.codes, lambda code: rx.el.li(rx.el.code(code))), class_name="recovery"),
            rx.el.div(
                rx.el.a(
                    icon("download"),
                    "存为文件",
                    href=S.codes_file,
                    class_name="btn",
                    custom_attrs={"download": "枫桥备用码.txt"},
                ),
                rx.cond(
                    S.unproven == "",
                    rx.el.button("已保存，不再显示", type="button", class_name="btn pri", on_click=S.kept),
                ),
                class_name="row",
            ),
            icon="card",
        ),
    )


def _providers() -> rx.Component:
    return rx.cond(
        S.providers.length() > 0,
        card(
            "其他登录方式",
            rx.el.p("关联后可直接用它登录；用数字证书登录不再另要动态口令。", class_name="muted"),
            rx.el.ul(rx.foreach(S.providers, _provider), class_name="lines"),
            icon="card",
        ),
    )


def _provider(one: Provider) -> rx.Component:
    end = rx.el.button(
        "解除关联",
        type="button",
        class_name="btn txt small",
        on_click=S.unlink(one.name),
        custom_attrs={"aria-label": f"解除关联 {one.label}"},
    )
    linked = rx.fragment(tag("已关联", "green"), end)
    return rx.el.li(
        rx.el.span(one.label, class_name="what"),
        rx.cond(one.linked, linked, rx.el.a("关联", href=one.href, class_name="btn small")),
    )


def _sessions() -> rx.Component:
    others = rx.cond(
        S.sessions.length() > 1,
        rx.el.button("结束其他全部登录", type="button", class_name="btn small", on_click=S.end_others),
    )
    return card(
        "正在登录", rx.el.ul(rx.foreach(S.sessions, _session), class_name="lines"), actions=others, icon="phone"
    )


def _session(one: OwnSessionShown) -> rx.Component:
    return rx.el.li(
        rx.el.span(rx.el.b(one.where), rx.el.span(one.kind, " · ", one.way, class_name="muted"), class_name="what"),
        rx.el.span("登录 ", one.since, " · 最近使用 ", one.seen, class_name="muted"),
        rx.cond(
            one.this,
            tag("本次登录", "blue"),
            rx.el.button(
                "结束",
                type="button",
                class_name="btn txt small",
                on_click=S.end(one.id),
                custom_attrs={"aria-label": f"结束 {one.where} 的登录"},
            ),
        ),
    )


def _past() -> rx.Component:
    listed = rx.el.ul(rx.foreach(S.past, _sign_in), class_name="lines")
    return card(
        "最近登录",
        rx.cond(S.past.length() > 0, listed, empty("还没有记录", "每次登录和失败的尝试会列在这里")),
        rx.el.p("有不是您本人的登录，请立即修改密码并告诉安全管理员。", class_name="muted"),
        icon="clock",
    )


def _sign_in(one: SignInShown) -> rx.Component:
    return rx.el.li(
        rx.el.span(one.at, class_name="what"),
        tag(one.what, one.tone),
        rx.el.span(one.where, class_name="muted"),
        rx.cond(one.note != "", tag(one.note, "yellow")),
    )


def _ask() -> rx.Component:
    removing = S.asking == "remove"
    return dialog(
        S.asking != "",
        rx.cond(removing, "停用动态口令", "更换备用码"),
        rx.el.form(
            rx.cond(
                removing,
                rx.el.p("停用后可在新手机上重新设置。您在别处的登录都会结束。"),
                rx.el.p("旧的备用码将全部失效。"),
            ),
            field(
                "验证码",
                text_input("code", auto_complete="one-time-code", max_length=40, placeholder="6 位数字或一个备用码"),
                name="code",
                required=True,
                error=S.faults["code"],
            ),
            rx.el.div(
                rx.el.button("取消", type="button", class_name="btn", on_click=S.close),
                rx.el.button("确认", type="submit", class_name="btn pri"),
                class_name="form-foot",
            ),
            on_submit=S.send,
            class_name="form",
            custom_attrs={"noValidate": True, "autoComplete": "off"},
        ),
        on_close=S.close,
        watermark=S.me.watermark,
    )
