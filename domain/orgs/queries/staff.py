"""Names of the staff."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto, driver
from domain.orgs.models import Account


def name_of(account: Account) -> str:
    """Open the display name of a member of staff; one that does not open is said to be so."""
    found = crypto.readable("account", "name", account.id, account.name_sealed)
    return crypto.UNREADABLE if found is None else found


async def staff_names(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Open the display names of several accounts at once."""
    wanted = list(set(ids))
    return {account.id: name_of(account) for account in await _BY_IDS.of(session, ids=wanted)} if wanted else {}


_BY_IDS = driver.Reading(Account, lambda query: query.where(driver.among(col(Account.id), "ids")))


async def logins_of(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Give the logins of several accounts at once."""
    wanted = set(ids)
    rows = await session.execute(select(col(Account.id), col(Account.login)).where(col(Account.id).in_(wanted)))
    return {row[0]: row[1] for row in rows}


async def accounts_within(session: AsyncSession, path: str) -> int:
    """Count the enabled accounts whose area lies at or below a path."""
    query = select(func.count()).where(
        col(Account.area_path).startswith(path, autoescape=True), col(Account.disabled_at).is_(None)
    )
    return await session.scalar(query) or 0
