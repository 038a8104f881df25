"""The hub tells listeners of a process what was announced, and everything after a reconnect."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.kernel.notify import announce
from domain.kernel.unit_of_work import unit_of_work
from state.live import RECALLED, Hub


@pytest.mark.usefixtures("own_engine")
class TestAListener:
    async def test_hears_its_kind_after_the_commit_and_everything_at_the_start(self, own_engine: AsyncEngine) -> None:
        hub, heard, told = Hub(), list[str](), asyncio.Event()

        def note(subject: str) -> None:
            heard.append(subject)
            if subject != "*":
                told.set()

        hub.on("keys", note)
        url = own_engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        task = asyncio.create_task(hub.run(url))
        await asyncio.wait_for(hub.listening.wait(), 10)
        subject = uuid4()
        async with unit_of_work() as session:
            await announce(session, "case", uuid4())
            await announce(session, "keys", subject)
        await asyncio.wait_for(told.wait(), 10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

        assert heard == ["*", str(subject)]

    async def test_that_fails_stops_nobody(self) -> None:
        hub, heard, complaints = Hub(), list[str](), list[object]()

        def fail(_subject: str) -> None:
            raise RuntimeError("no")

        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: complaints.append(context["exception"]))
        hub.on("keys", fail)
        hub.on("keys", heard.append)
        hub._tell("keys", "one")
        await asyncio.sleep(0)
        loop.set_exception_handler(None)

        assert heard == ["one"]
        assert len(complaints) == 1


class TestAFollower:
    async def test_hears_what_was_told_since_its_page_was_read(self) -> None:
        hub = Hub()
        hub._tell("case", "before")
        read = time.monotonic()
        hub._tell("case", "after")
        hub._tell("visit", "another kind")

        with hub.follow("case", since=read) as changes:
            assert await changes.next(1) == {"after"}

    async def test_hears_of_nothing_that_came_before_it_without_a_moment(self) -> None:
        hub = Hub()
        hub._tell("case", "before")
        with hub.follow("case") as changes:
            assert await changes.next(0.01) == frozenset()

    async def test_looks_anew_when_more_was_told_than_is_remembered(self) -> None:
        hub, read = Hub(), time.monotonic()
        for number in range(RECALLED + 1):
            hub._tell("case", str(number))
        with hub.follow("visit", since=read) as changes:
            assert await changes.next(1) == {"*"}
