"""A request that waits: what happens meanwhile must not lose the way back; and steps take only what they ask."""

from __future__ import annotations

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.queries import reach
from domain.cases.vocabulary import Action, Status
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


@pytest.mark.parametrize(
    ("asked", "meanwhile", "refused"),
    [
        ((Action.REQUEST_RETURN, {}), ("center", Action.URGE), Action.REJECT_RETURN),
        ((Action.REQUEST_EXTENSION, {"days": 3}), ("leader", Action.INSTRUCT), Action.REJECT_EXTENSION),
        ((Action.REQUEST_EXTENSION, {"days": 3}), ("rsj", Action.REPORT_PROGRESS), Action.REJECT_EXTENSION),
    ],
)
async def test_a_step_meanwhile_keeps_the_way_back(
    session: AsyncSession,
    county: County,
    asked: tuple[Action, dict[str, object]],
    meanwhile: tuple[str, Action],
    refused: Action,
) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
    request, given = asked
    await support.step(session, county["rsj"], number, request, at=MORNING, opinion="需要时间", **given)
    who, between = meanwhile
    pictures = (await support.picture(session, county["rsj"], at=MORNING),) if who == "rsj" else ()
    await support.step(session, county[who], number, between, at=MORNING, opinion="抓紧", attachments=pictures)

    after = await support.step(session, county["center"], number, refused, at=MORNING, opinion="不同意")

    assert after.status is Status.IN_PROGRESS
    assert (await reach.find(session, county["center"], number)).previous_status is None


async def test_an_order_goes_to_the_department_its_guard_looked_at(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)

    await support.step(
        session, county["leader"], number, Action.ORDER, at=MORNING,
        opinion="由住建局办理", department="zjj", lead_department="rsj", assist_departments=("rsj",),
    )  # fmt: skip

    case = await reach.find(session, county["leader"], number)
    assert case.lead_unit_id == county.units["zjj"].id
    assert [a.unit_id for a in await reach.live_assignments(session, case.id)] == [county.units["zjj"].id]
