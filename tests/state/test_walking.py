"""From a case to the next and the one before, in the list that one came from."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from domain.cases.models import Case
from domain.cases.vocabulary import Status
from domain.kernel.unit_of_work import unit_of_work
from state.cases.listing import CaseListState
from state.cases.working import CaseState
from state.cases.writing import CaseFormState
from state.clock import now
from tests.support import county as support
from tests.support import states
from tests.support.rows import add_cases


async def _listed(url: str) -> CaseListState:
    async with unit_of_work() as session:
        county = await support.build(session, at=now())
        await add_cases(session, county, random.Random(3), 45, at=now())
        await support.bring_to(session, county, (), at=now(), seed=70)
    page = await states.tree(CaseListState, await states.signed_in("center"), f"http://test{url}")
    await states.call(page, "load")
    return page


async def _case(page: CaseListState, number: str) -> CaseState:
    states.at_address(page, f"/case/{number}")
    case = await page.get_state(CaseState)
    await states.call(case, "load")
    assert case.found
    return case


async def test_one_walks_through_the_whole_list_and_back(ground: AsyncEngine) -> None:
    page = await _listed("/cases?view=open&sort=title")
    first, total = page.rows[0].number, int(page.total)
    case = await _case(page, first)
    assert (case.beside.label, case.beside.href) == ("案件台账", page.address)
    assert case.beside.previous == ""
    seen = [first]
    while case.beside.next:
        case = await _case(page, case.beside.next.removeprefix("/case/"))
        seen.append(case.case.number)
    assert len(seen) == len(set(seen)) == total > page.size
    back = [seen[-1]]
    while case.beside.previous:
        case = await _case(page, case.beside.previous.removeprefix("/case/"))
        back.append(case.case.number)
    assert back == seen[::-1]


async def test_what_left_the_list_is_passed_over_and_still_has_a_next_one(ground: AsyncEngine) -> None:
    page = await _listed("/cases?status=to_dispatch")
    one, two, three, *_ = (row.number for row in page.rows)
    async with unit_of_work() as session:
        gone = update(Case).where(col(Case.number).in_((one, two))).values(status=Status.CLOSED)
        await session.execute(gone)
    assert (await _case(page, one)).beside.next == f"/case/{three}"
    assert (await _case(page, three)).beside.previous == ""


async def test_a_case_opened_from_elsewhere_leads_to_the_ledger(ground: AsyncEngine) -> None:
    page = await _listed("/cases?status=closed")
    async with unit_of_work() as session:
        draft = (await session.scalars(select(col(Case.number)).where(col(Case.status) == Status.DRAFT))).one()
    states.at_address(page, f"/case/{draft}")
    case = await page.get_state(CaseState)
    await states.call(case, "load")
    assert (case.beside.href, case.beside.next, case.beside.previous) == ("/cases", "", "")


@pytest.mark.parametrize("path", ["/todo", "/cases"])
async def test_the_menu_marks_the_list_that_a_case_was_opened_from(ground: AsyncEngine, path: str) -> None:
    page = await _listed(f"{path}?sort=title")
    case = await _case(page, page.rows[0].number)
    assert case.here == path
    assert case.beside.href.startswith(path)

    states.at_address(page, f"/case-edit/{page.rows[0].number}")
    form = await page.get_state(CaseFormState)
    await states.call(form, "load_for_edit")
    assert form.here == path


async def test_the_menu_marks_the_ledger_for_a_case_opened_from_elsewhere(ground: AsyncEngine) -> None:
    page = await _listed("/todo?view=to_confirm")
    async with unit_of_work() as session:
        draft = (await session.scalars(select(col(Case.number)).where(col(Case.status) == Status.DRAFT))).one()
    case = await _case(page, draft)
    assert case.here == "/cases"
