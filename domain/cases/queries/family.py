"""How cases belong together: merged duplicates, parents and children."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Case
from domain.cases.queries import processes, reach
from domain.cases.queries.reach import visible_to
from domain.cases.schemas import RelatedView
from domain.kernel import driver
from domain.kernel.actor import Actor, system_actor
from domain.kernel.permissions import Role
from domain.kernel.refusals import ActionNotAllowed


async def require_unmerged(session: AsyncSession, actor: Actor, case: Case) -> None:
    """Refuse a step on a case that was merged into another.

    :raises ActionNotAllowed: it names the case that is worked on instead, to who sees that one
    """
    if case.merged_into_id is None:
        return
    query = select(col(Case.number)).where(col(Case.id) == case.merged_into_id, visible_to(actor))
    if number := await session.scalar(query):
        raise ActionNotAllowed(f"该件已并入 {number}，请在 {number} 中办理，或先撤销合并")
    raise ActionNotAllowed("该件已并入其他案件一并办理，办理情况请询问综治中心")


async def seen_among(session: AsyncSession, actor: Actor, numbers: Collection[str]) -> frozenset[str]:
    """Tell which of some numbers are of cases within reach."""
    if not numbers:
        return frozenset()
    query = select(col(Case.number)).where(col(Case.number).in_(numbers), visible_to(actor))
    return frozenset(await session.scalars(query))


async def kept_number(session: AsyncSession, actor: Actor, number: str) -> str | None:
    """Give the number of the case that one was merged into; none when it was not.

    :raises NotFound: no such case within reach
    """
    case = await reach.find(session, actor, number)
    if case.merged_into_id is None:
        return None
    return await session.scalar(select(col(Case.number)).where(col(Case.id) == case.merged_into_id, visible_to(actor)))


async def parent_number(session: AsyncSession, actor: Actor, number: str) -> str | None:
    """Give the number of a case's parent; none when it has none.

    :raises NotFound: no such case within reach
    """
    case = await reach.find(session, actor, number)
    if case.parent_id is None:
        return None
    return await session.scalar(select(col(Case.number)).where(col(Case.id) == case.parent_id, visible_to(actor)))


async def merged_categories(session: AsyncSession, case: Case) -> Mapping[UUID, str]:
    """Give the cases that were merged into one, with their categories: who works on it works for their parties too."""
    return dict(await _MERGED.rows(session, case_id=case.id))


_MERGED = driver.Made(
    select(col(Case.id), col(Case.category)).where(
        col(Case.merged_into_id) == bindparam("case_id"), visible_to(system_actor(Role.CLOCK))
    )
)


async def related(session: AsyncSession, actor: Actor, case: Case) -> dict[str, tuple[RelatedView, ...]]:
    """Give the cases within reach that belong to one: parent, children, merged ones."""
    example, own = reach.example_of(actor)
    ties = {"own": case.id, "parent": case.parent_id, "kept": case.merged_into_id}
    rows = await _related(example, tuple(own)).of(session, **own, **ties)
    found: dict[str, list[RelatedView]] = {"parent": [], "children": [], "merged_into": [], "merged": []}
    for row in rows:
        view = RelatedView(row.number, row.title, await _status(session, row))
        ties_to = {"parent": row.id == case.parent_id, "children": row.parent_id == case.id}
        ties_to |= {"merged_into": row.id == case.merged_into_id, "merged": row.merged_into_id == case.id}
        for name in (name for name, tied in ties_to.items() if tied):
            found[name].append(view)
    return {name: tuple(views) for name, views in found.items()}


@lru_cache(maxsize=500)
def _related(example: Actor, own: tuple[str, ...]) -> driver.Reading[Case]:
    case_id: Any = bindparam("own", type_=Uuid())
    tied = or_(
        col(Case.id).in_((bindparam("parent", type_=Uuid()), bindparam("kept", type_=Uuid()))),
        col(Case.parent_id) == case_id,
        col(Case.merged_into_id) == case_id,
    )
    return driver.Reading(
        Case, lambda query: query.where(tied, visible_to(example)).order_by(col(Case.number)), places=reach.places(own)
    )


async def _status(session: AsyncSession, case: Case) -> str:
    return (await processes.of_case(session, case)).status_label(case.status)
