"""The limits in force with their history, and the dialogs that set or end one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import operations as previews
from domain.calendar import queries
from domain.calendar.models import LimitUnit, Link
from domain.calendar.operations.limits import MAX_NOTE
from domain.calendar.rules import Limit
from domain.calendar.rules.limits import FIGURES
from domain.calendar.schemas import LimitView
from domain.cases import categories
from domain.kernel.actor import Actor
from domain.kernel.asking import Ask, Nothing
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, NotFound
from domain.orgs import queries as orgs
from domain.supervision import operations
from state.calendar.foreseen import shown
from state.categories import GROUPS, offers_by_group
from state.clock import now
from state.inputs import Choice, as_text
from state.kit.dialogs import Asked, Dialog, DialogState, Foreseen, id_of
from state.kit.listing import Act, Col, Listing
from state.kit.tables import TablesState
from state.session import SignedInState

RIGHT = Permission.ARRANGE
_CATEGORY_NAMES = {**GROUPS, **{one.code: one.full for one in categories.CATEGORIES.values()}}


@dataclass(frozen=True, slots=True)
class LimitInput:
    """A limit from now on."""

    link: Annotated[Link, Ask("环节")]
    unit: Annotated[LimitUnit, Ask("单位")]
    yellow: Annotated[int, Ask("黄牌", within=FIGURES)]
    red: Annotated[int, Ask("红牌", within=FIGURES)]
    category: Annotated[
        str, Ask("类别", choices="category", empty="所有类别；输入关键字，如：工资、漏水", wide=True)
    ] = ""
    unit_id: Annotated[UUID | None, Ask("承办单位", choices="units", empty="所有单位", wide=True)] = None
    severe: Annotated[bool, Ask("只用于重大且紧急的案件")] = False
    note: Annotated[str, Ask("说明", example="依据或原因", most=MAX_NOTE, wide=True)] = ""
    recompute: Annotated[bool, Ask("同时按新规则重算在办案件的时限（先预览，再执行）")] = False

    def rule(self) -> dict[str, Any]:
        """Give the rule that it sets.

        :raises Invalid: the figures are no limit
        """
        try:
            limit = Limit(self.yellow, self.red, self.unit)
        except Invalid as refusal:
            raise Invalid.of({"red": refusal.message}) from refusal
        return {
            "link": self.link,
            "limit": limit,
            "category": self.category,
            "unit_id": self.unit_id,
            "severe": self.severe,
        }


@dataclass(frozen=True, slots=True)
class EndInput:
    recompute: Annotated[bool, Ask("同时重算在办案件的时限（先预览，再执行）")] = False


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A limit with its scope in words and the name of who set it."""

    rule: LimitView
    scope: str
    by: str

    @property
    def key(self) -> str:
        return str(self.rule.id or f"{self.rule.link}{'-severe' if self.rule.severe else ''}")


async def _in_force(session: AsyncSession, _actor: Actor, _wanted: Nothing, *, at: datetime) -> Sequence[LimitRow]:
    return await _in_words(session, await queries.limits_in_force(session, at))


async def _past(session: AsyncSession, _actor: Actor, _wanted: Nothing, *, at: datetime) -> Sequence[LimitRow]:
    ended = [one for one in await queries.limit_history(session) if one.valid_until and one.valid_until <= at]
    return await _in_words(session, ended)


async def _in_words(session: AsyncSession, found: Iterable[LimitView]) -> Sequence[LimitRow]:
    rules = list(found)
    names = await orgs.staff_names(session, {one.set_by for one in rules if one.set_by})
    units = {unit.id: unit.name for unit in await orgs.departments(session)}
    return [LimitRow(one, _scope(one, units), names.get(one.set_by, "") if one.set_by else "") for one in rules]


def _scope(one: LimitView, units: Mapping[UUID, str]) -> str:
    parts = [
        _CATEGORY_NAMES.get(one.category, one.category) if one.category else "",
        units.get(one.unit_id, "已撤销的单位") if one.unit_id else "",
        "重大且紧急" if one.severe else "",
    ]
    return " · ".join(part for part in parts if part) or "所有案件"


def _period(row: LimitRow) -> str:
    one = row.rule
    if one.valid_until:
        return f"{stamp(one.valid_from)} 至 {stamp(one.valid_until)}"
    return f"{stamp(one.valid_from)} 起" if one.valid_from else "默认"


async def _choices(session: AsyncSession, _actor: Actor) -> Mapping[str, Sequence[Choice]]:
    units = [Choice(str(unit.id), unit.name) for unit in await orgs.departments(session)]
    return {"category": await offers_by_group(session), "units": units}


async def _set(session: AsyncSession, actor: Actor, _key: str, given: LimitInput, at: datetime) -> str:
    more = {"note": given.note, "recompute": given.recompute}
    await operations.set_limit(session, actor, **given.rule(), **more, at=at)
    return "时限已设置，在办案件的时限已重算" if given.recompute else "时限已设置，从现在起生效"


async def _end(session: AsyncSession, actor: Actor, key: str, given: EndInput, at: datetime) -> str:
    await operations.end_limit(session, actor, rule_id=id_of(key), recompute=given.recompute, at=at)
    return "时限已设置，在办案件的时限已重算" if given.recompute else "时限规则已停用"


async def _ahead(session: AsyncSession, actor: Actor, _key: str, given: LimitInput, at: datetime) -> Foreseen | None:
    if not given.recompute:
        return None
    return await shown(session, actor, await previews.preview_limit(session, actor, **given.rule(), at=at), at=at)


async def _end_ahead(session: AsyncSession, actor: Actor, key: str, given: EndInput, at: datetime) -> Foreseen | None:
    if not given.recompute:
        return None
    return await shown(session, actor, await previews.preview_end(session, actor, rule_id=id_of(key), at=at), at=at)


async def _row_of(session: AsyncSession, key: str) -> LimitRow:
    rows = await _in_words(session, await queries.limits_in_force(session, now()))
    found = next((row for row in rows if row.key == key), None)
    if found is None:
        raise NotFound("没有找到这条时限规则")
    return found


async def _of_limit(session: AsyncSession, _actor: Actor, key: str) -> Asked:
    if not key:
        return await _beside(session, Asked(typed={"link": Link.DISPATCH.value}), Link.DISPATCH)
    one = (await _row_of(session, key)).rule
    typed = {
        "link": one.link.value,
        "unit": one.limit.unit.value,
        "yellow": str(one.limit.yellow),
        "red": str(one.limit.red),
        "category": one.category,
        "unit_id": str(one.unit_id or ""),
        "severe": "on" if one.severe else "",
    }
    asked = await _beside(session, Asked(), one.link)
    return replace(asked, typed=typed)


async def _beside(session: AsyncSession, asked: Asked, link: Link) -> Asked:
    """Say what holds for all cases on a link: a new limit is counted in its unit, until another is chosen."""
    in_force = await queries.limits_in_force(session, now())
    usual = next(one for one in in_force if one.link is link and not (one.category or one.unit_id or one.severe))
    typed = asked.typed | {"unit": usual.limit.unit.value}
    return replace(asked, typed=typed, found=[f"现行：{usual.limit.lamps}"])


async def _of_end(session: AsyncSession, _actor: Actor, key: str) -> Asked:
    row = await _row_of(session, str(id_of(key)))
    says = [f"停用“{row.rule.link.label} · {row.scope}”后，按下一条更宽的规则或默认时限计算。"]
    return Asked(says=says, warns=["在办案件的时限默认不变。"])


def _figure(number: int, row: LimitRow) -> str:
    return f"{number} {row.rule.limit.unit.label}"


def _columns(period: str) -> tuple[Col[LimitRow], ...]:
    order = list(Link).index
    return (
        Col(
            "link", "环节", lambda row: row.rule.link.label, by=lambda row: order(row.rule.link), look="bold",
            sort=True, phone="head",
        ),
        Col("scope", "适用范围", lambda row: row.scope, look="wide", sort=True, phone="title", chars=40),
        Col("yellow", "黄牌", lambda row: _figure(row.rule.limit.yellow, row), tone=lambda _: "yellow"),
        Col("red", "红牌", lambda row: _figure(row.rule.limit.red, row), tone=lambda _: "red"),
        Col("period", period, _period, look="wide", sort=True),
        Col("by", "设置人", lambda row: row.by, sort=True),
        Col("note", "说明", lambda row: row.rule.note if row.rule.id else "", look="wide", chars=40),
    )  # fmt: skip


IN_FORCE: Listing[LimitRow] = Listing(
    "limits",
    "现行时限",
    _in_force,
    _columns("生效"),
    key=lambda row: row.key,
    rights=(RIGHT,),
    whole=True,
    title=lambda row: f"{row.rule.link.label} {row.scope}",
    acts=lambda row: [Act("修改", "new"), *([Act("停用", "end")] if row.rule.id else [])],
    choices=_choices,
    says="同一环节有几条规则时，按最具体的一条：先看单位，再看类别（越细越先），最后是默认。流程另有设定的按流程。",
    icon="clock",
)
PAST: Listing[LimitRow] = Listing(
    "limits-past",
    "历史规则",
    _past,
    _columns("有效期间"),
    key=lambda row: row.key,
    rights=(RIGHT,),
    whole=True,
    none_yet=("还没有停用过的规则", "修改或停用时限后，原来的规则会留在这里"),
)


def _said(sentence: str) -> str:
    return sentence


class LimitsState(TablesState, DialogState, SignedInState):
    """One browser's page of limits."""

    TABLES: ClassVar = (IN_FORCE, PAST)
    DIALOGS: ClassVar = {
        "new": Dialog(
            "设置时限",
            _set,
            _said,
            RIGHT,
            LimitInput,
            "设置",
            fill=_of_limit,
            foresee=_ahead,
            tells={"link": "choose_link"},
            below="red",
        ),
        "end": Dialog("停用时限规则", _end, _said, RIGHT, EndInput, "停用", fill=_of_end, foresee=_end_ahead),
    }

    @rx.event
    async def choose_link(self, link: str):
        """Bring the unit of the rule in force for another link."""
        async with self._acting() as (session, actor):
            actor.require(RIGHT)
            if as_text(link) in {one.value for one in Link}:
                self.asked = await _beside(session, self.asked, Link(link))
