"""Make a draft (workflow row 2)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.inputs import CaseInput
from domain.cases.models import Case, Party, PartyKind, RiskLevel, Scale, Source
from domain.cases.operations import matter
from domain.cases.process import STANDARD
from domain.cases.schemas import CaseSummary
from domain.cases.vocabulary import Action, Status
from domain.kernel import journal, outbox
from domain.kernel.actor import Actor
from domain.kernel.clock import local
from domain.kernel.flow.deciding import require_role
from domain.kernel.ids import new_id
from domain.kernel.notify import announce
from domain.kernel.numbers import next_in
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, NotPermitted
from domain.visits import operations as visits

NUMBER_PREFIX = "QX"


async def create(
    session: AsyncSession, actor: Actor, given: CaseInput, *, at: datetime, complete: bool = False
) -> CaseSummary:
    """Make a draft with its number, from a visit or from what was written.

    The number is given at once and never changes (decision 0005).

    :param complete: whether it is to be accepted at once, and may lack nothing
    :raises NotPermitted: the actor does not register cases
    :raises NotFound: the visit is out of reach
    :raises Invalid: no petitioner, or a field cannot be taken
    """
    require_role(STANDARD, actor, Action.CREATE)
    actor.require(Permission.CASE_CREATE)
    if not actor.unit_ids:
        raise NotPermitted("您的账号没有所属单位，不能登记诉求，请联系系统管理员")
    case = await blank(session, actor, given, at=at)
    session.add(case)

    if given.visit_id is not None:
        await _cite(session, actor, case, given.visit_id, at)
    await fill(session, case, given, at, complete=complete)

    await journal.record(
        session, actor, "case.create", "case", case.id, at=at,
        detail={"to": case.status.value, "number": case.number, "row": "2"},
    )  # fmt: skip
    outbox.publish(session, "case.create", case.id, {"number": case.number}, at=at)
    await announce(session, "case", case.id, number=case.number, action=Action.CREATE.value)
    await session.flush()
    return CaseSummary.of(case)


async def blank(
    session: AsyncSession, actor: Actor, given: CaseInput, *, at: datetime, status: Status = Status.DRAFT
) -> Case:
    """Give a case with the next number of the year, and nothing written on it yet."""
    case_id, year = new_id(), local(at).year
    return Case(
        id=case_id,
        number=f"{NUMBER_PREFIX}{year}{await next_in(session, f'case.{year}', for_id=case_id):06d}",
        status=status,
        title="",
        source=given.source or Source.WALK_IN,
        risk_level=given.risk_level or RiskLevel.LOW,
        scale=given.scale or Scale.INDIVIDUAL,
        created_by=actor.account_id,
        unit_id=actor.unit_id,
        created_at=at,
        updated_at=at,
    )


async def _cite(session: AsyncSession, actor: Actor, case: Case, visit_id: UUID, at: datetime) -> None:
    visit = await visits.cite(session, actor, visit_id, case.id, at=at)
    case.visit_id = visit.id
    session.add(
        Party(
            case_id=case.id,
            person_id=visit.person_id,
            kind=PartyKind.PETITIONER,
            no_id_reason=visit.no_id_reason,
        )
    )


async def fill(session: AsyncSession, case: Case, given: CaseInput, at: datetime, *, complete: bool = False) -> None:
    """Put what was written on a new case.

    With a visit the written parties join the visitor; without one they are all there is.

    :raises Invalid: a field cannot be taken
    """
    missing = {name: getattr(given, name) or "" for name in (matter.REQUIRED if complete else ("title",))}
    whole = given.model_copy(update=missing)
    faults = (matter.gaps_of(whole) if complete else {}) | matter.faults_of(whole, at=at)
    if given.visit_id is not None:
        faults.pop("parties", None)
    elif not given.parties:
        faults["parties"] = "请引用来访登记，或填写至少一位诉求人"
    if faults:
        raise Invalid.of(faults)
    if given.visit_id is None:
        await matter.put(session, case, whole, at=at)
        return
    await matter.put(session, case, whole.model_copy(update={"parties": None}), at=at)
    for place, party in enumerate(given.parties or (), start=1):
        await matter.add_party(session, case, party, place, at=at)
