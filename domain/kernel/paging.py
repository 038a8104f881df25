"""Pages of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

COUNT_CAP = 1000
"""Counts stop here and read "1000+": counting on costs more than it tells."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """This class will hold one page of a list and how many there are in all (capped)."""

    items: tuple[T, ...]
    total: int
    capped: bool = False
    number: int = 1
    size: int = 20

    @property
    def total_text(self) -> str:
        return f"{self.total}+" if self.capped else str(self.total)

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))
