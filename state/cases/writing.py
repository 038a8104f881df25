"""Writing a case: from today's visitor to an accepted case in one page; also mending a draft."""

from __future__ import annotations

from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.areas import queries as areas
from domain.areas.models import Level
from domain.cases.inputs import CaseChanges, CaseInput, PartyInput, StepInput
from domain.cases.operations.create import create
from domain.cases.operations.saying import learn
from domain.cases.operations.take import take
from domain.cases.queries import detail
from domain.cases.schemas import CaseSummary
from domain.cases.vocabulary import Action, Status
from domain.kernel import drafts
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound
from domain.notices import queries as notices
from domain.visits import queries as visits
from state.cases import shapes
from state.cases.given import besides, joined, party_in, place_of
from state.cases.listing import CaseListState
from state.cases.shapes import PartyShown
from state.cases.visitors import Waiting, in_order
from state.categories import offers
from state.clock import now
from state.inputs import Choice, Offer, Reading, as_form, as_text, text_in
from state.kit import following
from state.session import SignedInState

MOST_PARTIES = 10
MOST_NAME = 40
FORM = "case"
_MATTER = frozenset(CaseChanges.model_fields)
_EMPTY = dict.fromkeys(_MATTER - {"parties"}, "")
"""The form holds the whole matter: what it was sent without was emptied."""


class CaseFormState(SignedInState):
    """One browser's case form."""

    waiting: list[Waiting] = []
    visit: Waiting = Waiting()
    kept: list[PartyShown] = []
    extra: list[int] = []
    besides: list[int] = []
    """Places of typed parties who are no petitioners."""
    initial: dict[str, str] = {}
    filled: dict[str, str] = {}
    """What the cited visitor says of the case; it goes into fields in which nothing else stands."""
    faults: dict[str, str] = {}
    round: int = 0
    loaded: bool = False
    may_submit: bool = False
    editing: str = ""
    editing_label: str = ""
    category_choices: list[Offer] = []
    area_choices: list[Choice] = []
    done: str = ""
    done_status: str = ""
    done_told: str = ""
    draft_saved: str = ""
    restored: str = ""
    """When it was typed what stands in the form and was not sent; empty: nothing was restored."""
    offered: str = ""
    """When another tab left something; empty: none did."""
    _typed: dict[str, str] = {}
    _intent: str = ""
    _version: int = 0
    _action: str = ""

    @rx.event
    async def load(self):
        """Open an empty form, or the one that was not sent last time."""
        async with self._opening() as (session, actor):
            actor.require(Permission.CASE_CREATE)
            await self._open(session, actor, "/cases/new")
            self.editing = self._action = ""
            await self._find_draft(session, actor)
            kept = self._typed.get("visit", "")
            self._cite(self.router.url.query_parameters.get("visit", "") or kept)
            if self.visit.id not in {"", kept}:
                self._know(Waiting())
                self.initial = dict(self._typed)
        self.loaded = True

    @rx.event
    async def load_for_edit(self):
        """Open the form of a case that is not dispatched yet."""
        number = str(self.router.url.path).strip("/").split("/")[-1].upper()
        listing = await self.get_state(CaseListState)
        try:
            async with self._opening() as (session, actor):
                actor.require(Permission.CASE_CREATE)
                await self._open(session, actor, listing._came_from(number))  # noqa: SLF001 - the tab's own list
                view = await detail.get(session, actor, number, at=now())
                status = Status(view.row.status) if view.row.status in set(Status) else Status.VOID
                self._action = Action.RESUBMIT if status is Status.TO_SUPPLEMENT else Action.EDIT
                self.editing, self.editing_label = number, Action(self._action).label
                self._version = view.row.version
                self.kept = [shapes.party(p) for p in view.parties]
                self.visit, self.filled = Waiting(), {}
                await self._find_draft(session, actor)
                self.initial = {
                    "title": view.row.title,
                    "content": view.content,
                    "category": view.category_code,
                    "area": view.area_code,
                    "source": view.source,
                    "occurred_at": shapes.moment_typed(view.occurred_at),
                    "risk_level": view.row.risk,
                    "scale": view.scale,
                    "headcount": str(view.headcount),
                    "amount": "" if view.amount is None else str(view.amount),
                    "major": "on" if view.major else "",
                    "urgent": "on" if view.row.urgent else "",
                    **self._typed,
                }
        except NotFound:
            return rx.redirect("/cases")  # the page counts as not opened: no form is drawn of what is not there
        self.loaded = True
        return None

    async def _find_draft(self, session: AsyncSession, actor: Actor) -> None:
        """Restore what was typed in this tab; what another one left is offered, since it may still be open."""
        kept = await drafts.find(session, actor, self._form(), tab=self._tab())
        mine = kept is not None and kept.tab == self._tab()
        self._restore({name: str(value) for name, value in kept.content.items()} if kept and mine else {})
        when = stamp(kept.saved_at, shapes.SHORT) if kept and any(kept.content.values()) else ""
        self.restored, self.offered = (when, "") if mine else ("", when)

    @rx.event
    async def take_up(self):
        """Go on in this tab with what another one left; what was typed here stands."""
        async with self._acting() as (session, actor):
            kept = await drafts.find(session, actor, self._form(), tab=self._tab(), elsewhere=True)
            if kept is None:
                raise ActionNotAllowed("这份草稿已在别处继续填写或已提交")
            await drafts.drop(session, actor, self._form(), tab=kept.tab)
            held = self.initial if self.editing else {}
            self._restore(joined(self._typed, {name: str(value) for name, value in kept.content.items()}))
            self.initial = {**held, **self.initial}
            if not self.editing:
                self._cite(self._typed.get("visit", ""))
            await self._keep(session, actor)
        self.restored, self.offered = self.offered, ""

    @rx.event
    async def discard(self):
        """Drop what was restored or offered; a form that is being filled in another tab keeps itself again."""
        async with self._acting() as (session, actor):
            await drafts.drop_all(session, actor, self._form())
            restored, self.restored, self.offered, self.draft_saved = self.restored, "", "", ""
            if restored and self.editing:
                return CaseFormState.load_for_edit
            if restored:
                self._restore({})
                self._cite("")
        return None

    async def _open(self, session: AsyncSession, actor: Actor, here: str) -> None:
        self.here, self.faults, self.done, self.draft_saved, self._intent = here, {}, "", "", ""
        self.restored = self.offered = ""
        self.may_submit = actor.may(Permission.SLIP_PRINT)
        self.kept = []
        await self._queue(session, actor)
        self.category_choices = await offers(session)
        places = await areas.all_areas(session)
        names = {a.path: a.name for a in places}
        self.area_choices = [
            Choice(a.code, f"{_parent(names, a.path)}{a.name}")
            for a in places
            if a.level in {Level.TOWNSHIP, Level.VILLAGE}
        ]

    @rx.event(background=True)
    async def follow(self):
        """Keep the list of waiting visitors live."""
        await following.follow(self, "visit", read="_queue")

    async def _queue(self, session: AsyncSession, actor: Actor) -> None:
        if not actor.may(Permission.VISIT_VIEW):
            return
        waiting = await visits.waiting(session, actor, at=now())
        self.waiting = in_order(waiting)

    def _restore(self, content: dict[str, str]) -> None:
        self._typed, self.initial = content, dict(content)
        self.extra = sorted({place for name in content if (place := place_of(name)) is not None})[:MOST_PARTIES]
        self.besides = besides(content)
        self.round += 1

    def _cite(self, visit_id: str) -> None:
        self.visit = next((w for w in self.waiting if w.id == visit_id), Waiting())
        self.filled = self.visit.known()
        if not self.visit.id and not self.extra:
            self.extra = [0]

    @rx.event
    async def cite(self, visit_id: str):
        """Make a waiting visitor the petitioner of the case."""
        async with self._acting() as (session, actor):
            before = self.visit
            self._cite(as_text(visit_id))
            if self.visit.id and self.extra == [0] and not any(k.startswith("p0_") for k in self._typed):
                self.extra = []
            self._typed["visit"] = self.visit.id
            self._know(before)
            await self._keep(session, actor)

    def _know(self, before: Waiting) -> None:
        """Note what the desk wrote down where nothing else was typed, as the open form does with `filled`."""
        was, known = before.known(), self.visit.known()
        free = {name: text for name, text in known.items() if self._typed.get(name, "") in {"", was[name]}}
        self._typed = {name: text for name, text in {**self._typed, **free}.items() if text}

    @rx.event
    async def uncite(self):
        """Take the cited visitor off the case."""
        async with self._acting() as (session, actor):
            before = self.visit
            self._cite("")
            self._typed.pop("visit", None)
            self._know(before)
            await self._keep(session, actor)

    @rx.event
    async def add_party(self):
        """Add an empty party."""
        async with self._acting():
            if len(self.extra) < MOST_PARTIES:
                self.extra = [*self.extra, max(self.extra, default=-1) + 1]

    @rx.event
    async def drop_party(self, place: int):
        """Remove a party that was typed."""
        async with self._acting() as (session, actor):
            self.extra = [p for p in self.extra if p != place]
            self._typed = {k: v for k, v in self._typed.items() if not k.startswith(f"p{place}_")}
            await self._keep(session, actor)

    @rx.event
    async def drop_kept(self, party_id: str):
        """Take a party off the case that is being mended; it counts when saved."""
        async with self._acting():
            self.kept = [p for p in self.kept if p.id != party_id]

    @rx.event
    async def note(self, name: str, value: str):
        """Keep what was typed into a field, so that a reload loses nothing."""
        if as_text(name) and len(name) <= MOST_NAME and not self.done:
            async with self._acting() as (session, actor):
                if not self.loaded:
                    await self._recall(session, actor)
                self._typed[name] = as_text(value)
                self._keep_place(name)
                self.besides = besides(self._typed)
                await self._keep(session, actor)

    async def _recall(self, session: AsyncSession, actor: Actor) -> None:
        """Know what was kept already: a page whose server was away tells what was typed before it loads anew."""
        kept = await drafts.load(session, actor, self._form(), tab=self._tab())
        self._typed = {name: str(text) for name, text in kept.items()}

    def _keep_place(self, name: str) -> None:
        """Show the party again whose fields went while somebody typed in them."""
        place = place_of(name)
        if place not in {None, *self.extra} and self._typed[name] and len(self.extra) < MOST_PARTIES:
            self.initial = {**self.initial, name: self._typed[name]}
            self.extra = sorted([*self.extra, place])

    async def _keep(self, session: AsyncSession, actor: Actor) -> None:
        await drafts.keep(session, actor, self._form(), self._typed, tab=self._tab(), at=now())
        self.draft_saved = stamp(now(), "%H:%M:%S")

    def _form(self) -> str:
        """Name what is kept of this page: of a case that is being mended, its own."""
        first, *rest = str(self.router.url.path).strip("/").split("/")
        return f"case-edit:{rest[-1].upper()}" if first == "case-edit" and rest else FORM

    @rx.event
    async def intend(self, intent: str):
        """Note which button sends the form."""
        async with self._acting():
            self._intent = as_text(intent) if as_text(intent) in {"draft", "submit"} else ""

    @rx.event
    async def send(self, form: dict):
        """Make the case and, unless only a draft was wanted, submit it; both or nothing."""
        reading = Reading(_EMPTY | as_form(form))
        if self.done:
            return None  # pressed twice: the case was made
        try:
            async with self._acting() as (session, actor):
                if self.editing:
                    await self._mend(session, actor, reading)
                    await drafts.drop_all(session, actor, self._form())
                    return rx.redirect(f"/case/{self.editing}")
                made = await self._make(session, actor, reading)
                accepted = made.status is Status.TO_DISPATCH
                told = await notices.foretold_of(session, actor, made.number, at=now()) if accepted else ""
                await drafts.drop(session, actor, FORM, tab=self._tab())
        except Invalid as refusal:
            self.faults = self._by_field(refusal.fields)
            return rx.toast.error(refusal.message.split("；")[0])
        self.done, self.done_status, self.done_told = made.number, made.status.value, told
        self.faults, self._intent = {}, ""
        return rx.toast.success("已受理" if made.status is Status.TO_DISPATCH else "草稿已保存")

    async def _make(self, session: AsyncSession, actor: Actor, reading: Reading) -> CaseSummary:
        submits = self._intent != "draft" and actor.may(Permission.SLIP_PRINT)
        visit = UUID(self.visit.id) if self.visit.id else None
        wanted = reading.take(CaseInput, parties=self._typed_parties(reading), visit_id=visit)
        with reading.joined():
            made = await create(session, actor, wanted, at=now(), complete=submits)
        if not submits:
            return made
        await learn(session, category=wanted.category or "", typed=text_in(reading.form, "category_sought", most=100))
        return await take(session, actor, number=made.number, action=Action.SUBMIT, given=StepInput(), at=now())

    async def _mend(self, session: AsyncSession, actor: Actor, reading: Reading) -> None:
        kept = tuple(PartyInput(party_id=UUID(p.id)) for p in self.kept)
        given = reading.take(StepInput, only=_MATTER, parties=(*kept, *self._typed_parties(reading)))
        act, seen = Action(self._action), self._version
        with reading.joined():
            await take(session, actor, number=self.editing, action=act, given=given, at=now(), version=seen)

    def _typed_parties(self, reading: Reading) -> tuple[PartyInput, ...]:
        return tuple(party_in(reading, place) for place in self.extra)

    def _by_field(self, fields: dict[str, str]) -> dict[str, str]:
        """Faults of the n-th party are told under the inputs of that party."""
        found = {}
        start = len(self.kept)
        for name, sentence in fields.items():
            parts = name.split(".")
            if len(parts) == 3 and parts[0] == "parties":
                place = int(parts[1]) - start
                key = f"p{self.extra[place]}_{parts[2]}" if 0 <= place < len(self.extra) else "parties"
                found[key] = sentence
            else:
                found[name] = sentence
        return found

    @rx.event
    async def next_one(self):
        """Open an empty form for the next matter."""
        async with self._acting() as (session, actor):
            await drafts.drop(session, actor, FORM, tab=self._tab())
            await self._frame(session, actor)
            await self._open(session, actor, "/cases/new")
            self._restore({})
            self._cite("")


def _parent(names: dict[str, str], path: str) -> str:
    # A village is named with its township before it; a township stands alone.
    upper = path.rstrip("/").rsplit("/", 1)[0] + "/"
    return f"{names[upper]} / " if upper.count("/") > 2 and upper in names else ""
