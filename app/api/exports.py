"""Exports as Excel workbooks: the case list as the person sees it, and the journal for the auditor.

A request comes from a page or by token like any other; what it asks for stands in its body. An export shows no more
than the list does, bears who took it, and is a line of the journal.
"""

from __future__ import annotations

import asyncio
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Body, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from app.api.answers import answers, body_example
from app.api.doors import Acting, Call, GuardedRoute
from app.api.shapes import Moment, SearchBody
from app.documents import ledger
from app.documents.workbook import XLSX, Cell, Column, Mark, export
from domain.audit import operations as audit
from domain.audit import queries as journal
from domain.audit import wording
from domain.audit.schemas import Group, JournalFilter, JournalLine
from domain.cases.inputs import CaseFilter
from domain.cases.queries import listing
from domain.cases.schemas import CaseRow
from domain.exports import operations, policy, rules
from domain.kernel.clock import Span, stamp
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid
from domain.people.policy import Purpose

router = APIRouter(prefix="/api/v1", tags=["导出"], route_class=GuardedRoute)
MOST_LINES = 20_000
BEGUN = "行数较多，已转入后台导出；完成后在通知中提醒，可在“导出记录”中查看进度、下载或取消"
_BATCH = 500
"""Rows read at once: the other requests of the process wait no longer than that takes."""
_LINE_COLUMNS = (
    Column("序号", 9), Column("时间", 20), Column("账号", 14), Column("姓名", 12), Column("单位", 24), Column("角色", 18),
    Column("类别", 16), Column("操作", 20), Column("对象", 20), Column("内容", 44), Column("来源", 24), Column("明细", 50),
)  # fmt: skip


class JournalQuery(BaseModel):
    """审计日志的筛选条件；不填即不限。`from`、`to` 只写日期时两端都含当天。"""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: Moment = Field(default=None, alias="from")
    until: Moment = Field(default=None, alias="to")
    login: str = Field(default="", max_length=80, description="账号：其所做的，和对其所做的")
    own: bool = Field(default=False, description="只要该账号自己所做的")
    group: Group | None = Field(default=None, description="类别")
    unit: str = Field(default="", max_length=60, description="单位代码")
    number: str = Field(default="", max_length=40, description="案件编号")
    origin: str = Field(default="", max_length=60, description="来源地址的开头")

    def filter(self) -> JournalFilter:
        """Give what the domain narrows the journal by."""
        rest = self.model_dump(exclude={"since", "until"})
        span = Span.of(self.since, self.until)
        return JournalFilter(span.since, span.until, **rest)


class Begun(BaseModel):
    """转入后台的一次导出；进度见清单 `exports`，完成后用 `id` 取文件。"""

    id: UUID
    detail: str


_BEGUN = {"id": "0199aa00-0000-7000-8000-000000000001", "detail": BEGUN}


@router.post(
    "/cases/export",
    summary="导出台账（Excel）",
    response_class=Response,
    responses={
        **answers(None, "not_permitted", "action_not_allowed", "invalid", media=XLSX),
        202: {"description": "已转入后台", "model": Begun, "content": {"application/json": {"example": _BEGUN}}},
    },
)
async def export_cases(
    call: Acting,
    wanted: Annotated[SearchBody, Body(openapi_examples=body_example("在办的", {"status": ["in_progress"]}))],
) -> Response:
    """条件与查找相同（`cursor`、`limit` 不起作用），内容与列表相同，个人信息为掩码，每次导出都记入审计日志。

    不超过 2,000 件的直接得到文件；更多的转入后台（202），最多 200,000 件，按登记时间从新到旧。
    """
    policy.require(call.actor)
    sought, filters = wanted.filter(**wanted.personal()), _asked(wanted, "cursor", "limit")
    if not await listing.at_most(call.session, call.actor, sought, rules.FEW, at=call.at):
        job_id = await operations.ask(call.session, call.actor, sought, filters, at=call.at)
        return JSONResponse(Begun(id=job_id, detail=BEGUN).model_dump(mode="json"), 202)
    rows = [ledger.cells(row) for row in await _cases(call, sought)]
    mark = Mark.of(call.actor, len(rows), at=call.at)
    book = await asyncio.to_thread(export, ledger.TITLE, ledger.COLUMNS, rows, mark)
    await audit.note_export(call.session, call.actor, "case.export", len(rows), at=call.at, filters=filters)
    return file_of(call, book, "cases", ledger.TITLE)


@router.post(
    "/exports/{export_id}/file",
    summary="取导出的文件（Excel）",
    response_class=Response,
    responses=answers(None, "not_permitted", "not_found", "action_not_allowed", media=XLSX),
)
async def take_export(call: Acting, export_id: UUID) -> Response:
    """后台导出完成后 24 小时内，由申请人本人取文件；权限或查看范围有变化的取不到，每次都记入审计日志。"""
    content = await operations.take(call.session, call.actor, export_id, at=call.at)
    return file_of(call, content, "cases", ledger.TITLE)


@router.post(
    "/journal/export",
    summary="导出审计日志（Excel）",
    response_class=Response,
    responses=answers(None, "not_permitted", "invalid", media=XLSX),
)
async def export_journal(
    call: Acting,
    wanted: Annotated[
        JournalQuery, Body(openapi_examples=body_example("一个月的导出打印", {"from": "2026-11-01", "group": "export"}))
    ],
) -> Response:
    """审计管理员按条件导出审计日志，最近的在前；最多 20,000 条，每次导出都记入审计日志。"""
    call.actor.require(Permission.JOURNAL_EXPORT)
    lines = await _lines(call, wanted.filter())
    mark = Mark.of(call.actor, len(lines), at=call.at)
    book = await asyncio.to_thread(export, "审计日志", _LINE_COLUMNS, [_line_cells(line) for line in lines], mark)
    await audit.note_export(call.session, call.actor, "journal.export", len(lines), at=call.at, filters=_asked(wanted))
    return file_of(call, book, "journal", "审计日志")


async def _cases(call: Call, wanted: CaseFilter) -> list[CaseRow]:
    # The rows of the list, once each though cases move between its pages meanwhile.
    found: dict[UUID, CaseRow] = {}
    cursor = ""
    while len(found) < rules.FEW:
        rows = await listing.search(
            call.session, call.actor, wanted, at=call.at, cursor=cursor, size=_BATCH, purpose=Purpose.EXPORT
        )
        found.update((row.id, row) for row in rows.items)
        cursor = rows.next
        if not cursor:
            break
    return list(found.values())[: rules.FEW]


async def _lines(call: Call, wanted: JournalFilter) -> list[JournalLine]:
    found: list[JournalLine] = []
    cursor = ""
    while True:
        page = await journal.search(call.session, call.actor, wanted, at=call.at, cursor=cursor, size=_BATCH)
        found += page.items
        if len(found) > MOST_LINES or (page.next and len(found) == MOST_LINES):
            raise Invalid(f"一次最多导出 {MOST_LINES:,} 条，请缩小范围后再导出")
        if not page.next:
            return found
        cursor = page.next


def _line_cells(line: JournalLine) -> tuple[Cell, ...]:
    detail = wording.in_one(line.details, line.changes)
    return (
        line.seq, stamp(line.at, "%Y-%m-%d %H:%M:%S"), line.login, line.name, line.unit, line.roles,
        line.group.label, line.words, line.subject, line.said, line.origin, detail,
    )  # fmt: skip


def _asked(wanted: BaseModel, *besides: str) -> list[str]:
    """By which kinds of conditions: their names, never what was put in."""
    given = wanted.model_dump(exclude_defaults=True, exclude=set(besides), by_alias=True)
    return sorted(name for name, value in given.items() if value)


def file_of(call: Call, body: bytes, name: str, title: str) -> Response:
    """Answer with a workbook under its name and the moment."""
    when = stamp(call.at, "%Y%m%d-%H%M")
    named = f"attachment; filename=\"{name}-{when}.xlsx\"; filename*=UTF-8''{quote(title)}-{when}.xlsx"
    return Response(body, media_type=XLSX, headers={"Cache-Control": "no-store", "Content-Disposition": named})
