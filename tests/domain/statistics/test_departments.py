"""Figures of departments: received is accepted plus waiting, and every figure opens its list."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.vocabulary import Action
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, NotPermitted
from domain.statistics.queries import departments as queries
from domain.statistics.queries.departments import Period
from domain.statistics.schemas import DepartmentFigures, Measure
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


async def _figures(session: AsyncSession, county: County, code: str = "rsj") -> DepartmentFigures:
    found = await queries.departments(session, county["center"], Period(), at=MORNING)
    return next(one for one in found if one.department == code)


class TestDepartments:
    async def test_count_what_was_dispatched(self, session: AsyncSession, county: County) -> None:
        for seed, length in enumerate((2, 3, 4, 6), start=1):
            await support.bring_to(session, county, MAIN_LINE[:length], at=MORNING, seed=seed)

        found = await _figures(session, county)

        assert (found.total, found.accepted, found.waiting, found.in_hand, found.closed) == (4, 3, 1, 2, 1)
        assert found.total == found.accepted + found.waiting

    async def test_recount_after_a_return(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
        await support.step(session, county["rsj"], number, Action.REQUEST_RETURN, at=MORNING, opinion="不归我局")
        await support.step(session, county["center"], number, Action.APPROVE_RETURN, at=MORNING, opinion="同意")

        found = await _figures(session, county)
        assert (found.total, found.accepted, found.waiting, found.returned) == (0, 0, 0, 1)

        await support.main_step(session, county, number, Action.DISPATCH, at=MORNING)
        again = await _figures(session, county)
        assert (again.total, again.accepted, again.waiting, again.returned) == (1, 0, 1, 0)

    async def test_leave_out_other_periods(self, session: AsyncSession, county: County) -> None:
        await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        later = Period(MORNING + timedelta(seconds=1))

        found = await queries.departments(session, county["center"], later, at=MORNING)

        assert all(one.total == 0 for one in found)

    async def test_are_a_department_s_own_for_its_head(self, session: AsyncSession, county: County) -> None:
        await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)

        found = await queries.departments(session, county["zjj_head"], Period(), at=MORNING)

        assert [(one.department, one.total) for one in found] == [("zjj", 0)]
        with pytest.raises(NotPermitted):
            await queries.departments(session, county["rsj"], Period(), at=MORNING)

    async def test_count_what_their_reader_sees(self, session: AsyncSession, county: County) -> None:
        await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        rights = frozenset({Permission.CASE_VIEW, Permission.STATISTICS_VIEW})
        station = replace(county["station"], rights=rights)

        for path, count in ((station.area_path, 1), ("/359901/359901002/", 0)):
            reader = replace(station, area_path=path)
            found = await queries.departments(session, reader, Period(), at=MORNING)
            assert next(one.total for one in found if one.department == "rsj") == count
            behind = await queries.cases_behind(session, reader, "rsj", Measure.TOTAL, Period(), at=MORNING)
            assert behind.total == len(behind.items) == count


class TestCasesBehind:
    async def test_are_exactly_those_counted(self, session: AsyncSession, county: County) -> None:
        for seed, length in enumerate((2, 3, 4, 5, 6), start=1):
            await support.bring_to(session, county, MAIN_LINE[:length], at=MORNING, seed=seed)
        found = await _figures(session, county)

        for measure in Measure:
            behind = await queries.cases_behind(session, county["center"], "rsj", measure, Period(), at=MORNING)
            assert behind.total == len(behind.items) == getattr(found, measure.value)

    async def test_are_not_those_of_another_department(self, session: AsyncSession, county: County) -> None:
        with pytest.raises(Invalid):
            await queries.cases_behind(session, county["zjj_head"], "rsj", Measure.TOTAL, Period(), at=MORNING)
