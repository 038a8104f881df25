"""A case page: facts, parties, matter, pictures; process, hands, journal."""

from __future__ import annotations

import reflex as rx

from components.cases.dialogs import ratings
from components.cases.relating import copies, handlings, merged_banner, related, relations_menu
from components.kit.fold import folded
from components.kit.icons import icon
from components.kit.menu import menu
from components.kit.show import alert, card, desc_list, empty, gallery, process, tag, timeline
from components.orgs.explain import why_button
from state.cases.buttons import Why
from state.cases.relating import RelatingState as Relating
from state.cases.revealing import RevealState as R
from state.cases.shapes import Change, Hand, Limit, Line, Node, PartyShown
from state.cases.working import CaseState as S


def lamps() -> rx.Component:
    """Draw status, risk and lamps behind the title."""
    case = S.case
    return rx.el.div(
        tag(case.status_label, case.status_tone),
        tag(case.risk_label, case.risk_tone),
        rx.cond(case.urgent, tag("加急", "red")),
        rx.cond(case.major, tag("重大", "red")),
        rx.cond(case.leader_order, tag("领导交办", "red")),
        rx.cond(case.supervision != "", tag(case.supervision, "yellow")),
        rx.cond(case.watch, tag("持续关注", "yellow")),
        rx.cond(case.legacy, tag("历史遗留", "gray")),
        rx.cond(case.due != "", rx.el.details(
            rx.el.summary(tag(case.due, case.due_tone), title="时限说明"),
            rx.el.div(rx.foreach(S.limits, _limit), class_name="pop"),
            class_name="due",
        )),
        class_name="lamps",
    )  # fmt: skip


def _limit(limit: Limit) -> rx.Component:
    return rx.el.section(
        rx.el.p(rx.el.b(limit.label, " "), limit.explanation, rx.cond(limit.paused, tag("已暂停", "gray"))),
        rx.el.ul(
            rx.foreach(
                limit.stretches,
                lambda one: rx.el.li(one.text, class_name=rx.cond(one.counted, "", "muted")),
            ),
            class_name="stretches",
        ),
        rx.foreach(limit.notes, lambda note: rx.el.small(note, class_name="muted")),
        class_name="limit",
    )


def first() -> rx.Component:
    """Say before all else what must be done, and by whom."""
    mine = rx.fragment("现在由您办理：", rx.el.b(S.primary[0].label))
    others = rx.fragment("现在等待", rx.el.b(S.awaited.who), S.awaited.label)
    return rx.cond(
        S.primary.length() > 0,
        rx.el.p(mine, class_name="onward mine"),
        rx.cond(S.awaited.label != "", rx.el.p(others, class_name="onward")),
    )


def acts() -> rx.Component:
    """Draw the primary action, the others in a menu, and why the rest is not there."""
    return rx.el.div(
        rx.cond(
            S.may_print & S.case.has_slip,
            rx.el.a(
                icon("print"),
                "受理通知单",
                href=f"/api/v1/cases/{S.case.number}/slip",
                target="_blank",
                class_name="btn",
            ),
        ),
        relations_menu(),
        menu(
            "更多操作",
            rx.foreach(
                S.others,
                lambda b: rx.el.button(b.label, class_name="item", type="button", on_click=S.ask(b.action)),
            ),
            why_button("为什么我能看到？", look="item"),
            rx.cond(
                S.whys.length() > 0,
                rx.el.details(
                    rx.el.summary("为什么不能操作？", class_name="item"),
                    rx.el.ul(rx.foreach(S.whys, _why), class_name="whys"),
                ),
            ),
        ),
        rx.foreach(
            S.primary,
            lambda b: rx.el.button(b.label, class_name="btn pri", on_click=S.ask(b.action), id="primary-action"),
        ),
        class_name="acts",
    )


def ways() -> rx.Component:
    """Draw the ways to the neighbours of the case in the list one came from; J and K go them too."""

    def way(label: str, href: rx.Var[str], key: str) -> rx.Component:
        link = rx.el.a(label, href=href, class_name="btn", custom_attrs={f"data-{key}": "1"})
        return rx.cond(href != "", link, rx.el.button(label, type="button", class_name="btn", disabled=True))

    beside = S.beside
    return rx.cond(
        (beside.previous != "") | (beside.next != ""),
        rx.el.span(way("上一件", beside.previous, "previous"), way("下一件", beside.next, "next"), class_name="ways"),
    )


def _why(why: Why) -> rx.Component:
    return rx.el.li(rx.el.b(why.label), rx.el.span(why.reason))


def left() -> rx.Component:
    """Draw the left column: what the matter is."""
    return rx.el.div(
        merged_banner(), _process(), handlings(), _matter(), _parties(), _result(), _pictures(), class_name="stack"
    )


def right() -> rx.Component:
    """Draw the right column: who has it and what happened."""
    return rx.el.div(_hands(), related(), copies(), _journal(), _messages(), _slip(), class_name="stack")


def _process() -> rx.Component:
    # The way of the case; a phone first says in one line how far it is.
    return folded(
        "流转路径", rx.fragment(rx.foreach(S.nodes, _stand), S.nodes.length(), " 步"), process(S.nodes), icon="branch"
    )


def _stand(one: Node) -> rx.Component:
    here = (one.state == "now") | (one.state == "late")
    return rx.cond(here, rx.fragment("现在：", one.label, "，共 "))


def _matter() -> rx.Component:
    case = S.case
    facts = card(
        "诉求信息",
        desc_list(
            [
                ("编号", case.number),
                ("类别", rx.fragment(case.kind, " / ", case.category)),
                ("来源", case.source),
                ("所属辖区", case.area),
                ("发生时间", _or_dash(case.occurred)),
                ("规模", rx.fragment(case.scale, "，", case.headcount)),
                ("涉及金额", _or_dash(case.amount)),
                ("受理时间", _or_dash(case.submitted)),
                ("承诺办结", _or_dash(case.promised)),
                ("登记", case.registered),
                ("办结时间", _or_dash(case.closed)),
                ("办理流程", case.process),
                ("市平台", _or_dash(case.city)),
            ]
        ),
        rx.el.p(case.content, class_name="content"),
        rx.cond(case.watch, alert("yellow", "持续关注原因：", case.watch_reason)),
        icon="list",
    )
    return rx.el.div(facts, class_name="matter")


def _or_dash(value: rx.Var[str]) -> rx.Component:
    return rx.cond(value != "", value, "—")


def _parties() -> rx.Component:
    return card("当事人", rx.el.ul(rx.foreach(S.parties, _party), class_name="parties"), icon="user")


def _party(party: PartyShown) -> rx.Component:
    return rx.el.li(
        tag(party.kind, party.tone),
        rx.el.b(party.name, _eye(party, "name", "姓名")),
        rx.el.span(party.about, class_name="muted"),
        rx.cond(
            party.id_number != "",
            rx.el.span(party.id_type, " ", party.id_number, _eye(party, "id_number", "证件号码")),
            rx.el.span(rx.cond(party.no_id != "", f"未出示证件：{party.no_id}", "未登记证件"), class_name="muted"),
        ),
        rx.cond(party.phone != "", rx.el.span("电话 ", party.phone, _eye(party, "phone", "联系电话"))),
        rx.cond(party.address != "", rx.el.span(party.address, _eye(party, "address", "住址"), class_name="address")),
    )


def _eye(party: PartyShown, field: str, label: str) -> rx.Component:
    return rx.cond(
        S.may_reveal & ~party.anonymised,
        rx.el.button(
            icon("eye", 14),
            class_name="eye",
            type="button",
            on_click=R.ask(party.person_id, field),
            custom_attrs={"aria-label": f"查看{label}明文", "title": f"查看{label}明文（须写明原因并留痕）"},
        ),
    )


def _result() -> rx.Component:
    case = S.case
    return rx.cond(
        (case.result != "") | (S.ratings.length() > 0),
        card(
            "办理结果",
            rx.cond(case.result != "", rx.el.p(case.result, class_name="content")),
            rx.cond(S.answer.reworded, alert("blue", "给诉求人的答复：", S.answer.text)),
            rx.foreach(S.answer.lines, lambda line: rx.el.p(line, class_name="muted")),
            desc_list(
                [
                    ("化解方式", _or_dash(case.method)),
                    ("办结方式", _or_dash(case.outcome)),
                    ("评价申诉", _or_dash(case.appeal)),
                ]
            ),
            rx.cond(S.ratings.length() > 0, ratings()),
            rx.cond(case.typical_text != "", alert("blue", "典型案例：", case.typical_text)),
            icon="check",
        ),
    )


def _pictures() -> rx.Component:
    return rx.cond(
        S.pictures.length() > 0,
        card(
            "现场图片",
            gallery(
                S.pictures,
                src=lambda p: f"/api/v1/attachments/{p.id}",
                thumb=lambda p: f"/api/v1/attachments/{p.id}/thumb",
                original=lambda p: p.original,
                watermark=S.me.watermark,
            ),
            icon="camera",
        ),
    )


def _hands() -> rx.Component:
    return card(
        "承办情况",
        rx.cond(
            S.hands.length() > 0,
            rx.el.ul(rx.foreach(S.hands, _hand), class_name="hands"),
            empty("尚未转派", "转派后这里显示主办、协办单位和责任人"),
        ),
        icon="building",
    )


def _hand(hand: Hand) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            tag(hand.part, rx.cond(hand.part == "主办", "blue", "gray"), plain=True),
            rx.el.b(hand.unit),
            tag(hand.state, hand.tone),
            class_name="row",
        ),
        rx.cond(hand.in_charge != "", rx.el.div("责任人 ", hand.in_charge, " ", hand.phone)),
        rx.el.small(hand.when, class_name="muted"),
        rx.cond(hand.agreed, rx.el.small("部门领导已同意退回", class_name="muted")),
        rx.cond(
            S.may_relate & hand.waivable,
            rx.el.button(
                "免除反馈", type="button", class_name="btn small", on_click=Relating.begin("waive", hand.code)
            ),
        ),
    )


def _journal() -> rx.Component:
    return card(
        "办理记录",
        rx.el.div(
            *[
                rx.el.button(
                    label,
                    type="button",
                    class_name="chip",
                    on_click=S.show_lines(kind),
                    custom_attrs={"aria-pressed": rx.cond(S.lines_shown == kind, "true", "false")},
                )
                for kind, label in _KINDS
            ],
            class_name="chips",
            role="group",
            custom_attrs={"aria-label": "筛选办理记录"},
        ),
        timeline(S.lines, _line),
        icon="clock",
    )


_KINDS = (("all", "全部"), ("step", "流转"), ("answer", "答复"), ("note", "内部"), ("record", "记录"))


def _change(change: Change) -> rx.Component:
    return rx.el.tr(rx.el.th(change.label, scope="row"), rx.el.td(change.before), rx.el.td(change.after))


def _line(line: Line) -> rx.Component:
    return rx.fragment(
        rx.el.time(line.when),
        rx.el.b(line.label),
        rx.cond(line.moved != "", rx.el.small(line.moved, class_name="moved")),
        rx.el.span(line.who, class_name="who"),
        rx.cond(line.opinion != "", rx.el.p(line.opinion)),
        rx.cond(line.notes != "", rx.el.p(line.notes, class_name="muted")),
        rx.cond(
            line.changes.length() > 0,
            rx.el.table(
                rx.el.thead(rx.el.tr(rx.el.th("栏目"), rx.el.th("修改前"), rx.el.th("修改后"))),
                rx.el.tbody(rx.foreach(line.changes, _change)),
                class_name="changes",
            ),
        ),
        rx.el.div(
            rx.foreach(
                line.pictures,
                lambda p: rx.el.a(
                    rx.el.img(src=f"/api/v1/attachments/{p}/thumb", alt="现场图片", loading="lazy"),
                    href=f"/api/v1/attachments/{p}",
                    target="_blank",
                ),
            ),
            class_name="thumbs",
        ),
    )


def _messages() -> rx.Component:
    return rx.cond(
        S.deliveries.length() > 0,
        card(
            "短信通知",
            rx.el.ul(
                rx.foreach(
                    S.deliveries,
                    lambda one: rx.el.li(
                        rx.el.b(one.occasion, " "), one.state, rx.el.small(" ", one.when, " 写成", class_name="muted")
                    ),
                ),
                class_name="hands",
            ),
            icon="phone",
        ),
    )


def _slip() -> rx.Component:
    return rx.cond(
        S.may_print & S.case.has_slip,
        card(
            rx.cond(S.answer.online, "扫码查进度", "查询进度"),
            rx.cond(
                S.answer.online,
                rx.fragment(
                    rx.el.img(src=f"/api/v1/cases/{S.case.number}/qr.svg", alt="一事一码二维码", class_name="qr"),
                    rx.el.p("诉求人扫码后，凭手机号和验证码查看办理进度", class_name="muted center"),
                ),
                rx.el.p("没有开通短信，诉求人不能上网查询：凭编号来电或到窗口询问", class_name="muted"),
            ),
            icon="phone",
        ),
    )
