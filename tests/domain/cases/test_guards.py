"""The conditions of the rows at their edges: how often, how long after, with what, and for which kind of matter."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar.operations import seed_years
from domain.cases.inputs import StepInput
from domain.cases.operations import assists
from domain.cases.queries import reach
from domain.cases.schemas import CaseSummary
from domain.cases.vocabulary import Action, Status
from domain.kernel.actor import Actor
from domain.kernel.refusals import ActionNotAllowed, Invalid
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County
from tests.support.stations import RIGHT, SAID, petitioner

A = Action
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


async def _refused(attempt: Awaitable[CaseSummary]) -> None:
    with pytest.raises(ActionNotAllowed) as said:
        await attempt
    assert said.value.message


async def _closed(session: AsyncSession, county: County) -> str:
    await seed_years(session, [2026])
    return await support.bring_to(session, county, MAIN_LINE, at=MORNING)


def _local(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+08:00")


class Desk:
    """One case, and whoever does something to it."""

    def __init__(self, session: AsyncSession, county: County, number: str) -> None:
        self.session, self.county, self.number = session, county, number

    async def petitioner(self) -> Actor:
        return petitioner((await reach.find(self.session, self.county["registrar"], self.number)).id)

    async def act(self, who: str | Actor, action: Action, at: datetime = MORNING, **given: object) -> CaseSummary:
        actor = self.county[who] if isinstance(who, str) else who
        whole = {"opinion": SAID, **RIGHT.get(action, {}), **given}
        return await support.step(self.session, actor, self.number, action, at=at, **whole)


class TestReopening:
    @pytest.mark.parametrize(("after", "fine"), [(30 * DAY - SECOND, True), (30 * DAY + SECOND, False)])
    @pytest.mark.parametrize("who", ["center", "leader"])
    async def test_is_for_thirty_days(
        self, session: AsyncSession, county: County, who: str, after: timedelta, fine: bool
    ) -> None:
        desk = Desk(session, county, await _closed(session, county))

        again = desk.act(who, A.REOPEN, MORNING + after)

        if fine:
            assert (await again).status is Status.TO_ACCEPT
        else:
            await _refused(again)


class TestRating:
    async def test_is_given_once_by_each_of_the_two(self, session: AsyncSession, county: County) -> None:
        desk = Desk(session, county, await _closed(session, county))
        people = (await desk.petitioner(), "registrar")
        for who in people:
            await desk.act(who, A.RATE, MORNING + DAY)

        for who in people:
            await _refused(desk.act(who, A.RATE, MORNING + 2 * DAY))

    @pytest.mark.parametrize(("after", "fine"), [(15 * DAY - SECOND, True), (15 * DAY + SECOND, False)])
    async def test_is_for_fifteen_days(
        self, session: AsyncSession, county: County, after: timedelta, fine: bool
    ) -> None:
        desk = Desk(session, county, await _closed(session, county))

        rating = desk.act(await desk.petitioner(), A.RATE, MORNING + after)

        if fine:
            assert (await rating).status is Status.CLOSED
        else:
            await _refused(rating)


class TestAppeals:
    """Rated on Wednesday 2026-11-18 at 09:00: five working days end on Wednesday 2026-11-25 at 09:00."""

    async def _rated(self, session: AsyncSession, county: County) -> Desk:
        desk = Desk(session, county, await _closed(session, county))
        await desk.act(await desk.petitioner(), A.RATE, satisfaction=1)
        return desk

    @pytest.mark.parametrize(("at", "fine"), [("2026-11-25T08:59", True), ("2026-11-25T09:01", False)])
    async def test_are_for_five_working_days(self, session: AsyncSession, county: County, at: str, fine: bool) -> None:
        desk = await self._rated(session, county)

        appeal = desk.act("rsj_head", A.APPEAL_RATING, _local(at))

        if fine:
            assert (await appeal).status is Status.CLOSED
        else:
            await _refused(appeal)

    async def test_need_a_rating_and_are_made_and_ruled_once(self, session: AsyncSession, county: County) -> None:
        unrated = Desk(session, county, await _closed(session, county))
        await _refused(unrated.act("rsj_head", A.APPEAL_RATING))
        desk = await self._rated(session, county)
        await _refused(desk.act("center", A.RULE_APPEAL))
        await desk.act("rsj_head", A.APPEAL_RATING)
        await _refused(desk.act("rsj_head", A.APPEAL_RATING))

        await desk.act("center", A.RULE_APPEAL, ruling="malicious")

        await _refused(desk.act("center", A.RULE_APPEAL))
        await _refused(desk.act("rsj_head", A.APPEAL_RATING))


class TestSupervising:
    @pytest.mark.parametrize(
        ("first", "then", "fine"),
        [
            ("ordinary", "ordinary", False), ("ordinary", "yellow", True), ("ordinary", "red", True),
            ("yellow", "yellow", False), ("yellow", "red", True), ("yellow", "ordinary", False),
            ("red", "yellow", False), ("red", "red", False), ("red", "ordinary", False),
        ],
    )  # fmt: skip
    async def test_only_rises(self, session: AsyncSession, county: County, first: str, then: str, fine: bool) -> None:
        desk = Desk(session, county, await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING))
        await desk.act("center", A.SUPERVISE, level=first)

        more = desk.act("leader", A.SUPERVISE, level=then)

        if fine:
            assert (await more).status is Status.TO_ACCEPT
        else:
            await _refused(more)

    async def test_may_begin_again_once_it_was_taken_off(self, session: AsyncSession, county: County) -> None:
        desk = Desk(session, county, await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING))
        await desk.act("center", A.SUPERVISE, level="red")
        await desk.act("center", A.UNSUPERVISE)

        assert await desk.act("leader", A.SUPERVISE, level="ordinary")


class TestUrging:
    async def test_rests_four_hours_whoever_urges(self, session: AsyncSession, county: County) -> None:
        desk = Desk(session, county, await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING))
        await desk.act("registrar", A.URGE)

        for who in ("center", "leader", "registrar"):
            await _refused(desk.act(who, A.URGE, MORNING + timedelta(hours=4) - SECOND))
        assert await desk.act("leader", A.URGE, MORNING + timedelta(hours=4))
        await _refused(desk.act("center", A.URGE, MORNING + timedelta(hours=5)))


class TestExtending:
    @pytest.mark.parametrize(("days", "fine"), [(1, True), (10, True), (11, False), (0, False)])
    async def test_is_one_to_ten_working_days_asked_or_granted(
        self, session: AsyncSession, county: County, days: int, fine: bool
    ) -> None:
        await seed_years(session, [2026])
        desk = Desk(session, county, await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING))
        for who, action in (("rsj", A.REQUEST_EXTENSION), ("center", A.APPROVE_EXTENSION)):
            if fine:
                await desk.act(who, action, days=days)
                continue
            with pytest.raises(Invalid) as refused:
                await desk.act(who, action, days=days)
            assert set(refused.value.fields) == {"days"}
            await desk.act(who, action)

    def test_of_fewer_than_no_days_cannot_be_asked_at_all(self) -> None:
        with pytest.raises(ValidationError, match="days"):
            StepInput(days=-1)

    async def test_ends_with_the_red_card_of_what_was_extended(self, session: AsyncSession, county: County) -> None:
        """Feedback is red after ten working days, 2026-12-02 09:00; ten more make it 2026-12-16."""
        await seed_years(session, [2026])
        desk = Desk(session, county, await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING))
        await desk.act("rsj", A.REQUEST_EXTENSION, _local("2026-12-02T08:59"), days=10)
        await desk.act("center", A.APPROVE_EXTENSION, _local("2026-12-02T08:59"), days=10)

        await _refused(desk.act("rsj", A.REQUEST_EXTENSION, _local("2026-12-16T09:01"), days=1))
        assert await desk.act("rsj", A.REQUEST_EXTENSION, _local("2026-12-16T08:59"), days=1)


class TestReturning:
    async def test_after_feedback_needs_the_head_each_time_anew(self, session: AsyncSession, county: County) -> None:
        desk = Desk(session, county, await support.bring_to(session, county, MAIN_LINE[:4], at=MORNING))
        await _refused(desk.act("rsj", A.REQUEST_RETURN))
        await assists.agree_to_return(session, county["rsj_head"], number=desk.number, at=MORNING)
        await desk.act("rsj", A.REQUEST_RETURN)
        await desk.act("center", A.APPROVE_RETURN)
        for action in MAIN_LINE[1:4]:
            await support.main_step(session, county, desk.number, action, at=MORNING)

        await _refused(desk.act("rsj", A.REQUEST_RETURN))


class TestWatching:
    _WATCH = {"watch": True, "watch_reason": "履行期较长"}

    @pytest.mark.parametrize(("risk", "fine"), [("low", True), ("medium", False), ("high", False)])
    @pytest.mark.parametrize("action", [A.CLOSE_DIRECTLY, A.CONFIRM])
    async def test_is_for_low_risk_and_with_a_reason(
        self, session: AsyncSession, county: County, action: Action, risk: str, fine: bool
    ) -> None:
        desk = Desk(session, county, await support.draft(session, county, at=MORNING, risk_level=risk))
        for before in MAIN_LINE[: 1 if action is A.CLOSE_DIRECTLY else 5]:
            await support.main_step(session, county, desk.number, before, at=MORNING)
        if not fine:
            await _refused(desk.act("center", action, **self._WATCH))
            return
        with pytest.raises(Invalid) as refused:
            await desk.act("center", action, watch=True, watch_reason=" ")
        assert set(refused.value.fields) == {"watch_reason"}
        assert (await desk.act("center", action, **self._WATCH)).status is Status.CLOSED
        assert (await reach.find(session, county["center"], desk.number)).watch

    async def test_ends_with_the_relapse(self, session: AsyncSession, county: County) -> None:
        desk = Desk(session, county, await support.bring_to(session, county, MAIN_LINE[:5], at=MORNING))
        await desk.act("center", A.CONFIRM, **self._WATCH)

        assert (await desk.act("center", A.RELAPSE, MORNING + 200 * DAY)).status is Status.TO_ACCEPT

        case = await reach.find(session, county["center"], desk.number)
        assert (case.watch, case.leader_order) == (False, True)


class TestPictures:
    @pytest.mark.parametrize(("category", "needed"), [("0701", True), ("H102", True), ("L101", False)])
    async def test_are_due_by_kind_from_lead_and_assistant_alike(
        self, session: AsyncSession, county: County, category: str, needed: bool
    ) -> None:
        number = await support.draft(session, county, at=MORNING, category=category)
        desk = Desk(session, county, number)
        await desk.act("registrar", A.SUBMIT)
        await desk.act("center", A.DISPATCH, assist_departments=("zjj",))
        await desk.act("rsj", A.ACCEPT)
        for who, action in (("rsj", A.REPORT_PROGRESS), ("zjj", A.ASSIST_REPORT), ("rsj", A.SUBMIT_RESULT)):
            if needed:
                with pytest.raises(Invalid) as refused:
                    await desk.act(who, action)
                assert set(refused.value.fields) == {"attachments"}
            own = (await support.picture(session, county[who], at=MORNING),) if needed else ()
            await desk.act(who, action, attachments=own)

    async def test_are_not_asked_of_the_centre_s_own_close(self, session: AsyncSession, county: County) -> None:
        desk = Desk(session, county, await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING))

        assert (await desk.act("center", A.CLOSE_DIRECTLY)).status is Status.CLOSED
