"""Townships have centres, too: one of them all, the first at the top, speaks for the county (decision 0028)."""

from __future__ import annotations

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.permissions import Role
from domain.kernel.refusals import ActionNotAllowed, Invalid
from domain.orgs import operations, queries
from domain.orgs.models import UnitKind
from domain.orgs.operations.units import unit_by_code
from domain.orgs.schemas import NewAccount, UnitInput
from domain.tracking import queries as tracking
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, PASSWORD, County

CENTRE = UnitKind.CENTRE
TOWN = "枫林镇综治中心"


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


def town(code: str = "a1", parent: str = "centre", **more: object) -> UnitInput:
    return UnitInput(code, TOWN, CENTRE, parent_code=parent, position=0, phone="0595-1", **more)  # type: ignore[arg-type]


async def speaks(session: AsyncSession) -> str:
    """Give the code of the centre that speaks for the county."""
    centre = await queries.county_centre(session)
    assert centre
    assert await queries.centre_name(session) == centre.name
    assert (await tracking.centre_of(session)).id == centre.id
    return centre.code


class TestAnother:
    async def test_below_the_first_changes_nothing_that_people_read(
        self, session: AsyncSession, county: County
    ) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
        before = await tracking.slip(session, county["registrar"], number, base_url="", at=MORNING)

        await operations.create_unit(session, county["sysadmin"], town(), at=MORNING)

        assert await speaks(session) == "centre"
        assert await tracking.slip(session, county["registrar"], number, base_url="", at=MORNING) == before

    @pytest.mark.parametrize("parent", ["", "county"])
    async def test_at_the_top_is_refused(self, session: AsyncSession, county: County, parent: str) -> None:
        admin = county["sysadmin"]
        with pytest.raises(Invalid, match="请选上级单位，例如 centre") as refused:
            await operations.create_unit(session, admin, town(parent=parent), at=MORNING)
        assert set(refused.value.fields) == {"parent_code"}

        await operations.create_unit(session, admin, town(), at=MORNING)
        with pytest.raises(Invalid, match="请选上级单位"):
            await operations.change_unit(session, admin, "a1", town(parent=parent), at=MORNING)
        with pytest.raises(Invalid, match="请选上级单位"):
            await operations.change_unit(
                session, admin, "rsj", UnitInput("rsj", "某局", CENTRE, parent_code=parent), at=MORNING
            )

    async def test_at_the_top_is_refused_in_a_sheet(self, session: AsyncSession, county: County) -> None:
        rows = [town("a1"), UnitInput("a2", "石门乡综治中心", CENTRE), UnitInput("a3", "某局")]
        faults = await operations.check_units(session, county["sysadmin"], rows)
        assert [set(one) for one in faults] == [set(), {"parent_code"}, set()]

        (await unit_by_code(session, "centre")).kind = UnitKind.DEPARTMENT
        rows = [UnitInput("b1", "县中心", CENTRE), UnitInput("b2", "乡中心", CENTRE), town("b3", "b1")]
        faults = await operations.check_units(session, county["sysadmin"], rows)
        assert [set(one) for one in faults] == [set(), {"parent_code"}, set()]

    async def test_may_follow_one_that_was_disabled(self, session: AsyncSession, county: County) -> None:
        admin = county["sysadmin"]
        (await unit_by_code(session, "centre")).disabled_at = MORNING
        assert await speaks(session) == "centre", "as long as no other was set up"

        await operations.create_unit(session, admin, town(parent=""), at=MORNING)

        assert await speaks(session) == "a1"
        with pytest.raises(ActionNotAllowed, match="请选上级单位"):
            await operations.enable_unit(session, admin, "centre", at=MORNING)


class TestTwoAtTheTop:
    """An earlier release let them be."""

    async def test_the_first_speaks_and_both_can_be_changed(self, session: AsyncSession, county: County) -> None:
        await operations.add_unit(session, code="a1", name=TOWN, kind=CENTRE, position=0)

        await operations.change_unit(session, county["sysadmin"], "a1", town(parent=""), at=MORNING)
        changed = UnitInput("centre", "县综治中心", CENTRE, phone="0595-2", position=9)
        await operations.change_unit(session, county["sysadmin"], "centre", changed, at=MORNING)

        assert await speaks(session) == "centre"

    async def test_what_the_city_sends_goes_to_the_first(self, session: AsyncSession, county: County) -> None:
        await operations.create_unit(session, county["sysadmin"], town(), at=MORNING)
        new = NewAccount("town1", "镇上的", PASSWORD, (Role.CENTER_ADMIN.value,), "a1")
        made = await operations.add_account(session, county["sysadmin"], new, at=MORNING)
        made.created_at = MORNING.replace(year=2020)
        await session.flush()

        keeper = await queries.keeper_of_centre(session)

        assert keeper
        assert keeper.unit_code == "centre"
