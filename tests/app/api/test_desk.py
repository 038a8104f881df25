"""The door of a desk: a real server, the real bridge, a simulated reader on a real pseudo-terminal."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from app.api.desk import ID_TYPES
from device_bridge import service
from device_bridge.link import LinkSettings
from device_bridge.protocol import (
    Ack,
    AckReason,
    Card,
    CardFields,
    CardKind,
    Error,
    ErrorCode,
    FromServer,
    Hello,
    Reader,
    ReaderInfo,
    ReaderStatus,
    Welcome,
    parse_from_server,
    to_text,
)
from device_bridge.readers.serial_port import SerialReader, Timing
from device_bridge.simulators.cards import demo_cards
from device_bridge.simulators.sam_serial import SamSimulator
from domain.kernel.unit_of_work import unit_of_work
from domain.people.models import IdType
from domain.visits.operations import pair
from state import desks
from state.clock import now
from tests.app.api.conftest import Api
from tests.support.county import id_number

DESK = "window-1"
FAST = Timing(poll=0.03, answer=0.5, read=0.6, retry_first=0.05, retry_most=0.1)
INFO = ReaderInfo(driver="test", sam_id="05.03.20200101-0000000001", simulated=True)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def address(api: Api) -> AsyncGenerator[str]:
    """Serve the interface on a free port."""
    taken = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(api.app, lifespan="off", log_config=None, access_log=False))
    task = asyncio.create_task(server.serve(sockets=[taken]))
    await until(lambda: server.started)
    yield f"ws://127.0.0.1:{taken.getsockname()[1]}/api/v1/desk/{DESK}"
    server.should_exit = True
    await task
    taken.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def token(api: Api) -> str:
    async with unit_of_work() as session:
        return await pair(session, api.county["sysadmin"], DESK, at=now())


@contextlib.asynccontextmanager
async def form() -> AsyncIterator[list[desks.CardRead]]:
    """Arm the desk as an open form does, and give what arrives."""
    arrived: list[desks.CardRead] = []

    async def receive(_client: str, read: desks.CardRead) -> bool:
        arrived.append(read)
        return True

    desks.arm(DESK, "client", receive)
    try:
        yield arrived
    finally:
        desks.disarm(DESK, "client")


@contextlib.asynccontextmanager
async def talk(address: str, token: str) -> AsyncIterator[ClientConnection]:
    """Dial in and be welcomed, as a bridge is."""
    async with connect(address, additional_headers={"Authorization": f"Bearer {token}"}, compression=None) as line:
        await line.send(to_text(Hello(desk=DESK, bridge_version="0")))
        assert parse_from_server(await line.recv()) == Welcome(desk=DESK)
        yield line


def card(
    seq: int,
    *,
    seed: int = 1,
    desk: str = DESK,
    number: str = "",
    age: timedelta = timedelta(),
    kind: CardKind = CardKind.PRC,
) -> Card:
    fields = CardFields(name="林" + "水木", sex="男", nation="汉族", id_no=number or id_number(seed))
    return Card(desk=desk, seq=seq, kind=kind, fields=fields, reader=INFO, read_at=datetime.now(UTC) - age)


async def answer(line: ClientConnection, message: Card | Reader) -> FromServer:
    await line.send(to_text(message))
    return parse_from_server(await asyncio.wait_for(line.recv(), 5))


class TestTheDoor:
    @pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", "Basic wrong"])
    async def test_is_closed_without_the_desk_token(self, address: str, token: str, header: str) -> None:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(address, additional_headers={"Authorization": header} if header else {}):
                pass
        assert refused.value.response.status_code == 403

    async def test_is_closed_for_the_token_of_another_desk(self, address: str, token: str) -> None:
        other = address.replace(DESK, "window-2")
        with pytest.raises(InvalidStatus):
            async with connect(other, additional_headers={"Authorization": f"Bearer {token}"}):
                pass

    async def test_is_closed_for_pages_of_other_sites(self, address: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Origin": "http://evil.example"}
        with pytest.raises(InvalidStatus) as refused:
            async with connect(address, additional_headers=headers):
                pass
        assert refused.value.response.status_code == 403

    async def test_sends_away_a_bridge_of_another_desk(self, address: str, token: str) -> None:
        async with connect(address, additional_headers={"Authorization": f"Bearer {token}"}) as line:
            await line.send(to_text(Hello(desk="window-2", bridge_version="0")))
            said = parse_from_server(await line.recv())
            assert isinstance(said, Error)
            assert said.code is ErrorCode.WRONG_DESK
            with pytest.raises(ConnectionClosed):
                await line.recv()

    async def test_the_newer_line_of_one_computer_takes_over(self, address: str, token: str) -> None:
        async with talk(address, token) as old, talk(address, token) as new, form() as arrived:
            said = parse_from_server(await old.recv())
            assert isinstance(said, Error)
            assert said.code is ErrorCode.REPLACED
            assert await answer(new, card(11)) == Ack(seq=11, delivered=True)
            assert len(arrived) == 1


class TestReads:
    async def test_without_a_form_are_acknowledged_as_not_delivered(self, address: str, token: str) -> None:
        async with talk(address, token) as line:
            assert await answer(line, card(21)) == Ack(seq=21, delivered=False, reason=AckReason.NOT_ARMED)

    async def test_sent_twice_reach_the_form_once(self, address: str, token: str) -> None:
        async with talk(address, token) as line, form() as arrived:
            first = await answer(line, card(31))
            assert (first, await answer(line, card(31))) == (Ack(seq=31, delivered=True),) * 2
        assert [read.fields["id_no"] for read in arrived] == [id_number(1)]

    async def test_of_a_social_security_card_prove_the_resident(self, address: str, token: str) -> None:
        async with talk(address, token) as line, form() as arrived:
            assert await answer(line, card(35, kind=CardKind.SSC)) == Ack(seq=35, delivered=True)
        assert [read.id_type for read in arrived] == [IdType.RESIDENT]

    def test_of_every_kind_of_card_prove_something(self) -> None:
        assert set(ID_TYPES) == set(CardKind)

    async def test_that_are_old_wrong_or_for_another_desk_never_reach_a_form(self, address: str, token: str) -> None:
        async with talk(address, token) as line, form() as arrived:
            wrong = id_number(1)[:17] + ("0" if id_number(1)[17] != "0" else "1")
            assert (await answer(line, card(41, number=wrong))).reason is AckReason.INVALID
            assert (await answer(line, card(42, desk="window-2"))).reason is AckReason.INVALID
            assert (await answer(line, card(43, age=timedelta(hours=1)))).reason is AckReason.EXPIRED
            assert (await answer(line, card(40))).reason is AckReason.DUPLICATE
        assert arrived == []

    async def test_that_are_no_messages_are_objected_to_without_quoting_them(
        self, address: str, token: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        secret = id_number(9)
        with caplog.at_level(logging.DEBUG):
            async with talk(address, token) as line:
                await line.send(f'{{"type":"card","v":1,"id_no":"{secret}"}}')
                said = parse_from_server(await line.recv())
                assert isinstance(said, Error)
                assert said.code is ErrorCode.BAD_MESSAGE
                await line.send("x" * 70_000)
                assert parse_from_server(await line.recv()).code is ErrorCode.TOO_LARGE
                assert await answer(line, card(51)) == Ack(seq=51, delivered=False, reason=AckReason.NOT_ARMED)
        ours = [r.getMessage() for r in caplog.records if not r.name.startswith(("websockets", "uvicorn"))]
        assert not any(secret in line for line in ours)


class TestTheReader:
    async def test_is_known_while_its_bridge_is_there(self, address: str, token: str) -> None:
        async with talk(address, token) as line:
            await line.send(to_text(Reader(status=ReaderStatus.UNPLUGGED, message="读卡器已断开。")))
            await answer(line, card(61))
            assert desks.reader_of(DESK).state == "unplugged"
        await until(lambda: desks.reader_of(DESK).state == "offline")

    async def test_and_its_bridge_bring_a_card_into_the_form(self, address: str, token: str) -> None:
        stop = asyncio.Event()
        with SamSimulator() as simulator:
            reader = SerialReader(simulator.port, 115200, timing=FAST, simulated=True)
            link = LinkSettings(address=address, desk=DESK, token=token, retry_first=0.05, retry_most=0.1)
            task = asyncio.create_task(service.serve(link, reader, stop))
            try:
                await until(lambda: desks.reader_of(DESK).state == "ready")
                async with form() as arrived:
                    await asyncio.to_thread(simulator.place, demo_cards()["lin"])
                    await until(lambda: bool(arrived))
            finally:
                stop.set()
                await asyncio.wait_for(task, 10)
        assert arrived[0].fields["name"]
        assert arrived[0].id_type is IdType.RESIDENT
        assert arrived[0].reader_sam_id


async def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, five seconds at most."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.02)
