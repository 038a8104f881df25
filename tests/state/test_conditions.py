"""The further conditions of the case list: faults lose nothing, what is set is shown and removed one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from domain.cases.models import Case
from domain.cases.operations import matter
from domain.kernel.clock import local_date
from domain.kernel.unit_of_work import unit_of_work
from domain.warnings.models import Level
from state.cases.listing import CaseListState
from state.clock import now
from tests.support import county as support
from tests.support import risk, states
from tests.support.county import MAIN_LINE


async def _built() -> list[str]:
    async with unit_of_work() as session:
        county = await support.build(session, at=now())
        return [await support.bring_to(session, county, MAIN_LINE[:1], at=now(), seed=seed) for seed in (1, 2)]


async def _opened(url: str = "/cases") -> CaseListState:
    page = await states.tree(CaseListState, await states.signed_in("center"), f"http://test{url}")
    await states.call(page, "load")
    return page


async def test_what_cannot_be_read_is_told_beside_its_field_and_nothing_typed_is_lost(ground: AsyncEngine) -> None:
    await _built()
    page = await _opened()
    await states.call(page, "ask_conditions")
    typed = {"name": "林", "due_from": "2026-02-30", "closed_from": "2026-03-02", "closed_to": "2026-03-01"}

    await states.call(page, "put_conditions", {**typed, "source-phone": "on", "source-city": "on", "overdue": "on"})

    assert set(page.faults) == {"due_from", "closed_to"}
    assert page.faults["due_from"].startswith("到期日期从")
    assert page.faults["closed_to"] == "办结日期到不能早于办结日期从"
    assert {name: value for name, value in page.typed.items() if value} == {
        **typed,
        "source": "phone city",
        "overdue": "1",
    }
    assert (page.conditions_open, page.filters) == (True, {})


async def test_each_condition_that_is_set_is_said_and_removed_by_itself(ground: AsyncEngine) -> None:
    await _built()
    page, today = await _opened("/cases?risk=low"), str(local_date(now()))
    given = {"created_from": today, "name": "林", "source-phone": True, "source-walk_in": "on", "overdue": "on"}
    await states.call(page, "put_conditions", given)

    assert [chip.label for chip in page.conditions_set] == [
        "诉求人姓名：林", f"登记日期从 {today}", "只看已超期：是", "来源：来访、来电",
    ]  # fmt: skip
    assert not page.conditions_open
    for name in ("name", "overdue", "created_from", "source"):
        await states.call(page, "drop_condition", name)
        assert name not in {chip.value for chip in page.conditions_set}
    assert page.filters == {"risk": "low"}


@pytest.mark.parametrize(("days", "found"), [(0, 2), (1, 0)])
async def test_days_narrow_the_list(ground: AsyncEngine, days: int, found: int) -> None:
    await _built()
    day = local_date(now()) + timedelta(days=days)
    page = await _opened(f"/cases?created_from={day}")
    assert len(page.rows) == found


async def test_a_list_offers_every_category_area_and_unit_it_can_be_narrowed_by(ground: AsyncEngine) -> None:
    await _built()
    page = await _opened()
    assert [(one.value, one.depth) for one in page.choices["category"][:3]] == [("dispute", 0), ("01", 1), ("0101", 2)]
    for name in ("status", "category", "area", "department", "risk", "tag"):
        for choice in page.choices[name]:
            await states.call(page, "narrow", name, choice.value)
            assert page.filters == {name: choice.value}, name
        everything = ",".join(choice.value for choice in page.choices[name])
        await states.call(page, "narrow", name, everything)
        assert page.filters == {name: everything[:1000]}
        await states.call(page, "widen")


async def test_what_is_searched_is_marked_where_it_stands(ground: AsyncEngine) -> None:
    number, _ = await _built()
    async with unit_of_work() as session:
        case = (await session.scalars(select(Case).where(col(Case.number) == number))).one()
        case.title, case.content = "ＡＢＣ工地欠薪", "老板在３号楼，欠薪三个月"
        matter.index(case)

    def said(pieces: list) -> list[str]:
        return [piece.text for piece in pieces if piece.hit]

    (row,) = (await _opened("/cases?text=abc+3号樓")).rows
    assert (said(row.in_title), said(row.in_content), said(row.in_number)) == (["ＡＢＣ"], ["３号楼"], [])
    assert "".join(piece.text for piece in row.in_title) == row.title
    (row,) = (await _opened("/cases?text=欠薪")).rows
    assert (said(row.in_title), row.in_content) == (["欠薪"], [])
    tail = number[-5:]
    rows = (await _opened(f"/cases?number={tail}")).rows
    assert [said(row.in_number) for row in rows if row.number == number] == [[tail]]
    assert all(not row.in_title and not row.in_number for row in (await _opened()).rows)


async def test_rows_bear_the_newest_label_and_the_lists_of_marks_their_reason(ground: AsyncEngine) -> None:
    async with unit_of_work() as session:
        county = await support.build(session, at=now())
        first = await support.bring_to(session, county, MAIN_LINE[:1], at=now())
        await support.bring_to(session, county, MAIN_LINE[:1], at=now(), seed=2)
        await risk.add_machine(session, county, at=now())
        await risk.send(session, county, risk.said(first, Level.ORANGE, at=now()), at=now())
        case = (await session.scalars(select(Case).where(col(Case.number) == first))).one()
        case.watch, case.watch_reason = True, "反复来访"

    page = await _opened()
    assert {row.number: (row.alert.text, row.alert.tone) for row in page.rows if row.alert.text} == {
        first: ("橙色预警", "orange")
    }
    assert not page.reasoned
    page = await _opened("/cases?view=watch")
    assert (page.reasoned, [row.reason for row in page.rows]) == (True, ["反复来访"])
