"""A step that chooses a department says which took such cases before, and how often."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.categories import CATEGORIES
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


class TestSeveral:
    async def brought(self, session: AsyncSession, county: County, *categories: str, steps: int = 1) -> list[str]:
        """Bring a case of each category along."""
        numbers: list[str] = []
        for seed, category in enumerate(categories, start=1):
            number = await support.bring_to(session, county, MAIN_LINE[:steps], at=MORNING, seed=seed)
            await session.execute(update(Case).where(col(Case.number) == number).values(category=category))
            numbers.append(number)
        return numbers

    async def asked(
        self,
        session: AsyncSession,
        county: County,
        numbers: list[str],
        action: Action = A.DISPATCH,
        who: str = "center",
    ) -> list[tuple[str, int, str]]:
        found = await suggesting.for_several(session, county[who], numbers, action, at=MORNING)
        return [(one.code, one.count, one.matter) for one in found]

    async def test_of_one_category_are_asked_like_one(self, session: AsyncSession, county: County) -> None:
        await took(session, county, "zjj")
        numbers = await self.brought(session, county, OWN, OWN, OWN)
        assert await self.asked(session, county, numbers) == [("zjj", 1, "劳动合同、劳务派遣")]

    async def test_of_several_categories_are_summed_up(self, session: AsyncSession, county: County) -> None:
        for unit, category, times in (("rsj", OWN, 2), ("zjj", OTHER_GROUP, 2), ("zjj", OWN, 1)):
            for _ in range(times):
                await took(session, county, unit, category=category)
        numbers = await self.brought(session, county, OWN, OTHER_GROUP)
        names = "；".join(CATEGORIES[code].label for code in (OWN, OTHER_GROUP))
        assert await self.asked(session, county, numbers) == [("zjj", 3, names), ("rsj", 2, names)]

    async def test_what_counts_for_two_categories_counts_once(self, session: AsyncSession, county: County) -> None:
        await took(session, county, "zjj", category="0703")
        numbers = await self.brought(session, county, OWN, SIBLING)
        assert await self.asked(session, county, numbers) == [("zjj", 1, "劳动人事")]

    async def test_a_category_counts_once_beside_its_group(self, session: AsyncSession, county: County) -> None:
        await took(session, county, "zjj")  # of 0701, and of the group that 0702 falls back to
        numbers = await self.brought(session, county, OWN, SIBLING)
        assert [one[:2] for one in await self.asked(session, county, numbers)] == [("zjj", 1)]

    async def test_names_three_categories_and_counts_the_rest(self, session: AsyncSession, county: County) -> None:
        codes = ("0101", "0201", "0301", "0401", "0501")
        codes = tuple(code for code in codes if code in CATEGORIES)
        for code in codes:
            await took(session, county, "zjj", category=code)
        ((_, count, matter),) = await self.asked(session, county, await self.brought(session, county, *codes))
        assert count == len(codes) > 3
        assert matter.endswith(f" 等 {len(codes)} 类")

    async def test_leave_out_a_department_only_when_it_has_them_all(
        self, session: AsyncSession, county: County
    ) -> None:
        await took(session, county, "rsj")
        numbers = await self.brought(session, county, OWN, OWN, steps=2)
        assert await self.asked(session, county, numbers, A.REDISPATCH) == []
        await support.step(
            session, county["center"], numbers[0], A.REDISPATCH, at=MORNING, lead_department="zjj", opinion="改派"
        )
        assert [one[:2] for one in await self.asked(session, county, numbers, A.REDISPATCH)] == [("rsj", 1)]

    async def test_out_of_reach_suggest_nothing(self, session: AsyncSession, county: County) -> None:
        await took(session, county, "zjj")
        numbers = await self.brought(session, county, OWN)
        assert await self.asked(session, county, numbers, who="zjj") == []
        assert await self.asked(session, county, []) == []

    @pytest.mark.parametrize("action", [A.URGE, A.COPY])
    async def test_a_step_that_gives_them_to_nobody_suggests_nobody(
        self, session: AsyncSession, county: County, action: Action
    ) -> None:
        await took(session, county, "zjj")
        assert await self.asked(session, county, await self.brought(session, county, OWN), action) == []
