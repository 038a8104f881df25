"""What many open pages show alike, read once for all of them: figures of a board, the numbers beside the menu.

It is kept until something changes, and not longer than a minute, since deadlines pass without anybody's act. Where
reading takes long, in a large county where something always happens, it is shown for a few times as long as that took:
whoever shows it is woken again afterwards, so that nothing stays behind.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.writing import has_written
from state.live import Hub, hub

T = TypeVar("T")
SHARE = 4.0
"""So many times as long as reading took, what was read is shown whatever happens: a fifth of one core at most."""
OLD = 60.0
MOST = 500


@dataclass(slots=True)
class _One:
    """A value, when it began to be read (`time.monotonic`), and how many seconds that took."""

    value: Any = None
    began: float = 0.0
    took: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Kept(Generic[T]):
    """Values by what tells readers apart.

    :param kind: the announcement on which those who show them look again
    """

    def __init__(self, kind: str, heard: Hub = hub) -> None:
        """Begin with nothing."""
        self._kind, self._hub = kind, heard
        self._found: dict[Hashable, _One] = {}

    async def of(self, session: AsyncSession, key: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        """Give the value of a key, read in a session, or the one that somebody read since the last change.

        What a session sees alone, because it has written, is nobody else's; and while no change is heard of, nothing
        is kept.
        """
        if has_written(session) or not self._hub.listening.is_set():
            return await read()
        if len(self._found) >= MOST and key not in self._found:
            self._found.clear()
        one = self._found.setdefault(key, _One())
        if not self._holds(one):
            await session.connection()  # who reads must not wait for one that those hold who wait for what is read
            async with one.lock:
                if not self._holds(one):
                    began = time.monotonic()
                    one.value = await read()
                    one.began, one.took = began, time.monotonic() - began
        return cast("T", one.value)

    def _holds(self, one: _One) -> bool:
        at = time.monotonic()
        if not one.began or one.began > max(self._hub.last, at - OLD):
            return bool(one.began)
        rest = one.began + SHARE * one.took - at
        if rest > 0:
            self._hub.again(self._kind, rest)
        return rest > 0
