"""Who sees what, decided from the rulings alone: no condition of the product is asked.

* A case is seen by who registered it (or whoever acts in that person's stead), by administrators of the centre
  that registered it, and - unless it is a draft - within one's reach: everything, one's area and what lies in it,
  or what was ever dispatched or copied to one of one's units.
* A visit is seen by who registered it, today by every desk of the same centre, and by those whose reach is all.
* A person's data leaves as a mask; the clear value only by a reveal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from tests.leaks.people import ALL, AREA, DEPARTMENT, REVEAL, SEE, VISITS, Who


@dataclass(frozen=True)
class Human:
    """A made-up person whose data no other record holds."""

    name: str
    id_number: str
    phone: str
    address: str

    @property
    def clear(self) -> tuple[str, ...]:
        """List what must never leave unmasked: the number's middle too."""
        return (self.name, self.id_number, self.phone, self.phone[3:7] + self.phone[7:], self.address, self.name[1:])


@dataclass
class CaseFact:
    """What is true of a case, as the tables hold it."""

    id: UUID
    number: str
    title: str
    content: str
    status: str
    author: str
    centre: str
    areas: tuple[str, ...]
    category: str
    risk: str
    version: int
    human: Human
    person_id: UUID
    lead: str = ""
    held_by: frozenset[str] = frozenset()
    copied_to: frozenset[str] = frozenset()
    merged_into: UUID | None = None
    related: frozenset[str] = frozenset()
    files: tuple[UUID, ...] = ()

    @property
    def marks(self) -> tuple[str, ...]:
        """List what tells that the case exists."""
        return (self.number, self.title, self.content, str(self.id), str(self.person_id), *map(str, self.files))


@dataclass
class VisitFact:
    """What is true of a visit."""

    id: UUID
    centre: str
    author: str
    day: date
    reason: str
    human: Human
    person_id: UUID
    case: str = field(default="")

    @property
    def marks(self) -> tuple[str, ...]:
        return (str(self.id), self.reason)


def sees(who: Who, case: CaseFact) -> bool:
    """Decide whether a person may know of a case."""
    if who.ended or SEE not in who.rights:
        return False
    if case.author in who.own:
        return True
    if who.acts_as == "center_admin" and case.centre in who.units:
        return True
    return case.status != "draft" and _reaches(who, case)


def _reaches(who: Who, case: CaseFact) -> bool:
    far = who.sees_as_far_as
    if far == DEPARTMENT:
        return bool(who.units & (case.held_by | case.copied_to))
    if far == AREA:
        return bool(who.area) and who.area in case.areas
    return far == ALL


def sees_visit(who: Who, visit: VisitFact, today: date) -> bool:
    """Decide whether a person may know of a visit."""
    if who.ended or VISITS not in who.rights:
        return False
    return who.sees_as_far_as == ALL or visit.author in who.own or (visit.centre in who.units and visit.day == today)


def reveals(who: Who, case: CaseFact) -> bool:
    """Decide whether a person may ask for clear values of a case's petitioner: a copy to read does not suffice."""
    if REVEAL not in who.rights or not sees(who, case):
        return False
    return who.sees_as_far_as != DEPARTMENT or bool(who.units & case.held_by)


def shown_name(human: Human) -> str:
    """Write a name as it may be shown: the family name, then stars."""
    return human.name[0] + "*" * (len(human.name) - 1)


def shown_id(human: Human) -> str:
    """Write an identity number as it may be shown: 3505**********1234."""
    return human.id_number[:4] + "*" * 10 + human.id_number[-4:]


def shown_phone(human: Human) -> str:
    """Write a phone as it may be shown: 138****8000."""
    return human.phone[:3] + "****" + human.phone[-4:]
