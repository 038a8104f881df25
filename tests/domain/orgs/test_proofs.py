"""Second factors, recovery codes, passwords that age, locks that grow, and sessions that take a new secret."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel.actor import Actor
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Permission
from domain.kernel.refusals import ActionNotAllowed, BadCredentials, Invalid, Locked, NotPermitted, OtpRequired
from domain.orgs import operations, policy_values, queries, rules
from domain.orgs.models import Account, PasswordPast, SessionKind
from domain.orgs.operations import codes, sign_on
from domain.orgs.rules import SecondFactorFor
from domain.orgs.schemas import NewAccount, SignIn
from tests.support import county as support
from tests.support.county import MORNING, OTP_SECRET, PASSWORD, County

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BROWSER, API = SessionKind.BROWSER, SessionKind.API
NEW = "Another-" + "Passw0rd"


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    built = await support.build(session)
    for account in await session.scalars(select(Account)):
        account.password_changed_at = MORNING
    return built


async def _enter(session: AsyncSession, login: str = "auditor", *, at: datetime = MORNING, **more: object) -> SignIn:
    given = {"password": PASSWORD, "kind": BROWSER, "origin": "10.0.0.1 Chrome"} | more
    return await operations.sign_in(session, login=login, at=at, **given)  # type: ignore[arg-type]


async def _code(session: AsyncSession, half: str, code: str, *, at: datetime = MORNING) -> SignIn:
    return await operations.finish_sign_in(session, half=half, code=code, origin="10.0.0.1 Chrome", at=at)


def _now(at: datetime = MORNING, later: int = 0) -> str:
    return codes.code_at(OTP_SECRET, codes.step_of(at) + later)


async def _acting(session: AsyncSession, secret: str, at: datetime = MORNING, kind: SessionKind = BROWSER) -> Actor:
    actor = await queries.actor_of(session, secret, kind, at=at)
    assert actor is not None
    return actor


async def _account(session: AsyncSession, login: str) -> Account:
    return (await session.scalars(select(Account).where(col(Account.login) == login))).one()


class TestTheSecondStep:
    async def test_a_password_alone_opens_no_session(self, session: AsyncSession, county: County) -> None:
        half = await _enter(session)

        assert (half.secret, bool(half.half)) == ("", True)
        assert await queries.actor_of(session, half.half, BROWSER, at=MORNING) is None

    @pytest.mark.parametrize("later", [-1, 0, 1])
    async def test_the_code_of_a_clock_that_differs_a_little_is_taken(
        self, session: AsyncSession, county: County, later: int
    ) -> None:
        half = await _enter(session)

        entered = await _code(session, half.half, _now(later=later))

        assert (await _acting(session, entered.secret)).may(Permission.JOURNAL_AUDIT)

    async def test_a_code_is_good_once(self, session: AsyncSession, county: County) -> None:
        for expected in (True, False):
            half = await _enter(session)
            entered = await _code(session, half.half, _now())
            assert bool(entered.secret) is expected

    async def test_a_half_sign_in_is_good_once_and_for_five_minutes(
        self, session: AsyncSession, county: County
    ) -> None:
        half = await _enter(session)
        late = MORNING + 5 * MINUTE
        assert (await _code(session, half.half, _now(late), at=late)).refusal
        again = await _enter(session)
        assert (await _code(session, again.half, _now())).secret
        assert (await _code(session, again.half, _now(later=1))).refusal

    async def test_wrong_codes_lock_although_the_password_is_right_each_time(
        self, session: AsyncSession, county: County
    ) -> None:
        for _ in range(rules.DEFAULTS.lock_after):
            half = await _enter(session)
            assert isinstance((await _code(session, half.half, "000000")).refusal, BadCredentials)

        assert (await _code(session, half.half, _now())).refusal
        assert isinstance((await _enter(session)).refusal, Locked)
        lines = select(JournalEntry).where(col(JournalEntry.action) == "account.second_factor_failed")
        assert len((await session.scalars(lines)).all()) == rules.DEFAULTS.lock_after

    async def test_a_program_gives_the_code_along(self, session: AsyncSession, county: County) -> None:
        assert isinstance((await _enter(session, kind=API)).refusal, OtpRequired)
        assert (await _enter(session, kind=API, code=_now())).secret


class TestEnrolling:
    async def test_whoever_must_and_has_not_gets_no_rights_until_then(
        self, session: AsyncSession, county: County
    ) -> None:
        await operations.reset_second_factor(session, county["secadmin"], "auditor", at=MORNING)
        entered = await _enter(session)
        actor = await _acting(session, entered.secret)
        assert (actor.unproven, actor.may(Permission.JOURNAL_AUDIT)) == ("second_factor", False)

        made = await operations.begin_second_factor(session, actor, at=MORNING)
        code = codes.code_at(made.secret, codes.step_of(MORNING))
        shown = await operations.confirm_second_factor(session, actor, code, at=MORNING)
        await session.flush()
        assert not (await _acting(session, entered.secret)).may(Permission.JOURNAL_AUDIT)
        renewed = await operations.renew(session, entered.secret, BROWSER, origin="10.0.0.1", at=MORNING)

        assert await queries.actor_of(session, entered.secret, BROWSER, at=MORNING) is None
        assert (await _acting(session, renewed.secret)).may(Permission.JOURNAL_AUDIT)
        assert len(set(shown)) == 10

    async def test_a_session_that_proved_nothing_cannot_take_the_rights_of_another(
        self, session: AsyncSession, county: County
    ) -> None:
        await operations.reset_second_factor(session, county["secadmin"], "auditor", at=MORNING)
        other = await _enter(session)
        await support.enrol(session, (await _account(session, "auditor")).id, at=MORNING)

        renewed = await operations.renew(session, other.secret, BROWSER, origin="10.0.0.1", at=MORNING)

        assert (await _acting(session, renewed.secret)).unproven == "second_factor"

    async def test_each_recovery_code_opens_once_however_it_is_typed(
        self, session: AsyncSession, county: County
    ) -> None:
        entered = await _enter(session, "rsj")
        actor = await _acting(session, entered.secret)
        made = await operations.begin_second_factor(session, actor, at=MORNING)
        code = codes.code_at(made.secret, codes.step_of(MORNING))
        shown = await operations.confirm_second_factor(session, actor, code, at=MORNING)
        typed = shown[0].lower().replace("-", " ")

        for expected in (True, False):
            half = await _enter(session, "rsj")
            assert bool((await _code(session, half.half, typed)).secret) is expected

    async def test_nobody_resets_the_own_one_and_no_other_duty_does(
        self, session: AsyncSession, county: County
    ) -> None:
        with pytest.raises(ActionNotAllowed):
            await operations.reset_second_factor(session, county["secadmin"], "secadmin", at=MORNING)
        for login in ("sysadmin", "auditor", "center"):
            with pytest.raises(NotPermitted):
                await operations.reset_second_factor(session, county[login], "secadmin", at=MORNING)


class TestPasswords:
    async def test_one_set_by_an_administrator_must_be_changed_first(
        self, session: AsyncSession, county: County
    ) -> None:
        await operations.reset_password(session, county["sysadmin"], "rsj", NEW, at=MORNING)
        entered = await _enter(session, "rsj", password=NEW)
        actor = await _acting(session, entered.secret)
        assert (actor.unproven, actor.may(Permission.CASE_VIEW)) == ("password", False)

        assert await operations.change_password(session, actor, NEW, "Third-" + "Passw0rd", at=MORNING) is None
        await session.flush()
        renewed = await operations.renew(session, entered.secret, BROWSER, origin="10.0.0.1", at=MORNING)

        assert (await _acting(session, renewed.secret)).may(Permission.CASE_VIEW)

    async def test_a_new_account_begins_with_a_change(self, session: AsyncSession, county: County) -> None:
        new = NewAccount("fresh", "测试寅", NEW, ("officer",), "rsj")
        await operations.add_account(session, county["sysadmin"], new, at=MORNING)
        await operations.grant_roles(session, county["secadmin"], "fresh", ["officer"], at=MORNING)

        assert (await _acting(session, (await _enter(session, "fresh", password=NEW)).secret)).unproven == "password"

    @pytest.mark.parametrize(("days", "unproven"), [(89, ""), (90, "password")])
    async def test_ages(self, session: AsyncSession, county: County, days: int, unproven: str) -> None:
        at = MORNING + days * DAY
        assert (await _acting(session, (await _enter(session, "rsj", at=at)).secret, at)).unproven == unproven

    async def test_none_of_the_last_ones_comes_back(self, session: AsyncSession, county: County) -> None:
        actor = await _acting(session, (await _enter(session, "rsj")).secret)
        assert await operations.change_password(session, actor, PASSWORD, NEW, at=MORNING) is None

        with pytest.raises(Invalid) as refused:
            await operations.change_password(session, actor, NEW, PASSWORD, at=MORNING + MINUTE)

        assert "new" in refused.value.fields
        past = (await session.scalars(select(PasswordPast))).all()
        assert all(row.password_hash.startswith("$argon2id$") for row in past)


class TestLocks:
    async def test_each_further_one_lasts_twice_as_long_and_a_success_begins_anew(
        self, session: AsyncSession, county: County
    ) -> None:
        at = MORNING
        for minutes in (15, 30, 60):
            for _ in range(5):
                await _enter(session, "rsj", password="wrong", at=at)
            account = await _account(session, "rsj")
            assert account.locked_until == at + minutes * MINUTE
            at = account.locked_until
        assert (await _enter(session, "rsj", at=at)).secret
        assert (await _account(session, "rsj")).lockouts == 0

    def test_none_lasts_longer_than_a_day(self) -> None:
        assert rules.lock_for(50) == timedelta(hours=24)


class TestSessions:
    async def test_the_oldest_ends_when_there_are_too_many(self, session: AsyncSession, county: County) -> None:
        given = {"sessions_per_account": 2}
        await operations.set_values(session, county["secadmin"], given, at=MORNING)
        secrets = [(await _enter(session, "rsj", at=MORNING + place * MINUTE)).secret for place in range(3)]

        held = [await queries.actor_of(session, one, BROWSER, at=MORNING + 3 * MINUTE) for one in secrets]

        assert [actor is not None for actor in held] == [False, True, True]

    async def test_idle_time_is_taken_from_the_values(self, session: AsyncSession, county: County) -> None:
        await operations.set_values(session, county["secadmin"], {"idle_minutes": 10}, at=MORNING)
        secret = (await _enter(session, "rsj")).secret

        assert await queries.actor_of(session, secret, BROWSER, at=MORNING + 10 * MINUTE) is None

    async def test_a_new_address_is_noted(self, session: AsyncSession, county: County) -> None:
        for origin in ("10.0.0.1 Chrome", "10.0.0.1 Edge", "10.9.9.9 Chrome"):
            await _enter(session, "rsj", origin=origin)

        lines = select(JournalEntry).where(col(JournalEntry.action) == "account.sign_in").order_by(JournalEntry.seq)
        assert [bool(line.detail.get("new_address")) for line in await session.scalars(lines)] == [False, False, True]


class TestValues:
    async def test_everyone_may_be_asked_for_a_second_factor(self, session: AsyncSession, county: County) -> None:
        given = {"second_factor_for": SecondFactorFor.EVERYONE}
        await operations.set_values(session, county["secadmin"], given, at=MORNING)

        assert (await _acting(session, (await _enter(session, "rsj")).secret)).unproven == "second_factor"

    async def test_only_the_security_administrator_sets_them(self, session: AsyncSession, county: County) -> None:
        for login, actor in county.actors.items():
            if login != "secadmin":
                with pytest.raises(NotPermitted):
                    await operations.set_values(session, actor, {"idle_minutes": 10}, at=MORNING)

    @pytest.mark.parametrize("key", list(rules.BOUNDS))
    async def test_no_value_leaves_its_bounds(self, session: AsyncSession, county: County, key: str) -> None:
        least, most = rules.BOUNDS[key]
        for value in (least - 1, most + 1, "10", True, None):
            with pytest.raises(Invalid) as refused:
                await operations.set_values(session, county["secadmin"], {key: value}, at=MORNING)
            assert key in refused.value.fields
        assert await policy_values.of(session) == rules.DEFAULTS


class TestSigningOn:
    async def test_never_makes_an_account(self, session: AsyncSession, county: County) -> None:
        answer = await sign_on.sign_on(
            session, provider="oidc", subject="stranger", strong=False, origin="10.0.0.1", at=MORNING
        )
        assert isinstance(answer.refusal, BadCredentials)

    async def test_a_certificate_that_the_person_linked_is_both_factors(
        self, session: AsyncSession, county: County
    ) -> None:
        await sign_on.link_own(session, county["auditor"], "sm2", "card", at=MORNING)
        answer = await sign_on.sign_on(session, provider="sm2", subject="card", strong=True, origin="x", at=MORNING)
        assert (await _acting(session, answer.secret)).may(Permission.JOURNAL_AUDIT)

    async def test_one_that_an_administrator_linked_still_wants_the_code(
        self, session: AsyncSession, county: County
    ) -> None:
        await sign_on.link_for(session, county["secadmin"], "auditor", "sm2", "card", at=MORNING)
        answer = await sign_on.sign_on(session, provider="sm2", subject="card", strong=True, origin="x", at=MORNING)
        assert (answer.secret, bool(answer.half)) == ("", True)

    async def test_an_identity_belongs_to_one_account(self, session: AsyncSession, county: County) -> None:
        await sign_on.link_own(session, county["rsj"], "oidc", "one", at=MORNING)
        with pytest.raises(ActionNotAllowed):
            await sign_on.link_own(session, county["zjj"], "oidc", "one", at=MORNING)

    async def test_what_was_kept_is_looked_at_once(self, session: AsyncSession, county: County) -> None:
        secret = await sign_on.begin_sign_on(session, "oidc", "kept", origin="x", at=MORNING)
        assert await sign_on.take_sign_on(session, secret, "sm2", at=MORNING) is None
        taken = await sign_on.take_sign_on(session, secret, "oidc", at=MORNING)
        assert taken is not None
        assert taken.keep == "kept"
        assert await sign_on.take_sign_on(session, secret, "oidc", at=MORNING) is None
