"""A change of the field policy reaches every open page at once, as its page promises."""

from __future__ import annotations

import asyncio

from domain.kernel.permissions import Role
from domain.kernel.unit_of_work import unit_of_work
from domain.people import operations
from domain.people.policy import Field, Purpose, Showing
from state.clock import now
from state.live import Hub
from tests.support.county import County
from tests.support.county_database import county_template, own_county

__all__ = ["county_template", "own_county"]


async def test_pages_that_follow_one_case_hear_of_it(own_county: County) -> None:
    hub = Hub()
    async with unit_of_work() as session:
        engine = (await session.connection()).engine
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with hub.follow("case", only="a case") as page:
        task = asyncio.create_task(hub.run(url))
        await asyncio.wait_for(hub.listening.wait(), 10)
        assert await page.next(1.0)  # whoever connects reads everything once
        async with unit_of_work() as session:
            wanted = {(Role.CENTER_ADMIN, Field.NAME, Purpose.SCREEN): Showing.HIDDEN}
            await operations.set_rules(session, own_county["secadmin"], wanted, at=now())
        heard = await page.next(10.0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert heard == {"*"}
