"""What processes tell each other, through the announcements of a real database; each pair here stands for two of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from time import monotonic

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from app.throttle import Throttle
from device_bridge.protocol import CardFields
from domain.kernel.refusals import BadCredentials, Locked
from domain.orgs.rules import DEFAULTS
from state import peers as module
from state.live import Hub
from state.peers import CHANNEL, LONGEST, Facts, Peers, sealed
from tests.support.county import MORNING, id_number

PERSON = "林" + "水木"


class Process:
    """What a web process has for hearing and telling."""

    def __init__(self, url: str) -> None:
        self.peers, self.hub, self.url = Peers(), Hub(), url
        self.hub.hear(CHANNEL, self.peers.hear)
        self.tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self.tasks = [asyncio.create_task(self.hub.run(self.url)), asyncio.create_task(self.peers.run(self.url))]
        await asyncio.wait_for(self.hub.listening.wait(), 10)

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


@pytest_asyncio.fixture(loop_scope="session")
async def two(own_engine: AsyncEngine) -> AsyncGenerator[tuple[Process, Process]]:
    url = own_engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    made = Process(url), Process(url)
    for one in made:
        one.peers.on("echo", lambda process, facts, one=one: one.peers.answer(process, facts, said=facts["said"]))
        await one.start()
    yield made
    for one in made:
        await one.stop()


async def heard_by(other: Process, one: Process) -> None:
    """Wait until another process has heard all that one has told."""
    assert await one.peers.ask(other.peers.me, "echo", said="") is not None


class TestWords:
    async def test_reach_everybody_in_one_order(self, two: tuple[Process, Process]) -> None:
        heard: list[list[int]] = [[], []]
        for one, numbers in zip(two, heard, strict=True):
            one.peers.on("count", lambda _process, facts, numbers=numbers: numbers.append(facts["number"]))
        for number in range(20):
            two[number % 2].peers.tell("count", number=number)
        await heard_by(two[1], two[0])
        await heard_by(two[0], two[1])
        await heard_by(two[0], two[0])
        await heard_by(two[1], two[1])
        assert heard[0] == heard[1]
        assert sorted(heard[0]) == list(range(20))

    async def test_are_answered_by_the_one_who_was_asked(self, two: tuple[Process, Process]) -> None:
        answer = await two[0].peers.ask(two[1].peers.me, "echo", said=PERSON)
        assert answer is not None
        assert answer["said"] == PERSON

    async def test_to_one_that_is_gone_are_not_waited_for_long(
        self, two: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "PATIENCE", 0.05)
        assert await two[0].peers.ask("gone", "echo", said="") is None
        assert not two[0].peers.lives("gone")
        assert two[0].peers.lives(two[0].peers.me)

    async def test_pass_the_database_sealed_and_forged_ones_are_not_believed(
        self, two: tuple[Process, Process]
    ) -> None:
        heard: list[Facts] = []
        two[1].peers.on("card", lambda _process, facts: heard.append(facts))
        async with await psycopg.AsyncConnection.connect(two[0].url, autocommit=True) as connection:
            await connection.execute(f'LISTEN "{CHANNEL}"'.encode())
            two[0].peers.tell("card", name=PERSON, number=id_number(1))
            async for notice in connection.notifies():
                seen = notice.payload
                break
            assert PERSON not in seen
            assert id_number(1) not in seen
            for forged in ("{}", "x" * 40, seen[:-8] + "AAAAAAA=", '{"kind":"card","from":"me"}'):
                await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, forged))
        await heard_by(two[1], two[0])
        assert [one["name"] for one in heard] == [PERSON]

    async def test_who_is_back_asks_what_holds(self, two: tuple[Process, Process]) -> None:
        asked: list[str] = []
        two[0].peers.on("who", lambda process, _facts: asked.append(process))
        third = Process(two[0].url)
        try:
            await third.start()
            third.peers.on("echo", lambda process, facts: third.peers.answer(process, facts, said=facts["said"]))
            await heard_by(two[0], third)
            assert third.peers.me in asked
            assert two[0].peers.lives(third.peers.me)
        finally:
            await third.stop()

    async def test_say_that_a_process_is_there_now_and_then_and_no_more_often(
        self, own_engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "BEAT", 0.1)
        one, came, began = Process(own_engine.url.set(drivername="postgresql").render_as_string(False)), [], monotonic()
        thrice = asyncio.Event()
        one.peers.on("here", lambda *_: came.append(monotonic()) or (len(came) >= 3 and thrice.set()))
        try:
            await one.start()
            one.peers.tell("anything")
            await asyncio.wait_for(thrice.wait(), 60)
        finally:
            await one.stop()
        assert len(came) <= (came[-1] - began) / 0.1

    def test_the_longest_card_fits(self, own_engine: AsyncEngine) -> None:
        del own_engine  # it brings the keys
        most = {name: "𠮷" * (120 if name in {"name", "address", "issuer", "eng_name"} else 40)
                for name in CardFields.model_fields}  # fmt: skip
        word = {"kind": "desk.read", "from": "f" * 32, "to": "f" * 32, "ask": "f" * 32, "client": "c" * 36,
                "fields": most, "id_type": "hmt_residence", "sam_id": "𠮷" * 40}  # fmt: skip
        assert 0 < len(sealed(word)) <= LONGEST


class TestWrongPasswords:
    async def test_lock_an_account_that_nobody_has_in_every_process(self, two: tuple[Process, Process]) -> None:
        here, there = (Throttle(one.peers) for one in two)
        for _ in range(DEFAULTS.lock_after):
            here.failed("192.0.2.1", "nobody", BadCredentials("不正确"), at=MORNING)
        await heard_by(two[1], two[0])
        later = MORNING + timedelta(minutes=1)
        assert isinstance(there.failed("192.0.2.2", "nobody", BadCredentials("不正确"), at=later), Locked)

        here.succeeded("nobody")
        await heard_by(two[1], two[0])
        assert isinstance(there.failed("192.0.2.2", "nobody", BadCredentials("不正确"), at=later), BadCredentials)
