"""Rows of an import are judged as the act would judge them, and against each other."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel.actor import Actor
from domain.kernel.permissions import PEOPLE_ROLES, Role
from domain.kernel.refusals import Invalid
from domain.orgs import operations
from domain.orgs.models import Account, Unit
from domain.orgs.schemas import AccountChange, NewAccount, UnitInput
from state.kit.importing import Read
from state.orgs.lines import KINDS
from tests.support import county as support
from tests.support.county import MORNING, PASSWORD, County

AREA = "/359901/359901001/"
NEEDS_UNIT = {Role.OFFICER, Role.DEPARTMENT_HEAD}
NEEDS_AREA = {Role.STATION}


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


def row(login: str, role: str = "officer", unit: str = "rsj", area: str = "") -> NewAccount:
    return NewAccount(login=login, name="新来的", password=PASSWORD, roles=(role,), unit_code=unit, area_path=area)


async def read(session: AsyncSession, actor: Actor, which: str, lines: list[object]) -> tuple[Read, ...]:
    return await KINDS[which].read(session, actor, {"lines": lines})


class TestAccounts:
    @pytest.mark.parametrize(
        ("first", "second"),
        [("case1", "case1"), ("Case1", "case1"), ("case1", "CASE1"), ("RSJ", "other"), ("Rsj", "other")],
    )
    async def test_two_that_differ_in_capitals_alone_are_one(
        self, session: AsyncSession, county: County, first: str, second: str
    ) -> None:
        faults = await operations.check_accounts(session, county["sysadmin"], [row(first), row(second)])

        taken = first.lower() == "rsj"
        assert [set(one) for one in faults] == [{"login"} if taken else set(), set() if taken else {"login"}]
        said = "rsj" if taken else first
        assert said in "".join(text for one in faults for text in one.values())
        with pytest.raises(Invalid):
            await operations.import_accounts(session, county["sysadmin"], [row(first), row(second)], at=MORNING)

    @pytest.mark.parametrize("role", PEOPLE_ROLES)
    @pytest.mark.parametrize(("unit", "area"), list(product(("", "rsj"), ("", AREA))))
    async def test_a_role_has_what_it_sees_by(
        self, session: AsyncSession, county: County, role: Role, unit: str, area: str
    ) -> None:
        lacking = {"unit"} if role in NEEDS_UNIT and not unit else set()
        lacking |= {"area"} if role in NEEDS_AREA and not area else set()
        given = row("new1", role.value, unit, area)

        assert set((await operations.check_accounts(session, county["sysadmin"], [given]))[0]) == lacking
        if lacking:
            with pytest.raises(Invalid) as refused:
                await operations.add_account(session, county["sysadmin"], given, at=MORNING)
            assert set(refused.value.fields) == lacking
        else:
            await operations.import_accounts(session, county["sysadmin"], [given], at=MORNING)
            await operations.grant_roles(session, county["secadmin"], "new1", [role.value], at=MORNING)

    async def test_nobody_is_left_with_a_role_that_sees_nothing(self, session: AsyncSession, county: County) -> None:
        with pytest.raises(Invalid) as moved:
            await operations.change_account(session, county["sysadmin"], "rsj", AccountChange(unit_code=""), at=MORNING)
        assert set(moved.value.fields) == {"unit"}

        await operations.add_account(session, county["sysadmin"], row("new1", "viewer", ""), at=MORNING)
        with pytest.raises(Invalid) as granted:
            await operations.grant_roles(session, county["secadmin"], "new1", ["officer"], at=MORNING)
        assert "请填写单位" in granted.value.fields["roles"]


class TestUnits:
    @pytest.mark.parametrize("name", ["人力资源和社会保障局", "一局"])
    async def test_a_full_name_leads_to_one_unit(self, session: AsyncSession, county: County, name: str) -> None:
        names = set(await session.scalars(select(col(Unit.name))))
        rows = [UnitInput("one", "一局"), UnitInput("two", name)]

        faults = await operations.check_units(session, county["sysadmin"], rows)

        assert [set(one) for one in faults] == [set(), {"name"}]
        assert ("代码 one" in faults[1]["name"]) == (name not in names)
        with pytest.raises(Invalid):
            await operations.import_units(session, county["sysadmin"], rows, at=MORNING)

    async def test_a_unit_keeps_the_name_it_has(self, session: AsyncSession, county: County) -> None:
        unit = (await session.scalars(select(Unit).where(col(Unit.code) == "rsj"))).one()
        kept = UnitInput("rsj", unit.name, phone="059512345")
        await operations.change_unit(session, county["sysadmin"], "rsj", kept, at=MORNING)
        other = (await session.scalars(select(col(Unit.name)).where(col(Unit.code) == "zjj"))).one()
        with pytest.raises(Invalid) as refused:
            await operations.change_unit(session, county["sysadmin"], "rsj", replace(kept, name=other), at=MORNING)
        assert set(refused.value.fields) == {"name"}


class TestSheets:
    @pytest.mark.parametrize("which", list(KINDS))
    async def test_the_example_of_the_template_is_no_row(
        self, session: AsyncSession, county: County, which: str
    ) -> None:
        kind = KINDS[which]
        (found,) = await read(session, county["sysadmin"], which, [(2, kind.example, {})])
        assert found.faults[kind.heads[0]] == "这是模板里的示例行，请删除"

    @pytest.mark.parametrize("which", list(KINDS))
    def test_the_bound_stands_in_the_template(self, which: str) -> None:
        assert f"一次最多 {KINDS[which].most} 行" in "".join(KINDS[which].notes)

    async def test_a_name_of_two_units_asks_for_the_code(self, session: AsyncSession, county: County) -> None:
        await operations.add_unit(session, code="rsj_b", name=county.units["rsj"].name, kind=county.units["rsj"].kind)
        cells = ("new1", "新来的", county.units["rsj"].name, "部门经办", "", "", "")
        (found,) = await read(session, county["sysadmin"], "accounts", [(2, cells, {})])
        assert found.faults == {"单位": "有几个单位叫这个名称，请填写单位代码"}

    async def test_what_passes_is_taken(self, session: AsyncSession, county: County) -> None:
        """Every pair of plausible rows: the preview and the act say the same."""
        logins, units = ("a1", "A1", "rsj", "-x"), ("", "rsj", county.units["zjj"].name, "没有")
        cells = [(login, "新来的", unit, "部门经办", "", "", "") for login in logins for unit in units]
        for one, two in product(cells, cells):
            found = await read(session, county["sysadmin"], "accounts", [(2, one, {}), (3, two, {})])
            given = [line.given for line in found if isinstance(line.given, NewAccount)]
            passes = not any(line.faults for line in found)
            async with session.begin_nested() as tried:
                try:
                    await operations.import_accounts(session, county["sysadmin"], given, at=MORNING)
                except Invalid:
                    assert not passes, (one, two)
                else:
                    assert passes, (one, two)
                await tried.rollback()
        assert "a1" not in set(await session.scalars(select(col(Account.login))))
