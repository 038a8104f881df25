"""Ask for one page again and again, from a process of its own: `python -m tests.benchmarks.load`.

An order comes in on the standard input as one JSON object and the answer goes out the same way, so that a
session's cookie stands in no list of processes. The client is as small as can be: on a small machine every
instruction of the client is taken from the server.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field

LONGEST_SECONDS, MOST_REQUESTS = 20.0, 20_000


@dataclass(frozen=True)
class Order:
    """What to ask for, on loopback: until so many seconds or requests are over, whichever comes first."""

    port: int
    path: str
    connections: int
    seconds: float
    most: int
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Done:
    """What came of it.

    :ivar times: seconds of each request
    :ivar size: bytes of the last body
    :ivar faults: answers other than 200
    """

    times: list[float] = field(default_factory=list)
    elapsed: float = 0.0
    size: int = 0
    faults: int = 0

    @property
    def rate(self) -> float:
        """Give requests a second."""
        return len(self.times) / self.elapsed


async def run(order: Order) -> Done:
    """Carry out an order with all its connections at once."""
    done, left = Done(), iter(range(min(order.most, MOST_REQUESTS)))
    began = time.perf_counter()
    until = began + min(order.seconds, LONGEST_SECONDS)
    async with asyncio.TaskGroup() as group:
        for _ in range(order.connections):
            group.create_task(_ask(order, done, left, until))
    done.elapsed = time.perf_counter() - began
    return done


async def _ask(order: Order, done: Done, left: object, until: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", order.port)
    lines = [f"GET {order.path} HTTP/1.1", f"Host: 127.0.0.1:{order.port}"]
    lines += [f"{name}: {value}" for name, value in order.headers.items()]
    request = "\r\n".join([*lines, "", ""]).encode()
    try:
        while time.perf_counter() < until and next(left, None) is not None:  # type: ignore[call-overload]
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            done.size = len(await reader.readexactly(_length(head)))
            done.times.append(time.perf_counter() - began)
            done.faults += not head.startswith(b"HTTP/1.1 200 ")
    finally:
        writer.close()


def _length(head: bytes) -> int:
    found = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return int(found[0].partition(b":")[2])


def main() -> None:
    """Read an order, carry it out, write what came of it."""
    order = Order(**json.loads(sys.stdin.read()))
    sys.stdout.write(json.dumps(asdict(asyncio.run(run(order)))))


if __name__ == "__main__":
    main()
