"""What the tests of rights share: an actor read afresh, what one sees, a colleague to be made."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.inputs import CaseFilter
from domain.cases.queries import listing
from domain.kernel.actor import Actor
from domain.orgs import queries
from domain.orgs.schemas import NewAccount
from tests.support.county import MORNING, PASSWORD


async def afresh(session: AsyncSession, login: str) -> Actor:
    found = await queries.actor_of_login(session, login)
    assert found is not None
    return found


async def seen_by(session: AsyncSession, actor: Actor) -> set[str]:
    page = await listing.search(session, actor, CaseFilter(), at=MORNING, size=100)
    return {row.number for row in page.items}


def new(login: str, *roles: str, unit: str = "rsj", **more: object) -> NewAccount:
    return NewAccount(login, "新" + "同事", PASSWORD, roles, unit, **more)  # type: ignore[arg-type]
