"""The driver for SAM-V readers on a serial port, real or USB serial.

A reader answers only when asked, so the driver asks "find card" every 350 ms; "no card" is the
normal answer. A card found is selected and read, in that order each time. After a good read the
card must be taken away: certified readers then fail to find it, and where one does find it again
the driver waits until it was gone once. So one placement gives one read.

The photo is not decoded, because its decoder (WLT) needs a vendor's licence: it is dropped as soon
as it arrives.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Protocol, cast

import serial

from device_bridge.protocol import ReaderInfo, ReaderState, ReaderStatus
from device_bridge.readers import sam, text_record
from device_bridge.readers.kit import CardRead, Sink, StatusChange

try:
    from termios import error as _TerminalError  # noqa: N812 - an exception without a class name
except ImportError:  # pragma: no cover - Windows has no termios, pyserial raises OSError alone
    _TerminalError = OSError

DRIVER = "sam-serial"
BAUDS = (115200, 57600, 38400, 19200, 9600)
CHINA = timezone(timedelta(hours=8))
_LOST = (OSError, _TerminalError)
"""What the operating system raises when the cable is pulled."""
_QUIET_SECONDS = 0.1
_SILENT_TURNS = 3


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the driver waits, in seconds.

    :ivar poll: between two "find card"
    :ivar answer: for an answer to anything but a read
    :ivar read: for text and photo, 1295 bytes: 0.11 s at 115200 baud, 1.4 s at 9600
    :ivar retry_first: before the first attempt to open a lost port; doubles each time
    :ivar retry_most: between attempts at most
    :ivar complaint: how long a failed read is shown after the card was taken away
    """

    poll: float = 0.35
    answer: float = 0.8
    read: float = 2.5
    retry_first: float = 1.0
    retry_most: float = 15.0
    complaint: float = 3.0


class SilentError(Exception):
    """The reader gave no answer in time."""


class GarbledError(Exception):
    """The reader answered with a wrong checksum."""


class RefusedError(Exception):
    """The reader failed its self-test or is not authorised."""


class _Port(Protocol):
    """The part of `serial.Serial` used here; the library ships without types."""

    @property
    def in_waiting(self) -> int: ...
    def read(self, size: int) -> bytes: ...
    def write(self, data: bytes) -> int | None: ...
    def reset_input_buffer(self) -> None: ...
    def close(self) -> None: ...


class SamLine:
    """An open port with a SAM-V reader behind it: one question, one answer."""

    def __init__(self, port: str, baud: int) -> None:
        """Open the port for this program alone.

        :raises OSError: no such port, no right to it, or another program holds it
        """
        opened = serial.Serial(port, baud, timeout=0.05, write_timeout=1.0, exclusive=True)
        self._port = cast("_Port", opened)
        self._parser = sam.FrameParser()

    def close(self) -> None:
        """Give the port back."""
        self._port.close()

    def ask(self, command: sam.Command, timeout: float) -> sam.Response:
        """Send a command and wait for its answer, in seconds.

        :raises SilentError: nothing came that answers it
        :raises GarbledError: an answer came with a wrong checksum
        :raises OSError: the port is gone
        """
        self._port.reset_input_buffer()
        self._parser.reset()
        self._port.write(sam.encode_request(command))
        now = time.monotonic()
        deadline, heard_at, garbled = now + timeout, now, False
        while (now := time.monotonic()) < deadline:
            piece = self._port.read(max(1, self._port.in_waiting))
            heard_at = now if piece else heard_at
            results = self._parser.feed(piece)
            if garbled and not piece and now - heard_at > _QUIET_SECONDS:
                break
            if (answer := _answer_in(results, command)) is not None:
                return answer
            garbled = garbled or any(isinstance(result, sam.BadFrame) for result in results)
        if (answer := _answer_in(self._parser.expire(), command)) is not None:
            return answer
        raise GarbledError if garbled else SilentError


def _answer_in(results: Iterable[sam.Frame | sam.BadFrame], command: sam.Command) -> sam.Response | None:
    """Pick the answer to a command, passing over late ones to earlier commands."""
    successes = {sam.Sw.OK, sam.Sw.CARD_FOUND}
    for result in results:
        if isinstance(result, sam.BadFrame):
            continue
        try:
            answer = sam.as_response(result)
        except sam.SamError:
            # Too short for an answer: noise that happens to be a frame.
            continue
        if answer.code == command.success or answer.code not in successes:
            return answer
    return None


class SerialReader:
    """Reads cards from a SAM-V reader on a serial port."""

    def __init__(
        self,
        port: str,
        baud: int | None = None,
        *,
        timing: Timing | None = None,
        simulated: bool = False,
    ) -> None:
        """Prepare the driver; the port is opened by `run`.

        :param baud: None tries the usual speeds, fastest first
        """
        self._port = port
        self._bauds = BAUDS if baud is None else (baud,)
        self._timing = timing or Timing()
        self._simulated = simulated
        self._sam_id: str | None = None
        self._status = ReaderStatus.NO_READER
        self._reported_at: float | None = None
        self._was_ready = False

    @property
    def state(self) -> ReaderState:
        """Give the reader as `hello` introduces it."""
        return ReaderState(**self._info().model_dump(), status=self._status)

    def run(self, sink: Sink, stop: threading.Event) -> None:
        """Read cards until `stop` is set, reopening the port when it is lost."""
        wait = self._timing.retry_first
        while not stop.is_set():
            try:
                with closing(self._connect()) as line:
                    wait = self._timing.retry_first
                    self._was_ready = True
                    self._report(sink, ReaderStatus.READY)
                    self._serve(line, sink, stop)
            except RefusedError as refused:
                self._report(sink, ReaderStatus.READER_REFUSED, f"{refused}，请联系设备厂家。")
            except (SilentError, GarbledError, *_LOST):
                lost = ReaderStatus.UNPLUGGED if self._was_ready else ReaderStatus.NO_READER
                self._report(sink, lost)
            stop.wait(wait)
            wait = min(wait * 2, self._timing.retry_most)

    def _connect(self) -> SamLine:
        """Open the port at the first speed the reader answers to."""
        for baud in self._bauds:
            line = SamLine(self._port, baud)
            try:
                self._introduce(line)
            except (SilentError, GarbledError):
                line.close()
            except BaseException:
                line.close()
                raise
            else:
                return line
        raise SilentError

    def _introduce(self, line: SamLine) -> None:
        """Ask the reader how it is and, once, which module it holds."""
        health = line.ask(sam.Command.STATUS, self._timing.answer)
        if health.code in {sam.Sw.SELF_TEST_FAILED, sam.Sw.NOT_AUTHORISED}:
            raise RefusedError(health.meaning)
        answer = line.ask(sam.Command.READ_SAM_ID, self._timing.answer)
        # A reader that keeps its number to itself still reads cards.
        named = answer.code == sam.Sw.OK and len(answer.data) == sam.SAM_ID_BYTES
        self._sam_id = sam.sam_id(answer.data) if named else None

    def _serve(self, line: SamLine, sink: Sink, stop: threading.Event) -> None:
        seen, silent = False, 0
        while not stop.wait(self._timing.poll):
            try:
                seen, silent = self._turn(line, sink, seen=seen), 0
            except GarbledError:
                self._report(sink, ReaderStatus.BAD_CHECKSUM)
            except SilentError:
                silent += 1
                if silent == _SILENT_TURNS:
                    raise

    def _turn(self, line: SamLine, sink: Sink, *, seen: bool) -> bool:
        """Look for a card once and read it, unless it was read already.

        :returns: whether a card that was dealt with still lies on the reader
        """
        if line.ask(sam.Command.FIND, self._timing.answer).code != sam.Sw.CARD_FOUND:
            self._forget_complaint(sink)
            return False
        if seen:
            return True
        try:
            answer = line.ask(sam.Command.SELECT, self._timing.answer)
            if answer.code == sam.Sw.OK:
                answer = line.ask(sam.Command.READ_TEXT_PHOTO, self._timing.read)
        except SilentError:
            self._report(sink, ReaderStatus.READ_FAILED)
            return False
        if answer.code != sam.Sw.OK:
            message = f"{answer.meaning}，请拿开证件后重新平放。"
            self._report(sink, ReaderStatus.READ_FAILED, message)
            return False
        self._hand_over(answer.data, sink)
        return True

    def _hand_over(self, data: bytes, sink: Sink) -> None:
        try:
            record = text_record.parse(sam.text_of(data))
        except (sam.SamError, text_record.RecordError):
            self._report(sink, ReaderStatus.UNKNOWN_CARD)
            return
        self._report(sink, ReaderStatus.READY)
        sink(CardRead(record.kind, record.fields, self._info(), datetime.now(CHINA)))

    def _info(self) -> ReaderInfo:
        return ReaderInfo(driver=DRIVER, sam_id=self._sam_id, simulated=self._simulated)

    def _forget_complaint(self, sink: Sink) -> None:
        """Return to "ready" when a failed read was shown long enough."""
        since = self._reported_at
        if since is not None and time.monotonic() - since > self._timing.complaint:
            self._report(sink, ReaderStatus.READY)

    def _report(self, sink: Sink, status: ReaderStatus, message: str | None = None) -> None:
        """Tell a change of status; the same status again is no news."""
        if status == self._status and self._reported_at is not None:
            return
        self._status = status
        self._reported_at = time.monotonic()
        sink(StatusChange(status, message or status.label))
