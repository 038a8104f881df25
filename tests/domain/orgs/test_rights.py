"""Duties, custom roles and restrictions: what they come to, and who may set them."""

from __future__ import annotations

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.vocabulary import Action
from domain.kernel.actor import console
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
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotPermitted
from domain.orgs import operations, policy, queries
from domain.orgs.models import SessionKind
from domain.orgs.schemas import Restriction, RoleInput, UnitInput
from tests.support import county as support
from tests.support.colleagues import afresh, new, seen_by
from tests.support.county import MAIN_LINE, MORNING, PASSWORD, County


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


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


def test_custom_roles_settle_without_a_database() -> None:
    assert policy.settle([], {}).roles == ()
    assert policy.settle(["officer", "officer"], {}).codes == ("officer",)
    assert policy.settle(["no such"], {}).reach is Reach.NONE
