"""The morning brief on paper."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, Field

from app.api.answers import answers, body_example
from app.api.doors import Acting, GuardedRoute
from domain.audit import operations as audit
from domain.kernel.bounds import TAKEN
from domain.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/briefs", tags=["统计"], route_class=GuardedRoute)


class BriefOf(BaseModel):
    """哪一天的晨报。"""

    model_config = TAKEN

    day: date = Field(description="晨报日期")


@router.post(
    "/export",
    summary="每日晨报（PDF）",
    response_class=Response,
    responses=answers(None, "not_permitted", "not_found", "invalid", media="application/pdf"),
)
async def export_brief(
    call: Acting, given: Annotated[BriefOf, Body(openapi_examples=body_example("一天的晨报", {"day": "2026-11-30"}))]
) -> Response:
    """本人可看的那一期，A4 一页，带导出人；每次导出都记入审计日志。"""
    from app.documents.brief import brief_pdf  # noqa: PLC0415 - the typesetter loads when a brief is asked for

    call.actor.require(Permission.CASE_EXPORT)
    pdf = await brief_pdf(call.session, call.actor, given.day, at=call.at.replace(microsecond=0))
    await audit.note_export(call.session, call.actor, "brief.export", 1, at=call.at)
    day = f"{given.day:%Y%m%d}"
    named = f"attachment; filename=\"brief-{day}.pdf\"; filename*=UTF-8''{quote('每日晨报')}-{day}.pdf"
    return Response(
        pdf, media_type="application/pdf", headers={"Cache-Control": "no-store", "Content-Disposition": named}
    )
