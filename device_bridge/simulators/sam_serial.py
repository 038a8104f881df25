"""A SAM-V reader on a pseudo-terminal: real bytes, no hardware.

From a test it is an object whose reader runs in a thread; on a console it is a program:

    python -m device_bridge.simulators.sam_serial --link /tmp/reader --card lin --after 3

It keeps the manners of a certified reader: find, select and read in this order, a card is found
again only after it was taken away, and a command with a wrong checksum is answered with 10.
Needs pseudo-terminals, so Linux or macOS.
"""

from __future__ import annotations

import argparse
import os
import select
import struct
import sys
import termios
import threading
import time
import tty
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from device_bridge.readers import sam
from device_bridge.readers.sam import Command, Sw
from device_bridge.simulators.cards import SimulatedCard, demo_cards

SIMULATED_SAM_ID = struct.pack("<HHIII", 5, 1, 20110511, 123456789, 0)
_HISTORY = 1000
_FAILURES = {
    Command.FIND: Sw.FIND_FAILED,
    Command.SELECT: Sw.SELECT_FAILED,
    Command.READ_TEXT_PHOTO: Sw.READ_FAILED,
}


@dataclass(slots=True)
class Faults:
    """What goes wrong on purpose; may be changed at any time.

    :ivar piece_bytes: answers come in pieces of this size, 0 for whole
    :ivar piece_delay: seconds between two pieces
    :ivar noise: bytes before every answer
    :ivar silent: no answer at all
    :ivar health: the status the reader reports of itself
    :ivar corrupt_reads: this many next reads carry a wrong checksum
    :ivar failed_reads: this many next reads are answered with "read failed"
    :ivar unplug_in_reads: this many next reads break off half-way, the cable being pulled
    """

    piece_bytes: int = 0
    piece_delay: float = 0.0
    noise: bytes = b""
    silent: bool = False
    health: int = Sw.OK
    corrupt_reads: int = 0
    failed_reads: int = 0
    unplug_in_reads: int = 0


class SamSimulator:
    """A reader on a pseudo-terminal. Use it as a context manager; `port` is what to open.

    :param link: a symbolic link kept on the present terminal, so the path outlives `unplug`
    :param baud: the only speed the reader understands
    """

    def __init__(self, *, link: Path | None = None, baud: int = 115200) -> None:
        self.faults = Faults()
        self.asked: deque[Command | None] = deque(maxlen=_HISTORY)
        self._link = link
        self._speed: int = getattr(termios, f"B{baud}")
        self._parser = sam.FrameParser()
        self._news = threading.Condition()
        self._card: SimulatedCard | None = None
        self._done_with_card = False
        self._last: Command | None = None
        self._plugged = True
        self._stopping = False
        self._terminal: tuple[int, int] | None = None
        self._wake_out, self._wake_in = os.pipe()
        self._thread = threading.Thread(target=self._run, name="sam-simulator", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._await(lambda: self._terminal is not None)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping = True
        self._wake()
        self._thread.join(timeout=5)
        os.close(self._wake_in)
        os.close(self._wake_out)

    @property
    def port(self) -> str:
        """Give the path to open: the link if there is one.

        :raises RuntimeError: the reader is unplugged and has no link
        """
        if self._link is not None:
            return str(self._link)
        if self._terminal is None:
            raise RuntimeError("the simulated reader is unplugged")
        return os.ttyname(self._terminal[1])

    def place(self, card: SimulatedCard) -> None:
        """Put a card on the reader, in place of the one that lies there."""
        with self._news:
            self._card, self._done_with_card, self._last = card, False, None

    def remove(self) -> None:
        """Take the card away."""
        with self._news:
            self._card, self._done_with_card, self._last = None, False, None

    def unplug(self) -> None:
        """Pull the cable and return when the port is gone."""
        self._plugged = False
        self._wake()
        self._await(lambda: self._terminal is None)

    def plug(self) -> None:
        """Put the cable back and return when there is a port again."""
        self._plugged = True
        self._wake()
        self._await(lambda: self._terminal is not None)

    def wait_asked(self, command: Command, times: int = 1, timeout: float = 5.0) -> None:
        """Wait until a command has been asked so often since the start.

        :raises TimeoutError: it was not
        """
        self._await(lambda: list(self.asked).count(command) >= times, timeout)

    def _await(self, condition: Callable[[], bool], timeout: float = 5.0) -> None:
        with self._news:
            if not self._news.wait_for(condition, timeout):
                raise TimeoutError("the simulated reader did not get there")

    def _wake(self) -> None:
        os.write(self._wake_in, b".")

    def _run(self) -> None:
        while not self._stopping:
            if self._plugged and self._terminal is None:
                self._open()
            elif not self._plugged:
                self._hang_up()
            terminal = self._terminal
            watched = [self._wake_out] + ([terminal[0]] if terminal else [])
            ready, _, _ = select.select(watched, [], [])
            if self._wake_out in ready:
                os.read(self._wake_out, 64)
            elif terminal:
                self._hear(os.read(terminal[0], 4096), terminal[1])
        self._hang_up()
        if self._link is not None:
            self._link.unlink(missing_ok=True)

    def _open(self) -> None:
        main, port = os.openpty()
        tty.setraw(port)
        self._parser.reset()
        if self._link is not None:
            fresh = self._link.with_name(self._link.name + ".new")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(os.ttyname(port))
            fresh.replace(self._link)
        with self._news:
            # The port end stays open here too: a client that leaves does not end the terminal.
            self._terminal = (main, port)
            self._news.notify_all()

    def _hang_up(self) -> None:
        with self._news:
            terminal, self._terminal = self._terminal, None
            self._done_with_card, self._last = False, None
            for descriptor in terminal or ():
                os.close(descriptor)
            self._news.notify_all()

    def _hear(self, piece: bytes, port: int) -> None:
        if termios.tcgetattr(port)[5] != self._speed:
            return
        for result in self._parser.feed(piece):
            if self._terminal is None:
                return
            if isinstance(result, sam.BadFrame):
                self._say(sam.encode_response(Sw.CHECKSUM_ERROR))
                continue
            request = sam.as_request(result)
            if not self.faults.silent:
                self._answer(request.command)
            with self._news:
                self.asked.append(request.command)
                self._news.notify_all()

    def _answer(self, command: Command | None) -> None:
        answer = sam.encode_response(*self._reply(command))
        reading = command is Command.READ_TEXT_PHOTO and len(answer) > sam.TEXT_BYTES
        if reading and self.faults.corrupt_reads:
            self.faults.corrupt_reads -= 1
            answer = answer[:-1] + bytes([answer[-1] ^ 0xFF])
        if reading and self.faults.unplug_in_reads:
            self.faults.unplug_in_reads -= 1
            self._say(answer[: len(answer) // 2])
            # Let the half arrive: closing at once would take it back.
            time.sleep(0.05)
            self._plugged = False
            self._hang_up()
            return
        self._say(answer)

    def _reply(self, command: Command | None) -> tuple[int, bytes]:
        """Decide the status and the data of an answer."""
        match command:
            case None | Command.READ_TEXT_PHOTO_FINGERPRINT:
                return Sw.BAD_COMMAND, b""
            case Command.STATUS:
                return self.faults.health, b""
            case Command.READ_SAM_ID:
                return Sw.OK, SIMULATED_SAM_ID
            case Command.READ_NEW_ADDRESS:
                return Sw.NO_SUCH_ITEM, b""
            case Command.FIND | Command.SELECT | Command.READ_TEXT_PHOTO:
                with self._news:
                    return self._card_reply(command)
            case _:
                return Sw.OK, b""

    def _card_reply(self, command: Command) -> tuple[int, bytes]:
        """Keep the order find, select, read; any failure starts it over."""
        before, self._last = self._last, None
        if self._card is None or self._done_with_card or not _may_follow(before, command):
            return _FAILURES[command], b""
        if command is Command.READ_TEXT_PHOTO:
            if self.faults.failed_reads:
                self.faults.failed_reads -= 1
                return Sw.READ_FAILED, b""
            self._done_with_card = True
            return Sw.OK, self._card.payload()
        self._last = command
        return command.success, bytes(4 if command is Command.FIND else 8)

    def _say(self, answer: bytes) -> None:
        if self._terminal is None:
            return
        data = self.faults.noise + answer
        size = self.faults.piece_bytes or len(data)
        for start in range(0, len(data), size):
            if start and self.faults.piece_delay:
                time.sleep(self.faults.piece_delay)
            os.write(self._terminal[0], data[start : start + size])


def _may_follow(before: Command | None, command: Command) -> bool:
    """Tell whether a command keeps the order find, select, read."""
    order = {Command.SELECT: Command.FIND, Command.READ_TEXT_PHOTO: Command.SELECT}
    return command not in order or before is order[command]


class Console:
    """Moves the cards of a simulated reader by words typed on a console.

    An empty line takes the card away, or puts the next demo card down where there is none.
    """

    WORDS = "回车：放下/拿开证件；place 名称、remove、unplug、plug、corrupt、quit"

    def __init__(self, simulator: SamSimulator) -> None:
        self._simulator = simulator
        self._names = list(demo_cards())
        self._next = 0
        self._lying = False

    def obey(self, line: str) -> str:
        """Carry out one line and give the sentence to show."""
        word, _, name = line.strip().partition(" ")
        if word == "place" or (not word and not self._lying):
            return self._place(name or self._names[self._next])
        if word in {"remove", ""}:
            self._lying = False
            self._simulator.remove()
            return "证件已拿开。"
        if word == "unplug":
            self._simulator.unplug()
            return "读卡器已拔出。"
        if word == "plug":
            self._simulator.plug()
            return "读卡器已插上。"
        if word == "corrupt":
            self._simulator.faults.corrupt_reads += 1
            return "下一次读卡的校验和将出错。"
        return f"可用：{self.WORDS}"

    def _place(self, name: str) -> str:
        if name not in self._names:
            return f"没有这张演示证件，可用：{'、'.join(self._names)}"
        self._next = (self._names.index(name) + 1) % len(self._names)
        self._lying = True
        self._simulator.place(demo_cards()[name])
        return f"已放下演示证件 {name}，再按回车拿开。"


def main(arguments: list[str] | None = None) -> int:
    """Run the simulated reader until its input ends or `quit` is typed."""
    parser = argparse.ArgumentParser(description="模拟身份证读卡器（SAM-V，伪终端）")
    parser.add_argument("--link", type=Path, help="指向当前伪终端的符号链接")
    parser.add_argument("--card", choices=list(demo_cards()), default="lin", help="演示证件")
    parser.add_argument("--after", type=float, help="若干秒后自动放下 --card 指定的证件")
    options = parser.parse_args(arguments)
    with SamSimulator(link=options.link) as simulator:
        console = Console(simulator)
        _show(simulator.port)
        _show(Console.WORDS)
        if options.after is not None:
            line = f"place {options.card}"
            timer = threading.Timer(options.after, lambda: _show(console.obey(line)))
            timer.daemon = True
            timer.start()
        try:
            _obey_console(console, stay=options.after is not None)
        except KeyboardInterrupt:
            _show("已停止。")
    return 0


def _obey_console(console: Console, *, stay: bool) -> None:
    """Obey line by line until `quit`; at the end of input it may stay."""
    for line in sys.stdin:
        if line.strip() == "quit":
            return
        _show(console.obey(line))
    if stay:
        # Run without a console: the card still comes, and somebody ends the program.
        threading.Event().wait()


def _show(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
