"""The messages between the device bridge and the server, one JSON text each.

The bridge sends `hello` first, then `card`, `reader` and `ping`; the server answers `welcome`
first, then `ack` and `error`. This is the only file of the bridge that others may import.

A card read is personal data of a visitor. No model here shows it in `repr` or `str`, and no error
raised here quotes its input, so a log line cannot carry it by accident. Whoever logs, logs the
model or the error, never the text of the message.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

PROTOCOL_VERSION = 1
MAX_MESSAGE_BYTES = 64 * 1024
LONG_TERM = "长期"
"""What a card prints instead of an end date when it never expires."""

_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"

DeskName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
"""A desk as it stands in the address, e.g. `window-1`."""
Sentence = Annotated[str, StringConstraints(max_length=200, pattern=_PRINTABLE)]
"""A sentence in Chinese for the person at the desk; never holds personal data."""
_Short = Annotated[str, StringConstraints(max_length=40, pattern=_PRINTABLE)]
_Text = Annotated[str, StringConstraints(max_length=120, pattern=_PRINTABLE)]
_Jpeg = Annotated[str, StringConstraints(max_length=40_000, pattern=r"^[A-Za-z0-9+/]+={0,2}$")]


class ProtocolError(ValueError):
    """A text that is no message of this protocol.

    :ivar code: `too_large`, `not_json`, `unknown_type`, `unknown_version` or `invalid`
    :ivar where: the names of the fields at fault, outermost first; never their values
    """

    def __init__(self, code: str, message: str, where: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.where = where


class CardKind(StrEnum):
    """The certificates a reader can meet."""

    PRC = "prc"
    HMT = "hmt"
    FPR2017 = "fpr2017"
    FPR2023 = "fpr2023"
    SSC = "ssc"

    @property
    def label(self) -> str:
        """Give the Chinese name of the certificate."""
        return _CARD_KIND_LABELS[self]


_CARD_KIND_LABELS = {
    CardKind.PRC: "居民身份证",
    CardKind.HMT: "港澳台居民居住证",
    CardKind.FPR2017: "外国人永久居留身份证（2017版）",
    CardKind.FPR2023: "外国人永久居留身份证（2023版）",
    CardKind.SSC: "社会保障卡",
}


class ReaderStatus(StrEnum):
    """How the reader at the desk is doing."""

    READY = "ready"
    NO_READER = "no_reader"
    UNPLUGGED = "unplugged"
    READER_REFUSED = "reader_refused"
    READ_FAILED = "read_failed"
    BAD_CHECKSUM = "bad_checksum"
    UNKNOWN_CARD = "unknown_card"

    @property
    def label(self) -> str:
        """Give the sentence shown at the desk for this status."""
        return _READER_STATUS_LABELS[self]

    @property
    def is_usable(self) -> bool:
        """Tell whether putting a card on the reader can help now."""
        return self not in {
            ReaderStatus.NO_READER,
            ReaderStatus.UNPLUGGED,
            ReaderStatus.READER_REFUSED,
        }


_READER_STATUS_LABELS = {
    ReaderStatus.READY: "读卡器已就绪，请放置证件。",
    ReaderStatus.NO_READER: "没有找到读卡器，请检查连接线和电源。",
    ReaderStatus.UNPLUGGED: "读卡器已断开，请重新连接。",
    ReaderStatus.READER_REFUSED: "读卡器自检或授权未通过，请联系设备厂家。",
    ReaderStatus.READ_FAILED: "读卡失败，请拿开证件后重新平放。",
    ReaderStatus.BAD_CHECKSUM: "读卡数据校验不符，请拿开证件后重新平放。",
    ReaderStatus.UNKNOWN_CARD: "不认识这种证件，请手工录入。",
}


class AckReason(StrEnum):
    """Why a card read did not reach a form."""

    NOT_ARMED = "not_armed"
    EXPIRED = "expired"
    INVALID = "invalid"
    DUPLICATE = "duplicate"

    @property
    def label(self) -> str:
        """Give the reason as a sentence in Chinese."""
        return _ACK_REASON_LABELS[self]


_ACK_REASON_LABELS = {
    AckReason.NOT_ARMED: "没有打开的登记表在等待读卡。",
    AckReason.EXPIRED: "读卡时间过久，已作废。",
    AckReason.INVALID: "证件号码校验未通过。",
    AckReason.DUPLICATE: "这次读卡已经送达过。",
}


class ErrorCode(StrEnum):
    """What the server can object to."""

    BAD_MESSAGE = "bad_message"
    TOO_LARGE = "too_large"
    WRONG_DESK = "wrong_desk"
    REPLACED = "replaced"
    BUSY = "busy"


class _Shape(BaseModel):
    """What every model here shares: it never changes and never quotes input in an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class _Incoming(BaseModel):
    """A message of the server. Unknown fields pass, so a newer server can talk to an old bridge."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


_ReprArgs = Iterable[tuple[str | None, Any]]


def _masked(pairs: _ReprArgs, secret: frozenset[str] | None) -> _ReprArgs:
    """Hide the values of the fields named, or of all fields for None."""
    for name, value in pairs:
        hidden = value is not None and (secret is None or name in secret)
        yield name, "***" if hidden else value


class CardFields(_Shape):
    """What is printed on a card; a field the card does not have, or cannot be read, is None.

    `sex` and `nation` are Chinese labels (男, 汉族), `sex_code` and `nation_code` the raw codes of
    GB/T 2261.1 and GB/T 3304; `nationality` is the alpha-3 code of GB/T 2659. `pass_no` and
    `issue_count` belong to residents of Hong Kong, Macau and Taiwan.
    """

    name: _Text | None = None
    sex: _Short | None = None
    sex_code: _Short | None = None
    nation: _Short | None = None
    nation_code: _Short | None = None
    birth: date | None = None
    address: _Text | None = None
    id_no: _Short | None = None
    issuer: _Text | None = None
    valid_from: date | None = None
    valid_to: date | Literal["长期"] | None = None
    pass_no: _Short | None = None
    issue_count: _Short | None = None
    eng_name: _Text | None = None
    nationality: _Short | None = None

    def __repr_args__(self) -> _ReprArgs:
        """List the fields for `repr` with every value masked."""
        return _masked(super().__repr_args__(), None)


class ReaderInfo(_Shape):
    """The reader a card was read with; `sam_id` names the certified module, for audit."""

    driver: _Short
    sam_id: _Short | None = None
    simulated: bool = False


class ReaderState(ReaderInfo):
    """A reader as the bridge introduces it."""

    status: ReaderStatus


class Hello(_Shape):
    """The first message of the bridge."""

    v: Literal[1] = PROTOCOL_VERSION
    type: Literal["hello"] = "hello"
    desk: DeskName
    bridge_version: _Short
    readers: tuple[ReaderState, ...] = Field(default=(), max_length=8)


class Card(_Shape):
    """One card put on the reader.

    `seq` grows with every read of a desk, also across restarts of the bridge. The same `seq` again
    is the same read sent twice, because its `ack` was lost. The photo is a JPEG in base64, or None.
    """

    v: Literal[1] = PROTOCOL_VERSION
    type: Literal["card"] = "card"
    desk: DeskName
    seq: int = Field(ge=1)
    kind: CardKind
    fields: CardFields
    photo_jpeg_b64: _Jpeg | None = None
    reader: ReaderInfo
    read_at: AwareDatetime

    def __repr_args__(self) -> _ReprArgs:
        """List the fields for `repr` with the photo masked."""
        return _masked(super().__repr_args__(), frozenset({"photo_jpeg_b64"}))


class Reader(_Shape):
    """A change in how the reader is doing; `message` is shown at the desk."""

    v: Literal[1] = PROTOCOL_VERSION
    type: Literal["reader"] = "reader"
    status: ReaderStatus
    message: Sentence


class Ping(_Shape):
    """A sign of life; needs no answer."""

    v: Literal[1] = PROTOCOL_VERSION
    type: Literal["ping"] = "ping"


class Welcome(_Incoming):
    """The first message of the server: the token fits the desk."""

    v: Literal[1] = PROTOCOL_VERSION
    type: Literal["welcome"] = "welcome"
    desk: DeskName


class Ack(_Incoming):
    """The server has taken or dropped the read `seq`; the bridge forgets it either way."""

    v: Literal[1] = PROTOCOL_VERSION
    type: Literal["ack"] = "ack"
    seq: int = Field(ge=1)
    delivered: bool
    reason: AckReason | None = None


class Error(_Incoming):
    """The server could not use a message. The sentence holds no personal data."""

    v: Literal[1] = PROTOCOL_VERSION
    type: Literal["error"] = "error"
    code: ErrorCode
    message: Sentence


FromBridge = Hello | Card | Reader | Ping
FromServer = Welcome | Ack | Error
_Message = TypeVar("_Message", FromBridge, FromServer)

_BY_TYPE = Field(discriminator="type")
_FROM_BRIDGE: TypeAdapter[FromBridge] = TypeAdapter(Annotated[FromBridge, _BY_TYPE])
_FROM_SERVER: TypeAdapter[FromServer] = TypeAdapter(Annotated[FromServer, _BY_TYPE])


def parse_from_bridge(text: str | bytes) -> FromBridge:
    """Read one message of a bridge.

    :raises ProtocolError: the text is too large, no JSON, or no message of this version
    """
    return _parse(_FROM_BRIDGE, text)


def parse_from_server(text: str | bytes) -> FromServer:
    """Read one message of the server.

    :raises ProtocolError: the text is too large, no JSON, or no message of this version
    """
    return _parse(_FROM_SERVER, text)


def to_text(message: FromBridge | FromServer) -> str:
    """Write a message as JSON text.

    :raises ProtocolError: the message would be larger than the other side accepts
    """
    text = message.model_dump_json()
    if len(text.encode()) > MAX_MESSAGE_BYTES:
        raise ProtocolError("too_large", "消息超过 64 KB。")
    return text


def _parse(adapter: TypeAdapter[_Message], text: str | bytes) -> _Message:
    try:
        raw = text if isinstance(text, bytes) else text.encode()
    except UnicodeEncodeError:
        raise ProtocolError("not_json", "消息不是有效的 UTF-8 文本。") from None
    if len(raw) > MAX_MESSAGE_BYTES:
        raise ProtocolError("too_large", "消息超过 64 KB。")
    try:
        return adapter.validate_json(raw)
    except ValidationError as refused:
        # `from None`: whatever the original carries must not end in a traceback.
        raise _explain(refused) from None


def _explain(refused: ValidationError) -> ProtocolError:
    first = refused.errors(include_input=False, include_context=False, include_url=False)[0]
    kind = first["type"]
    # The first step of a location is the message type. An unknown field's name is input, too.
    where = tuple(str(step) for step in first["loc"][1:])
    if kind == "extra_forbidden":
        where = (*where[:-1], "?")
    if kind == "json_invalid":
        return ProtocolError("not_json", "消息不是有效的 JSON 文本。")
    if kind.startswith("union_tag"):
        return ProtocolError("unknown_type", "消息类型不认识。")
    if where == ("v",):
        version = f"协议版本不符，本端为第 {PROTOCOL_VERSION} 版。"
        return ProtocolError("unknown_version", version, where)
    return ProtocolError("invalid", f"消息内容不符合要求：{'.'.join(where) or '整体'}。", where)
