"""A text that stands in a title is found, whatever it is cut across."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.jobs import indexes
from domain.cases.inputs import CaseFilter
from domain.cases.models import Case
from domain.cases.operations import matter
from domain.cases.queries import listing, reach
from domain.kernel import marks
from domain.kernel.unit_of_work import unit_of_work
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
        page = await listing.search(session, county["center"], wanted, at=MORNING)
        if number not in {row.number for row in page.items}:
            missed.append(wanted.text)

    assert missed == []
    assert (await listing.search(session, county["center"], CaseFilter(text=TITLE), at=MORNING)).total == 1


TEXT = {
    "title": "枫林镇ＡＢＣ工地拖欠工资",
    "content": "阿依古丽·买买提 等人在3号楼务工，电话 138-0013-8000，老板姓张。",
}


@pytest.mark.parametrize(
    "typed",
    [
        "abc", "ＡＢＣ", "工资 工地", "工地　张", "阿依古丽•买买提", "阿依古丽买买提", "３號樓", "老闆姓張", "拖 欠",
        "13800138000", "138 0013 8000", "138—0013—8000", "務工",
    ],
)  # fmt: skip
async def test_is_found_however_it_is_typed(session: AsyncSession, typed: str) -> None:
    county = await support.build(session)
    number = await support.draft(session, county, at=MORNING, **TEXT)
    await support.draft(session, county, at=MORNING, seed=2, title="别的事", content="没有关系")

    page = await listing.search(session, county["registrar"], CaseFilter(text=typed), at=MORNING)

    assert [row.number for row in page.items] == [number]


@pytest.mark.parametrize(
    ("typed", "excerpt"),
    [
        ("工资", ""),
        ("工资 3号樓", "阿依古丽·买买提 等人在3号楼务工，电话 138-0013-8000，老板姓张。"),
        ("老闆", "…8-0013-8000，老板姓张。"),
    ],
)
async def test_shows_the_content_only_where_the_title_lacks_a_word(
    session: AsyncSession, typed: str, excerpt: str
) -> None:
    county = await support.build(session)
    await support.draft(session, county, at=MORNING, **TEXT)

    page = await listing.search(session, county["registrar"], CaseFilter(text=typed), at=MORNING, excerpts=True)

    assert [row.excerpt for row in page.items] == [excerpt]


@pytest.mark.parametrize(
    ("typed", "excerpt"),
    [("3号樓", "3号楼"), ("老闆 务工", "老板姓张"), ("拖欠", None), ("务工 离婚", None), ("QX2026", None)],
)
async def test_the_content_alone_is_searched_where_it_is_asked_for(
    session: AsyncSession, typed: str, excerpt: str | None
) -> None:
    county = await support.build(session)
    await support.draft(session, county, at=MORNING, **TEXT)

    page = await listing.search(session, county["registrar"], CaseFilter(content=typed), at=MORNING, excerpts=True)

    assert page.total == (excerpt is not None)
    assert all(excerpt in row.excerpt for row in page.items if excerpt)


@pytest.mark.parametrize("typed", ["工资 离婚", "ABD", "李 工地"])
async def test_is_not_found_by_a_word_it_lacks(session: AsyncSession, typed: str) -> None:
    county = await support.build(session)
    await support.draft(session, county, at=MORNING, **TEXT)

    assert (await listing.search(session, county["registrar"], CaseFilter(text=typed), at=MORNING)).total == 0


@pytest.mark.parametrize("change", [str.lower, lambda text: f" {text} ", lambda text: text.replace("QX", "ＱＸ-")])
async def test_a_number_is_found_however_it_is_typed(session: AsyncSession, change: Callable[[str], str]) -> None:
    county = await support.build(session)
    number = await support.draft(session, county, at=MORNING)
    actor = county["registrar"]

    assert (await reach.find(session, actor, change(number))).number == number
    for wanted in (CaseFilter(text=change(number)), CaseFilter(number=change(number))):
        assert [row.number for row in (await listing.search(session, actor, wanted, at=MORNING)).items] == [number]


@pytest.mark.usefixtures("own_engine")
async def test_cases_of_an_earlier_release_are_found_before_and_after_they_are_indexed_anew(
    own_engine: AsyncEngine,
) -> None:
    async with unit_of_work() as session:
        county = await support.build(session)
        number = await support.draft(session, county, at=MORNING, title="ABC工地拖欠工资")
    async with own_engine.begin() as connection:
        await connection.execute(update(Case).values(folded=None))
        await connection.run_sync(marks.note, {listing.INDEX_PENDING: "pending"})

    async def found(text: str) -> list[str]:
        async with unit_of_work() as session:
            page = await listing.search(session, county["registrar"], CaseFilter(text=text), at=MORNING)
            return [row.number for row in page.items]

    assert await found("工地 拖欠") == [number]
    await indexes.fill(asyncio.Event())
    assert await found("ａｂｃ工地") == [number]
    async with unit_of_work() as session:
        assert not await marks.holds(session, listing.INDEX_PENDING)
