"""A county at work: three hundred pages open over real sockets, two hundred of them turning pages, boards following.

`python -m tests.benchmarks.hall` is the client, a process of its own: it speaks as pages do, and no more. An order
comes in on the standard input and what came of it goes out the same way.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from itertools import cycle
from urllib.parse import parse_qsl
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect

from app.demo.roster import POSTS
from domain.kernel.permissions import Role
from tests.benchmarks import processors
from tests.benchmarks.figures import Series, Table
from tests.benchmarks.walk import matter
from tests.journeys.conftest import PASSWORD

STATE = "reflex___state____state"
OPEN, TURN = f"{STATE}.hydrate_and_load", f"{STATE}.reflex___state____on_load_internal_state.on_load_internal"
NAMESPACE, READY = "/_event", '"is_hydrated_rx_state_":true'
CONNECTED, WORKING, THINK = 300, 200, 3.0
"""Open pages, those that turn pages, and seconds for which each looks at one."""
BOARD = "/board"
ACT_EVERY = 4.0
PATIENCE, SECONDS = 60.0, 40.0
PAGE_MS, FIGURES_MS, BOARD_MS = 300.0, 500.0, 500.0
"""Goals for p95: a page, figures, and from a commit to each open board."""
PAGES = {
    "list": "/cases",
    "filtered list": "/cases?status=in_progress",
    "text search": "/cases?q=路灯",
    "case": "/case/{number}",
    "departments": "/figures",
    "drill-down": "/figures/cases?figure=received",
    "board": BOARD,
}
_FIGURES = frozenset({"departments", "drill-down", "board"})
WATCHING = ("leader", "viewer", "leader", "viewer")
LEADING = ("center", "leader", "viewer", "rsj_head", "zjj_head")
"""Who turns all pages; officers turn those of cases."""
TURNING = (*LEADING, *(post.login for post in POSTS if post.role in {Role.OFFICER, Role.REGISTRAR}))


@dataclass(frozen=True)
class Order:
    """How long to work, with whose sessions, on which pages.

    :ivar watching: secrets of sessions that look at boards
    :ivar turning: by the secret of a session what it opens by what it is called, `{number}` in it is one of `numbers`
    :ivar numbers: by the secret of a session numbers of cases that it may open
    """

    url: str
    watching: list[str]
    turning: dict[str, dict[str, str]]
    numbers: dict[str, list[str]]
    token: str
    seconds: float
    seed: int


@dataclass
class Done:
    """Seconds by kind of page and from a commit to each open board; boards that did not show it in time; faults."""

    times: dict[str, list[float]] = field(default_factory=dict)
    boards: list[float] = field(default_factory=list)
    acts: int = 0
    stale: int = 0
    faults: list[str] = field(default_factory=list)


class Visitor:
    """One open page."""

    def __init__(self, wire: ClientConnection) -> None:
        self.wire = wire
        self.ready = asyncio.Event()
        self.changed: float = 0.0

    async def turn(self, event: str, address: str) -> float:
        """Open an address, and give the seconds until it stands."""
        self.ready.clear()
        began = time.perf_counter()
        path = address.partition("?")[0]
        query = dict(parse_qsl(address.partition("?")[2]))
        if path.startswith("/case/"):
            query["number"] = path.removeprefix("/case/")
        body = {"name": event, "payload": {}, "router_data": {"pathname": path, "asPath": address, "query": query}}
        await self.wire.send(f"42{NAMESPACE},{json.dumps(['event', body])}")
        async with asyncio.timeout(PATIENCE):
            await self.ready.wait()
        return time.perf_counter() - began

    async def listen(self) -> None:
        """Hear what comes."""
        async for frame in self.wire:
            if frame == "2":
                await self.wire.send("3")
            elif READY in str(frame):
                self.ready.set()
            elif "board_state" in str(frame):
                self.changed = time.perf_counter()


async def _open(order: Order, stack: AsyncExitStack, group: asyncio.TaskGroup, secret: str, address: str) -> Visitor:
    where = f"{order.url.replace('http', 'ws', 1)}{NAMESPACE}/?EIO=4&transport=websocket&token={uuid4()}"
    headers = {"Cookie": f"fq_session={secret}"}
    wire = await stack.enter_async_context(
        connect(where, additional_headers=headers, origin=order.url, max_size=None, open_timeout=60)  # type: ignore[arg-type]
    )
    await wire.recv()
    await wire.send(f"40{NAMESPACE},")
    visitor = Visitor(wire)
    group.create_task(visitor.listen())
    await visitor.turn(OPEN, address)
    return visitor


async def _work(order: Order, secret: str, visitor: Visitor, done: Done, until: float) -> None:
    chance, pages = random.Random(order.seed + id(visitor)), order.turning[secret]
    await asyncio.sleep(chance.uniform(0, THINK))
    while time.perf_counter() < until:
        kind = chance.choice(list(pages))
        address = pages[kind].format(number=chance.choice(order.numbers[secret]))
        try:
            done.times.setdefault(kind, []).append(await visitor.turn(TURN, address))
        except TimeoutError:
            done.faults.append(f"{kind}: nothing within {PATIENCE:.0f} s")
        await asyncio.sleep(THINK * chance.uniform(0.5, 1.5))


async def _act(order: Order, boards: list[Visitor], done: Done, until: float) -> None:
    # One case after another is received; each board tells when it shows what was committed.
    async with httpx.AsyncClient(base_url=order.url, timeout=60) as client:
        client.headers["Authorization"] = f"Bearer {order.token}"
        while time.perf_counter() < until:
            made = await client.post("/api/v1/cases", json=matter(order.seed + done.acts))
            answer = await client.post(f"/api/v1/cases/{made.json().get('number')}/actions/submit", json={})
            committed = time.perf_counter()
            if not answer.is_success:
                done.faults.append(f"act: {answer.status_code} {answer.text[:200]}")
            done.acts += 1
            await asyncio.sleep(ACT_EVERY)
            shown = [one.changed - committed for one in boards if one.changed > committed]
            done.boards += shown
            done.stale += len(boards) - len(shown)


async def measure(
    url: str,
    tokens: dict[str, str],
    cases: int,
    used: Callable[[], dict[str, float]],
    ask: Callable[[Order], Awaitable[Done]],
) -> Table:
    """Have the hall work for a while, and tell what each kind of page took and how soon boards followed."""
    watching = [await _session(url, one) for one in WATCHING]
    turning, numbers = dict[str, dict[str, str]](), dict[str, list[str]]()
    for login in TURNING:
        secret = await _session(url, login)
        if found := await _numbers(url, secret):
            kinds = {kind for kind in PAGES if login in LEADING or kind not in _FIGURES}
            turning[secret], numbers[secret] = {kind: PAGES[kind] for kind in PAGES if kind in kinds}, found
    before = used()
    done = await ask(Order(url, watching, turning, numbers, tokens["registrar"], SECONDS, _seed()))
    spent = processors.between(before, used())
    turns = sum(len(one) for one in done.times.values())
    table = Table(f"7 · {CONNECTED} pages open, {WORKING} turned every {THINK:.0f} s on average, at {cases:,} cases")
    for kind in PAGES:
        goal = FIGURES_MS if kind in _FIGURES else PAGE_MS
        table.add(Series(kind, done.times.get(kind, []), goal=goal / 1000))
    shares = ", ".join(f"{kind} {value / 1000:.0f}" for kind, value in spent.items() if value >= 1000)
    faults = f"; {len(done.faults)} FAULTS, first: {done.faults[0]}" if done.faults else ""
    stale = f"{done.acts} commits, {done.stale} boards not within {ACT_EVERY:.0f} s"
    said = f"{stale}; {turns} pages in all, processor seconds with opening: {shares}{faults}"
    table.add(Series("commit → each open board", done.boards, said, BOARD_MS / 1000))
    return table


async def _session(url: str, login: str) -> str:
    async with httpx.AsyncClient(base_url=url, headers={"Origin": url}) as client:
        answer = await client.post("/auth/login", data={"account": login, "password": PASSWORD})
        return str(answer.cookies["fq_session"])


async def _numbers(url: str, secret: str) -> list[str]:
    async with httpx.AsyncClient(base_url=url, cookies={"fq_session": secret}, timeout=60) as client:
        found = (await client.get("/api/v1/cases?limit=50&sort=-created")).raise_for_status().json()["items"]
    return [one["number"] for one in found if one["number"].isalnum()]


def _seed() -> int:
    return int(time.time()) % 10**6 * 100


async def run(order: Order) -> Done:
    """Carry out an order."""
    done, first = Done(), PAGES["list"]
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        watchers, workers = cycle(order.watching), cycle(order.turning)
        boards = [await _open(order, stack, group, next(watchers), BOARD) for _ in range(CONNECTED - WORKING)]
        seated = [next(workers) for _ in range(WORKING)]
        working = [(secret, await _open(order, stack, group, secret, first)) for secret in seated]
        until = time.perf_counter() + order.seconds
        tasks = [asyncio.create_task(_work(order, secret, one, done, until)) for secret, one in working]
        await asyncio.gather(*tasks, _act(order, boards, done, until))
        for one in (*boards, *(one for _, one in working)):
            await one.wire.close()
    return done


def main() -> None:
    """Read an order, carry it out, write what came of it."""
    order = Order(**json.loads(sys.stdin.read()))
    sys.stdout.write(json.dumps(asdict(asyncio.run(run(order)))))


if __name__ == "__main__":
    main()
