"""Alarms: the open ones, looked into and closed with a note; live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit import operations, queries
from domain.audit.schemas import AlarmKind, AlarmView
from domain.kernel.actor import Actor
from domain.kernel.clock import local_date, stamp
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, NotFound
from state.clock import now
from state.inputs import as_form, as_text, text_in
from state.kit.addressed import AddressedState
from state.live import hub, outlasting
from state.session import SignedInState

REFRESH = 300.0
"""Seconds after which a page looks by itself; what happens meanwhile is announced."""
_RED = (AlarmKind.CHAIN, AlarmKind.CLOCK, AlarmKind.MASS_READING, AlarmKind.DAILY_LIMIT)
_TONES = dict.fromkeys(_RED, "red")


@dataclass
class AlarmShown:
    """One alarm as text."""

    id: str = ""
    kind: str = ""
    tone: str = ""
    said: str = ""
    name: str = ""
    login: str = ""
    at: str = ""
    lines_href: str = ""
    person_href: str = ""
    seen: str = ""
    seen_by: str = ""
    note: str = ""
    mine: bool = False


class AlarmsState(AddressedState, SignedInState):
    """One browser's page of alarms: the open ones whole, those dealt with page by page."""

    loading: bool = True
    rows: list[AlarmShown] = []
    closed: list[AlarmShown] = []
    handling: AlarmShown = AlarmShown()
    faults: dict[str, str] = {}

    @rx.event
    async def load(self):
        """Open the alarms."""
        self.loading = True
        self._open_address()
        self._shut()
        async with self._opening() as (session, actor):
            await self._read_opened(session, actor)
        self.loading = False

    @rx.event(background=True)
    async def follow(self):
        """Keep the alarms live while the page is open."""
        with hub.follow("alarm") as changes:
            while True:
                await changes.next(REFRESH)
                async with self:
                    if not self.barred:
                        with outlasting():
                            async with self._acting(touch=False) as (session, actor):
                                await self._frame(session, actor)
                                await self._read(session, actor)

    @rx.event
    async def ask(self, alarm_id: str):
        """Open the dialog that closes one alarm."""
        async with self._acting() as (_, actor):
            actor.require(Permission.JOURNAL_AUDIT)
            found = next((one for one in self.rows if one.id and one.id == as_text(alarm_id)), None)
            if found is None:
                raise NotFound("没有这条告警，或已处理")
            self._shut()
            self.handling = found

    @rx.event
    async def close(self):
        async with self._acting():
            self._shut()

    @rx.event
    async def send(self, form: dict):
        """Close the alarm with what was found out."""
        note = text_in(as_form(form), "note", most=600)
        try:
            async with self._acting() as (session, actor):
                if not self.handling.id:
                    raise NotFound("没有这条告警，或已处理")
                await operations.acknowledge(session, actor, UUID(self.handling.id), note, at=now())
                await self._read(session, actor)
                await self._frame(session, actor)
        except Invalid as refusal:
            self.faults = refusal.fields or {"note": refusal.message}
            return None
        self._shut()
        return rx.toast.success("告警已处理")

    def _shut(self) -> None:
        self.handling, self.faults = AlarmShown(), {}

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        at = now()
        rows = [_shown(one, actor) for one in await queries.open_alarms(session, actor)]
        page = await self._page_of(
            lambda cursor: queries.closed_alarms(session, actor, at=at, cursor=cursor, size=self.size)
        )
        closed = [_shown(one, actor) for one in page.items]
        if rows != self.rows:
            self.rows = rows
        if closed != self.closed:
            self.closed = closed


def _shown(one: AlarmView, actor: Actor) -> AlarmShown:
    day = local_date(one.at)
    since = (day - timedelta(days=1)).isoformat()
    return AlarmShown(
        id=str(one.id),
        kind=one.kind.label,
        tone=_TONES.get(one.kind, "orange"),
        said=one.said,
        name=one.name,
        login=one.login,
        at=stamp(one.at),
        lines_href=f"/journal?login={one.login}&own=1&from={since}&to={day.isoformat()}" if one.login else "/journal",
        person_href=f"/audit-person/{one.login}" if one.login else "",
        seen=stamp(one.seen_at),
        seen_by=one.seen_by,
        note=one.note,
        mine=one.account_id == actor.account_id,
    )
