"""A clear value on the case page: shown for a reason, gone in time, refused with a sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.cases.queries import detail
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs.rules import DEFAULTS
from state.cases.revealing import RevealState
from state.cases.working import CaseState
from state.clock import now
from tests.support import county as support
from tests.support import states
from tests.support.county import MAIN_LINE, County
from tests.support.county_database import county, county_engine, county_template, own_county

__all__ = ["county", "county_engine", "county_template", "own_county"]

REASON = {"reason": "电话核实情况"}


@pytest.fixture
async def a_case(county: County) -> tuple[str, str]:
    """Give number and first person of a dispatched case."""
    async with unit_of_work() as session:
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=now() - timedelta(hours=1))
        view = await detail.get(session, county["center"], number, at=now())
    return number, str(view.parties[0].person_id)


async def _asked(a_case: tuple[str, str], login: str = "rsj") -> RevealState:
    number, person = a_case
    state = await states.tree(RevealState, await states.signed_in(login), f"http://test/case/{number}")
    await states.call(state, "ask", person, "phone")
    return state


async def test_a_value_leaves_when_its_time_is_over(a_case: tuple[str, str]) -> None:
    state = await _asked(a_case)

    (fade,) = await states.call(state, "send", REASON)

    assert (state.value, state.seconds, state.fault) == (support.phone(1), DEFAULTS.reveal_seconds, "")
    assert fade is not None
    turn = state._turn
    await state._fade_now(turn - 1)
    assert state.value, "an older timer leaves a newer value alone"
    await state._fade_now(turn)
    assert (state.value, state.person_id) == ("", "")


async def test_another_page_begins_with_nothing_shown(a_case: tuple[str, str]) -> None:
    state = await _asked(a_case)
    await states.call(state, "send", REASON)
    page = await state.get_state(CaseState)

    await states.call(page, "load")

    assert state.value == ""


async def test_a_limit_is_told_in_the_dialog_and_written(a_case: tuple[str, str]) -> None:
    state = await _asked(a_case)
    for _ in range(DEFAULTS.reveal_per_hour):
        await states.call(state, "send", REASON)
        await states.call(state, "ask", a_case[1], "phone")

    await states.call(state, "send", REASON)

    assert "上限" in state.fault
    assert state.value == ""


async def test_no_reason_is_told_in_the_dialog(a_case: tuple[str, str]) -> None:
    state = await _asked(a_case)

    await states.call(state, "send", {"reason": " "})

    assert "原因" in state.fault
    assert state.value == ""
