"""Figures for machines, each with the cases behind it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api.answers import answers
from app.api.doors import Acting, GuardedRoute
from app.api.examples import ITEM
from app.api.shapes import CasePage, Moment, Turning
from domain.kernel.clock import Span
from domain.statistics.queries import departments as queries
from domain.statistics.queries.departments import Period
from domain.statistics.schemas import DepartmentFigures, Measure

router = APIRouter(prefix="/api/v1/statistics", tags=["统计"], route_class=GuardedRoute)
_FIGURES = {
    "department": "rsj", "name": "人力资源和社会保障局", "total": 12, "accepted": 10, "waiting": 2, "in_hand": 4,
    "overdue": 1, "closed": 6, "returned": 1, "satisfaction": 4.5,
}  # fmt: skip


class PeriodQuery(BaseModel):
    """按派单时间的期间；只写日期时两端都含当天，不写即不限。"""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: Moment = Field(default=None, alias="from")
    until: Moment = Field(default=None, alias="to")

    def period(self) -> Period:
        """Give the half-open period."""
        span = Span.of(self.since, self.until)
        return Period(span.since, span.until)


class BehindQuery(PeriodQuery, Turning):
    """期间和翻页。"""


@router.get("/departments", summary="各承办单位统计", responses=answers([_FIGURES], "not_permitted", "invalid"))
async def department_figures(call: Acting, wanted: Annotated[PeriodQuery, Query()]) -> tuple[DepartmentFigures, ...]:
    """总事件数 = 已接收 + 待接收；退回和撤回的不计，重复派给同一单位的只计一次。"""
    return await queries.departments(call.session, call.actor, wanted.period(), at=call.at)


@router.get(
    "/departments/{code}/{measure}/cases",
    summary="一个数字后面的诉求件",
    responses=answers({"items": [ITEM], "next_cursor": None, "total": 1}, "not_permitted", "not_found", "invalid"),
)
async def list_cases_behind(
    call: Acting,
    code: Annotated[str, Path(description="承办单位代码", max_length=40, examples=["rsj"])],
    measure: Measure,
    wanted: Annotated[BehindQuery, Query()],
) -> CasePage:
    """穿透：恰好是这个数字计入的件。"""
    page = await queries.cases_behind(
        call.session, call.actor, code, measure, wanted.period(),
        at=call.at, cursor=wanted.cursor, size=wanted.limit,
    )  # fmt: skip
    return CasePage.of(page)
