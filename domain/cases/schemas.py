"""Shapes that enter and leave the room. What leaves is masked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from domain.calendar.schemas import DeadlineView
from domain.cases.answering import AnswerView, RatingView
from domain.cases.models import (
    CallOutcome,
    Case,
    Method,
    PartyKind,
    RiskLevel,
    Ruling,
    Satisfaction,
    Scale,
    Source,
    Supervision,
)
from domain.cases.vocabulary import OpenWork, Status
from domain.kernel.bounds import TAKEN, Count, When
from domain.people.models import IdType, Sex


def _grade(value: object) -> object:
    # A satisfaction may also be given as 1 (worst) to 5 (best).
    text = str(value)
    return list(Satisfaction)[5 - int(text)] if text in {"1", "2", "3", "4", "5"} else value


class PartyInput(BaseModel):
    """One party: a new person, or one kept from before by `party_id`."""

    model_config = TAKEN

    party_id: UUID | None = None
    kind: PartyKind = PartyKind.PETITIONER
    name: str = Field(default="", repr=False)
    id_type: IdType = IdType.RESIDENT
    id_number: str = Field(default="", repr=False)
    phone: str = Field(default="", repr=False)
    sex: Sex = Sex.UNKNOWN
    nation: str = ""
    address: str = Field(default="", repr=False)
    no_id_reason: str = ""


class CaseChanges(BaseModel):
    """What is written about a matter; none means: leave it as it is."""

    model_config = TAKEN

    title: str | None = None
    content: str | None = None
    category: str | None = None
    source: Source | None = None
    occurred_at: When | None = None
    area: str | None = None
    risk_level: RiskLevel | None = None
    scale: Scale | None = None
    headcount: Count | None = None
    amount: Decimal | None = None
    major: bool | None = None
    urgent: bool | None = None
    parties: tuple[PartyInput, ...] | None = None


class CaseInput(CaseChanges):
    """A new case; with `visit_id` the visitor becomes its first petitioner."""

    visit_id: UUID | None = None


class CitySent(CaseInput):
    """A case that the city platform sends down, under the city's own reference."""

    city_reference: str = ""
    city_due_at: When | None = None


class StepInput(CaseChanges):
    """What a step may need; each step takes only what its row names."""

    opinion: str = ""
    attachments: tuple[UUID, ...] = ()
    lead_department: str = ""
    assist_departments: tuple[str, ...] | None = None  # none: those that assist go on
    department: str = ""
    person_in_charge: str = Field(default="", repr=False)
    person_phone: str = Field(default="", repr=False)
    result: str = ""
    answer: str | None = None
    show_pictures: bool | None = None
    agrees: bool | None = None
    resolution_method: Method | None = None
    new_due_at: When | None = None
    days: Count | None = None
    watch: bool = False
    watch_reason: str = ""
    target_area: str = ""
    level: Supervision | None = None
    promise_days: Count | None = None
    ruling: Ruling | None = None
    called_at: When | None = None
    called_by: str = ""
    call_outcome: CallOutcome | None = None
    typical_text: str = ""
    consent: str = ""
    satisfaction: Annotated[Satisfaction | None, BeforeValidator(_grade)] = None


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


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list is narrowed to; empty means not narrowed.

    `since` and `until`: half-open moments of acceptance; what is of one party is in clear, and never logged.
    """

    view: str = ""
    statuses: tuple[str, ...] = ()
    text: str = ""
    number: str = ""
    area: str = ""
    department: str = ""
    category: str = ""
    risk: str = ""
    tag: str = ""
    overdue: bool = False
    since: datetime | None = None
    until: datetime | None = None
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    id_number: str = field(default="", repr=False)
    phone_tail: str = field(default="", repr=False)
    id_tail: str = field(default="", repr=False)
    sort: str = ""
