"""What a kept case takes over from a duplicate: the stricter value wins, and goes back when the merge is undone.

Every column of a case is decided here (a test asks each new one): it takes part in `STRICTER`, bars the merge
(`BARRING`), or stays the kept case's own (`OWN`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.calendar.models import Link
from domain.cases.models import Case, RiskLevel, Scale, Supervision

Values = tuple[Any, ...]
Gave = dict[str, list[Any]]
"""What a merge changed on the kept case: by name, the value before and the value it gave."""

_FROM_MILD = (None, *Supervision)


def _flag(one: Values) -> int:
    return int(bool(one[0]))


def _supervised(one: Values) -> int:
    return _FROM_MILD.index(one[0])


STRICTER: Mapping[str, tuple[tuple[str, ...], Callable[[Values], Any]]] = {
    "major": (("major",), _flag),
    "urgent": (("urgent",), _flag),
    "leader_order": (("leader_order",), _flag),
    "risk_level": (("risk_level",), lambda one: -list(RiskLevel).index(one[0])),
    "scale": (("scale",), lambda one: list(Scale).index(one[0])),
    "headcount": (("headcount",), lambda one: one[0]),
    "amount": (("amount",), lambda one: Decimal(-1) if one[0] is None else one[0]),
    "supervision": (("supervision", "supervised_by", "supervision_link", "supervision_auto"), _supervised),
    "watch": (("watch", "watch_reason"), _flag),
}
"""Columns that go together, and what ranks their values: more is stricter."""
BARRING = frozenset({"legacy"})
"""What one of the two cases must not be: its clocks stand still."""
OWN = frozenset(
    {
        "id", "number", "version", "status", "previous_status", "requested_by", "title", "content", "category", "kind",
        "source", "occurred_at", "area_path", "extensions", "sent_back_by", "urged_at", "typical", "typical_text",
        "city_reference", "city_due_at", "city_target", "process_id", "parent_id", "merged_into_id", "merge_gave",
        "visit_id", "created_by", "unit_id", "lead_unit_id", "created_at", "updated_at", "submitted_at",
        "dispatched_at", "closed_at", "due_at", "due_link", "promised_at", "result", "method", "outcome",
        "satisfaction", "rated_at", "rating_comment", "unit_satisfaction", "unit_rated_at", "appealed_at",
        "appeal_ruling", "tracking_digest", "tracking_sealed", "search", "due_unit_id", "due_soon_at", "due_line", "answer",
        "answered_at", "show_pictures", "object_until", "responded_at", "agrees", "called_at", "call_outcome", "folded",
        "unit_rating_comment",
    }
)  # fmt: skip
"""What the kept case is itself: its text, its way, its answers; deadlines are clocks, see `operations.merge`."""

_READ: Mapping[str, Callable[[Any], Any]] = {
    "risk_level": RiskLevel,
    "scale": Scale,
    "amount": Decimal,
    "supervision": Supervision,
    "supervised_by": UUID,
    "supervision_link": Link,
}


def join(whole: Case, duplicate: Case, only: Collection[str] | None = None) -> Gave:
    """Put the stricter values of the duplicate on the kept case, all or some, and answer what that changed."""
    gave: Gave = {}
    for name, (columns, rank) in STRICTER.items():
        if only is not None and name not in only:
            continue
        own, other = values(whole, columns), values(duplicate, columns)
        if rank(other) > rank(own):
            gave[name] = [stored(own), stored(other)]
            put(whole, columns, other)
    return gave


def part(whole: Case, gave: Gave) -> list[str]:
    """Give the kept case back what it was before, where it still has what the merge gave; answer the names."""
    back: list[str] = []
    for name, (before, after) in gave.items():
        columns = STRICTER[name][0] if name in STRICTER else ()
        if columns and stored(values(whole, columns)) == after:
            put(whole, columns, read(columns, before))
            back.append(name)
    return back


def inherit(gone: Gave, others: list[Gave]) -> None:
    """Let what other duplicates gave rest on what was there before the one that goes."""
    for name, (before, after) in gone.items():
        for other in others:
            if name in other and other[name][0] == after:
                other[name] = [before, other[name][1]]


def values(case: Case, columns: tuple[str, ...]) -> Values:
    return tuple(getattr(case, column) for column in columns)


def put(case: Case, columns: tuple[str, ...], given: Values) -> None:
    """Write some columns of a case."""
    for column, value in zip(columns, given, strict=True):
        setattr(case, column, value)


def stored(given: Values) -> list[Any]:
    """Write values so that JSON holds them."""
    return [value if value is None or isinstance(value, bool | int) else str(value) for value in given]


def read(columns: tuple[str, ...], given: list[Any]) -> Values:
    """Read back what `stored` wrote."""
    return tuple(
        value if value is None else _READ.get(column, lambda one: one)(value)
        for column, value in zip(columns, given, strict=True)
    )
