"""What lies around all pages and speaks Chinese in place of Reflex: lost connection, broken page, no such page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import reflex as rx
from reflex_components_core.base.error_boundary import ErrorBoundary
from reflex_components_core.core.banner import has_connection_errors
from reflex_components_sonner.toast import Toaster

from components.kit.icons import icon

ASSETS = Path(__file__).parents[2] / "assets"


class _LabelledToaster(Toaster):
    container_aria_label: rx.Var[str]
    toast_options: rx.Var[dict[str, str]]

    def add_imports(self) -> dict[str, str]:
        """Bring what takes the server's messages (state/telling.py), for its effect."""
        return {"": "$/public/kit/telling.js"}


def head() -> list[rx.Component]:
    """Give what stands in the head of every page."""
    return [
        rx.el.meta(name="theme-color", content="#12376f"),
        rx.el.meta(name="referrer", content="same-origin"),
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.script(_inline("early.js")),
        rx.el.script(src="/opening.js", custom_attrs={"async": True}),
        rx.el.script(src="/desk.js", custom_attrs={"defer": True}),
    ]


def _inline(name: str) -> str:
    """Give a script of the assets without its comments and indents, for what must be there before anything is seen."""
    lines = (line.strip() for line in (ASSETS / name).read_text(encoding="utf-8").splitlines())
    return "\n".join(line.partition(" // ")[0] for line in lines if line and not line.startswith("//"))


def toaster() -> rx.Component:
    """Hold the short messages, top centre."""
    return _LabelledToaster.create(
        position="top-center",
        close_button=True,
        container_aria_label="消息",
        toast_options={"closeButtonAriaLabel": "关闭这条消息"},
    )


def offline_bar() -> rx.Component:
    """Say that the connection is lost and that nothing typed is lost with it."""
    return rx.fragment(
        rx.cond(
            has_connection_errors,
            rx.el.div("网络连接中断，正在重新连接……已填写的内容不会丢失", class_name="offline", role="alert"),
        )
    )


def boundary(**props: Any) -> rx.Component:
    """Stand in for a page that broke in the browser."""
    return ErrorBoundary.create(
        fallback_render=rx.Var.create(
            rx.el.main(
                icon("warn", 40),
                rx.el.h1("页面出错了"),
                rx.el.p("刷新后通常可以恢复；如反复出现，请把时间和所做的操作告诉管理员。"),
                rx.el.a("刷新页面", href="", class_name="btn pri"),
                class_name="alone",
            )
        ),
        **props,
    )


def not_found() -> rx.Component:
    """Draw the page of an address that leads nowhere."""
    return rx.el.main(
        rx.el.h1("没有找到这个页面"),
        rx.el.p("地址有误，或页面已不存在。"),
        rx.el.a("返回首页", href="/", class_name="btn pri"),
        class_name="alone",
    )
