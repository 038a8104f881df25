"""The reception desk: the open form, the card that was read, today's visitors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.queries import reach
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, Refusal
from domain.people import rules as people
from domain.people.models import IdType, Sex
from domain.people.schemas import PersonInput
from domain.visits import operations as visits
from domain.visits import queries, rules
from domain.visits.models import VisitState
from domain.visits.schemas import VisitInput, VisitView
from state import desks
from state.clock import now
from state.desks import CardRead, ReaderState
from state.inputs import Choice, Reading, as_form, as_text, text_in
from state.kit import following
from state.session import SignedInState

REFRESH = 20.0
"""Seconds after which the page renews its arming even when nothing happened."""


@dataclass
class Visitor:
    """One row of today's queue, masked."""

    id: str = ""
    queue: str = ""
    name: str = ""
    id_number: str = ""
    phone: str = ""
    reason: str = ""
    companions: str = ""
    state: str = ""
    state_label: str = ""
    tone: str = ""
    arrived: str = ""
    desk: str = ""
    source: str = ""
    open: bool = False


@dataclass
class Read:
    """What a card offers to the open form; `seq` grows with each read.

    It goes to this one browser, whose desk the card lies on, and is forgotten with the page.
    """

    seq: int = 0
    name: str = ""
    id_number: str = ""
    address: str = ""
    nation: str = ""
    sex: str = ""
    id_type: str = ""
    summary: str = ""
    warning: str = ""
    taken: int = 0
    """The read whose identity stands in place of what was typed."""


TONES = {
    VisitState.WAITING: "orange",
    VisitState.HANDED: "blue",
    VisitState.CASE_MADE: "green",
    VisitState.LEFT: "gray",
}


class VisitDesk(SignedInState):
    """The registration page of one browser."""

    remembered_desk: str = rx.LocalStorage("", name="fq_desk")
    desk: str = ""
    desk_choices: list[Choice] = []
    reader_state: str = "offline"
    reader_message: str = ""
    read: Read = Read()
    known: str = ""
    faults: dict[str, str] = {}
    round: int = 0
    saved: str = ""
    visitors: list[Visitor] = []
    total: int = 0
    people: int = 0
    can_make_case: bool = False
    loaded: bool = False
    _sam_id: str = ""
    _reads: int = 0
    _bound: str = ""

    @rx.event
    async def load(self):
        """Open the page: desks, today's visitors, the reader of this desk."""
        async with self._opening() as (session, actor):
            actor.require(Permission.VISIT_REGISTER)
            self.desk_choices = [Choice(d.code, d.name) for d in await queries.desks(session, actor)]
            self.can_make_case = actor.may(Permission.SLIP_PRINT)
            await self._queue(session, actor)
        if self.barred:
            return
        # what the browser remembers is a wish: only a desk of the person's own unit is bound
        known = [choice.value for choice in self.desk_choices]
        self._bound = self.remembered_desk if self.remembered_desk in known else next(iter(known), "")
        self.desk = self._bound
        self._arm()
        self.loaded = True

    @rx.event(background=True)
    async def follow(self):
        """Keep the queue live and the form armed while the page is open."""
        client = self.router.session.client_token
        try:
            await following.follow(self, "visit", "case", read="_renew", patience=REFRESH)
        finally:
            desks.disarm_all(client)
            desks.unwatch(client)

    async def _renew(self, session: AsyncSession, actor: Actor) -> None:
        await self._queue(session, actor)
        self._arm(anew=False)

    def _arm(self, *, anew: bool = True) -> None:
        client = self.router.session.client_token
        if self._bound:
            (desks.arm if anew else desks.renew)(self._bound, client, receive_card)
            desks.watch(client, receive_reader)
        reader = desks.reader_of(self._bound)
        self.reader_state, self.reader_message = reader.state, reader.message

    async def _queue(self, session: Any, actor: Any) -> None:
        at = now()
        page = await queries.today(session, actor, at=at)
        shown = {v.id for v in page.items}
        # on a full day the ones who wait longest are older than the page of the newest
        older = [v for v in await queries.waiting(session, actor, at=at) if v.id not in shown]
        self.visitors = [_visitor(v) for v in (*page.items, *reversed(older))]
        self.total = page.total
        self.people = await queries.people_today(session, actor, at=at)

    @rx.event
    async def choose_desk(self, code: str):
        """Bind this browser to another desk."""
        async with self._acting() as (session, actor):
            known = {d.code for d in await queries.desks(session, actor)}
        code = as_text(code)
        if code in known:
            desks.disarm(self._bound, self.router.session.client_token)
            self.desk = self.remembered_desk = self._bound = code
            self._arm()

    @rx.event
    async def look_up(self, id_number: str):
        """Say how often the holder of a number was here; it marks a wrong number early."""
        number = people.tidy_id(as_text(id_number)[:40])
        if not number:
            self.known = ""
            return
        async with self._acting() as (session, actor):
            self.known = await _known(session, actor, number)

    @rx.event
    async def save(self, form: dict):
        """Register the visitor whose form was sent, then clear it for the next.

        A form that was already taken is not taken again: Enter pressed twice is one visitor.
        """
        reading = Reading(as_form(form))
        if text_in(reading.form, "round") not in {"", str(self.round)}:
            return
        try:
            async with self._acting() as (session, actor):
                given = _input(reading, self._bound, self.read, self._sam_id)
                with reading.joined():
                    visit = await visits.register(session, actor, given, at=now())
                await self._queue(session, actor)
        except Invalid as refusal:
            self.faults = refusal.fields
            yield rx.toast.error(refusal.message.split("；")[0])
            return
        self._clear()
        self.saved = f"{visit.queue} 号 {visit.person.name} 已登记"
        yield rx.toast.success(self.saved)

    @rx.event
    async def clear(self):
        """Forget what was read and said of the form; the browser emptied it at the press, and more may stand in it."""
        async with self._acting():
            self._forget()

    def _clear(self) -> None:
        self._forget()
        self.round += 1

    def _forget(self) -> None:
        self.faults, self.known, self.read, self._sam_id = {}, "", Read(), ""

    @rx.event
    async def take_card(self):
        """Take who somebody is from the card, all of it, in place of what was typed."""
        async with self._acting():
            self.read = replace(self.read, taken=self.read.seq)

    @rx.event
    async def set_card_aside(self):
        """Go on as if this card had not been read: what it filled is emptied, what was typed stands."""
        async with self._acting():
            self.read, self._sam_id = Read(), ""
            self.faults = {name: said for name, said in self.faults.items() if name not in rules.LABELS}
        yield rx.toast.info("未采用证件内容，请手工录入")

    @rx.event
    async def hand_over(self, visit_id: str):
        """Hand a visitor to the registrars."""
        async with self._acting() as (session, actor):
            await visits.hand_over(session, actor, _id(visit_id), at=now())
            await self._queue(session, actor)
        yield rx.toast.success("已转登记窗口")

    @rx.event
    async def leave(self, visit_id: str):
        """Note that a visitor left."""
        async with self._acting() as (session, actor):
            await visits.leave(session, actor, _id(visit_id), at=now())
            await self._queue(session, actor)

    async def _receive(self, card: CardRead) -> None:
        """Offer a card's fields to the open form, as soon as possible."""
        fields = card.fields
        number = people.tidy_id(fields.get("id_no") or "")
        self._sam_id = card.reader_sam_id
        self._reads += 1
        self.read = Read(
            seq=self._reads,
            name=fields.get("name") or fields.get("eng_name") or "",
            id_number=number,
            address=fields.get("address") or "",
            nation=fields.get("nation") or "",
            sex={"男": Sex.MALE.value, "女": Sex.FEMALE.value}.get(fields.get("sex") or "", ""),
            id_type=card.id_type.value,
            summary=_summary(fields, number),
            warning=_warning(fields, card.id_type, number),
        )


async def receive_card(client: str, card: CardRead) -> bool:
    """Put a read into the form of a client and say whether it was there."""
    async with _app().modify_state(rx.BaseStateToken(ident=client, cls=VisitDesk)) as root:
        form = await root.get_state(VisitDesk)
        if not form.loaded:
            return False
        await form._receive(card)  # noqa: SLF001 — a helper of this module's own state
    return True


async def receive_reader(client: str, reader: ReaderState) -> None:
    """Tell a client's page how its reader is."""
    async with _app().modify_state(rx.BaseStateToken(ident=client, cls=VisitDesk)) as root:
        form = await root.get_state(VisitDesk)
        form.reader_state, form.reader_message = reader.state, reader.message


class _Holder:
    app: rx.App | None = None


def use(app: rx.App) -> None:
    """Set the application through which open pages are reached."""
    _Holder.app = app


def _app() -> rx.App:
    if _Holder.app is None:
        raise RuntimeError("state.visits.desk.use(app) must be called at start")
    return _Holder.app


def _summary(fields: Any, number: str) -> str:
    parts = (
        people.mask_name(fields.get("name") or fields.get("eng_name") or ""),
        people.mask_id(number),
        fields.get("sex"),
        fields.get("nation"),
    )
    return " · ".join(part for part in parts if part)


def _warning(fields: Any, id_type: IdType, number: str) -> str:
    until = fields.get("valid_to") or ""
    if until[:1].isdigit() and until < now().date().isoformat():
        return f"证件已于 {until} 到期，请提醒来访人换证"
    fault = people.id_number_fault(id_type, number, now().date())
    return f"读取到的号码有误：{fault}" if fault else ""


async def _known(session: Any, actor: Any, number: str) -> str:
    fault = people.id_number_fault(IdType.RESIDENT, number, now().date())
    if fault:
        return ""
    times = await queries.times_here(session, actor, id_number=number)
    if not times:
        return "首次来访"
    open_cases = await reach.open_cases_of(session, actor, number)
    return f"第 {times + 1} 次来访" + (f"，{open_cases} 件在办" if open_cases else "")


def _card(read: Read) -> PersonInput | None:
    # What lay on the reader, for the comparison with the form; none where nothing was read, or it was set aside.
    if not read.seq:
        return None
    return PersonInput(
        name=read.name,
        id_type=IdType(read.id_type),
        id_number=read.id_number,
        sex=Sex(read.sex or Sex.UNKNOWN.value),
        nation=read.nation,
        address=read.address,
    )


def _input(reading: Reading, desk: str, read: Read, sam_id: str) -> VisitInput:
    form = reading.form
    return reading.take(
        VisitInput,
        person=reading.take(PersonInput),
        desk_code=desk,
        card=_card(read),
        kept=frozenset(name for name in rules.BESIDES if text_in(form, f"kept.{name}") == str(read.seq)),
        reader_sam_id=sam_id if read.seq else "",
    )


def _visitor(view: VisitView) -> Visitor:
    state = VisitState(view.state)
    return Visitor(
        id=str(view.id),
        queue=view.queue,
        name=view.person.name,
        id_number=view.person.id_number,
        phone=view.person.phone,
        reason=view.reason,
        companions=f"随行 {view.companions} 人" if view.companions else "",
        state=view.state,
        state_label=view.state_label,
        tone=TONES[state],
        arrived=stamp(view.arrived_at, "%H:%M"),
        desk=view.desk,
        source=view.id_source,
        open=state in {VisitState.WAITING, VisitState.HANDED},
    )


def _id(text: str) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise Refusal("没有找到这条来访登记") from None
