"""The whole bridge: a simulated reader on a real pseudo-terminal, a real WebSocket server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from device_bridge import service
from device_bridge.link import Link, LinkSettings
from device_bridge.protocol import (
    CardFields,
    Error,
    ErrorCode,
    Hello,
    Ping,
    Reader,
    ReaderStatus,
    Welcome,
)
from device_bridge.readers.kit import CardRead, StatusChange
from device_bridge.readers.serial_port import SerialReader, Timing
from device_bridge.simulators.cards import demo_cards
from device_bridge.simulators.desk_server import DeskServer
from device_bridge.simulators.sam_serial import SamSimulator

TOKEN = "token-of-the-test-desk"
FAST = Timing(poll=0.03, answer=0.5, read=0.6, retry_first=0.05, retry_most=0.1)
LIN = demo_cards()["lin"]
ROOT = Path(service.__file__).parent.parent


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[SamSimulator]:
    with SamSimulator(link=tmp_path / "reader") as running:
        yield running


def settings(server: DeskServer, **changes: Any) -> LinkSettings:
    values: dict[str, Any] = {
        "address": server.address,
        "desk": "window-1",
        "token": TOKEN,
        "retry_first": 0.05,
        "retry_most": 0.1,
    }
    return LinkSettings(**(values | changes))


@contextlib.asynccontextmanager
async def bridge(simulator: SamSimulator, link: LinkSettings) -> AsyncIterator[asyncio.Task[None]]:
    stop = asyncio.Event()
    reader = SerialReader(simulator.port, 115200, timing=FAST, simulated=True)
    task = asyncio.create_task(service.serve(link, reader, stop))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait_for(task, 5)


def is_ready(server: DeskServer) -> bool:
    """A hello or a later message said that the reader is ready."""
    states = [reader.status for hello in hellos(server) for reader in hello.readers]
    changes = [message.status for message in server.received if isinstance(message, Reader)]
    return ReaderStatus.READY in states + changes


def hellos(server: DeskServer) -> list[Hello]:
    return [message for message in server.received if isinstance(message, Hello)]


async def place(simulator: SamSimulator) -> None:
    await asyncio.to_thread(simulator.place, LIN)


async def logged(caplog: pytest.LogCaptureFixture, text: str) -> None:
    await until(lambda: text in caplog.text)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - logs and the link have no event to wait for
            await asyncio.sleep(0.01)


@pytest.mark.asyncio
class TestStory:
    async def test_a_card_put_on_the_reader_reaches_the_desk(
        self, simulator: SamSimulator, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        async with DeskServer(TOKEN) as server, bridge(simulator, settings(server)):
            await server.wait(is_ready)
            await place(simulator)
            await server.wait(lambda seen: len(seen.cards()) == 1)
            await logged(caplog, "已送达")
            (card,) = server.cards()
        assert isinstance(server.received[0], Hello)
        assert (card.desk, card.kind) == ("window-1", LIN.kind)
        assert card.fields.name == LIN.values["name"]
        assert card.fields.id_no == LIN.values["id_no"]
        assert card.photo_jpeg_b64 is None
        assert card.reader.simulated
        assert card.read_at.isoformat().endswith("+08:00")

    async def test_numbers_grow_from_read_to_read(self, simulator: SamSimulator) -> None:
        async with DeskServer(TOKEN) as server, bridge(simulator, settings(server)):
            await server.wait(is_ready)
            for count in (1, 2):
                await place(simulator)
                await server.wait(lambda seen, count=count: len(seen.cards()) == count)
                await asyncio.to_thread(simulator.remove)
                await asyncio.sleep(0.1)
            first, second = server.cards()
        assert first.seq < second.seq

    async def test_a_cable_pulled_is_told_to_the_desk(self, simulator: SamSimulator) -> None:
        async with DeskServer(TOKEN) as server, bridge(simulator, settings(server)):
            await server.wait(is_ready)
            await asyncio.to_thread(simulator.unplug)
            pulled = Reader(status=ReaderStatus.UNPLUGGED, message="读卡器已断开，请重新连接。")
            await server.wait(lambda seen: seen.received[-1] == pulled)

    async def test_silence_is_filled_with_signs_of_life(self, simulator: SamSimulator) -> None:
        async with DeskServer(TOKEN) as server, bridge(simulator, settings(server, ping=0.1)):
            await server.wait(lambda seen: any(isinstance(one, Ping) for one in seen.received))

    async def test_a_read_nobody_waits_for_is_forgotten(
        self, simulator: SamSimulator, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        async with DeskServer(TOKEN) as server, bridge(simulator, settings(server)):
            server.armed = False
            await server.wait(is_ready)
            await place(simulator)
            await logged(caplog, "没有打开的登记表在等待读卡")
            await server.close()
            await server.open()
            await server.wait(lambda seen: len(hellos(seen)) == 2)
            await asyncio.sleep(0.1)
            assert len(server.cards()) == 1


@pytest.mark.asyncio
class TestLostServer:
    async def test_a_read_without_acknowledgement_is_sent_again(self, simulator: SamSimulator) -> None:
        async with DeskServer(TOKEN) as server, bridge(simulator, settings(server)):
            server.answers = False
            await server.wait(is_ready)
            await place(simulator)
            await server.wait(lambda seen: len(seen.cards()) == 1)
            await server.close()
            server.answers = True
            await server.open()
            await server.wait(lambda seen: len(seen.cards()) == 2)
            first, second = server.cards()
        assert first == second

    async def test_a_read_taken_while_the_server_was_away_arrives(
        self, simulator: SamSimulator, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        async with DeskServer(TOKEN) as server, bridge(simulator, settings(server)):
            await server.wait(is_ready)
            await server.close()
            await place(simulator)
            await logged(caplog, "读到一张居民身份证")
            await server.open()
            await server.wait(lambda seen: len(seen.cards()) == 1)

    async def test_a_read_too_old_never_arrives(
        self, simulator: SamSimulator, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with DeskServer(TOKEN) as server, bridge(simulator, settings(server, hold=0.1)):
            await server.wait(is_ready)
            await server.close()
            await place(simulator)
            await logged(caplog, "未能送达，已作废")
            await server.open()
            await server.wait(lambda seen: len(hellos(seen)) == 2)
            await asyncio.sleep(0.1)
            assert server.cards() == []

    async def test_only_the_newest_read_is_kept(
        self, simulator: SamSimulator, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        async with DeskServer(TOKEN) as server, bridge(simulator, settings(server)):
            await server.wait(is_ready)
            await server.close()
            await place(simulator)
            await logged(caplog, "居民身份证")
            await asyncio.to_thread(simulator.remove)
            await asyncio.sleep(0.1)
            await asyncio.to_thread(simulator.place, demo_cards()["hmt"])
            await logged(caplog, "港澳台居民居住证")
            await server.open()
            await server.wait(lambda seen: len(seen.cards()) == 1)
            await asyncio.sleep(0.1)
            (card,) = server.cards()
        assert card.kind == demo_cards()["hmt"].kind


@pytest.mark.asyncio
class TestRefusal:
    async def test_a_wrong_token_is_told_and_tried_slowly(
        self, simulator: SamSimulator, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with DeskServer("another-token") as server:
            link = settings(server, retry_refused=30)
            async with bridge(simulator, link):
                await logged(caplog, "服务器拒绝了本窗口的令牌（403）")
                await asyncio.sleep(0.3)
            assert server.dialled == 1
            assert server.received == []

    async def test_a_desk_taken_by_another_bridge_is_left_alone(
        self, simulator: SamSimulator, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with DeskServer(TOKEN) as server:
            async with bridge(simulator, settings(server, retry_refused=30)):
                await server.wait(is_ready)
                await server.say(Error(code=ErrorCode.REPLACED, message="另一台电脑已连接。"))
                await logged(caplog, "另一台电脑正在使用窗口")
            assert server.dialled == 1

    async def test_news_at_the_last_moment_does_not_keep_a_lost_conversation_alive(
        self, simulator: SamSimulator
    ) -> None:
        reader = SerialReader(simulator.port, 115200, timing=FAST)
        async with DeskServer(TOKEN) as server:
            link = Link(settings(server), lambda: reader.state)
            running = asyncio.create_task(link.run())
            await server.wait(lambda seen: bool(hellos(seen)))
            await asyncio.sleep(0.1)
            # Both in one turn of the loop: the line is woken and told to end.
            link.offer(StatusChange(ReaderStatus.READY, "就绪。"))
            running.cancel()
            done, _ = await asyncio.wait({running}, timeout=3)
        assert done

    async def test_an_objection_does_not_end_the_conversation(
        self, simulator: SamSimulator, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with DeskServer(TOKEN) as server, bridge(simulator, settings(server)):
            await server.wait(is_ready)
            await server.say(Error(code=ErrorCode.BUSY, message="请稍候。"))
            await server.say(Welcome(desk="window-1"))
            await logged(caplog, "请稍候")
            await place(simulator)
            await server.wait(lambda seen: len(seen.cards()) == 1)


@pytest.mark.asyncio
class TestSecrecy:
    async def test_no_log_holds_personal_data_or_the_token(
        self, simulator: SamSimulator, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        async with DeskServer(TOKEN) as server, bridge(simulator, settings(server)):
            server.answers = False
            await server.wait(is_ready)
            simulator.faults.corrupt_reads = 1
            await place(simulator)
            await logged(caplog, "bad_checksum")
            await asyncio.to_thread(simulator.remove)
            await place(simulator)
            await server.wait(lambda seen: len(seen.cards()) == 1)
            await server.close()
            server.answers = True
            await server.open()
            await logged(caplog, "已送达")
        personal = [LIN.values[name] for name in ("name", "id_no", "address", "birth", "issuer")]
        assert not [secret for secret in [*personal, TOKEN] if secret in caplog.text]
        assert TOKEN not in repr(settings(server))

    async def test_an_acknowledged_read_is_not_kept(self, simulator: SamSimulator) -> None:
        reader = SerialReader(simulator.port, 115200, timing=FAST)
        async with DeskServer(TOKEN) as server:
            link = Link(settings(server), lambda: reader.state)
            link.offer(CardRead(LIN.kind, CardFields(name="甲"), reader.state, datetime.now(UTC)))
            assert link.holds_a_read
            running = asyncio.create_task(link.run())
            await until(lambda: not link.holds_a_read)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            assert len(server.cards()) == 1


class TestProgram:
    @pytest.mark.parametrize(
        ("server", "address"),
        [
            ("wss://zz.example.cn", "wss://zz.example.cn/api/v1/desk/window-1"),
            ("https://zz.example.cn:8443/", "wss://zz.example.cn:8443/api/v1/desk/window-1"),
            ("ws://127.0.0.1:8000", "ws://127.0.0.1:8000/api/v1/desk/window-1"),
            ("wss://zz.example.cn/x/desk/{desk}", "wss://zz.example.cn/x/desk/window-1"),
        ],
    )
    def test_an_address_is_completed(self, server: str, address: str) -> None:
        assert service.desk_address(server, "window-1") == address

    @pytest.mark.parametrize("server", ["zz.example.cn", "ftp://zz.example.cn", "ws://10.0.0.5"])
    def test_an_address_that_is_none_or_not_encrypted_is_refused(self, server: str) -> None:
        with pytest.raises(service.UsageError):
            service.desk_address(server, "window-1")

    @pytest.mark.parametrize(
        ("extra", "sentence"),
        [
            (["--port", "/dev/null", "--token-file", "/nowhere"], "令牌文件无法读取"),
            (["--port", "/dev/null"], "缺少窗口令牌"),
        ],
    )
    def test_a_missing_token_is_told(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, extra: list[str], sentence: str
    ) -> None:
        monkeypatch.delenv("BRIDGE_TOKEN", raising=False)
        assert service.main(["--server", "ws://127.0.0.1:9", "--desk", "window-1", *extra]) == 2
        assert sentence in caplog.text

    @pytest.mark.parametrize(
        ("extra", "sentence"),
        [
            (["--desk", "window-1"], "请用 --port 指明读卡器的串口"),
            (["--desk", "窗口"], "窗口名只能用"),
            (["--desk", "window-1", "--simulate", "--card", "nobody"], "没有这张演示证件"),
            (["--desk", "window-1", "--ca-file", "/nowhere"], "证书文件无法读取"),
        ],
    )
    def test_a_wrong_start_is_explained(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, extra: list[str], sentence: str
    ) -> None:
        monkeypatch.setenv("BRIDGE_TOKEN", TOKEN)
        assert service.main(["--server", "wss://127.0.0.1:9", *extra]) == 2
        assert sentence in caplog.text

    def test_a_token_file_others_can_read_is_warned_of(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        file = tmp_path / "token"
        file.write_text(TOKEN + "\n", encoding="utf-8")
        file.chmod(0o644)
        arguments = ["--server", "ws://127.0.0.1:9", "--desk", "window-1"]
        assert service.main([*arguments, "--token-file", str(file)]) == 2
        assert "chmod 600" in caplog.text

    @pytest.mark.asyncio
    async def test_the_simulated_story_runs_and_ends_on_sigterm(self) -> None:
        async with DeskServer(TOKEN) as server:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "device_bridge.service", "--simulate", "--verbose"),
                *("--card", "wu", "--card-after", "0.5"),
                *("--server", f"ws://127.0.0.1:{server.port}", "--desk", "window-1"),
                cwd=ROOT,
                env=os.environ | {"BRIDGE_TOKEN": TOKEN, "PYTHONIOENCODING": "utf-8"},
                stdin=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
            await server.wait(lambda seen: len(seen.cards()) == 1, within=20)
            process.send_signal(signal.SIGTERM)
            _, log = await asyncio.wait_for(process.communicate(), 10)
        assert process.returncode == 0
        text = log.decode()
        assert "已停止" in text
        assert "Traceback" not in text
        card = demo_cards()["wu"].values
        secrets = [TOKEN, card["name"], card["id_no"], card["birth"], card["address"]]
        assert not [secret for secret in secrets if secret in text]
