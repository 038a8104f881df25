"""One step on many cases: who may, what becomes of each, and what was changed meanwhile."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import func, select

from domain.cases.models import Case
from domain.cases.vocabulary import Action
from domain.kernel.models import JournalEntry
from domain.kernel.refusals import NotPermitted, NotSignedIn, Refusal
from domain.kernel.unit_of_work import unit_of_work
from state.cases.bulk import ASKING, DONE, BulkState
from state.cases.listing import CaseListState
from state.clock import now
from tests.support import county as support
from tests.support import states
from tests.support.county import MAIN_LINE, County
from tests.support.county_database import county, county_engine, county_template, own_county

__all__ = ["county", "county_engine", "county_template", "own_county"]

HANDLERS = sorted(name for kind, name in states.handlers() if kind is BulkState)
SUBMITTED, DISPATCHED, ACCEPTED = MAIN_LINE[:1], MAIN_LINE[:2], MAIN_LINE[:3]


async def cases(county: County, *roads: tuple[Action, ...]) -> list[str]:
    """Bring a case along each road."""
    async with unit_of_work() as session:
        return [
            await support.bring_to(session, county, road, at=now(), seed=seed) for seed, road in enumerate(roads, 1)
        ]


async def listing(login: str, numbers: list[str]) -> BulkState:
    """Open the list as somebody and mark some rows."""
    state = await states.tree(BulkState, await states.signed_in(login), "http://test/cases")
    await turn(state, "load")
    for number in numbers:
        await turn(state, "select", number)
    return state


async def turn(state: BulkState, name: str, *arguments: Any) -> None:
    """Call a handler of the list itself."""
    await CaseListState.event_handlers[name].fn(state, *arguments)


async def asked(login: str, numbers: list[str], action: Action) -> BulkState:
    """Open the dialog of a bulk step."""
    state = await listing(login, numbers)
    await states.call(state, "ask", action.value)
    assert state.phase == ASKING
    return state


async def statuses(numbers: list[str]) -> list[str]:
    async with unit_of_work() as session:
        rows = (await session.scalars(select(Case).where(Case.number.in_(numbers)))).all()  # type: ignore[attr-defined]
    found = {case.number: case.status.value for case in rows}
    return [found[number] for number in numbers]


async def lines() -> int:
    async with unit_of_work() as session:
        query = select(func.count()).select_from(JournalEntry).where(JournalEntry.action.like("case.%"))  # type: ignore[attr-defined]
        return await session.scalar(query) or 0


def results(state: BulkState) -> dict[str, str]:
    return {row.number: row.fault for row in state.chosen if row.tried}


def test_the_handlers_are_known() -> None:
    assert {"ask", "tick", "run", "close", "note", "choose_lead", "choose_assist"} <= set(HANDLERS)


@pytest.mark.parametrize("login", ["", "auditor", "sysadmin", "station", "viewer", "rsj", "rsj_head", "guide"])
async def test_who_may_not_changes_nothing(own_county: County, login: str) -> None:
    numbers = await cases(own_county, SUBMITTED, DISPATCHED)
    before = await lines(), await statuses(numbers)
    cookie = await states.signed_in(login) if login else ""
    for name in HANDLERS:
        for arguments in states.crafted(BulkState, name):
            state = await states.tree(BulkState, cookie, "http://test/cases")
            state.selected, state.ticked, state.act, state.phase = numbers, numbers, "dispatch", ASKING
            with suppress(Refusal):
                await states.call_briefly(state, name, *arguments)
            assert state.chosen == [], name
    assert (await lines(), await statuses(numbers)) == before


async def test_a_stranger_is_told_to_sign_in(county: County) -> None:
    state = await states.tree(BulkState, "fq_session=forged", "http://test/cases")
    state.selected = ["QX2026000001"]
    with pytest.raises(NotSignedIn):
        await states.call(state, "ask", "dispatch")
    assert state.phase == ""


@pytest.mark.parametrize(
    ("login", "offered"),
    [
        ("center", ["dispatch", "redispatch", "urge"]),
        ("leader", ["urge"]),
        ("registrar", ["urge"]),
        ("rsj", []),
        ("viewer", []),
    ],
)
async def test_the_bar_offers_what_the_role_takes(county: County, login: str, offered: list[str]) -> None:
    state = await listing(login, [])
    assert [choice.value for choice in state.bulk] == offered


async def test_a_leader_does_not_dispatch(county: County) -> None:
    numbers = await cases(county, SUBMITTED)
    state = await listing("leader", numbers)
    with pytest.raises(NotPermitted):
        await states.call(state, "ask", "dispatch")
    assert state.phase == ""
    assert await statuses(numbers) == ["to_dispatch"]


async def test_the_preview_tells_why_not(county: County) -> None:
    (free, handled) = await cases(county, DISPATCHED, ACCEPTED)
    state = await asked("center", [free, handled], Action.REDISPATCH)
    shown = {row.number: row for row in state.chosen}
    assert state.ticked == [free]
    assert shown[free].allowed
    assert not shown[handled].allowed
    assert "处理中" in shown[handled].reason
    assert state.required == ["opinion", "lead_department"]
    assert "接收" in state.starts

    await states.call(state, "choose_lead", "zjj")
    assert "住房和城乡建设局" in state.told
    await states.call(state, "tick", handled)
    assert state.ticked == [free]


async def test_what_is_missing_is_told_once(county: County) -> None:
    numbers = await cases(county, DISPATCHED, DISPATCHED)
    state = await asked("center", numbers, Action.REDISPATCH)
    await states.call(state, "run", {})
    assert state.phase == ASKING
    assert set(state.faults) == {"opinion", "lead_department"}
    assert results(state) == {}


async def test_each_is_dispatched_for_itself(county: County) -> None:
    numbers = await cases(county, SUBMITTED, SUBMITTED, SUBMITTED)
    first, second, third = numbers
    state = await asked("center", numbers, Action.DISPATCH)
    await states.call(state, "tick", third)
    async with unit_of_work() as session:
        given = {"lead_department": "zjj"}
        await support.step(session, county["center"], second, Action.DISPATCH, at=now(), **given)

    await states.call(state, "run", {"lead_department": "rsj", "assist_zjj": "on", "opinion": "请两家一并处理"})

    assert state.phase == DONE
    assert (state.done, state.failed) == (2, 1)
    told = results(state)
    assert told[first] == ""
    assert county["center"].name in told[second]
    assert "转派" in told[second]
    assert third not in told
    # what was refused stands first, what was left out last
    assert [row.number for row in state.chosen] == [second, first, third]
    assert state.selected == [second]
    assert await statuses(numbers) == ["to_accept", "to_accept", "to_dispatch"]
    departments = {row.number: row.department for row in state.rows}
    assert departments[first] == "人力资源和社会保障局"
    assert departments[second] == "住房和城乡建设局"


async def test_a_second_press_does_nothing(county: County) -> None:
    numbers = await cases(county, DISPATCHED)
    state = await asked("center", numbers, Action.URGE)
    await states.call(state, "run", {"opinion": "请尽快接收"})
    before = await lines()
    await states.call(state, "run", {"opinion": "请尽快接收"})
    assert await lines() == before
    assert state.failed == 0
    assert state.selected == []


async def test_an_opinion_outlives_its_dialog(county: County) -> None:
    numbers = await cases(county, DISPATCHED)
    state = await asked("center", numbers, Action.URGE)
    await states.call(state, "note", "请尽快接收")
    again = await asked("center", numbers, Action.URGE)
    assert again.opinion == "请尽快接收"
    await states.call(again, "run", {"opinion": "请尽快接收"})
    assert again.failed == 0
    third = await listing("center", numbers)
    assert third.opinion == ""


@pytest.mark.parametrize(
    ("login", "more"),
    [
        ("center", ["to_call_back", "appealed", "watch", "legacy", "merged"]),
        ("leader", ["to_call_back", "watch", "legacy"]),
        ("rsj", ["returned", "former", "copied"]),
        ("rsj_head", ["to_call_back", "returned", "former", "copied"]),
        ("viewer", []),
    ],
)
async def test_lists_beside_the_counters(county: County, login: str, more: list[str]) -> None:
    state = await listing(login, [])
    assert [choice.value for choice in state.more] == more
    for view in more:
        await turn(state, "choose_list", view)
        assert (state.view, state.rows, state.more_shown) == (view, [], True)
    await turn(state, "choose_list", "")
    assert (state.view, state.more_shown) == ("ours" if login.startswith("rsj") else "", False)


async def test_a_tag_narrows(county: County) -> None:
    (plain, urgent) = await cases(county, DISPATCHED, DISPATCHED)
    async with unit_of_work() as session:
        await support.step(session, county["center"], urgent, Action.TOGGLE_URGENT, at=now())
    state = await listing("center", [])
    await turn(state, "narrow", "tag", "urgent")
    assert [row.number for row in state.rows] == [urgent]
    await turn(state, "narrow", "tag", "")
    assert {row.number for row in state.rows} == {plain, urgent}


async def test_what_left_the_list_is_not_marked_any_more(county: County) -> None:
    numbers = await cases(county, SUBMITTED, DISPATCHED)
    state = await listing("center", numbers)
    async with state._acting() as (session, actor):
        state.view = "to_dispatch"
        await state._read(session, actor)
    assert state.selected == numbers[:1]
    await turn(state, "unselect")
    assert state.selected == []


class TestForetelling:
    async def test_tells_what_becomes_of_the_limits_once_a_department_is_chosen(self, county: County) -> None:
        numbers = await cases(county, DISPATCHED, DISPATCHED, ACCEPTED)
        state = await asked("center", numbers, Action.REDISPATCH)
        assert (state.foreseen, state.examples) == ("", [])

        await states.call(state, "choose_lead", "zjj")
        assert state.foreseen.startswith("将办理 2 件，时限重新计算：")
        assert "没有案件因此超期" in state.foreseen
        assert [line.split()[0] for line in state.examples] == numbers[:2]
        assert all(" 接收时限 " in line and " 改为 " in line for line in state.examples)

        await states.call(state, "tick", numbers[0])
        assert state.foreseen.startswith("将办理 1 件")
        assert [line.split()[0] for line in state.examples] == numbers[1:2]

    async def test_a_step_without_a_clock_foretells_nothing(self, county: County) -> None:
        state = await asked("center", await cases(county, DISPATCHED), Action.URGE)
        await states.call(state, "choose_lead", "zjj")
        assert (state.foreseen, state.examples, state.suggested) == ("", [], [])


class TestSuggesting:
    async def test_offers_who_took_such_cases_and_chooses_nobody(self, own_county: County) -> None:
        (_, waiting) = await cases(own_county, ACCEPTED, SUBMITTED)
        state = await asked("center", [waiting], Action.DISPATCH)
        assert [(one.value, one.label) for one in state.suggested] == [("rsj", "人力资源和社会保障局 · 1 件")]
        assert state.matter == "劳动合同、劳务派遣"
        assert state.lead == ""

        await states.call(state, "pick", "zjj")
        assert state.lead == ""
        await states.call(state, "pick", "rsj")
        assert (state.lead, state.picked) == ("rsj", 1)
        assert "人力资源和社会保障局" in state.told
        assert state.foreseen


async def test_the_dialog_does_not_follow_to_another_list(county: County) -> None:
    page = await asked("center", await cases(county, SUBMITTED), Action.DISPATCH)
    await turn(page, "load")
    await states.call(page, "put_away")
    assert page.phase == ASKING, "a reload of the same list keeps it"
    page.shown = "/overdue"
    await states.call(page, "put_away")
    assert page.phase == ""
