"""Several web processes are one product: whoever dies, nothing that was said to be done is lost or done twice, and a
card, a change and a draft arrive whichever process holds the page.

Once with a Redis for the state of pages, once with each process keeping its own.
"""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from websockets.asyncio.client import ClientConnection, connect

from app.launch.front import weight
from app.launch.postgres import Postgres
from device_bridge.protocol import Ack, AckReason, Hello, Welcome, parse_from_server, to_text
from tests.app.api.test_desk import answer, card
from tests.app.test_crash import expect_all_of, expect_an_unbroken_journal, expect_nothing_by_half
from tests.redteam.wire import Page, Target, page
from tests.support.clients import Client, matter
from tests.support.county import id_number
from tests.support.logged import logged
from tests.support.processes import started_by
from tests.support.redis import redis_server
from tests.support.serving import Serving

pytestmark = pytest.mark.timeout(600)
PASSWORD = "Several-" + "2026x"
MANY, CLIENTS, BEFORE, AFTER = 3, 4, 25, 60
LONG = 120.0
DESK = "guide-1"
STATE = "reflex___state____state"
SIGNED_IN = f"{STATE}.state___session____signed_in_state"
FORM = f"{SIGNED_IN}.state___cases___writing____case_form_state"
REMEMBERED = f"{SIGNED_IN}.state___visits___desk____visit_desk.remembered_desk_rx_state_"
CHARGE = {"person_in_charge": "何" + "经办", "person_phone": "0595-22000000"}


@dataclass
class Several:
    """A served product with several web processes, seen from outside."""

    serving: Serving
    target: Target

    def webs(self) -> dict[int, int]:
        """Name the web processes by their place: the descriptor of their channel grows with it."""
        found = started_by(self.serving.process.pid).items()
        ours = sorted((int(words[-2]), pid) for pid, words in found if b"app.launch.web" in words)
        return {place: pid for place, (_, pid) in enumerate(ours)} if len(ours) == MANY else {}

    def secrets(self, *logins: str, places: int) -> dict[int, str]:
        """Sign in until there are sessions at so many places; give one for each."""
        found: dict[int, str] = {}
        for login in logins * 30:
            client = self.target.browser(login)
            secret = client.cookies["fq_session"]
            if found.setdefault(place_of(secret), secret) != secret:
                client.post("/auth/logout", headers=self.target.origin)  # an account may have ten sessions
            if len(found) == places:
                return found
        raise AssertionError(found)

    def whole(self) -> None:
        """Wait until every place has a process that answers."""
        for place in range(MANY):
            secret = next(str(one) for one in count() if place_of(str(one)) == place)
            wait_for(lambda secret=secret: self._answers(secret))
        wait_for(self.webs)

    def _answers(self, secret: str) -> bool:
        try:
            answered = httpx.get(self.serving.url + "/readyz", cookies={"fq_session": secret}, timeout=30)
        except httpx.HTTPError:
            return False
        return answered.status_code == 200


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.1)


def place_of(key: str) -> int:
    return max(range(MANY), key=lambda number: weight(key.encode(), number))


@pytest.fixture(scope="module", params=["redis", "alone"])
def several(request: pytest.FixtureRequest) -> Iterator[Several]:
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server() if request.param == "redis" else nullcontext())
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="fq-", ignore_cleanup_errors=True))
        Path(folder).chmod(0o755)
        given = {"DEMO": "1", "DEMO_CASES": "3", "DEMO_PASSWORD": PASSWORD, "WORKERS": str(MANY)}
        serving = Serving(Path(folder) / "data", given | ({"REDIS_URL": redis.url} if redis else {})).start()
        target = Target(serving.url, serving.data, PASSWORD)
        stack.callback(Postgres(serving.data / "postgres").stop)
        stack.callback(lambda: serving.stop() if serving.process.poll() is None else None)
        stack.callback(target.close)
        yield Several(serving, target)


@asynccontextmanager
async def opened(several: Several, secret: str, path: str, *, token: str = "", **kept: str) -> AsyncGenerator[Page]:
    """Open a page as a browser does, and wait until it is loaded."""
    async with page(several.target, secret, token=token) as made:
        where = {"pathname": f"/{path}/", "asPath": f"/{path}/"}
        await made.event(f"{STATE}.hydrate_and_load", {"vars": kept}, router_data=where)
        await made.hear('"is_hydrated_rx_state_": true', patience=LONG)
        yield made


@asynccontextmanager
async def bridge(several: Several) -> AsyncGenerator[ClientConnection]:
    token = (several.serving.data / "demo" / f"desk-{DESK}.token").read_text(encoding="utf-8").strip()
    address = f"{several.serving.url.replace('http', 'ws')}/api/v1/desk/{DESK}"
    async with connect(address, additional_headers={"Authorization": f"Bearer {token}"}, compression=None) as line:
        await line.send(to_text(Hello(desk=DESK, bridge_version="0")))
        assert parse_from_server(await line.recv()) == Welcome(desk=DESK)
        yield line


async def test_a_card_goes_to_the_form_that_armed_last_whichever_process_it_is_in(several: Several) -> None:
    secrets = several.secrets("guide", places=2)  # one of them at least is not the bridge's
    numbers = iter(range(1000 * os.getpid(), 1000 * os.getpid() + 1000))
    async with AsyncExitStack() as stack:
        line = await stack.enter_async_context(bridge(several))
        alone = next(numbers)
        told = await answer(line, card(alone, desk=DESK))
        assert told == Ack(seq=alone, delivered=False, reason=AckReason.NOT_ARMED)
        pages: list[Page] = []
        for seed, secret in enumerate(secrets.values(), 1):
            pages.append(await stack.enter_async_context(opened(several, secret, "visits", **{REMEMBERED: DESK})))
            number = id_number(seed)
            for seq in numbers:  # the arming is on its way to the bridge's process for a moment
                told = await answer(line, card(seq, desk=DESK, seed=seed))
                await pages[-1].listen(0.3)
                if number in pages[-1].text:
                    break
            assert told == Ack(seq=seq, delivered=True)
            assert not any(number in other.text for other in pages[:-2])
            # the same read again, as after a lost answer, and by another line
            async with bridge(several) as again:
                assert await answer(again, card(seq, desk=DESK, seed=seed)) == told
            line = await stack.enter_async_context(bridge(several))
    logs = "".join(path.read_text(encoding="utf-8") for path in (several.serving.data / "logs").glob("*.jsonl*"))
    assert not any(id_number(seed) in logs + several.serving.output for seed in range(1, MANY + 1))


async def test_a_change_arrives_at_every_process(several: Several) -> None:
    secrets = several.secrets("registrar", "center", places=MANY)
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(opened(several, one, "cases")) for one in secrets.values()]
        with Client(several.serving.url, "registrar", PASSWORD) as registrar:
            number = registrar.post("/cases", matter(501)).json()["number"]
            assert registrar.act(number, "submit").status_code == 200
        for one in pages:
            await one.hear(number, patience=LONG)
            assert number in one.text


@dataclass
class Work:
    """Clients at work, who ask again with the same key until they are answered."""

    several: Several
    steps: list[tuple[str, str, int]] = field(default_factory=list[tuple[str, str, int]])
    unexpected: list[str] = field(default_factory=list[str])
    seeds: Any = field(default_factory=lambda: count(1))
    enough: int = BEFORE

    def until_answered(self, client: Client, path: str, given: object = None) -> dict[str, Any]:
        key, until = uuid4().hex, time.monotonic() + LONG
        while True:
            try:
                told = client.post(path, given, **{"Idempotency-Key": key})
            except httpx.HTTPError:
                assert time.monotonic() < until
                continue
            if told.status_code not in {200, 201}:
                self.unexpected.append(f"{path}: {told.status_code} {told.text}")
            return told.json()

    def signed_in(self, url: str, login: str) -> Client:
        until = time.monotonic() + LONG
        while True:
            try:
                return Client(url, login, PASSWORD)
            except httpx.HTTPError:  # it may be the very moment in which the process is killed
                assert time.monotonic() < until

    def run(self) -> None:
        url = self.several.serving.url
        with ExitStack() as stack:
            registrar, center, rsj = (
                stack.enter_context(self.signed_in(url, login)) for login in ("registrar", "center", "rsj")
            )
            while len(self.steps) < self.enough and not self.unexpected:
                made = self.until_answered(registrar, "/cases", matter(next(self.seeds)))
                number = made["number"]
                self.steps.append((number, "create", made["version"]))
                for client, action, given in (
                    (registrar, "submit", None),
                    (center, "dispatch", {"lead_department": "rsj"}),
                    (rsj, "accept", CHARGE),
                ):
                    told = self.until_answered(client, f"/cases/{number}/actions/{action}", given)
                    self.steps.append((number, action, told.get("version", 0)))


async def test_one_that_is_killed_under_load_takes_nothing_along(several: Several) -> None:
    await asyncio.to_thread(several.whole)
    server = Postgres(several.serving.data / "postgres")
    before = cases_in(server)
    secret = several.target.browser("registrar").cookies["fq_session"]
    token, draft = str(uuid4()), f"写到一半 {uuid4().hex}"
    work = Work(several, enough=BEFORE + AFTER)
    threads = [threading.Thread(target=work.run) for _ in range(CLIENTS)]
    async with opened(several, secret, "cases/new", token=token) as writing:
        await writing.event(f"{FORM}.note", {"name": "title", "value": draft})
        await writing.hear("draft_saved_rx_state_", patience=LONG)
        for thread in threads:
            thread.start()
        await asyncio.to_thread(wait_for, lambda: len(work.steps) >= BEFORE)
        os.kill(several.webs()[place_of(secret)], signal.SIGKILL)
        while not writing.code:
            await writing.listen(1.0)

    async with opened(several, secret, "cases/new", token=token) as again:  # at another process meanwhile
        await again.hear(draft, patience=LONG)
        assert draft in again.text
    for thread in threads:
        await asyncio.to_thread(thread.join, LONG)

    assert work.unexpected == []
    assert len(work.steps) >= BEFORE + AFTER
    numbers = [number for number, action, _ in work.steps if action == "create"]
    assert len(set(numbers)) == len(numbers) == cases_in(server) - before
    expect_all_of(work.steps, several.serving, PASSWORD)
    expect_nothing_by_half(work.steps, several.serving)
    expect_an_unbroken_journal(several.serving)
    assert [line["signal"] for line in logged(several.serving.data, "worker.died")] == ["SIGKILL"]


def cases_in(server: Postgres) -> int:
    with psycopg.connect(server.conninfo()) as connection:
        row = connection.execute("SELECT count(*) FROM case_file").fetchone()
    return int(row[0]) if row else 0
