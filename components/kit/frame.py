"""The frame of every signed-in page."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.icons import icon, icon_of

PRODUCT = "清溪县社会治理中心"
_ICONS = ("card", "plus", "inbox", "list", "alarm")


def frame(
    *children: Any,
    title: Any,
    crumbs: list[tuple[Any, str]],
    actions: rx.Component | None,
    me: Any,
    entries: Any,
    here: Any,
) -> rx.Component:
    """This function will draw top bar, navigation, breadcrumb, head, content and watermark.

    `me` holds name, initial, unit, role, watermark; `entries` hold label, href, icon,
    group, count, first; `here` is the address of the entry to mark.
    """
    return rx.el.div(
        rx.el.a("跳到正文", href="#main", class_name="skip"),
        _top(me),
        rx.el.nav(
            rx.foreach(entries, lambda entry: _entry(entry, here)), class_name="side", custom_attrs={"aria-label": "主导航"}
        ),
        rx.el.main(
            _crumbs(crumbs),
            rx.el.div(rx.el.h1(title), rx.el.span(class_name="sp"), actions or rx.fragment(), class_name="phead"),
            *children,
            class_name="main",
            id="main",
        ),
        rx.el.nav(
            rx.foreach(entries, lambda entry: _tab(entry, here)), class_name="tabs", custom_attrs={"aria-label": "底部导航"}
        ),
        watermark(me.watermark),
        _help(),
        class_name="shell",
    )


def _top(me: Any) -> rx.Component:
    return rx.el.header(
        icon("shield", 20),
        rx.el.b(PRODUCT),
        rx.el.span(class_name="sp"),
        rx.el.a(
            icon("search"), rx.el.span("搜索案件"), rx.el.kbd("Ctrl K"), href="/cases", class_name="quick",
            custom_attrs={"data-quick": "1"},
        ),
        rx.el.details(
            rx.el.summary(rx.el.span(me.initial, class_name="avatar"), rx.el.span(me.name, class_name="name"), icon("chevron", 14)),
            rx.el.div(
                rx.el.b(me.name), rx.el.span(me.unit), rx.el.span(me.role, class_name="muted"),
                rx.el.button(icon("moon"), "深色 / 浅色", type="button", class_name="item", custom_attrs={"data-theme-toggle": "1"}),
                rx.el.button(icon("list"), "键盘操作", type="button", class_name="item", custom_attrs={"data-help": "1"}),
                rx.el.form(
                    rx.el.button(icon("logout"), "退出登录", type="submit", class_name="item"), action="/auth/logout", method="post"
                ),
                class_name="pop right",
            ),
            class_name="who menu",
        ),
        class_name="top",
    )  # fmt: skip


def _entry(entry: Any, here: Any) -> rx.Component:
    return rx.fragment(
        rx.cond(entry.first, rx.el.small(entry.group)),
        rx.el.a(
            icon_of(entry.icon, _ICONS, 18),
            rx.el.span(entry.label),
            rx.cond(entry.count > 0, rx.el.i(entry.count)),
            href=entry.href,
            class_name=rx.cond(here == entry.href, "on", ""),
            custom_attrs={"aria-current": rx.cond(here == entry.href, "page", "false")},
        ),
    )


def _tab(entry: Any, here: Any) -> rx.Component:
    return rx.el.a(
        icon_of(entry.icon, _ICONS, 24),
        rx.el.span(entry.label),
        rx.cond(entry.count > 0, rx.el.i(entry.count)),
        href=entry.href,
        class_name=rx.cond(here == entry.href, "on", ""),
    )


def _crumbs(crumbs: list[tuple[Any, str]]) -> rx.Component:
    pieces: list[rx.Component] = []
    for label, href in crumbs:
        pieces += [rx.el.span("/")] if pieces else []
        pieces.append(rx.el.a(label, href=href) if href else rx.el.span(label))
    return rx.el.nav(*pieces, class_name="crumb", custom_attrs={"aria-label": "位置"})


def watermark(text: Any) -> rx.Component:
    """This function will lay name, account and time over the page; a dialog needs one of its own."""
    return rx.el.div(
        *[rx.el.span(text) for _ in range(48)], class_name="wm", custom_attrs={"aria-hidden": "true"}
    )


def _help() -> rx.Component:
    keys = (
        ("J / K", "列表中上下移动"),
        ("Enter", "打开所在的一行"),
        ("X", "选中或取消所在的一行"),
        ("/", "跳到搜索框"),
        ("Ctrl K", "到案件台账搜索"),
        ("?", "打开或关闭这张表"),
    )
    return rx.el.dialog(
        rx.el.h2("键盘操作"),
        rx.el.dl(*[rx.el.div(rx.el.dt(rx.el.kbd(k)), rx.el.dd(what)) for k, what in keys], class_name="keymap"),
        rx.el.label(
            rx.el.input(type="checkbox", custom_attrs={"data-keys-off": "1"}), "关闭单键快捷键(输入法输入时本来就不起作用)"
        ),
        rx.el.form(rx.el.button("关闭", class_name="btn pri"), method="dialog", class_name="form-foot"),
        class_name="dlg",
        id="keymap",
    )
