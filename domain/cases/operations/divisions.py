"""Changes of areas that reach further than the table of areas: what lies there goes along.

An area's path stands on the cases that happened there and on the accounts that see by it. These acts change the area
and take both along, in one transaction; `areas.operations` alone would leave them behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import String, column, func, or_, select, update, values
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.areas import operations as areas
from domain.areas import queries
from domain.areas.schemas import ListRow, Moves, Plan
from domain.cases.models import Case
from domain.cases.queries.reach import visible_to
from domain.cases.vocabulary import Status
from domain.kernel.actor import Actor, system_actor
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import ActionNotAllowed
from domain.orgs import operations as orgs
from domain.orgs import queries as org_queries

_OVER = (Status.CLOSED, Status.VOID)


async def take_list(session: AsyncSession, actor: Actor, rows: Sequence[ListRow], *, since: date, at: datetime) -> Plan:
    """Bring the areas to what a list says; see `areas.operations.take_list`."""
    plan, moves = await areas.take_list(session, actor, rows, since=since, at=at)
    await _follow(session, moves)
    return plan


async def move(
    session: AsyncSession, actor: Actor, code: str, parent_code: str, new_code: str = "", *, since: date, at: datetime
) -> None:
    """Put an area under another parent, or give it another code; see `areas.operations.move`."""
    await _follow(session, await areas.move(session, actor, code, parent_code, new_code, since=since, at=at))


async def merge(session: AsyncSession, actor: Actor, code: str, into: str, *, since: date, at: datetime) -> None:
    """Merge an area into another; see `areas.operations.merge`."""
    await _follow(session, await areas.merge(session, actor, code, into, since=since, at=at))


async def end(session: AsyncSession, actor: Actor, code: str, *, since: date, at: datetime) -> None:
    """End an area in which nothing is open and by which nobody sees.

    :raises ActionNotAllowed: cases are open there, accounts see by it, or areas in use lie in it
    """
    held = await held_by(session, actor, code)
    if held.cases:
        raise ActionNotAllowed(f"该区划还有 {held.cases} 件未办结的案件，请先修改这些案件的辖区，或把区划并入另一个")
    if held.accounts:
        raise ActionNotAllowed(f"还有 {held.accounts} 个账号的辖区在这里，请先修改这些账号")
    await areas.end(session, actor, code, since=since, at=at)


@dataclass(frozen=True, slots=True)
class Held:
    """What stands at and below an area: cases that are not over, and enabled accounts that see by it."""

    cases: int
    accounts: int


async def held_by(session: AsyncSession, actor: Actor, code: str) -> Held:
    """Count what an area holds, for the administrator who is about to change it; numbers alone.

    :raises NotPermitted: the actor does not manage areas
    :raises NotFound: there is no such area
    """
    actor.require(Permission.AREA_MANAGE)
    area = await queries.by_code(session, code)
    anybody = visible_to(system_actor(Role.CLOCK))
    drafts = col(Case.status) == Status.DRAFT
    query = select(func.count()).where(
        queries.within(area.path, Case.area_path), col(Case.status).not_in(_OVER), or_(anybody, drafts)
    )
    return Held(await session.scalar(query) or 0, await org_queries.accounts_within(session, area.path))


async def _follow(session: AsyncSession, moves: Moves) -> None:
    """Give cases and accounts the present paths of their areas. What happened there is the same place as before."""
    if not moves:
        return
    await orgs.follow_areas(session, moves)
    moved = values(column("was", String), column("now", String), name="moved").data(list(moves.items()))
    await session.execute(
        update(Case)
        .where(col(Case.area_path) == moved.c.was)
        .values(area_path=moved.c.now)
        .execution_options(synchronize_session=False)
    )
