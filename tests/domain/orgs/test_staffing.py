"""Units, accounts, and why somebody sees what he sees."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.queries import explain
from domain.cases.vocabulary import Action
from domain.kernel.actor import console
from domain.kernel.permissions import (
    Permission,
)
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound, NotPermitted
from domain.orgs import operations, queries
from domain.orgs.models import Account, SessionKind, UnitKind
from domain.orgs.schemas import AccountChange, AccountFilter, Restriction, UnitInput
from tests.support import county as support
from tests.support.colleagues import afresh, new, seen_by
from tests.support.county import MAIN_LINE, MORNING, PASSWORD, County

DAY = timedelta(days=1)


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


class TestUnits:
    async def test_an_account_in_two_units_sees_and_works_for_both(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        assert number not in await seen_by(session, county["zjj"])

        await operations.change_account(
            session, county["sysadmin"], "zjj", AccountChange(more_units=("rsj",)), at=MORNING
        )
        both = await afresh(session, "zjj")
        assert number in await seen_by(session, both)
        county.actors["rsj"] = both
        await support.main_step(session, county, number, Action.ACCEPT, at=MORNING)

    async def test_an_account_without_a_unit_sees_nothing_by_unit(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        (await session.get_one(Account, county["rsj"].account_id)).unit_id = None
        await session.flush()

        actor = await afresh(session, "rsj")
        assert actor.unit_ids == frozenset()
        assert number not in await seen_by(session, actor)

    async def test_a_disabled_unit_gives_nobody_reach_and_takes_no_case(
        self, session: AsyncSession, county: County
    ) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        await operations.change_account(
            session, county["sysadmin"], "zjj", AccountChange(more_units=("rsj",)), at=MORNING
        )
        with pytest.raises(ActionNotAllowed, match="2 个启用的账号"):
            await operations.disable_unit(session, county["sysadmin"], "rsj", at=MORNING)
        for login in ("rsj", "rsj_head"):
            await operations.disable(session, county["sysadmin"], login, at=MORNING)
        await operations.disable_unit(session, county["sysadmin"], "rsj", at=MORNING)

        assert number not in await seen_by(session, await afresh(session, "zjj"))
        other = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING, seed=2)
        with pytest.raises(Invalid, match="承办单位"):
            await support.main_step(session, county, other, Action.DISPATCH, at=MORNING)

        await operations.enable_unit(session, county["sysadmin"], "rsj", at=MORNING)
        assert number in await seen_by(session, await afresh(session, "zjj"))

    async def test_a_unit_is_not_below_itself(self, session: AsyncSession, county: County) -> None:
        admin = county["sysadmin"]
        await operations.create_unit(session, admin, UnitInput("a1", "甲局", parent_code="county"), at=MORNING)
        await operations.create_unit(
            session, admin, UnitInput("a2", "甲局一科", UnitKind.DEPARTMENT, parent_code="a1"), at=MORNING
        )
        with pytest.raises(Invalid, match="下级"):
            await operations.change_unit(session, admin, "a1", UnitInput("a1", "甲局", parent_code="a2"), at=MORNING)

    async def test_an_import_is_all_or_nothing(self, session: AsyncSession, county: County) -> None:
        rows = [UnitInput("b1", "乙局"), UnitInput("b2", "乙局一科", parent_code="b1"), UnitInput("rsj", "重复")]
        with pytest.raises(Invalid) as refused:
            await operations.import_units(session, county["sysadmin"], rows, at=MORNING)
        assert set(refused.value.fields) == {"3.code"}

        assert await operations.import_units(session, county["sysadmin"], rows[:2], at=MORNING) == 2


class TestAccounts:
    async def test_an_import_names_row_and_field(self, session: AsyncSession, county: County) -> None:
        rows = [new("n1", "officer"), new("n1", "officer"), new("n 3", "wizard", unit="nowhere")]
        faults = await operations.check_accounts(session, county["sysadmin"], rows)

        assert faults[0] == {}
        assert set(faults[1]) == {"login"}
        assert set(faults[2]) == {"login", "unit", "roles"}
        assert await operations.import_accounts(session, county["sysadmin"], rows[:1], at=MORNING) == 1

    async def test_lists_count_as_they_list(self, session: AsyncSession, county: County) -> None:
        await operations.add_account(session, county["sysadmin"], new("n1", "officer"), at=MORNING)
        await operations.disable(session, county["sysadmin"], "zjj", at=MORNING)

        counts = await queries.count_states(session, county["sysadmin"], at=MORNING)
        for state, count in counts.items():
            page = await queries.accounts(session, county["sysadmin"], AccountFilter(view=state), at=MORNING)
            assert page.total == count, state
        assert (counts["ungranted"], counts["disabled"]) == (1, 1)

    async def test_a_text_finds_login_and_sealed_name(self, session: AsyncSession, county: County) -> None:
        page = await queries.accounts(session, county["secadmin"], AccountFilter(text="测试甲"), at=MORNING)
        assert [row.login for row in page.items] == ["guide"]

    async def test_business_people_do_not_list_accounts(self, session: AsyncSession, county: County) -> None:
        for login in ("rsj", "leader", "viewer", "auditor"):
            with pytest.raises(NotPermitted):
                await queries.accounts(session, county[login], AccountFilter(), at=MORNING)
        page = await queries.accounts(session, county["center"], AccountFilter(), at=MORNING)
        assert {row.unit_code for row in page.items} == {"centre"}

    async def test_a_temporary_account_ends_by_itself(self, session: AsyncSession, county: County) -> None:
        await operations.add_account(
            session, console("test"), new("temp", "officer", valid_until=MORNING + DAY), at=MORNING
        )
        entered = await operations.sign_in(
            session, login="temp", password=PASSWORD, kind=SessionKind.API, origin="t", at=MORNING
        )
        late = MORNING + DAY
        assert await queries.actor_of(session, entered.secret, SessionKind.API, at=late) is None
        again = await operations.sign_in(
            session, login="temp", password=PASSWORD, kind=SessionKind.API, origin="t", at=late
        )
        assert again.refusal is not None


class TestExplained:
    async def test_every_permission_has_a_line_with_its_source(self, session: AsyncSession, county: County) -> None:
        await operations.restrict(
            session, county["secadmin"], "rsj_head", Restriction(denied=("statistics.view",)), at=MORNING
        )
        said = await queries.explained(session, county["secadmin"], "rsj_head", at=MORNING)
        actor = await afresh(session, "rsj_head")

        assert len(said.permissions) == len(Permission)
        for permission, ground in zip(Permission, said.permissions, strict=True):
            assert ground.granted == actor.may(permission), permission
            assert ground.source
        assert any("限制" in ground.source for ground in said.permissions)

    async def test_one_may_ask_about_oneself_but_not_about_others(self, session: AsyncSession, county: County) -> None:
        assert (await queries.explained(session, county["rsj"], "rsj", at=MORNING)).row.login == "rsj"
        with pytest.raises((NotPermitted, NotFound)):
            await queries.explained(session, county["rsj"], "zjj", at=MORNING)

    async def test_why_a_case_is_seen_or_not(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)

        async def why(asker: str, number: str = number, login: str = "") -> tuple[bool, str]:
            said = await explain.why(session, county[asker], number, login, at=MORNING)
            return said[0].granted, "".join(ground.what for ground in said)

        assert await why("registrar") == (True, (await why("registrar"))[1])
        assert "由本人登记" in (await why("registrar"))[1]
        assert "转派" in (await why("rsj"))[1]
        assert (await why("zjj"))[0] is False
        assert await why("zjj") == await why("zjj", "QX2026999999")
        assert (await why("secadmin", login="zjj"))[0] is False
        assert (await why("center", login="rsj"))[0] is True
        with pytest.raises(NotPermitted):
            await why("rsj", login="zjj")
