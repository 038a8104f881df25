"""Which limit a step's clock gets: of the process, promised, of the unit, bounded by the city."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import queries as calendar
from domain.calendar.models import Deadline, LimitSource, LimitUnit, Link
from domain.calendar.operations import Clocks, seed_years, set_limit
from domain.calendar.rules import Limit
from domain.cases.inputs import StepInput
from domain.cases.models import Case
from domain.cases.operations import clocks
from domain.cases.operations.act import Act, beside
from domain.cases.process import STANDARD, Process
from domain.cases.queries import limits, reach
from domain.cases.vocabulary import Action, Status
from domain.kernel.refusals import Invalid
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County, phone

HOURS, DAYS = LimitUnit.HOURS, LimitUnit.WORKDAYS
IN_CHARGE = {"person_in_charge": "何" + "经办", "person_phone": phone(77)}


@pytest.fixture(autouse=True)
async def _seeded(session: AsyncSession) -> None:
    await seed_years(session, [2026])


async def brought(session: AsyncSession, county: County, steps: int) -> Case:
    number = await support.bring_to(session, county, MAIN_LINE[:steps], at=MORNING)
    return await reach.find(session, county["center"], number)


async def running(session: AsyncSession, case: Case, link: Link) -> Deadline:
    return next(one for one in await calendar.running(session, [case.id]) if one.link is link)


async def test_a_units_own_limit_goes_before_that_of_the_category(session: AsyncSession, county: County) -> None:
    centre, unit = county["center"], county.units["rsj"].id
    await set_limit(session, centre, link=Link.ACCEPT, limit=Limit(10, 20, HOURS), category="07", at=MORNING)
    await set_limit(session, centre, link=Link.ACCEPT, limit=Limit(8, 16, HOURS), unit_id=unit, at=MORNING)

    case = await brought(session, county, 2)

    deadline = await running(session, case, Link.ACCEPT)
    assert deadline.yellow_at == MORNING + timedelta(hours=8)
    assert (deadline.unit_id, deadline.category, deadline.source) == (unit, "0701", LimitSource.RULE)


async def test_dispatch_is_held_by_the_unit_that_registered(session: AsyncSession, county: County) -> None:
    case = await brought(session, county, 1)

    assert (await running(session, case, Link.DISPATCH)).unit_id == county.units["centre"].id


async def test_a_promise_is_the_resolve_limit(session: AsyncSession, county: County) -> None:
    case = await brought(session, county, 2)

    await support.step(session, county["rsj"], case.number, Action.ACCEPT, at=MORNING, promise_days=6, **IN_CHARGE)

    deadline = await running(session, case, Link.RESOLVE)
    assert deadline.source is LimitSource.PROMISE
    assert deadline.yellow_at == datetime.fromisoformat("2026-11-26T09:00:00+08:00")
    assert deadline.red_at == datetime.fromisoformat("2026-12-01T09:00:00+08:00")
    assert case.promised_at == deadline.yellow_at


IN_FORCE = {
    "the default": (None, 20),
    "a rule of the unit": (Limit(12, 18, DAYS), 12),
    "a longer rule": (Limit(90, 100, DAYS), 90),
    "a rule in hours": (Limit(72, 96, HOURS), 2),  # Wednesday to Saturday; the third working day is Monday
}


@pytest.mark.parametrize("name", IN_FORCE)
async def test_a_promise_shortens_the_limit_in_force_and_never_lengthens_it(
    session: AsyncSession, county: County, name: str
) -> None:
    limit, most = IN_FORCE[name]
    if limit:
        unit_id = county.units["rsj"].id
        await set_limit(session, county["center"], link=Link.RESOLVE, limit=limit, unit_id=unit_id, at=MORNING)
    case = await brought(session, county, 2)
    given = {"person_in_charge": "", "person_phone": IN_CHARGE["person_phone"]}

    with pytest.raises(Invalid) as refused:
        await support.step(
            session, county["rsj"], case.number, Action.ACCEPT, at=MORNING, promise_days=most + 1, **given
        )

    assert set(refused.value.fields) == {"promise_days", "person_in_charge"}  # told beside what else is wrong
    words = limit.text if limit else "20 个工作日"
    assert f"不能长于现行办结时限 {words}" in refused.value.fields["promise_days"]

    await support.step(session, county["rsj"], case.number, Action.ACCEPT, at=MORNING, promise_days=most, **IN_CHARGE)
    deadline = await running(session, case, Link.RESOLVE)
    assert (deadline.source, deadline.limit_text) == (LimitSource.PROMISE, f"{most} 个工作日")


async def _clocks(session: AsyncSession, case: Case) -> Clocks:
    return (await beside(session, case.id))[1]


async def test_a_promise_is_bound_by_what_the_process_sets(session: AsyncSession, county: County) -> None:
    case = await brought(session, county, 2)
    own = {Link.RESOLVE: Limit(8, 10, DAYS)}

    assert await limits.promise_fault(session, case, own, 8, at=MORNING) == ""
    assert "现行办结时限 8 个工作日" in await limits.promise_fault(session, case, own, 9, at=MORNING)

    step = STANDARD.rows(Status.TO_ACCEPT, Action.ACCEPT)[0]
    act = Act(
        session,
        county["rsj"],
        case,
        StepInput(promise_days=8),
        MORNING,
        Process(limits=own),
        step=step,
        clocks=await _clocks(session, case),
    )
    await clocks.apply(act)
    # half as long again would be twelve; the process turns red on the tenth
    assert (await running(session, case, Link.RESOLVE)).red_at == datetime.fromisoformat("2026-12-02T09:00:00+08:00")


async def test_the_city_bounds_the_resolve_limit(session: AsyncSession, county: County) -> None:
    case = await brought(session, county, 2)
    case.city_due_at = MORNING + timedelta(days=4)

    await support.step(session, county["rsj"], case.number, Action.ACCEPT, at=MORNING, **IN_CHARGE)

    assert (await running(session, case, Link.RESOLVE)).yellow_at == case.city_due_at
    assert (await running(session, case, Link.FEEDBACK)).latest_at is None


async def test_what_the_process_sets_goes_before_the_rules(session: AsyncSession, county: County) -> None:
    case = await brought(session, county, 2)
    step = STANDARD.rows(Status.TO_ACCEPT, Action.ACCEPT)[0]
    limits = {Link.FEEDBACK: Limit(1, 2, DAYS)}
    act = Act(
        session,
        county["rsj"],
        case,
        StepInput(),
        MORNING,
        Process(limits=limits),
        step=step,
        clocks=await _clocks(session, case),
    )

    await clocks.apply(act)

    feedback = await running(session, case, Link.FEEDBACK)
    assert (feedback.source, feedback.limit_text) == (LimitSource.PROCESS, "1 个工作日")
    assert (await running(session, case, Link.RESOLVE)).source is LimitSource.RULE


async def test_an_assistants_clock_survives_the_step_that_dispatches_it(session: AsyncSession, county: County) -> None:
    case = await brought(session, county, 1)
    both = {"lead_department": "rsj", "assist_departments": ("zjj",)}
    await support.step(session, county["center"], case.number, Action.DISPATCH, at=MORNING, **both)

    found = await calendar.running(session, [case.id])
    assert {(one.link, one.holder_id is None) for one in found} == {(Link.ACCEPT, True), (Link.ACCEPT, False)}

    again = {"lead_department": "zjj", "opinion": "改派"}
    await support.step(session, county["center"], case.number, Action.REDISPATCH, at=MORNING, **again)
    assert [one.holder_id for one in await calendar.running(session, [case.id])] == [None]


async def test_an_assistant_goes_on_when_a_legacy_return_thaws(session: AsyncSession, county: County) -> None:
    case = await brought(session, county, 1)
    both = {"lead_department": "rsj", "assist_departments": ("zjj",)}
    centre = county["center"]
    await support.step(session, centre, case.number, Action.DISPATCH, at=MORNING, **both)
    await support.step(session, county["rsj"], case.number, Action.REQUEST_RETURN, at=MORNING, opinion="不属本局")
    for hours in (1, 2):
        at = MORNING + timedelta(hours=hours)
        await support.step(session, centre, case.number, Action.TOGGLE_LEGACY, at=at, opinion="历史")

    found = {one.holder_id is None: one for one in await calendar.running(session, [case.id])}
    assert found[True].paused_at == MORNING
    assert found[False].paused_at is None
    assert found[False].yellow_at == MORNING + timedelta(hours=25)


async def test_a_steps_clocks_are_read_in_one_statement(session: AsyncSession, county: County) -> None:
    case = await brought(session, county, 2)
    step = STANDARD.rows(Status.TO_ACCEPT, Action.ACCEPT)[0]
    said: list[str] = []
    connection = (await session.connection()).sync_connection
    event.listen(connection, "before_cursor_execute", lambda *given: said.append(given[2]))
    act = Act(
        session, county["rsj"], case, StepInput(), MORNING, STANDARD, step=step, clocks=await _clocks(session, case)
    )
    await clocks.apply(act)

    assert sum("FROM deadline" in statement for statement in said) == 1
    assert len(said) == 1
