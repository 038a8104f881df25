"""Periodic reports: one of them in numbers and words, and on paper."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Body, Path, Response
from pydantic import BaseModel, Field

from app.api.answers import answers, body_example
from app.api.doors import Acting, GuardedRoute
from domain.audit import operations as audit
from domain.kernel.bounds import TAKEN
from domain.kernel.labels import Labelled
from domain.kernel.permissions import Permission
from domain.reports import queries, rules
from domain.reports.schemas import Block, Kind, State

router = APIRouter(prefix="/api/v1/reports", tags=["统计"], route_class=GuardedRoute)
NAMED = "报告的名称：类别加期间第一天，如 week-2026-11-16、month-2026-10-01"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXAMPLE = {
    "name": "week-2026-11-16", "kind": "week", "state": "published", "first_date": "2026-11-16",
    "last_date": "2026-11-22", "made_at": "2026-11-23T00:00:00Z", "published_at": "2026-11-23T02:00:00Z",
    "findings": ["本周受理 32 件，环比上升 12.3%。"], "texts": {"overview": "本周形势平稳。"},
    "figures": {"totals": {"received": {"now": 32, "before": 28, "year": 0, "change": 14.3, "year_change": None}}},
}  # fmt: skip


class Format(Labelled):
    """What a report is written as."""

    DOCX = "docx", "Word"
    PDF = "pdf", "PDF"
    XLSX = "xlsx", "Excel"


_MEDIA = {Format.DOCX: _DOCX, Format.PDF: "application/pdf", Format.XLSX: _XLSX}


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """一份统计报告：数字是生成时计算的，此后不变。"""

    name: str
    kind: Kind
    state: State
    first_date: date
    last_date: date
    made_at: datetime
    published_at: datetime | None
    findings: list[str]
    texts: dict[Block, str]
    figures: dict[str, Any]


class ReportOf(BaseModel):
    """哪一份报告，导出成什么。"""

    model_config = TAKEN

    report: str = Field(description=NAMED, max_length=40)
    format: Format = Field(description="docx、pdf 或 xlsx")


@router.get("/{report}", summary="统计报告", responses=answers(_EXAMPLE, "not_permitted", "not_found"))
async def read_report(
    call: Acting, report: Annotated[str, Path(description=NAMED, max_length=40, examples=["week-2026-11-16"])]
) -> ReportAnswer:
    """已发布的周报、月报、季报、年报；清单见 `/api/v1/lists/reports`。"""
    view = await queries.view(call.session, call.actor, report)
    row = view.row
    return ReportAnswer(
        row.name, row.kind, row.state, row.days.first, row.days.last, row.made_at, row.published_at,
        rules.findings(row.kind, view.figures), {block: one.text for block, one in view.texts.items()},
        dict(view.figures),
    )  # fmt: skip


@router.post(
    "/export",
    summary="统计报告（Word、PDF、Excel）",
    response_class=Response,
    responses=answers(None, "not_permitted", "not_found", "invalid", media="application/pdf"),
)
async def export_report(
    call: Acting,
    given: Annotated[
        ReportOf, Body(openapi_examples=body_example("一份周报", {"report": "week-2026-11-16", "format": "docx"}))
    ],
) -> Response:
    """带导出人；每次导出都记入审计日志。"""
    call.actor.require(Permission.CASE_EXPORT)
    made = await _written(call, given)
    await audit.note_export(call.session, call.actor, "report.export", 1, at=call.at)
    kind, _ = rules.named(given.report)
    plain = f"{given.report}.{given.format.value}"
    named = f"attachment; filename=\"report-{plain}\"; filename*=UTF-8''{quote(kind.label)}-{plain}"
    headers = {"Cache-Control": "no-store", "Content-Disposition": named}
    return Response(made, media_type=_MEDIA[given.format], headers=headers)


async def _written(call: Acting, given: ReportOf) -> bytes:
    # the typesetter and the writers load when a report is asked for
    from app.documents import report  # noqa: PLC0415

    at = call.at.replace(microsecond=0)
    paper = await report.paper_of(call.session, call.actor, given.report, at=at)
    if given.format is Format.PDF:
        return await report.report_pdf(paper, at=at)
    if given.format is Format.DOCX:
        from app.documents.report_docx import report_docx  # noqa: PLC0415

        return await asyncio.to_thread(report_docx, paper, at=at)
    from app.documents.report_xlsx import report_xlsx  # noqa: PLC0415
    from app.documents.workbook import Mark  # noqa: PLC0415

    mark = Mark.of(call.actor, sum(len(part.rows) for part in paper.parts), at=at)
    return await asyncio.to_thread(report_xlsx, paper, mark)
