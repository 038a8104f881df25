"""What enters the room: a case, what is written about it, what a step needs, what a list is narrowed to.

One class each for screen, interface, sheet and command; the words and bounds of a field stand beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from domain.calendar.rules.limits import MOST_WORKDAYS
from domain.cases.models import (
    CallOutcome,
    Method,
    PartyKind,
    RiskLevel,
    Ruling,
    Satisfaction,
    Scale,
    Source,
    Supervision,
)
from domain.kernel.asking import Ask
from domain.kernel.bounds import TAKEN, Bounds, Count, When
from domain.kernel.clock import ALWAYS, Span
from domain.people.models import IdType, Sex

MAX_TITLE, MAX_CONTENT, MAX_OPINION, MAX_RESULT = 60, 5000, 2000, 5000
EXTENSION, PROMISE = Bounds(1, 10, "个工作日"), Bounds(1, MOST_WORKDAYS, "个工作日")
HEADCOUNT, AMOUNT = Bounds(1, 100_000), Bounds(0, Decimal(999_999_999_999), "元")


def _grade(value: object) -> object:
    # A satisfaction may also be given as 1 (worst) to 5 (best).
    text = str(value)
    return list(Satisfaction)[5 - int(text)] if text in {"1", "2", "3", "4", "5"} else value


class PartyInput(BaseModel):
    """One party: a new person, or one kept from before by `party_id`."""

    model_config = TAKEN

    party_id: UUID | None = None
    kind: Annotated[PartyKind, Ask("身份")] = PartyKind.PETITIONER
    name: Annotated[str, Ask("姓名")] = Field(default="", repr=False)
    id_type: Annotated[IdType, Ask("证件类型")] = IdType.RESIDENT
    id_number: Annotated[str, Ask("证件号码")] = Field(default="", repr=False)
    phone: Annotated[str, Ask("联系电话", keyboard="tel")] = Field(default="", repr=False)
    no_id_reason: Annotated[str, Ask("无证件原因", example="没有证件号码时填写")] = ""
    sex: Sex = Sex.UNKNOWN
    nation: str = ""
    address: Annotated[str, Ask("住址", wide=True)] = Field(default="", repr=False)


class CaseChanges(BaseModel):
    """What is written about a matter; none means: leave it as it is."""

    model_config = TAKEN

    title: Annotated[str | None, Ask("标题", most=MAX_TITLE, wide=True)] = None
    content: Annotated[
        str | None,
        Ask("诉求内容", "时间、地点、经过、诉求；姓名和电话请填在当事人栏", lines=8, most=MAX_CONTENT, wide=True),
    ] = None
    category: Annotated[str | None, Ask("类别", choices="category", empty="输入关键字，如：工资、漏水")] = None
    area: Annotated[str | None, Ask("所属辖区", choices="area", empty="输入乡镇或村名")] = None
    source: Annotated[Source | None, Ask("来源")] = None
    occurred_at: Annotated[When | None, Ask("发生时间")] = None
    risk_level: Annotated[RiskLevel | None, Ask("风险等级")] = None
    scale: Annotated[Scale | None, Ask("规模")] = None
    headcount: Annotated[Count | None, Ask("涉及人数", example="1", within=HEADCOUNT)] = None
    amount: Annotated[Decimal | None, Ask("涉及金额", within=AMOUNT)] = None
    major: Annotated[bool | None, Ask("重大")] = None
    urgent: Annotated[bool | None, Ask("紧急")] = None
    parties: tuple[PartyInput, ...] | None = None


class CaseInput(CaseChanges):
    """A new case; with `visit_id` the visitor becomes its first petitioner."""

    visit_id: UUID | None = None


class CitySent(CaseInput):
    """A case that the city platform sends down, under the city's own reference."""

    city_reference: str = ""
    city_due_at: When | None = None


_PUBLIC = "这段文字是给诉求人（含并入本件的诉求人）的答复：请写清办理经过和结果，不写内部意见和他人的个人信息"
_TYPICAL = "设为典型案例时填写，供其他单位参考；不得出现当事人姓名、电话、证件号码"
_ANSWER = "这段文字是给诉求人的答复：请核对，可以修改；承办单位的原文不变"
_PROMISE = "只能短于办结时限；不填按办结时限计算，需要更长的在接收后申请延期"


class StepInput(CaseChanges):
    """What a step may need, in the order of a dialog; each step takes only what its row names."""

    lead_department: Annotated[str, Ask("主办单位", choices="units")] = ""
    assist_departments: tuple[str, ...] | None = None  # none: those that assist go on
    department: Annotated[str, Ask("承办单位", choices="units")] = ""
    person_in_charge: Annotated[str, Ask("责任人")] = Field(default="", repr=False)
    person_phone: Annotated[str, Ask("责任人电话", example="11 位手机号或带区号的座机", keyboard="tel")] = Field(
        default="", repr=False
    )
    level: Annotated[Supervision | None, Ask("督办级别")] = None
    promise_days: Annotated[Count | None, Ask("承诺办结工作日", _PROMISE, within=Bounds(0, PROMISE.most))] = None
    days: Annotated[
        Count | None, Ask("延期工作日", "以审批的天数为准", example="1 至 10", within=Bounds(0, EXTENSION.most))
    ] = None
    ruling: Annotated[Ruling | None, Ask("裁定")] = None
    target_area: Annotated[str, Ask("目标县区")] = ""
    satisfaction: Annotated[Satisfaction | None, BeforeValidator(_grade), Ask("满意度")] = None
    called_at: Annotated[When | None, Ask("回访时间")] = None
    called_by: Annotated[str, Ask("回访人", "与诉求人通话或见面的工作人员")] = ""
    call_outcome: Annotated[CallOutcome | None, Ask("回访结果")] = None
    consent: Annotated[
        str, Ask("诉求人同意说明", "例如：诉求人已书面同意由市级平台分流办理", lines=2, most=MAX_OPINION)
    ] = ""
    typical_text: Annotated[str, Ask("典型案例文本", _TYPICAL, lines=5, most=MAX_RESULT)] = ""
    result: Annotated[str, Ask("办理结果", _PUBLIC, lines=4, most=MAX_RESULT)] = ""
    opinion: Annotated[str, Ask("办理意见", lines=4, most=MAX_OPINION)] = ""
    answer: Annotated[str | None, Ask("公开答复", _ANSWER, lines=6, most=MAX_RESULT)] = None
    resolution_method: Annotated[Method | None, Ask("化解方式")] = None
    attachments: tuple[UUID, ...] = ()
    show_pictures: bool | None = None
    agrees: bool | None = None
    new_due_at: When | None = None
    watch: Annotated[bool, Ask("办结并纳入持续关注（仅低风险）")] = False
    watch_reason: Annotated[str, Ask("纳入原因")] = ""


@dataclass(frozen=True, slots=True)
class CaseConditions:
    """What narrows a list of cases besides what stands above it; days belong to their stretch whole."""

    number: Annotated[str, Ask("案件编号", example="可为其中一段")] = ""
    content: Annotated[str, Ask("诉求内容", example="内容中的词，几个词都要有")] = ""
    name: Annotated[str, Ask("诉求人姓名", example="可为其中几个字", personal=True)] = field(default="", repr=False)
    phone: Annotated[str, Ask("联系电话", example="完整号码或末四位", keyboard="tel", personal=True)] = field(
        default="", repr=False
    )
    id_number: Annotated[str, Ask("证件号码", example="完整号码或末四位", personal=True)] = field(
        default="", repr=False
    )
    submitted_from: Annotated[date | None, Ask("受理日期从")] = None
    submitted_to: Annotated[date | None, Ask("受理日期到")] = None
    created_from: Annotated[date | None, Ask("登记日期从")] = None
    created_to: Annotated[date | None, Ask("登记日期到")] = None
    closed_from: Annotated[date | None, Ask("办结日期从")] = None
    closed_to: Annotated[date | None, Ask("办结日期到")] = None
    due_from: Annotated[date | None, Ask("到期日期从")] = None
    due_to: Annotated[date | None, Ask("到期日期到")] = None
    occurred_from: Annotated[date | None, Ask("发生日期从")] = None
    occurred_to: Annotated[date | None, Ask("发生日期到")] = None
    overdue: Annotated[bool, Ask("只看已超期")] = False
    source: Annotated[tuple[str, ...], Ask("来源", choices="source")] = ()
    satisfaction: Annotated[tuple[str, ...], Ask("满意度", choices="satisfaction")] = ()


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list is narrowed to; empty means not narrowed, several of a kind mean any of them.

    :ivar content: words that the content has, wherever the title has them
    :ivar number: the number or a part of it
    :ivar areas: codes of divisions, each with all below it
    :ivar categories: codes or their beginnings, or kinds
    :ivar due: the days that deadlines end with: one at midnight is the day before's

    What is of one party is in clear, and never logged.
    """

    view: str = ""
    statuses: tuple[str, ...] = ()
    text: str = ""
    content: str = ""
    number: str = ""
    areas: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    satisfactions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    overdue: bool = False
    submitted: Span = ALWAYS
    created: Span = ALWAYS
    closed: Span = ALWAYS
    due: Span = ALWAYS
    occurred: Span = ALWAYS
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    id_number: str = field(default="", repr=False)
    phone_tail: str = field(default="", repr=False)
    id_tail: str = field(default="", repr=False)
    sort: str = ""
