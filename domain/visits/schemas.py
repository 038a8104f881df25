"""Shapes that enter and leave the room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from domain.kernel.asking import Ask
from domain.people.rules import is_tail
from domain.people.schemas import PersonInput, PersonSought, PersonView
from domain.visits.models import IdSource
from domain.visits.rules import COMPANIONS


@dataclass(frozen=True, slots=True)
class VisitInput:
    """What the desk knows of a visitor who just came."""

    person: PersonInput
    reason: Annotated[str, Ask("来访事由")]
    companions: Annotated[int, Ask("随行人数", within=COMPANIONS)] = 0
    desk_code: str = ""
    id_source: IdSource = IdSource.MANUAL
    """Where all of it came from; counts where `card` does not say it."""
    card: PersonInput | None = field(default=None, repr=False)
    """What was read off the card that lay on the reader."""
    kept: frozenset[str] = frozenset()
    """Fields that the desk decided to keep against the card."""
    no_id_reason: Annotated[str, Ask("未出示证件的原因")] = ""
    reader_sam_id: str = ""
    again: Annotated[bool, Ask("仍要登记")] = True
    """Whether somebody who was registered today and still waits is registered once more."""
    informed: Annotated[bool, Ask("已告知来访人")] = False
    """Whether the visitor was told what the data are for (告知)."""


@dataclass(frozen=True, slots=True)
class VisitConditions:
    """What narrows the visits of all days; days belong to their stretch whole. Of the visitor in clear, never logged."""

    arrived_from: Annotated[date | None, Ask("来访日期从", linked=True)] = None
    arrived_to: Annotated[date | None, Ask("来访日期到", linked=True)] = None
    name: Annotated[str, Ask("来访人姓名", example="可为其中几个字", linked=True, personal=True)] = field(
        default="", repr=False
    )
    phone: Annotated[str, Ask("联系电话", example="完整号码或末四位", keyboard="tel", linked=True, personal=True)] = (
        field(default="", repr=False)
    )
    id_number: Annotated[str, Ask("证件号码", example="完整号码或末四位", linked=True, personal=True)] = field(
        default="", repr=False
    )
    sort: str = ""

    @property
    def person(self) -> PersonSought:
        """Give by what the visitor is looked for: four digits are the last ones of a number."""
        (phone, phone_tail), (whole, id_tail) = map(_whole_or_tail, (self.phone, self.id_number))
        return PersonSought(self.name, phone, whole, phone_tail, id_tail)


def _whole_or_tail(typed: str) -> tuple[str, str]:
    return ("", typed) if is_tail(typed) else (typed, "")


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit masked. `queue` reads like "007"."""

    id: UUID
    queue: str
    person: PersonView
    reason: str
    companions: int
    id_source: str
    sources: Mapping[str, str]
    state: str
    state_label: str
    desk: str
    arrived_at: datetime
    registered_by: UUID
    case_id: UUID | None
    informed_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeskView:
    id: UUID
    code: str
    name: str
