"""The device bridge: a small program on the reception PC between a card reader and the server.

It reads cards, dials out to the desk's door of the server and hands each read over. It stands
alone: it imports nothing of the product and keeps nothing on disk.

The photo of a card is never sent (`photo_jpeg_b64` is null): its decoder needs a vendor's licence.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import re
import signal
import ssl
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from device_bridge.link import Link, LinkSettings
from device_bridge.readers.kit import CardReader, ReaderEvent
from device_bridge.readers.serial_port import SerialReader

log = logging.getLogger("device_bridge")

_DESK = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_TOKEN = re.compile(r"[\x21-\x7e]{8,512}")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_CARD_LIES_SECONDS = 2.0


class UsageError(ValueError):
    """The program was started with something missing or wrong; the text is for the person."""


def main(arguments: list[str] | None = None) -> int:
    """Run the bridge until it is told to stop.

    :returns: 0 after a clean stop, 2 when it was started with something missing or wrong
    """
    options = _parser().parse_args(arguments)
    _start_log(verbose=options.verbose)
    try:
        settings = _settings(options)
        with _reader(options) as reader:
            asyncio.run(serve(settings, reader))
    except UsageError as misuse:
        log.warning("%s", misuse)
        return 2
    except KeyboardInterrupt:
        # Only where the event loop cannot take signals itself (Windows).
        log.info("已停止。")
    return 0


async def serve(settings: LinkSettings, reader: CardReader, stop: asyncio.Event | None = None) -> None:
    """Run reader and line together until `stop` is set or a signal comes.

    :raises Exception: whatever ended the reader or the line; neither ends by itself
    """
    loop = asyncio.get_running_loop()
    stopped = stop or asyncio.Event()
    link = Link(settings, lambda: reader.state)
    halt = threading.Event()

    def tell(event: ReaderEvent) -> None:
        loop.call_soon_threadsafe(link.offer, event)

    waiting = asyncio.create_task(stopped.wait())
    talking = asyncio.create_task(link.run())
    reading = asyncio.create_task(asyncio.to_thread(reader.run, tell, halt))
    try:
        with _signals(loop, stopped.set):
            ends = (waiting, talking, reading)
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        halt.set()
        waiting.cancel()
        talking.cancel()
        # The reader's thread cannot be cancelled; it ends within one answer's time.
        await asyncio.gather(waiting, talking, reading, return_exceptions=True)
        log.info("已停止。")


@contextlib.contextmanager
def _signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> Generator[None]:
    """Stop the bridge on SIGTERM and Ctrl-C, where the loop can take signals.

    Windows has no signal handlers in its loop; there Ctrl-C ends `asyncio.run`.
    """
    wanted = (signal.SIGTERM, signal.SIGINT) if os.name == "posix" else ()
    numbers = wanted if threading.current_thread() is threading.main_thread() else ()
    for number in numbers:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fengqiao-bridge",
        description="把窗口的身份证读卡器接入枫桥。令牌放在环境变量 BRIDGE_TOKEN 或 --token-file 中。",
    )
    parser.add_argument("--server", required=True, help="服务器地址，如 wss://zz.example.gov.cn")
    parser.add_argument("--desk", required=True, help="窗口名，如 window-1")
    parser.add_argument("--port", help="串口，如 /dev/ttyUSB0 或 COM3")
    parser.add_argument("--baud", type=int, help="波特率，缺省时自动尝试")
    parser.add_argument("--token-file", type=Path, help="令牌文件，只有一行")
    parser.add_argument("--ca-file", type=Path, help="服务器证书的签发机构（PEM），用于内网自建证书")
    parser.add_argument("--allow-plain", action="store_true", help="允许不加密连接其他电脑，仅供测试")
    parser.add_argument("--simulate", action="store_true", help="不接读卡器，用模拟读卡器和演示证件")
    parser.add_argument("--card", help="模拟时放下的演示证件，缺省时轮流")
    parser.add_argument("--card-after", type=float, metavar="SECONDS", help="模拟时几秒后自动放下一张")
    parser.add_argument("--verbose", action="store_true", help="记录更多细节（仍不含个人信息）")
    return parser


def _start_log(*, verbose: bool) -> None:
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s",
    )


def _settings(options: argparse.Namespace) -> LinkSettings:
    desk: str = options.desk
    if not _DESK.fullmatch(desk):
        raise UsageError("窗口名只能用小写字母、数字、- 和 _，如 window-1。")
    address = desk_address(options.server, desk, allow_plain=options.allow_plain)
    tls = None
    if address.startswith("wss:"):
        tls = _tls(options.ca_file)
    return LinkSettings(address=address, desk=desk, token=_token(options.token_file), tls=tls)


def desk_address(server: str, desk: str, *, allow_plain: bool = False) -> str:
    """Complete a server address to the address of a desk's door.

    `{desk}` in it is filled in; an address without a path gets `/api/v1/desk/<desk>`; http and
    https are taken as ws and wss.

    :raises UsageError: no web address, or unencrypted to another computer without `allow_plain`
    """
    parts = urlsplit(server.replace("{desk}", desk))
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    if scheme not in {"ws", "wss"} or not parts.hostname or parts.username:
        raise UsageError("服务器地址应如 wss://主机名 或 wss://主机名/api/v1/desk/{desk}。")
    if scheme == "ws" and parts.hostname not in _LOOPBACK and not allow_plain:
        raise UsageError("读卡内容是个人信息，连接其他电脑必须用 wss://（测试可加 --allow-plain）。")
    path = parts.path if parts.path.strip("/") else f"/api/v1/desk/{desk}"
    return urlunsplit((scheme, parts.netloc, path, parts.query, ""))


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError as unreadable:
        raise UsageError(f"证书文件无法读取：{ca_file}。") from unreadable


def _token(file: Path | None) -> str:
    """Fetch the desk's token; never from the command line, where all see it."""
    if file is None:
        token = os.environ.get("BRIDGE_TOKEN", "").strip()
    else:
        try:
            token = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as unreadable:
            raise UsageError(f"令牌文件无法读取：{file}。") from unreadable
        if os.name == "posix" and file.stat().st_mode & 0o077:
            log.warning("令牌文件 %s 其他用户也能读取，请执行 chmod 600。", file)
    if not _TOKEN.fullmatch(token):
        raise UsageError("缺少窗口令牌：请在系统中配对窗口，放入环境变量 BRIDGE_TOKEN 或 --token-file。")
    return token


@contextlib.contextmanager
def _reader(options: argparse.Namespace) -> Generator[CardReader]:
    if options.simulate:
        with _simulated_reader(options) as reader:
            yield reader
    elif options.port:
        yield SerialReader(options.port, options.baud)
    else:
        raise UsageError(f"请用 --port 指明读卡器的串口，{_ports()}。没有读卡器可用 --simulate。")


def _ports() -> str:
    from serial.tools.list_ports import comports  # noqa: PLC0415 - slow, and only for this sentence

    names = [str(port.device) for port in comports()]
    return f"本机有 {'、'.join(names)}" if names else "本机没有发现串口"


@contextlib.contextmanager
def _simulated_reader(options: argparse.Namespace) -> Generator[CardReader]:
    """Start a reader without hardware; Enter puts a demo card on it."""
    try:
        # Pseudo-terminals do not exist on Windows, so this must not load with the program.
        from device_bridge.simulators.cards import demo_cards  # noqa: PLC0415
        from device_bridge.simulators.sam_serial import SamSimulator  # noqa: PLC0415
    except ImportError as missing:
        raise UsageError("本机不支持模拟读卡器，请在 Linux 或 macOS 上使用 --simulate。") from missing
    names = [options.card] if options.card else list(demo_cards())
    if not set(names) <= set(demo_cards()):
        raise UsageError(f"没有这张演示证件，可用：{'、'.join(demo_cards())}。")
    with SamSimulator() as simulator:

        def show_next_card() -> None:
            names.append(names.pop(0))
            simulator.place(demo_cards()[names[-1]])
            log.info("模拟：放下演示证件 %s。", names[-1])
            _later(_CARD_LIES_SECONDS, simulator.remove)

        if options.card_after is not None:
            _later(options.card_after, show_next_card)
        if sys.stdin is not None and sys.stdin.isatty():
            log.info("模拟读卡器已启动，按回车放下一张演示证件。")
        threading.Thread(target=_on_enter, args=(show_next_card,), daemon=True).start()
        yield SerialReader(simulator.port, options.baud, simulated=True)


def _later(seconds: float, act: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()


def _on_enter(act: Callable[[], None]) -> None:
    """Act on every line of the console, until the console ends."""
    for _ in sys.stdin:
        act()


if __name__ == "__main__":
    sys.exit(main())
