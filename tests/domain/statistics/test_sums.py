"""The sums of days: always what the cases say, however far behind they are, and mended where somebody broke them."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.audit.models import AuditAlarm
from domain.audit.schemas import AlarmKind
from domain.cases.models import Case, Source
from domain.kernel.clock import local_date
from domain.statistics.models import FigureCase, FigureChange, FigureDay
from domain.statistics.operations import bring_up, prove
from domain.statistics.queries import county
from domain.statistics.queries.county import Scope
from domain.statistics.rules import Days
from domain.statistics.schemas import By, Figure
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

DAY = local_date(MORNING)
SCOPE = Scope(Days(DAY, DAY + timedelta(days=30)))


async def _received(session: AsyncSession, county_: County) -> int:
    found = await county.overview(session, county_["leader"], SCOPE, (Figure.RECEIVED,), at=MORNING)
    return found.whole[Figure.RECEIVED]


async def _sum(session: AsyncSession) -> int:
    wanted = (col(FigureDay.kind) == "", col(FigureDay.figure) == Figure.RECEIVED)
    return await session.scalar(select(func.sum(col(FigureDay.number))).where(*wanted)) or 0


async def test_a_figure_is_of_this_moment_before_and_after_it_is_summed(session: AsyncSession, county_: County) -> None:
    await support.bring_to(session, county_, MAIN_LINE[:2], at=MORNING)
    assert (await _received(session, county_), await _sum(session)) == (1, 0)

    assert await bring_up(session) > 0
    assert (await _received(session, county_), await _sum(session)) == (1, 1)
    assert await bring_up(session) == 0, "what was counted is noted no more"


async def test_what_moves_to_another_group_leaves_the_first(session: AsyncSession, county_: County) -> None:
    number = await support.bring_to(session, county_, MAIN_LINE[:2], at=MORNING)
    await bring_up(session)
    await session.execute(update(Case).where(col(Case.number) == number).values(source=Source.GRID))

    async def groups() -> list[tuple[str, int]]:
        found = await county.overview(
            session, county_["leader"], SCOPE, (Figure.RECEIVED,), by=(By.SOURCE,), at=MORNING
        )
        return [(one.key, one[Figure.RECEIVED]) for one in found.groups[By.SOURCE] if one[Figure.RECEIVED]]

    assert await groups() == [("grid", 1)]
    await bring_up(session)
    assert await groups() == [("grid", 1)]


async def test_what_counts_nothing_is_not_noted(session: AsyncSession, county_: County) -> None:
    number = await support.bring_to(session, county_, MAIN_LINE[:2], at=MORNING)
    await bring_up(session)
    await session.execute(update(Case).where(col(Case.number) == number).values(urgent=True, due_at=MORNING))

    assert await session.scalar(select(func.count()).select_from(FigureChange)) == 0


@pytest.mark.parametrize("broken", ["sum", "lost sum", "strange sum", "case", "lost case"])
async def test_what_somebody_broke_is_found_mended_and_told(
    session: AsyncSession, county_: County, broken: str
) -> None:
    await support.bring_to(session, county_, MAIN_LINE[:2], at=MORNING)
    await bring_up(session)
    assert await prove(session, at=MORNING) == 0
    whole = (col(FigureDay.kind) == "", col(FigureDay.figure) == Figure.RECEIVED)
    await session.execute(
        {
            "sum": update(FigureDay).where(*whole).values(number=7),
            "lost sum": delete(FigureDay).where(*whole),
            "strange sum": update(FigureDay).where(*whole).values(day=date(2020, 1, 1)),
            "case": update(FigureCase).values(received=date(2020, 1, 1)),
            "lost case": update(FigureCase).values(case_id=uuid4()),
        }[broken]
    )

    assert await prove(session, at=MORNING) > 0

    await bring_up(session)
    assert (await _received(session, county_), await _sum(session)) == (1, 1)
    assert await prove(session, at=MORNING) == 0
    alarms = select(func.count()).where(col(AuditAlarm.kind) == AlarmKind.FIGURES)
    assert await session.scalar(alarms) == 1
