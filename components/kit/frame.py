"""The frame of every signed-in page: top bar, navigation, breadcrumb, head; tabs at the bottom of a phone."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.icons import icon, icon_of
from components.kit.menu import menu
from components.kit.scripts import library, watermark

__all__ = ["frame", "watermark"]

PRODUCT = "社会治理中心"
"""What stands over every page until a centre has a name."""
SERVED = ["/api", "/auth", "/login", "/t", "/demo"]
"""Addresses that are no pages of this application: the browser loads them whole."""
_BONES = 5
_NOT = rx.Var("undefined")
"""An attribute that is left out."""


class _Shell(rx.Component):
    library = library("shell")
    tag = "Shell"
    server_paths: rx.Var[list[str]]


class _PostButton(rx.Component):
    library = library("shell")
    tag = "PostButton"
    action: rx.Var[str]


class _Palette(rx.Component):
    library = library("palette")
    tag = "Palette"
    entries: rx.Var[list[Any]]
    number_href: rx.Var[str]
    placeholder: rx.Var[str]
    watermark: rx.Var[str]


def frame(
    *children: Any,
    title: Any,
    crumbs: list[tuple[Any, Any]],
    actions: rx.Component | None = None,
    bell: rx.Component | None = None,
    me: Any,
    entries: Any,
    here: Any,
) -> rx.Component:
    """Draw a page around its content.

    :param crumbs: label and address, the last with an empty address
    :param bell: what rings in the top bar, beside the person
    :param me: var with name, initial, unit, role, watermark, centre
    :param entries: list var of entries with label, href, icon, group, count, first, tab (on a phone's bar)
    :param here: address of the entry that is open
    """
    return _Shell.create(
        rx.el.a("跳到正文", href="#main", class_name="skip"),
        _top(me, entries, bell),
        rx.el.nav(
            rx.cond(
                me.login != "",
                rx.foreach(entries, lambda entry: _entry(entry, here)),
                rx.fragment(*[rx.el.div(class_name="bone") for _ in range(_BONES)]),
            ),
            class_name="side",
            custom_attrs={"aria-label": "主导航"},
        ),
        rx.el.main(_crumbs(crumbs), _head(title, actions), *children, class_name="main", id="main", tab_index=-1),
        rx.el.nav(
            rx.foreach(entries, lambda entry: rx.cond(entry.tab, _tab(entry, here))),
            class_name="tabs",
            custom_attrs={"aria-label": "底部导航"},
        ),
        _keyboard_map(),
        watermark(me.watermark),
        server_paths=SERVED,
        class_name="shell",
    )


def _top(me: Any, entries: Any, bell: rx.Component | None) -> rx.Component:
    return rx.el.header(
        rx.el.a(icon("shield", 20), _centre(me), href="/", class_name="brand"),
        rx.el.span(class_name="sp"),
        _Palette.create(
            entries=entries, number_href="/case/", placeholder="打开页面，或输入案件编号", watermark=me.watermark
        ),
        bell if bell is not None else rx.fragment(),
        _person(me),
        class_name="top",
    )


def _centre(me: Any) -> rx.Component:
    """Nothing stands in the place of a name that is not known yet: another one would be wrong for a moment."""
    waiting = rx.el.span(rx.el.span("正在加载", class_name="sr"), class_name="bone")
    return rx.cond(me.login != "", rx.cond(me.centre != "", me.centre, PRODUCT), waiting)


def _person(me: Any) -> rx.Component:
    return menu(
        rx.fragment(rx.el.span(me.initial, class_name="avatar"), rx.el.span(me.name, class_name="name")),
        rx.el.div(rx.el.b(me.name), rx.el.span(me.unit), rx.el.span(me.role, class_name="muted"), class_name="self"),
        rx.el.a(icon("user"), "我的账号", href="/me", class_name="item"),
        rx.el.a(icon("shield"), "我的权限", href="/explain", class_name="item"),
        rx.el.button(icon("moon"), "深色 / 浅色", type="button", class_name="item", on_click=rx.toggle_color_mode),
        rx.el.button(icon("rows"), "紧凑 / 宽松", type="button", class_name="item", custom_attrs={"data-dense": "1"}),
        rx.el.button(icon("keyboard"), "键盘操作", type="button", class_name="item", custom_attrs={"data-keymap": "1"}),
        # Signing out is a full page load: a socket keeps the cookie of its handshake.
        _PostButton.create(icon("logout"), "退出登录", action="/auth/logout", class_name="item"),
        class_name="who",
        look="",
    )


def post_button(*children: Any, action: str, look: str) -> rx.Component:
    """Draw a button that posts to the server and loads its answer whole."""
    return _PostButton.create(*children, action=action, class_name=look)


def _entry(entry: Any, here: Any) -> rx.Component:
    return rx.fragment(
        rx.cond(entry.first, rx.el.small(entry.group)),
        rx.el.a(
            icon_of(entry.icon, size=18),
            rx.el.span(entry.label),
            _count(entry),
            href=entry.href,
            custom_attrs={"aria-current": rx.cond(here == entry.href, "page", _NOT)},
        ),
    )


def _tab(entry: Any, here: Any) -> rx.Component:
    return rx.el.a(
        icon_of(entry.icon, size=24),
        rx.el.span(entry.label),
        _count(entry),
        href=entry.href,
        custom_attrs={"aria-current": rx.cond(here == entry.href, "page", _NOT)},
    )


def _count(entry: Any) -> rx.Component:
    shown = rx.cond(entry.count > 999, "999+", entry.count.to_string())
    return rx.cond(entry.count > 0, rx.el.span(shown, rx.el.span(" 件", class_name="sr"), class_name="count"))


def _crumbs(crumbs: list[tuple[Any, Any]]) -> rx.Component:
    def piece(label: Any, href: Any) -> rx.Component:
        if isinstance(href, rx.Var) or href:
            return rx.el.li(rx.el.a(label, href=href))
        return rx.el.li(rx.el.span(label, custom_attrs={"aria-current": "page"}))

    pieces = [piece(label, href) for label, href in crumbs]
    return rx.el.nav(rx.el.ol(*pieces), class_name="crumbs", custom_attrs={"aria-label": "所在位置"})


def _head(title: Any, actions: rx.Component | None) -> rx.Component:
    acts = rx.el.div(actions, class_name="acts") if actions is not None else rx.fragment()
    return rx.el.div(rx.el.h1(title), acts, class_name="page-head")


KEYS = (
    (("J", "K"), "列表中下移、上移一行；案件页到下一件、上一件"),
    (("X",), "选择所在的一行"),
    (("Enter",), "打开所在的一行"),
    (("/",), "到本页的搜索框"),
    (("Ctrl", "K"), "打开页面，或按编号打开案件"),
    (("?",), "打开本说明"),
    (("Esc",), "关闭弹窗和菜单"),
)


def _keyboard_map() -> rx.Component:
    # Opened and closed by assets/desk.js alone: it needs no answer from the server.
    rows = [rx.fragment(rx.el.dt(*[rx.el.kbd(key) for key in keys]), rx.el.dd(what)) for keys, what in KEYS]
    close = rx.el.button(
        icon("close"), type="button", class_name="close", custom_attrs={"data-close": "1", "aria-label": "关闭"}
    )
    switch = rx.el.label(
        rx.el.input(type="checkbox", custom_attrs={"data-keys-switch": "1"}),
        "启用单键快捷键（用输入法打字时不起作用）",
    )
    return rx.el.dialog(
        watermark(""),  # the page's
        rx.el.header(rx.el.h2("键盘操作"), close),
        rx.el.div(rx.el.dl(*rows), switch, class_name="body"),
        id="keymap",
        class_name="keymap",
        custom_attrs={"aria-label": "键盘操作"},
    )
