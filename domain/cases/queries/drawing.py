"""A process as a picture: statuses as nodes with places, steps as arrows between them."""

from __future__ import annotations

from dataclasses import dataclass

from domain.cases.process import STANDARD, Process
from domain.cases.vocabulary import Action
from domain.cases.vocabulary import Status as S
from domain.cases.workflow import Step

_PLACES = {
    S.DRAFT: (0, 1), S.VOID: (0, 3), S.TO_SUPPLEMENT: (1, 0), S.TO_DISPATCH: (1, 1), S.AT_CITY: (1, 3),
    S.ORDER_PENDING: (2, 0), S.TO_ACCEPT: (2, 1), S.RETURN_PENDING: (2, 2), S.LEADER_ORDER: (3, 0),
    S.IN_PROGRESS: (3, 1), S.EXTENSION_PENDING: (3, 2), S.EXTENDED: (3, 3), S.TO_CONFIRM: (4, 1), S.CLOSED: (5, 1),
}  # fmt: skip
"""Column and row of each status: the main line runs along row 1, from left to right."""


@dataclass(frozen=True, slots=True)
class Node:
    """Place one status; `column` and `row` count from 0."""

    code: str
    label: str
    column: int
    row: int
    reached: bool
    renamed: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """Draw the steps from one status to another; `changed` when the standard has them otherwise.

    :ivar minor: a way out that every open status has; a picture draws it on demand
    :ivar gone: the standard has this arrow, the process has not
    """

    source: str
    target: str
    label: str
    who: str
    changed: bool = False
    minor: bool = False
    gone: bool = False


def nodes(process: Process) -> tuple[Node, ...]:
    """Place every status; one without an arrow is not reached."""
    used = {s for step in process.steps for s in (step.source, step.target) if s}
    return tuple(
        Node(status.value, process.status_label(status), *place, status in used, status in process.statuses)
        for status, place in _PLACES.items()
    )


def arrows(process: Process) -> tuple[Arrow, ...]:
    """Draw what moves a case; steps that stay where they are are not arrows.

    Arrows that the process took out of the standard come last.
    """
    standard = {_key(step): step for step in STANDARD.steps}
    drawn = _pairs(process)
    lost = {pair: steps for pair, steps in _pairs(STANDARD).items() if pair not in drawn}
    kept = [
        _arrow(pair, steps, changed=any(standard.get(_key(step)) != step for step in steps))
        for pair, steps in drawn.items()
    ]
    return (*kept, *(_arrow(pair, steps, gone=True) for pair, steps in lost.items()))


def _pairs(process: Process) -> dict[tuple[S, S], list[Step]]:
    found: dict[tuple[S, S], list[Step]] = {}
    for step in process.steps:
        if step.source and step.target and step.source is not step.target:
            found.setdefault((step.source, step.target), []).append(step)
    return found


def _arrow(pair: tuple[S, S], steps: list[Step], *, changed: bool = False, gone: bool = False) -> Arrow:
    return Arrow(
        pair[0].value,
        pair[1].value,
        "、".join(dict.fromkeys(step.label or step.action.label for step in steps)),
        "、".join(dict.fromkeys(who.role.label for step in steps for who in step.who)),
        changed=changed,
        minor=all(step.action is Action.WITHDRAW_BY_PETITIONER for step in steps),
        gone=gone,
    )


def _key(step: Step) -> tuple[str, S | None, S | None]:
    return step.row, step.source, step.target
