"""One step on many cases: who would be reached and why not, then each case as an act of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.inputs import StepInput
from domain.cases.operations.take import take
from domain.cases.process import STANDARD
from domain.cases.queries import actions, bulk, foreseeing
from domain.cases.vocabulary import Action, Need
from domain.kernel import drafts
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.flow.deciding import require_role
from domain.kernel.refusals import Invalid, NotSignedIn, Refusal
from domain.notices import queries as notices
from state.cases.given import step_input
from state.cases.listing import CaseListState
from state.cases.receivers import receivers, suggested_for, told_words
from state.cases.shapes import SHORT
from state.clock import now
from state.inputs import Choice, Reading, as_form, as_text

SAMPLE = 5
"""Cases that are asked whom the step tells and which clocks it starts; more make the dialog wait."""
READING, ASKING, RUNNING, DONE = "reading", "asking", "running", "done"


@dataclass
class Chosen:
    """One chosen case: whether the step would reach it, and later what came of it."""

    number: str = ""
    title: str = ""
    status: str = ""
    allowed: bool = False
    reason: str = ""
    tried: bool = False
    fault: str = ""


class BulkState(CaseListState):
    """The dialog of a step on the marked cases of a list."""

    phase: str = ""
    act: str = ""
    act_label: str = ""
    chosen: list[Chosen] = []
    ticked: list[str] = []
    allowed: int = 0
    units: list[Choice] = []
    needs: list[str] = []
    required: list[str] = []
    faults: dict[str, str] = {}
    opinion: str = ""
    told: str = ""
    starts: str = ""
    foreseen: str = ""
    """What giving the ticked cases to the chosen department does to their nearest limits; empty until one is chosen."""
    examples: list[str] = []
    matter: str = ""
    """What the suggested departments took before: the categories of the ticked cases."""
    suggested: list[Choice] = []
    lead: str = ""
    picked: int = 0
    """How often a suggestion was pressed: the list of units is drawn anew then."""
    done: int = 0
    failed: int = 0
    round: int = 0
    restored: str = ""
    """When the opinion in the dialog was typed that an earlier one left behind; empty: nothing was restored."""
    _assists: list[str] = []
    _versions: dict[str, int] = {}
    _nobody: dict[str, str] = {}
    _opened_on: str = ""

    @rx.event
    async def ask(self, action: str):
        """Open the dialog of a step on the marked cases, with what would become of each."""
        step = next((one for one in bulk.BULK if one.value == as_text(action)), None)
        if step is None or not self.selected:
            return
        self.phase, self._opened_on = READING, self.shown
        yield
        try:
            async with self._acting() as (session, actor):
                require_role(STANDARD, actor, step)
                rows = await bulk.preview(session, actor, list(self.selected), step, at=now())
                self._show(step, rows)
                self.units, self._nobody = await receivers(session, step, at=now())
                await self._learn(session, actor)
                await self._restore(session, actor)
            self.phase = ASKING
        finally:
            if self.phase == READING:
                self.phase = ""

    def _show(self, step: Action, rows: Sequence[bulk.BulkRow]) -> None:
        self.act, self.act_label = step.value, step.label
        self.chosen = [Chosen(r.number, r.title, r.status_label, r.allowed, r.reason) for r in rows]
        self.ticked = [r.number for r in rows if r.allowed]
        self.allowed = len(self.ticked)
        self._versions = {r.number: r.version for r in rows}
        self.lead, self._assists, self.faults = "", [], {}
        self.matter, self.suggested = "", []
        self.done = self.failed = 0
        self.round += 1

    async def _learn(self, session: AsyncSession, actor: Actor) -> None:
        # What the step asks for and which clocks it starts, as the first cases that it would reach say.
        at, found = now(), []
        for number in self.ticked[:SAMPLE]:
            views = await actions.of(session, actor, number, at=at)
            found += [view for view in views if view.action == self.act and view.allowed]
        self.needs = _once(need.name for view in found for need in view.needs)
        self.required = _once(need.name for view in found for need in view.needs if need.required)
        self.starts = "；".join(_once(view.starts for view in found))
        await self._suggest(session, actor)
        await self._foretell(session, actor)

    async def _suggest(self, session: AsyncSession, actor: Actor) -> None:
        """Which departments took such cases before; the choice stays with the person."""
        found = await suggested_for(session, actor, self.ticked, Action(self.act), at=now())
        self.matter, self.suggested = found

    async def _foretell(self, session: AsyncSession, actor: Actor) -> None:
        """Whom the step would tell and what it does to the nearest limits, in words."""
        await self._foresee(session, actor)
        units = tuple(filter(None, (self.lead, *self._assists)))
        reached: dict[str, int] = {}
        for number in self.ticked[:SAMPLE]:
            told = await notices.will_tell(session, actor, number, Action(self.act), departments=units, at=now())
            reached |= {label: max(count, reached.get(label, 0)) for label, count in told}
        words = told_words(reached.items())
        same = self.act == Action.DISPATCH.value
        self.told = f"{words}等" if words and not same and len(self.ticked) > SAMPLE else words

    async def _foresee(self, session: AsyncSession, actor: Actor) -> None:
        self.foreseen, self.examples = "", []
        if self.lead and self.ticked:
            found = await foreseeing.bulk(session, actor, self.ticked, Action(self.act), self.lead, at=now())
            self.foreseen, self.examples = (found.sentence, list(found.examples)) if found else ("", [])

    @rx.event
    async def tick(self, number: str):
        """Take a case out of the step, or in again."""
        async with self._acting() as (session, actor):
            open_to = {row.number for row in self.chosen if row.allowed}
            if self.phase == ASKING and as_text(number) in open_to:
                wanted = set(self.ticked) ^ {as_text(number)}
                self.ticked = [row.number for row in self.chosen if row.number in wanted]
                await self._suggest(session, actor)
                await self._foretell(session, actor)

    @rx.event
    async def choose_lead(self, unit: str):
        """Tell who hears of the step when this department leads."""
        await self._choose(as_text(unit)[:40], self._assists)

    @rx.event
    async def pick(self, unit: str):
        """Choose a department that was suggested: the list of units begins anew there."""
        if as_text(unit) in {one.value for one in self.suggested}:
            await self._choose(as_text(unit), self._assists)
            self.picked += 1

    @rx.event
    async def choose_assist(self, unit: str, wanted: bool):
        """Tell who hears of the step when this department assists, or does not."""
        others = [one for one in self._assists if one != as_text(unit)]
        await self._choose(self.lead, [*others, as_text(unit)[:40]] if wanted is True else others)

    async def _choose(self, lead: str, assists: Sequence[str]) -> None:
        if self.phase != ASKING:
            return
        known = {choice.value for choice in self.units}
        self.lead = lead if lead in known else ""
        self._assists = [unit for unit in assists if unit in known]
        self.faults = {Need.LEAD.value: self._nobody[lead]} if lead in self._nobody else {}
        async with self._acting() as (session, actor):
            await self._foretell(session, actor)

    @rx.event
    async def note(self, text: str):
        """Keep the opinion, so that a closed dialog or a reload loses nothing."""
        if self.phase == ASKING:
            self.opinion = as_text(text)
            async with self._acting() as (session, actor):
                typed = {"opinion": self.opinion}
                await drafts.keep(session, actor, _draft(self.act), typed, tab=self._tab(), at=now())

    async def _restore(self, session: AsyncSession, actor: Actor) -> None:
        kept = await drafts.find(session, actor, _draft(self.act), tab=self._tab())
        self.opinion = str(kept.content.get("opinion", "")) if kept else ""
        self.restored = stamp(kept.saved_at, SHORT) if kept and self.opinion else ""

    @rx.event
    async def discard(self):
        """Drop the opinion that was restored."""
        if self.phase == ASKING:
            async with self._acting() as (session, actor):
                await drafts.drop_all(session, actor, _draft(self.act))
            self.opinion = self.restored = ""
            self.round += 1

    @rx.event
    async def run(self, form: dict):
        """Take the step on each ticked case, and tell what came of each."""
        if self.phase != ASKING or not self.ticked:
            return
        reading = Reading(as_form(form))
        given = self._given(reading)
        if reading.faults:
            self.faults = reading.faults
            return
        self.phase, self.done, self.failed, self.faults = RUNNING, 0, 0, {}
        yield
        try:
            for place, number in enumerate(list(self.ticked)):
                refusal = await self._take(number, given)
                if place == 0 and isinstance(refusal, Invalid) and set(refusal.fields) & set(self.needs):
                    # what is missing is missing for all of them: nothing was done yet
                    self.phase, self.faults = ASKING, refusal.fields
                    return
                self._note_result(number, refusal)
                yield
            await self._finish()
        finally:
            if self.phase == RUNNING:
                self.phase = DONE

    def _given(self, reading: Reading) -> StepInput:
        given = step_input(reading)
        # none chosen: each case keeps its own
        return given.model_copy(update={"assist_departments": given.assist_departments or None})

    async def _take(self, number: str, given: StepInput) -> Refusal | None:
        try:
            async with self._acting() as (session, actor):
                await take(
                    session,
                    actor,
                    number=number,
                    action=Action(self.act),
                    given=given,
                    at=now(),
                    version=self._versions.get(number),
                )
        except NotSignedIn:
            raise  # nobody is there any more: the rest must not be told as refused one by one
        except Refusal as refusal:
            return refusal
        return None

    def _note_result(self, number: str, refusal: Refusal | None) -> None:
        for row in self.chosen:
            if row.number == number:
                row.tried, row.fault = True, refusal.message if refusal else ""
        self.done += 1
        self.failed += refusal is not None

    async def _finish(self) -> None:
        # The list as it is now; what failed stays marked, to be looked at or tried again.
        failed = [row.number for row in self.chosen if row.tried and row.fault]
        self.chosen = sorted(self.chosen, key=lambda row: (not row.fault, not row.tried))
        self.selected, self.opinion = failed, ""
        async with self._acting() as (session, actor):
            await drafts.drop_all(session, actor, _draft(self.act))
            await self._frame(session, actor)
            await self._read(session, actor)

    @rx.event
    async def close(self):
        async with self._acting():
            self.phase, self.faults = "", {}

    @rx.event
    async def put_away(self):
        """Close the dialog where another list opens than the one that it was opened on; what runs goes on."""
        if self.phase in {ASKING, DONE} and self._opened_on != self.shown:
            async with self._acting():
                self.phase, self.faults = "", {}


def _draft(action: str) -> str:
    return f"bulk:{action}"


def _once(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(word for word in words if word))
