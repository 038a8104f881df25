"""What the city platform is told of a case: the status map of the workflow ruling §5."""

from __future__ import annotations

from domain.cases.vocabulary import Action, Status
from domain.kernel.labels import Labelled


class Node(Labelled):
    """The stations that the city platform knows."""

    ACCEPTED = "accepted", "受理"
    HANDLING = "handling", "办理"
    TO_CONFIRM = "to_confirm", "待确认"
    CLOSED = "closed", "办结"
    RETURNED = "returned", "回退"


_BY_STATUS = {
    Status.TO_DISPATCH: Node.ACCEPTED,
    Status.TO_ACCEPT: Node.ACCEPTED,
    Status.TO_CONFIRM: Node.TO_CONFIRM,
    Status.CLOSED: Node.CLOSED,
}


def node_of(action: Action, status: Status) -> str:
    """Name the city's station for a case that a step brought to a status."""
    if action in {Action.APPROVE_RETURN, Action.RETURN_TO_CITY}:
        return Node.RETURNED.value
    return _BY_STATUS.get(status, Node.HANDLING).value
