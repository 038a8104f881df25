"""The way of a case as a row of nodes (流转路径): what happened, in the words of the step that did it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.cases.models import Case
from domain.cases.process import STANDARD, Process
from domain.cases.vocabulary import Action as A
from domain.cases.vocabulary import Status as S
from domain.kernel.models import JournalEntry


@dataclass(frozen=True, slots=True)
class Node:
    """A station: the steps that complete it, the statuses in which the next is being done, what completed it.

    With `only` a step counts that led to one of these statuses alone; an `extra` stands there only when it happened.
    """

    label: str
    actions: tuple[A, ...]
    after: tuple[S, ...]
    only: tuple[S, ...] = ()
    extra: bool = False
    last: JournalEntry | None = None


_SENT = (A.DISPATCH, A.REDISPATCH, A.ORDER, A.APPROVE_ORDER, A.PROPOSE_ORDER, A.REOPEN, A.RELAPSE)
_IN_HAND = (S.IN_PROGRESS, S.EXTENDED, S.LEADER_ORDER, S.RETURN_PENDING, S.EXTENSION_PENDING)
_ROAD = (
    Node("登记", (A.CREATE, A.CITY_DISPATCH), (S.DRAFT,)),
    Node("受理", (A.SUBMIT, A.RESUBMIT, A.CITY_DISPATCH), (S.TO_DISPATCH, S.TO_SUPPLEMENT)),
    Node("上报市平台", (A.ESCALATE_TO_CITY,), (S.AT_CITY,), extra=True),
    Node("转派", _SENT, (S.TO_ACCEPT, S.ORDER_PENDING), only=(S.TO_ACCEPT,)),
    Node("接收", (A.ACCEPT,), _IN_HAND),
    Node("领导交办", (A.ORDER, A.APPROVE_ORDER, A.PROPOSE_ORDER), (), only=(S.LEADER_ORDER,), extra=True),
    Node("办理答复", (A.SUBMIT_RESULT, A.CITY_RESULT), (S.TO_CONFIRM,)),
    Node("确认办结", (A.CONFIRM, A.CLOSE_DIRECTLY, A.WITHDRAW_BY_PETITIONER), (S.CLOSED,)),
    Node("作废", (A.VOID, A.RETURN_TO_CITY), (S.VOID,), extra=True),
    Node("评价", (A.RATE,), ()),
)
_CITY, _SENDING, _ACCEPTING, _ORDERED = (_ROAD[place].label for place in (2, 3, 4, 5))


def nodes(case: Case, entries: Sequence[JournalEntry]) -> list[tuple[Node, str]]:
    """Give the nodes of a case's way, each with its state: done, now or todo."""
    road = [replace(node, last=_last(node, entries)) for node in _ROAD]
    road = [node for node in road if _belongs(node, case, road)]
    reached = next((place for place, node in enumerate(road) if case.status in node.after), -1)
    if reached >= 0 and road[reached].label == _ACCEPTING and any(node.label == _ORDERED for node in road):
        reached += 1
    over = case.status in {S.CLOSED, S.VOID}
    found: list[tuple[Node, str]] = []
    for place, node in enumerate(road):
        done = node.last is not None and (place <= reached or node.label == "评价")
        if done:
            found.append((node, "done"))
        elif place > reached and not (over and case.status is S.VOID):
            now = place == reached + 1 and not over
            found.append((replace(node, last=None), "now" if now else "todo"))
    return found


def _last(node: Node, entries: Sequence[JournalEntry]) -> JournalEntry | None:
    fitting = [
        entry
        for entry in entries
        if entry.action.removeprefix("case.") in node.actions and (not node.only or entry.detail.get("to") in node.only)
    ]
    return fitting[-1] if fitting else None


def _belongs(node: Node, case: Case, road: Sequence[Node]) -> bool:
    """Whether a node is of this case's way as it is now: what was taken back since is not."""
    seqs = {one.label: one.last.seq for one in road if one.last}
    at_city = seqs.get(_CITY, 0) > seqs.get(_SENDING, 0) and case.status in {S.AT_CITY, S.TO_CONFIRM, S.CLOSED}
    if node.label == _CITY:
        return at_city
    if node.label in {_SENDING, _ACCEPTING} and at_city:
        return False
    if node.label == _ORDERED:
        return seqs.get(_ORDERED, 0) > seqs.get(_ACCEPTING, 0) > 0 and case.status in {
            *_IN_HAND,
            S.TO_CONFIRM,
            S.CLOSED,
        }
    return node.last is not None if node.label == "作废" else True


def called(node: Node, process: Process) -> str:
    """Call a node as the step that completed it is called, where that is not the usual step."""
    usual = node.actions[0]
    done = A(node.last.action.removeprefix("case.")) if node.last else usual
    if done is not usual and not node.extra and node.label != "登记" and done is not A.CITY_DISPATCH:
        return process.action_label(done)
    name = process.action_label(usual)
    return node.label if name == STANDARD.action_label(usual) else name
