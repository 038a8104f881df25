"""Write presets and the choice of columns, each person the own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.actor import Actor
from domain.kernel.refusals import Invalid
from domain.kernel.words import line_fault
from domain.presets import queries
from domain.presets.models import ListColumns, Preset
from domain.presets.schemas import MAX_NAME, MAX_QUERY, MOST, PresetInput

COLUMNS = "cols"
"""How an address names its columns."""
_OF_THE_TAB = frozenset({"kept", "at"})
"""What of an address leads to what the tab keeps: values that may be personal, a page."""
_LONG_NUMBER = re.compile(r"\d{7}")


async def save(
    session: AsyncSession, actor: Actor, place: str, query: str, given: PresetInput, *, at: datetime
) -> Preset:
    """Keep a list as its address shows it, with the columns that are looked at.

    :raises Invalid: the name cannot be taken or is taken, or there are too many
    """
    rows = await queries.own(session, actor, place)
    _check(given, [row.name for row in rows])
    if len(rows) >= MOST:
        raise Invalid.of({"name": f"一个列表最多保存 {MOST} 个常用视图，请先删除不用的"})
    asked = {name: value for name, value in parse_qsl(query) if name not in _OF_THE_TAB}
    if chosen := await queries.columns(session, actor, place):
        asked.setdefault(COLUMNS, ",".join(chosen))
    kept = urlencode(asked, safe=",")
    if len(kept) > MAX_QUERY:
        raise Invalid.of({"name": "条件太多，无法保存为常用视图，请减少选择的项目"})
    row = Preset(
        account_id=actor.account_id,
        unit_id=actor.unit_id,
        place=place,
        name="",
        query=kept,
        position=len(rows),
        saved_at=at,
    )
    session.add(row)
    await _put(session, row, rows, given)
    return row


async def change(session: AsyncSession, actor: Actor, preset_id: UUID, given: PresetInput) -> Preset:
    """Rename a preset, share it or not, move it, make it the first.

    :raises NotFound: it is not the actor's
    :raises Invalid: the name cannot be taken or is taken
    """
    row = await queries.locked(session, actor, preset_id)
    others = [one for one in await queries.own(session, actor, row.place) if one.id != row.id]
    _check(given, [one.name for one in others])
    await _put(session, row, others, given)
    return row


async def remove(session: AsyncSession, actor: Actor, preset_id: UUID) -> None:
    """Delete a preset; who used a shared one finds it no more.

    :raises NotFound: it is not the actor's
    """
    await session.delete(await queries.locked(session, actor, preset_id))
    await session.flush()


async def choose_columns(session: AsyncSession, actor: Actor, place: str, columns: Sequence[str]) -> None:
    """Keep which columns of a list somebody looks at."""
    chosen = {"account_id": actor.account_id, "place": place, "columns": list(columns)}
    made = insert(ListColumns).values(chosen)
    await session.execute(made.on_conflict_do_update(index_elements=["account_id", "place"], set_=chosen))


def _check(given: PresetInput, taken: Sequence[str]) -> None:
    name = given.name.strip()
    fault = line_fault("名称", name, most=MAX_NAME)
    if not fault and _LONG_NUMBER.search(name):
        fault = "名称中不要写电话、证件号码等个人信息"
    if fault or name in taken:
        raise Invalid.of({"name": fault or f"您已有名为“{name}”的常用视图"})


async def _put(session: AsyncSession, row: Preset, others: list[Preset], given: PresetInput) -> None:
    row.name, row.shared = given.name.strip(), given.shared
    place = given.position - 1 if given.position else row.position
    ordered = [*others[:place], row, *others[place:]]
    for position, one in enumerate(ordered):
        one.position = position
        one.first = one.first and not given.first
    await session.flush()  # the one that was first before is not, before the next one is
    row.first = given.first
    await session.flush()
