"""The list behind any figure: its cases, page by page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Case
from domain.cases.queries.rows import rows_of
from domain.cases.schemas import CaseRow
from domain.kernel.actor import Actor
from domain.kernel.paging import Key, Order, Page, turn_query
from domain.kernel.refusals import Invalid

_BY_ID = Key(col(Case.id), lambda case: case.id)
_ORDERS = {
    "due": Order("due", (Key(col(Case.due_at), lambda case: case.due_at, may_lack=True), _BY_ID)),
    "-due": Order("-due", (Key(col(Case.due_at), lambda case: case.due_at, falling=True, may_lack=True), _BY_ID)),
    "": Order("newest", (Key(col(Case.id), lambda case: case.id, falling=True),)),
    "number": Order("number", (Key(col(Case.number), lambda case: case.number),)),
    "-number": Order("-number", (Key(col(Case.number), lambda case: case.number, falling=True),)),
}


async def listed(
    session: AsyncSession,
    actor: Actor,
    every: Select[Any],
    *,
    at: datetime,
    cursor: str,
    size: int,
    sort: str,
    total: int | None = None,
) -> Page[CaseRow]:
    """Give a page of cases that a statement selects within reach, the newest first unless it is sorted by number or `due`.

    :param total: how many there are, where that is known

    :raises Invalid: no such order, or the cursor is another list's
    """
    if sort not in _ORDERS:
        raise Invalid.of({"sort": "不能按这一列排序"})
    if total is None:
        total = await session.scalar(select(func.count()).select_from(every.subquery())) or 0
    turned = await turn_query(session, every, _ORDERS[sort], cursor=cursor, size=size, at=at)
    return turned.page(await rows_of(session, actor, turned.rows, at=at), total, size)
