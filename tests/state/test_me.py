"""The page of the own account, and that of the security values, as their handlers."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import operations as orgs
from domain.orgs import policy_values, queries, rules
from domain.orgs.models import Account, SessionKind
from domain.orgs.operations import codes
from state.clock import now
from state.orgs.own import OwnState
from state.orgs.security import SecurityState
from state.session import COOKIE
from tests.support import county as support
from tests.support import states
from tests.support.county import PASSWORD

NEW = "Another-" + "Passw0rd"


@pytest.fixture(autouse=True)
async def _county(ground: AsyncEngine) -> None:
    async with unit_of_work() as session:
        await support.build(session, at=now())


async def _unproven(login: str, **facts: object) -> str:
    """Sign somebody in who must do something first."""
    async with unit_of_work() as session:
        account = (await session.scalars(select(Account).where(Account.login == login))).one()
        for name, value in facts.items():
            setattr(account, name, value)
    return await states.signed_in(login)


class TestPassword:
    async def test_a_first_password_must_be_changed_before_anything_else(self) -> None:
        cookie = await _unproven("rsj", must_change_password=True)
        state = await states.tree(OwnState, cookie)
        await states.call(state, "load")
        assert (state.unproven, state.entries) == ("password", [])

        await states.call(state, "change_password", {"old": PASSWORD, "new": NEW, "again": NEW})

        assert (state.unproven, state.faults) == ("renew", {})

    @pytest.mark.parametrize(
        ("form", "field"),
        [
            ({"old": "wrong", "new": NEW, "again": NEW}, "old"),
            ({"old": PASSWORD, "new": NEW, "again": "other"}, "again"),
            ({"old": PASSWORD, "new": "short", "again": "short"}, "new"),
            ({"old": PASSWORD, "new": PASSWORD, "again": PASSWORD}, "new"),
        ],
    )
    async def test_what_is_wrong_is_said_beside_its_field(self, form: dict[str, str], field: str) -> None:
        state = await states.tree(OwnState, await states.signed_in("rsj"))
        await states.call(state, "load")

        await states.call(state, "change_password", form)

        assert field in state.faults


class TestSecondFactor:
    async def test_is_set_with_a_code_and_shows_recovery_codes_once(self) -> None:
        state = await states.tree(OwnState, await states.signed_in("rsj"))
        await states.call(state, "load")
        await states.call(state, "begin")
        code = codes.code_at(state.enrolling.secret.replace(" ", ""), codes.step_of(now()))

        await states.call(state, "confirm", {"code": code})

        assert (len(state.codes), state.enrolling.secret, state.protection.factor) == (10, "", True)
        await states.call(state, "kept")
        assert (state.codes, state.codes_file) == ([], "")

    async def test_a_wrong_code_leaves_it_as_it_was(self) -> None:
        state = await states.tree(OwnState, await states.signed_in("rsj"))
        await states.call(state, "begin")

        await states.call(state, "confirm", {"code": "000000"})

        assert (set(state.faults), state.codes) == ({"code"}, [])


class TestSessions:
    async def test_the_others_are_ended(self) -> None:
        first, second = await states.signed_in("rsj"), await states.signed_in("rsj")
        state = await states.tree(OwnState, second)
        await states.call(state, "load")
        assert [one.this for one in state.sessions] == [True, False]

        await states.call(state, "end_others")

        assert len(state.sessions) == 1
        async with unit_of_work() as session:
            secret = first.removeprefix(f"{COOKIE}=")
            assert await queries.actor_of(session, secret, SessionKind.BROWSER, at=now()) is None


class TestValues:
    async def test_only_the_security_administrator_opens_them(self) -> None:
        for login in ("sysadmin", "center", "auditor"):
            state = await states.tree(SecurityState, await states.signed_in(login))
            await states.call(state, "load")
            assert (state.barred, state.values) == (True, {})

    async def test_a_change_is_kept_with_its_history(self) -> None:
        state = await states.tree(SecurityState, await states.signed_in("secadmin"))
        await states.call(state, "load")

        await states.call(state, "send", {**state.values, "idle_minutes": "30", "reason": "测评整改"})

        assert [(one.before, one.after, one.reason) for one in state.past] == [("120", "30", "测评整改")]
        async with unit_of_work() as session:
            assert (await policy_values.of(session)).idle_minutes == 30

    @pytest.mark.parametrize(
        ("form", "field"),
        [
            ({"idle_minutes": "100000"}, "idle_minutes"),
            ({"lock_after": "x"}, "lock_after"),
            ({"password_length": "4"}, "password_length"),
            ({"password_days": "0"}, "reason"),
            ({"second_factor_for": "none"}, "reason"),
            ({"reveal_per_hour": "200"}, "reveal_per_hour"),
        ],
    )
    async def test_no_value_switches_a_protection_off_unsaid(self, form: dict[str, str], field: str) -> None:
        state = await states.tree(SecurityState, await states.signed_in("secadmin"))
        await states.call(state, "load")

        await states.call(state, "send", state.values | form)

        assert field in state.faults
        async with unit_of_work() as session:
            assert await policy_values.of(session) == rules.DEFAULTS


async def test_whoever_has_to_set_a_second_factor_has_no_rights_until_then() -> None:
    async with unit_of_work() as session:
        secadmin = await queries.actor_of_login(session, "secadmin")
        assert secadmin is not None
        await orgs.reset_second_factor(session, secadmin, "auditor", at=now())
    state = await states.tree(OwnState, await states.signed_in("auditor"))
    await states.call(state, "load")

    assert (state.unproven, state.entries) == ("second_factor", [])
