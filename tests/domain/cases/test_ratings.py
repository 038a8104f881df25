"""Ratings: who hears of a bad one, who calls back, what is ruled about it, and that each is shown."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases import rules
from domain.cases.categories import Kind
from domain.cases.inputs import CaseFilter, StepInput
from domain.cases.models import CallOutcome, Ruling, Satisfaction
from domain.cases.queries import detail, handlings, listing, reach, views
from domain.cases.vocabulary import Action, Need
from domain.cases.workflow import STEPS, Step
from domain.kernel.actor import Actor
from domain.kernel.models import OutboxMessage
from domain.kernel.refusals import ActionNotAllowed, Invalid
from domain.notices import queries as notices
from domain.notices.schemas import Happened
from tests.support import county as support
from tests.support import stations
from tests.support.county import MAIN_LINE, MORNING, County

A = Action
LATER = MORNING + timedelta(hours=2)
DECIDED = (Need.METHOD, Need.LEVEL, Need.RULING, Need.SATISFACTION, Need.AGREES, Need.CALL_OUTCOME)
"""Inputs that are somebody's decision: nobody makes it by leaving the field alone."""
DECIDING = [(step, need) for step in STEPS for need in DECIDED if need in step.asks]


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


async def closed(session: AsyncSession, county: County) -> str:
    return await support.bring_to(session, county, MAIN_LINE, at=MORNING)


async def rate(
    session: AsyncSession, county: County, number: str, grade: Satisfaction, *, who: str = "petitioner", said: str = ""
) -> None:
    case = await reach.find(session, county["center"], number)
    actor = stations.petitioner(case.id) if who == "petitioner" else county[who]
    await support.step(session, actor, number, A.RATE, at=MORNING, satisfaction=grade, opinion=said)


async def call_back(session: AsyncSession, county: County, number: str, **more: object) -> None:
    given = {"opinion": "已说明", "called_at": LATER, "called_by": "回访员", "call_outcome": "settled"} | more
    await support.step(session, county["center"], number, A.CALL_BACK, at=LATER, **given)


async def waiting(session: AsyncSession, actor: Actor) -> tuple[int, list[str]]:
    """Give the tile and the list."""
    counts = await views.count_views(session, actor, ("to_call_back",), at=LATER)
    page = await listing.search(session, actor, CaseFilter(view="to_call_back"), at=LATER)
    return counts["to_call_back"], [row.number for row in page.items]


async def told_of_rating(session: AsyncSession, county: County, number: str) -> dict[str, str]:
    case = await reach.find(session, county["center"], number)
    query = select(OutboxMessage).where(col(OutboxMessage.topic) == "case.rate")
    (message,) = await session.scalars(query)
    (found,) = await notices.told_of(session, [Happened("rate", case.id, message.payload, MORNING)])
    logins = {actor.account_id: login for login, actor in county.actors.items()}
    return {logins[account]: one.text for one in found for account in one.accounts}


@pytest.mark.parametrize(("step", "need"), DECIDING, ids=lambda part: getattr(part, "row", part))
def test_a_decision_left_open_is_refused(step: Step, need: Need) -> None:
    assert rules.required(step, need, Kind.DISPUTE)
    with pytest.raises(Invalid) as refused:
        rules.check_input(step, Kind.DISPUTE, StepInput())
    assert refused.value.fields[need.value].startswith("请选择")


class TestRuling:
    async def test_is_not_made_by_leaving_it_open(self, session: AsyncSession, county: County) -> None:
        number = await closed(session, county)
        await rate(session, county, number, Satisfaction.DISSATISFIED, said="等了太久")
        await support.step(session, county["rsj_head"], number, A.APPEAL_RATING, at=MORNING, opinion="与事实不符")
        with pytest.raises(Invalid, match="请选择裁定"):
            await support.step(session, county["center"], number, A.RULE_APPEAL, at=MORNING, opinion="已核实")
        assert (await reach.find(session, county["center"], number)).appeal_ruling is None

        asked = await handlings.pending(session, county["center"], number)
        assert asked
        assert (asked.label, asked.opinion, asked.unit) == ("评价申诉", "与事实不符", "人力资源和社会保障局")

        given = {"opinion": "已核实", "ruling": Ruling.MALICIOUS}
        await support.step(session, county["center"], number, A.RULE_APPEAL, at=MORNING, **given)
        assert await handlings.pending(session, county["center"], number) is None


class TestBadRating:
    @pytest.mark.parametrize("who", ["petitioner", "registrar"])
    @pytest.mark.parametrize("grade", Satisfaction)
    async def test_is_told_to_the_centre_and_the_head_and_waits(
        self, session: AsyncSession, county: County, grade: Satisfaction, who: str
    ) -> None:
        number = await closed(session, county)
        await rate(session, county, number, grade, who=who)

        bad = grade in {Satisfaction.DISSATISFIED, Satisfaction.VERY_DISSATISFIED}
        told = await told_of_rating(session, county, number)
        assert set(told) == ({"center", "rsj_head"} if bad else set())
        assert all(f"不满意评价：{number} 的评价为{grade.label}" in text for text in told.values())
        for login in ("center", "leader", "rsj_head"):
            assert "to_call_back" in views.views_of(county[login])
            assert await waiting(session, county[login]) == ((1, [number]) if bad else (0, []))
        todo = await views.count_views(session, county["center"], ("todo",), at=LATER)
        assert todo["todo"] == int(bad)

    @pytest.mark.parametrize(
        ("outcome", "waits"),
        [
            (CallOutcome.SETTLED, 0),
            (CallOutcome.UNSETTLED, 0),
            (CallOutcome.UNREACHED, 1),
            (CallOutcome.REOPEN, 1),
        ],
    )
    async def test_waits_until_somebody_was_reached(
        self, session: AsyncSession, county: County, outcome: CallOutcome, waits: int
    ) -> None:
        number = await closed(session, county)
        await rate(session, county, number, Satisfaction.DISSATISFIED)
        await call_back(session, county, number, call_outcome=outcome)

        assert (await waiting(session, county["center"]))[0] == waits
        line = (await detail.journal(session, county["center"], number))[0]
        assert (line.label, line.opinion) == ("回访", "已说明")
        assert line.notes == ("回访时间：2026-11-18 11:00", "回访人：回访员", f"回访结果：{outcome.label}")

    async def test_can_be_opened_again_and_waits_no_more(self, session: AsyncSession, county: County) -> None:
        number = await closed(session, county)
        await rate(session, county, number, Satisfaction.VERY_DISSATISFIED)
        await call_back(session, county, number, call_outcome="reopen")
        given = {"opinion": "重办", "department": "rsj"}
        await support.step(session, county["center"], number, A.REOPEN, at=LATER, **given)

        assert (await waiting(session, county["center"]))[0] == 0
        case = await reach.find(session, county["center"], number)
        assert (case.satisfaction, case.called_at, case.call_outcome) == (None, None, None)

    @pytest.mark.parametrize("called_at", [MORNING - timedelta(minutes=1), LATER + timedelta(minutes=1)])
    async def test_is_called_back_after_it_and_not_in_the_future(
        self, session: AsyncSession, county: County, called_at: datetime
    ) -> None:
        number = await closed(session, county)
        await rate(session, county, number, Satisfaction.DISSATISFIED)
        with pytest.raises(Invalid, match="回访时间应在评价之后"):
            await call_back(session, county, number, called_at=called_at)

    async def test_nobody_is_called_back_who_did_not_complain(self, session: AsyncSession, county: County) -> None:
        number = await closed(session, county)
        await rate(session, county, number, Satisfaction.FAIR)
        with pytest.raises(ActionNotAllowed, match="没有不满意的评价"):
            await call_back(session, county, number)


async def test_every_rating_is_shown_with_what_was_said(session: AsyncSession, county: County) -> None:
    number = await closed(session, county)
    await rate(session, county, number, Satisfaction.SATISFIED, said="很快")
    await rate(session, county, number, Satisfaction.DISSATISFIED, who="registrar", said="电话中说款没到")
    await call_back(session, county, number)

    shown = (await detail.get(session, county["rsj"], number, at=LATER)).ratings
    assert [(one.label, one.said, one.comment, one.bad) for one in shown] == [
        ("诉求人评价", "满意", "很快", False),
        ("登记员代诉求人评价", "不满意", "电话中说款没到", True),
        ("回访", "诉求人表示认可", "", False),
    ]
