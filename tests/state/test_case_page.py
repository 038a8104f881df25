"""The case page: what a dialog foretells, keeps and refuses; conflicts; merging, families, waiving, agreeing."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.audit.models import CaseReading
from domain.cases.models import Case
from domain.cases.vocabulary import Action, Status
from domain.kernel.refusals import Refusal
from domain.kernel.unit_of_work import unit_of_work
from state.cases.relating import TITLES, RelatingState
from state.cases.working import CaseState
from state.clock import now
from tests.support import county as support
from tests.support import states
from tests.support.county import MAIN_LINE, County
from tests.support.county_database import county, county_engine, county_template, own_county

__all__ = ["county", "county_engine", "county_template", "own_county"]

SUBMITTED, DISPATCHED, ACCEPTED = MAIN_LINE[:1], MAIN_LINE[:2], MAIN_LINE[:3]
CHARGE = {"person_in_charge": "何" + "经办", "person_phone": support.phone(5)}


async def brought(county: County, road: tuple[Action, ...] = SUBMITTED, seed: int = 1) -> str:
    async with unit_of_work() as session:
        return await support.bring_to(session, county, road, at=now(), seed=seed)


async def step(county: County, who: str, number: str, action: Action, **given: object) -> None:
    async with unit_of_work() as session:
        await support.step(session, county[who], number, action, at=now(), **given)


async def status(number: str) -> Status:
    return (await case(number)).status


async def case(number: str) -> Case:
    async with unit_of_work() as session:
        return (await session.scalars(select(Case).where(col(Case.number) == number))).one()


async def page(login: str, number: str) -> RelatingState:
    """Open the page of a case as somebody."""
    state = await states.tree(RelatingState, await states.signed_in(login), f"http://test/case/{number}")
    await turn(state, "load")
    return state


async def turn(state: RelatingState, name: str, *arguments: Any) -> list[Any]:
    """Call a handler of the case page itself."""
    answer = CaseState.event_handlers[name].fn(state, *arguments)
    return [piece async for piece in answer] if hasattr(answer, "__aiter__") else [await answer]


async def opened(state: RelatingState, action: Action) -> None:
    await turn(state, "ask", action.value)
    assert state.asking.action == action


def offered(state: RelatingState) -> dict[str, str]:
    return {one.action: one.label for one in [*state.primary, *state.others]}


async def test_who_hears_of_a_dispatch_follows_the_departments_chosen(county: County) -> None:
    state = await page("center", await brought(county))
    await opened(state, Action.DISPATCH)
    before = state.asking.told

    await turn(state, "note", "lead_department", "rsj")
    lead = state.asking.told
    await turn(state, "choose_assist", "zjj", True)
    both = state.asking.told
    await turn(state, "choose_assist", "zjj", False)

    assert before == ""
    assert county.units["rsj"].name in lead
    assert county.units["zjj"].name in both
    assert county.units["rsj"].name in both
    assert state.asking.told == lead


async def test_a_suggested_department_is_never_chosen_until_it_is_pressed(county: County) -> None:
    await brought(county, ACCEPTED, seed=2)
    state = await page("center", await brought(county))
    await opened(state, Action.DISPATCH)
    name = county.units["rsj"].name
    assert [one.label for one in state.asking.suggested] == [f"{name} · 1 件"]
    assert state.asking.matter == "劳动合同、劳务派遣"
    assert state.typed.get("lead_department", "") == ""
    assert state.asking.told == ""

    await turn(state, "pick", "lead_department", "zjj")
    await turn(state, "pick", "opinion", "rsj")
    assert (state.typed.get("lead_department", ""), state.asking.picked) == ("", 0)
    await turn(state, "pick", "lead_department", "rsj")

    assert (state.typed["lead_department"], state.asking.picked) == ("rsj", 1)
    assert name in state.asking.told


async def test_a_closed_dialog_comes_back_with_what_was_typed_and_whom_it_tells(county: County) -> None:
    number = await brought(county)
    state = await page("center", number)
    await opened(state, Action.DISPATCH)
    await turn(state, "note", "opinion", "请尽快联系诉求人")
    await turn(state, "note", "lead_department", "rsj")

    again = await page("center", number)
    await opened(again, Action.DISPATCH)

    assert again.typed == {"opinion": "请尽快联系诉求人", "lead_department": "rsj"}
    assert county.units["rsj"].name in again.asking.told


async def test_a_decision_shows_the_request_and_begins_at_the_days_asked(county: County) -> None:
    number = await brought(county, ACCEPTED)
    await step(county, "rsj", number, Action.REQUEST_EXTENSION, opinion="涉及人数较多", days=7)
    state = await page("center", number)

    await opened(state, Action.APPROVE_EXTENSION)

    assert state.asking.decides
    assert (state.pending.days, state.pending.opinion, state.typed["days"]) == ("7", "涉及人数较多", "7")


async def test_a_change_meanwhile_is_told_and_loses_nothing(county: County) -> None:
    number = await brought(county, DISPATCHED)
    state = await page("center", number)
    await opened(state, Action.URGE)
    await turn(state, "note", "opinion", "请尽快接收")
    await step(county, "rsj", number, Action.ACCEPT, **CHARGE)

    await turn(state, "take_step", {"opinion": "请尽快接收"})

    assert state.changed_by_other
    assert "接收" in state.conflict
    assert county.units["rsj"].name in state.conflict
    assert state.typed["opinion"] == "请尽快接收"
    await turn(state, "look_again")
    assert not state.changed_by_other
    await turn(state, "take_step", {"opinion": "请尽快接收"})
    assert state.asking.action == ""


async def test_going_on_says_when_nothing_is_left_to_do(county: County) -> None:
    number = await brought(county, DISPATCHED)
    state = await page("center", number)
    await opened(state, Action.REDISPATCH)
    await turn(state, "note", "opinion", "改由住建部门办理")
    await step(county, "rsj", number, Action.ACCEPT, **CHARGE)

    await turn(state, "look_again")

    assert state.changed_by_other
    assert state.conflict.startswith("改派已不能办理")
    assert state.typed["opinion"] == "改由住建部门办理"


async def test_pressed_twice_a_step_is_taken_once(county: County) -> None:
    number = await brought(county)
    state = await page("center", number)
    await opened(state, Action.DISPATCH)
    sent = {"lead_department": "rsj"}

    await turn(state, "take_step", sent)
    await turn(state, "take_step", sent)

    assert await status(number) is Status.TO_ACCEPT
    assert [line.label for line in state.lines].count("转派") == 1


async def test_what_a_rule_refuses_is_told_inside_the_dialog(county: County) -> None:
    number = await brought(county, DISPATCHED)
    state = await page("center", number)
    await opened(state, Action.SUPERVISE)
    await step(county, "leader", number, Action.SUPERVISE, level="red", opinion="从快办理")
    state._version = (await case(number)).version

    await turn(state, "take_step", {"opinion": "督办", "level": "ordinary"})

    assert state.refused != ""
    assert state.asking.action == Action.SUPERVISE


async def test_a_switch_is_named_by_what_it_would_do(county: County) -> None:
    number = await brought(county)
    state = await page("center", number)
    assert offered(state)[Action.TOGGLE_URGENT] == "加急"

    await opened(state, Action.TOGGLE_URGENT)
    await turn(state, "take_step", {})

    assert offered(state)[Action.TOGGLE_URGENT] == "取消加急"


async def test_the_journal_narrows_to_one_kind(county: County) -> None:
    state = await page("center", await brought(county, MAIN_LINE[:4]))
    whole = len(state.lines)

    await turn(state, "show_lines", "step")

    assert 0 < len(state.lines) < whole
    assert {line.kind for line in state.lines} == {"step"}
    await turn(state, "show_lines", "nonsense")
    assert len(state.lines) == whole


async def test_a_duplicate_is_merged_and_taken_back(county: County) -> None:
    kept, double = await brought(county), await brought(county, seed=2)
    state = await page("center", double)
    assert state.may_merge

    await act(state, "merge", other=kept, reason="同一工地同一批人")
    assert state.case.merged
    assert [one.tie for one in state.related] == ["已并入"]
    assert offered(state) == {}
    await act(state, "unmerge", reason="不是同一件事")

    assert not state.case.merged
    assert (await case(double)).merged_into_id is None


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"reason": "重复"}, "kept"),
        ({"other": "QX2026999999", "reason": "重复"}, "kept"),
        ({"other": "same"}, "reason"),
    ],
)
async def test_what_a_merge_lacks_is_told_beside_its_field(county: County, given: dict[str, str], fault: str) -> None:
    number, kept = await brought(county), await brought(county, seed=2)
    state = await page("center", number)

    await act(state, "merge", **{name: kept if text == "same" else text for name, text in given.items()})

    assert fault in state.act_faults
    assert state.act == "merge"


async def test_a_case_in_hand_offers_no_merge(county: County) -> None:
    number, kept = await brought(county, ACCEPTED), await brought(county, seed=2)
    state = await page("center", number)
    assert not state.may_merge

    await act(state, "merge", other=kept, reason="重复")

    assert "只有待转派" in state.act_refused


async def test_a_child_is_adopted_and_released(county: County) -> None:
    parent, child = await brought(county), await brought(county, seed=2)
    state = await page("center", child)

    await act(state, "adopt", other=parent)
    assert state.case.child
    await act(state, "release")

    assert not state.case.child
    assert state.related == []


async def test_the_centre_waives_an_assistant(county: County) -> None:
    number = await brought(county)
    await step(county, "center", number, Action.DISPATCH, lead_department="rsj", assist_departments=("zjj",))
    state = await page("center", number)
    assert [hand.code for hand in state.hands if hand.waivable] == ["zjj"]

    await states.call(state, "begin", "waive", "zjj")
    await states.call(state, "do", {"reason": "无需协办"})

    assert not [hand for hand in state.hands if hand.waivable]


async def test_the_head_agrees_to_a_return_after_feedback(county: County) -> None:
    number = await brought(county, MAIN_LINE[:4])
    officer = await page("rsj", number)
    assert Action.REQUEST_RETURN.value not in offered(officer)
    head = await page("rsj_head", number)
    assert head.may_agree

    await act(head, "agree")

    assert not head.may_agree
    assert Action.REQUEST_RETURN.value in offered(await page("rsj", number))


@pytest.mark.parametrize("login", ["", "auditor", "sysadmin", "viewer", "station", "registrar", "rsj", "leader"])
async def test_who_may_not_relate_cases_changes_nothing(county: County, login: str) -> None:
    kept, double = await brought(county), await brought(county, seed=2)
    before = [(await case(number)).version for number in (kept, double)]
    cookie = await states.signed_in(login) if login else ""
    for name in TITLES:
        state = await states.tree(RelatingState, cookie, f"http://test/case/{double}")
        with suppress(Refusal):
            await turn(state, "load")
        state._number, state.act = double, name
        with suppress(Refusal):
            await states.call(state, "do", {"other": kept, "reason": "同一件事"})
    assert [(await case(number)).version for number in (kept, double)] == before


async def act(state: RelatingState, name: str, **given: str) -> None:
    """Open the dialog of an act around the case and send it."""
    await states.call(state, "begin", name)
    await states.call(state, "do", given)


async def test_an_opened_case_is_counted_once_a_day_and_only_where_it_was_shown(county: County) -> None:
    number = await brought(county)
    for login in ("center", "center", "zjj"):
        await page(login, number)

    async with unit_of_work() as session:
        found = (await session.execute(select(col(CaseReading.account_id), col(CaseReading.case_id)))).all()
    assert [tuple(row) for row in found] == [(county["center"].account_id, (await case(number)).id)]


async def _begun(login: str, number: str, do: str, *, early: bool) -> tuple[RelatingState, list[Any]]:
    """Open the page whose address names a step; it may be read before it begins, or after."""
    url = f"http://test/case/{number}?do={do}"
    state = await states.tree(RelatingState, await states.signed_in(login), url)
    told = []
    for name in ("load", "enter") if early else ("enter", "load"):
        told += [one for one in await turn(state, name) if one is not None]
    return state, told


class TestAnAddressThatNamesAStep:
    @pytest.mark.parametrize("early", [True, False])
    async def test_asks_for_it_once(self, county: County, *, early: bool) -> None:
        number = await brought(county, ACCEPTED)
        state, told = await _begun("leader", number, "instruct", early=early)

        (asked,) = told
        assert asked.handler.fn.__name__ == "ask"
        assert [str(value) for _, value in asked.args] == ['"instruct"']
        assert [one for one in await turn(state, "load") if one is not None] == []
        await opened(state, Action.INSTRUCT)

    async def test_begins_without_a_dialog_where_it_names_none(self, county: County) -> None:
        number = await brought(county, ACCEPTED)
        state = await page("leader", number)
        await opened(state, Action.INSTRUCT)

        assert await turn(state, "enter") == [None]
        assert state.asking.action == ""

    async def test_of_a_case_that_is_not_there_asks_for_nothing(self, county: County) -> None:
        _, told = await _begun("zjj_head", await brought(county, ACCEPTED), "instruct", early=False)
        assert told == []
