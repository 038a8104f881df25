"""Alarms: the open ones whole and live, closed with a note; those dealt with page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit import operations, queries
from domain.audit.schemas import AlarmKind, AlarmView
from domain.kernel.actor import Actor
from domain.kernel.asking import Ask, Nothing
from domain.kernel.clock import local_date, stamp
from domain.kernel.paging import Page
from domain.kernel.permissions import Permission
from state.audit.shapes import lines_of, person
from state.kit.dialogs import Asked, Dialog, DialogState, id_of
from state.kit.listing import Act, Col, Listing, ListState
from state.kit.tables import TablesState
from state.session import SignedInState

_RED = frozenset({AlarmKind.CHAIN, AlarmKind.UNSEALED, AlarmKind.CLOCK, AlarmKind.MASS_READING, AlarmKind.DAILY_LIMIT})


@dataclass(frozen=True, slots=True)
class Found:
    note: Annotated[str, Ask("处理情况", example="核实了什么、结论和已采取的措施", most=500, lines=4, wide=True)]


@dataclass(frozen=True, slots=True)
class Closed:
    sort: str = ""


async def _open(session: AsyncSession, actor: Actor, _wanted: Nothing, *, at: datetime) -> Sequence[AlarmView]:
    return [one for one in await queries.open_alarms(session, actor) if one.at <= at]


async def _closed(session: AsyncSession, actor: Actor, wanted: Closed, **turned: Any) -> Page[AlarmView]:
    return await queries.closed_alarms(session, actor, oldest_first=wanted.sort == "at", **turned)


async def _close(session: AsyncSession, actor: Actor, key: str, given: Found, at: datetime) -> None:
    await operations.acknowledge(session, actor, id_of(key), given.note, at=at)


async def _of_one(session: AsyncSession, actor: Actor, key: str) -> Asked:
    one = await queries.open_alarm(session, actor, id_of(key))
    return Asked(about=f"{one.kind.label} {one.name} {one.said}，{stamp(one.at)}", href=_lines(one))


def _tone(one: AlarmView) -> str:
    return "red" if one.kind in _RED else "orange"


def _lines(one: AlarmView) -> str:
    day = local_date(one.at)
    return lines_of(one.login, day - timedelta(days=1), day) if one.login else "/journal"


def _acts(one: AlarmView) -> Sequence[Act]:
    read = Act("查看记录", href=_lines(one))
    return [read] if one.mine else [read, Act("处理", "handle", look="pri")]


def _name(one: AlarmView) -> str:
    return f"{one.kind.label} {one.name}"


def _who(one: AlarmView) -> str:
    return f"{one.name} {one.login}" if one.login else "系统"


ABOUT: tuple[Col[AlarmView], ...] = (
    Col("kind", "告警", lambda one: one.kind.label, tone=_tone, phone="head"),
    Col("said", "情况", lambda one: one.said, look="wide", phone="title", chars=50),
    Col("who", "人员", _who, link=lambda one: person(one.login)),
)
OPEN: Listing[AlarmView] = Listing(
    "alarms",
    "待处理告警",
    _open,
    (*ABOUT, Col("at", "时间", lambda one: stamp(one.at), sort=True)),
    key=lambda one: str(one.id),
    rights=(Permission.JOURNAL_AUDIT,),
    whole=True,
    title=_name,
    tone=_tone,
    acts=_acts,
    said=lambda one: "涉及本人，由另一位审计管理员处理" if one.mine else "",
    none_yet=("没有待处理的告警", "大量查看、夜间查看明文、反复被拒绝、反复登录失败、日志不完整时会出现在这里"),
    icon="warn",
)
CLOSED: Listing[AlarmView] = Listing(
    "alarms-closed",
    "已处理告警",
    _closed,
    (
        *ABOUT,
        Col("at", "告警时间", lambda one: stamp(one.at), sort=True),
        Col("seen", "处理时间", lambda one: stamp(one.seen_at)),
        Col("by", "处理人", lambda one: one.seen_by),
        Col("note", "处理情况", lambda one: one.note, look="wide", chars=50),
    ),
    key=lambda one: str(one.id),
    rights=(Permission.JOURNAL_AUDIT,),
    wanted=Closed,
    title=_name,
    none_yet=("还没有处理过的告警", "处理后的告警连同处理情况留在这里，不会删除"),
    live=("alarm",),
)


class AlarmsState(ListState, TablesState, DialogState, SignedInState):
    """One browser's page of alarms."""

    LISTING: ClassVar = CLOSED
    TABLES: ClassVar = (OPEN,)
    DIALOGS: ClassVar = {
        "handle": Dialog(
            "处理告警",
            _close,
            "告警已处理",
            Permission.JOURNAL_AUDIT,
            Found,
            "处理完毕",
            fill=_of_one,
            says="处理后不能修改或撤销，处理情况留痕。",
            leads="先看记录",
        ),
    }

    async def _open_list(self, session: AsyncSession, actor: Actor) -> None:
        self.tables = {}
        await super()._open_list(session, actor)

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        await self._read_tables(session, actor)
        await super()._read(session, actor)
