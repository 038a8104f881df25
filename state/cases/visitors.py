"""The waiting visitors beside a case form, and what they say of the case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.kernel.clock import stamp
from domain.visits.models import VisitState
from domain.visits.schemas import VisitView


@dataclass
class Waiting:
    """A visitor of today who can be cited."""

    id: str = ""
    queue: str = ""
    name: str = ""
    id_number: str = ""
    phone: str = ""
    reason: str = ""
    arrived: str = ""
    state: str = ""
    headcount: str = ""
    """How many came together, where several did."""

    def known(self) -> dict[str, str]:
        """Give what the desk wrote down of the case, by field."""
        return {"title": self.reason, "headcount": self.headcount}


def in_order(views: Iterable[VisitView]) -> list[Waiting]:
    """Show who was handed over to the registrars before the others, who came first first."""
    return [
        Waiting(
            id=str(v.id),
            queue=v.queue,
            name=v.person.name,
            id_number=v.person.id_number,
            phone=v.person.phone,
            reason=v.reason,
            arrived=stamp(v.arrived_at, "%H:%M"),
            state=v.state_label,
            headcount=str(1 + v.companions) if v.companions else "",
        )
        for v in sorted(views, key=lambda v: (v.state != VisitState.HANDED, v.arrived_at))
    ]
