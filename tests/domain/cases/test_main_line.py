"""The main job in the domain: from a draft to a rating."""

from __future__ import annotations

from datetime import timedelta

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.inputs import CaseFilter
from domain.cases.models import Satisfaction
from domain.cases.queries import actions, detail, listing, reach, views
from domain.cases.vocabulary import Action, Status
from domain.kernel import chain, journal
from domain.kernel.actor import system_actor
from domain.kernel.permissions import Role
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


async def test_the_main_line_ends_closed_and_rated(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE, at=MORNING)
    case = await reach.find(session, county["center"], number)
    petitioner = system_actor(Role.PETITIONER, only_case=case.id)

    after = await support.step(session, petitioner, number, Action.RATE, at=MORNING + timedelta(days=1), satisfaction=5)

    assert after.status is Status.CLOSED
    assert case.satisfaction is Satisfaction.VERY_SATISFIED
    seen = await detail.journal(session, county["center"], number)
    assert [line.action for line in reversed(seen)] == ["create", *MAIN_LINE, "rate"]
    assert (await chain.verify(session))[1] is None


async def test_every_reader_opens_the_page(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:4], at=MORNING)
    for login in ("registrar", "center", "rsj", "rsj_head", "leader", "viewer", "station"):
        actor = county[login]
        shown = await detail.get(session, actor, number, at=MORNING)
        assert shown.parties[0].name == "林**"
        assert await detail.process(session, actor, number, at=MORNING)
        assert await actions.of(session, actor, number, at=MORNING)
        page = await listing.search(session, actor, CaseFilter(text="拖欠工资"), at=MORNING)
        assert [row.number for row in page.items] == [number]
        assert await views.counters(session, actor, at=MORNING)


async def test_a_line_that_is_no_step_does_not_break_the_page(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
    case = await reach.find(session, county["center"], number)
    await journal.record(session, county["center"], "deadline.recompute", "case", case.id, at=MORNING)

    newest = (await detail.journal(session, county["center"], number))[0]

    assert newest.label == "时限重算"
