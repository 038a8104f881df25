"""Assistants waived, returns agreed to, copies received."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.inputs import CaseFilter
from domain.cases.operations import assists
from domain.cases.queries import detail, listing
from domain.cases.vocabulary import Action, Status
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound, NotPermitted
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County


async def _with_assistant(session: AsyncSession, county: County) -> str:
    number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
    await support.step(
        session, county["center"], number, Action.DISPATCH,
        at=MORNING, lead_department="rsj", assist_departments=("zjj",),
    )  # fmt: skip
    await support.main_step(session, county, number, Action.ACCEPT, at=MORNING)
    return number


class TestWaive:
    async def test_lets_the_lead_go_on(self, session: AsyncSession, county: County) -> None:
        number = await _with_assistant(session, county)
        with pytest.raises(ActionNotAllowed, match="协办"):
            await support.main_step(session, county, number, Action.SUBMIT_RESULT, at=MORNING)

        await assists.waive(session, county["center"], number=number, unit="zjj", reason="主办已查清", at=MORNING)

        done = await support.main_step(session, county, number, Action.SUBMIT_RESULT, at=MORNING)
        assert done.status is Status.TO_CONFIRM

    async def test_is_for_the_centre_with_a_reason_and_once(self, session: AsyncSession, county: County) -> None:
        number = await _with_assistant(session, county)

        with pytest.raises(NotPermitted):
            await assists.waive(session, county["rsj"], number=number, unit="zjj", reason="不需要", at=MORNING)
        with pytest.raises(Invalid):
            await assists.waive(session, county["center"], number=number, unit="zjj", reason=" ", at=MORNING)
        await assists.waive(session, county["center"], number=number, unit="zjj", reason="主办已查清", at=MORNING)
        with pytest.raises(ActionNotAllowed):
            await assists.waive(session, county["center"], number=number, unit="zjj", reason="再次", at=MORNING)


class TestAgreeToReturn:
    async def test_opens_the_way_back_after_a_report(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:4], at=MORNING)
        with pytest.raises(ActionNotAllowed, match="部门领导"):
            await support.step(session, county["rsj"], number, Action.REQUEST_RETURN, at=MORNING, opinion="不归我局")

        await assists.agree_to_return(session, county["rsj_head"], number=number, at=MORNING)

        asked = await support.step(
            session, county["rsj"], number, Action.REQUEST_RETURN, at=MORNING, opinion="不归我局"
        )
        assert asked.status is Status.RETURN_PENDING

    async def test_is_for_the_head_of_the_lead(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)

        with pytest.raises(NotPermitted):
            await assists.agree_to_return(session, county["rsj"], number=number, at=MORNING)
        with pytest.raises(NotFound):
            await assists.agree_to_return(session, county["zjj_head"], number=number, at=MORNING)


class TestCopy:
    async def test_may_be_read_and_is_received_once(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
        with pytest.raises(NotFound):
            await detail.get(session, county["zjj"], number, at=MORNING)

        await support.step(
            session, county["center"], number, Action.COPY, at=MORNING, department="zjj", opinion="请知悉"
        )

        assert await assists.receive_copy(session, county["zjj"], number=number, at=MORNING)
        assert not await assists.receive_copy(session, county["zjj"], number=number, at=MORNING)
        shown = await detail.get(session, county["center"], number, at=MORNING)
        assert [(copy.note, copy.read_at) for copy in shown.copies] == [("请知悉", MORNING)]
        copied = await listing.search(session, county["zjj"], CaseFilter(view="copied"), at=MORNING)
        assert [row.number for row in copied.items] == [number]

    async def test_gives_no_step_to_the_reader(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
        await support.step(session, county["center"], number, Action.COPY, at=MORNING, department="zjj")

        with pytest.raises(NotPermitted):
            await support.step(session, county["zjj"], number, Action.REPORT_PROGRESS, at=MORNING, opinion="代为反馈")
        todo = await listing.search(session, county["zjj"], CaseFilter(view="todo"), at=MORNING)
        assert todo.items == ()
