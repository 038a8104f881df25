"""The bell: how many notices are unread, and the newest of them; live."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.vocabulary import Action
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.refusals import NotFound
from domain.notices import operations, queries
from domain.notices.rules import AUTO_CARD, BREACH
from domain.notices.schemas import NoticeView
from state.clock import now
from state.live import hub, outlasting
from state.session import SignedInState

SHOWN = 20
REFRESH = 300.0
"""Seconds after which a page looks by itself; what happens meanwhile is announced."""
_TONES = {
    BREACH: "orange",
    AUTO_CARD: "orange",
    Action.URGE: "orange",
    Action.SUPERVISE: "orange",
    Action.INSTRUCT: "orange",
}


@dataclass
class NoticeShown:
    """This class will hold one notice as text; `head` is what it is about, `rest` the sentence."""

    id: str = ""
    head: str = ""
    rest: str = ""
    at: str = ""
    href: str = ""
    tone: str = ""
    unread: bool = False


class BellState(SignedInState):
    """One browser's bell; it stands in the frame of every page."""

    unread: int = 0
    notices: list[NoticeShown] = []
    looked: bool = False

    @rx.event
    async def load(self):
        """This function will begin a page: what barred the one before is forgotten, the bell is counted."""
        self.barred = False
        async with self._acting(touch=False) as (session, actor):
            await self._read(session, actor)

    @rx.event(background=True)
    async def follow(self):
        """This function will keep the bell live while the page is open."""
        async with self, self._acting(touch=False) as (_, actor):
            account = str(actor.account_id)
        with hub.follow("notice", only=account) as changes:
            while True:
                await changes.next(REFRESH)
                async with self:
                    with outlasting():
                        async with self._acting(touch=False) as (session, actor):
                            await self._read(session, actor)

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        unread = await queries.unread_count(session, actor)
        if unread != self.unread:
            self.unread = unread
        if self.looked:
            self.notices = [_shown(view) for view in await queries.newest(session, actor, limit=SHOWN)]

    @rx.event
    async def look(self):
        """This function will show the newest notices."""
        async with self._acting() as (session, actor):
            self.looked = True
            await self._read(session, actor)

    @rx.event
    async def read(self, notice_id: str):
        """This function will mark one of the person's own notices read."""
        async with self._acting() as (session, actor):
            await operations.mark_read(session, actor, ids=[_id(notice_id)], at=now())
            await self._read(session, actor)

    @rx.event
    async def read_all(self):
        """This function will mark all of the person's own notices read."""
        async with self._acting() as (session, actor):
            await operations.mark_read(session, actor, at=now())
            await self._read(session, actor)


def _id(text: str) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise NotFound("没有找到这条通知") from None


def _shown(view: NoticeView) -> NoticeShown:
    head, _, rest = view.text.partition("：")
    return NoticeShown(
        id=str(view.id),
        head=head,
        rest=rest,
        at=stamp(view.at, "%m-%d %H:%M"),
        href=f"/case/{view.number}",
        tone="red" if "红牌" in view.text else _TONES.get(view.kind, "blue"),
        unread=view.unread,
    )
