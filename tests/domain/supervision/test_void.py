"""Breaches of a wrong clock are voided: they stay, count no more, and what was late all the same is written anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Case, Supervision
from domain.cases.queries import detail
from domain.cases.vocabulary import Action
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Role
from domain.kernel.refusals import Invalid, NotFound, NotPermitted
from domain.supervision import operations, queries
from domain.supervision.models import Breach
from domain.supervision.schemas import BreachView
from tests.domain.supervision.test_strike import CLOCK, DAY, HOUR, brought, said, struck
from tests.support import county as support
from tests.support.county import MORNING, County

WRONG = MORNING + 60 * HOUR
"""What a clock said that was two days ahead of MORNING and half."""
REASON = "服务器时间有误"
YELLOW_AND_RED = [("accept", "yellow", True), ("accept", "red", True)]


async def void(session: AsyncSession, county: County, case: Case, **given: object) -> tuple[BreachView, ...]:
    words = {"since": WRONG, "until": WRONG + timedelta(minutes=1), "reason": REASON, "at": MORNING + HOUR, **given}
    return await operations.void(session, county["center"], number=case.number, **words)  # type: ignore[arg-type]


class TestVoiding:
    async def test_takes_breaches_out_of_every_figure_and_keeps_their_rows(
        self, session: AsyncSession, county: County
    ) -> None:
        case = await brought(session, county, 2)
        assert said(await struck(session, WRONG)) == YELLOW_AND_RED

        assert said(list(await void(session, county, case))) == YELLOW_AND_RED
        assert await queries.breaches_of(session, county["center"], case.number) == ()
        assert await queries.breaches_in(session, county["leader"], since=MORNING, until=MORNING + 9 * DAY) == ()
        assert await session.scalar(select(func.count()).select_from(Breach)) == 2

    async def test_takes_the_card_down_that_rests_on_them(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 2)
        await struck(session, WRONG)
        assert case.supervision is Supervision.RED
        await void(session, county, case)
        assert (case.supervision, case.supervision_link, case.supervision_auto) == (None, None, False)

    async def test_lowers_a_card_to_what_still_counts(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 2)
        await struck(session, MORNING + 25 * HOUR)
        await struck(session, WRONG)
        assert case.supervision is Supervision.RED
        assert said(list(await void(session, county, case))) == [("accept", "red", True)]
        assert (case.supervision, case.supervision_auto) == (Supervision.YELLOW, True)

    async def test_leaves_a_supervision_that_a_person_ordered(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 2)
        await support.step(
            session,
            county["center"],
            case.number,
            Action.SUPERVISE,
            at=MORNING,
            level=Supervision.RED,
            opinion="请尽快办理",
        )
        assert len(await struck(session, WRONG)) == 2
        await void(session, county, case)
        assert (case.supervision, case.supervision_auto) == (Supervision.RED, False)

    async def test_stands_on_the_case_and_in_the_journal_with_its_reason(
        self, session: AsyncSession, county: County
    ) -> None:
        case = await brought(session, county, 2)
        await struck(session, WRONG)
        await void(session, county, case)
        query = select(JournalEntry).where(col(JournalEntry.action) == "case.breach_void")
        lines = list(await session.scalars(query.order_by(col(JournalEntry.seq))))
        assert [(one.subject_id, one.detail["opinion"], one.detail["level"]) for one in lines] == [
            (case.id, REASON, "yellow"),
            (case.id, REASON, "red"),
        ]
        shown = await detail.journal(session, county["center"], case.number)
        assert [line.opinion for line in shown if line.label == "撤销超时登记"] == [REASON, REASON]

    async def test_does_it_once(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 2)
        await struck(session, WRONG)
        assert len(await void(session, county, case)) == 2
        assert await void(session, county, case) == ()

    @pytest.mark.parametrize(
        ("since", "until", "count"),
        [
            (WRONG, WRONG, 0),
            (WRONG - HOUR, WRONG, 0),
            (WRONG, WRONG + timedelta(seconds=1), 2),
            (MORNING, WRONG + DAY, 2),
        ],
    )
    async def test_goes_by_the_moment_of_writing_half_open(
        self, session: AsyncSession, county: County, since: object, until: object, count: int
    ) -> None:
        case = await brought(session, county, 2)
        await struck(session, WRONG)
        assert len(await void(session, county, case, since=since, until=until)) == count

    async def test_leaves_other_cases_alone(self, session: AsyncSession, county: County) -> None:
        case, other = await brought(session, county, 2), await brought(session, county, 2, seed=2)
        await struck(session, WRONG)
        await void(session, county, case)
        assert len(await queries.breaches_of(session, county["center"], other.number)) == 2


class TestWhatWasLateAllTheSame:
    async def test_is_written_anew_when_its_moment_comes_and_once(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 2)
        await struck(session, WRONG)
        await void(session, county, case)
        assert await struck(session, MORNING + HOUR) == []

        assert said(await struck(session, MORNING + 25 * HOUR)) == YELLOW_AND_RED[:1]
        assert case.supervision is Supervision.YELLOW
        assert await struck(session, MORNING + 26 * HOUR) == []
        assert said(await struck(session, WRONG)) == YELLOW_AND_RED[1:]
        assert len(await queries.breaches_of(session, county["center"], case.number)) == 2

    async def test_can_be_voided_again(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 2)
        for times in (1, 2, 3):
            await struck(session, WRONG)
            assert len(await void(session, county, case)) == 2
            assert await session.scalar(select(func.count()).select_from(Breach)) == 2 * times


class TestIsRefused:
    @pytest.mark.parametrize("login", ["registrar", "rsj", "rsj_head", "leader", "viewer", "sysadmin", "auditor"])
    async def test_to_whoever_does_not_run_the_centre(self, session: AsyncSession, county: County, login: str) -> None:
        case = await brought(session, county, 2)
        await struck(session, WRONG)
        with pytest.raises(NotPermitted):
            await operations.void(
                session, county[login], number=case.number, since=MORNING, until=WRONG + DAY, reason=REASON, at=WRONG
            )
        assert not CLOCK.has(Role.CENTER_ADMIN)

    @pytest.mark.parametrize("reason", ["", "  ", "长" * 201, "\x00"])
    async def test_without_a_reason(self, session: AsyncSession, county: County, reason: str) -> None:
        case = await brought(session, county, 2)
        with pytest.raises(Invalid):
            await void(session, county, case, reason=reason)

    async def test_of_a_case_that_is_none(self, session: AsyncSession, county: County) -> None:
        case = await brought(session, county, 2)
        with pytest.raises(NotFound):
            await operations.void(
                session, county["center"], number=case.number + "0", since=MORNING, until=WRONG, reason=REASON, at=WRONG
            )

    @pytest.mark.parametrize("change", ["DELETE FROM breach_void", "UPDATE breach_void SET reason = ''"])
    async def test_to_be_undone_in_the_database(self, session: AsyncSession, county: County, change: str) -> None:
        case = await brought(session, county, 2)
        await struck(session, WRONG)
        await void(session, county, case)
        with pytest.raises(DBAPIError, match="only grows"):
            async with session.begin_nested():
                await session.execute(text(change))
