"""Shapes that leave the room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.kernel.actor import Actor
from domain.kernel.refusals import Refusal


@dataclass(frozen=True, slots=True)
class UnitView:
    id: UUID
    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """The outcome of a sign-in: a secret and its actor, or the refusal to raise after the commit.

    A refusal is a value here, because the counted failure must be committed with it.
    """

    secret: str = field(default="", repr=False)
    expires_at: datetime | None = None
    actor: Actor | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class NewAccount:
    login: str
    name: str = field(repr=False)
    password: str = field(repr=False)
    roles: tuple[str, ...]
    unit_code: str
    area_path: str = ""
