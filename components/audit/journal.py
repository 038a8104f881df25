"""The journal: the state of its chain, filters, dense lines, and one line whole."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.addressed import address
from components.kit.asking import entry
from components.kit.dialog import dialog
from components.kit.download import download_button
from components.kit.form import check
from components.kit.icons import icon
from components.kit.listing import rows
from components.kit.show import alert, card, desc_list, tag
from components.kit.table import pager
from domain.audit.schemas import Changed, Detail, JournalFilter
from domain.kernel.asking import asked
from state.audit.journal import JOURNAL
from state.audit.journal import JournalState as S


def journal() -> rx.Component:
    """Draw the chain, then the lines that fit."""
    return rx.el.div(
        address(S),
        card("", _chain()),
        card("", _filters(), rows(S), pager(S, loading=S.loading)),
        _whole(),
        class_name="stack journal",
    )


def acts() -> rx.Component:
    """Draw the export of what is shown."""
    return rx.cond(S.may_export, download_button("导出", endpoint="/api/v1/journal/export", body=S.asked))


def _chain() -> rx.Component:
    def fact(label: str, value: Any) -> rx.Component:
        return rx.el.div(rx.el.dt(label), rx.el.dd(value))

    verify = rx.el.button(
        icon("refresh"),
        rx.cond(S.verifying, "正在核对……", "核对"),
        type="button",
        class_name="btn",
        disabled=S.verifying,
        on_click=S.verify,
    )
    return rx.el.div(
        rx.el.dl(
            fact("日志", rx.fragment(rx.el.b(S.chain.lines), " 条")),
            fact("完整性", tag(S.chain.word, S.chain.tone)),
            fact("最近核对", S.chain.verified),
            fact("最近锚点", S.chain.anchor),
        ),
        rx.el.span(class_name="sp"),
        verify,
        rx.cond(S.chain.fault != "", alert("red", rx.el.span(S.chain.fault))),
        rx.cond(S.chain.restores.length() > 0, _restores()),
        rx.cond(S.chain.anchors.length() > 0, _anchors()),
        class_name="chain",
        custom_attrs={"aria-busy": rx.cond(S.verifying, "true", "false")},
    )


def _restores() -> rx.Component:
    # A journal that was brought back is whole; that it was, is told beside it.
    return rx.el.details(
        rx.el.summary("从备份恢复过 ", S.chain.restores.length(), " 次"),
        rx.el.ul(rx.foreach(S.chain.restores, lambda one: rx.el.li(one.label, "：", one.value))),
    )


def _anchors() -> rx.Component:
    """Anchors are compared by hand with the file that is kept outside."""
    return rx.el.details(
        rx.el.summary("最近几天的锚点"),
        rx.el.ul(rx.foreach(S.chain.anchors, lambda one: rx.el.li(one.label, " ", one.value))),
    )


def _filters() -> rx.Component:
    *fields, own = asked(JournalFilter)
    return rx.el.form(
        *[entry(S, one, S.filters[one.name]) for one in fields],
        rx.el.div(
            check(own.name, own.ask.label, default=S.filters[own.name] == "1"),
            rx.el.button("查询", type="submit", class_name="btn pri"),
            rx.cond(S.filtered, rx.el.button("清除", type="button", class_name="btn txt", on_click=S.widen)),
            class_name="acts",
        ),
        on_submit=S.search,
        key=S.cleared,
        class_name="asking",
        role="search",
        custom_attrs={"noValidate": True, "autoComplete": "off"},
    )


def _whole() -> rx.Component:
    raw, row = S.raw, S.raw.row
    facts = [(one.label, row.cells[at]) for at, one in enumerate(JOURNAL.columns) if not one.opens]
    there = row.links["who"]
    return dialog(
        S.reading,
        f"{row.name}记录",
        rx.el.div(
            rx.cond(
                raw.holds,
                alert("green", rx.el.span("封印有效：内容没有被改动，并与前一条相接。")),
                alert("red", rx.el.span("封印无效：这条记录或它的前一条被改动过。请立即核对全部日志并上报。")),
            ),
            desc_list([*facts, ("角色", raw.roles)]),
            rx.cond(raw.changes.length() > 0, _changes(raw.changes)),
            rx.cond(raw.facts.length() > 0, _facts(raw.facts)),
            _seals(),
            rx.el.div(
                rx.cond(there != "", rx.el.a("人员时间线", href=there, class_name="btn", on_click=S.close)),
                rx.el.button("关闭", type="button", class_name="btn pri", on_click=S.close),
                class_name="form-foot",
            ),
            class_name="one-line",
        ),
        on_close=S.close,
        wide=True,
        watermark=S.me.watermark,
    )


def _changes(changes: Any) -> rx.Component:
    def row(one: Changed) -> rx.Component:
        return rx.el.tr(rx.el.th(one.what, scope="row"), rx.el.td(one.before), rx.el.td(one.after))

    head = rx.el.tr(*[rx.el.th(word, scope="col") for word in ("项目", "原来", "现在")])
    return rx.el.section(
        rx.el.h3("变更"),
        rx.el.table(rx.el.thead(head), rx.el.tbody(rx.foreach(changes, row)), class_name="changes"),
    )


def _facts(facts: Any) -> rx.Component:
    def one(fact: Detail) -> rx.Component:
        return rx.el.div(rx.el.dt(fact.label), rx.el.dd(fact.value))

    return rx.el.section(rx.el.h3("明细"), rx.el.dl(rx.foreach(facts, one), class_name="desc"))


def _seals() -> rx.Component:
    # The seals of the line: what an anchor or a copy elsewhere is compared with.
    raw = S.raw
    return rx.el.details(
        rx.el.summary("封印"),
        rx.el.dl(
            rx.el.div(rx.el.dt("封印（SM3）"), rx.el.dd(rx.el.code(raw.seal))),
            rx.el.div(rx.el.dt("前一条的封印"), rx.el.dd(rx.el.code(raw.previous))),
            class_name="seals",
        ),
    )
