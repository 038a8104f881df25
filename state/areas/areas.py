"""The areas of the county, one branch at a time, and the forms that add, change and end one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.areas import operations, queries, rules
from domain.areas.models import Change, Level
from domain.areas.schemas import AreaInput, AreaView, ChangeView
from domain.cases.operations import divisions
from domain.kernel import bounds
from domain.kernel.actor import SYSTEM_ID, Actor
from domain.kernel.clock import local_date
from domain.kernel.permissions import Permission
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound
from domain.kernel.searching import fits
from domain.orgs import queries as orgs
from state.clock import now
from state.inputs import Choice, as_form, as_text, text_in
from state.kit.addressed import AddressedState, Asks
from state.session import SignedInState

SHOWN = 200
"""Rows shown at most; a search or a branch narrows."""
ACTS = ("rename", "move", "merge", "end")


@dataclass
class AreaShown:
    """One area as a row."""

    code: str = ""
    name: str = ""
    level: str = ""
    parent: str = ""
    parent_code: str = ""
    depth: int = 0
    inside: int = 0
    border: str = ""
    live: bool = True
    state: str = ""
    changed: bool = False


@dataclass
class PastShown:
    """One change of an area, in words."""

    day: str = ""
    what: str = ""
    was: str = ""
    by: str = ""


class AreasState(AddressedState, SignedInState):
    """One browser's page of areas: the counties with their townships, one branch, or what a search finds."""

    ASKS: ClassVar[Asks] = Asks(open=("branch", "level", "ended"), text=("text",))

    loading: bool = True
    rows: list[AreaShown] = []
    count: int = 0
    more: bool = False
    branch: str = ""
    above: str = ""
    """Code of the branch above the one that is shown."""
    asking: str = ""
    one: AreaShown = AreaShown()
    today: str = ""
    choices: list[Choice] = []
    held: list[str] = []
    past: list[PastShown] = []
    typed: dict[str, str] = {}
    faults: dict[str, str] = {}

    @rx.event
    async def load(self):
        """Open the areas."""
        self.loading = True
        async with self._opening() as (session, actor):
            self.rows = []
            self._open_address()
            self._shut()
            await self._read_opened(session, actor)
        self.loading = False

    @rx.event
    async def renew(self):
        """Read the areas again and leave what is searched and chosen as it is."""
        await self._again()

    @rx.event
    async def ask_new(self, parent_code: str):
        """Open the form of a new area, below another one where a code is given."""
        async with self._acting() as (_, actor):
            actor.require(Permission.AREA_MANAGE)
            self._shut()
            parent = next((row for row in self.rows if row.code == as_text(parent_code)), AreaShown())
            self.one = AreaShown(parent_code=parent.code, parent=parent.name)
            self.typed = {"code": parent.code}
            self.asking = "new"

    @rx.event
    async def ask(self, act: str, code: str):
        """Open the dialog of a change, or the history of an area."""
        async with self._acting() as (session, actor):
            actor.require(Permission.AREA_MANAGE)
            area = await queries.by_code(session, as_text(code))
            if act not in {*ACTS, "history"}:
                raise NotFound("没有这个操作")
            if act != "history" and area.ended_on:
                raise ActionNotAllowed(f"“{area.name}”已停用")
            every = await queries.all_areas(session)
            self._shut()
            self.one = self._shown(area, {area.id: area for area in every}, Counter(), frozenset())
            self.typed = {"name": area.name, "parent": self.one.parent_code}
            self.today = local_date(now()).isoformat()
            self.choices = _choices(act, area, every)
            self.held = await _held(session, actor, area.code) if act in {"merge", "end", "move"} else []
            self.past = await _past(session, area.id) if act == "history" else []
            self.asking = str(act)

    @rx.event
    async def close(self):
        async with self._acting():
            self._shut()

    @rx.event
    async def send(self, form: dict):
        """Carry out what the open dialog is about."""
        given, act, code = as_form(form), self.asking, self.one.code
        if act not in _DOING:
            return None
        doing, said = _DOING[act]
        try:
            async with self._acting() as (session, actor):
                await doing(session, actor, code, given)
                await self._read(session, actor)
        except Invalid as refusal:
            self.faults = refusal.fields or {"name": refusal.message}
            self.typed = {
                name: text_in(given, name, most=100) for name in ("code", "name", "parent", "new_code", "into")
            }
            return None
        self._shut()
        return rx.toast.success(said)

    def _shut(self) -> None:
        self.asking, self.one, self.typed, self.faults = "", AreaShown(), {}, {}
        self.choices, self.held, self.past = [], [], []

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        actor.require(Permission.AREA_MANAGE)
        every = await queries.every_area(session)
        by_id = {one.id: one for one in every}
        inside = Counter(one.parent_id for one in every if one.ended_on is None and one.parent_id)
        changed = await queries.changed_ids(session)
        branch = next((one for one in every if one.code == self.filters.get("branch", "")), None)
        if self.filters.get("branch") and branch is None:
            raise Invalid.of({"branch": "没有这个区划"})
        self.branch = branch.name if branch else ""
        fitting = [one for one in every if self._fits(one, branch)]
        self.rows = [self._shown(one, by_id, inside, changed) for one in fitting[:SHOWN]]
        self.count, self.more = len(fitting), len(fitting) > SHOWN
        upper = by_id.get(branch.parent_id) if branch and branch.parent_id else None
        self.above = upper.code if upper and upper.parent_id else ""
        self.filtered = bool(self.filters)

    def _fits(self, one: AreaView, branch: AreaView | None) -> bool:
        text, level = self.filters.get("text", ""), self.filters.get("level", "")
        if one.ended_on and not self.filters.get("ended"):
            return False
        if level and one.level.value != level:
            return False
        if branch and not (one.path.startswith(branch.path) if text or level else branch.id in {one.id, one.parent_id}):
            return False
        if text:
            return fits(text, one.name, one.code)
        return bool(branch or level) or one.level in {Level.COUNTY, Level.TOWNSHIP}

    def _shown(
        self, one: AreaView, by_id: Mapping[UUID, AreaView], inside: Counter[UUID], changed: frozenset[UUID]
    ) -> AreaShown:
        parent = by_id.get(one.parent_id) if one.parent_id else None
        into = by_id.get(one.successor_id) if one.successor_id else None
        flat = bool(self.branch or self.filters.get("text") or self.filters.get("level"))
        return AreaShown(
            code=one.code,
            name=one.name,
            level=one.level.label,
            parent=parent.name if parent else "",
            parent_code=parent.code if parent else "",
            depth=1 if one.level is Level.TOWNSHIP and not flat else 0,
            inside=inside[one.id],
            border=one.datum.short if one.datum else "",
            live=one.ended_on is None,
            state=f"已并入{into.name}" if into else f"{one.ended_on} 撤销" if one.ended_on else "在用",
            changed=one.id in changed,
        )


def levels() -> list[tuple[str, str]]:
    """Give the levels for a select."""
    return [(level.value, level.label) for level in Level]


def _choices(act: str, area: AreaView, every: Sequence[AreaView]) -> list[Choice]:
    """Whom an area may lie in, or be merged into."""
    wanted = {"move": rules.level_above(area.level), "merge": area.level}.get(act)
    names = {one.id: one.name for one in every}
    return [
        Choice(one.code, f"{names.get(one.parent_id, '') + ' / ' if one.parent_id else ''}{one.name}")
        for one in every
        if one.level is wanted and one.id != area.id
    ]


async def _held(session: AsyncSession, actor: Actor, code: str) -> list[str]:
    held = await divisions.held_by(session, actor, code)
    told = [(held.cases, "件未办结的案件"), (held.accounts, "个账号的辖区在这里")]
    return [f"{count} {word}" for count, word in told if count]


async def _past(session: AsyncSession, area_id: UUID) -> list[PastShown]:
    changes = await queries.changes_of(session, area_id)
    names = await orgs.staff_names(session, {one.changed_by for one in changes})
    return [
        PastShown(
            day=one.valid_from.isoformat(),
            what=f"并入{one.into}" if one.kind is Change.MERGE else one.kind.label,
            was=_was(one),
            by="命令行" if one.changed_by == SYSTEM_ID else names.get(one.changed_by, ""),
        )
        for one in changes
    ]


def _was(one: ChangeView) -> str:
    """Write what the area was until then."""
    told = [f"名称 {one.name}", f"代码 {one.code}", f"上级 {one.parent}" if one.parent else ""]
    return "，".join(filter(None, told))


def _since(given: Mapping[str, Any]) -> date:
    text = text_in(given, "since", most=40).strip()
    return bounds.day(text, label="生效日期", field="since") if text else local_date(now())


Doing = Callable[[AsyncSession, Actor, str, Mapping[str, Any]], Awaitable[object]]


async def _add(session: AsyncSession, actor: Actor, _code: str, given: Mapping[str, Any]) -> None:
    wanted = AreaInput(text_in(given, "code", most=60).strip(), text_in(given, "name", most=200))
    await operations.create(session, actor, wanted, at=now())


async def _rename(session: AsyncSession, actor: Actor, code: str, given: Mapping[str, Any]) -> None:
    name = text_in(given, "name", most=200)
    await operations.rename(session, actor, code, name, since=_since(given), at=now())


async def _move(session: AsyncSession, actor: Actor, code: str, given: Mapping[str, Any]) -> None:
    parent, new_code = text_in(given, "parent", most=60), text_in(given, "new_code", most=60).strip()
    await divisions.move(session, actor, code, parent, new_code, since=_since(given), at=now())


async def _merge(session: AsyncSession, actor: Actor, code: str, given: Mapping[str, Any]) -> None:
    await divisions.merge(session, actor, code, text_in(given, "into", most=60), since=_since(given), at=now())


async def _end(session: AsyncSession, actor: Actor, code: str, given: Mapping[str, Any]) -> None:
    await divisions.end(session, actor, code, since=_since(given), at=now())


_DOING: Mapping[str, tuple[Doing, str]] = {
    "new": (_add, "区划已添加"),
    "rename": (_rename, "区划已改名"),
    "move": (_move, "区划已调整"),
    "merge": (_merge, "区划已并入"),
    "end": (_end, "区划已撤销"),
}
