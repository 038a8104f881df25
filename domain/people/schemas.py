"""Shapes that enter and leave the room."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from domain.kernel.labels import Labelled
from domain.people.models import IdType, Sex


class Revealable(Labelled):
    """The fields that can be shown in clear, each by its own act."""

    NAME = "name", "姓名"
    ID_NUMBER = "id_number", "证件号码"
    PHONE = "phone", "联系电话"
    ADDRESS = "address", "住址"


@dataclass(frozen=True, slots=True)
class PersonInput:
    """This class will hold what was typed or read about a person; clear text, never shown in logs."""

    name: str = field(default="", repr=False)
    id_type: IdType = IdType.RESIDENT
    id_number: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    sex: Sex = Sex.UNKNOWN
    nation: str = ""
    address: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PersonView:
    """This class will show a person masked; safe to send to whoever may see the record."""

    id: UUID
    name: str
    id_type: str
    id_number: str
    phone: str
    sex: str
    nation: str
    address: str


@dataclass(frozen=True, slots=True)
class Contact:
    """This class will hold what a short message needs; it stays inside the server."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
