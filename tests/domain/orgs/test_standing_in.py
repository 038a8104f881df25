"""Delegations for leave, and the hand-over of open work."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.operations.hand_over import hand_over, left_behind, preview, takers
from domain.cases.queries import detail
from domain.cases.vocabulary import Action, OpenWork
from domain.kernel.actor import Actor
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Role
from domain.kernel.refusals import Invalid, NotFound, NotPermitted
from domain.orgs import operations, queries
from domain.orgs.models import Account, SessionKind
from domain.orgs.schemas import AccountChange, NewAccount
from tests.support import county as support
from tests.support.colleagues import seen_by
from tests.support.county import MAIN_LINE, MORNING, PASSWORD, County

DAY = timedelta(days=1)


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


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

    async def test_the_list_offers_exactly_who_is_taken(self, session: AsyncSession, county: County) -> None:
        await support.reinforce(session, county)
        sysadmin = county["sysadmin"]
        for login in ("rsj3", "rsj4"):
            new = NewAccount(login=login, name="新来的", password=PASSWORD, roles=("officer",), unit_code="rsj")
            await operations.add_account(session, sysadmin, new, at=MORNING)
            await operations.grant_roles(session, county["secadmin"], login, ["officer"], at=MORNING)
        await operations.disable(session, sysadmin, "rsj3", at=MORNING)
        await operations.change_account(session, sysadmin, "rsj4", AccountChange(valid_until=MORNING), at=MORNING)

        everybody = set(await session.scalars(select(Account.login)))
        for giver, by in (("rsj", "rsj_head"), ("rsj", "center"), ("registrar", "center"), ("rsj_head", "center")):
            offered = {one.login for one in await takers(session, county[by], giver, at=MORNING)}
            taken = {login for login in everybody if await self._is_taken(session, county[by], giver, login)}
            assert offered == taken, giver
        assert {one.login for one in await takers(session, county["center"], "rsj", at=MORNING)} == {"rsj2"}

    async def _is_taken(self, session: AsyncSession, actor: Actor, giver: str, taker: str) -> bool:
        try:
            await hand_over(session, actor, giver, taker, at=MORNING, kinds=())
        except (Invalid, NotPermitted):
            return False
        return True

    @pytest.mark.parametrize("phone", ["", "0595-22001234"])
    async def test_the_petitioner_keeps_a_telephone(self, session: AsyncSession, county: County, phone: str) -> None:
        await support.reinforce(session, county)
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        given = {"person_in_charge": county["rsj"].name, "person_phone": support.phone(77)}
        await support.step(session, county["rsj"], number, Action.ACCEPT, at=MORNING, **given)
        before = (await detail.get(session, county["center"], number, at=MORNING)).assignments[0]

        await hand_over(session, county["rsj_head"], "rsj", "rsj2", at=MORNING, phone=phone)

        after = (await detail.get(session, county["center"], number, at=MORNING)).assignments[0]
        assert (after.in_charge, after.in_charge_phone) == (county["rsj2"].name, phone or before.in_charge_phone)
        assert before.in_charge_phone

    async def test_a_telephone_that_is_none_is_refused_at_its_field(
        self, session: AsyncSession, county: County
    ) -> None:
        await support.reinforce(session, county)
        with pytest.raises(Invalid) as refused:
            await hand_over(session, county["rsj_head"], "rsj", "rsj2", at=MORNING, phone="12")
        assert set(refused.value.fields) == {"phone"}

    @pytest.mark.parametrize("steps", range(1, len(MAIN_LINE) + 1))
    @pytest.mark.parametrize("login", ["registrar", "rsj", "zjj"])
    async def test_what_stays_behind_is_what_could_be_handed_over(
        self, session: AsyncSession, county: County, login: str, steps: int
    ) -> None:
        await support.bring_to(session, county, MAIN_LINE[:steps], at=MORNING)

        left = await left_behind(session, county["sysadmin"], login, at=MORNING)

        assert left.counts == (await preview(session, county["center"], login, at=MORNING)).counts

    async def test_only_who_manages_accounts_asks_what_stays_behind(
        self, session: AsyncSession, county: County
    ) -> None:
        for login in ("rsj", "center", "secadmin"):
            with pytest.raises(NotPermitted):
                await left_behind(session, county[login], "rsj", at=MORNING)
