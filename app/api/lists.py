"""The declared lists for machines: what a page shows, page by page or as a workbook, with the same rights and words."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response
from pydantic import BaseModel, Field

from app.api.answers import answers, body_example
from app.api.doors import Acting, Call, GuardedRoute
from app.api.exports import file_of
from app.documents.workbook import XLSX, Column, Mark, export
from domain.audit import operations as audit
from domain.kernel.asking import asked, read
from domain.kernel.bounds import TAKEN
from domain.kernel.paging import LONGEST, Page
from domain.kernel.refusals import Invalid, NotFound
from state.kit.listing import Listing
from state.lists import LISTS

router = APIRouter(prefix="/api/v1/lists", tags=["清单"], route_class=GuardedRoute)
MOST, _BATCH = 10_000, 500


class Narrowed(BaseModel):
    """清单的条件：`filters` 的各项见清单一览；可能含个人信息的条件只在正文里，不进网址。"""

    model_config = TAKEN

    filters: dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=200)]] = Field(
        default_factory=dict, max_length=20
    )
    view: str = Field(default="", max_length=40, description="计数，如 locked")
    sort: str = Field(default="", max_length=41, description="排序的列，前加 - 为倒序")
    cursor: str = Field(default="", max_length=LONGEST)
    limit: int = Field(default=20, ge=1, le=100)


class Described(BaseModel):
    """一个清单：各列、条件（名称和含义）、可以排序的列、可以选的计数。"""

    name: str
    label: str
    columns: dict[str, str]
    filters: dict[str, str]
    sort: list[str]
    views: list[str]


class ListPage(BaseModel):
    """一页清单：每行按列给出文字，`id` 是这一行的标识；`total` 可能是 "1000+"。"""

    items: list[dict[str, str]]
    next_cursor: str
    total: str


_PAGE: dict[str, Any] = {
    "items": [
        {"id": "01a2", "word": "磨洋工", "category": "劳动人事 / 劳动报酬", "by": "何景澄", "when": "2026-11-29 17:25"}
    ],
    "next_cursor": "",
    "total": "1",
}
_OVERVIEW = {
    "name": "category-words", "label": "类别用词", "columns": {"word": "用词", "category": "类别"}, "filters": {},
    "sort": ["word", "category"], "views": [],
}  # fmt: skip


@router.get("", summary="清单一览", responses=answers({"items": [_OVERVIEW]}))
async def overview(call: Acting) -> dict[str, list[Described]]:
    """本人可以打开的清单，各有哪些列、条件和排序。"""
    return {"items": [_described(one) for one in LISTS.values() if one.open_to(call.actor)]}


@router.get("/{listing}", summary="清单", responses=answers(_PAGE, "not_permitted", "not_found", "invalid"))
async def listed(
    call: Acting, listing: str, cursor: str = "", limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> ListPage:
    """一页内容，不加条件；要加条件用 `search`。"""
    return await _answer(call, listing, Narrowed(cursor=cursor[:LONGEST], limit=limit))


@router.post(
    "/{listing}/search", summary="按条件查清单", responses=answers(_PAGE, "not_permitted", "not_found", "invalid")
)
async def search(
    call: Acting,
    listing: str,
    wanted: Annotated[Narrowed, Body(openapi_examples=body_example("按添加时间倒序", {"sort": "-when"}))],
) -> ListPage:
    """与页面上筛选后的清单相同，个人信息为掩码。"""
    return await _answer(call, listing, wanted)


@router.post(
    "/{listing}/export",
    summary="导出清单（Excel）",
    response_class=Response,
    responses=answers(None, "not_permitted", "not_found", "invalid", media=XLSX),
)
async def exported(
    call: Acting, listing: str, wanted: Annotated[Narrowed, Body(openapi_examples=body_example("全部", {}))]
) -> Response:
    """条件与查找相同（`cursor`、`limit` 不起作用），内容与清单相同；最多 10,000 条，每次导出都记入审计日志。"""
    spec = _list(listing)
    if spec.export:
        call.actor.require(spec.export)
    rows = await _every(call, spec, wanted)
    columns = [Column(col.label, col.chars) for col in spec.columns]
    cells = [tuple(spec.told(one).values()) for one in rows]
    book = await asyncio.to_thread(export, spec.label, columns, cells, Mark.of(call.actor, len(rows), at=call.at))
    filters = [listing, *(key for key, value in wanted.filters.items() if value)]
    await audit.note_export(call.session, call.actor, "list.export", len(rows), at=call.at, filters=filters)
    return file_of(call, book, listing, spec.label)


def _list(name: str) -> Listing[Any]:
    if name not in LISTS:
        raise NotFound("没有这个清单")
    return LISTS[name]


def _described(spec: Listing[Any]) -> Described:
    return Described(
        name=spec.name,
        label=spec.label,
        columns={col.key: col.label for col in spec.columns},
        filters={one.name: one.ask.label for one in asked(spec.wanted)},
        sort=[col.key for col in spec.columns if col.sort],
        views=sorted(spec.views),
    )


async def _answer(call: Call, name: str, wanted: Narrowed) -> ListPage:
    spec = _list(name)
    found = await _page(call, spec, wanted, wanted.cursor, wanted.limit)
    asked_for = {one.name for one in asked(spec.wanted) if one.ask.personal and wanted.filters.get(one.name)}
    if spec.persons and asked_for:
        await audit.note_search(call.session, call.actor, asked_for, at=call.at)
    items = [{"id": spec.key(one), **spec.told(one)} for one in found.items]
    return ListPage(items=items, next_cursor=found.next, total=found.total_text)


async def _page(call: Call, spec: Listing[Any], wanted: Narrowed, cursor: str, size: int) -> Page[Any]:
    known = {one.name for one in asked(spec.wanted)}
    if unknown := set(wanted.filters) - known:
        raise Invalid.of({f"filters.{one}": "没有这一项" for one in sorted(unknown)})
    if wanted.sort.removeprefix("-") not in {"", *(col.key for col in spec.columns if col.sort)}:
        raise Invalid.of({"sort": "不能按这一列排序"})
    if wanted.view and wanted.view not in spec.views:
        raise Invalid.of({"view": "没有这个计数"})
    given = read(spec.wanted, wanted.filters, **spec.more(view=wanted.view, sort=wanted.sort))
    return await spec.page(call.session, call.actor, given, at=call.at, cursor=cursor, size=size, sort=wanted.sort)


async def _every(call: Call, spec: Listing[Any], wanted: Narrowed) -> list[Any]:
    # each row once, though rows move between the pages meanwhile
    found: dict[str, Any] = {}
    cursor = ""
    while True:
        page = await _page(call, spec, wanted, cursor, _BATCH)
        found.update((spec.key(one), one) for one in page.items)
        cursor = page.next
        if len(found) > MOST or (cursor and len(found) == MOST):
            raise Invalid(f"一次最多导出 {MOST:,} 条，请缩小范围后再导出")
        if not cursor:
            return list(found.values())
