"""Initial passwords are with the browser alone: the dialog that gives them closes when they were saved."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.kernel.unit_of_work import unit_of_work
from state.clock import now
from state.orgs.importing import ImportState
from tests.support import county as support
from tests.support import states


async def _imported(which: str) -> ImportState:
    async with unit_of_work() as session:
        await support.build(session, at=now())
    state = await states.tree(ImportState, await states.signed_in("sysadmin"))
    await states.call(state, "ask", which)
    state.works = 3
    await states.call(state, "finish")
    return state


async def test_an_import_of_accounts_closes_once_its_passwords_are_saved(ground: AsyncEngine) -> None:
    state = await _imported("accounts")
    for _ in range(2):
        await states.call(state, "close")
        assert (state.which, state.done, state.leaving) == ("accounts", 3, True)

    await states.call(state, "saved")

    assert (state.which, state.done, state.leaving) == ("", 0, False)


async def test_other_imports_close_at_once(ground: AsyncEngine) -> None:
    state = await _imported("units")
    await states.call(state, "close")
    assert (state.which, state.done, state.leaving) == ("", 0, False)


async def test_an_import_of_accounts_closes_at_once_as_long_as_nothing_was_imported(ground: AsyncEngine) -> None:
    state = await _imported("accounts")
    await states.call(state, "ask", "accounts")
    await states.call(state, "close")
    assert state.which == ""
