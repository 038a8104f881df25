"""The units of the county as a tree: the list and its dialogs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.queries import receiving
from domain.kernel.actor import Actor
from domain.kernel.asking import Ask, Nothing, asked
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.kernel.refusals import NotFound
from domain.kernel.searching import fits
from domain.orgs import operations, queries
from domain.orgs.models import Unit, UnitKind
from domain.orgs.schemas import UnitInput, UnitRow
from state.inputs import Choice
from state.kit.dialogs import Asked, Dialog, DialogState
from state.kit.listing import Act, Col, Listing, ListState, Mark
from state.session import SignedInState

DEEPEST = 4
"""Levels that are told apart by their indent; deeper ones look alike."""


@dataclass(frozen=True, slots=True)
class UnitsWanted:
    text: Annotated[str, Ask("搜索单位", example="名称、简称、代码", search=True)] = ""
    kind: Annotated[UnitKind | None, Ask("按类型筛选", empty="全部类型")] = None
    bare: Annotated[bool, Ask("没有账号的")] = False
    sort: str = ""

    @property
    def flat(self) -> bool:
        """Tell whether rows stand without those that they belong to, or in another order."""
        return bool(self.text or self.kind or self.bare or self.sort)

    def fits(self, unit: UnitRow) -> bool:
        right_kind = self.kind is None or unit.kind is self.kind
        return (
            right_kind and not (self.bare and unit.accounts) and fits(self.text, unit.name, unit.short_name, unit.code)
        )


@dataclass(frozen=True, slots=True)
class Placed:
    """A unit with its place in the tree."""

    unit: UnitRow
    parent: str
    depth: int

    @property
    def enabled(self) -> bool:
        return self.unit.disabled_at is None


async def _rows(
    session: AsyncSession,
    actor: Actor,
    wanted: UnitsWanted,
    *,
    at: datetime,  # noqa: ARG001 — as every list
) -> Sequence[Placed]:
    tree = list(_tree(await queries.units_of_county(session, actor)))
    names = {one.code: one.name for one, _ in tree}
    return [
        Placed(one, names.get(one.parent_code, ""), 0 if wanted.flat else depth)
        for one, depth in tree
        if wanted.fits(one)
    ]


def _tree(units: Sequence[UnitRow]) -> Iterator[tuple[UnitRow, int]]:
    """Each unit after the one it belongs to, with its depth; one whose parent is unknown stands at the top."""
    known = {one.code for one in units}
    below: dict[str, list[UnitRow]] = {}
    for one in units:
        below.setdefault(one.parent_code if one.parent_code in known else "", []).append(one)
    waiting: list[tuple[UnitRow, int]] = _reversed(below.pop("", ()), 0)
    while waiting:
        one, depth = waiting.pop()
        yield one, min(depth, DEEPEST)
        waiting.extend(_reversed(below.pop(one.code, ()), depth + 1))


def _reversed(units: Iterable[UnitRow], depth: int) -> list[tuple[UnitRow, int]]:
    return [(one, depth) for one in reversed(list(units))]


def _state(one: Placed) -> str:
    return "启用" if one.enabled else "已停用"


def _acts(one: Placed) -> list[Act]:
    if one.enabled:
        return [Act("修改", "change"), Act("加下级", "new"), Act("停用", "disable")]
    return [Act("修改", "change"), Act("启用", "enable")]


UNITS: Listing[Placed] = Listing(
    "units",
    "单位",
    _rows,
    (
        Col("name", "单位名称", lambda one: one.unit.name, note=lambda one: one.unit.short_name, sort=True, phone="title", tree=True),
        Col("kind", "类型", lambda one: one.unit.kind.label, sort=True),
        Col("code", "代码", lambda one: one.unit.code, sort=True, phone="head", look="code"),
        Col("parent", "上级", lambda one: one.parent, sort=True),
        Col("phone", "办公电话", lambda one: one.unit.phone),
        Col("address", "地址", lambda one: one.unit.address),
        Col(
            "accounts", "账号", lambda one: f"{one.unit.accounts} 个", by=lambda one: one.unit.accounts, sort=True,
            link=lambda one: f"/accounts?unit={one.unit.code}",
        ),
        Col(
            "state", "状态", _state, phone="tag", sort=True,
            marks=lambda one: [Mark(_state(one), "green" if one.enabled else "gray", stamp(one.unit.disabled_at))],
        ),
    ),
    key=lambda one: one.unit.code,
    rights=(Permission.UNIT_MANAGE,),
    wanted=UnitsWanted,
    whole=True,
    title=lambda one: one.unit.name,
    tone=lambda one: "" if one.enabled else "off",
    depth=lambda one: one.depth,
    acts=_acts,
    unit="个单位",
    none_yet=("还没有单位", "新增单位，或从 Excel 导入"),
    none_left="没有符合条件的单位",
)  # fmt: skip


async def _unit(session: AsyncSession, actor: Actor, code: str) -> UnitRow:
    found = next((one for one in await queries.units_of_county(session, actor) if one.code == code), None)
    if found is None:
        raise NotFound("没有这个单位")
    return found


async def _parents(session: AsyncSession, actor: Actor, code: str) -> Mapping[str, Sequence[Choice]]:
    """Offer the enabled units, and the one that a unit belongs to already."""
    tree = list(_tree(await queries.units_of_county(session, actor)))
    kept = next((one.parent_code for one, _ in tree if one.code == code), "")
    offered = [(one, depth) for one, depth in tree if not one.disabled_at or one.code == kept]
    return {"parents": [Choice(one.code, f"{'　' * depth}{one.name}") for one, depth in offered]}


async def _begun(session: AsyncSession, actor: Actor, below: str) -> Asked:
    parent = (await _unit(session, actor, below)).code if below else ""
    return Asked(typed={"kind": UnitKind.DEPARTMENT.value, "parent_code": parent, "position": "0"})


async def _filled(session: AsyncSession, actor: Actor, code: str) -> Asked:
    unit = await _unit(session, actor, code)
    return Asked(typed={one.name: str(getattr(unit, one.name)) for one in asked(UnitInput)}, fixed=["code"])


async def _leaving(session: AsyncSession, actor: Actor, code: str) -> Asked:
    unit = await _unit(session, actor, code)
    cases = await receiving.open_of_unit(session, actor, code)
    warns = [
        f"该单位还有 {cases} 件在办案件，停用后将无人接收，请先改派。" if cases else "",
        f"该单位还有 {unit.accounts} 个启用的账号，须先调整或停用。" if unit.accounts else "",
    ]
    says = f"停用后，“{unit.name}”不再出现在转派、抄告和新建账号的列表里，已转来的案件仍可查到。"
    return Asked(says=[says], warns=[one for one in warns if one])


async def _returning(session: AsyncSession, actor: Actor, code: str) -> Asked:
    unit = await _unit(session, actor, code)
    return Asked(says=[f"启用后，“{unit.name}”重新出现在转派、抄告和新建账号的列表里。"])


async def _add(session: AsyncSession, actor: Actor, _below: str, given: UnitInput, at: datetime) -> Unit:
    return await operations.create_unit(session, actor, given, at=at)


async def _change(session: AsyncSession, actor: Actor, code: str, given: UnitInput, at: datetime) -> Unit:
    return await operations.change_unit(session, actor, code, given, at=at)


@dataclass(frozen=True, slots=True)
class Leaving:
    reason: Annotated[str, Ask("停用原因", example="例如：机构合并", most=200, wide=True)] = ""


async def _disable(session: AsyncSession, actor: Actor, code: str, given: Leaving, at: datetime) -> None:
    await operations.disable_unit(session, actor, code, at=at, reason=given.reason)


async def _enable(session: AsyncSession, actor: Actor, code: str, _given: Nothing, at: datetime) -> None:
    await operations.enable_unit(session, actor, code, at=at)


class UnitsState(ListState, DialogState, SignedInState):
    """One browser's page of units; a tree is shown whole."""

    LISTING: ClassVar = UNITS
    DIALOGS: ClassVar = {
        "new": Dialog(
            "新增单位", _add, "单位已添加", Permission.UNIT_MANAGE, UnitInput, fill=_begun, choices=_parents,
            says="代码一经保存不能修改：案件和消息按代码找单位。",
        ),
        "change": Dialog(
            "修改单位", _change, "单位已修改", Permission.UNIT_MANAGE, UnitInput, fill=_filled, choices=_parents,
        ),
        "disable": Dialog(
            "停用单位", _disable, "单位已停用", Permission.UNIT_MANAGE, Leaving, word="确认停用", fill=_leaving,
        ),
        "enable": Dialog("启用单位", _enable, "单位已启用", Permission.UNIT_MANAGE, word="确认启用", fill=_returning),
    }  # fmt: skip
