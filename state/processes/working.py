"""One process: its picture and table, and for a draft the form that changes it."""

from __future__ import annotations

from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar.models import Link
from domain.cases import categories, process
from domain.cases.models import ProcessState as Stage
from domain.cases.models import ProcessVersion
from domain.cases.operations import processes as operations
from domain.cases.process import STANDARD, Tweaks
from domain.cases.queries import limits, trial
from domain.cases.queries import processes as queries
from domain.kernel import drafts
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.refusals import ChangedMeanwhile, Invalid, NotFound, Refusal
from state.categories import offers_by_group
from state.clock import now
from state.inputs import Offer, as_form, as_text, flag_in, text_in
from state.processes import showing
from state.processes.editing import ROWS, bound_in, is_key, read, standard_roles, tweaks_of, typed_of, with_bound
from state.processes.shapes import (
    Bound,
    Group,
    LimitShown,
    Place,
    SkipShown,
    StatusShown,
    StepAsked,
    TrialShown,
    VersionShown,
    Way,
)
from state.session import SignedInState

SEEN = "seen"
"""Key of a kept form: the fingerprint of what it changes."""


class ProcessState(SignedInState):
    """One browser's process."""

    version: VersionShown = VersionShown()
    loaded: bool = False
    found: bool = True
    editable: bool = False
    unsaved: bool = False
    conflict: bool = False
    kept_at: str = ""
    places: list[Place] = []
    ways: list[Way] = []
    groups: list[Group] = []
    statuses: list[StatusShown] = []
    limits: list[LimitShown] = []
    skips: list[SkipShown] = []
    bound: list[Bound] = []
    lint: list[str] = []
    faults: dict[str, str] = {}
    note_text: str = ""
    own_limits: list[str] = []
    loosened: list[str] = []
    category_choices: list[Offer] = []
    binds: int = 0
    """How often a category was added: the field to type one in begins anew then."""
    asked: StepAsked = StepAsked()
    trial: TrialShown = TrialShown()
    enabling: bool = False
    round: int = 0
    _typed: dict[str, str] = {}
    _seen: str = ""

    @rx.event
    async def load(self):
        """Open the process that the address names."""
        self.loaded, self.found = False, True
        self.trial, self.asked, self.enabling, self.conflict = TrialShown(), StepAsked(), False, False
        async with self._opening() as (session, actor):
            try:
                await self._open(session, actor, str(self.router.url.path).strip("/").split("/")[-1])
            except NotFound:
                self.found = False
        self.loaded = True

    async def _open(self, session: AsyncSession, actor: Actor, name: str) -> None:
        queries.require_manager(actor)
        if name == "standard":
            self.version = VersionShown("standard", "标准流程", "standard", state_label="始终启用", tone="green")
            self._typed, self._seen, self.editable, self.unsaved = {}, "", False, False
        else:
            self.category_choices = await offers_by_group(session)
            version = await queries.find(session, actor, as_id(name))
            await self._take_in(session, actor, version)
        self.round += 1
        await self._judge(session)

    async def _take_in(self, session: AsyncSession, actor: Actor, version: ProcessVersion) -> None:
        counts = await queries.open_cases(session, actor)
        names = await queries.enablers(session, actor)
        open_cases = None if counts is None else counts.get(version.id, 0)
        self.version = showing.version_shown(version, open_cases, names.get(version.id, ""))
        self.editable = version.state is Stage.DRAFT
        self._typed, self._seen, self.unsaved, self.kept_at = typed_of(version), queries.fingerprint(version), False, ""
        kept = await drafts.load(session, actor, self._form()) if self.editable else {}
        if kept:
            self._typed = {str(key): str(text) for key, text in kept.items() if key != SEEN}
            self._seen, self.unsaved = str(kept.get(SEEN, "")), True
            self.conflict = self._seen != queries.fingerprint(version)

    def _form(self) -> str:
        return f"process:{self.version.id}"

    @rx.event
    async def note(self, name: str, value: str | bool):
        """Keep one field of the draft, so that a reload loses nothing."""
        name = as_text(name)
        if is_key(name):
            text = as_text(value).strip() if isinstance(value, str) else "on" if value is True else ""
            await self._change({**self._unit_beside(name, text), name: text})

    def _unit_beside(self, name: str, text: str) -> dict[str, str]:
        # A figure typed beside the unit that the form shows is meant in that unit: the one of the rule in force.
        kind, _, part = name.rpartition(".")
        shown = next((one.unit for one in self.limits if kind == f"limit.{one.link}"), "")
        return {f"{kind}.unit": shown} if shown and text and part in {"yellow", "red"} else {}

    @rx.event
    async def bind(self, form: dict):
        """Bind the process to a category, or to a whole group."""
        code = text_in(as_form(form), "category", most=10)
        if code and any(c.startswith(code) for c in categories.CATEGORIES):
            await self._change({"categories": with_bound({}, [*bound_in(self._typed), code])["categories"]})
            self.binds += 1

    @rx.event
    async def unbind(self, code: str):
        """Take a category off the process."""
        left = [one for one in bound_in(self._typed) if one != as_text(code)]
        await self._change({"categories": ",".join(left)})

    @rx.event
    async def ask_step(self, row: str):
        """Open the dialog of a row."""
        async with self._acting() as (_, actor):
            queries.require_manager(actor)
            if as_text(row) in ROWS and self.editable:
                self.asked, self.faults = showing.asked(row, self._typed, STANDARD), {}

    @rx.event
    async def close(self):
        async with self._acting():
            self.asked, self.enabling = StepAsked(), False

    @rx.event
    async def keep_step(self, form: dict):
        """Put the changes of a row into the draft."""
        given, row = as_form(form), self.asked.row
        if row not in ROWS:
            return
        label = text_in(given, "label", most=100).strip()
        roles = [box.value for box in self.asked.roles if flag_in(given, f"role_{box.value}")]
        if not self.asked.fixed_roles and not roles:
            self.faults = {"roles": "至少选择一个角色"}
            return
        if len(label) > process.MAX_LABEL:
            self.faults = {"label": f"名称最长 {process.MAX_LABEL} 个字，现为 {len(label)} 个"}
            return
        asked_for = {"opinion": text_in(given, "opinion", most=5), "pictures": text_in(given, "pictures", most=20)}
        plain = self.asked.fixed_roles or set(roles) == {role.value for role in standard_roles(row)}
        changes = {"label": label, "who": "" if plain else ",".join(roles), **asked_for}
        changes["off"] = "on" if flag_in(given, "off") else ""
        self.asked = StepAsked()
        await self._change({f"step.{row}.{part}": text for part, text in changes.items()})

    @rx.event
    async def restore_step(self):
        """Make a row as it is in the standard."""
        row, self.asked = self.asked.row, StepAsked()
        parts = ("label", "who", "opinion", "pictures", "off")
        await self._change({f"step.{row}.{part}": "" for part in parts} if row in ROWS else {})

    async def _change(self, changes: dict[str, str]) -> None:
        """Every change goes through here: right, draft, judgement."""
        async with self._acting() as (session, actor):
            queries.require_manager(actor)
            if not self.editable:
                return
            typed = {key: text for key, text in {**self._typed, **changes}.items() if text}
            if typed == self._typed:
                return
            self._typed, self.unsaved, self.trial = typed, True, TrialShown()
            await drafts.keep(session, actor, self._form(), {**typed, SEEN: self._seen}, at=now())
            self.kept_at = stamp(now(), "%H:%M:%S")
            await self._judge(session)

    async def _judge(self, session: AsyncSession) -> None:
        """Draw what the form says and list why it could not be enabled."""
        bound = bound_in(self._typed)
        usual = {link: await limits.usual(session, bound, link, at=now()) for link in Link}
        self.note_text = self._typed.get("note", "")
        self.statuses = showing.statuses_of(self._typed)
        self.skips = showing.skips_of(self._typed)
        self.bound = [Bound(code, showing.bound_label(code)) for code in bound_in(self._typed)]
        tweaks, self.faults = read(self._typed)
        made = process.built(tweaks)
        unbound = [] if self.bound or not self.editable else ["请选择这个流程适用的类别"]
        self.lint = [*self.faults.values(), *process.lint(tweaks), *unbound]
        self.limits = showing.limits_of(self._typed, usual, self.faults)
        self.own_limits = [f"{link.label} {limit.lamps}" for link, limit in made.limits.items()]
        self.loosened = [one.sentence for one in await limits.loosened(session, made.limits, bound, at=now())]
        self.places, self.ways = showing.places(made), showing.ways(made)
        self.groups = showing.groups_of(made, tweaks)

    async def _keep_in_domain(self, session: AsyncSession, actor: Actor, *, seen: str) -> ProcessVersion:
        version = await operations.save(
            session,
            actor,
            as_id(self.version.id),
            name=self._typed.get("name", ""),
            note=self._typed.get("note", ""),
            bound_to=bound_in(self._typed),
            tweaks=tweaks_of(self._typed),
            seen=seen,
            at=now(),
        )
        await drafts.drop(session, actor, self._form())
        return version

    @rx.event
    async def save(self):
        """Save the draft; what was typed stays if it cannot be saved."""
        try:
            async with self._acting() as (session, actor):
                await self._saved(session, actor, await self._keep_in_domain(session, actor, seen=self._seen))
        except ChangedMeanwhile:
            self.conflict = True
            return None
        except Invalid as refusal:
            self.faults = refusal.fields
            return rx.toast.error(refusal.message)
        return rx.toast.success("草稿已保存")

    async def _saved(self, session: AsyncSession, actor: Actor, version: ProcessVersion) -> None:
        await self._take_in(session, actor, version)
        self.conflict, self.enabling = False, False
        await self._judge(session)

    @rx.event
    async def overwrite(self):
        """Save the draft over what somebody else saved meanwhile."""
        async with self._acting() as (session, actor):
            await self._saved(session, actor, await self._keep_in_domain(session, actor, seen=""))
        return rx.toast.success("草稿已保存，他人的修改已被覆盖")

    @rx.event
    async def discard(self):
        """Drop what was not saved and show the stored draft."""
        async with self._acting() as (session, actor):
            queries.require_manager(actor)
            await drafts.drop(session, actor, self._form())
            await self._open(session, actor, self.version.id)
            self.conflict, self.trial = False, TrialShown()

    @rx.event
    async def try_out(self):
        """Judge the steps of the last 30 days by the process as it stands in the form."""
        try:
            async with self._acting() as (session, actor):
                queries.require_manager(actor)
                tweaks: Tweaks = tweaks_of(self._typed)
                result = await trial.run(session, actor, tweaks, bound_in(self._typed), at=now())
        except Invalid as refusal:
            self.faults = refusal.fields
            return rx.toast.error(refusal.message)
        self.trial = showing.trial_shown(result)
        return None

    @rx.event
    async def ask_enable(self):
        """Ask once before a draft is enabled."""
        async with self._acting() as (_, actor):
            queries.require_manager(actor)
            self.enabling, self.faults = self.editable and not self.lint, {}

    @rx.event
    async def enable(self, form: dict):
        """Save the draft and enable it for new cases; both or nothing."""
        reason = text_in(as_form(form), "reason")
        try:
            async with self._acting() as (session, actor):
                await self._keep_in_domain(session, actor, seen=self._seen)
                version = await operations.enable(session, actor, as_id(self.version.id), reason=reason, at=now())
                await self._saved(session, actor, version)
        except ChangedMeanwhile:
            self.conflict, self.enabling = True, False
            return None
        except Refusal as refusal:
            if isinstance(refusal, Invalid) and "reason" in refusal.fields:
                self.faults = refusal.fields
                return None
            self.enabling, self.lint = False, [*self.lint, *refusal.message.split("；")]
            return rx.toast.error("没有启用：" + refusal.message)
        return rx.toast.success(f"“{version.name}”已启用，新受理的案件按它办理")


def as_id(text: str) -> UUID:
    """Read the id of a version.

    :raises NotFound: it is none
    """
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("没有这个流程版本") from None
