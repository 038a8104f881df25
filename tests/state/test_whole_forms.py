"""One press tells everything: what cannot be read, and what the act finds wrong in the other fields."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from domain.cases.models import Case
from domain.cases.vocabulary import Action
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs.models import Unit
from domain.visits.models import Visit
from state.audit.journal import JournalState
from state.cases.working import CaseState
from state.cases.writing import CaseFormState
from state.clock import now
from state.orgs.accounts import AccountListState
from state.orgs.delegation import DelegationState
from state.orgs.security import SecurityState
from state.orgs.units import UnitsState
from state.visits.desk import VisitDesk
from tests.support import county as support
from tests.support import states
from tests.support.county import County
from tests.support.county_database import county, county_engine, county_template, own_county

__all__ = ["county", "county_engine", "county_template", "own_county"]

EMPTY_CASE = {"title", "content", "category", "area", "p0_name", "p0_phone", "p0_id_number"}
"""What a case to be accepted must have: each of them has a star on the page."""


async def page(kind: type[Any], login: str, url: str = "http://test/", opening: tuple[Any, ...] = ()) -> Any:
    """Open a page as somebody, and its form by a handler and its arguments."""
    opened = await states.tree(kind, await states.signed_in(login), url)
    await states.call(opened, "load")
    if opening:
        await states.call(opened, *opening)
    return opened


async def how_many(kind: type[Any]) -> int:
    async with unit_of_work() as session:
        return await session.scalar(select(func.count()).select_from(kind)) or 0


class TestTheCaseForm:
    async def test_sent_empty_marks_every_field_that_has_a_star(self, county: County) -> None:
        form = await page(CaseFormState, "registrar", "http://test/cases/new")
        await states.call(form, "send", {})
        assert set(form.faults) == EMPTY_CASE

    async def test_marks_what_cannot_be_read_with_the_rest(self, county: County) -> None:
        form = await page(CaseFormState, "registrar", "http://test/cases/new")
        wrong = {"occurred_at": "昨天", "headcount": "三人", "amount": "很多", "risk_level": "?", "title": "标题"}
        await states.call(form, "send", wrong)
        assert set(form.faults) == (EMPTY_CASE | set(wrong)) - {"title"}
        assert form.faults["amount"].startswith("涉及金额应为数字")
        assert await how_many(Case) == 0

    async def test_as_a_draft_asks_for_less(self, county: County) -> None:
        form = await page(CaseFormState, "registrar", "http://test/cases/new", ("intend", "draft"))
        await states.call(form, "send", {"headcount": "三人"})
        assert set(form.faults) == {"title", "p0_name", "p0_phone", "headcount"}

    async def test_asks_of_others_than_the_petitioner_only_the_name(self, county: County) -> None:
        form = await page(CaseFormState, "registrar", "http://test/cases/new", ("note", "p0_kind", "respondent"))
        assert form.besides == [0], "no stars there"
        await states.call(form, "send", {"p0_kind": "respondent"})
        assert set(form.faults) == (EMPTY_CASE | {"parties"}) - {"p0_phone", "p0_id_number"}

    async def test_of_an_accepted_case_leaves_nothing_empty(self, county: County) -> None:
        async with unit_of_work() as session:
            number = await support.bring_to(session, county, (Action.SUBMIT,), at=now())
        form = await states.tree(CaseFormState, await states.signed_in("registrar"), f"http://test/case-edit/{number}")
        await states.call(form, "load_for_edit")
        await states.call(form, "send", {"headcount": "三人"})
        assert set(form.faults) == {"title", "content", "category", "area", "headcount"}


async def test_the_desk_tells_all(county: County) -> None:
    desk = await page(VisitDesk, "guide")
    await states.call(desk, "save", {"companions": "很多", "sex": "?"})
    assert set(desk.faults) == {"name", "id_number", "phone", "reason", "companions", "sex"}
    assert await how_many(Visit) == 0


async def test_the_desk_asks_before_it_registers_somebody_again(county: County) -> None:
    desk = await page(VisitDesk, "guide")
    visitor = {"name": "林" + "水木", "id_number": support.id_number(3), "phone": support.phone(3), "reason": "欠薪"}
    await states.call(desk, "save", visitor)
    await states.call(desk, "save", {**visitor, "companions": "?"})
    assert set(desk.faults) == {"again", "companions"}
    assert "已登记（001 号），仍要再登记一次？" in desk.faults["again"]
    await states.call(desk, "save", visitor)
    assert await how_many(Visit) == 1
    await states.call(desk, "save", {**visitor, "again": "on"})
    assert (desk.faults, await how_many(Visit)) == ({}, 2)


@pytest.mark.parametrize(
    ("action", "login", "way", "form", "wrong"),
    [
        (Action.DISPATCH, "center", (Action.SUBMIT,), {"promise_days": "三天"}, {"lead_department", "promise_days"}),
        (
            Action.ACCEPT, "rsj", (Action.SUBMIT, Action.DISPATCH),
            {"person_in_charge": "某某", "person_phone": "123", "promise_days": "三天"}, {"person_phone", "promise_days"},
        ),
    ],
)  # fmt: skip
async def test_a_dialog_tells_all(
    county: County, action: Action, login: str, way: tuple[Action, ...], form: dict[str, str], wrong: set[str]
) -> None:
    async with unit_of_work() as session:
        number = await support.bring_to(session, county, way, at=now())
    one = await page(CaseState, login, f"http://test/case/{number}", ("ask", action.value))
    await states.call(one, "take_step", form)
    assert wrong <= set(one.faults)
    assert one.asking.action == action.value


async def test_the_forms_of_the_administrators_tell_all(county: County) -> None:
    units = await page(UnitsState, "sysadmin", "http://test/units", ("ask", "new"))
    before = await how_many(Unit)
    await states.call(units, "send", {"position": "第一"})
    assert {"code", "name", "position"} <= set(units.faults)
    assert await how_many(Unit) == before

    accounts = await page(AccountListState, "sysadmin", "http://test/accounts", ("ask_new",))
    await states.call(accounts, "send", {"unit": "没有", "until": "明年"})
    assert {"login", "unit", "roles", "until"} <= set(accounts.faults)

    delegations = await page(DelegationState, "center", "http://test/me", ("ask", "new"))
    await states.call(delegations, "send", {"since": "明天"})
    assert {"since", "until", "to", "reason"} <= set(delegations.faults)

    security = await page(SecurityState, "secadmin", "http://test/security")
    await states.call(security, "send", {**security.values, "idle_minutes": "很久", "reason": "字" * 201})
    assert set(security.faults) == {"idle_minutes", "reason"}

    journal = await page(JournalState, "auditor", "http://test/audit")
    await states.call(journal, "search", {"since": "昨天", "until": "今天", "group": "?"})
    assert set(journal.faults) == {"since", "until", "group"}
