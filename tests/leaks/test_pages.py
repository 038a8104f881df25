"""Every page and every handler × people who must not know: nothing of an unseen case or a clear value is in a state.

Pages come from the navigation and handlers from the states themselves, so that new ones are asked too.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from typing import Any

import pytest
from reflex.state import BaseState

from app.navigation import PAGES, Page
from domain.cases.inputs import StepInput
from domain.cases.operations.take import take
from domain.cases.vocabulary import Action
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Refusal
from domain.kernel.unit_of_work import unit_of_work
from state.cases.listing import CaseListState
from state.clock import now
from state.live import hub
from state.session import SignedInState
from tests.leaks import marks
from tests.leaks.conftest import undone
from tests.leaks.oracle import sees
from tests.leaks.people import EVERYBODY
from tests.leaks.world import World
from tests.support import states

WITNESSES = ("b_registrar", "registrar2", "zjj", "no_unit", "watch350", "watch30", "narrow", "moved_away", "denied",
             "stood_in", "stripped", "auditor", "sysadmin", "center")  # fmt: skip
CRAFTERS = ("watch350", "zjj", "stripped")
HANDLERS = sorted({(kind, name) for kind, name in states.handlers()}, key=lambda pair: (pair[0].__name__, pair[1]))


def everything(state: BaseState) -> str:
    """Give the whole tree a browser would be sent, without its own cookie and address."""
    found: list[Any] = []
    todo = [state._get_root_state()]
    while todo:
        one = todo.pop()
        todo += one.substates.values()
        found += [getattr(one, name) for name in one.base_vars if name != "router"]
    return repr(found)


def at(page: Page, number: str, login: str = "rsj") -> str:
    """Write the address of a page."""
    return "http://test" + re.sub(r"\[(\w+)\]", lambda piece: number if piece[1] == "number" else login, page.route)


@pytest.mark.parametrize("login", WITNESSES)
async def test_a_page_tells_nothing_of_what_is_out_of_reach(world: World, login: str) -> None:
    who = EVERYBODY[login]
    hidden = world.unseen(who)[3:4] or world.cases[:1]
    async with undone(world) as undo:
        for page in PAGES:
            for case in hidden if "number" in page.route else hidden[:1]:
                for handler in page.on_load:
                    kind_name, name = handler.fn.__qualname__.split(".")
                    kind = next(kind for kind, _ in HANDLERS if kind.__name__ == kind_name)
                    state = await states.tree(kind, world.cookies[login], at(page, case.number))
                    if handler.is_background:
                        continue
                    with suppress(Refusal):
                        await states.call(state, name)
                    text = everything(state)
                    assert not marks.clear_in(world, text), (login, page.route, name)
                    if login == "auditor" and page.place.permission is Permission.JOURNAL_AUDIT:
                        continue  # the journal names every case by its number, and nothing more of it
                    told = marks.foreign_in(world, who, text, but=() if sees(who, case) else (case.number,))
                    assert not told, (login, page.route, name, told)
        await undo()


@pytest.mark.parametrize("login", CRAFTERS)
async def test_no_handler_answers_a_crafted_call(world: World, login: str) -> None:
    """Each handler is given numbers and ids of what the person must not know of."""
    who = EVERYBODY[login]
    case = next(case for case in world.unseen(who) if case.files)
    values = (case.number, str(case.id), str(case.person_id), str(case.files[0]), case.human.phone)
    asked = {case.number, str(case.id), str(case.person_id), str(case.files[0])}
    async with undone(world) as undo:
        for place, (kind, name) in enumerate(HANDLERS):
            if kind.event_handlers[name].is_background:
                continue
            value = values[place % len(values)]
            state = await states.tree(kind, world.cookies[login], f"http://test/case/{case.number}")
            with suppress(Refusal, TypeError, AttributeError):
                await states.call(state, name, *_arguments(kind, name, value))
            text = everything(state)
            told = [mark for mark in marks.foreign_in(world, who, text) if mark not in asked]
            clear = [mark for mark in marks.clear_in(world, text) if mark not in case.human.phone]
            assert not told, (login, kind.__name__, name, told)
            assert not clear, (login, kind.__name__, name)
            if place % 10 == 0:
                await undo()
        await undo()


def _arguments(kind: type[SignedInState], name: str, value: str) -> list[object]:
    shape = states.crafted(kind, name)[0]
    return [value for _ in shape]


async def test_what_is_pushed_of_an_unseen_case_is_nothing(world: World) -> None:
    """An open list follows the database; a change of a case out of reach leaves it as it was, and names an id alone."""
    who = EVERYBODY["watch350"]
    case = next(case for case in world.unseen(who) if case.status == "in_progress" and case.author == "b_registrar")
    url = world.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    listening = asyncio.create_task(hub.run(url))
    await asyncio.wait_for(hub.listening.wait(), 10)
    state = await states.tree(CaseListState, world.cookies["watch350"], "http://test/cases")
    await states.call(state, "load")
    before = sorted(row.number for row in state.rows)
    following = asyncio.create_task(states.call(state, "follow"))
    with hub.follow("case") as heard:
        async with unit_of_work() as session:
            await take(session, world["b_center"], number=case.number, action=Action.URGE,
                       given=StepInput(opinion="请尽快"), at=now())  # fmt: skip
        told = await heard.next(10)
        await asyncio.sleep(0.6)
    for task in (following, listening):
        task.cancel()
    await asyncio.gather(following, listening, return_exceptions=True)
    hub.listening.clear()

    assert told <= {str(case.id), "*"}
    assert str(case.id) in told
    assert sorted(row.number for row in state.rows) == before
    assert not marks.foreign_in(world, who, everything(state))
