"""Hashing and checking passwords with Argon2id, and which of them an account may have."""

from __future__ import annotations

import asyncio
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel.ids import new_token
from domain.orgs import policy_values, rules
from domain.orgs.models import Account, AccountUnit, Unit


class _Holder:
    hasher = PasswordHasher()


@lru_cache(maxsize=1)
def _nobody(hasher: PasswordHasher) -> str:
    # Checked when the account is unknown, so that the answer takes as long. Made by the first check, whomever it is
    # of: most processes never check a password, and making it takes longer than all else they load.
    return hasher.hash(new_token())


def use(hasher: PasswordHasher) -> None:
    """Set the cost of hashing for this process."""
    _Holder.hasher = hasher


async def fault(session: AsyncSession, account: Account, password: str) -> str:
    """Say why an account may not have a password, by the values in force; empty when it may."""
    more = select(col(AccountUnit.unit_id)).where(col(AccountUnit.account_id) == account.id)
    units = await session.scalars(select(Unit).where((col(Unit.id) == account.unit_id) | col(Unit.id).in_(more)))
    values = await policy_values.of(session)
    return rules.password_fault(password, account.login, values, unit_names=[*names_of(*units)])


def names_of(*units: Unit) -> list[str]:
    """Give the names of units that a password may not hold."""
    return [name for unit in units for name in (unit.name, unit.short_name, unit.code)]


async def hashed(password: str) -> str:
    """Hash a password, in a thread of its own."""
    return await asyncio.to_thread(_Holder.hasher.hash, password)


async def matches(stored: str | None, password: str) -> bool:
    """Check a password; without a stored hash it takes as long and says no."""
    nobody = await asyncio.to_thread(_nobody, _Holder.hasher)
    try:
        return await asyncio.to_thread(_Holder.hasher.verify, stored or nobody, password) and stored is not None
    except (VerifyMismatchError, InvalidHashError):
        return False
