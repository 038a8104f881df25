"""What one person sees and may do, and why; the same answer for one case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.queries import explain
from domain.cases.workflow import STEPS
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import Invalid, NotFound
from domain.orgs import queries
from domain.orgs.schemas import AccountFilter, DelegationView, Explanation, Ground
from state.clock import now
from state.inputs import Choice, as_form, as_text, text_in
from state.orgs.limits import place_label
from state.orgs.shapes import AccountShown, account_shown
from state.places import PLACES, Place
from state.session import SignedInState

MOST_PEOPLE = 500
DELEGATION_STATES = {"coming": "未开始", "in_force": "代理中", "over": "已结束"}


@dataclass
class GroundShown:
    """One line of an answer and where it comes from."""

    what: str = ""
    source: str = ""
    granted: bool = True


@dataclass
class Group:
    """The lines under one heading."""

    title: str = ""
    hint: str = ""
    lines: list[GroundShown] = field(default_factory=list)


class ExplainState(SignedInState):
    """One browser's page of the answer."""

    loading: bool = True
    found: bool = False
    mine: bool = True
    one: AccountShown = AccountShown()
    duty: str = ""
    groups: list[Group] = []
    people: list[Choice] = []
    asks_others: bool = False
    number: str = ""
    grounds: list[GroundShown] = []
    asked_login: str = ""
    faults: dict[str, str] = {}

    @rx.event
    async def load(self):
        """Explain the account that the address names, or the person's own; `case` asks for one."""
        self.loading, self.found, self.groups, self.people, self.one = True, False, [], [], AccountShown()
        number = self.router.url.query_parameters.get("case", "")[:40].strip().upper()
        self.number, self.grounds, self.faults, self.asked_login = number, [], {}, ""
        async with self._opening() as (session, actor):
            last = str(self.router.url.path).strip("/").split("/")[-1]
            login = actor.login if last == "explain" else last
            self.mine = login == actor.login
            self.asks_others = actor.may(Permission.ROLE_GRANT) or actor.has(Role.CENTER_ADMIN)
            await self._people(session, actor)
            try:
                await self._read(session, actor, login)
            except NotFound:
                self.found = False
            if number and self.found:
                await self._why(session, actor, number, login)
        self.loading = False

    @rx.event
    async def choose(self, login: str):
        """Go to the answer for another person of the list."""
        async with self._acting():
            known = {choice.value for choice in self.people}
        return rx.redirect(f"/explain/{login}") if as_text(login) in known else None

    @rx.event
    async def ask_case(self, form: dict):
        """Say why the person sees a case or does not."""
        given = as_form(form)
        number = text_in(given, "number", most=40).strip().upper()
        login = text_in(given, "login", most=80).strip() or self.one.login
        self.grounds, self.faults = [], {}
        try:
            async with self._acting() as (session, actor):
                if not number:
                    raise Invalid.of({"number": "请填写案件编号"})
                await self._why(session, actor, number, login)
        except Invalid as refusal:
            self.faults = refusal.fields
        except NotFound as refusal:
            self.faults = {"number": refusal.message}

    async def _why(self, session: AsyncSession, actor: Actor, number: str, login: str) -> None:
        asked = login if self.asks_others else ""
        self.grounds = [_ground(one) for one in await explain.why(session, actor, number, asked, at=now())]
        self.number, self.asked_login = number, asked or actor.login

    async def _people(self, session: AsyncSession, actor: Actor) -> None:
        if any(
            actor.may(right) for right in (Permission.ACCOUNT_MANAGE, Permission.ROLE_GRANT, Permission.ACCOUNT_PROPOSE)
        ):
            rows = await queries.accounts(session, actor, AccountFilter(), at=now(), size=MOST_PEOPLE)
            self.people = [Choice(row.login, f"{row.name}（{row.login}）{row.unit}") for row in rows.items]

    async def _read(self, session: AsyncSession, actor: Actor, login: str) -> None:
        found = await queries.explained(session, actor, login, at=now())
        person = await queries.person_of_login(session, login)
        self.one, self.duty = account_shown(found.row), found.duty
        self.groups = [group for group in _groups(found, person) if group.lines]
        self.found = True


class WhyState(SignedInState):
    """One browser's small answer on the page of a case: why the person sees it, or does not."""

    open: bool = False
    number: str = ""
    grounds: list[GroundShown] = []

    @rx.event
    async def ask(self):
        """Answer for the case that the address names."""
        async with self._acting() as (session, actor):
            self.number = str(self.router.url.path).strip("/").split("/")[-1].upper()[:40]
            found = await explain.why(session, actor, self.number, "", at=now())
            self.grounds, self.open = [_ground(one) for one in found], True

    @rx.event
    async def close(self):
        """Close the answer."""
        async with self._acting():
            self.open, self.grounds = False, []


def _ground(one: Ground) -> GroundShown:
    return GroundShown(one.what, one.source, one.granted)


def _groups(found: Explanation, person: Actor | None) -> Iterator[Group]:
    yield Group("能看到哪些业务数据", "按角色的数据范围和所属单位", _lines(found.reach))
    yield Group("能看到多少个人信息", "姓名、证件号码、电话等", _lines(found.fields))
    if person is not None:
        yield Group("能打开哪些页面", "", [*_places(person), *_closed(found)])
        yield Group("能办理哪些步骤", "还要与案件有关联：如本人登记、本单位主办", list(_steps(person)))
    granted = [one for one in found.permissions if one.granted]
    yield Group("有哪些权限", "", _lines(granted))
    yield Group("没有哪些权限", "", _lines(one for one in found.permissions if not one.granted))
    yield Group("受到哪些限制", "", _lines(found.restrictions))
    yield Group("代理", "", [_delegation(one, found.row.login) for one in found.delegations])


def _lines(grounds: Iterable[Ground]) -> list[GroundShown]:
    return [_ground(one) for one in grounds]


def _places(person: Actor) -> list[GroundShown]:
    return [GroundShown(place.label, _opened_by(place, person)) for place in PLACES if place.offered_to(person)]


def _opened_by(place: Place, person: Actor) -> str:
    one = place.offered or place.permission
    rights = place.rights or ((one,) if one else ())
    held = next((right.label for right in rights if person.may(right)), "")
    return f"权限“{held}”" if held else "角色"


def _closed(found: Explanation) -> list[GroundShown]:
    return [
        GroundShown(f"不能打开：{place_label(one.what)}", "账号或角色的限制", granted=False) for one in found.places
    ]


def _steps(person: Actor) -> Iterator[GroundShown]:
    if person.read_only:
        yield GroundShown("不能办理任何步骤", "只读账号", granted=False)
        return
    for role in sorted(person.roles):
        taken = dict.fromkeys(step.action for step in STEPS for who in step.who if who.role is role)
        labels = [action.label for action in taken if action.value not in person.barred_actions]
        if labels:
            yield GroundShown("、".join(labels), f"办理身份“{role.label}”")
        barred = [action.label for action in taken if action.value in person.barred_actions]
        if barred:
            yield GroundShown(f"不能办理：{'、'.join(barred)}", "账号或角色的限制", granted=False)


def _delegation(one: DelegationView, login: str) -> GroundShown:
    given = one.from_login == login
    what = f"由{one.to_name}代理" if given else f"代理{one.from_name}"
    period = f"{stamp(one.valid_from)} 至 {stamp(one.valid_until)}"
    return GroundShown(f"{what}：{period}，{one.reason}", DELEGATION_STATES[one.state], granted=one.state == "in_force")
