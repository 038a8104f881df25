"""From a card on the reader to the fields of the open form, through the real bridge protocol."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from itertools import count

from websockets.asyncio.client import ClientConnection, connect

from device_bridge.protocol import Ack, Card, Hello, ReaderInfo, ReaderState, ReaderStatus, parse_from_server, to_text
from device_bridge.readers import text_record
from device_bridge.simulators.cards import demo_cards
from tests.benchmarks.figures import Series, Table
from tests.benchmarks.stage import PATIENCE, Stage, Watch, seen

DESK = "guide-1"
GOAL = 0.1
WARM_UP = 3
_NAME = "document.querySelector('[name=name]').value"
_DRIVER = "bench"


class Bridge:
    """The server's side of a bridge: one socket of a desk, spoken to as the bridge program does."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = count(1)

    async def introduce(self) -> None:
        """Say hello and hear the welcome."""
        reader = ReaderState(driver=_DRIVER, simulated=True, status=ReaderStatus.READY)
        await self._socket.send(to_text(Hello(desk=DESK, bridge_version="1.0", readers=(reader,))))
        await self._socket.recv()

    def lay(self, name: str) -> Card:
        """Read a demo card as the reader's driver does, and make the message of it."""
        read = text_record.parse(demo_cards()[name].record())
        return Card(
            desk=DESK, seq=next(self._numbers), kind=read.kind, fields=read.fields,
            reader=ReaderInfo(driver=_DRIVER, simulated=True), read_at=datetime.now(UTC),
        )  # fmt: skip

    async def send(self, text: str) -> float:
        """Send a card and give the moment of its acknowledgement.

        :raises RuntimeError: it reached no form
        """
        await self._socket.send(text)
        async with asyncio.timeout(PATIENCE):
            answer = parse_from_server(await self._socket.recv())
        moment = time.perf_counter()
        if not isinstance(answer, Ack) or not answer.delivered:
            raise RuntimeError(f"the card was not taken: {answer!r}")
        return moment


async def measure(stage: Stage) -> Table:
    """Lay cards on the reader of a desk whose form is open in a browser."""
    guide = await stage.person("guide", "/visits")
    page = guide.page
    await page.select_option("[name=desk]", DESK)
    token = (stage.serving.data / "demo" / f"desk-{DESK}.token").read_text(encoding="utf-8").strip()
    address = f"{stage.url.replace('http', 'ws')}/api/v1/desk/{DESK}"
    watch = await Watch(page).open()
    plain = Series("same card again → ack (plain round trip)")
    taken = Series("card → ack (the form's state holds it)")
    shown = Series("card → name in the browser's form", goal=GOAL)
    instrument = Series("instrument: to the page and back")
    async with connect(address, additional_headers={"Authorization": f"Bearer {token}"}) as socket:
        bridge = Bridge(socket)
        await bridge.introduce()
        await page.wait_for_selector("[data-reader=ready]")
        for turn in range(-WARM_UP, stage.repeats):
            times = await _read(bridge, watch, "lin" if turn % 2 else "wu")
            if turn >= 0:
                for series, seconds in zip((taken, shown, plain, instrument), times, strict=True):
                    series.add(seconds)
    await page.close()
    return _table(plain, taken, shown, instrument)


def _table(plain: Series, taken: Series, shown: Series, instrument: Series) -> Table:
    table = Table("1 · Card on the reader → fields in the browser")
    table.add(plain)
    table.add(taken, plain)
    table.add(shown, plain)
    table.add(instrument, plain)
    return table


async def _read(bridge: Bridge, watch: Watch, name: str) -> tuple[float, float, float, float]:
    """One read: seconds until it is taken, until it is shown, of a plain round trip, of the instrument."""
    expected = demo_cards()[name].values["name"]
    moment = await watch.until(f"{_NAME} === '{expected}'")
    text = to_text(bridge.lay(name))
    began = time.perf_counter()
    taken = await bridge.send(text) - began
    shown = await seen(moment) - began
    # The server knows the number of its last read and answers a repeat from memory.
    began = time.perf_counter()
    plain = await bridge.send(text) - began
    await watch.page.get_by_role("button", name="清空").click()
    await seen(await watch.until(f"{_NAME} === ''"))
    await asyncio.sleep(0.1)  # the look-up that a read starts has ended, and nothing else is measured with it
    return taken, shown, plain, await watch.instrument()
