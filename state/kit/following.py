"""How an open page follows what changes: it is woken, and reads its own view afresh with the rights of its person.

A change wakes every page that may show it. Pages that follow take turns, and have a share of the process's time
together: what is left belongs to people who act and turn pages. Whoever waits for a turn gathers what else changes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from domain.kernel.actor import Actor
from state.live import hub, outlasting

REFRESH = 60.0
"""Seconds after which a page reads again by itself: deadlines pass without anybody's act."""
ASKED_EVERY = 20.0
"""Seconds after which it is asked who a page belongs to although nothing was announced; so are the sockets."""


class Turns:
    """Turns of pages that follow.

    :param at_once: how many have a turn together; one may be held up by an act of its own person
    :param burst: seconds of work after which those who come wait
    :param share: how much of the time they have then
    """

    def __init__(self, at_once: int, burst: float, share: float) -> None:
        """Begin rested."""
        self._free = asyncio.Semaphore(at_once)
        self._burst, self._share = burst, share
        self._left, self._since = burst, time.monotonic()

    @asynccontextmanager
    async def mine(self) -> AsyncGenerator[None]:
        """Wait for a turn."""
        async with self._free:
            if (left := self._rested()) < 0:
                await asyncio.sleep(-left / self._share)
            began = time.monotonic()
            try:
                yield
            finally:
                self._left -= time.monotonic() - began

    def _rested(self) -> float:
        at = time.monotonic()
        self._left = min(self._burst, self._left + (at - self._since) * self._share)
        self._since = at
        return self._left


turns = Turns(at_once=4, burst=0.1, share=0.3)
"""Of lists and cases: each is read for itself."""
PAUSE, REST = 0.2, 4.0
"""What a board looks away for after it looked: seconds, and so many times as long as that took. Boards wait for no
turn, since what they show is read and drawn once for all."""


@dataclass(slots=True)
class _Whose:
    """Who a page belonged to when it was asked last: what ends or changes that is announced."""

    actor: Actor | None = None
    asked: float = 0.0

    def known(self) -> Actor | None:
        """Give the actor, if nothing was heard since; none where it has to be asked."""
        heard = hub.listening.is_set() and hub.last_of("session") < self.asked
        return self.actor if heard and time.monotonic() - self.asked < ASKED_EVERY else None


async def follow(page: Any, *kinds: str, read: str, patience: float = REFRESH, board: bool = False) -> None:
    """Keep a page live while it is open; this is all that a background event `follow` does.

    :param page: the state that a background event is given
    :param kinds: the announcements that wake it
    :param read: the name of its method that reads what it shows, given a session and the actor
    :param patience: seconds after which it reads although nothing was announced
    :param board: whether what it reads is kept for all alike, so that it waits for no turn
    """
    whose = _Whose()
    with hub.follow(*kinds, since=page._begun) as changes:  # noqa: SLF001 - a page of the product
        while True:
            await changes.next(patience)
            began = time.monotonic()
            async with nullcontext() if board else turns.mine(), page:
                if not page.barred:
                    with outlasting():
                        await _renew(page, read, whose)
            if board:
                await asyncio.sleep(max(PAUSE, REST * (time.monotonic() - began)))


async def _renew(page: Any, read: str, whose: _Whose) -> None:
    known, at = whose.known(), time.monotonic()
    async with page._acting(touch=False, known=known) as (session, actor):  # noqa: SLF001 - a page of the product
        if not known:
            whose.actor, whose.asked = actor, at
        await page._frame(session, actor)  # noqa: SLF001
        await getattr(page, read)(session, actor)
