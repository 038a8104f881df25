"""What the interface takes and gives where the domain's own shapes do not fit: queries, cases, pages."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated, Any, Self, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model, model_validator
from pydantic_core import PydanticCustomError

from domain.cases.inputs import CaseFilter
from domain.cases.schemas import CaseRow, CaseView, PartyView
from domain.kernel.bounds import PERIOD, moment_fault
from domain.kernel.clock import Span
from domain.kernel.paging import LONGEST, Page
from domain.kernel.refusals import OWN_SENTENCE

PERSONAL = ("name", "phone", "id_number", "phone_tail", "id_tail")
_IN_BODY = "姓名、电话、证件号码不能放在网址中，请改用 POST /api/v1/cases/search"
_PERSONAL_TEXT = re.compile(r"\s*(1[3-9]\d{9}|\d{15}|\d{17}[\dXx])\s*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _words(value: Any) -> Any:
    """Several values may come separated by commas, or repeated, or both."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, (list, tuple)) or not all(isinstance(v, str) for v in given):
        return given
    return [word.strip() for text in given for word in text.split(",") if word.strip()]


def _moment(value: Any) -> Any:
    # A day, or a moment with its zone; a plus sign that became a blank in the address is mended.
    if not isinstance(value, str) or not value:
        return value or None
    found = _day_or_moment(value)
    if found is None or (isinstance(found, datetime) and found.tzinfo is None):
        raise PydanticCustomError(OWN_SENTENCE, "应为日期（如 2026-11-18）或带时区的时间")
    if moment_fault("", found):
        raise PydanticCustomError(OWN_SENTENCE, PERIOD)
    return found


def _day_or_moment(value: str) -> datetime | date | None:
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
        return datetime.fromisoformat(re.sub(r" (\d{2}:?\d{2})$", r"+\1", value))
    except ValueError:
        return None


Words = Annotated[list[str], BeforeValidator(_words)]
Moment = Annotated[datetime | date | None, BeforeValidator(_moment)]


class Turning(BaseModel):
    """翻页：每页几条，从哪里接着读。其间有增减和变化，其余各条也不会漏掉或重复。"""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    cursor: str = Field(default="", max_length=LONGEST, description="上一页回答中的 next_cursor，只用于同一排序")
    limit: int = Field(default=20, ge=1, le=100)


class CaseQuery(Turning):
    """列表的筛选条件；不填即不限，同一项给多个值的，符合其一即可。

    `from`、`to` 按受理时间；各项时间只写日期时，两端都含当天。
    """

    view: str = Field(default="", description="命名列表，如 todo、overdue、unattended（无人接收）")
    status: Words = Field(default_factory=list, description="状态，可多个，用逗号分隔")
    q: str = Field(default="", max_length=100, description="标题、内容、编号中的文字")
    content: str = Field(default="", max_length=100, description="内容中的词，用空格分开，每个都要有")
    number: str = Field(default="", max_length=40, description="编号或其中一段")
    area: Words = Field(default_factory=list, description="区划代码，含下级，可多个")
    department: Words = Field(default_factory=list, description="承办单位代码，可多个")
    category: Words = Field(
        default_factory=list, description="类别代码或其开头，或 dispute、hazard、livelihood，可多个"
    )
    risk: Words = Field(default_factory=list, description="high、medium、low，可多个")
    source: Words = Field(default_factory=list, description="来源，可多个")
    satisfaction: Words = Field(default_factory=list, description="满意度，可多个")
    since: Moment = Field(default=None, alias="from", description="受理时间")
    until: Moment = Field(default=None, alias="to", description="受理时间")
    created_from: Moment = Field(default=None, description="登记时间")
    created_to: Moment = None
    closed_from: Moment = Field(default=None, description="办结时间")
    closed_to: Moment = None
    due_from: Moment = Field(default=None, description="到期时间；零点到期的算前一天")
    due_to: Moment = None
    occurred_from: Moment = Field(default=None, description="发生时间")
    occurred_to: Moment = None
    tag: Words = Field(
        default_factory=list,
        description="watch、legacy、typical、urgent、leader_order、major、supervised、merged，可多个",
    )
    overdue: bool = False
    sort: str = Field(
        default="", description="number、title、category、area、status、due、created、submitted；前加 - 为倒序"
    )

    def filter(self, **personal: str) -> CaseFilter:
        """Give what the domain narrows a list by."""
        return CaseFilter(
            view=self.view,
            statuses=tuple(self.status),
            text=self.q,
            content=self.content,
            number=self.number,
            areas=tuple(self.area),
            departments=tuple(self.department),
            categories=tuple(self.category),
            risks=tuple(self.risk),
            sources=tuple(self.source),
            satisfactions=tuple(self.satisfaction),
            tags=tuple(self.tag),
            overdue=self.overdue,
            submitted=Span.of(self.since, self.until),
            created=Span.of(self.created_from, self.created_to),
            closed=Span.of(self.closed_from, self.closed_to),
            due=Span.of(self.due_from, self.due_to),
            occurred=Span.of(self.occurred_from, self.occurred_to),
            sort=self.sort,
            **personal,
        )


class ListQuery(CaseQuery):
    """列表的筛选条件；网址中不接受个人信息。"""

    @model_validator(mode="before")
    @classmethod
    def no_personal_data(cls, given: Any) -> Any:
        """Refuse names, phones and identity numbers in an address, where logs keep them."""
        if isinstance(given, dict):
            texts = (given.get("q"), given.get("content"))
            if any(isinstance(one, str) and _PERSONAL_TEXT.fullmatch(one) for one in texts) or any(
                name in given for name in PERSONAL
            ):
                raise PydanticCustomError(OWN_SENTENCE, _IN_BODY)
        return given


class SearchBody(CaseQuery):
    """筛选条件，另可按姓名、电话、证件号码查找；几项都填时须是同一位当事人。"""

    name: str = Field(default="", repr=False, max_length=46, description="姓名或其一部分")
    phone: str = Field(default="", repr=False, max_length=40)
    id_number: str = Field(default="", repr=False, max_length=40)
    phone_tail: str = Field(default="", repr=False, max_length=4, description="电话末四位")
    id_tail: str = Field(default="", repr=False, max_length=4, description="证件号码末四位，末位可为 X")

    def personal(self) -> dict[str, str]:
        """Give what is looked for of a person."""
        return {name: getattr(self, name) for name in PERSONAL}


_CALLED = {"stored_status": "status", "status": "shown_status", "risk": "risk_level"}
_COLOURS = frozenset(
    {"status_tone", "tone", "risk_label", "source_label", "closed_at", "satisfaction_label", "excerpt", "reason"}
)
"""What only a screen shows."""
_TOLD = tuple((_CALLED.get(name, name), name) for name in get_type_hints(CaseRow) if name not in _COLOURS)
"""The fields of an item, with the fields of a row that they come from."""


def _flat(kind: type, base: type[BaseModel], but: Collection[str]) -> Any:
    """Give a model with the fields of a shape that leaves a room, as the interface calls them."""
    hints = get_type_hints(kind)
    fields: dict[str, Any] = {_CALLED.get(name, name): (hint, ...) for name, hint in hints.items() if name not in but}
    return create_model(f"{kind.__name__}Fields", __base__=base, **fields)


class CaseItem(_flat(CaseRow, BaseModel, _COLOURS)):
    """列表中的一件。`status` 是流程状态，`shown_status` 是界面上的叫法（含逾期）。

    `due_at` 之后为超期；`ends_at` 是写给人看的到期时刻：零点到期的，为最后一个工作日的 24:00。
    """

    @staticmethod
    def facts(row: CaseRow) -> dict[str, Any]:
        """Give the fields of an item by name."""
        return {called: getattr(row, name) for called, name in _TOLD}

    @classmethod
    def of(cls, row: CaseRow) -> Self:
        """Show a row of the list."""
        return cls(**cls.facts(row))


class CasePage(BaseModel):
    """一页。件数超过 1000 时 `total` 为 "1000+"。"""

    items: list[CaseItem]
    next_cursor: str | None
    total: int | str

    @classmethod
    def of(cls, page: Page[CaseRow]) -> Self:
        """Show a page, with the cursor of the next one."""
        return cls(
            items=[CaseItem.of(row) for row in page.items],
            next_cursor=page.next or None,
            total=page.total_text if page.capped else page.total,
        )


class CaseOut(_flat(CaseView, CaseItem, {"row", "promised_end"})):
    """一件的全部内容，个人信息为掩码。"""

    joined_parties: tuple[PartyView, ...] = Field(description="并入本件的案件的当事人")

    @classmethod
    def whole(cls, view: CaseView) -> Self:
        """Show a case whole."""
        own = {name: getattr(view, name) for name in cls.model_fields if hasattr(view, name)}
        return cls(**cls.facts(view.row) | own)
