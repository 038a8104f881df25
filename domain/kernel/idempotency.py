"""Acts that are asked for twice and done once: the answer is kept under the key that the asker chose."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto
from domain.kernel.actor import Actor
from domain.kernel.models import IdempotentAnswer
from domain.kernel.refusals import Invalid

LONGEST_KEY = 200
FIELD = "Idempotency-Key"


async def once(
    session: AsyncSession,
    actor: Actor,
    act: Callable[[], Awaitable[dict[str, Any]]],
    *,
    key: str,
    request: str,
    at: datetime,
) -> dict[str, Any]:
    """Run an act once for a key, and give its first answer to every repeat.

    The answer is written in the transaction of the act: both are there, or neither. A repeat
    that arrives meanwhile waits for it. `request` is what was asked, in any fixed wording;
    only its keyed digest is kept. Without a key the act simply runs.

    :raises Invalid: the key is too long or was used for another request
    """
    if not key:
        return await act()
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise Invalid.of({FIELD: f"Idempotency-Key 最长 {LONGEST_KEY} 个可见字符"})
    lock = crypto.blind("idempotency", f"{actor.account_id}|{key}")
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
    digest = crypto.digest(request)
    kept = await session.get(IdempotentAnswer, (actor.account_id, key))
    if kept is not None:
        if not crypto.same(kept.request_digest, digest):
            raise Invalid.of({FIELD: "这个 Idempotency-Key 已用于另一个请求"})
        return kept.answer

    answer = await act()

    session.add(
        IdempotentAnswer(account_id=actor.account_id, key=key, request_digest=digest, answer=answer, created_at=at)
    )
    await session.flush()
    return answer


def old(before: datetime) -> Select[tuple[str, datetime]]:
    """Give a mark and the moment of the answers kept since before a moment; the key itself stays."""
    mark = func.right(func.md5(col(IdempotentAnswer.key)), 8)
    return select(mark, col(IdempotentAnswer.created_at)).where(col(IdempotentAnswer.created_at) < before)


async def forget_old(session: AsyncSession, before: datetime, *, limit: int) -> int:
    """Delete some of the answers kept since before a moment, and say how many."""
    key = tuple_(col(IdempotentAnswer.account_id), col(IdempotentAnswer.key))
    some = (
        select(col(IdempotentAnswer.account_id), col(IdempotentAnswer.key))
        .where(col(IdempotentAnswer.created_at) < before)
        .limit(limit)
    )
    gone = delete(IdempotentAnswer).where(key.in_(some)).returning(col(IdempotentAnswer.key))
    return len((await session.scalars(gone)).all())
