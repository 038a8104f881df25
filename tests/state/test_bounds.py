"""Dates and numbers out of bounds in forms: told under their field, nothing lost, nothing kept."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from domain.cases.models import Case
from domain.kernel.unit_of_work import unit_of_work
from domain.visits.models import Visit
from state.audit.journal import JournalState
from state.cases.writing import CaseFormState
from state.visits.desk import VisitDesk
from tests.support import states
from tests.support.county import County, phone
from tests.support.county_database import county, county_engine, county_template, own_county

__all__ = ["county", "county_engine", "county_template", "own_county"]

CASE = {
    "title": "工地拖欠工资", "content": "三个月未结清", "category": "0701", "area": "359901001",
    "p0_name": "林" + "水木", "p0_phone": phone(3), "p0_no_id_reason": "未带证件",
}  # fmt: skip
VISITOR = {"name": "林" + "水木", "id_type": "none", "no_id_reason": "未带", "phone": phone(3), "reason": "反映欠薪"}
YEARS = "应在 1900 年至 2099 年之间"


async def how_many(kind: type[Any]) -> int:
    async with unit_of_work() as session:
        return await session.scalar(select(func.count()).select_from(kind)) or 0


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("occurred_at", "0001-01-01T00:00", f"发生时间{YEARS}"),
        ("occurred_at", "1600-05-01T00:00", f"发生时间{YEARS}"),
        ("occurred_at", "9999-12-31T23:59", f"发生时间{YEARS}"),
        ("headcount", "0", "涉及人数应在 1 至 100,000 之间"),
        ("headcount", "9" * 30, "涉及人数应在 1 至 100,000 之间"),
        ("amount", "9" * 20, "涉及金额应在 0 至 999,999,999,999 元之间"),
    ],
)
async def test_the_form_of_a_case_says_which_field(county: County, name: str, typed: str, said: str) -> None:
    form = await states.tree(CaseFormState, await states.signed_in("registrar"), "http://test/cases/new")
    await states.call(form, "load")

    await states.call(form, "send", {**CASE, name: typed})

    assert form.faults == {name: said}
    assert await how_many(Case) == 0


async def test_the_form_of_a_case_takes_full_width_figures(county: County) -> None:
    form = await states.tree(CaseFormState, await states.signed_in("registrar"), "http://test/cases/new")
    await states.call(form, "load")

    await states.call(form, "send", {**CASE, "headcount": "１２", "amount": "４２，０００"})

    assert form.faults == {}
    async with unit_of_work() as session:
        made = (await session.scalars(select(Case))).one()
    assert (made.headcount, str(made.amount)) == (12, "42000.00")


@pytest.mark.parametrize("typed", ["501", "-1", "9" * 30])
async def test_the_reception_desk_says_which_field(county: County, typed: str) -> None:
    desk = await states.tree(VisitDesk, await states.signed_in("guide"))
    await states.call(desk, "load")

    await states.call(desk, "save", {**VISITOR, "companions": typed})

    assert desk.faults == {"companions": "随行人数应在 0 至 500 人之间"}
    assert await how_many(Visit) == 0


@pytest.mark.parametrize("typed", ["0001-01-01T00:00", "9999-12-31T23:59"])
async def test_the_journal_says_which_end_of_the_period(county: County, typed: str) -> None:
    page = await states.tree(JournalState, await states.signed_in("auditor"))
    await states.call(page, "load")

    await states.call(page, "search", {"since": typed})

    assert page.faults == {"since": f"开始时间{YEARS}"}
