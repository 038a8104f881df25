"""Working on one case: its page, its dialogs, its steps; live."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit import operations as audit
from domain.cases.operations import assists
from domain.cases.operations.merge import MERGEABLE
from domain.cases.operations.take import take
from domain.cases.queries import actions, beginning, conflict, detail, handlings, receiving
from domain.cases.schemas import ActionView
from domain.cases.vocabulary import Action, Need, Status
from domain.cases.workflow import OPEN
from domain.kernel import drafts
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.permissions import FieldLevel, Permission, Role
from domain.kernel.refusals import ActionNotAllowed, ChangedMeanwhile, Invalid, NotFound, NotPermitted
from domain.notices import queries as notices
from state import presence
from state.cases import answers, shapes
from state.cases.answers import AnswerShown, DeliveryShown, Rating
from state.cases.asking import BY_FORM, CHOOSERS, KEPT, LINE_KINDS, LOADS, LOOKS, WORDS_EVERY, Asking
from state.cases.buttons import Button, Why, buttons, called
from state.cases.given import step_input
from state.cases.listing import CaseListState
from state.cases.receivers import receivers, suggested, told_words, warned
from state.cases.revealing import RevealState
from state.cases.shapes import (
    Awaited,
    CaseShown,
    CopySent,
    Hand,
    Handling,
    Limit,
    Line,
    Node,
    PartyShown,
    Pending,
    Picture,
    Related,
)
from state.cases.walking import Beside
from state.clock import now
from state.inputs import Choice, Reading, as_form, as_text
from state.kit import following
from state.live import hub, outlasting
from state.session import SignedInState
from state.warnings.shapes import RiskShown, risks_of


class CaseState(SignedInState):
    """One browser's case page."""

    case: CaseShown = CaseShown()
    parties: list[PartyShown] = []
    hands: list[Hand] = []
    lines: list[Line] = []
    nodes: list[Node] = []
    pictures: list[Picture] = []
    awaited: Awaited = Awaited()
    limits: list[Limit] = []
    primary: list[Button] = []
    others: list[Button] = []
    whys: list[Why] = []
    may_reveal: bool = False
    may_print: bool = False
    beside: Beside = Beside()
    found: bool = True
    loaded: bool = False
    changed_by_other: bool = False
    conflict: str = ""
    refused: str = ""
    handlings: list[Handling] = []
    pending: Pending = Pending()
    answer: AnswerShown = AnswerShown()
    ratings: list[Rating] = []
    deliveries: list[DeliveryShown] = []
    related: list[Related] = []
    copies: list[CopySent] = []
    risks: list[RiskShown] = []
    others_here: list[str] = []
    lines_shown: str = "all"
    may_relate: bool = False
    may_merge: bool = False
    may_agree: bool = False
    asking: Asking = Asking()
    needs: list[str] = []
    required: list[str] = []
    typed: dict[str, str] = {}
    faults: dict[str, str] = {}
    round: int = 0
    departments: list[Choice] = []
    uploads: list[str] = []
    _number: str = ""
    _case_id: str = ""
    _lines: tuple[Line, ...] | list[Line] = ()
    _version: int = 0
    _published: bool = False
    helping: list[str] = []
    _assists: list[str] = []
    _wish: str = ""
    _nobody: dict[str, str] = {}
    _views: tuple[ActionView, ...] = ()

    @rx.event
    async def load(self):
        """Open the case that the address names."""
        again = self.loaded and self._number == self._named() and bool(self.asking.action)
        self._number, self._case_id = self._named(), ""
        self.found, self.loaded = True, False
        if not again:
            self._close()
        (await self.get_state(RevealState))._shut()  # noqa: SLF001 - a value shown on another case does not come along
        self.others_here, self.lines_shown = [], "all"
        listing = await self.get_state(CaseListState)
        async with self._opening() as (session, actor):
            self.here = listing._came_from(self._number)  # noqa: SLF001 - the tab's own list
            try:
                await assists.receive_copy(session, actor, number=self._number, at=now())
                await self._read(session, actor)
                await audit.note_reading(session, actor, UUID(self._case_id), at=now())
            except NotFound:
                self.found = False
            self.beside = await listing._beside(session, actor, self._number)  # noqa: SLF001 - the tab's own list
            if again:
                await self._keep_asking(session, actor)
        self.loaded = True
        return self._wished()

    @rx.event
    async def enter(self):
        """Begin the page without a dialog, or with that of the step which its address names."""
        self._close()
        self._wish = as_text(self.router.url.query_parameters.get("do", ""))
        return self._wished() if self.loaded and self._number == self._named() else None

    def _wished(self) -> Any:
        wish, self._wish = self._wish, ""
        return CaseState.ask(wish) if wish and self.found else None

    async def _keep_asking(self, session: AsyncSession, actor: Actor) -> None:
        # A line that broke comes back with the page: what was sent meanwhile still finds the dialog that it is of.
        view = next((v for v in self._views if v.action == self.asking.action and v.allowed), None)
        if view is None or not self.found:
            self._close()
        await self._compare(session, actor)

    async def _compare(self, session: AsyncSession, actor: Actor) -> None:
        """Say in an open dialog what changed since it was opened."""
        if self.asking.action and self.case.version != self._version:
            self.conflict = await conflict.since(session, actor, self._number, self._version)
            self.changed_by_other = True

    def _named(self) -> str:
        return str(self.router.url.path).strip("/").split("/")[-1].upper()

    @rx.event(background=True)
    async def follow(self):
        """Keep the page live; an open dialog is told, not closed."""
        client, seen, whole, rounds, only = uuid4().hex, None, False, 0, ""
        for _ in range(LOADS):  # both begin together: what is followed is known when the page is loaded
            async with self:
                only = self._case_id if self.loaded and self._number == self._named() else ""
            if only:
                break
            await asyncio.sleep(LOOKS)
        try:
            with hub.follow("case", presence.KIND, only=only, since=self._begun) as changes:
                while True:
                    async with following.turns.mine(), self:
                        if self.found and self.loaded and not self.barred:
                            with suppress(NotFound), outlasting():
                                async with self._acting(touch=False) as (session, actor):
                                    seen = actor
                                    await self._renew(session, actor, client, whole=whole)
                    rounds += 1
                    whole = bool(await changes.next(presence.BEAT)) or rounds % WORDS_EVERY == 0
        finally:
            await presence.gone(seen, number=self._number, client=client)

    async def _renew(self, session: AsyncSession, actor: Actor, client: str, *, whole: bool) -> None:
        # A page that follows: who else is here, and what changed under an open dialog.
        self.others_here = await presence.beat(session, actor, number=self._number, client=client)
        if not whole:
            return
        await self._frame(session, actor)
        await self._read(session, actor)
        await self._compare(session, actor)

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        at = now()
        view = await detail.get(session, actor, self._number, at=at)
        self._case_id, self.case = str(view.row.id), shapes.shown(view)
        self.answer = answers.answer(view.answer, view.result, Status(view.row.stored_status), at=at)
        sent = await notices.deliveries(session, actor, self._number, at=at)
        self.deliveries = [answers.delivery(one) for one in sent]
        self.risks = await risks_of(session, actor, self._number, at=at)
        self.ratings = [answers.rating(one) for one in view.ratings]
        self._published = view.answer.published_at is not None
        self.parties = [*map(shapes.party, view.parties), *(shapes.party(p, joined=True) for p in view.joined_parties)]
        self.hands = [shapes.hand(a) for a in view.assignments]
        self.pictures = [shapes.picture(p) for p in view.pictures]
        self.limits = [shapes.limit(d) for d in view.deadlines if d.holder_id is None]
        self.related, self.copies = shapes.related(view), shapes.copies(view)
        self.handlings = [shapes.handling(h) for h in await handlings.of(session, actor, self._number)]
        onward = await handlings.next_of(session, actor, self._number)
        self.awaited = Awaited(onward.label, onward.who)
        self.pending = shapes.pending(await handlings.pending(session, actor, self._number))
        self._lines = [shapes.line(entry) for entry in await detail.journal(session, actor, self._number)]
        self._narrow()
        self.nodes = [shapes.node(n) for n in await detail.process(session, actor, self._number, at=at)]
        self.may_reveal = actor.may(Permission.PERSON_REVEAL) and actor.sees(FieldLevel.REVEAL)
        self.may_print = actor.may(Permission.SLIP_PRINT)
        self._views = await actions.of(session, actor, self._number, at=at) if actor.may(Permission.CASE_WORK) else ()
        self.primary, self.others, self.whys = buttons(self._views, self.case)
        status = Status(view.row.stored_status)
        self.may_relate = actor.has(Role.CENTER_ADMIN) and status in OPEN
        self.may_merge = self.may_relate and status in MERGEABLE
        self.may_agree = shapes.may_agree(actor, view)

    @rx.event
    async def ask(self, action: str):
        """Open the dialog of a step, with what was typed before."""
        action = as_text(action)
        if action in BY_FORM:
            yield rx.redirect(f"/case-edit/{self._number}")
            return
        async with self._acting() as (session, actor):
            view = next((v for v in self._views if v.action == action and v.allowed), None)
            if view is None:
                raise ActionNotAllowed("这一步现在不能操作，请刷新后重试")
            kept = await drafts.find(session, actor, self._draft(action), tab=self._tab())
            typed = {name: str(text) for name, text in kept.content.items()} if kept else {}
            known = await beginning.given(session, actor, Action(action), at=now())
            self.typed = known | typed
            self.helping = await beginning.helping(session, actor, self._number, Action(action))
            self._assists = list(self.helping)
            restored = stamp(kept.saved_at, shapes.SHORT) if kept and any(typed.values()) else ""
            self.asking = Asking.of(view, called(view, self.case), published=self._published, restored=restored)
            back = await receiving.goes_back_to_nobody(session, actor, self._number, Action(action), at=now())
            self.asking.unattended = back
            self.departments, self._nobody = await receivers(session, Action(action), at=now())
            found = await suggested(session, actor, self._number, Action(action), at=now())
            self.asking.matter, self.asking.suggested = found
            await self._foretell(session, actor)
        self.typed = self.asking.begun(self.typed, self.answer.text, days=self.pending.days)
        self._ask_for(view)
        self.faults, self.uploads = {}, []
        for name in CHOOSERS & set(self.needs):
            self.faults = warned(self.faults, name, self.typed.get(name, ""), self._nobody)
        self.changed_by_other, self.conflict, self.refused = False, "", ""
        self.round += 1
        self._version = self.case.version

    def _ask_for(self, view: ActionView) -> None:
        needs = [n for n in view.needs if not (n.name == Need.TYPICAL_TEXT.value and self.case.typical)]
        if view.action in answers.SHOWN_IN and not self.pictures:
            needs = [n for n in needs if n.name != Need.SHOW_PICTURES.value]
        self.needs = [need.name for need in needs]
        self.required = [need.name for need in needs if need.required]

    async def _foretell(self, session: AsyncSession, actor: Actor) -> None:
        """Whom the step would tell, in words."""
        chosen = filter(None, (*(self.typed.get(name, "") for name in CHOOSERS), *self._assists))
        action = Action(self.asking.action)
        found = await notices.will_tell(session, actor, self._number, action, departments=tuple(chosen), at=now())
        self.asking.told = told_words(found)

    @rx.event
    async def close(self):
        """Close the dialog; what was typed is kept as a draft."""
        self._close()

    def _close(self) -> None:
        self.asking, self.faults, self.uploads = Asking(), {}, []
        self.changed_by_other, self.conflict, self.refused = False, "", ""

    def _draft(self, action: str) -> str:
        return f"case:{self._number}:{action}"

    @rx.event
    async def note(self, name: str, value: str):
        """Keep what was typed or chosen, so that a reload loses nothing."""
        await self._note(as_text(name), as_text(value))

    @rx.event
    async def pick(self, name: str, unit: str):
        """Fill a field with a department that was suggested: its list begins anew there."""
        if as_text(name) in CHOOSERS and as_text(unit) in {one.value for one in self.asking.suggested}:
            await self._note(as_text(name), as_text(unit))
            self.asking.picked += 1

    async def _note(self, name: str, value: str) -> None:
        if self.asking.action and name in KEPT:
            self.typed = {**self.typed, name: value}
            async with self._acting() as (session, actor):
                form = self._draft(self.asking.action)
                await drafts.keep(session, actor, form, self.typed, tab=self._tab(), at=now())
                if name in CHOOSERS:
                    self.faults = warned(self.faults, name, value, self._nobody)
                    await self._foretell(session, actor)

    @rx.event
    async def discard(self):
        """Drop what was restored into the open dialog, and begin it anew."""
        async with self._acting() as (session, actor):
            await drafts.drop_all(session, actor, self._draft(self.asking.action))
        return CaseState.ask(self.asking.action) if self.asking.action else None

    @rx.event
    async def choose_assist(self, unit: str, wanted: bool):
        """Tell who hears of the step when this department assists, or does not."""
        unit = as_text(unit)
        if self.asking.action and unit in {choice.value for choice in self.departments}:
            others = [one for one in self._assists if one != unit]
            self._assists = [*others, unit] if wanted is True else others
            async with self._acting() as (session, actor):
                await self._foretell(session, actor)

    @rx.event
    async def uploaded(self, ids: list[str]):
        """Note which pictures belong to the open dialog."""
        async with self._acting():
            self.uploads = [str(i) for i in ids][:20] if isinstance(ids, list) else []

    @rx.event
    async def take_step(self, form: dict):
        """Take the step whose dialog was sent."""
        action, reading = self.asking.action, Reading(as_form(form))
        if not action:
            return
        try:
            async with self._acting() as (session, actor):
                given, seen = step_input(reading, self.uploads), self._version
                # the page follows live: what counts is the version that the person decided on
                with reading.joined():
                    await take(
                        session, actor, number=self._number, action=Action(action), given=given, at=now(), version=seen
                    )
                await drafts.drop_all(session, actor, self._draft(action))
                await self._frame(session, actor)
                await self._read_if_visible(session, actor)
        except Invalid as refusal:
            self.faults, self.refused = refusal.fields, ""
            yield rx.toast.error(refusal.message.split("；")[0])
            return
        except (ActionNotAllowed, NotPermitted) as refusal:
            # told inside the dialog, which lies above the page's messages
            self.faults, self.refused = {}, refusal.message
            return
        except ChangedMeanwhile as refusal:
            # the dialog stays with all that was typed: the person decides on what the case has become
            self.changed_by_other, self.conflict = True, refusal.message
            return
        label = self.asking.label
        self._close()
        yield rx.toast.success(f"{label}成功")

    async def _read_if_visible(self, session: AsyncSession, actor: Actor) -> None:
        try:
            await self._read(session, actor)
        except NotFound:
            self.found = False

    @rx.event
    async def look_again(self):
        """Let the open dialog decide on what the case has become meanwhile."""
        async with self._acting() as (session, actor):
            await self._frame(session, actor)
            await self._read(session, actor)
        view = next((v for v in self._views if v.action == self.asking.action), None)
        if view is None or not view.allowed:
            # what was typed stays to be copied; there is nothing left to decide here
            why = view.reason if view else "您已不能办理该件"
            self.changed_by_other, self.conflict = True, f"{self.asking.label}已不能办理：{why}"
            return
        self._ask_for(view)
        self._version, self.changed_by_other, self.conflict = self.case.version, False, ""

    @rx.event
    async def show_lines(self, kind: str):
        """Narrow the journal to one kind of lines."""
        async with self._acting():
            self.lines_shown = as_text(kind) if kind in LINE_KINDS else "all"
            self._narrow()

    def _narrow(self) -> None:
        self.lines = [one for one in self._lines if self.lines_shown in {"all", one.kind}]
