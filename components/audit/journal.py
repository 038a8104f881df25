"""The journal: the state of its chain, filters, dense lines, and one line whole."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.kit.addressed import address
from components.kit.dialog import dialog
from components.kit.download import download_button
from components.kit.form import check, field, select, text_input
from components.kit.icons import icon
from components.kit.show import alert, card, desc_list, empty, tag
from components.kit.table import Column, table
from state.audit.journal import MOST, group_choices
from state.audit.journal import JournalState as S
from state.audit.shapes import Changed, Fact, LineShown


def journal() -> rx.Component:
    """Draw the chain, then the lines that fit."""
    return rx.el.div(
        address(S), card("", _chain()), card("", _filters(), _table(), _older()), _whole(), class_name="stack journal"
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
    def text(name: str, label: str, **more: Any) -> rx.Component:
        return field(label, text_input(name, default=S.filters[name], **more), name=name, error=S.faults[name])

    return rx.el.form(
        text("since", "从", type="datetime-local"),
        text("until", "到（不含）", type="datetime-local"),
        text("login", "账号", custom_attrs={"data-search": "1"}),
        field("类别", select("group", group_choices(), default=S.filters["group"], placeholder="全部"), name="group"),
        field("单位", select("unit", S.units, default=S.filters["unit"], placeholder="全部"), name="unit"),
        text("number", "案件编号"),
        text("origin", "来源地址", placeholder="开头几位"),
        rx.el.div(
            check("own", "只看该账号所做的", default=S.filters["own"] == "1"),
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


def _table() -> rx.Component:
    return table(
        S.rows,
        COLUMNS,
        row_key=lambda row: row.seq,
        row_tone=lambda row: rx.cond(row.refused, "red", ""),
        loading=S.loading,
        empty=rx.cond(
            S.filtered,
            empty("没有符合条件的记录", "放宽时间或去掉一些条件再试"),
            empty("还没有记录", "登录、办理、查看明文、导出和管理操作都会记在这里"),
        ),
    )


def _seq(row: LineShown) -> rx.Component:
    return rx.el.button(
        row.seq,
        type="button",
        class_name="seq",
        on_click=S.open_line(row.seq),
        custom_attrs={"aria-label": f"查看第 {row.seq} 条"},
    )


def _who(row: LineShown) -> rx.Component:
    return rx.cond(
        row.person_href != "",
        rx.el.a(row.name, rx.el.small(f" {row.login}", class_name="muted"), href=row.person_href, title="人员时间线"),
        rx.el.span(row.name),
    )


COLUMNS = [
    Column("seq", "序号", _seq, phone="head"),
    Column("at", "时间", lambda r: rx.el.time(r.at)),
    Column("who", "人员", _who),
    Column("unit", "单位", lambda r: rx.el.span(r.unit, title=r.unit, class_name="ell mid")),
    Column("group", "类别", lambda r: tag(r.group, r.tone), phone="tag"),
    Column("words", "操作", lambda r: rx.el.span(r.words), phone="title"),
    Column("subject", "对象", lambda r: rx.el.span(r.subject, title=r.subject, class_name="ell mid")),
    Column("said", "内容", lambda r: rx.el.span(r.said, title=r.said, class_name="ell said")),
    Column("origin", "来源", lambda r: rx.el.span(r.origin, title=r.origin, class_name="ell mid")),
]


def _or_dash(text: Any) -> rx.Component:
    return rx.cond(text != "", text, "—")


def _older() -> rx.Component:
    return rx.cond(
        S.rows.length() > 0,
        rx.el.div(
            rx.el.span("已显示 ", rx.el.b(S.rows.length()), " 条", custom_attrs={"aria-live": "polite"}),
            rx.cond(
                S.next_seq > 0,
                rx.el.button("加载更早的", type="button", class_name="btn", on_click=S.more),
                rx.cond(
                    S.full, rx.el.span(f"一页最多 {MOST} 条，更早的请缩小时间范围或导出"), rx.el.span("没有更早的了")
                ),
            ),
            class_name="older",
        ),
    )


def _whole() -> rx.Component:
    raw, line = S.raw, S.raw.line
    return dialog(
        S.reading,
        f"第 {line.seq} 条记录",
        rx.el.div(
            rx.cond(
                raw.holds,
                alert("green", rx.el.span("封印有效：内容没有被改动，并与前一条相接。")),
                alert("red", rx.el.span("封印无效：这条记录或它的前一条被改动过。请立即核对全部日志并上报。")),
            ),
            desc_list([
                ("时间", line.at), ("人员", rx.fragment(line.name, " ", line.login)), ("单位", line.unit),
                ("角色", raw.roles), ("类别", tag(line.group, line.tone)), ("操作", line.words),
                ("对象", _or_dash(line.subject)), ("来源", line.origin), ("内容", _or_dash(line.said)),
            ]),
            rx.cond(raw.changes.length() > 0, _changes(raw.changes)),
            rx.cond(raw.facts.length() > 0, _facts(raw.facts)),
            _seals(),
            rx.el.div(
                rx.cond(
                    line.person_href != "",
                    rx.el.a("人员时间线", href=line.person_href, class_name="btn", on_click=S.close),
                ),
                rx.el.button("关闭", type="button", class_name="btn pri", on_click=S.close),
                class_name="form-foot",
            ),
            class_name="whole",
        ),
        on_close=S.close,
        wide=True,
        watermark=S.me.watermark,
    )  # fmt: skip


def _changes(changes: Any) -> rx.Component:
    def row(one: Changed) -> rx.Component:
        return rx.el.tr(rx.el.th(one.what, scope="row"), rx.el.td(one.before), rx.el.td(one.after))

    head = rx.el.tr(*[rx.el.th(word, scope="col") for word in ("项目", "原来", "现在")])
    return rx.el.section(
        rx.el.h3("变更"),
        rx.el.table(rx.el.thead(head), rx.el.tbody(rx.foreach(changes, row)), class_name="changes"),
    )


def _facts(facts: Any) -> rx.Component:
    def one(fact: Fact) -> rx.Component:
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
