"""How an actor is tied to a case; who may take which step is the table's (`kernel/flow/deciding`)."""

from __future__ import annotations

from dataclasses import dataclass

from domain.cases.vocabulary import Tie
from domain.cases.workflow import CASES
from domain.kernel.actor import Actor
from domain.kernel.flow import deciding


@dataclass(frozen=True, slots=True)
class Bond:
    """Say how an actor is tied to a case."""

    own: bool = False
    lead: bool = False
    assist: bool = False
    requester: bool = False
    issuer: bool = False
    order: bool = False

    @property
    def ties(self) -> frozenset[Tie]:
        """Give the ties of the table that hold."""
        held = {
            Tie.OWN: self.own,
            Tie.LEAD: self.lead,
            Tie.ASSIST: self.assist,
            Tie.REQUESTER: self.requester,
            Tie.ISSUER: self.issuer,
            Tie.UNLESS_ORDER: not self.order,
        }
        return frozenset(tie for tie, holds in held.items() if holds)


def require_unrestricted(actor: Actor) -> None:
    """Refuse work on cases at large (merging, families, assistants) that was taken from an account.

    :raises NotPermitted: the account only reads, or lost the permission
    """
    deciding.require_unrestricted(actor, CASES.work)
