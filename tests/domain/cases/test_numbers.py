"""Numbers are given without gaps and without twins, also when twenty people ask at once."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from domain.cases.operations.create import create
from domain.cases.vocabulary import Action
from domain.kernel import chain
from domain.kernel.refusals import ActionNotAllowed
from domain.kernel.unit_of_work import unit_of_work
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County


async def test_twenty_at_once_get_twenty_numbers(own_engine: AsyncEngine) -> None:
    async with unit_of_work() as session:
        county = await support.build(session)

    async def one(seed: int) -> str:
        async with unit_of_work() as session:
            return (await create(session, county["registrar"], support.matter(seed), at=MORNING)).number

    numbers = await asyncio.gather(*(one(seed) for seed in range(20)))

    assert sorted(numbers) == [f"QX2026{place:06d}" for place in range(1, 21)]
    async with unit_of_work() as session:
        assert (await chain.verify(session))[1] is None


async def test_a_broken_act_leaves_no_gap(own_engine: AsyncEngine) -> None:
    async with unit_of_work() as session:
        county = await support.build(session)
    with pytest.raises(ZeroDivisionError):
        await _broken(county)

    async with unit_of_work() as session:
        made = await create(session, county["registrar"], support.matter(), at=MORNING)

    assert made.number == "QX2026000001"


async def _broken(county: County) -> None:
    async with unit_of_work() as session:
        await create(session, county["registrar"], support.matter(), at=MORNING)
        raise ZeroDivisionError


async def test_two_who_take_the_same_step_are_told_apart(own_engine: AsyncEngine) -> None:
    async with unit_of_work() as session:
        county = await support.build(session)
        number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)

    async def send(department: str) -> object:
        async with unit_of_work() as session:
            return await _sent(session, county, number, department)

    answers = await asyncio.gather(send("rsj"), send("zjj"), return_exceptions=True)

    assert sum(isinstance(answer, ActionNotAllowed) for answer in answers) == 1
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1


async def _sent(session: AsyncSession, county: County, number: str, department: str) -> object:
    return await support.step(
        session, county["center"], number, Action.DISPATCH, at=MORNING, lead_department=department
    )


async def test_the_year_begins_a_new_series(session: AsyncSession, county: County) -> None:
    last = await support.draft(session, county, at=MORNING.replace(month=12, day=31, hour=15, minute=59))
    first = await support.draft(session, county, at=MORNING.replace(month=12, day=31, hour=16), seed=2)

    assert (last, first) == ("QX2026000001", "QX2027000001")
