"""A text that stands in a title is found, whatever it is cut across."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.operations import matter
from domain.cases.queries import lists, reach
from domain.cases.schemas import CaseFilter
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING

TITLE = "幸福小区3号楼2单元漏水（第2次），物业：A栋。欠费%计_算"


@pytest.mark.parametrize("length", [1, 2, 3, 5, 8, len(TITLE)])
async def test_every_piece_of_a_title_finds_it(session: AsyncSession, length: int) -> None:
    county = await support.build(session)
    number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
    await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING, seed=2)
    case = await reach.find(session, county["center"], number)
    case.title = TITLE
    matter.index(case)
    await session.flush()

    missed = []
    for start in range(len(TITLE) - length + 1):
        wanted = CaseFilter(text=TITLE[start : start + length])
        page = await lists.search(session, county["center"], wanted, at=MORNING)
        if number not in {row.number for row in page.items}:
            missed.append(wanted.text)

    assert missed == []
    assert (await lists.search(session, county["center"], CaseFilter(text=TITLE), at=MORNING)).total == 1
