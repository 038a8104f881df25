"""The bell: how many cases have something unread, and the newest notice of each; live."""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.vocabulary import Action
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.refusals import NotFound
from domain.notices import operations, queries
from domain.notices.rules import AUTO_CARD, BREACH, BRIEF, EXPORT, REPORT, RISK
from domain.notices.schemas import NoticeView
from state.clock import now
from state.live import hub, outlasting
from state.session import SignedInState

SHOWN = 20
NAMED = 3
"""How many of the other notices of a case are named by what they are about."""
REFRESH = 300.0
"""Seconds after which a page looks by itself; what happens meanwhile is announced."""
_TONES = {
    BREACH: "orange",
    AUTO_CARD: "orange",
    RISK: "orange",
    Action.URGE: "orange",
    Action.SUPERVISE: "orange",
    Action.INSTRUCT: "orange",
}


@dataclass
class NoticeShown:
    """The notices of one case as text: of the newest `head` is what it is about, `rest` the sentence; `more` the others."""

    id: str = ""
    head: str = ""
    rest: str = ""
    more: str = ""
    at: str = ""
    href: str = ""
    tone: str = ""
    unread: bool = False


class BellState(SignedInState):
    """One browser's bell; it stands in the frame of every page."""

    unread: int = 0
    notices: list[NoticeShown] = []
    looked: bool = False
    _counted: float = 0.0
    """When the bell was counted last: from then on it hears of what is new, on whichever page."""

    @rx.event
    async def load(self):
        """Begin a page: what barred the one before is forgotten; the bell is counted where it was not yet."""
        self.barred, self._begun = False, time.monotonic()
        if not self._counted or self.me.stands_for:  # of whom one stands in for, nothing is heard
            async with self._acting(touch=False) as (session, actor):
                await self._read(session, actor)

    @rx.event(background=True)
    async def follow(self):
        """Keep the bell live while the page is open."""
        with hub.follow("notice", "session", only=self._owner, since=self._counted) as changes:
            while True:
                await changes.next(REFRESH)
                async with self:
                    with outlasting():
                        async with self._acting(touch=False) as (session, actor):
                            await self._read(session, actor)

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        began = time.monotonic()
        unread = await queries.unread_count(session, actor)
        self._counted = began
        if unread != self.unread:
            self.unread = unread
        if self.looked:
            self.notices = [_shown(view) for view in await queries.newest(session, actor, limit=SHOWN)]

    @rx.event
    async def look(self):
        """Show the newest notices."""
        async with self._acting() as (session, actor):
            self.looked = True
            await self._read(session, actor)

    @rx.event
    async def read(self, notice_id: str):
        """Mark the person's own notices of the case read that one of them tells of."""
        async with self._acting() as (session, actor):
            await operations.mark_read(session, actor, ids=[_id(notice_id)], at=now())
            await self._read(session, actor)

    @rx.event
    async def read_all(self):
        """Mark all of the person's own notices read."""
        async with self._acting() as (session, actor):
            await operations.mark_read(session, actor, at=now())
            await self._read(session, actor)


def _id(text: str) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise NotFound("没有找到这条通知") from None


def _shown(view: NoticeView) -> NoticeShown:
    head, rest = _parts(view)
    return NoticeShown(
        id=str(view.id),
        head=head,
        rest=rest,
        more=_more(view),
        at=stamp(view.at, "%m-%d %H:%M"),
        href=_href(view),
        tone=_tone(view),
        unread=view.unread,
    )


def _href(view: NoticeView) -> str:
    places = {EXPORT: "/exports", BRIEF: f"/brief/{view.number}", REPORT: f"/reports/{view.number}"}
    return places.get(view.kind, f"/case/{view.number}")


def _parts(view: NoticeView) -> tuple[str, str]:
    head, _, rest = view.text.partition("：")
    return head, rest


def _more(view: NoticeView) -> str:
    if not view.more:
        return ""
    heads = list(dict.fromkeys(_parts(one)[0] for one in view.more))
    named = "、".join(heads[:NAMED]) + ("等" if len(heads) > NAMED else "")
    return f"本案另有 {len(view.more)} 条：{named}"


def _tone(view: NoticeView) -> str:
    # The colour of the gravest that is unread: a card is not hidden behind a later, lighter notice.
    tones = {_tone_of(one) for one in (view, *(one for one in view.more if one.unread))}
    return next(tone for tone in ("red", "orange", "blue") if tone in tones)


def _tone_of(view: NoticeView) -> str:
    return "red" if "红牌" in view.text or "红色" in view.text else _TONES.get(view.kind, "blue")
