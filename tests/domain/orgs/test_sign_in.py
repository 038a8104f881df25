"""Signing in: what locks, what ends, and what a stranger cannot tell apart."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Reach, Role
from domain.kernel.refusals import BadCredentials, Invalid, Locked, NotPermitted
from domain.orgs import operations, queries, rules
from domain.orgs.models import Account, SessionKind, SignInSession
from domain.orgs.operations import passwords
from domain.orgs.schemas import NewAccount, SignIn
from tests.support import county as support
from tests.support.county import MORNING, PASSWORD, County

MINUTE = timedelta(minutes=1)
WRONG = "Wrong-Passw0rd"


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


async def _enter(session: AsyncSession, login: str = "rsj", password: str = PASSWORD, at: datetime = MORNING) -> SignIn:
    return await operations.sign_in(
        session, login=login, password=password, kind=SessionKind.BROWSER, origin="10.0.0.1", at=at
    )


class TestSignIn:
    async def test_the_right_password_opens_a_session(self, session: AsyncSession, county: County) -> None:
        entered = await _enter(session, " rsj ")

        actor = await queries.actor_of(session, entered.secret, SessionKind.BROWSER, at=MORNING)
        assert actor
        assert (actor.login, actor.unit_code, actor.reach) == ("rsj", "rsj", Reach.DEPARTMENT)

    async def test_the_secret_itself_is_not_stored(self, session: AsyncSession, county: County) -> None:
        entered = await _enter(session)

        held = (await session.scalars(select(SignInSession))).all()
        assert [one.digest for one in held] == [crypto.digest(entered.secret)]
        assert entered.secret not in repr(entered)

    async def test_unknown_and_wrong_answer_alike(self, session: AsyncSession, county: County) -> None:
        wrong, unknown = await _enter(session, password=WRONG), await _enter(session, "nobody")

        assert isinstance(wrong.refusal, BadCredentials)
        assert isinstance(unknown.refusal, BadCredentials)
        assert wrong.refusal.message == unknown.refusal.message

    async def test_an_unknown_account_costs_a_check_too(
        self, session: AsyncSession, county: County, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checked: list[str | None] = []
        real = passwords.matches

        async def noted(stored: str | None, password: str) -> bool:
            checked.append(stored)
            return await real(stored, password)

        monkeypatch.setattr(passwords, "matches", noted)
        await _enter(session, "nobody")

        assert checked == [None]

    async def test_five_failures_lock_even_the_right_password(self, session: AsyncSession, county: County) -> None:
        for _ in range(5):
            assert isinstance((await _enter(session, password=WRONG)).refusal, BadCredentials)

        assert isinstance((await _enter(session)).refusal, Locked)
        assert isinstance((await _enter(session, at=MORNING + 14 * MINUTE)).refusal, Locked)
        assert (await _enter(session, at=MORNING + 15 * MINUTE)).actor

    async def test_four_failures_and_a_success_count_from_zero(self, session: AsyncSession, county: County) -> None:
        for _ in range(2):
            for _ in range(4):
                await _enter(session, password=WRONG)
            assert (await _enter(session)).actor

    async def test_failures_are_journalled_without_the_password(self, session: AsyncSession, county: County) -> None:
        await _enter(session, password=WRONG)

        lines = list(
            await session.scalars(select(JournalEntry).where(col(JournalEntry.action).like("account.sign_in%")))
        )
        assert [line.action for line in lines] == ["account.sign_in_failed"]
        assert WRONG not in str(lines[0].detail)
        assert lines[0].origin == "10.0.0.1"

    async def test_a_disabled_account_answers_like_a_wrong_password(
        self, session: AsyncSession, county: County
    ) -> None:
        entered = await _enter(session)
        await operations.disable(session, county["sysadmin"], "rsj", at=MORNING)

        assert isinstance((await _enter(session)).refusal, BadCredentials)
        assert await queries.actor_of(session, entered.secret, SessionKind.BROWSER, at=MORNING) is None


class TestSessions:
    async def test_idle_for_two_hours_is_over(self, session: AsyncSession, county: County) -> None:
        entered = await _enter(session)

        idle = timedelta(minutes=rules.DEFAULTS.idle_minutes)
        almost = MORNING + idle - MINUTE
        assert await queries.actor_of(session, entered.secret, SessionKind.BROWSER, at=almost)
        assert await queries.actor_of(session, entered.secret, SessionKind.BROWSER, at=MORNING + idle) is None

    async def test_twelve_hours_are_the_end_of_a_busy_session(self, session: AsyncSession, county: County) -> None:
        entered = await _enter(session)
        for hour in range(1, 12):
            await operations.touch(session, entered.secret, SessionKind.BROWSER, at=MORNING + timedelta(hours=hour))

        end = MORNING + timedelta(hours=rules.DEFAULTS.absolute_hours)
        for at, alive in ((end - MINUTE, True), (end, False)):
            actor = await queries.actor_of(session, entered.secret, SessionKind.BROWSER, at=at)
            assert (actor is not None) is alive

    async def test_signing_out_ends_this_session_only(self, session: AsyncSession, county: County) -> None:
        one, other = await _enter(session), await _enter(session)

        await operations.sign_out(session, one.secret, SessionKind.BROWSER, at=MORNING)

        assert await queries.actor_of(session, one.secret, SessionKind.BROWSER, at=MORNING) is None
        assert await queries.actor_of(session, other.secret, SessionKind.BROWSER, at=MORNING)

    async def test_disabling_the_account_ends_it_for_good(self, session: AsyncSession, county: County) -> None:
        entered = await _enter(session)

        await operations.disable(session, county["sysadmin"], "rsj", at=MORNING)
        assert await queries.actor_of(session, entered.secret, SessionKind.BROWSER, at=MORNING) is None

        await operations.enable(session, county["sysadmin"], "rsj", at=MORNING)
        assert await queries.actor_of(session, entered.secret, SessionKind.BROWSER, at=MORNING) is None

    async def test_of_a_disabled_account_opens_nothing_though_nobody_ended_it(
        self, session: AsyncSession, county: County
    ) -> None:
        entered = await _enter(session)

        await session.execute(update(Account).where(col(Account.login) == "rsj").values(disabled_at=MORNING))

        assert await queries.actor_of(session, entered.secret, SessionKind.BROWSER, at=MORNING) is None

    async def test_a_browser_secret_is_no_api_token(self, session: AsyncSession, county: County) -> None:
        entered = await _enter(session)

        assert await queries.actor_of(session, entered.secret, SessionKind.API, at=MORNING) is None

    @pytest.mark.parametrize("secret", ["", "guess"])
    async def test_a_guess_is_nobody(self, session: AsyncSession, county: County, secret: str) -> None:
        assert await queries.actor_of(session, secret, SessionKind.BROWSER, at=MORNING) is None


class TestAccounts:
    @pytest.mark.parametrize(
        ("new", "field"),
        [
            (NewAccount("rsj", "甲", PASSWORD, ("officer",), "rsj"), "login"),
            (NewAccount("", "甲", PASSWORD, ("officer",), "rsj"), "login"),
            (NewAccount("new", "甲", "short", ("officer",), "rsj"), "password"),
            (NewAccount("new", "甲", PASSWORD, ("officer",), "nowhere"), "unit"),
            (NewAccount("new", "甲", PASSWORD, ("petitioner",), "rsj"), "roles"),
            (NewAccount("new", "甲", PASSWORD, (), "rsj"), "roles"),
        ],
    )
    async def test_what_cannot_be_is_named(
        self, session: AsyncSession, county: County, new: NewAccount, field: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            await operations.add_account(session, county["sysadmin"], new, at=MORNING)

        assert field in refused.value.fields

    async def test_only_the_system_administrator_adds_accounts(self, session: AsyncSession, county: County) -> None:
        new = NewAccount("new", "甲", PASSWORD, ("officer",), "rsj")
        for login, actor in county.actors.items():
            if login != "sysadmin":
                with pytest.raises(NotPermitted):
                    await operations.add_account(session, actor, new, at=MORNING)

    async def test_a_reset_unlocks_and_ends_sessions(self, session: AsyncSession, county: County) -> None:
        entered = await _enter(session)
        for _ in range(5):
            await _enter(session, password=WRONG)

        await operations.reset_password(session, county["sysadmin"], "rsj", "Another-" + "Passw0rd", at=MORNING)

        assert await queries.actor_of(session, entered.secret, SessionKind.BROWSER, at=MORNING) is None
        assert (await _enter(session, password="Another-" + "Passw0rd")).actor

    async def test_names_and_passwords_are_not_stored_in_clear(self, session: AsyncSession, county: County) -> None:
        account = (await session.scalars(select(Account).where(col(Account.login) == "rsj"))).one()

        assert account.password_hash.startswith("$argon2id$")
        assert "测试".encode() not in account.name_sealed
        assert queries.name_of(account).startswith("测试")


@pytest.mark.parametrize(
    ("password", "fine"),
    [("Bq7-xkwmvd", True), ("xkwmvdqr-7", True), ("Aa1-aaaaa", False), ("aaaaaaaaaa", False), ("xGuide-2026", False)],
)
def test_passwords_are_long_and_mixed(password: str, fine: bool) -> None:
    assert (rules.password_fault(password, "guide") == "") is fine


def test_the_widest_role_decides_the_reach() -> None:
    assert rules.widest_reach(frozenset({Role.REGISTRAR, Role.CENTER_ADMIN})) is Reach.ALL
    assert rules.widest_reach(frozenset()) is Reach.NONE
