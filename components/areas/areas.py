"""The areas of the county, and their dialogs."""

from __future__ import annotations

import reflex as rx

from components.kit.addressed import address, search_box
from components.kit.combo import combo
from components.kit.dialog import dialog
from components.kit.form import field, select, text_input
from components.kit.icons import icon
from components.kit.show import alert, card, empty, tag
from components.kit.table import Column, table
from components.orgs.importing import import_button, import_dialog
from components.orgs.pieces import act, foot
from state.areas.areas import SHOWN, AreaShown, PastShown, levels
from state.areas.areas import AreasState as S


def areas() -> rx.Component:
    """Draw the areas that are looked at."""
    total = rx.el.div(
        rx.cond(S.loading, rx.fragment(), rx.el.span("共", rx.el.b(S.count), "个区划")),
        rx.cond(S.more, rx.el.span(f"只显示前 {SHOWN} 个，请搜索或进入下级", class_name="muted")),
        class_name="pager",
    )
    return rx.el.div(address(S), card("", _filters(), _where(), _table(), total), class_name="areas")


def dialogs() -> rx.Component:
    """Draw the dialogs of the areas."""
    return rx.fragment(_new_dialog(), _change_dialog(), _history_dialog(), import_dialog())


def acts() -> rx.Component:
    """Draw what may be done with the list as a whole."""
    return rx.fragment(
        import_button("shapes", "导入边界"),
        import_button("areas", "导入名录"),
        rx.el.button(icon("plus"), "新增区划", type="button", class_name="btn pri", on_click=S.ask_new("")),
    )


def _filters() -> rx.Component:
    level = rx.cond(S.filters.contains("level"), S.filters["level"], "")
    ended = S.filters.contains("ended")
    return rx.el.div(
        search_box(S, label="搜索区划", example="名称、代码"),
        select(
            "level",
            levels(),
            value=level,
            placeholder="全部级别",
            on_change=lambda value: S.narrow("level", value),
            aria_label="按级别筛选",
        ),
        rx.el.button(
            "含已停用",
            type="button",
            class_name=rx.cond(ended, "btn on", "btn"),
            on_click=S.narrow("ended", rx.cond(ended, "", "1")),
            custom_attrs={"aria-pressed": rx.cond(ended, "true", "false")},
        ),
        rx.cond(S.filtered, rx.el.button("清除", class_name="btn txt", title="清除筛选", on_click=S.widen)),
        class_name="filters",
        role="search",
    )


def _where() -> rx.Component:
    """Say whose branch is shown, and lead back up."""
    return rx.cond(
        S.branch != "",
        rx.el.p(
            rx.el.button("返回上级", type="button", class_name="btn txt small", on_click=S.narrow("branch", S.above)),
            rx.el.span("当前：", rx.el.b(S.branch), "及其下级"),
            class_name="row",
        ),
    )


def _table() -> rx.Component:
    return table(
        S.rows,
        COLUMNS,
        row_key=lambda row: row.code,
        row_tone=lambda row: rx.cond(row.live, "", "off"),
        loading=S.loading,
        empty=_nothing(),
    )


def _nothing() -> rx.Component:
    return rx.cond(
        S.filtered,
        empty("没有符合条件的区划", "换个条件试试", rx.el.button("清除筛选", class_name="btn", on_click=S.widen)),
        empty("还没有区划", "导入统计用区划代码名录，或逐个新增；没有区划时不能受理案件"),
    )


def _name(row: AreaShown) -> rx.Component:
    return rx.el.span(rx.el.span(row.name, title=row.name, class_name="ell"), class_name=f"tree d{row.depth}")


def _inside(row: AreaShown) -> rx.Component:
    return rx.cond(
        row.inside > 0,
        rx.el.button(
            row.inside,
            " 个",
            type="button",
            class_name="btn txt small",
            on_click=S.narrow("branch", row.code),
            custom_attrs={"aria-label": f"查看 {row.name} 的下级"},
        ),
        rx.el.span("—"),
    )


def _acts(row: AreaShown) -> rx.Component:
    return rx.el.span(
        rx.cond(
            row.live,
            rx.fragment(
                rx.cond(row.level != "网格", act("加下级", S.ask_new(row.code), about=row.name)),
                act("改名", S.ask("rename", row.code), about=row.name),
                act("调整", S.ask("move", row.code), about=row.name),
                act("并入", S.ask("merge", row.code), about=row.name),
                act("撤销", S.ask("end", row.code), about=row.name),
            ),
        ),
        rx.cond(row.changed, act("历史", S.ask("history", row.code), about=row.name)),
        class_name="row-acts",
    )


COLUMNS = [
    Column("name", "名称", _name, phone="title"),
    Column("level", "级别", lambda r: rx.el.span(r.level)),
    Column("code", "代码", lambda r: rx.el.code(r.code), phone="head"),
    Column("parent", "上级", lambda r: rx.el.span(rx.cond(r.parent != "", r.parent, "—"), class_name="ell short")),
    Column("inside", "下级", _inside),
    Column("border", "边界", lambda r: rx.el.span(rx.cond(r.border != "", r.border, "—")), phone="hide"),
    Column("state", "状态", lambda r: tag(r.state, rx.cond(r.live, "green", "gray")), phone="tag"),
    Column("acts", "操作", _acts),
]


def _form(*children: rx.Component, word: str, look: str = "pri") -> rx.Component:
    return rx.el.form(
        *children,
        foot(word, S.close, look=look),
        on_submit=S.send,
        class_name="form",
        custom_attrs={"noValidate": True, "autoComplete": "off"},
    )


def _new_dialog() -> rx.Component:
    form = _form(
        rx.cond(S.one.parent != "", rx.el.p("上级：", rx.el.b(S.one.parent), "（", S.one.parent_code, "）")),
        rx.el.div(
            field(
                "区划代码",
                text_input("code", default=S.typed["code"], input_mode="numeric"),
                name="code",
                required=True,
                hint="县区 6 位，乡镇街道 9 位，村社区 12 位，网格 15 位，以上级的代码开头",
                error=rx.cond(S.faults.contains("parent"), S.faults["parent"], S.faults["code"]),
            ),
            field(
                "名称",
                text_input("name", default=S.typed["name"]),
                name="name",
                required=True,
                error=S.faults["name"],
            ),
            class_name="grid-2",
        ),
        word="保存",
    )
    return dialog(S.asking == "new", "新增区划", form, on_close=S.close, watermark=S.me.watermark)


def _since() -> rx.Component:
    return field(
        "生效日期",
        text_input("since", type="date", default=S.today),
        name="since",
        hint="批文的日期，不晚于今天",
        error=S.faults["since"],
    )


def _change_dialog() -> rx.Component:
    """One dialog for the four changes: what is asked differs, the day is asked always."""
    title = rx.match(S.asking, ("rename", "区划改名"), ("move", "调整区划"), ("merge", "并入其他区划"), "撤销区划")
    word = rx.match(S.asking, ("rename", "确认改名"), ("move", "确认调整"), ("merge", "确认并入"), "确认撤销")
    body = _form(
        rx.el.p(rx.el.b(S.one.name), "（", S.one.code, "，", S.one.level, "）"),
        rx.match(S.asking, ("rename", _rename()), ("move", _move()), ("merge", _merge()), _end()),
        rx.cond(
            S.held.length() > 0,
            alert("orange", rx.el.span("这里有", rx.foreach(S.held, lambda text: rx.el.span(text, "；")))),
        ),
        _since(),
        word=word,
    )
    changes = (S.asking != "") & (S.asking != "new") & (S.asking != "history")
    return dialog(changes, title, body, on_close=S.close, watermark=S.me.watermark)


def _rename() -> rx.Component:
    return rx.fragment(
        field(
            "新名称", text_input("name", default=S.typed["name"]), name="name", required=True, error=S.faults["name"]
        ),
        rx.el.p("以前的案件随之显示新名称；原名称留在历史中，仍可按原名称查找。", class_name="muted"),
    )


def _move() -> rx.Component:
    return rx.fragment(
        rx.cond(
            S.choices.length() > 0,
            field(
                "新的上级",
                combo("parent", S.choices, default=S.typed["parent"], placeholder="输入名称"),
                name="parent",
                error=S.faults["parent"],
            ),
        ),
        field(
            "新的代码",
            text_input("new_code", default=S.typed["new_code"], input_mode="numeric"),
            name="new_code",
            hint="上级下发了新代码时填写，不填则代码不变",
            error=S.faults["new_code"],
        ),
        rx.el.p("下级区划、案件和账号的辖区一并调整。", class_name="muted"),
    )


def _merge() -> rx.Component:
    return rx.fragment(
        field(
            "并入",
            combo("into", S.choices, default=S.typed["into"], placeholder="输入名称"),
            name="into",
            required=True,
            error=S.faults["into"],
        ),
        rx.el.p(
            "并入后不能再选择这个区划；原有案件显示并入后的名称，下级区划归并入后的区划。"
            "按原区划查看的账号只能看到原有案件，需要时请修改账号的辖区。",
            class_name="muted",
        ),
    )


def _end() -> rx.Component:
    return rx.el.p(
        "撤销后不能再选择这个区划，已登记的案件照常显示。有下级、有未办结案件或有账号时不能撤销。", class_name="muted"
    )


def _history_dialog() -> rx.Component:
    def line(one: PastShown) -> rx.Component:
        return rx.el.tr(rx.el.td(one.day), rx.el.td(one.what), rx.el.td(one.was, class_name="said"), rx.el.td(one.by))

    head = rx.el.tr(*(rx.el.th(word, scope="col") for word in ("生效日期", "变更", "变更前", "操作人")))
    body = rx.el.div(
        rx.el.p(rx.el.b(S.one.name), "（", S.one.code, "）"),
        rx.el.div(
            rx.el.table(rx.el.thead(head), rx.el.tbody(rx.foreach(S.past, line)), class_name="preview"),
            class_name="wide-box preview-box",
            tab_index=0,
            role="region",
            custom_attrs={"aria-label": "变更历史"},
        ),
        class_name="form",
    )
    return dialog(S.asking == "history", "变更历史", body, on_close=S.close, wide=True, watermark=S.me.watermark)
