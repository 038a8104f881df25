"""Shapes that enter the room and leave it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from domain.kernel.asking import Ask
from domain.kernel.bounds import TAKEN, When
from domain.kernel.clock import SHANGHAI
from domain.kernel.labels import Labelled
from domain.warnings.models import Level, Verdict


def _zoned(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


class LabelInput(BaseModel):
    """What a model says of one case."""

    model_config = TAKEN

    number: str = Field(description="案件编号")
    level: Level
    reasons: str = Field(description="研判理由，最长 300 个字，不写个人信息")
    assessed_at: Annotated[When, AfterValidator(_zoned)] = Field(description="研判时间；没有写时区的按北京时间")


class LabelBatch(BaseModel):
    """What a model found in one run; the same case once at most."""

    model_config = TAKEN

    batch: str = Field(description="批次，由模型一方编号；同一批次的同一案件只记一次")
    model: str = Field(description="模型名称")
    model_version: str = Field(default="", description="模型版本")
    labels: tuple[LabelInput, ...] = Field(description="一次最多 500 条")


class Outcome(Labelled):
    """What became of one label of a batch."""

    RECEIVED = "received", "已接收"
    REPEATED = "repeated", "此前已接收"
    REFUSED = "refused", "未接收"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one label: `number` as it was sent, `said` the sentence of what was not taken."""

    number: str
    outcome: Outcome
    said: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a department answers to a label."""

    verdict: Annotated[Verdict, Ask("反馈结论", empty="请选择")]
    text: Annotated[
        str, Ask("反馈内容", "核实了什么、采取了哪些措施；不写当事人的个人信息", lines=4, most=500, wide=True)
    ]


class Standing(Labelled):
    """How a label stands at a moment, if it is the newest; derived, never stored."""

    WAITING = "waiting", "待反馈"
    LATE = "late", "逾期未反馈"
    ANSWERED = "answered", "已反馈"


@dataclass(frozen=True, slots=True)
class LabelFilter:
    """What a list of labels is narrowed to; `view` is a level or a way of standing."""

    level: Annotated[Level | None, Ask("风险等级", empty="全部等级")] = None
    standing: Annotated[Standing | None, Ask("反馈情况", empty="是否反馈")] = None
    department: Annotated[str, Ask("主办单位", choices="departments", empty="全部单位")] = ""
    view: str = ""
    sort: str = ""


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One label as it is shown; moments are aware, in UTC.

    :ivar ends_at: the moment its answer is written to be due
    :ivar due: what is told of the time that is left, with `due_tone`; empty once it is answered or superseded
    :ivar superseded: a later assessment came before it was answered
    :ivar department: the lead department of the case now; empty without one
    :ivar mine: the reader may answer it now
    """

    id: UUID
    number: str
    title: str
    level: Level
    reasons: str
    department: str
    assessed_at: datetime
    received_at: datetime
    ends_at: datetime | None
    due: str
    due_tone: str
    standing: Standing
    superseded: bool
    standing_label: str
    standing_tone: str
    answered_at: datetime | None
    answered_by: str
    verdict: Verdict | None
    answer: str
    model: str
    batch: str
    mine: bool
