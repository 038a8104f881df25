"""How long what is kept: the rules with their preview, the holds, what was ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel import bounds
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.refusals import ChangedMeanwhile, Invalid, NotFound
from domain.orgs import queries as orgs
from domain.retention import operations, queries, rules
from domain.retention.models import Ending, Kind
from domain.retention.schemas import HoldView, Preview, RuleView, RunView
from state.clock import now
from state.inputs import Reading, as_form, as_text, flag_in, number_in, text_in
from state.session import SignedInState

DAY = "%Y-%m-%d"


@dataclass
class RuleShown:
    """One rule as text."""

    kind: str = ""
    label: str = ""
    period: str = ""
    days: str = ""
    action: str = ""
    state: str = ""
    tone: str = "gray"
    active: bool = False
    note: str = ""
    by: str = ""
    since: str = ""
    fixed: bool = False
    personal: bool = False


@dataclass
class Found:
    """What a preview found."""

    ready: bool = False
    days: int = 0
    count: int = 0
    sentence: str = ""
    samples: list[str] = field(default_factory=list)


@dataclass
class HoldShown:
    """One hold as text."""

    id: str = ""
    number: str = ""
    reason: str = ""
    by: str = ""
    since: str = ""
    until: str = ""


@dataclass
class RunShown:
    """One batch as text."""

    when: str = ""
    kind: str = ""
    action: str = ""
    count: str = ""


class RetentionState(SignedInState):
    """One browser's page of retention."""

    loaded: bool = False
    rules: list[RuleShown] = []
    past: list[RuleShown] = []
    holds: list[HoldShown] = []
    runs: list[RunShown] = []
    asked: RuleShown = RuleShown()
    found: Found = Found()
    holding: bool = False
    ending: HoldShown = HoldShown()
    faults: dict[str, str] = {}
    turn: int = 0

    @rx.event
    async def load(self):
        """Open the page."""
        async with self._opening() as (session, actor):
            self._shut()
            await self._read(session, actor)
        self.loaded = True

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        current, past = await queries.rules_of(session, actor), await queries.past_rules(session, actor)
        held = await queries.holds(session, actor)
        people = {one.set_by for one in (*current, *past, *held)} | {one.ended_by for one in held}
        names = await orgs.staff_names(session, {one for one in people if one})
        self.rules, self.past = [_rule(one, names) for one in current], [_rule(one, names) for one in past]
        self.holds = [_hold(one, names) for one in held]
        self.runs = [_run(one) for one in await queries.runs(session, actor)]

    def _shut(self) -> None:
        self.asked, self.found, self.ending = RuleShown(), Found(), HoldShown()
        self.holding, self.faults = False, {}
        self.turn += 1

    @rx.event
    async def close(self):
        async with self._acting():
            self._shut()

    @rx.event
    async def ask(self, kind: str):
        """Open the dialog of a kind, with a preview of the rule that holds."""
        async with self._acting() as (session, actor):
            self._shut()
            one = next((rule for rule in self.rules if rule.kind == kind), None)
            if one is not None:
                self.found = _found(await queries.preview(session, actor, Kind(one.kind), days=int(one.days), at=now()))
                self.asked = one

    @rx.event
    async def preview(self, days: str):
        """Show what another period would end now."""
        async with self._acting() as (session, actor):
            self.found, self.faults = Found(), {}
            kind = Kind(self.asked.kind) if self.asked.kind else Kind.DRAFT
            try:
                number = bounds.whole(as_text(days), label="期限", within=rules.STANDARDS[kind].bounds, field="days")
            except Invalid as refusal:
                self.faults = refusal.fields
                return
            self.found = _found(await queries.preview(session, actor, kind, days=number, at=now()))

    @rx.event
    async def send(self, form: dict):
        """Set the rule of the open kind."""
        reading = Reading(as_form(form))
        try:
            async with self._acting() as (session, actor):
                days = reading(number_in, "days", -1, label="期限")
                seen = self.found.count if self.found.ready and self.found.days == days else None
                with reading.joined():
                    await operations.set_rule(
                        session,
                        actor,
                        Kind(self.asked.kind),
                        days=days,
                        active=flag_in(reading.form, "active"),
                        note=text_in(reading.form, "note", most=500),
                        seen=seen,
                        at=now(),
                    )
                await self._read(session, actor)
        except Invalid as refusal:
            self.faults = refusal.fields
            return None
        except ChangedMeanwhile as refusal:
            self.faults = {"days": refusal.message}
            return None
        except ValueError:
            raise NotFound("没有这类数据") from None
        self._shut()
        return rx.toast.success("已设置")

    @rx.event
    async def ask_hold(self):
        """Open the dialog that puts a case on hold."""
        async with self._acting():
            self._shut()
            self.holding = True

    @rx.event
    async def hold(self, form: dict):
        """Put a case on hold."""
        reading = Reading(as_form(form))
        number = text_in(reading.form, "number", most=40).strip()
        if not number:
            reading.refuse("number", "请填写案件编号")
        try:
            async with self._acting() as (session, actor):
                reason = text_in(reading.form, "reason", most=500)
                with reading.joined():
                    await operations.hold(session, actor, number=number, reason=reason, at=now())
                await self._read(session, actor)
        except Invalid as refusal:
            self.faults = refusal.fields
            return None
        except NotFound as refusal:
            self.faults = {"number": refusal.message}
            return None
        self._shut()
        return rx.toast.success("已设为法定保留")

    @rx.event
    async def ask_end(self, hold_id: str):
        """Open the dialog that ends a hold."""
        async with self._acting():
            self._shut()
            self.ending = next((one for one in self.holds if one.id == hold_id and not one.until), HoldShown())

    @rx.event
    async def end(self, form: dict):
        """End the hold."""
        try:
            async with self._acting() as (session, actor):
                reason = text_in(as_form(form), "reason", most=500)
                await operations.end_hold(session, actor, hold_id=_uuid(self.ending.id), reason=reason, at=now())
                await self._read(session, actor)
        except Invalid as refusal:
            self.faults = refusal.fields
            return None
        self._shut()
        return rx.toast.success("已解除法定保留")


def _rule(one: RuleView, names: dict[UUID, str]) -> RuleShown:
    fixed = one.kind in rules.FIXED
    state, tone = ("固定", "gray") if fixed else ("已启用", "green") if one.active else ("未启用", "orange")
    if one.ended_at:
        state, tone = f"{stamp(one.ended_at, DAY)} 止", "gray"
    return RuleShown(
        kind=one.kind.value,
        label=one.kind.label,
        period="随时清除" if fixed and one.action is Ending.DELETE else rules.in_words(one.days),
        days=str(one.days),
        action=one.action.label,
        state=state,
        tone=tone,
        active=one.active,
        note=one.note,
        by=names.get(one.set_by, "") if one.set_by else "默认",
        since=stamp(one.set_at, DAY) if one.set_at else "",
        fixed=fixed,
        personal=one.kind in rules.PERSONAL,
    )


def _found(one: Preview) -> Found:
    if not one.count or one.oldest is None or one.newest is None:
        return Found(ready=True, days=one.days, sentence="现在没有到期的数据")
    span = f"{stamp(one.oldest, DAY)} 至 {stamp(one.newest, DAY)}"
    samples = [f"{mark}（{stamp(moment, DAY)}）" for mark, moment in one.samples]
    return Found(True, one.days, one.count, f"现有 {one.count} 项到期，时间从 {span}", samples)


def _hold(one: HoldView, names: dict[UUID, str]) -> HoldShown:
    until = f"{stamp(one.ended_at, DAY)} {names.get(one.ended_by, '') if one.ended_by else ''}" if one.ended_at else ""
    return HoldShown(
        str(one.id), one.number, one.reason, names.get(one.set_by, ""), stamp(one.set_at, DAY), until.strip()
    )


def _run(one: RunView) -> RunShown:
    count = f"{one.count} 件，{one.persons} 人" if one.persons and one.persons != one.count else f"{one.count} 项"
    return RunShown(stamp(one.at), one.kind, one.action, count)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("没有这项法定保留，或已解除") from None
