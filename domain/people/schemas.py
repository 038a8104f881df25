"""Shapes that enter and leave the room."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from domain.kernel.asking import Ask
from domain.kernel.labels import Labelled
from domain.kernel.refusals import Refusal
from domain.people.models import IdType, Sex


class Revealable(Labelled):
    """The fields that can be shown in clear, each by its own act."""

    NAME = "name", "姓名"
    ID_NUMBER = "id_number", "证件号码"
    PHONE = "phone", "联系电话"
    ADDRESS = "address", "住址"


class Unrevealed(Labelled):
    """Why a field was not shown in clear to somebody who asked for it, as the journal keeps it."""

    LEVEL = "level", "字段级别不够"
    SPECIAL = "special", "涉及未满十四周岁的人或特殊事项"
    POLICY = "policy", "字段策略不允许"
    LIMIT = "limit", "超过次数上限"
    UNREADABLE = "unreadable", "无法解密"


@dataclass(frozen=True, slots=True)
class PersonInput:
    """What was typed or read about a person; clear text, never shown in logs."""

    name: Annotated[str, Ask("姓名")] = field(default="", repr=False)
    id_type: Annotated[IdType, Ask("证件类型")] = IdType.RESIDENT
    id_number: Annotated[str, Ask("证件号码")] = field(default="", repr=False)
    phone: Annotated[str, Ask("联系电话", keyboard="tel")] = field(default="", repr=False)
    sex: Annotated[Sex, Ask("性别")] = Sex.UNKNOWN
    nation: Annotated[str, Ask("民族")] = ""
    address: Annotated[str, Ask("住址", wide=True)] = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PersonSought:
    """By what a person is looked for; what is empty is not asked. Clear text, never logged."""

    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    id_number: str = field(default="", repr=False)
    phone_tail: str = field(default="", repr=False)
    id_tail: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as the field policy lets this reader see it; what is hidden is empty."""

    id: UUID
    name: str
    id_type: str
    id_number: str
    phone: str
    sex: str
    nation: str
    address: str
    anonymised: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """The outcome of a reveal: the clear value, or the refusal to raise after the commit.

    A refusal is a value here, because its line in the journal must be committed with it.
    `seconds`: how long the value may stay on a screen.
    """

    value: str = field(default="", repr=False)
    seconds: int = 0
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell of the field policy: what holds, and what would without a setting."""

    role: str
    field: str
    purpose: str
    showing: str
    default: str
    fixed: bool
