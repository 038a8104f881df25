"""Limits of the links, and which one a case gets.

Source: requirement 2 (works rules on 受理, 督办) with rulings 1 to 4.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from domain.calendar.models import LimitUnit, Link
from domain.kernel.bounds import Bounds
from domain.kernel.refusals import Invalid

MOST_WORKDAYS, MOST_HOURS = 500, 10_000
"""Longer than any matter takes: what is beyond was a slip of the hand."""
FIGURES = Bounds(1, MOST_HOURS)
"""What the figures of a limit may be, whatever their unit."""


@dataclass(frozen=True, slots=True)
class Limit:
    """When a link turns yellow and red, counted from its start.

    :raises Invalid: not positive, red before yellow, or beyond any matter
    """

    yellow: int
    red: int
    unit: LimitUnit

    def __post_init__(self) -> None:
        if not 0 < self.yellow <= self.red:
            raise Invalid("时限须为正数，且红牌不早于黄牌")
        most = MOST_WORKDAYS if self.unit is LimitUnit.WORKDAYS else MOST_HOURS
        if self.red > most:
            raise Invalid(f"时限最长 {most} {self.unit.label}")

    @property
    def text(self) -> str:
        return f"{self.yellow} {self.unit.label}"

    @property
    def lamps(self) -> str:
        return f"黄牌 {self.yellow}、红牌 {self.red} {self.unit.label}"


LIMITS: MappingProxyType[Link, Limit] = MappingProxyType(
    {
        Link.DISPATCH: Limit(4, 24, LimitUnit.HOURS),
        Link.ACCEPT: Limit(24, 48, LimitUnit.HOURS),
        Link.FEEDBACK: Limit(5, 10, LimitUnit.WORKDAYS),
        Link.RESOLVE: Limit(20, 30, LimitUnit.WORKDAYS),
    }
)
"""The defaults (rulings 1, 3, 4); dispatch is internal and unscored."""
ACCEPT_URGENT = Limit(6, 12, LimitUnit.HOURS)
"""For cases both major and urgent (ruling 2)."""


def limit_of(link: Link, *, major: bool = False, urgent: bool = False) -> Limit:
    """Give the limit of a link for a case with these two attributes."""
    return ACCEPT_URGENT if link is Link.ACCEPT and major and urgent else LIMITS[link]


@dataclass(frozen=True, slots=True)
class LimitLine:
    """One limit rule while it is in force, `[valid_from, valid_until)`."""

    link: Link
    limit: Limit
    category: str
    unit_id: UUID | None
    severe: bool
    valid_from: datetime
    valid_until: datetime | None

    def applies(self, link: Link, category: str, unit_id: UUID | None, at: datetime) -> bool:
        """Tell whether the rule is for such a case at that moment."""
        return (
            self.link is link
            and self.valid_from <= at
            and (self.valid_until is None or at < self.valid_until)
            and self.unit_id in {None, unit_id}
            and category.startswith(self.category)
        )


def chosen(
    lines: Iterable[LimitLine], link: Link, *, category: str, unit_id: UUID | None, severe: bool, at: datetime
) -> Limit:
    """Choose the limit of a link, the most particular rule first.

    Unit and category go before unit, unit before category, a longer category before a
    shorter one, any rule before the defaults. Rules for cases both major and urgent go
    before all others, and so does the default for them (ruling 2).
    """
    fitting = [line for line in lines if line.applies(link, category, unit_id, at)]
    if severe and (strict := _most_particular(line for line in fitting if line.severe)):
        return strict
    if severe and link is Link.ACCEPT:
        return ACCEPT_URGENT
    return _most_particular(line for line in fitting if not line.severe) or LIMITS[link]


def _most_particular(lines: Iterable[LimitLine]) -> Limit | None:
    found = max(lines, key=lambda line: (line.unit_id is not None, len(line.category)), default=None)
    return found.limit if found else None
