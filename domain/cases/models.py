"""Tables of cases, their parties, assignments and attachments."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, Numeric, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlmodel import Field

from domain.calendar.models import LimitUnit, Link
from domain.cases.categories import Kind
from domain.cases.vocabulary import Action, ProcessState, Status
from domain.kernel.columns import MOMENT, Word
from domain.kernel.ids import new_id
from domain.kernel.labels import Labelled
from domain.kernel.rows import Row


class Source(Labelled):
    WALK_IN = "walk_in", "来访"
    PHONE = "phone", "来电"
    ONLINE = "online", "网络"
    GRID = "grid", "网格上报"
    SUPERIOR = "superior", "上级转交"
    CITY = "city", "市下发"


class RiskLevel(Labelled):
    HIGH = "high", "高风险"
    MEDIUM = "medium", "中风险"
    LOW = "low", "低风险"


class Scale(Labelled):
    INDIVIDUAL = "individual", "个体性"
    GROUP = "group", "一般群体性"
    MAJOR_GROUP = "major_group", "重大群体性"


class PartyKind(Labelled):
    PETITIONER = "petitioner", "诉求人"
    RESPONDENT = "respondent", "被诉求人"
    AGENT = "agent", "代理人"


class Part(Labelled):
    LEAD = "lead", "主办"
    ASSIST = "assist", "协办"


class AssignmentState(Labelled):
    WAITING = "waiting", "待接收"
    WORKING = "working", "办理中"
    REPORTED = "reported", "已反馈"
    FINISHED = "finished", "已办结"
    RETURNED = "returned", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"


class Method(Labelled):
    # resolution methods [P]: the code table of the standard was not to be had
    PEOPLE = "people_mediation", "人民调解"
    ADMINISTRATIVE = "administrative_mediation", "行政调解"
    JUDICIAL = "judicial_mediation", "司法调解"
    PROFESSIONAL = "professional_mediation", "专业性行业性调解"
    ARBITRATION = "arbitration", "仲裁"
    RULING = "administrative_ruling", "行政裁决"
    RECONSIDERATION = "reconsideration", "行政复议"
    LITIGATION = "litigation", "诉讼"
    PETITION = "petition", "信访"
    SETTLED = "settled", "当事人和解"
    OTHER = "other", "其他"


class Satisfaction(Labelled):
    VERY_SATISFIED = "very_satisfied", "非常满意"
    SATISFIED = "satisfied", "满意"
    FAIR = "fair", "基本满意"
    DISSATISFIED = "dissatisfied", "不满意"
    VERY_DISSATISFIED = "very_dissatisfied", "非常不满意"

    @property
    def points(self) -> int:
        return 5 - list(Satisfaction).index(self)

    @property
    def is_bad(self) -> bool:
        """Whether somebody has to call the petitioner back."""
        return self in {Satisfaction.DISSATISFIED, Satisfaction.VERY_DISSATISFIED}


class CallOutcome(Labelled):
    """What came of calling a dissatisfied petitioner back."""

    SETTLED = "settled", "诉求人表示认可"
    UNSETTLED = "unsettled", "诉求人仍不满意，已说明情况"
    REOPEN = "reopen", "需要重新办理"
    UNREACHED = "unreached", "没有联系上，须再次回访"


class Supervision(Labelled):
    ORDINARY = "ordinary", "普通督办"
    YELLOW = "yellow", "黄牌督办"
    RED = "red", "红牌督办"


class Ruling(Labelled):
    """What the centre decides on a department's appeal against a rating (row 34b)."""

    MALICIOUS = "malicious", "认定恶意评价，评价不计分"
    UPHELD = "upheld", "评价有效"


class Outcome(Labelled):
    RESOLVED = "resolved", "已化解"
    DIRECT = "direct", "直接办结"
    WITHDRAWN = "withdrawn", "诉求人撤回"


_STANDS = "legacy IS FALSE AND merged_into_id IS NULL AND status NOT IN ('draft', 'closed', 'void')"
_STANDING = ["due_at", "due_soon_at", "area_path", "category", "source", "risk_level", "lead_unit_id"]
"""What the figures of this moment look at, without reading a case."""


class Case(Row, table=True):
    """A case. Its status is changed by the step function alone.

    pii: tracking_sealed (a secret, not a person); parties are references. Free text
    (title, content, opinions) is kept in clear for search, see docs/security.md.

    What begins with `due_` shows the nearest running clock: when it ends, from when on it
    ends soon, on which line and on whose calendar it is counted.
    """

    __tablename__ = "case_file"
    __table_args__ = (
        Index("ix_case_status_due", "status", "due_at", text("urgent DESC"), text("id DESC")),
        Index("ix_case_standing", "status", postgresql_include=_STANDING, postgresql_where=text(_STANDS)),
        Index("ix_case_closed", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
        Index("ix_case_submitted", "submitted_at"),
        Index("ix_case_rated_at", "rated_at", postgresql_where=text("rated_at IS NOT NULL")),
        Index("ix_case_rated", "satisfaction", postgresql_where=text("satisfaction IS NOT NULL")),
        Index("ix_case_unit_rated", "unit_satisfaction", postgresql_where=text("unit_satisfaction IS NOT NULL")),
        Index("ix_case_appealed", "appealed_at", postgresql_where=text("appealed_at IS NOT NULL")),
        Index("ix_case_search", "search", postgresql_using="gin"),
        Index("ix_case_area", "area_path", postgresql_ops={"area_path": "text_pattern_ops"}),
        Index("ix_case_created", "created_at", "id"),
        Index("ix_case_category", "category"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: str = Field(unique=True)
    version: int = 1
    status: Status = Field(sa_type=Word(Status))  # type: ignore[call-overload]
    previous_status: Status | None = Field(default=None, sa_type=Word(Status))  # type: ignore[call-overload]
    requested_by: UUID | None = None
    title: str
    content: str = ""
    category: str = ""
    kind: Kind = Field(default=Kind.DISPUTE, sa_type=Word(Kind))  # type: ignore[call-overload]
    source: Source = Field(sa_type=Word(Source), index=True)  # type: ignore[call-overload]
    occurred_at: datetime | None = Field(default=None, sa_type=MOMENT, index=True)
    area_path: str = ""
    risk_level: RiskLevel = Field(sa_type=Word(RiskLevel))  # type: ignore[call-overload]
    scale: Scale = Field(sa_type=Word(Scale))  # type: ignore[call-overload]
    headcount: int = 1
    amount: Decimal | None = Field(default=None, sa_column=Column(Numeric(14, 2)))
    major: bool = False
    urgent: bool = False
    leader_order: bool = False
    extensions: int = 0
    supervision: Supervision | None = Field(default=None, sa_type=Word(Supervision))  # type: ignore[call-overload]
    supervised_by: UUID | None = None
    supervision_link: Link | None = Field(default=None, sa_type=Word(Link))  # type: ignore[call-overload]
    supervision_auto: bool = False
    sent_back_by: UUID | None = None
    urged_at: datetime | None = Field(default=None, sa_type=MOMENT)
    watch: bool = False
    watch_reason: str = ""
    legacy: bool = False
    typical: bool = False
    typical_text: str = ""
    city_reference: str | None = Field(default=None, unique=True)
    city_due_at: datetime | None = Field(default=None, sa_type=MOMENT)
    city_target: str = ""
    process_id: UUID | None = Field(default=None, foreign_key="process_version.id")
    parent_id: UUID | None = Field(default=None, foreign_key="case_file.id", index=True)
    merged_into_id: UUID | None = Field(default=None, foreign_key="case_file.id", index=True)
    merge_gave: dict[str, Any] = Field(  # of a merged case: what the kept one took over from it, to give it back
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default=text("'{}'::jsonb"))
    )
    visit_id: UUID | None = Field(default=None, foreign_key="visit.id")
    created_by: UUID = Field(foreign_key="account.id", index=True)
    unit_id: UUID = Field(foreign_key="unit.id")
    lead_unit_id: UUID | None = Field(default=None, foreign_key="unit.id", index=True)
    created_at: datetime = Field(sa_type=MOMENT)
    updated_at: datetime = Field(sa_type=MOMENT)
    submitted_at: datetime | None = Field(default=None, sa_type=MOMENT)
    dispatched_at: datetime | None = Field(default=None, sa_type=MOMENT)
    closed_at: datetime | None = Field(default=None, sa_type=MOMENT)
    due_at: datetime | None = Field(default=None, sa_type=MOMENT)
    due_link: Link | None = Field(default=None, sa_type=Word(Link))  # type: ignore[call-overload]
    due_line: LimitUnit | None = Field(default=None, sa_type=Word(LimitUnit))  # type: ignore[call-overload]
    due_unit_id: UUID | None = None
    due_soon_at: datetime | None = Field(default=None, sa_type=MOMENT)
    promised_at: datetime | None = Field(default=None, sa_type=MOMENT)
    result: str = ""
    answer: str = ""
    answered_at: datetime | None = Field(default=None, sa_type=MOMENT)
    object_until: datetime | None = Field(default=None, sa_type=MOMENT)
    show_pictures: bool = False
    agrees: bool | None = None
    responded_at: datetime | None = Field(default=None, sa_type=MOMENT)
    method: Method | None = Field(default=None, sa_type=Word(Method))  # type: ignore[call-overload]
    outcome: Outcome | None = Field(default=None, sa_type=Word(Outcome))  # type: ignore[call-overload]
    satisfaction: Satisfaction | None = Field(default=None, sa_type=Word(Satisfaction))  # type: ignore[call-overload]
    rated_at: datetime | None = Field(default=None, sa_type=MOMENT)
    rating_comment: str = ""
    unit_satisfaction: Satisfaction | None = Field(default=None, sa_type=Word(Satisfaction))  # type: ignore[call-overload]
    unit_rated_at: datetime | None = Field(default=None, sa_type=MOMENT)
    unit_rating_comment: str = ""
    called_at: datetime | None = Field(default=None, sa_type=MOMENT)
    call_outcome: CallOutcome | None = Field(default=None, sa_type=Word(CallOutcome))  # type: ignore[call-overload]
    appealed_at: datetime | None = Field(default=None, sa_type=MOMENT)
    appeal_ruling: Ruling | None = Field(default=None, sa_type=Word(Ruling))  # type: ignore[call-overload]
    tracking_digest: bytes | None = Field(default=None, sa_column=Column(LargeBinary, unique=True))
    tracking_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    search: str | None = Field(default=None, sa_column=Column(TSVECTOR))
    folded: str | None = Field(default=None, sa_column=Column(Text))  # number, title, content as they are compared


class Party(Row, table=True):
    """A person in a case.

    no_pii: the person is a reference
    """

    __tablename__ = "case_party"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    kind: PartyKind = Field(sa_type=Word(PartyKind))  # type: ignore[call-overload]
    position: int = 0
    no_id_reason: str = ""


class Assignment(Row, table=True):
    """One dispatch of a case to a department.

    pii: in_charge, in_charge_phone (sealed)
    """

    __tablename__ = "assignment"
    __table_args__ = (
        Index("ix_assignment_unit", "unit_id", "state"),
        Index("ix_assignment_unit_case", "unit_id", "case_id"),
        Index("ix_assignment_dispatched", "dispatched_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id", index=True)
    unit_id: UUID = Field(foreign_key="unit.id")
    part: Part = Field(sa_type=Word(Part))  # type: ignore[call-overload]
    state: AssignmentState = Field(sa_type=Word(AssignmentState))  # type: ignore[call-overload]
    dispatched_by: UUID
    dispatched_at: datetime = Field(sa_type=MOMENT)
    accepted_by: UUID | None = None
    accepted_at: datetime | None = Field(default=None, sa_type=MOMENT)
    reported_at: datetime | None = Field(default=None, sa_type=MOMENT)
    ended_at: datetime | None = Field(default=None, sa_type=MOMENT)
    waived_at: datetime | None = Field(default=None, sa_type=MOMENT)
    waived_by: UUID | None = None
    return_agreed_at: datetime | None = Field(default=None, sa_type=MOMENT)
    in_charge_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    in_charge_phone_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class CaseReach(Row, table=True):
    """A unit that a case was ever sent to, with what lists are ordered by; the database keeps it (decision 0036).

    no_pii
    """

    __tablename__ = "case_reach"  # type: ignore[assignment]
    __table_args__ = (
        Index("ix_case_reach_list", "unit_id", "status", "due_at", text("urgent DESC"), text("case_id DESC")),
    )

    unit_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id", ondelete="CASCADE", primary_key=True, index=True)
    status: Status = Field(sa_type=Word(Status))  # type: ignore[call-overload]
    urgent: bool = False
    due_at: datetime | None = Field(default=None, sa_type=MOMENT)


class Attachment(Row, table=True):
    """A picture bound to the step that brought it.

    no_pii: EXIF is gone; what the picture shows is the case's content
    """

    __tablename__ = "case_attachment"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id", index=True)
    file_id: UUID = Field(foreign_key="stored_file.id", unique=True)
    action: Action = Field(sa_type=Word(Action))  # type: ignore[call-overload]
    journal_seq: int
    added_at: datetime = Field(sa_type=MOMENT)


class Copy(Row, table=True):
    """One copy of a case to a unit (抄告), with its read receipt; the unit may read the case, no more.

    no_pii
    """

    __tablename__ = "case_copy"
    __table_args__ = (Index("ix_case_copy_unit", "unit_id", "case_id", unique=True),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id", index=True)
    unit_id: UUID = Field(foreign_key="unit.id")
    note: str = ""
    sent_by: UUID
    sent_at: datetime = Field(sa_type=MOMENT)
    read_by: UUID | None = None
    read_at: datetime | None = Field(default=None, sa_type=MOMENT)


class ProcessVersion(Row, table=True):
    """One version of a configured process; what was enabled never changes again.

    no_pii
    """

    __tablename__ = "process_version"
    __table_args__ = (Index("ix_process_version", "code", "version", unique=True),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    code: str
    version: int
    name: str
    note: str = ""
    state: ProcessState = Field(sa_type=Word(ProcessState))  # type: ignore[call-overload]
    categories: list[str] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    tweaks: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    created_by: UUID
    created_at: datetime = Field(sa_type=MOMENT)
    enabled_at: datetime | None = Field(default=None, sa_type=MOMENT)
    retired_at: datetime | None = Field(default=None, sa_type=MOMENT)


class ListOrder(Row, table=True):
    """The status order of one kind of list, where somebody arranged it otherwise than the default.

    no_pii
    """

    __tablename__ = "list_order"

    name: str = Field(primary_key=True)
    statuses: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    set_by: UUID
    set_at: datetime = Field(sa_type=MOMENT)


class CategoryWord(Row, table=True):
    """A word of everyday speech by which a category is found, besides those that come with the product.

    no_pii
    """

    __tablename__ = "category_word"
    __table_args__ = (Index("ix_category_word", "category", "folded", unique=True),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    category: str
    word: str
    folded: str
    added_by: UUID
    added_at: datetime = Field(sa_type=MOMENT)


class CategoryChoice(Row, table=True):
    """How often a category was taken for a word by which it is found; only words that the lists hold stand here.

    no_pii
    """

    __tablename__ = "category_choice"

    category: str = Field(primary_key=True)
    folded: str = Field(primary_key=True)
    times: int
