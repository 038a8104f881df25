"""The table of risk labels."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from domain.kernel.columns import MOMENT, Word
from domain.kernel.ids import new_id
from domain.kernel.labels import Labelled
from domain.kernel.rows import Row


class Level(Labelled):
    """How grave a model takes a case to be, the gravest first."""

    RED = "red", "红色"
    ORANGE = "orange", "橙色"
    YELLOW = "yellow", "黄色"
    BLUE = "blue", "蓝色"


class Verdict(Labelled):
    """What the department found when it looked."""

    CONFIRMED = "confirmed", "已核实、风险属实"
    SETTLED = "settled", "已核实、风险已化解"
    UNFOUNDED = "unfounded", "经核实不属实"


class RiskLabel(Row, table=True):
    """What one batch says of one case; the database refuses to change what was received, or to delete it.

    `due_at` is when its answer is due, as worked out on the calendar of the day it came; none where no answer is due.
    `newest`: no later assessment of the case is known. The last four are the answer.

    no_pii: reasons and answer are free text about a matter and kept in clear, as opinions are, see docs/security.md
    """

    __tablename__ = "risk_label"  # type: ignore[assignment]
    __table_args__ = (
        Index("ix_risk_label_once", "batch", "case_id", unique=True),
        Index("ix_risk_label_newest", "case_id", unique=True, postgresql_where=text("newest")),
        Index("ix_risk_label_open", "due_at", "id", postgresql_where=text("newest AND answered_at IS NULL")),
        Index("ix_risk_label_case", "case_id", "assessed_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id")
    batch: str
    level: Level = Field(sa_type=Word(Level))  # type: ignore[call-overload]
    reasons: str
    assessed_at: datetime = Field(sa_type=MOMENT)
    model: str
    model_version: str = ""
    received_at: datetime = Field(sa_type=MOMENT)
    received_by: UUID
    due_at: datetime | None = Field(default=None, sa_type=MOMENT)
    newest: bool = True
    answered_at: datetime | None = Field(default=None, sa_type=MOMENT)
    answered_by: UUID | None = None
    verdict: Verdict | None = Field(default=None, sa_type=Word(Verdict))  # type: ignore[call-overload]
    answer: str = ""
