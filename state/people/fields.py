"""The field policy of one role at a time: its cells, what somebody wants otherwise, and what that would show."""

from __future__ import annotations

from dataclasses import dataclass, field

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import SYSTEM_ID, Actor
from domain.kernel.permissions import DEFAULT_LEVEL, PEOPLE_ROLES, Permission, Reach, Role
from domain.people import operations, policy, queries
from domain.people.policy import Field, Purpose, Showing
from domain.people.schemas import CellView
from state.clock import now
from state.inputs import Choice, as_text
from state.session import SignedInState

PURPOSES = tuple((purpose.value, purpose.label) for purpose in Purpose)
SHOWN = tuple((showing.value, showing.label) for showing in reversed(Showing))


@dataclass
class CellShown:
    """One cell: field × purpose of the chosen role."""

    key: str = ""
    label: str = ""
    said: str = ""
    showing: str = ""
    word: str = ""
    fixed: bool = False
    look: str = ""
    fault: str = ""
    note: str = ""


@dataclass
class RowShown:
    """The cells of one field."""

    key: str = ""
    label: str = ""
    cells: list[CellShown] = field(default_factory=list)


class FieldPolicyState(SignedInState):
    """One browser's page of the field policy."""

    loaded: bool = False
    role: str = Role.CENTER_ADMIN.value
    level: str = ""
    rows: list[RowShown] = []
    purpose: str = Purpose.SCREEN.value
    examples: list[Choice] = []
    changes: list[str] = []
    faulty: bool = False
    confirming: bool = False
    turn: int = 0
    _stored: tuple[CellView, ...] = ()
    _wanted: dict[str, str] = {}

    @rx.event
    async def load(self):
        """Open the policy."""
        async with self._opening() as (session, actor):
            self._wanted, self.confirming = {}, False
            await self._read(session, actor)
        self.loaded = True

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        self._stored = await queries.policy_of(session, actor, Role(self.role))
        self.level = DEFAULT_LEVEL[Role(self.role)].label
        self._draw()

    def _draw(self) -> None:
        """Show what is stored with what is wanted over it."""
        role = Role(self.role)
        rows = {one: RowShown(one.value, one.label) for one in Field}
        self.changes, self.faulty, self.examples = [], False, []
        for view in self._stored:
            cell = _cell(role, view, self._wanted.get(f"{view.field}.{view.purpose}", view.showing))
            rows[Field(view.field)].cells.append(cell)
            self.faulty = self.faulty or cell.fault != ""
            if cell.look == "changed":
                self.changes.append(f"{cell.said}：{Showing(view.showing).label} → {cell.word}")
            if view.purpose == self.purpose:
                self.examples.append(Choice(_example(role, view, cell.showing), Field(view.field).label))
        self.rows = list(rows.values())

    @rx.event
    async def choose_role(self, role: str):
        """Turn to another role; what was not saved is dropped."""
        async with self._acting() as (session, actor):
            actor.require(Permission.POLICY_MANAGE)
            if as_text(role) in {one.value for one in PEOPLE_ROLES}:
                self.role, self._wanted = as_text(role), {}
                self.turn += 1
                await self._read(session, actor)

    @rx.event
    async def choose_purpose(self, purpose: str):
        """Show the example of another purpose."""
        async with self._acting() as (_, actor):
            actor.require(Permission.POLICY_MANAGE)
            if as_text(purpose) in {one.value for one in Purpose}:
                self.purpose = as_text(purpose)
                self._draw()

    @rx.event
    async def put(self, key: str, showing: str):
        """Note that a cell shall be otherwise; nothing is saved yet."""
        async with self._acting() as (_, actor):
            actor.require(Permission.POLICY_MANAGE)
            known = {f"{view.field}.{view.purpose}" for view in self._stored if not view.fixed}
            if as_text(key) in known and as_text(showing) in {one.value for one in Showing}:
                self._wanted = {**self._wanted, key: as_text(showing)}
                self._draw()

    @rx.event
    async def undo(self):
        """Drop what was not saved."""
        async with self._acting() as (_, actor):
            actor.require(Permission.POLICY_MANAGE)
            self._wanted = {}
            self.turn += 1
            self._draw()

    @rx.event
    async def ask(self):
        """Show every change once more before it is saved."""
        async with self._acting() as (_, actor):
            actor.require(Permission.POLICY_MANAGE)
            self.confirming = bool(self.changes) and not self.faulty

    @rx.event
    async def close(self):
        """Close the dialog; what is wanted stays."""
        async with self._acting():
            self.confirming = False

    @rx.event
    async def save(self):
        """Set the changed cells."""
        async with self._acting() as (session, actor):
            wanted = {
                (Role(self.role), Field(key.split(".")[0]), Purpose(key.split(".")[1])): Showing(showing)
                for key, showing in self._wanted.items()
            }
            changed = await operations.set_rules(session, actor, wanted, at=now())
            self._wanted, self.confirming = {}, False
            await self._read(session, actor)
        return rx.toast.success(f"已保存 {len(changed)} 项，即时生效")


def _cell(role: Role, view: CellView, wanted: str) -> CellShown:
    one, purpose, showing = Field(view.field), Purpose(view.purpose), Showing(wanted)
    look = "changed" if wanted != view.showing else "set" if view.showing != view.default else ""
    fault = policy.fault_of(role, one, purpose, showing)
    return CellShown(
        key=f"{one}.{purpose}",
        label=purpose.label,
        said=f"{one.label} · {purpose.label}",
        showing=wanted,
        word=showing.label,
        fixed=view.fixed,
        look=look,
        fault=fault,
        note="" if fault else policy.note_of(role, one, showing),
    )


def _example(role: Role, view: CellView, showing: str) -> str:
    # What a person of the role with its usual field level would read of the made-up person.
    one, purpose = Field(view.field), Purpose(view.purpose)
    actor = Actor(SYSTEM_ID, "", frozenset({role}), Reach.NONE, SYSTEM_ID)
    shown = policy.showing_of(actor, one, (purpose,), {(role, one, purpose): Showing(showing)})
    return policy.put(one, policy.EXAMPLES[one], shown) or "（不显示）"
