"""Writes of the reception desk."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto, journal, outbox
from domain.kernel.actor import Actor
from domain.kernel.clock import local_date
from domain.kernel.ids import new_id, new_token
from domain.kernel.notify import announce
from domain.kernel.numbers import next_in
from domain.kernel.permissions import Permission
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound, NotPermitted
from domain.kernel.words import line_fault, text_fault
from domain.orgs import queries as orgs
from domain.people import operations as people
from domain.people.models import IdType
from domain.visits import queries, rules
from domain.visits.models import Desk, IdSource, Visit, VisitState
from domain.visits.schemas import VisitInput, VisitView


async def register(session: AsyncSession, actor: Actor, given: VisitInput, *, at: datetime) -> VisitView:
    """Register a visitor (workflow row 1).

    :raises NotPermitted: the actor does not work at a desk
    :raises Invalid: a field of the person, the reason, the number of companions, a difference from the card that
        nobody decided, or `again`: the same person still waits
    """
    actor.require(Permission.VISIT_REGISTER)
    if not actor.unit_ids:
        raise NotPermitted("您的账号没有所属单位，不能登记来访，请联系系统管理员")
    desk_id = await _desk_id(session, actor, given.desk_code)
    faults = (
        people.faults_of(given.person, at=at) | _faults(given) | rules.card_faults(given.person, given.card, given.kept)
    )
    earlier = None if given.again else await queries.waiting_already(session, actor, given.person, at=at)
    if earlier is not None:
        faults["again"] = rules.again_fault(earlier.arrived_at, earlier.queue_number)
    if faults:
        raise Invalid.of(faults)

    person = await people.declare(session, given.person, at=at)
    id_source = IdSource.CARD if given.card else given.id_source
    visit = Visit(
        id=(visit_id := new_id()),
        queue_number=await next_in(session, f"visit.{actor.unit_code}.{local_date(at):%Y%m%d}", for_id=visit_id),
        person_id=person.id,
        unit_id=actor.unit_id,
        desk_id=desk_id,
        registered_by=actor.account_id,
        arrived_at=at,
        reason=given.reason.strip(),
        companions=given.companions,
        id_source=id_source,
        sources=rules.sources(given.person, given.card, given.id_source),
        no_id_reason=given.no_id_reason.strip(),
        reader_sam_id=given.reader_sam_id[:40] if id_source is IdSource.CARD else "",
        state=VisitState.WAITING,
        informed_at=at if given.informed else None,
    )
    session.add(visit)

    detail = {"id_source": visit.id_source.value, "sources": visit.sources, "informed": given.informed}
    await journal.record(session, actor, "visit.register", "visit", visit.id, at=at, detail=detail)
    outbox.publish(session, "visit.registered", visit.id, {}, at=at)
    await announce(session, "visit", visit.id, unit=str(visit.unit_id))
    return await queries.get(session, actor, visit.id, at=at)


async def hand_over(session: AsyncSession, actor: Actor, visit_id: UUID, *, at: datetime) -> VisitView:
    """Hand a waiting visitor to the registrars.

    :raises ActionNotAllowed: the visitor was handed over already, has a case, or left
    """
    return await _move(session, actor, visit_id, "visit.hand_over", VisitState.HANDED, at)


async def leave(session: AsyncSession, actor: Actor, visit_id: UUID, *, at: datetime) -> VisitView:
    """Note that a visitor left without a case."""
    return await _move(session, actor, visit_id, "visit.leave", VisitState.LEFT, at)


async def _move(
    session: AsyncSession, actor: Actor, visit_id: UUID, act: str, target: VisitState, at: datetime
) -> VisitView:
    actor.require(Permission.VISIT_REGISTER)
    visit = await queries.row(session, actor, visit_id, at=at, lock=True)
    if visit.state not in {VisitState.WAITING, VisitState.HANDED} or visit.state is target:
        raise ActionNotAllowed(f"这位来访人员{visit.state.label}，不能再次操作")

    visit.state = target
    visit.handed_at = at if target is VisitState.HANDED else visit.handed_at

    await journal.record(session, actor, act, "visit", visit.id, at=at)
    await announce(session, "visit", visit.id, unit=str(visit.unit_id))
    return await queries.get(session, actor, visit.id, at=at)


async def cite(session: AsyncSession, actor: Actor, visit_id: UUID, case_id: UUID, *, at: datetime) -> Visit:
    """Bind a visit to the case that was made of it; the case's act journals it."""
    visit = await queries.row(session, actor, visit_id, at=at, lock=True)
    if visit.case_id:
        raise ActionNotAllowed("这条来访登记已经登记过诉求件")
    visit.case_id, visit.state = case_id, VisitState.CASE_MADE
    await announce(session, "visit", visit.id, unit=str(visit.unit_id))
    return visit


async def open_desk(session: AsyncSession, actor: Actor, *, code: str, name: str, unit_code: str, at: datetime) -> Desk:
    """Add a desk where a unit receives visitors; see `add_desk`.

    :raises NotPermitted: the actor does not manage units
    :raises Invalid: the code is malformed or in use, the name missing, the unit unknown
    """
    actor.require(Permission.UNIT_MANAGE)
    desks = list(await session.scalars(select(Desk)))
    units = await orgs.units_of_codes(session, [unit_code.strip()])
    faults = {
        "code": rules.desk_code_fault(code) or ("窗口代码已存在" if any(one.code == code for one in desks) else ""),
        "name": line_fault("窗口名称", name, most=rules.MAX_DESK_NAME),
        "unit": "" if units else f"没有代码为“{unit_code}”的单位",
    }
    if wrong := {field: text for field, text in faults.items() if text}:
        raise Invalid.of(wrong)
    desk = await add_desk(session, code=code, name=name.strip(), unit_id=units[0].id, position=len(desks))
    detail = {"code": code, "name": desk.name, "unit": units[0].code}
    await journal.record(session, actor, "desk.add", "desk", desk.id, at=at, detail=detail)
    return desk


async def add_desk(session: AsyncSession, *, code: str, name: str, unit_id: UUID, position: int = 0) -> Desk:
    """Add a desk; it takes no bridge until `pair` gave it a token."""
    desk = Desk(code=code, name=name, unit_id=unit_id, position=position)
    session.add(desk)
    await session.flush()
    return desk


async def pair(session: AsyncSession, actor: Actor, code: str, *, at: datetime) -> str:
    """Give a desk a new token for its bridge and forget the old one.

    :raises NotFound: there is no such desk
    """
    actor.require(Permission.ACCOUNT_MANAGE)
    desk = (await session.scalars(select(Desk).where(col(Desk.code) == code))).one_or_none()
    if desk is None:
        raise NotFound("没有这个窗口")
    token = new_token(256)
    desk.token_digest = crypto.digest(token)
    await journal.record(session, actor, "desk.pair", "desk", desk.id, at=at)
    return token


async def _desk_id(session: AsyncSession, actor: Actor, code: str) -> UUID | None:
    if not code:
        return None
    desk = next((d for d in await queries.desks(session, actor) if d.code == code), None)
    if desk is None:
        raise Invalid.of({"desk": "没有这个窗口，请重新选择"})
    return desk.id


def _faults(given: VisitInput) -> dict[str, str]:
    no_id = given.person.id_type is IdType.NONE
    faults = {
        "reason": text_fault("来访事由", given.reason, most=rules.MAX_REASON),
        "companions": rules.COMPANIONS.fault("随行人数", given.companions),
        "no_id_reason": text_fault("未出示证件的原因", given.no_id_reason, most=rules.MAX_REASON) if no_id else "",
    }
    return {name: sentence for name, sentence in faults.items() if sentence}
