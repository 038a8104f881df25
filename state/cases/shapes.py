"""What a case page shows, as text: small shapes made from the room's answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.calendar.schemas import DeadlineView
from domain.cases.queries.handlings import HandlingView, PendingView
from domain.cases.schemas import AssignmentView, CaseView, JournalView, NodeView, PartyView, PictureView
from domain.cases.vocabulary import Action, Status
from domain.cases.workflow import IN_HAND
from domain.kernel.actor import Actor
from domain.kernel.clock import DAMAGED, TYPED, end_stamp, stamp
from domain.kernel.permissions import Role

LONG = "%Y-%m-%d %H:%M"
SHORT = "%m-%d %H:%M"
_STATE_TONES = {
    "waiting": "blue",
    "working": "orange",
    "reported": "yellow",
    "finished": "green",
    "returned": "gray",
    "withdrawn": "gray",
}
_WARNED = {Action.SEND_BACK, Action.REQUEST_RETURN, Action.REJECT_RESULT, Action.SUPERVISE, Action.VOID}


@dataclass
class CaseShown:
    """The head and the facts of a case."""

    number: str = ""
    version: int = 0
    title: str = ""
    content: str = ""
    status: str = ""
    status_label: str = ""
    status_tone: str = "gray"
    risk_label: str = ""
    risk_tone: str = "gray"
    due: str = ""
    due_tone: str = "none"
    urgent: bool = False
    major: bool = False
    leader_order: bool = False
    supervision: str = ""
    watch: bool = False
    watch_reason: str = ""
    legacy: bool = False
    typical: bool = False
    category: str = ""
    kind: str = ""
    source: str = ""
    occurred: str = ""
    area: str = ""
    scale: str = ""
    headcount: str = ""
    amount: str = ""
    registered: str = ""
    submitted: str = ""
    promised: str = ""
    closed: str = ""
    result: str = ""
    method: str = ""
    outcome: str = ""
    has_slip: bool = False
    process: str = ""
    typical_text: str = ""
    city: str = ""
    appeal: str = ""
    merged: bool = False
    child: bool = False
    stored_status: str = ""


def moment_typed(moment: datetime | None) -> str:
    """Write a moment as an `input type=datetime-local` takes it; empty for none and for a damaged one."""
    return "" if moment is None or moment == DAMAGED else stamp(moment, TYPED)


@dataclass
class PartyShown:
    id: str = ""
    person_id: str = ""
    kind: str = ""
    tone: str = ""
    name: str = ""
    id_type: str = ""
    id_number: str = ""
    phone: str = ""
    about: str = ""
    address: str = ""
    no_id: str = ""
    anonymised: bool = False


@dataclass
class Hand:
    unit: str = ""
    code: str = ""
    waivable: bool = False
    agreed: bool = False
    part: str = ""
    state: str = ""
    tone: str = ""
    when: str = ""
    in_charge: str = ""
    phone: str = ""


@dataclass
class Change:
    label: str = ""
    before: str = ""
    after: str = ""


@dataclass
class Line:
    label: str = ""
    kind: str = ""
    changes: list[Change] = field(default_factory=list)
    who: str = ""
    when: str = ""
    moved: str = ""
    opinion: str = ""
    notes: str = ""
    pictures: list[str] = field(default_factory=list)
    tone: str = ""


@dataclass
class Node:
    label: str = ""
    state: str = ""
    who: str = ""
    when: str = ""


@dataclass
class Picture:
    id: str = ""
    label: str = ""
    at: str = ""
    original: str = ""
    """Where it is as it was uploaded; empty where it was not kept."""


@dataclass
class Stretch:
    text: str = ""
    counted: bool = True


@dataclass
class Limit:
    label: str = ""
    explanation: str = ""
    until: str = ""
    paused: bool = False
    stretches: list[Stretch] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class Handling:
    """One rejection or transfer, with who handled it."""

    kind: str = ""
    label: str = ""
    who: str = ""
    target: str = ""
    when: str = ""
    opinion: str = ""
    tone: str = ""


@dataclass
class Pending:
    """The request that waits for a decision."""

    action: str = ""
    label: str = ""
    who: str = ""
    when: str = ""
    opinion: str = ""
    days: str = ""


@dataclass
class Awaited:
    """What must be done now, and by whom."""

    label: str = ""
    who: str = ""


@dataclass
class Related:
    number: str = ""
    title: str = ""
    status: str = ""
    tie: str = ""


@dataclass
class CopySent:
    unit: str = ""
    note: str = ""
    sent: str = ""
    read: str = ""


_RISK_TONES = {"high": "red", "medium": "orange", "low": "blue"}


def shown(view: CaseView) -> CaseShown:
    """Turn a case into the texts of its page."""
    row = view.row
    return CaseShown(
        number=row.number,
        version=row.version,
        title=row.title,
        content=view.content,
        category=row.category,
        kind=view.kind,
        source=view.source_label,
        occurred=stamp(view.occurred_at, LONG),
        area=view.area_full,
        scale=view.scale_label,
        headcount=f"{view.headcount} 人",
        amount=f"{view.amount:,} 元" if view.amount is not None else "",
        registered=" · ".join(filter(None, (view.registered_unit, view.registered_by, stamp(row.created_at, LONG)))),
        submitted=stamp(row.submitted_at, LONG),
        promised=end_stamp(view.promised_end, LONG),
        closed=stamp(view.closed_at, LONG),
        result=view.result,
        method=view.method,
        outcome=view.outcome,
        has_slip=row.submitted_at is not None,
        process=view.process,
        typical_text=view.typical_text,
        city=" · ".join(filter(None, (view.city_reference, view.city_target))),
        appeal=view.appeal,
        merged=bool(view.merged_into),
        child=bool(view.parent),
        stored_status=row.stored_status,
        **_lamps(view),
    )


def _lamps(view: CaseView) -> dict[str, Any]:
    """Status, risk, deadline and flags: what stands behind the title."""
    row = view.row
    return {
        "status": row.status,
        "status_label": row.status_label,
        "status_tone": row.status_tone,
        "risk_label": row.risk_label,
        "risk_tone": _RISK_TONES[row.risk],
        "due": row.due,
        "due_tone": "blue" if row.tone == "none" else row.tone,
        "urgent": row.urgent,
        "major": view.major,
        "leader_order": row.leader_order,
        "supervision": row.supervision + ("（自动）" if view.supervision_auto else ""),
        "watch": row.watch,
        "watch_reason": view.watch_reason,
        "legacy": view.legacy,
        "typical": view.typical,
    }


def party(view: PartyView, *, joined: bool = False) -> PartyShown:
    """Turn a party into text; `joined`: it is one of a case that was merged into this one."""
    return PartyShown(
        id=str(view.id),
        person_id=str(view.person_id),
        kind=f"{view.kind_label}（并入案件）" if joined else view.kind_label,
        tone={"petitioner": "blue", "respondent": "orange"}.get(view.kind, "gray"),
        name=view.name,
        id_type=view.id_type,
        id_number=view.id_number,
        phone=view.phone,
        about=" · ".join(filter(None, (view.sex if view.sex != "未知" else "", view.nation))),
        address=view.address,
        no_id=view.no_id_reason,
        anonymised=view.anonymised,
    )


def hand(view: AssignmentView) -> Hand:
    """Turn an assignment into text."""
    times = (
        ("派出", view.dispatched_at),
        ("接收", view.accepted_at),
        ("反馈", view.reported_at),
        ("结束", view.ended_at),
    )
    return Hand(
        unit=view.unit,
        code=view.unit_code,
        waivable=view.part == "assist" and view.state in {"waiting", "working"} and not view.waived,
        agreed=view.return_agreed,
        part=view.part_label,
        state="已免除反馈" if view.waived else view.state_label,
        tone="gray" if view.waived else _STATE_TONES[view.state],
        when=" → ".join(f"{word} {stamp(moment, SHORT)}" for word, moment in times if moment),
        in_charge=view.in_charge,
        phone=view.in_charge_phone,
    )


def line(view: JournalView) -> Line:
    """Turn a journal line into text."""
    moved = f"{view.from_label} → {view.to_label}" if view.from_label and view.from_label != view.to_label else ""
    return Line(
        label=view.label,
        kind=view.kind,
        changes=[Change(c.label, c.before, c.after) for c in view.changes],
        who=" · ".join(filter(None, (view.unit, view.who))),
        when=stamp(view.at, LONG),
        moved=moved,
        opinion=view.opinion,
        notes="；".join(view.notes),
        pictures=[str(file_id) for file_id in view.pictures],
        tone="warn" if view.action in _WARNED else "",
    )


def node(view: NodeView) -> Node:
    return Node(view.label, view.state, view.who, view.when)


def picture(view: PictureView) -> Picture:
    label = f"{view.action_label}（{view.note}）" if view.note else view.action_label
    original = f"/api/v1/attachments/{view.file_id}/original" if view.original else ""
    return Picture(str(view.file_id), label, stamp(view.added_at, SHORT), original)


def limit(view: DeadlineView) -> Limit:
    return Limit(
        view.label,
        view.explanation,
        end_stamp(view.ends_at, LONG),
        view.paused,
        [Stretch(one.text, not one.reason) for one in view.segments],
        list(view.notes),
    )


def handling(view: HandlingView) -> Handling:
    """Turn a rejection or transfer into text."""
    who = " · ".join(filter(None, (view.unit, view.who)))
    return Handling(view.kind, view.label, who, view.target, stamp(view.at, SHORT), view.opinion, view.tone)


def pending(view: PendingView | None) -> Pending:
    """Turn the waiting request into text; empty without one."""
    if view is None:
        return Pending()
    who = " · ".join(filter(None, (view.unit, view.who)))
    days = str(view.days) if view.days else ""
    return Pending(view.action, view.label, who, stamp(view.at, LONG), view.opinion, days)


def related(view: CaseView) -> list[Related]:
    """List the cases that belong to one, each with its tie."""
    ties = (("主案件", view.parent), ("子案件", view.children), ("已并入", view.merged_into), ("并入本件", view.merged))
    return [Related(one.number, one.title, one.status_label, tie) for tie, found in ties for one in found]


def copies(view: CaseView) -> list[CopySent]:
    """List the copies with their receipts."""
    return [
        CopySent(
            one.unit,
            one.note,
            stamp(one.sent_at, SHORT),
            f"{one.read_by} {stamp(one.read_at, SHORT)} 已签收" if one.read_at else "未签收",
        )
        for one in view.copies
    ]


def may_agree(actor: Actor, view: CaseView) -> bool:
    """Tell whether the head of the lead department has yet to agree to a return after a report."""
    lead = next((a for a in view.assignments if a.part == "lead" and a.ended_at is None), None)
    if lead is None or not actor.has(Role.DEPARTMENT_HEAD) or lead.unit_code != actor.unit_code:
        return False
    in_hand = Status(view.row.stored_status) in IN_HAND
    return in_hand and lead.reported_at is not None and not lead.return_agreed
