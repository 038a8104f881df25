"""Roles, who waits for one, and the form of a role that the county makes for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Annotated, ClassVar

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.asking import Ask, Nothing
from domain.kernel.permissions import DUTIES, Duty, FieldLevel, Permission, Reach
from domain.kernel.refusals import Invalid, NotFound, Refusal
from domain.orgs import operations, queries
from domain.orgs.queries import AccountState
from domain.orgs.schemas import AccountFilter, RoleInput, RoleView
from state.clock import now
from state.inputs import Choice, as_text
from state.kit.dialogs import Asked, Dialog, DialogState
from state.kit.listing import Act, Col, Listing, by_query
from state.kit.tables import TablesState
from state.orgs.limits import action_boxes, action_label, permission_boxes, place_boxes, place_label
from state.orgs.shapes import AccountShown, account_shown
from state.session import SignedInState

MOST_WAITING = 200
"""Accounts shown as waiting at once; each is granted in an act of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleForm:
    name: Annotated[str, Ask("角色名称")]
    code: Annotated[str, Ask("角色代码", hint="小写字母、数字、下划线，以字母开头")]
    note: Annotated[str, Ask("说明", most=200, wide=True)] = ""
    reach: Annotated[Reach, Ask("数据范围")] = Reach.NONE
    field_level: Annotated[FieldLevel, Ask("字段级别")] = FieldLevel.HIDDEN
    permissions: Annotated[tuple[str, ...], Ask("权限", hint="只列出同一职责的权限（三员分立）", choices="rights")] = ()
    read_only: Annotated[bool, Ask("只读角色：不能登记、办理和管理")] = False
    barred_places: Annotated[tuple[str, ...], Ask("不能打开的菜单", choices="places")] = ()
    barred_actions: Annotated[tuple[str, ...], Ask("不能办理的步骤", choices="steps")] = ()


OF_BUSINESS = ["reach", "field_level", "barred_actions"]
"""What is asked of a role of business alone."""


async def _boxes(session: AsyncSession, actor: Actor, code: str) -> Mapping[str, Sequence[Choice]]:
    one = await _role(session, actor, code)
    boxes = {"rights": permission_boxes(duties=(one.duty,)), "steps": action_boxes(), "places": place_boxes()}
    return {name: [Choice(box.value, box.label) for box in found] for name, found in boxes.items()}


async def _role(session: AsyncSession, actor: Actor, code: str, *, refusal: str = "") -> RoleView:
    """Find a role; with a refusal, one that the county made."""
    found = next((one for one in await queries.roles(session, actor) if one.code == code), None)
    if found is None or (refusal and found.built_in):
        raise NotFound(refusal if found else "没有这个角色")
    return found


def _as_form(one: RoleView) -> Asked:
    plain = {name: str(getattr(one, name)) for name in ("code", "name", "note", "reach", "field_level")}
    lists = {name: " ".join(getattr(one, name)) for name in ("permissions", "barred_places", "barred_actions")}
    says, business = [f"在办理流程中按“{one.acts_as.label}”的身份办理。"], one.duty is Duty.BUSINESS
    return Asked(
        typed=plain | lists | {"read_only": "on" if one.read_only else ""},
        says=says if business else [*says, "管理员角色不能查看业务数据和个人信息。"],
        fixed=["code"],
        without=[] if business else OF_BUSINESS,
    )


async def _own(session: AsyncSession, actor: Actor, code: str) -> Asked:
    return _as_form(await _role(session, actor, code, refusal="内置角色不能修改，请复制后修改副本"))


async def _copied(session: AsyncSession, actor: Actor, code: str) -> Asked:
    filled = _as_form(await _role(session, actor, code))
    named = {"code": "", "name": f"{filled.typed['name']}（副本）"[:20]}
    return replace(filled, typed=filled.typed | named, fixed=[])


async def _ending(session: AsyncSession, actor: Actor, code: str) -> Asked:
    one = await _role(session, actor, code, refusal="内置角色不能停用")
    return Asked(says=[f"停用后，“{one.name}”不能再授予；仍有账号持有时不能停用。"])


async def _change(session: AsyncSession, actor: Actor, code: str, given: RoleForm, at: datetime) -> None:
    one = await _role(session, actor, code)
    await operations.set_role(session, actor, RoleInput(acts_as=one.acts_as, **asdict(given)), at=at)


async def _add(session: AsyncSession, actor: Actor, code: str, given: RoleForm, at: datetime) -> None:
    if given.code in {role.code for role in await queries.roles(session, actor)}:
        raise Invalid.of({"code": "角色代码已存在"})  # a copy never changes a role that exists already
    await _change(session, actor, code, given, at)


async def _end(session: AsyncSession, actor: Actor, code: str, _given: Nothing, at: datetime) -> None:
    await operations.end_role(session, actor, code, at=at)


def _kind(one: RoleView) -> str:
    return "内置" if one.built_in else "自定义"


def _limits(one: RoleView) -> str:
    barred = [*(action_label(word) for word in one.barred_actions), *(place_label(href) for href in one.barred_places)]
    return "；".join([*(["只读"] if one.read_only else []), *([f"不含：{'、'.join(barred)}"] if barred else [])])


def _acts(one: RoleView) -> list[Act]:
    copy = Act("复制为自定义角色", "copy")
    return [copy] if one.built_in else [copy, Act("修改", "change"), Act("停用", "end")]


ROLES: Listing[RoleView] = Listing(
    "roles",
    "角色",
    by_query(queries.roles),
    (
        Col("name", "角色", lambda one: one.name, sort=True, phone="title"),
        Col("kind", "类型", _kind, tone=lambda one: "plain gray" if one.built_in else "plain blue", sort=True, phone="tag"),
        Col("duty", "职责", lambda one: one.duty.label, sort=True, phone="head"),
        Col("acts_as", "办理身份", lambda one: one.acts_as.label),
        Col("reach", "数据范围", lambda one: one.reach.label, sort=True),
        Col("level", "字段级别", lambda one: one.field_level.label, sort=True),
        Col("limits", "限制", _limits, chars=40),
        Col(
            "accounts", "账号", lambda one: f"{one.accounts} 个", by=lambda one: one.accounts, sort=True,
            link=lambda one: f"/accounts?role={one.code}",
        ),
    ),
    key=lambda one: one.code,
    rights=(Permission.ROLE_GRANT,),
    whole=True,
    title=lambda one: one.name,
    acts=_acts,
    unit="个",
    icon="shield",
)  # fmt: skip
SAVED = "角色已保存，持有它的账号立即生效"


@dataclass
class MatrixRow:
    """One permission and whether each role grants it, in the order of the roles."""

    label: str = ""
    group: str = ""
    first: bool = False
    cells: list[bool] = field(default_factory=list)


@dataclass
class Granted:
    """What came of one account of a bulk grant; `why` is empty when it went well."""

    login: str = ""
    name: str = ""
    roles: str = ""
    why: str = ""


class RolesState(TablesState, DialogState, SignedInState):
    """One browser's page of roles."""

    TABLES: ClassVar = (ROLES,)
    DIALOGS: ClassVar = {
        "copy": Dialog(
            "新建自定义角色", _add, SAVED, Permission.ROLE_GRANT, RoleForm, fill=_copied, choices=_boxes, wide=True
        ),
        "change": Dialog(
            "修改自定义角色", _change, SAVED, Permission.ROLE_GRANT, RoleForm, fill=_own, choices=_boxes, wide=True
        ),
        "end": Dialog("停用角色", _end, "角色已停用", Permission.ROLE_GRANT, word="确认停用", fill=_ending),
    }
    names: list[str] = []
    matrix: list[MatrixRow] = []
    waiting: list[AccountShown] = []
    selected: list[str] = []
    results: list[Granted] = []

    @rx.event
    async def select(self, login: str):
        """Mark or unmark an account that waits."""
        async with self._acting():
            known = {row.login for row in self.waiting}
            chosen = set(self.selected) ^ ({as_text(login)} & known)
            self.selected = [row.login for row in self.waiting if row.login in chosen]

    @rx.event
    async def select_all(self):
        """Mark all accounts that wait, or none."""
        async with self._acting():
            everything = [row.login for row in self.waiting]
            self.selected = [] if len(self.selected) == len(everything) else everything

    @rx.event
    async def grant(self):
        """Grant each marked account what was asked for, each in an act of its own."""
        self.results = [
            Granted(row.login, row.name, "、".join(row.proposed), await self._grant_one(row.login))
            for row in self.waiting
            if row.login in self.selected
        ]
        self.selected = []
        async with self._acting() as (session, actor):
            await self._read(session, actor)

    async def _grant_one(self, login: str) -> str:
        # What was asked for is read afresh: it may have changed since the list was drawn.
        try:
            async with self._acting() as (session, actor):
                actor.require(Permission.ROLE_GRANT)
                shown = await queries.account(session, actor, login, at=now())
                if not shown.proposed_codes:
                    return "没有拟授的角色，请打开账号逐个授权"
                await operations.grant_roles(session, actor, login, shown.proposed_codes, at=now())
        except Refusal as refusal:
            return refusal.message
        return ""

    async def _prepare(self, session: AsyncSession, actor: Actor) -> None:
        await super()._prepare(session, actor)
        self.selected = []

    def _shut(self) -> None:
        super()._shut()
        self.results = []

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        await super()._read(session, actor)
        found = await queries.roles(session, actor)
        self.names, self.matrix = [one.name for one in found], _matrix(found)
        wanted = AccountFilter(view=AccountState.UNGRANTED.value)
        waiting = await queries.accounts(session, actor, wanted, at=now(), size=MOST_WAITING)
        self.waiting = [account_shown(row) for row in waiting.items]


def _matrix(roles: Sequence[RoleView]) -> list[MatrixRow]:
    rows: list[MatrixRow] = []
    for duty in Duty:
        for one in Permission:
            if next(d for d in Duty if d in DUTIES[one]) is duty:
                first = not rows or rows[-1].group != duty.label
                rows.append(MatrixRow(one.label, duty.label, first, [one in role.permissions for role in roles]))
    return rows
