"""A step that chooses a department says which took such cases before, and how often."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Assignment, AssignmentState, Case, Part, RiskLevel, Scale, Source
from domain.cases.queries import suggesting
from domain.cases.vocabulary import Action, Status
from domain.kernel.ids import new_id
from domain.kernel.refusals import NotFound
from domain.orgs import operations as orgs
from domain.orgs.models import Account, UnitKind
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

A, S = Action, AssignmentState
DAY = timedelta(days=1)
OWN, SIBLING, OTHER_GROUP = "0701", "0702", "0601"
"""The matter of the county's case is 0701 (劳动合同、劳务派遣), of the group 劳动人事."""


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    """Give a county with four departments where somebody can act, in the order rsj, zjj, mzj, ggj."""
    county = await support.reinforce(session, await support.build(session))
    unit = await orgs.add_unit(session, code="ggj", name="公共事业局", kind=UnitKind.DEPARTMENT, position=50)
    county.units["ggj"] = unit
    own = col(Account.login) == "registrar2"
    await session.execute(update(Account).where(own).values(unit_id=unit.id, roles=["officer"]))
    return county


async def took(
    session: AsyncSession,
    county: County,
    unit: str,
    *,
    category: str = OWN,
    state: AssignmentState = S.FINISHED,
    part: Part = Part.LEAD,
    days_ago: int | None = 10,
    case: Case | None = None,
    **more: object,
) -> Case:
    """Write a case that was dispatched to a unit, accepted some days ago; none: never accepted."""
    if case is None:
        case = Case(
            number=f"QX{new_id().hex[:20]}",
            status=Status.CLOSED,
            title="旧案",
            category=category,
            source=Source.WALK_IN,
            risk_level=RiskLevel.LOW,
            scale=Scale.INDIVIDUAL,
            area_path="/359901/359901001/",
            created_by=county["registrar"].account_id,
            unit_id=county.units["centre"].id,
            created_at=MORNING - 400 * DAY,
            updated_at=MORNING - DAY,
            **more,
        )
        session.add(case)
        await session.flush()
    accepted = None if days_ago is None else MORNING - days_ago * DAY
    session.add(
        Assignment(
            case_id=case.id,
            unit_id=county.units[unit].id,
            part=part,
            state=state,
            dispatched_by=county["center"].account_id,
            dispatched_at=MORNING - 400 * DAY,
            accepted_at=accepted,
        )
    )
    await session.flush()
    return case


async def asked(
    session: AsyncSession, county: County, *, who: str = "center", action: Action = A.DISPATCH, steps: int = 1
) -> list[tuple[str, int]]:
    number = await support.bring_to(session, county, MAIN_LINE[:steps], at=MORNING)
    found = await suggesting.departments(session, county[who], number, action, at=MORNING)
    return [(one.code, one.count) for one in found]


async def test_nothing_is_suggested_where_nothing_was_taken(session: AsyncSession, county: County) -> None:
    await took(session, county, "zjj", category=OTHER_GROUP)

    assert await asked(session, county) == []


async def test_at_most_three_the_most_frequent_first_equal_counts_in_the_order_of_units(
    session: AsyncSession, county: County
) -> None:
    for unit, times in (("ggj", 3), ("mzj", 1), ("zjj", 1), ("rsj", 2)):
        for _ in range(times):
            await took(session, county, unit)

    assert await asked(session, county) == [("ggj", 3), ("rsj", 2), ("zjj", 1)]


async def test_a_case_that_came_back_counts_once(session: AsyncSession, county: County) -> None:
    case = await took(session, county, "zjj")
    await took(session, county, "zjj", case=case, days_ago=3)

    assert await asked(session, county) == [("zjj", 1)]


@pytest.mark.parametrize(
    "given",
    [
        {"state": S.RETURNED},
        {"state": S.WITHDRAWN},
        {"state": S.WAITING, "days_ago": None},
        {"part": Part.ASSIST},
        {"days_ago": 365},
        {"days_ago": 400},
        {"days_ago": -1},
    ],
    ids=str,
)
async def test_what_was_not_taken_does_not_count(
    session: AsyncSession, county: County, given: dict[str, object]
) -> None:
    await took(session, county, "rsj")
    await took(session, county, "zjj", **given)  # type: ignore[arg-type]

    assert await asked(session, county) == [("rsj", 1)]


@pytest.mark.parametrize("state", [S.WORKING, S.REPORTED, S.FINISHED])
async def test_what_was_taken_counts_for_a_year(session: AsyncSession, county: County, state: AssignmentState) -> None:
    await took(session, county, "zjj", state=state, days_ago=364)

    assert await asked(session, county) == [("zjj", 1)]


async def test_a_merged_case_is_no_case_of_its_own(session: AsyncSession, county: County) -> None:
    kept = await took(session, county, "zjj")
    await took(session, county, "zjj", merged_into_id=kept.id)

    assert await asked(session, county) == [("zjj", 1)]


class TestGroup:
    async def test_counts_only_where_the_category_has_nothing(self, session: AsyncSession, county: County) -> None:
        await took(session, county, "zjj", category=SIBLING)
        await took(session, county, "zjj", category=SIBLING)
        number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)

        before = await suggesting.departments(session, county["center"], number, A.DISPATCH, at=MORNING)
        await took(session, county, "mzj")
        after = await suggesting.departments(session, county["center"], number, A.DISPATCH, at=MORNING)

        assert [(one.code, one.count, one.matter) for one in before] == [("zjj", 2, "劳动人事")]
        assert [(one.code, one.count, one.matter) for one in after] == [("mzj", 1, "劳动合同、劳务派遣")]

    async def test_is_asked_too_when_nobody_can_act_where_the_category_was_taken(
        self, session: AsyncSession, county: County
    ) -> None:
        await took(session, county, "mzj")
        await took(session, county, "zjj", category=SIBLING)
        own = col(Account.unit_id) == county.units["mzj"].id
        await session.execute(update(Account).where(own).values(disabled_at=MORNING))

        # the group counts its own category too, but the empty department stays out
        assert await asked(session, county) == [("zjj", 1)]


async def test_a_disabled_unit_is_not_suggested(session: AsyncSession, county: County) -> None:
    await took(session, county, "zjj")
    county.units["zjj"].disabled_at = MORNING
    await session.flush()

    assert await asked(session, county) == []


async def test_redispatch_does_not_suggest_who_has_the_case_an_order_does(
    session: AsyncSession, county: County
) -> None:
    await took(session, county, "rsj")
    await took(session, county, "zjj")

    assert await asked(session, county, action=A.REDISPATCH, steps=2) == [("zjj", 1)]
    assert await asked(session, county, who="leader", action=A.ORDER, steps=2) == [("rsj", 1), ("zjj", 1)]


async def test_the_case_itself_is_no_earlier_one(session: AsyncSession, county: County) -> None:
    assert await asked(session, county, action=A.ORDER, who="leader", steps=3) == []


@pytest.mark.parametrize("action", [A.COPY, A.ACCEPT, A.SEND_BACK])
async def test_a_step_that_gives_the_case_to_nobody_suggests_nobody(
    session: AsyncSession, county: County, action: Action
) -> None:
    await took(session, county, "zjj")

    assert await asked(session, county, action=action) == []


def test_the_steps_that_suggest() -> None:
    assert {
        A.DISPATCH, A.REDISPATCH, A.PROPOSE_ORDER, A.APPROVE_ORDER, A.ORDER, A.RELAPSE, A.REOPEN,
    } == suggesting.CHOOSING  # fmt: skip


class TestReach:
    async def test_only_cases_within_reach_count(self, session: AsyncSession, county: County) -> None:
        await took(session, county, "rsj")
        await took(session, county, "zjj")

        assert await asked(session, county, who="leader", steps=2, action=A.ORDER) == [("rsj", 1), ("zjj", 1)]
        assert await asked(session, county, who="rsj", steps=2, action=A.ORDER) == [("rsj", 1)]

    async def test_a_case_out_of_reach_has_no_suggestions(self, session: AsyncSession, county: County) -> None:
        with pytest.raises(NotFound):
            await asked(session, county, who="zjj", steps=2)
