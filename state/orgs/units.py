"""The units of the county as a tree, and the forms that add, change, disable and enable one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.queries import receiving
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, NotFound
from domain.kernel.searching import fits
from domain.orgs import operations, queries
from domain.orgs.models import UnitKind
from domain.orgs.rules import POSITION
from domain.orgs.schemas import UnitInput, UnitRow
from state.clock import now
from state.inputs import Choice, Reading, as_form, as_text, number_in, text_in, word_in
from state.kit.addressed import AddressedState, Asks
from state.session import SignedInState

DEEPEST = 4
"""Levels that are told apart by their indent; deeper ones look alike."""


@dataclass
class UnitShown:
    """One unit as a row of the tree."""

    code: str = ""
    name: str = ""
    short_name: str = ""
    kind: str = ""
    kind_label: str = ""
    phone: str = ""
    address: str = ""
    hours: str = ""
    parent_code: str = ""
    parent: str = ""
    position: str = "0"
    depth: int = 0
    accounts: int = 0
    enabled: bool = True
    disabled: str = ""
    href: str = ""


class UnitsState(AddressedState, SignedInState):
    """One browser's page of units; a tree is shown whole."""

    ASKS: ClassVar[Asks] = Asks(open=("kind",), text=("text",))

    loading: bool = True
    rows: list[UnitShown] = []
    count: int = 0
    parents: list[Choice] = []
    asked: UnitShown = UnitShown()
    editing: bool = False
    turning: UnitShown = UnitShown()
    left: int = 0
    faults: dict[str, str] = {}

    @rx.event
    async def load(self):
        """Open the units."""
        self.loading = True
        async with self._opening() as (session, actor):
            self.rows = []
            self._open_address()
            self._shut()
            await self._read_opened(session, actor)
        self.loading = False

    @rx.event
    async def renew(self):
        """Read the units again and leave what is searched and chosen as it is."""
        await self._again()

    @rx.event
    async def ask_new(self, parent_code: str):
        """Open the form of a new unit, below another one where a code is given."""
        async with self._acting() as (_, actor):
            actor.require(Permission.UNIT_MANAGE)
            self._shut()
            known = {choice.value for choice in self.parents}
            parent = as_text(parent_code)
            self.asked = UnitShown(kind=UnitKind.DEPARTMENT.value, parent_code=parent if parent in known else "")
            self.editing = True

    @rx.event
    async def ask(self, code: str):
        """Open the form of a unit."""
        async with self._acting() as (_, actor):
            actor.require(Permission.UNIT_MANAGE)
            found = self._row(code)
            self._shut()
            self.asked, self.editing = found, True

    @rx.event
    async def ask_turn(self, code: str):
        """Ask once before a unit is disabled or enabled."""
        async with self._acting() as (session, actor):
            actor.require(Permission.UNIT_MANAGE)
            found = self._row(code)
            self._shut()
            self.left = await receiving.open_of_unit(session, actor, found.code)
            self.turning = found

    @rx.event
    async def close(self):
        async with self._acting():
            self._shut()

    @rx.event
    async def send(self, form: dict):
        """Add the unit of the form, or change the one that is open."""
        reading, code = Reading(as_form(form)), self.asked.code
        try:
            async with self._acting() as (session, actor):
                unit = _unit_in(reading, code)
                with reading.joined():
                    if code:
                        await operations.change_unit(session, actor, code, unit, at=now())
                    else:
                        await operations.create_unit(session, actor, unit, at=now())
                await self._read(session, actor)
        except Invalid as refusal:
            self.faults = refusal.fields or {"name": refusal.message}
            return None
        self._shut()
        return rx.toast.success("单位已修改" if code else "单位已添加")

    @rx.event
    async def turn(self):
        """Disable the unit that was asked about, or enable it again."""
        one = self.turning
        async with self._acting() as (session, actor):
            if not one.code:
                raise NotFound("没有这个单位")
            act = operations.disable_unit if one.enabled else operations.enable_unit
            await act(session, actor, one.code, at=now())
            await self._read(session, actor)
        self._shut()
        return rx.toast.success("单位已停用" if one.enabled else "单位已启用")

    def _row(self, code: object) -> UnitShown:
        found = next((one for one in self.rows if one.code == as_text(code)), None)
        if found is None:
            raise NotFound("没有这个单位")
        return found

    def _shut(self) -> None:
        self.editing, self.asked, self.turning, self.faults = False, UnitShown(), UnitShown(), {}

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        actor.require(Permission.UNIT_MANAGE)
        tree = list(_tree(await queries.units_of_county(session, actor)))
        names = {one.code: one.name for one, _ in tree}
        self.parents = [Choice(one.code, f"{'　' * depth}{one.name}") for one, depth in tree if not one.disabled_at]
        fitting = [(one, depth) for one, depth in tree if self._fits(one)]
        narrowed = len(fitting) < len(tree)
        self.rows = [_shown(one, names, 0 if narrowed else depth) for one, depth in fitting]
        self.count, self.filtered = len(self.rows), bool(self.filters)

    def _fits(self, one: UnitRow) -> bool:
        kind = self.filters.get("kind", "")
        right_kind = not kind or one.kind.value == kind
        return right_kind and fits(self.filters.get("text", ""), one.name, one.short_name, one.code)


def kinds() -> list[tuple[str, str]]:
    """Give the kinds of units for a select."""
    return [(kind.value, kind.label) for kind in UnitKind]


def _unit_in(reading: Reading, code: str) -> UnitInput:
    given = reading.form
    return UnitInput(
        code=code or text_in(given, "code", most=60).strip(),
        name=text_in(given, "name", most=100),
        kind=reading(word_in, "kind", UnitKind, UnitKind.DEPARTMENT),
        short_name=text_in(given, "short_name", most=60),
        phone=text_in(given, "phone", most=60),
        address=text_in(given, "address", most=200),
        hours=text_in(given, "hours", most=200),
        parent_code=text_in(given, "parent", most=60),
        position=reading(number_in, "position", 0, label="排序", within=POSITION),
    )


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


def _shown(one: UnitRow, names: dict[str, str], depth: int) -> UnitShown:
    return UnitShown(
        code=one.code,
        name=one.name,
        short_name=one.short_name,
        kind=one.kind.value,
        kind_label=one.kind.label,
        phone=one.phone,
        address=one.address,
        hours=one.hours,
        parent_code=one.parent_code,
        parent=names.get(one.parent_code, ""),
        position=str(one.position),
        depth=depth,
        accounts=one.accounts,
        enabled=one.disabled_at is None,
        disabled=stamp(one.disabled_at),
        href=f"/accounts?unit={one.code}",
    )
