"""One-time codes (TOTP, RFC 6238: SHA-1, six digits, thirty seconds) and recovery codes."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto
from domain.orgs.models import RecoveryCode, SecondFactor

PERIOD, DIGITS, AROUND = 30, 6, 1
"""Seconds of a code, its digits, and how many periods before and after are taken, for clocks that differ."""
RECOVERY_CODES = 10
_SECRET_BYTES = 20
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def fresh_secret() -> str:
    """Make a secret for an authenticator app, in base 32 as people may type it."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def code_at(secret: str, step: int) -> str:
    """Compute the code of a period of thirty seconds."""
    # SHA-1 is what the common apps know; inside HMAC its collisions do not matter (RFC 6238, ASVS 6.5).
    made = TOTP(base64.b32decode(secret), DIGITS, SHA1(), PERIOD)  # noqa: S303
    return made.generate(step * PERIOD).decode()


def step_of(at: datetime) -> int:
    """Give the number of the period in which a moment lies."""
    return int(at.timestamp()) // PERIOD


def matching_step(secret: str, code: str, at: datetime, after: int) -> int:
    """Find the period whose code was given, later than `after`; 0 when there is none."""
    now, given = step_of(at), code.strip().replace(" ", "").encode()
    steps = [step for step in range(now - AROUND, now + AROUND + 1) if step > after]
    return next((step for step in steps if crypto.same(code_at(secret, step).encode(), given)), 0)


async def take(session: AsyncSession, account_id: UUID, code: str, at: datetime) -> str:
    """Use up a code of an account: "second_factor", "recovery", or empty when it is wrong."""
    query = select(SecondFactor).where(col(SecondFactor.account_id) == account_id).with_for_update()
    factor = (await session.scalars(query)).one_or_none()
    if factor is None or factor.confirmed_at is None:
        return ""
    secret = crypto.unseal("second_factor", "secret", factor.id, factor.secret_sealed)
    if step := matching_step(secret, code[:40], at, factor.last_step):
        factor.last_step = step
        return "second_factor"
    digest = crypto.digest(f"{account_id}|{tidied(code[:40])}")
    used = await session.execute(
        update(RecoveryCode)
        .where(
            col(RecoveryCode.account_id) == account_id,
            col(RecoveryCode.digest) == digest,
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=at)
        .returning(col(RecoveryCode.id))
    )
    return "recovery" if used.first() else ""


def tidied(code: str) -> str:
    """Bring a recovery code into the form that was shown, however it was typed."""
    return "".join(letter for letter in code.upper() if letter in _LETTERS)


def fresh_recovery_codes(account_id: UUID) -> tuple[tuple[str, ...], Sequence[RecoveryCode]]:
    """Make recovery codes: as they are shown once, and as they are kept."""
    shown = tuple(
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)
    )
    rows = [RecoveryCode(account_id=account_id, digest=crypto.digest(f"{account_id}|{tidied(code)}")) for code in shown]
    return shown, rows
