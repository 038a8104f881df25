"""Read presets: one's own, and those shared with one's unit."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import driver
from domain.kernel.actor import Actor
from domain.kernel.columns import one_of
from domain.kernel.refusals import NotFound
from domain.orgs import queries as orgs
from domain.presets.models import ListColumns, Preset
from domain.presets.schemas import PresetView

_FIRST = driver.Made(
    select(col(Preset.query)).where(
        col(Preset.account_id) == bindparam("account"), col(Preset.place) == bindparam("place"), col(Preset.first)
    )
)
_COLUMNS = driver.Made(
    select(col(ListColumns.columns)).where(
        col(ListColumns.account_id) == bindparam("account"), col(ListColumns.place) == bindparam("place")
    )
)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Select the presets that somebody may use."""
    shared = and_(col(Preset.shared), one_of(col(Preset.unit_id), actor.unit_ids))
    return or_(col(Preset.account_id) == actor.account_id, shared)


async def of(session: AsyncSession, actor: Actor, place: str) -> tuple[PresetView, ...]:
    """Give the presets of a list: the own in their order, then the shared by name."""
    rows = list(await session.scalars(select(Preset).where(visible_to(actor), col(Preset.place) == place)))
    names = await orgs.staff_names(session, {row.account_id for row in rows} - {actor.account_id})
    rows.sort(key=lambda row: (row.account_id != actor.account_id, row.position, row.name))
    return tuple(_view(row, names.get(row.account_id, "")) for row in rows)


async def own(session: AsyncSession, actor: Actor, place: str) -> list[Preset]:
    """Give the rows of one's own presets of a list in their order, locked until the act ends."""
    query = select(Preset).where(col(Preset.account_id) == actor.account_id, col(Preset.place) == place)
    return list(await session.scalars(query.order_by(col(Preset.position), col(Preset.saved_at)).with_for_update()))


async def find_own(session: AsyncSession, actor: Actor, preset_id: UUID) -> PresetView:
    """Give one of one's own presets.

    :raises NotFound: it is nobody's, or another's
    """
    return _view((await locked(session, actor, preset_id)), "")


async def locked(session: AsyncSession, actor: Actor, preset_id: UUID) -> Preset:
    """Give the row of one of one's own presets, locked until the act ends.

    :raises NotFound: it is nobody's, or another's
    """
    query = select(Preset).where(col(Preset.id) == preset_id, col(Preset.account_id) == actor.account_id)
    row = (await session.scalars(query.with_for_update())).one_or_none()
    if row is None:
        raise NotFound("没有这个常用视图，或不是您的")
    return row


async def first(session: AsyncSession, actor: Actor, place: str) -> str:
    """Give the query that a list begins with for somebody; empty for none."""
    rows = await _FIRST.rows(session, account=actor.account_id, place=place)
    return str(rows[0][0]) if rows else ""


async def columns(session: AsyncSession, actor: Actor, place: str) -> tuple[str, ...]:
    """Give the columns of a list that somebody chose; empty where nothing was chosen."""
    rows = await _COLUMNS.rows(session, account=actor.account_id, place=place)
    return tuple(rows[0][0]) if rows else ()


def _view(row: Preset, by: str) -> PresetView:
    return PresetView(row.id, row.name, row.query, row.position + 1, row.first, row.shared, by)
