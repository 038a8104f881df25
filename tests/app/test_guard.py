"""Before every event it is asked whose it is: afresh where a page shows something, a moment ago for what follows."""

from __future__ import annotations

from typing import Any

import pytest
from reflex_base.event import Event
from reflex_base.event.context import EventContext
from sqlalchemy.ext.asyncio import AsyncEngine

from app import limits
from app.guard import Guard
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import operations as orgs
from domain.orgs.models import SessionKind
from state.clock import now
from state.session import SignedInState, secret_in
from tests.support import county as support
from tests.support import states

SHOWS, FOLLOWS = "state.on_load_internal", "state.some_state.load"


class Page:
    """A page of somebody, and the guard before it."""

    def __init__(self, root: Any, cookie: str) -> None:
        self.root, self.cookie, self.guard = root, cookie, Guard()

    async def passes(self, name: str) -> bool:
        app: Any = None
        event = Event(name=name, router_data={"pathname": "/cases", "headers": {"cookie": self.cookie}})
        return await self.guard.preprocess(app, self.root, event) is None


@pytest.fixture
async def page(ground: AsyncEngine) -> Page:
    async with unit_of_work() as session:
        await support.build(session, at=now())
    cookie = await states.signed_in("rsj")
    held = await states.tree(SignedInState, cookie)
    return Page(held._get_root_state(), cookie)


async def test_a_page_that_opens_is_refused_as_soon_as_its_session_is_over(page: Page) -> None:
    assert await page.passes(SHOWS)
    assert await page.passes(FOLLOWS)
    async with unit_of_work() as session:
        await orgs.sign_out(session, secret_in(page.cookie), SessionKind.BROWSER, at=now())

    assert not await page.passes(SHOWS)
    assert not await page.passes(FOLLOWS)


async def test_what_a_page_holds_is_emptied_before_a_stranger_sees_it(page: Page) -> None:
    held = await page.root.get_state(SignedInState)
    await page.passes(SHOWS)
    held.here = "/cases"
    page.cookie = "fq_session=" + "A" * 43

    assert not await page.passes(FOLLOWS)
    assert held.here == ""


async def test_what_an_event_leads_to_is_not_counted(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "EVENTS", 2)
    monkeypatch.setattr(limits._Holder, "rates", None)
    nothing: Any = None

    def at(parent: str | None) -> EventContext:
        return EventContext(token="tab", state_manager=nothing, enqueue_impl=nothing, parent_txid=parent)

    with at("the one before"):
        assert all([await page.passes(FOLLOWS) for _ in range(5)])
    with at(None):
        assert [await page.passes(FOLLOWS) for _ in range(3)] == [True, True, False]
