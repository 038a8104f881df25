"""Every role, every status, every action: decided, and as the ruling's table says."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases import policy
from domain.cases.operations.take import take
from domain.cases.policy import Bond
from domain.cases.queries import reach
from domain.cases.schemas import StepInput
from domain.cases.vocabulary import Action, Status
from domain.kernel.actor import Actor, system_actor
from domain.kernel.ids import new_id
from domain.kernel.permissions import DEFAULT_REACH, Reach, Role
from domain.kernel.refusals import Refusal
from tests.domain.cases import reading
from tests.support import county as support
from tests.support.county import MORNING, County

A, S = Action, Status
_BONDS = (
    Bond(), Bond(own=True), Bond(lead=True), Bond(assist=True), Bond(requester=True), Bond(issuer=True),
    Bond(order=True), Bond(own=True, order=True), Bond(lead=True, order=True), Bond(requester=True, order=True),
)  # fmt: skip


def _actor(role: Role) -> Actor:
    return Actor(new_id(), role.value, frozenset({role}), DEFAULT_REACH.get(role, Reach.ALL), new_id())


@pytest.mark.parametrize("role", Role)
def test_every_triple_is_decided_as_the_table_says(role: Role) -> None:
    actor, wrong = _actor(role), []
    for status in S:
        for action in A:
            for bond in _BONDS:
                try:
                    policy.permitted(actor, status, action, bond)
                    said = "ok"
                except Refusal as refusal:
                    said = refusal.code if refusal.message else "without a word"
                if said != reading.decision(role, status, action, bond):
                    wrong.append((status, action, bond, said))
    assert not wrong


ROADS: Mapping[Status, tuple[tuple[str, Action, Mapping[str, object]], ...]]
_SUBMIT = ("registrar", A.SUBMIT, {})
_DISPATCH = ("center", A.DISPATCH, {"lead_department": "rsj", "assist_departments": ("zjj",)})
_CHARGE = {"person_in_charge": "何" + "经办", "person_phone": support.phone(5)}
_ACCEPT = ("rsj", A.ACCEPT, _CHARGE)
_ASSIST = ("zjj", A.ASSIST_ACCEPT, {})
_ASSIST_TOLD = ("zjj", A.ASSIST_REPORT, {"opinion": "已协助"})
_RESULT = ("rsj", A.SUBMIT_RESULT, {"opinion": "办好了", "result": "已付清", "resolution_method": "people_mediation"})
_IN_HAND = (_SUBMIT, _DISPATCH, _ACCEPT)
_ANSWERED = (*_IN_HAND, _ASSIST, _ASSIST_TOLD, _RESULT)
ROADS = {
    S.DRAFT: (),
    S.TO_DISPATCH: (_SUBMIT,),
    S.TO_SUPPLEMENT: (_SUBMIT, ("center", A.SEND_BACK, {"opinion": "请补充"})),
    S.TO_ACCEPT: (_SUBMIT, _DISPATCH),
    S.IN_PROGRESS: _IN_HAND,
    S.EXTENDED: (
        *_IN_HAND,
        ("rsj", A.REQUEST_EXTENSION, {"opinion": "检测未完", "days": 5}),
        ("center", A.APPROVE_EXTENSION, {"opinion": "同意", "days": 3}),
    ),
    S.ORDER_PENDING: (*_IN_HAND, ("center", A.PROPOSE_ORDER, {"opinion": "难度大"})),
    S.LEADER_ORDER: (*_IN_HAND, ("leader", A.ORDER, {"opinion": "请重视"})),
    S.RETURN_PENDING: (*_IN_HAND, ("rsj", A.REQUEST_RETURN, {"opinion": "不属本局"})),
    S.EXTENSION_PENDING: (*_IN_HAND, ("rsj", A.REQUEST_EXTENSION, {"opinion": "检测未完", "days": 5})),
    S.TO_CONFIRM: _ANSWERED,
    S.AT_CITY: (_SUBMIT, ("center", A.ESCALATE_TO_CITY, {"opinion": "跨区县", "target_area": "邻县"})),
    S.CLOSED: (*_ANSWERED, ("center", A.CONFIRM, {"opinion": "同意"})),
    S.VOID: (("registrar", A.VOID, {"opinion": "重复"}),),
}
_GUARDED = {A.RETURN_TO_CITY, A.RELAPSE, A.APPEAL_RATING, A.RULE_APPEAL}
"""Actions whose guard says no to every case built here: not from the city, not watched, not rated."""
_FULL: dict[str, object] = {
    "opinion": "按程序办理", "title": "改过的标题", "lead_department": "rsj", "department": "rsj", **_CHARGE,
    "result": "已解决", "resolution_method": "people_mediation", "days": 3, "level": "ordinary",
    "target_area": "邻县", "satisfaction": 5,
}  # fmt: skip


async def _brought_to(session: AsyncSession, county: County, status: Status) -> str:
    number = await support.draft(session, county, at=MORNING)
    for who, action, given in ROADS[status]:
        pictures = (await support.picture(session, county[who], at=MORNING),) if action in _WITH_PICTURES else ()
        after = await support.step(session, county[who], number, action, at=MORNING, attachments=pictures, **given)
    if ROADS[status]:
        assert after.status is status
    return number


_WITH_PICTURES = {A.REPORT_PROGRESS, A.ASSIST_REPORT, A.SUBMIT_RESULT}


def _sees(actor: Actor, status: Status) -> bool:
    """Say who sees the registrar's case of 枫林镇, in plain words of the ruling."""
    login = actor.login
    dispatched = status not in {S.DRAFT, S.TO_DISPATCH, S.TO_SUPPLEMENT, S.AT_CITY, S.VOID}
    if login in {"registrar", "petitioner"}:
        return True
    if login in {"rsj", "rsj_head", "zjj", "zjj_head"}:
        return dispatched
    if status is S.DRAFT:
        return login == "center"
    return login in {"center", "leader", "station", "viewer", "city", "clock"}


def _expected(actor: Actor, role: Role, status: Status, action: Action, bond: Bond) -> str:
    if not _sees(actor, status):
        return "not_found"
    said = reading.decision(role, status, action, bond)
    unreported = action is A.SUBMIT_RESULT and status in {S.IN_PROGRESS, S.EXTENDED, S.LEADER_ORDER}
    no_order = action is A.APPROVE_EXTENSION and role is Role.LEADER
    return "action_not_allowed" if said == "ok" and (action in _GUARDED or unreported or no_order) else said


def _bond(actor: Actor, status: Status) -> Bond:
    asked = {S.ORDER_PENDING: "center", S.RETURN_PENDING: "rsj", S.EXTENSION_PENDING: "rsj"}
    sent = status not in {S.DRAFT, S.TO_DISPATCH, S.TO_SUPPLEMENT, S.AT_CITY, S.VOID}
    return Bond(
        own=actor.login in {"registrar", "petitioner"},
        lead=actor.unit_code == "rsj" and sent,
        assist=actor.unit_code == "zjj" and sent and status is not S.CLOSED,
        requester=asked.get(status) == actor.login,
        order=status is S.LEADER_ORDER,
    )


async def _attempt(
    session: AsyncSession, actor: Actor, number: str, action: Action, given: Mapping[str, object]
) -> str:
    """Try a step inside a savepoint that never stays; answer the refusal's code or the status it led to."""
    saved = await session.begin_nested()
    try:
        files: tuple[object, ...] = ()
        if action in _WITH_PICTURES and actor.login in {"rsj", "zjj"}:
            files = (await support.picture(session, actor, at=MORNING),)
        whole = StepInput(attachments=files, **given)  # type: ignore[arg-type]
        return (await take(session, actor, number=number, action=action, given=whole, at=MORNING)).status.value
    except Refusal as refusal:
        return refusal.code
    finally:
        await saved.rollback()


def _sample(wanted: dict[tuple[str, Action], str], seed: str) -> list[tuple[str, Action]]:
    """Keep everything that shall succeed or stop at a guard, and some of each other answer."""
    telling = [key for key, said in wanted.items() if said in {"ok", "action_not_allowed"} and key[1] in _GUARDED]
    good = [key for key, said in wanted.items() if said == "ok"]
    rest = [key for key in wanted if key not in good and key not in telling]
    return [*good, *telling, *random.Random(seed).sample(rest, 24)]


async def test_real_steps_end_as_the_table_says(session: AsyncSession, county: County) -> None:
    wrong: list[tuple[object, ...]] = []
    for status in S:
        number = await _brought_to(session, county, status)
        case = await reach.find(session, county["registrar"], number)
        before = (case.previous_status or status).value
        cast = {**county.actors, "city": system_actor(Role.CITY), "clock": system_actor(Role.CLOCK)}
        cast["petitioner"] = system_actor(Role.PETITIONER, only_case=case.id)
        wanted = {
            (login, action): _expected(actor, next(iter(actor.roles)), status, action, _bond(actor, status))
            for login, actor in cast.items()
            for action in A
        }
        for login, action in _sample(wanted, status.value):
            said = await _attempt(session, cast[login], number, action, _FULL)
            targets = {before if r.target == reading.PREVIOUS else r.target for r in reading.rows(status, action)}
            good = said in targets if wanted[login, action] == "ok" else said == wanted[login, action]
            if not good:
                wrong.append((status.value, login, action.value, said, wanted[login, action], targets))
    assert not wrong


async def test_steps_without_their_input_are_invalid(session: AsyncSession, county: County) -> None:
    """Rows with a mandatory opinion refuse an empty form, each naming the field."""
    wrong: list[tuple[object, ...]] = []
    for status in S:
        number = await _brought_to(session, county, status)
        for row in (r for r in reading.ROWS if r.source is status and r.opinion and r.action not in _GUARDED):
            logins = [
                login for login, actor in county.actors.items()
                if _expected(actor, next(iter(actor.roles)), status, row.action, _bond(actor, status)) == "ok"
            ]  # fmt: skip
            wrong += [
                (status, login, row.action)
                for login in logins
                if await _attempt(session, county[login], number, row.action, {"department": "rsj"}) != "invalid"
            ]
    assert not wrong
