"""The SAM-V frames of certified readers (serial or USB serial), as bytes in and bytes out.

Request:  `AA AA AA 96 69 | length (2, big endian) | CMD PARA | data | checksum`
Response: `AA AA AA 96 69 | length (2, big endian) | SW1 SW2 SW3 | data | checksum`

The length counts what follows it, checksum included. The checksum is the XOR of everything except
the preamble and itself. A response to "read text and photo" carries personal data, so no class
here shows its content in `repr`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import Enum, IntEnum

PREAMBLE = b"\xaa\xaa\xaa\x96\x69"
_HEAD_BYTES = len(PREAMBLE) + 2
MIN_LENGTH = 3
"""The shortest length a frame can announce: a request without data."""
MAX_LENGTH = 2321 - _HEAD_BYTES
"""The longest length a frame can announce: text, photo and two fingerprints."""
_SW_BYTES = 3
TEXT_BYTES = 256
SAM_ID_BYTES = 16


class SamError(ValueError):
    """An answer that is a sound frame and still makes no sense."""


class Sw(IntEnum):
    """The third status byte of a response."""

    OK = 0x90
    CARD_FOUND = 0x9F
    CHECKSUM_ERROR = 0x10
    LENGTH_ERROR = 0x11
    BAD_COMMAND = 0x21
    UNKNOWN_ERROR = 0x24
    CARD_REJECTED_READER = 0x31
    READER_REJECTED_CARD = 0x32
    VERIFY_ERROR = 0x33
    WRONG_CARD = 0x40
    READ_FAILED = 0x41
    RANDOM_FAILED = 0x47
    SELF_TEST_FAILED = 0x60
    NOT_AUTHORISED = 0x66
    FIND_FAILED = 0x80
    SELECT_FAILED = 0x81
    NO_SUCH_ITEM = 0x91

    @property
    def label(self) -> str:
        """Give the meaning in Chinese."""
        return _SW_LABELS[self]


_SW_LABELS = {
    Sw.OK: "操作成功",
    Sw.CARD_FOUND: "找到证件",
    Sw.CHECKSUM_ERROR: "数据校验和错误",
    Sw.LENGTH_ERROR: "数据长度错误",
    Sw.BAD_COMMAND: "命令或参数错误",
    Sw.UNKNOWN_ERROR: "未知错误",
    Sw.CARD_REJECTED_READER: "证件认证读卡器失败",
    Sw.READER_REJECTED_CARD: "读卡器认证证件失败",
    Sw.VERIFY_ERROR: "信息验证错误",
    Sw.WRONG_CARD: "无法识别的证件类型",
    Sw.READ_FAILED: "读证件失败",
    Sw.RANDOM_FAILED: "取随机数失败",
    Sw.SELF_TEST_FAILED: "读卡器自检失败",
    Sw.NOT_AUTHORISED: "读卡器未经授权",
    Sw.FIND_FAILED: "没有找到证件",
    Sw.SELECT_FAILED: "选取证件失败",
    Sw.NO_SUCH_ITEM: "证件没有此项内容",
}


def meaning(code: int) -> str:
    """Say in Chinese what a status byte means, unknown ones with their code."""
    try:
        return Sw(code).label
    except ValueError:
        return f"未知状态（代码{code:02X}）"


class Command(Enum):
    """What a reader can be asked, as CMD and PARA."""

    RESET = b"\x10\xff"
    STATUS = b"\x11\xff"
    READ_SAM_ID = b"\x12\xff"
    FIND = b"\x20\x01"
    SELECT = b"\x20\x02"
    READ_TEXT_PHOTO = b"\x30\x01"
    READ_TEXT_PHOTO_FINGERPRINT = b"\x30\x10"
    READ_NEW_ADDRESS = b"\x30\x03"
    BAUD_115200 = b"\x60\x00"
    BAUD_57600 = b"\x60\x01"
    BAUD_38400 = b"\x60\x02"
    BAUD_19200 = b"\x60\x03"
    BAUD_9600 = b"\x60\x04"

    @property
    def success(self) -> Sw:
        """Give the status that means yes; "find" has one of its own."""
        return Sw.CARD_FOUND if self is Command.FIND else Sw.OK


@dataclass(frozen=True, slots=True)
class Frame:
    """One sound frame; `body` stands between length and checksum."""

    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class BadFrame:
    """A frame whose checksum is wrong; its content is forgotten at once."""

    length: int


@dataclass(frozen=True, slots=True)
class Response:
    """A reader's answer. `code` is SW3, `data` what follows it."""

    code: int
    data: bytes = field(repr=False)

    @property
    def meaning(self) -> str:
        """Give the status in Chinese."""
        return meaning(self.code)


@dataclass(frozen=True, slots=True)
class Request:
    """What a reader was asked, as a simulator sees it; an unknown command is None."""

    command: Command | None
    data: bytes = field(repr=False)


def checksum(content: bytes) -> int:
    """XOR all bytes: length and body, without preamble and checksum."""
    total = 0
    for byte in content:
        total ^= byte
    return total


def encode(body: bytes) -> bytes:
    """Frame a body: CMD PARA data, or SW1 SW2 SW3 data.

    :raises SamError: no frame can hold a body of this size
    """
    length = len(body) + 1
    if not MIN_LENGTH <= length <= MAX_LENGTH:
        raise SamError(f"a body of {len(body)} bytes does not fit a frame")
    content = struct.pack(">H", length) + body
    return PREAMBLE + content + bytes([checksum(content)])


def encode_request(command: Command, data: bytes = b"") -> bytes:
    """Write a command as bytes for the reader."""
    return encode(command.value + data)


def encode_response(code: int, data: bytes = b"") -> bytes:
    """Write an answer as bytes, as a reader does; SW1 and SW2 are zero."""
    return encode(bytes([0, 0, code]) + data)


def as_response(frame: Frame) -> Response:
    """Read a frame as an answer.

    :raises SamError: too short to carry three status bytes
    """
    if len(frame.body) < _SW_BYTES:
        raise SamError("an answer needs three status bytes")
    return Response(code=frame.body[2], data=frame.body[_SW_BYTES:])


def as_request(frame: Frame) -> Request:
    """Read a frame as a command; the shortest frame has room for one."""
    head, data = frame.body[:2], frame.body[2:]
    known = {command.value: command for command in Command}
    return Request(command=known.get(head), data=data)


class FrameParser:
    """Finds frames in a stream that comes in pieces and may hold noise.

    Noise without a preamble never costs a frame. Noise that looks like the head of a frame holds
    the stream back until enough bytes came or `expire` is called; whatever sound frame it had
    swallowed is found then. Only noise that is a complete frame with a fitting checksum is
    believed: nothing in the protocol tells it apart.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def is_waiting(self) -> bool:
        """Tell whether the head of an unfinished frame is in hand."""
        return self._buffer.startswith(PREAMBLE)

    def reset(self) -> None:
        """Forget everything fed so far."""
        self._buffer.clear()

    def feed(self, piece: bytes) -> list[Frame | BadFrame]:
        """Take the next piece of the stream and give the frames it completes."""
        self._buffer += piece
        found: list[Frame | BadFrame] = []
        while (result := self._next()) is not None:
            found.append(result)
        return found

    def expire(self) -> list[Frame | BadFrame]:
        """Give up the unfinished frame and give the frames hidden behind it.

        Call it when the rest did not come in time.
        """
        found: list[Frame | BadFrame] = []
        while self.is_waiting:
            del self._buffer[0]
            found += self.feed(b"")
        return found

    def _next(self) -> Frame | BadFrame | None:
        while self._seek():
            (length,) = struct.unpack_from(">H", self._buffer, len(PREAMBLE))
            if not MIN_LENGTH <= length <= MAX_LENGTH:
                del self._buffer[0]
                continue
            end = _HEAD_BYTES + length
            if len(self._buffer) < end:
                return None
            content = bytes(self._buffer[len(PREAMBLE) : end])
            if checksum(content[:-1]) != content[-1]:
                # Step over one byte only: a sound frame may stand inside the false one.
                del self._buffer[0]
                return BadFrame(length)
            del self._buffer[:end]
            return Frame(content[2:-1])
        return None

    def _seek(self) -> bool:
        """Drop what stands before the next preamble and tell if a head is in."""
        start = self._buffer.find(PREAMBLE)
        if start < 0:
            keep = next(n for n in range(len(PREAMBLE) - 1, -1, -1) if self._ends_with(n))
            del self._buffer[: len(self._buffer) - keep]
            return False
        del self._buffer[:start]
        return len(self._buffer) >= _HEAD_BYTES

    def _ends_with(self, count: int) -> bool:
        """Tell whether the stream ends with the first `count` preamble bytes."""
        return self._buffer.endswith(PREAMBLE[:count])


def sam_id(data: bytes) -> str:
    """Print the 16 bytes of a SAM id the way it stands on the module.

    :raises SamError: not 16 bytes
    """
    if len(data) != SAM_ID_BYTES:
        raise SamError("a SAM id has 16 bytes")
    maker, model, day, number, _ = struct.unpack("<HHIII", data)
    return f"{maker:02d}{model:02d}-{day:08d}-{number:010d}"


def text_of(data: bytes, *, fingerprint: bool = False) -> bytes:
    """Cut the text record out of the answer to "read text and photo".

    The photo (WLT, needs a licensed decoder) and fingerprints are dropped here.

    :param data: what follows the status bytes: lengths (2 each, big endian), text, photo, ...
    :param fingerprint: whether the answer was asked with `READ_TEXT_PHOTO_FINGERPRINT`
    :returns: 256 bytes
    :raises SamError: the lengths do not fit the data, or the text is not 256 bytes
    """
    count = 3 if fingerprint else 2
    if len(data) < 2 * count:
        raise SamError("the answer has no lengths")
    lengths = struct.unpack_from(f">{count}H", data)
    if 2 * count + sum(lengths) != len(data) or lengths[0] != TEXT_BYTES:
        raise SamError("the lengths do not fit the answer")
    return data[2 * count : 2 * count + TEXT_BYTES]
