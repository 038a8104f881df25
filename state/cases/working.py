"""Working on one case: its page, its dialogs, its steps; live."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.models import Method, Satisfaction, Supervision
from domain.cases.operations.reveal import reveal
from domain.cases.operations.take import take
from domain.cases.queries import actions, detail
from domain.cases.schemas import ActionView, StepInput
from domain.cases.vocabulary import Action
from domain.kernel import drafts
from domain.kernel.actor import Actor
from domain.kernel.permissions import Permission
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound
from domain.orgs import queries as orgs
from domain.people.schemas import Revealable
from state.cases import shapes
from state.cases.shapes import Button, CaseShown, Hand, Limit, Line, Node, PartyShown, Picture, Why
from state.clock import now
from state.inputs import Choice, as_form, as_text, flag_in, number_in, text_in, word_in
from state.live import hub, outlasting
from state.session import SignedInState

_BY_FORM = frozenset({Action.EDIT.value, Action.RESUBMIT.value})
"""Steps that are taken on the writing page."""


@dataclass
class Asking:
    """This class will hold the open dialog of a step: what it asks and what it starts."""

    action: str = ""
    label: str = ""
    starts: str = ""
    told: str = ""


class CaseState(SignedInState):
    """One browser's case page."""

    case: CaseShown = CaseShown()
    parties: list[PartyShown] = []
    hands: list[Hand] = []
    lines: list[Line] = []
    nodes: list[Node] = []
    pictures: list[Picture] = []
    limits: list[Limit] = []
    primary: list[Button] = []
    others: list[Button] = []
    whys: list[Why] = []
    may_reveal: bool = False
    may_print: bool = False
    found: bool = True
    loaded: bool = False
    changed_by_other: bool = False
    asking: Asking = Asking()
    needs: list[str] = []
    required: list[str] = []
    typed: dict[str, str] = {}
    faults: dict[str, str] = {}
    round: int = 0
    departments: list[Choice] = []
    uploads: list[str] = []
    revealing: str = ""
    revealing_field: str = ""
    revealing_label: str = ""
    revealed: str = ""
    reveal_fault: str = ""
    _number: str = ""
    _version: int = 0
    _views: tuple[ActionView, ...] = ()

    @rx.event
    async def load(self):
        """This function will open the case that the address names."""
        self._number = str(self.router.url.path).strip("/").split("/")[-1].upper()
        self.here, self.found, self.loaded = "/cases", True, False
        self._close()
        self.revealed = self.revealing = ""
        async with self._acting() as (session, actor):
            actor.require(Permission.CASE_VIEW)
            await self._frame(session, actor)
            self.departments = [Choice(u.code, u.name) for u in await orgs.departments(session)]
            try:
                await self._read(session, actor)
            except NotFound:
                self.found = False
        self.loaded = True

    @rx.event(background=True)
    async def follow(self):
        """This function will keep the page live; an open dialog is told, not closed."""
        with hub.follow("case") as changes:
            while True:
                await changes.next(60.0)
                async with self:
                    if self.found and self.loaded:
                        with suppress(NotFound), outlasting():
                            async with self._acting(touch=False) as (session, actor):
                                await self._frame(session, actor)
                                await self._read(session, actor)
                        self.changed_by_other = bool(self.asking.action) and self.case.version != self._version

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        at = now()
        view = await detail.get(session, actor, self._number, at=at)
        self.case = shapes.shown(view)
        self.parties = [shapes.party(p) for p in view.parties]
        self.hands = [shapes.hand(a) for a in view.assignments]
        self.pictures = [shapes.picture(p) for p in view.pictures]
        self.limits = [shapes.limit(d) for d in view.deadlines if d.holder_id is None]
        self.lines = [shapes.line(entry) for entry in await detail.journal(session, actor, self._number)]
        self.nodes = [shapes.node(n) for n in await detail.process(session, actor, self._number, at=at)]
        self.may_reveal = actor.may(Permission.PERSON_REVEAL)
        self.may_print = actor.may(Permission.SLIP_PRINT)
        self._views = await actions.of(session, actor, self._number, at=at) if actor.may(Permission.CASE_WORK) else ()
        self.primary, self.others, self.whys = shapes.buttons(self._views)

    @rx.event
    async def ask(self, action: str):
        """This function will open the dialog of a step, with what was typed before."""
        action = as_text(action)
        if action in _BY_FORM:
            yield rx.redirect(f"/case-edit/{self._number}")
            return
        async with self._acting() as (session, actor):
            view = next((v for v in self._views if v.action == action and v.allowed), None)
            if view is None:
                raise ActionNotAllowed("这一步现在不能操作,请刷新后重试")
            kept = await drafts.load(session, actor, self._draft(action))
        self.typed = {name: str(text) for name, text in kept.items()}
        self.needs = [need.name for need in view.needs]
        self.required = [need.name for need in view.needs if need.required]
        self.faults, self.uploads, self.changed_by_other = {}, [], False
        self.round += 1
        self._version = self.case.version
        self.asking = Asking(action, view.label, view.starts, _told(action))

    @rx.event
    async def close(self):
        """This function will close the dialog; what was typed is kept as a draft."""
        self._close()

    def _close(self) -> None:
        self.asking, self.faults, self.uploads, self.changed_by_other = Asking(), {}, [], False

    def _draft(self, action: str) -> str:
        return f"case:{self._number}:{action}"

    @rx.event
    async def note(self, name: str, value: str):
        """This function will keep a long text that was typed, so that a reload loses nothing."""
        name = as_text(name)
        if self.asking.action and name in {"opinion", "result"}:
            self.typed = {**self.typed, name: as_text(value)}
            async with self._acting() as (session, actor):
                await drafts.keep(session, actor, self._draft(self.asking.action), self.typed, at=now())

    @rx.event
    async def uploaded(self, ids: list[str]):
        """This function will note which pictures belong to the open dialog."""
        async with self._acting():
            self.uploads = [str(i) for i in ids][:20] if isinstance(ids, list) else []

    @rx.event
    async def take_step(self, form: dict):
        """This function will take the step whose dialog was sent."""
        action = self.asking.action
        if not action:
            return
        try:
            async with self._acting() as (session, actor):
                given = _given(as_form(form), self.uploads)
                # the page follows live: what counts is the version that the person decided on
                await take(
                    session,
                    actor,
                    number=self._number,
                    action=Action(action),
                    given=given,
                    at=now(),
                    version=self._version,
                )
                await drafts.drop(session, actor, self._draft(action))
                await self._frame(session, actor)
                await self._read_if_visible(session, actor)
        except Invalid as refusal:
            self.faults = refusal.fields
            yield rx.toast.error(refusal.message.split(";")[0])
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
        """This function will let the open dialog decide on what the case has become meanwhile."""
        async with self._acting():
            self._version, self.changed_by_other = self.case.version, False

    @rx.event
    async def ask_reveal(self, person_id: str, field: str):
        """This function will open the dialog that asks why a field shall be shown in clear."""
        async with self._acting() as (_, actor):
            actor.require(Permission.PERSON_REVEAL)
            names = {r.value: r.label for r in Revealable}
            field = as_text(field)
            if field in names:
                self.revealing, self.revealing_field = as_text(person_id), field
                self.revealing_label, self.revealed, self.reveal_fault = names[field], "", ""

    @rx.event
    async def reveal_field(self, form: dict):
        """This function will show the field in clear to this person, with a line in the journal."""
        try:
            async with self._acting() as (session, actor):
                self.revealed = await reveal(
                    session,
                    actor,
                    person_id=_uuid(self.revealing),
                    field=word_in({"field": self.revealing_field}, "field", Revealable, Revealable.NAME),
                    reason=text_in(as_form(form), "reason", most=500),
                    at=now(),
                )
            self.reveal_fault = ""
        except Invalid as refusal:
            self.reveal_fault = refusal.message

    @rx.event
    async def end_reveal(self):
        """This function will take the clear value off the screen."""
        self.revealing = self.revealed = self.reveal_fault = ""


def _told(action: str) -> str:
    return {
        Action.DISPATCH.value: "承办单位的经办和领导",
        Action.ACCEPT.value: "综治中心、登记员;诉求人可查看进度",
        Action.SUBMIT.value: "综治中心;诉求人收到受理短信",
        Action.SUBMIT_RESULT.value: "综治中心;诉求人收到答复短信",
        Action.CONFIRM.value: "诉求人收到办结短信并可评价",
        Action.SEND_BACK.value: "登记员",
    }.get(action, "")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("没有找到这个人,或不在您的查看范围内") from None


def _ids(uploads: list[str]) -> tuple[UUID, ...]:
    try:
        return tuple(UUID(i) for i in uploads)
    except ValueError:
        raise Invalid.of({"attachments": "有图片上传失败,请移除后重新上传"}) from None


def _given(form: dict, uploads: list[str]) -> StepInput:
    days = number_in(form, "days", 0, label="延期工作日")
    chosen = sorted(key.removeprefix("assist_") for key in form if key.startswith("assist_") and flag_in(form, key))
    method, level, grade = (text_in(form, n) for n in ("resolution_method", "level", "satisfaction"))
    return StepInput(
        opinion=text_in(form, "opinion"),
        attachments=_ids(uploads),
        lead_department=text_in(form, "lead_department", most=40),
        assist_departments=tuple(chosen),
        department=text_in(form, "department", most=40),
        person_in_charge=text_in(form, "person_in_charge", most=200),
        person_phone=text_in(form, "person_phone", most=100),
        result=text_in(form, "result"),
        resolution_method=word_in(form, "resolution_method", Method, Method.OTHER) if method else None,
        days=days or None,
        watch=flag_in(form, "watch"),
        watch_reason=text_in(form, "watch_reason", most=600),
        target_area=text_in(form, "target_area", most=60),
        level=word_in(form, "level", Supervision, Supervision.ORDINARY) if level else None,
        satisfaction=word_in(form, "satisfaction", Satisfaction, Satisfaction.SATISFIED) if grade else None,
    )
