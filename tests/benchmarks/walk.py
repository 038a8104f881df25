"""Walk cases through their four steps over HTTP, from a process of its own: `python -m tests.benchmarks.walk`.

An order comes in on the standard input as one JSON object and the answer goes out the same way, so that tokens
stand in no list of processes. As in `load`, the client is as small as can be.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any

STEPS = ("create", "submit", "dispatch", "accept", "submit_result")
WHO = {"create": "registrar", "submit": "registrar", "dispatch": "center", "accept": "rsj", "submit_result": "rsj"}
TOWNSHIP = "359900001"


@dataclass(frozen=True)
class Walk:
    """How to walk: tokens by login, so many at once, until so many seconds are over."""

    port: int
    tokens: dict[str, str]
    walkers: int
    seconds: float
    first: int = 0


@dataclass
class Walked:
    """What came of it.

    :ivar times: seconds of each request, by step
    :ivar lifecycles: seconds of each finished lifecycle
    :ivar faults: answers that were refusals; a case with one is left where it stands
    """

    times: dict[str, list[float]] = field(default_factory=lambda: {step: [] for step in STEPS})
    lifecycles: list[float] = field(default_factory=list)
    elapsed: float = 0.0
    faults: list[str] = field(default_factory=list)
    processor: float = 0.0
    """Milliseconds of processor time that walking itself took."""

    @property
    def rate(self) -> float:
        """Give lifecycles a second."""
        return len(self.lifecycles) / self.elapsed


def matter(seed: int) -> dict[str, Any]:
    """Make a complete livelihood matter: its result needs no picture, so that encoding one is not measured."""
    return {
        "title": f"路灯长期不亮 {seed} 号",
        "content": "村口主路的路灯已有三周不亮，夜间行人和车辆出行不便，多次向物业反映无果，请求尽快修复并巡查其余路段。",
        "category": "L102",
        "source": "online",
        "area": TOWNSHIP,
        "parties": [{"name": "林" + "水木", "phone": f"139{seed % 10**8:08d}", "no_id_reason": "网络来件未留证件"}],
    }


GIVEN: dict[str, dict[str, Any]] = {
    "submit": {},
    "dispatch": {"lead_department": "rsj", "opinion": "请按职责办理"},
    "accept": {"person_in_charge": "何" + "经办", "person_phone": "13900000077"},
    "submit_result": {"opinion": "已现场核实", "result": "路灯已修复，并巡查了其余路段", "resolution_method": "other"},
}


async def run(walk: Walk) -> Walked:
    """Walk with all walkers at once; a lifecycle that ends after the time still counts with its whole time."""
    done, seeds = Walked(), count(walk.first)
    began = time.perf_counter()
    until = began + walk.seconds
    async with asyncio.TaskGroup() as group:
        for _ in range(walk.walkers):
            group.create_task(_walk(walk, done, seeds, until))
    done.elapsed, done.processor = time.perf_counter() - began, time.process_time() * 1000
    return done


async def _walk(walk: Walk, done: Walked, seeds: count[int], until: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", walk.port)
    heads = {
        step: f"Host: 127.0.0.1:{walk.port}\r\nAuthorization: Bearer {walk.tokens[WHO[step]]}\r\n"
        "Content-Type: application/json\r\n"
        for step in STEPS
    }
    try:
        while time.perf_counter() < until:
            began, number = time.perf_counter(), ""
            for step in STEPS:
                given = matter(next(seeds)) if step == "create" else GIVEN[step]
                path = "/api/v1/cases" + (f"/{number}/actions/{step}" if number else "")
                asked = time.perf_counter()
                body = json.dumps(given).encode()
                head = f"POST {path} HTTP/1.1\r\n{heads[step]}Content-Length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
                status, said = await _answer(reader)
                done.times[step].append(time.perf_counter() - asked)
                if status not in {200, 201}:
                    done.faults.append(f"{step} {status} {said[:200].decode(errors='replace')}")
                    break
                number = number or json.loads(said)["number"]
            else:
                done.lifecycles.append(time.perf_counter() - began)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    found = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return int(head[9:12]), await reader.readexactly(int(found[0].partition(b":")[2]))


def main() -> None:
    """Read an order, carry it out, write what came of it."""
    walk = Walk(**json.loads(sys.stdin.read()))
    sys.stdout.write(json.dumps(asdict(asyncio.run(run(walk)))))


if __name__ == "__main__":
    main()
