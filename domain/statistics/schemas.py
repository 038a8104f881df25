"""Shapes that leave the room."""

from __future__ import annotations

from dataclasses import dataclass

from domain.kernel.labels import Labelled


class Measure(Labelled):
    """What is counted of a department."""

    TOTAL = "total", "总事件数"
    ACCEPTED = "accepted", "已接收"
    WAITING = "waiting", "待接收"
    IN_HAND = "in_hand", "在办"
    OVERDUE = "overdue", "超期"
    CLOSED = "closed", "已办结"
    RETURNED = "returned", "已退回"


@dataclass(frozen=True, slots=True)
class DepartmentFigures:
    """The figures of one department; `satisfaction` is 1 to 5, none without ratings."""

    department: str
    name: str
    total: int
    accepted: int
    waiting: int
    in_hand: int
    overdue: int
    closed: int
    returned: int
    satisfaction: float | None
