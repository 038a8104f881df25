"""Hashing and checking passwords with Argon2id."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from domain.kernel.ids import new_token


class _Holder:
    hasher = PasswordHasher()


_NOBODY = _Holder.hasher.hash(new_token())
"""Checked when the account is unknown, so that the answer takes as long."""


def use(hasher: PasswordHasher) -> None:
    """This function will set the cost of hashing for this process."""
    _Holder.hasher = hasher


async def hashed(password: str) -> str:
    """This function will hash a password, in a thread of its own."""
    return await asyncio.to_thread(_Holder.hasher.hash, password)


async def matches(stored: str | None, password: str) -> bool:
    """This function will check a password; without a stored hash it takes as long and says no."""
    try:
        return await asyncio.to_thread(_Holder.hasher.verify, stored or _NOBODY, password) and stored is not None
    except (VerifyMismatchError, InvalidHashError):
        return False
