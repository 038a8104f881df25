"""The areas of the county, one branch at a time: the list, and the dialogs that add, change and end one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from domain.areas import operations, queries, rules
from domain.areas.models import Area, Change, Level
from domain.areas.schemas import AreaInput, AreaView, ChangeView
from domain.cases.operations import divisions
from domain.kernel.actor import SYSTEM_ID, Actor
from domain.kernel.asking import Ask
from domain.kernel.clock import local_date
from domain.kernel.permissions import Permission
from domain.kernel.refusals import ActionNotAllowed, Invalid
from domain.kernel.searching import fits
from domain.orgs import queries as orgs
from state.clock import now
from state.inputs import Choice
from state.kit.dialogs import Asked, Dialog, DialogState
from state.kit.listing import Act, Col, Listing, ListState
from state.session import SignedInState

TOP = "top"
"""The view that the page begins with: counties and townships."""
_LEVELS = tuple(Level)
_SINCE = Ask("生效日期", hint="批文的日期，不晚于今天")
_CODE = Ask("新的代码", hint="上级下发了新代码时填写，不填则代码不变", keyboard="numeric")


@dataclass(frozen=True, slots=True)
class AreasWanted:
    text: Annotated[str, Ask("搜索区划", example="名称、代码", search=True)] = ""
    level: Annotated[Level | None, Ask("按级别筛选", empty="全部级别")] = None
    ended: Annotated[bool, Ask("含已停用")] = False
    branch: Annotated[str, Ask("所在区划", choices="area", linked=True)] = ""
    view: str = ""
    sort: str = ""

    @property
    def found(self) -> bool:
        """Tell whether areas are looked for, wherever they lie."""
        return bool(self.text or self.level)

    def fits(self, one: AreaView, branch: AreaView | None) -> bool:
        if one.ended_on and not self.ended:
            return False
        if self.level and one.level is not self.level:
            return False
        if branch:
            inside = one.path.startswith(branch.path) if self.found else branch.id in {one.id, one.parent_id}
            return inside and fits(self.text, one.name, one.code)
        shown = self.found or self.view != TOP or one.level in {Level.COUNTY, Level.TOWNSHIP}
        return shown and fits(self.text, one.name, one.code)


@dataclass(frozen=True, slots=True)
class Listed:
    """An area with what stands beside it in the list."""

    area: AreaView
    parent: str
    inside: int
    state: str
    changed: bool
    depth: int
    href: str
    """Where its branch is shown; empty where nothing lies in it."""

    @property
    def live(self) -> bool:
        return self.area.ended_on is None


async def _rows(
    session: AsyncSession,
    actor: Actor,
    wanted: AreasWanted,
    *,
    at: datetime,  # noqa: ARG001 — as every list
) -> Sequence[Listed]:
    actor.require(Permission.AREA_MANAGE)
    every = await queries.every_area(session)
    changed = await queries.changed_ids(session)
    branch = next((one for one in every if one.code == wanted.branch), None)
    if wanted.branch and branch is None:
        raise Invalid.of({"branch": "没有这个区划"})
    names = {one.id: one.name for one in every}
    inside = Counter(one.parent_id for one in every if one.ended_on is None and one.parent_id)
    begins = _LEVELS.index(branch.level) if branch else 0
    return [
        Listed(
            one,
            names.get(one.parent_id, "") if one.parent_id else "",
            inside[one.id],
            _state(one, names.get(one.successor_id, "") if one.successor_id else ""),
            one.id in changed,
            0 if wanted.found or wanted.sort else _LEVELS.index(one.level) - begins,
            f"/areas?branch={one.code}{'&ended=1' if wanted.ended else ''}" if inside[one.id] else "",
        )
        for one in every
        if wanted.fits(one, branch)
    ]


def _state(one: AreaView, into: str) -> str:
    return f"已并入{into}" if into else f"{one.ended_on} 撤销" if one.ended_on else "在用"


def _acts(one: Listed) -> list[Act]:
    past = [Act("历史", "history")] if one.changed else []
    if not one.live:
        return past
    below = [] if one.area.level is Level.GRID else [Act("加下级", "new")]
    border = [Act("删除边界", "undraw")] if one.area.datum else []
    moved = Act("调整", "move" if one.area.parent_id else "recode")
    return [*below, Act("改名", "rename"), moved, Act("并入", "merge"), Act("撤销", "end"), *border, *past]


AREAS: Listing[Listed] = Listing(
    "areas",
    "区划",
    _rows,
    (
        Col("name", "名称", lambda one: one.area.name, sort=True, phone="title", tree=True),
        Col("level", "级别", lambda one: one.area.level.label, by=lambda one: _LEVELS.index(one.area.level), sort=True),
        Col("code", "代码", lambda one: one.area.code, sort=True, phone="head", look="code"),
        Col("parent", "上级", lambda one: one.parent, sort=True),
        Col(
            "inside", "下级", lambda one: f"{one.inside} 个" if one.inside else "",
            link=lambda one: one.href, by=lambda one: one.inside, sort=True,
        ),
        Col("border", "边界", lambda one: one.area.datum.short if one.area.datum else "", phone="hide"),
        Col("state", "状态", lambda one: one.state, tone=lambda one: "green" if one.live else "gray", phone="tag"),
    ),
    key=lambda one: one.area.code,
    rights=(Permission.AREA_MANAGE,),
    wanted=AreasWanted,
    whole=True,
    title=lambda one: one.area.name,
    tone=lambda one: "" if one.live else "off",
    depth=lambda one: one.depth,
    acts=_acts,
    views=frozenset({TOP}),
    home=TOP,
    unit="个区划",
    none_yet=("还没有区划", "导入统计用区划代码名录，或逐个新增；没有区划时不能受理案件"),
    none_left="没有符合条件的区划",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewName:
    name: Annotated[str, Ask("新名称")]
    since: Annotated[date | None, _SINCE] = None


@dataclass(frozen=True, slots=True)
class NewPlace:
    parent: Annotated[str, Ask("新的上级", choices="area", empty="输入名称")] = ""
    new_code: Annotated[str, _CODE] = ""
    since: Annotated[date | None, _SINCE] = None


@dataclass(frozen=True, slots=True)
class NewCode:
    new_code: Annotated[str, _CODE] = ""
    since: Annotated[date | None, _SINCE] = None


@dataclass(frozen=True, slots=True)
class Merger:
    into: Annotated[str, Ask("并入", choices="area", empty="输入名称")]
    since: Annotated[date | None, _SINCE] = None


@dataclass(frozen=True, slots=True)
class Ending:
    since: Annotated[date | None, _SINCE] = None


async def _live(session: AsyncSession, code: str) -> AreaView:
    area = await queries.by_code(session, code)
    if area.ended_on:
        raise ActionNotAllowed(f"“{area.name}”已停用")
    return area


async def _begun(session: AsyncSession, _actor: Actor, below: str) -> Asked:
    if not below:
        return Asked()
    parent = await _live(session, below)
    return Asked(about=f"上级：{parent.name}（{parent.code}）", typed={"code": parent.code})


async def _filled(session: AsyncSession, _actor: Actor, code: str) -> Asked:
    area = await _live(session, code)
    parent = await queries.parent_code(session, area)
    return Asked(
        about=f"{area.name}（{area.code}，{area.level.label}）",
        typed={"name": area.name, "parent": parent, "since": local_date(now()).isoformat()},
    )


async def _warned(session: AsyncSession, actor: Actor, code: str) -> Asked:
    held = await divisions.held_by(session, actor, code)
    told = [(held.cases, "件未办结的案件"), (held.accounts, "个账号的辖区")]
    here = "，".join(f"{count} {word}" for count, word in told if count)
    return replace(await _filled(session, actor, code), warns=[f"这里有 {here}。"] if here else [])


async def _past(session: AsyncSession, _actor: Actor, code: str) -> Asked:
    area = await queries.by_code(session, code)
    changes = await queries.changes_of(session, area.id)
    names = await orgs.staff_names(session, {one.changed_by for one in changes})
    lines = [
        [
            one.valid_from.isoformat(),
            f"并入{one.into}" if one.kind is Change.MERGE else one.kind.label,
            _was(one),
            "命令行" if one.changed_by == SYSTEM_ID else names.get(one.changed_by, ""),
        ]
        for one in changes
    ]
    return Asked(about=f"{area.name}（{area.code}）", lines=lines)


def _was(one: ChangeView) -> str:
    """Write what the area was until then."""
    told = [f"名称 {one.name}", f"代码 {one.code}", f"上级 {one.parent}" if one.parent else ""]
    return "，".join(filter(None, told))


async def _above(session: AsyncSession, _actor: Actor, code: str) -> Mapping[str, Sequence[Choice]]:
    area = await queries.by_code(session, code)
    return await _of_level(session, area, rules.level_above(area.level))


async def _peers(session: AsyncSession, _actor: Actor, code: str) -> Mapping[str, Sequence[Choice]]:
    area = await queries.by_code(session, code)
    return await _of_level(session, area, area.level)


async def _of_level(session: AsyncSession, area: AreaView, level: Level | None) -> Mapping[str, Sequence[Choice]]:
    every = await queries.all_areas(session)
    names = {one.id: f"{one.name} / " for one in every}
    offered = [one for one in every if one.level is level and one.id != area.id]
    return {"area": [Choice(one.code, f"{names.get(one.parent_id, '')}{one.name}") for one in offered]}


async def _add(session: AsyncSession, actor: Actor, _below: str, given: AreaInput, at: datetime) -> Area:
    return await operations.create(session, actor, given, at=at)


async def _rename(session: AsyncSession, actor: Actor, code: str, given: NewName, at: datetime) -> None:
    await operations.rename(session, actor, code, given.name, since=given.since or local_date(at), at=at)


async def _move(session: AsyncSession, actor: Actor, code: str, given: NewPlace, at: datetime) -> None:
    since = given.since or local_date(at)
    await divisions.move(session, actor, code, given.parent, given.new_code, since=since, at=at)


async def _recode(session: AsyncSession, actor: Actor, code: str, given: NewCode, at: datetime) -> None:
    await _move(session, actor, code, NewPlace(new_code=given.new_code, since=given.since), at)


async def _merge(session: AsyncSession, actor: Actor, code: str, given: Merger, at: datetime) -> None:
    await divisions.merge(session, actor, code, given.into, since=given.since or local_date(at), at=at)


async def _undraw(session: AsyncSession, actor: Actor, code: str, given: Ending, at: datetime) -> None:
    await operations.undraw(session, actor, code, since=given.since or local_date(at), at=at)


async def _end(session: AsyncSession, actor: Actor, code: str, given: Ending, at: datetime) -> None:
    await divisions.end(session, actor, code, since=given.since or local_date(at), at=at)


_MAY = Permission.AREA_MANAGE
_ALONG = "下级区划、案件和账号的辖区一并调整。"


class AreasState(ListState, DialogState, SignedInState):
    """One browser's page of areas: the counties with their townships, one branch, or what a search finds."""

    LISTING: ClassVar = AREAS
    DIALOGS: ClassVar = {
        "new": Dialog("新增区划", _add, "区划已添加", _MAY, AreaInput, fill=_begun),
        "rename": Dialog(
            "区划改名", _rename, "区划已改名", _MAY, NewName, "确认改名", fill=_filled,
            says="以前的案件随之显示新名称；原名称留在历史中，仍可按原名称查找。",
        ),
        "move": Dialog(
            "调整区划", _move, "区划已调整", _MAY, NewPlace, "确认调整", fill=_warned, choices=_above, says=_ALONG,
        ),
        "recode": Dialog("调整区划", _recode, "区划已调整", _MAY, NewCode, "确认调整", fill=_warned, says=_ALONG),
        "merge": Dialog(
            "并入其他区划", _merge, "区划已并入", _MAY, Merger, "确认并入", fill=_warned, choices=_peers,
            says="并入后不能再选择这个区划；原有案件显示并入后的名称，下级区划归并入后的区划。"
            "按原区划查看的账号只能看到原有案件，需要时请修改账号的辖区。",
        ),
        "end": Dialog(
            "撤销区划", _end, "区划已撤销", _MAY, Ending, "确认撤销", fill=_warned,
            says="撤销后不能再选择这个区划，已登记的案件照常显示。有下级、有未办结案件或有账号时不能撤销。",
        ),
        "undraw": Dialog(
            "删除边界", _undraw, "边界已删除", _MAY, Ending, "确认删除", fill=_filled,
            says="地图上不再显示这个区划；区划本身和案件不变，边界可以重新导入。",
        ),
        "history": Dialog(
            "变更历史", None, "", _MAY, fill=_past, heads=("生效日期", "变更", "变更前", "操作人"), wide=True,
        ),
    }  # fmt: skip
    branch: str = ""
    above: str = ""
    """Code of the branch above the one that is shown."""
    borderless: bool = False

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        await super()._read(session, actor)
        code = self.filters.get("branch", "")
        one = await queries.by_code(session, code) if code else None
        way = rules.codes_in(one.path) if one else ()
        self.borderless = not await queries.bordered(session, Level.TOWNSHIP)
        self.branch, self.above = (one.name if one else ""), (way[-2] if len(way) > 2 else "")
