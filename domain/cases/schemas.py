"""Shapes that leave the room, masked; what enters stands in `inputs`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from domain.calendar.schemas import DeadlineView
from domain.cases.answering import AnswerView, RatingView
from domain.cases.models import (
    Case,
)
from domain.cases.vocabulary import OpenWork, Status


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """Answer a step: what the case has become."""

    id: UUID
    number: str
    status: Status
    version: int

    @classmethod
    def of(cls, case: Case) -> CaseSummary:
        return cls(case.id, case.number, case.status, case.version)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list. `tone` colours the row, `due` is in words.

    `status` is what the reader calls it, overdue included; `stored_status` is the workflow's own.
    `excerpt` is what stands around the words of a search in the content, where the title lacks one; `reason` is why a
    case is in a list of marked ones.
    """

    id: UUID
    number: str
    version: int
    title: str
    category: str
    area: str
    party: str
    stored_status: str
    status: str
    status_label: str
    status_tone: str
    due: str
    due_at: datetime | None
    ends_at: datetime | None
    tone: str
    risk: str
    risk_label: str
    department: str
    handler: str
    urgent: bool
    leader_order: bool
    supervision: str
    watch: bool
    created_at: datetime
    submitted_at: datetime | None
    source_label: str = ""
    closed_at: datetime | None = None
    satisfaction_label: str = ""
    excerpt: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PartyView:
    id: UUID
    person_id: UUID
    kind: str
    kind_label: str
    name: str
    id_type: str
    id_number: str
    phone: str
    sex: str
    nation: str
    address: str
    no_id_reason: str
    anonymised: bool


@dataclass(frozen=True, slots=True)
class AssignmentView:
    id: UUID
    unit_code: str
    unit: str
    part: str
    part_label: str
    state: str
    state_label: str
    dispatched_at: datetime
    accepted_at: datetime | None
    reported_at: datetime | None
    ended_at: datetime | None
    waived: bool
    return_agreed: bool
    in_charge: str = field(repr=False)
    in_charge_phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PictureView:
    id: UUID
    file_id: UUID
    action_label: str
    added_at: datetime
    original: bool  # whether it can be had as it was uploaded
    note: str  # what its copy does not show


@dataclass(frozen=True, slots=True)
class ChangeView:
    """What an edit changed in one field."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class JournalView:
    """One line of a case's journal; `kind`: step (the status moved), answer (to and from the petitioner), note, record."""

    seq: int
    at: datetime
    action: str
    label: str
    who: str
    unit: str
    role: str
    from_label: str
    to_label: str
    opinion: str
    notes: tuple[str, ...]
    pictures: tuple[UUID, ...]
    changes: tuple[ChangeView, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class NodeView:
    """One node of the process picture: done, now, late, todo."""

    label: str
    state: str
    who: str
    when: str


@dataclass(frozen=True, slots=True)
class NeedView:
    name: str
    label: str
    required: bool


@dataclass(frozen=True, slots=True)
class ActionView:
    """Tell one action, whether this person may take it now, and if not, why."""

    action: str
    label: str
    allowed: bool
    reason: str
    needs: tuple[NeedView, ...] = ()
    primary: bool = False
    starts: str = ""
    tells: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True, slots=True)
class RelatedView:
    """A case that belongs to another: parent, child, merged."""

    number: str
    title: str
    status_label: str


@dataclass(frozen=True, slots=True)
class CopyView:
    """One copy of a case and whether it was read."""

    unit: str
    note: str
    sent_at: datetime
    read_at: datetime | None
    read_by: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case whole, masked."""

    row: CaseRow
    content: str
    category_code: str
    kind: str
    source: str
    source_label: str
    occurred_at: datetime | None
    area_code: str
    area_full: str
    scale: str
    scale_label: str
    headcount: int
    amount: Decimal | None
    major: bool
    registered_by: str
    registered_unit: str
    result: str
    answer: AnswerView
    method: str
    outcome: str
    ratings: tuple[RatingView, ...]
    satisfaction: str
    rated_at: datetime | None
    rating_comment: str
    watch_reason: str
    legacy: bool
    typical: bool
    dispatched_at: datetime | None
    closed_at: datetime | None
    promised_at: datetime | None
    promised_end: datetime | None
    visit_id: UUID | None
    parties: tuple[PartyView, ...]
    joined_parties: tuple[PartyView, ...]
    assignments: tuple[AssignmentView, ...]
    pictures: tuple[PictureView, ...]
    deadlines: tuple[DeadlineView, ...]
    copies: tuple[CopyView, ...]
    parent: tuple[RelatedView, ...]
    children: tuple[RelatedView, ...]
    merged_into: tuple[RelatedView, ...]
    merged: tuple[RelatedView, ...]
    process: str
    supervision_auto: bool
    typical_text: str
    city_reference: str
    city_target: str
    appeal: str


@dataclass(frozen=True, slots=True)
class Counter:
    """One figure of the desk; `view` selects exactly the cases it counts."""

    view: str
    label: str
    count: int
    tone: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """Count open work by kind: what would be, or was, handed over."""

    login: str
    name: str
    counts: dict[OpenWork, int]
    at: datetime
