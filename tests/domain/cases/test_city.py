"""Between the city and the county: what comes down, what is told upward."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.inputs import CitySent
from domain.cases.operations.city import receive
from domain.cases.queries import reach
from domain.cases.vocabulary import Action, Status
from domain.kernel.actor import system_actor
from domain.kernel.models import OutboxMessage
from domain.kernel.permissions import Role
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotPermitted
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

CITY = system_actor(Role.CITY)


def _sent(reference: str = "CITY-2026-1") -> CitySent:
    return CitySent(**support.matter().model_dump(), city_reference=reference)


async def _told(session: AsyncSession) -> list[tuple[str, str]]:
    query = select(OutboxMessage).where(col(OutboxMessage.topic) == "city.feedback")
    return [(m.payload["action"], m.payload["node"]) for m in await session.scalars(query.order_by(OutboxMessage.id))]


class TestReceive:
    async def test_makes_a_case_that_waits_for_dispatch(self, session: AsyncSession, county: County) -> None:
        made = await receive(session, CITY, _sent(), at=MORNING)

        case = await reach.find(session, county["center"], made.number)
        assert (case.status, case.source.value, case.city_reference) == (Status.TO_DISPATCH, "city", "CITY-2026-1")
        assert case.due_at is not None

    async def test_answers_a_repeat_with_the_same_case(self, session: AsyncSession, county: County) -> None:
        first = await receive(session, CITY, _sent(), at=MORNING)

        assert await receive(session, CITY, _sent(), at=MORNING) == first
        assert county

    async def test_is_for_the_city_and_wants_a_reference(self, session: AsyncSession, county: County) -> None:
        with pytest.raises(NotPermitted):
            await receive(session, county["center"], _sent(), at=MORNING)
        with pytest.raises(Invalid):
            await receive(session, CITY, _sent(" "), at=MORNING)

    async def test_may_be_given_back_while_nothing_was_done(self, session: AsyncSession, county: County) -> None:
        made = await receive(session, CITY, _sent(), at=MORNING)

        done = await support.step(
            session, county["center"], made.number, Action.RETURN_TO_CITY, at=MORNING, opinion="不属本县"
        )

        assert done.status is Status.VOID
        assert await _told(session) == [("return_to_city", "returned")]


class TestFeedback:
    async def test_tells_every_transition_by_the_status_map(self, session: AsyncSession, county: County) -> None:
        made = await receive(session, CITY, _sent(), at=MORNING)

        for action in MAIN_LINE[1:]:
            await support.main_step(session, county, made.number, action, at=MORNING)

        assert await _told(session) == [
            ("dispatch", "accepted"), ("accept", "handling"), ("report_progress", "handling"),
            ("submit_result", "to_confirm"), ("confirm", "closed"),
        ]  # fmt: skip

    async def test_tells_nothing_of_a_case_of_our_own(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)

        assert await _told(session) == []
        with pytest.raises(ActionNotAllowed):
            await support.step(session, county["center"], number, Action.RETURN_TO_CITY, at=MORNING, opinion="退回")


class TestHandedUp:
    async def test_comes_back_with_a_result_to_confirm(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
        await support.step(
            session, county["center"], number, Action.ESCALATE_TO_CITY,
            at=MORNING, opinion="当事人在外县", target_area="临江县", consent="诉求人书面同意",
        )  # fmt: skip

        await support.step(session, CITY, number, Action.CITY_PROGRESS, at=MORNING, opinion="已分流至临江县")
        await support.step(session, CITY, number, Action.CITY_RESULT, at=MORNING, result="已调解", opinion="已调解")

        case = await reach.find(session, county["center"], number)
        assert (case.status, case.result, case.city_target) == (Status.TO_CONFIRM, "已调解", "临江县")
