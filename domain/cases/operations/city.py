"""Take in what the city platform sends down (row 48).

What the city says of cases handed up (rows 45 to 47) are steps, taken through `take` as the city.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar.operations import Clocks
from domain.cases.inputs import CitySent, StepInput
from domain.cases.models import Case, Source
from domain.cases.operations import clocks
from domain.cases.operations.act import Act
from domain.cases.operations.create import blank, fill
from domain.cases.operations.effects import give_code
from domain.cases.process import STANDARD
from domain.cases.queries import processes
from domain.cases.schemas import CaseSummary
from domain.cases.vocabulary import Action, Status
from domain.cases.workflow import Step
from domain.kernel import crypto, journal, outbox
from domain.kernel.actor import Actor
from domain.kernel.flow.deciding import require_role
from domain.kernel.notify import announce
from domain.kernel.refusals import Invalid
from domain.orgs import queries as orgs

MAX_REFERENCE = 80


async def receive(session: AsyncSession, actor: Actor, given: CitySent, *, at: datetime) -> CaseSummary:
    """Take in a case under the city's reference; the same reference again changes nothing.

    It waits for dispatch like a case of the centre's own and belongs to the centre's first
    administrator. `city_due_at` bounds the resolve limit once a department accepts it.

    :raises NotPermitted: the actor is not the city platform
    :raises Invalid: no reference, no centre to take it in, or a field cannot be taken
    """
    require_role(STANDARD, actor, Action.CITY_DISPATCH)
    reference = given.city_reference.strip()
    if not 0 < len(reference) <= MAX_REFERENCE or not reference.isprintable():
        raise Invalid.of({"city_reference": f"市平台编号须为 1 至 {MAX_REFERENCE} 个字符"})
    known = await _known(session, reference)
    if known is not None:
        return CaseSummary.of(known)
    step = STANDARD.rows(None, Action.CITY_DISPATCH)[0]
    case = await _made(session, given, reference, step, at)
    process = await processes.of_case(session, case)
    await clocks.apply(
        Act(session, actor, case, StepInput(), at, process, step=step, clocks=Clocks(session, case.id, []))
    )

    detail = {"to": case.status.value, "number": case.number, "row": step.row, "city_reference": reference}
    detail |= {"version": case.version}
    await journal.record(session, actor, "case.city_dispatch", "case", case.id, at=at, detail=detail)
    payload = {"number": case.number, "row": step.row, "to": case.status.value, "units": []}
    outbox.publish(session, "case.city_dispatch", case.id, payload, at=at)
    await announce(session, "case", case.id, number=case.number, action=Action.CITY_DISPATCH.value)
    return CaseSummary.of(case)


async def _known(session: AsyncSession, reference: str) -> Case | None:
    """Two deliveries of one reference wait for each other; the second finds what the first made."""
    lock = crypto.blind("city reference", reference)
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
    return (await session.scalars(select(Case).where(col(Case.city_reference) == reference))).one_or_none()


async def _made(session: AsyncSession, given: CitySent, reference: str, step: Step, at: datetime) -> Case:
    keeper = await orgs.keeper_of_centre(session)
    if keeper is None:
        raise Invalid("没有可以接收市平台案件的综治中心管理员")
    case = await blank(session, keeper, given, at=at, status=step.target or Status.TO_DISPATCH)
    case.source, case.city_reference, case.city_due_at = Source.CITY, reference, given.city_due_at
    session.add(case)
    await session.flush()
    await fill(session, case, given.model_copy(update={"source": Source.CITY, "visit_id": None}), at)
    case.submitted_at = at
    give_code(case)
    case.process_id = await processes.enabled_for(session, case.category)
    return case
