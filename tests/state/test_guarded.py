"""Every handler of every state refuses strangers and people of another role."""

from __future__ import annotations

from contextlib import suppress

import pytest
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.cases.models import Case
from domain.kernel.models import JournalEntry, OutboxMessage
from domain.kernel.refusals import Refusal
from domain.kernel.unit_of_work import unit_of_work
from domain.visits.models import Visit
from state.cases.bulk import BulkState
from state.cases.listing import CaseListState
from state.cases.relating import RelatingState
from state.cases.working import CaseState
from state.cases.writing import CaseFormState
from state.clock import now
from state.session import SignedInState
from state.visits.desk import VisitDesk
from tests.support import county as support
from tests.support import states
from tests.support.county import MAIN_LINE

ROOMS = (CaseListState, BulkState, CaseState, RelatingState, CaseFormState, VisitDesk)
ALL = sorted({(kind, name) for kind, name in states.handlers()}, key=lambda pair: (pair[0].__name__, pair[1]))


async def _traces() -> tuple[int, ...]:
    async with unit_of_work() as session:
        found = [
            await session.scalar(select(func.count()).select_from(table)) or 0 for table in (Case, Visit, OutboxMessage)
        ]
        own = or_(*(JournalEntry.action.like(f"{word}.%") for word in ("account", "access", "audit")))  # type: ignore[attr-defined]
        business = select(func.count()).select_from(JournalEntry).where(~own)
        return (*found, await session.scalar(business) or 0)


def _business(state: SignedInState) -> dict[str, object]:
    fresh = {
        name: field.default_value() for name, field in type(state).get_fields().items() if not name.startswith("_")
    }
    return {
        name: getattr(state, name)
        for name in (
            "rows",
            "tiles",
            "entries",
            "parties",
            "lines",
            "hands",
            "visitors",
            "waiting",
            "pictures",
            "total",
        )
        if name in fresh and getattr(state, name) not in ([], 0, "0", "")
    }


def test_every_room_is_looked_at() -> None:
    assert {kind for kind, _ in ALL} >= set(ROOMS)
    assert len(ALL) > 30


@pytest.mark.parametrize("cookie", ["", "fq_session=forged", "fq_session=" + "A" * 43, "garbage;;;=="])
async def test_a_stranger_changes_nothing_and_learns_nothing(own_engine: AsyncEngine, cookie: str) -> None:
    async with unit_of_work() as session:
        county = await support.build(session, at=now())
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=now())
    before = await _traces()
    for kind, name in ALL:
        for arguments in states.crafted(kind, name):
            state = await states.tree(kind, cookie, f"http://test/case/{number}")
            with suppress(Refusal):
                await states.call_briefly(state, name, *arguments)
            assert _business(state) == {}, (kind.__name__, name)
    assert await _traces() == before


async def test_an_auditor_cannot_use_the_rooms_of_others(own_engine: AsyncEngine) -> None:
    async with unit_of_work() as session:
        county = await support.build(session, at=now())
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=now())
    cookie = await states.signed_in("auditor")
    before = await _traces()
    for kind, name in ALL:
        if kind.__module__.startswith("state.audit"):
            continue
        for arguments in states.crafted(kind, name):
            state = await states.tree(kind, cookie, f"http://test/case/{number}")
            with suppress(Refusal):
                await states.call_briefly(state, name, *arguments)
            assert _business(state).keys() <= {"entries"}, (kind.__name__, name)
    assert await _traces() == before


@pytest.mark.parametrize("login", ["secadmin", "sysadmin", "center"])
async def test_wrong_types_are_refused_and_break_nothing(own_engine: AsyncEngine, login: str) -> None:
    async with unit_of_work() as session:
        county = await support.build(session, at=now())
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=now())
    cookie = await states.signed_in(login)
    for kind, name in ALL:
        for arguments in states.crafted(kind, name)[3:]:
            state = await states.tree(kind, cookie, f"http://test/case/{number}")
            with suppress(Refusal):
                await states.call_briefly(state, name, *arguments)
    async with unit_of_work() as session:
        assert len(list(await session.scalars(select(Case)))) == 1


async def test_an_officer_of_another_department_finds_nothing(own_engine: AsyncEngine) -> None:
    async with unit_of_work() as session:
        county = await support.build(session, at=now())
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=now())
    cookie = await states.signed_in("zjj")
    state = await states.tree(CaseState, cookie, f"http://test/case/{number}")
    await states.call(state, "load")
    assert not state.found
    assert state.lines == []
    assert state.parties == []
