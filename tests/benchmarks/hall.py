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
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from itertools import cycle
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.benchmarks.walk import matter

STATE = "reflex___state____state"
OPEN, TURN = f"{STATE}.hydrate_and_load", f"{STATE}.reflex___state____on_load_internal_state.on_load_internal"
NAMESPACE, READY = "/_event", '"is_hydrated_rx_state_":true'
CONNECTED, WORKING, THINK = 30, 20, 3.0
"""Open pages, those that turn pages, and seconds for which each looks at one."""
BOARD = "/board"
ACT_EVERY = 4.0
PATIENCE = 30.0


@dataclass(frozen=True)
class Order:
    """How long to work, with whose sessions, on which pages.

    :ivar pages: what to open by what it is called, `{number}` in it is one of `numbers`
    :ivar readers: who looks at boards, and who turns pages
    """

    url: str
    sessions: dict[str, list[str]]
    pages: dict[str, str]
    numbers: list[str]
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
        query = dict(one.split("=", 1) for one in address.partition("?")[2].split("&") if one)
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


async def _work(order: Order, visitor: Visitor, done: Done, until: float, chance: random.Random) -> None:
    await asyncio.sleep(chance.uniform(0, THINK))
    while time.perf_counter() < until:
        kind = chance.choice(list(order.pages))
        address = order.pages[kind].format(number=chance.choice(order.numbers))
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


async def run(order: Order) -> Done:
    """Carry out an order."""
    done, chance = Done(), random.Random(order.seed)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        watchers, workers = cycle(order.sessions["boards"]), cycle(order.sessions["pages"])
        boards = [await _open(order, stack, group, next(watchers), BOARD) for _ in range(CONNECTED - WORKING)]
        first = next(iter(order.pages.values()))
        working = [await _open(order, stack, group, next(workers), first) for _ in range(WORKING)]
        until = time.perf_counter() + order.seconds
        tasks = [asyncio.create_task(_work(order, one, done, until, chance)) for one in working]
        await asyncio.gather(*tasks, _act(order, boards, done, until))
        for one in (*boards, *working):
            await one.wire.close()
    return done


def main() -> None:
    """Read an order, carry it out, write what came of it."""
    order = Order(**json.loads(sys.stdin.read()))
    sys.stdout.write(json.dumps(asdict(asyncio.run(run(order)))))


if __name__ == "__main__":
    main()
