"""Roles, restrictions, units and delegations: what they come to, and who may set them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.operations.hand_over import hand_over, preview
from domain.cases.queries import explain, lists
from domain.cases.schemas import CaseFilter
from domain.cases.vocabulary import Action, OpenWork
from domain.kernel.actor import Actor, console
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import (
    DUTIES,
    GRANTS,
    PEOPLE_ROLES,
    Duty,
    FieldLevel,
    Permission,
    Reach,
    Role,
    duty_of,
)
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound, NotPermitted
from domain.orgs import operations, policy, queries
from domain.orgs.models import SessionKind, UnitKind
from domain.orgs.schemas import AccountChange, AccountFilter, NewAccount, Restriction, RoleInput, UnitInput
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, PASSWORD, County

DAY = timedelta(days=1)


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


async def afresh(session: AsyncSession, login: str) -> Actor:
    found = await queries.actor_of_login(session, login)
    assert found is not None
    return found


async def seen_by(session: AsyncSession, actor: Actor) -> set[str]:
    page = await lists.search(session, actor, CaseFilter(), at=MORNING, size=100)
    return {row.number for row in page.items}


def new(login: str, *roles: str, unit: str = "rsj", **more: object) -> NewAccount:
    return NewAccount(login, "新" + "同事", PASSWORD, roles, unit, **more)  # type: ignore[arg-type]


class TestDuties:
    @pytest.mark.parametrize("role", PEOPLE_ROLES)
    def test_no_role_holds_a_permission_of_another_duty(self, role: Role) -> None:
        assert all(duty_of(role) in DUTIES[permission] for permission in GRANTS[role])

    def test_every_permission_has_a_duty_and_no_duty_has_all(self) -> None:
        assert set(DUTIES) == set(Permission)
        for duty in Duty:
            assert {p for p in Permission if duty in DUTIES[p]} < set(Permission)

    async def test_whoever_makes_accounts_cannot_grant(self, session: AsyncSession, county: County) -> None:
        await operations.add_account(session, county["sysadmin"], new("new1", "officer"), at=MORNING)

        made = await afresh(session, "new1")
        assert made.roles == frozenset()
        assert not any(made.may(permission) for permission in Permission)
        with pytest.raises(NotPermitted):
            await operations.grant_roles(session, county["sysadmin"], "new1", ["officer"], at=MORNING)

        await operations.grant_roles(session, county["secadmin"], "new1", ["officer"], at=MORNING)
        assert (await afresh(session, "new1")).roles == {Role.OFFICER}

    async def test_whoever_grants_cannot_make_accounts(self, session: AsyncSession, county: County) -> None:
        for act in (
            operations.add_account(session, county["secadmin"], new("new1", "officer"), at=MORNING),
            operations.disable(session, county["secadmin"], "rsj", at=MORNING),
            operations.reset_password(session, county["auditor"], "rsj", PASSWORD, at=MORNING),
            operations.create_unit(session, county["auditor"], UnitInput("x1", "某局"), at=MORNING),
            operations.set_role(session, county["sysadmin"], _role(), at=MORNING),
        ):
            with pytest.raises(NotPermitted):
                await act

    async def test_nobody_grants_to_oneself(self, session: AsyncSession, county: County) -> None:
        for act in (
            operations.grant_roles(session, county["secadmin"], "secadmin", ["secadmin", "auditor"], at=MORNING),
            operations.restrict(session, county["secadmin"], "secadmin", Restriction(), at=MORNING),
        ):
            with pytest.raises(ActionNotAllowed):
                await act

    @pytest.mark.parametrize("roles", [("officer", "sysadmin"), ("auditor", "secadmin"), ("leader", "auditor")])
    async def test_roles_of_two_duties_do_not_go_together(
        self, session: AsyncSession, county: County, roles: tuple[str, ...]
    ) -> None:
        with pytest.raises(Invalid, match="三员分立"):
            await operations.grant_roles(session, county["secadmin"], "rsj", roles, at=MORNING)
        with pytest.raises(Invalid, match="三员分立"):
            await operations.add_account(session, console("test"), new("both", *roles), at=MORNING)

    async def test_the_last_administrator_of_a_duty_stays(self, session: AsyncSession, county: County) -> None:
        with pytest.raises(ActionNotAllowed, match="最后一个"):
            await operations.disable(session, county["sysadmin"], "auditor", at=MORNING)
        with pytest.raises(ActionNotAllowed, match="最后一个"):
            await operations.grant_roles(session, county["secadmin"], "auditor", ["viewer"], at=MORNING)

    async def test_nobody_disables_oneself(self, session: AsyncSession, county: County) -> None:
        with pytest.raises(ActionNotAllowed):
            await operations.disable(session, county["sysadmin"], "sysadmin", at=MORNING)

    async def test_the_centre_asks_for_its_own_people_only(self, session: AsyncSession, county: County) -> None:
        await operations.add_account(session, county["center"], new("g2", "guide", unit="centre"), at=MORNING)
        assert (await afresh(session, "g2")).roles == frozenset()

        with pytest.raises(NotPermitted):
            await operations.add_account(session, county["center"], new("o2", "officer"), at=MORNING)
        with pytest.raises(Invalid, match="业务角色"):
            await operations.add_account(session, county["center"], new("s2", "sysadmin", unit="centre"), at=MORNING)


def _role(code: str = "desk_lead", **more: object) -> RoleInput:
    given: dict[str, object] = {
        "name": "窗口组长",
        "acts_as": Role.REGISTRAR,
        "permissions": ("case.view", "case.create", "case.work", "visit.view", "statistics.view"),
        "reach": Reach.OWN,
        "field_level": FieldLevel.MASKED,
    }
    return RoleInput(code=code, **(given | more))  # type: ignore[arg-type]


class TestCustomRoles:
    async def test_its_permissions_replace_those_of_the_role_it_acts_as(
        self, session: AsyncSession, county: County
    ) -> None:
        await operations.set_role(session, county["secadmin"], _role(), at=MORNING)
        await operations.grant_roles(session, county["secadmin"], "registrar", ["desk_lead"], at=MORNING)

        actor = await afresh(session, "registrar")
        assert actor.roles == {Role.REGISTRAR}
        assert actor.may(Permission.STATISTICS_VIEW)
        assert not actor.may(Permission.PERSON_REVEAL)
        assert actor.level is FieldLevel.MASKED

    async def test_a_change_reaches_who_holds_it_at_once(self, session: AsyncSession, county: County) -> None:
        await operations.set_role(session, county["secadmin"], _role(), at=MORNING)
        await operations.grant_roles(session, county["secadmin"], "registrar", ["desk_lead"], at=MORNING)
        await operations.set_role(
            session, county["secadmin"], _role(permissions=("case.view",), barred_actions=("submit",)), at=MORNING
        )

        actor = await afresh(session, "registrar")
        assert not actor.may(Permission.CASE_CREATE)
        assert actor.barred_actions == {"submit"}

    async def test_a_restriction_of_one_role_does_not_take_what_another_gives(
        self, session: AsyncSession, county: County
    ) -> None:
        await operations.set_role(session, county["secadmin"], _role(barred_actions=("submit",)), at=MORNING)
        await operations.grant_roles(session, county["secadmin"], "registrar", ["registrar", "desk_lead"], at=MORNING)

        actor = await afresh(session, "registrar")
        assert actor.barred_actions == frozenset()
        assert actor.may(Permission.PERSON_REVEAL)

    @pytest.mark.parametrize(
        ("fault", "more"),
        [
            ("permissions", {"permissions": ("account.manage",)}),
            ("permissions", {"permissions": ("no.such",)}),
            ("permissions", {"acts_as": Role.AUDITOR, "reach": Reach.NONE, "field_level": FieldLevel.HIDDEN}),
            ("reach", {"acts_as": Role.SYSADMIN, "permissions": (), "reach": Reach.ALL, "field_level": FieldLevel.HIDDEN}),
            ("field_level", {"permissions": ("case.view", "person.reveal")}),
            ("read_only", {"read_only": True}),
            ("name", {"name": " "}),
            ("acts_as", {"acts_as": Role.CLOCK, "permissions": ()}),
        ],
    )  # fmt: skip
    async def test_what_it_may_not_be(
        self, session: AsyncSession, county: County, fault: str, more: dict[str, object]
    ) -> None:
        with pytest.raises(Invalid) as refused:
            await operations.set_role(session, county["secadmin"], _role(**more), at=MORNING)
        assert fault in refused.value.fields

    async def test_a_held_one_cannot_end(self, session: AsyncSession, county: County) -> None:
        await operations.set_role(session, county["secadmin"], _role(), at=MORNING)
        await operations.grant_roles(session, county["secadmin"], "registrar", ["desk_lead"], at=MORNING)
        with pytest.raises(ActionNotAllowed):
            await operations.end_role(session, county["secadmin"], "desk_lead", at=MORNING)

        await operations.grant_roles(session, county["secadmin"], "registrar", ["registrar"], at=MORNING)
        await operations.end_role(session, county["secadmin"], "desk_lead", at=MORNING)
        assert "desk_lead" not in await queries.codes_known(session)

    async def test_is_listed_beside_the_built_in_ones_with_its_holders(
        self, session: AsyncSession, county: County
    ) -> None:
        await operations.set_role(session, county["secadmin"], _role(), at=MORNING)
        await operations.grant_roles(session, county["secadmin"], "registrar", ["desk_lead"], at=MORNING)

        shown = {role.code: role for role in await queries.roles(session, county["secadmin"])}
        assert shown["desk_lead"].accounts == 1
        assert shown["registrar"].accounts == 1  # registrar2
        assert len(shown) == len(PEOPLE_ROLES) + 1


class TestAnotherDuty:
    async def test_is_not_entered_with_the_session_of_the_one_before(
        self, session: AsyncSession, county: County
    ) -> None:
        entered = await operations.sign_in(
            session, login="viewer", password=PASSWORD, kind=SessionKind.API, origin="t", at=MORNING
        )
        await operations.grant_roles(session, county["secadmin"], "viewer", ["leader"], at=MORNING)
        assert await queries.actor_of(session, entered.secret, SessionKind.API, at=MORNING) is not None

        await operations.grant_roles(session, county["secadmin"], "viewer", ["sysadmin"], at=MORNING)
        assert await queries.actor_of(session, entered.secret, SessionKind.API, at=MORNING) is None


class TestRestrictions:
    async def test_a_barred_step_is_refused_and_the_others_are_not(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        given = Restriction(barred_actions=(Action.REQUEST_EXTENSION.value, Action.ACCEPT.value))
        await operations.restrict(session, county["secadmin"], "rsj", given, at=MORNING)
        county.actors["rsj"] = await afresh(session, "rsj")

        with pytest.raises(NotPermitted, match="接收"):
            await support.main_step(session, county, number, Action.ACCEPT, at=MORNING)

        await operations.restrict(session, county["secadmin"], "rsj", Restriction(), at=MORNING)
        county.actors["rsj"] = await afresh(session, "rsj")
        await support.main_step(session, county, number, Action.ACCEPT, at=MORNING)

    @pytest.mark.parametrize("given", [Restriction(read_only=True), Restriction(denied=("case.work",))])
    async def test_an_account_that_only_reads_takes_no_step(
        self, session: AsyncSession, county: County, given: Restriction
    ) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        await operations.restrict(session, county["secadmin"], "rsj", given, at=MORNING)
        county.actors["rsj"] = await afresh(session, "rsj")

        assert number in await seen_by(session, county["rsj"])
        with pytest.raises(NotPermitted):
            await support.main_step(session, county, number, Action.ACCEPT, at=MORNING)

    async def test_a_denied_permission_is_gone(self, session: AsyncSession, county: County) -> None:
        await operations.restrict(
            session, county["secadmin"], "rsj_head", Restriction(denied=("statistics.view",)), at=MORNING
        )

        actor = await afresh(session, "rsj_head")
        assert not actor.may(Permission.STATISTICS_VIEW)
        assert actor.may(Permission.CASE_VIEW)


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
        await operations.change_account(session, county["sysadmin"], "rsj", AccountChange(unit_code=""), at=MORNING)

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
            page = await queries.accounts(session, county["sysadmin"], AccountFilter(state=state), at=MORNING)
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


class TestDelegation:
    async def _session_of(self, session: AsyncSession, login: str, at: datetime = MORNING) -> str:
        entered = await operations.sign_in(
            session, login=login, password=PASSWORD, kind=SessionKind.BROWSER, origin="t", at=at
        )
        return entered.secret

    async def _now(self, session: AsyncSession, secret: str, at: datetime = MORNING) -> Actor:
        actor = await queries.actor_of(session, secret, SessionKind.BROWSER, at=at)
        assert actor is not None
        return actor

    async def test_a_hat_gives_the_others_rights_and_takes_ones_own(
        self, session: AsyncSession, county: County
    ) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        made = await operations.delegate(
            session, county["rsj_head"], "zjj", MORNING, MORNING + 3 * DAY, "休年假", at=MORNING
        )
        secret = await self._session_of(session, "zjj")
        await operations.wear(session, await self._now(session, secret), made, at=MORNING)

        worn = await self._now(session, secret)
        assert worn.roles == {Role.DEPARTMENT_HEAD}
        assert (worn.login, worn.stands_for_name) == ("zjj", county["rsj_head"].name)
        assert worn.unit_code == "rsj"
        county.actors["rsj"] = worn
        await support.main_step(session, county, number, Action.ACCEPT, at=MORNING)
        line = (await session.scalars(select(JournalEntry).order_by(col(JournalEntry.seq).desc()).limit(1))).one()
        assert line.actor_id == county["zjj"].account_id

    async def test_it_ends_by_time_by_word_and_with_the_account(self, session: AsyncSession, county: County) -> None:
        made = await operations.delegate(
            session, county["rsj_head"], "zjj", MORNING, MORNING + DAY / 24, "外出开会", at=MORNING
        )
        secret = await self._session_of(session, "zjj")
        await operations.wear(session, await self._now(session, secret), made, at=MORNING)

        assert (await self._now(session, secret, MORNING + DAY / 24)).stands_for is None
        assert (await self._now(session, secret)).stands_for is not None
        await operations.end_delegation(session, county["rsj_head"], made, at=MORNING)
        assert (await self._now(session, secret)).stands_for is None

    async def test_a_foreign_one_cannot_be_worn(self, session: AsyncSession, county: County) -> None:
        made = await operations.delegate(
            session, county["rsj_head"], "zjj", MORNING, MORNING + DAY, "休年假", at=MORNING
        )
        secret = await self._session_of(session, "viewer")
        with pytest.raises(NotFound):
            await operations.wear(session, await self._now(session, secret), made, at=MORNING)

    async def test_duties_do_not_stand_in_for_each_other(self, session: AsyncSession, county: County) -> None:
        with pytest.raises(Invalid, match="三员分立"):
            await operations.delegate(
                session, county["sysadmin"], "auditor", MORNING, MORNING + DAY, "休年假", at=MORNING
            )

    async def test_only_the_head_arranges_it_for_a_colleague(self, session: AsyncSession, county: County) -> None:
        async def arrange(by: str, giver: str) -> None:
            await operations.delegate(
                session, county[by], "zjj", MORNING, MORNING + DAY, "病假", at=MORNING, from_login=giver
            )

        await arrange("rsj_head", "rsj")
        for by, giver in (("rsj", "rsj_head"), ("zjj_head", "rsj"), ("leader", "rsj")):
            with pytest.raises(NotPermitted):
                await arrange(by, giver)


class TestHandOver:
    async def test_open_work_changes_hands_and_the_past_stays(self, session: AsyncSession, county: County) -> None:
        numbers = {
            await support.bring_to(session, county, MAIN_LINE[:steps], at=MORNING, seed=steps + 1)
            for steps in range(len(MAIN_LINE))
        }
        closed = await support.bring_to(session, county, MAIN_LINE, at=MORNING, seed=90)
        before = await preview(session, county["center"], "registrar", at=MORNING)
        done = await hand_over(session, county["center"], "registrar", "registrar2", at=MORNING)

        assert before.counts == done.counts
        assert done.counts[OpenWork.REGISTERED] == len(numbers)
        assert await seen_by(session, county["registrar2"]) == numbers
        assert await seen_by(session, county["registrar"]) == {closed}
        made = select(JournalEntry.actor_id).where(col(JournalEntry.action) == "case.create")
        assert set(await session.scalars(made)) == {county["registrar"].account_id}

    async def test_who_may_and_to_whom(self, session: AsyncSession, county: County) -> None:
        await support.reinforce(session, county)
        await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)

        assert (await hand_over(session, county["rsj_head"], "rsj", "rsj2", at=MORNING)).counts[OpenWork.ACCEPTED] == 1
        with pytest.raises(NotPermitted):
            await hand_over(session, county["zjj_head"], "rsj2", "rsj", at=MORNING)
        with pytest.raises(NotPermitted):
            await hand_over(session, county["rsj"], "rsj2", "rsj", at=MORNING)
        for taker in ("rsj2", "zjj", "nobody", "rsj_head"):
            with pytest.raises(Invalid):
                await hand_over(session, county["center"], "rsj2", taker, at=MORNING)


def test_custom_roles_settle_without_a_database() -> None:
    assert policy.settle([], {}).roles == ()
    assert policy.settle(["officer", "officer"], {}).codes == ("officer",)
    assert policy.settle(["no such"], {}).reach is Reach.NONE
