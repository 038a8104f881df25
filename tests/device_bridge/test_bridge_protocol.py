"""The messages between bridge and server."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from device_bridge import protocol
from device_bridge.protocol import (
    Ack,
    AckReason,
    Card,
    CardFields,
    CardKind,
    Error,
    ErrorCode,
    FromBridge,
    FromServer,
    Hello,
    Ping,
    ProtocolError,
    Reader,
    ReaderInfo,
    ReaderState,
    ReaderStatus,
    Welcome,
    parse_from_bridge,
    parse_from_server,
    to_text,
)

SECRETS = ("林小满", "白鹭村", "350599", "1988", "/9j/")


def a_card(**changes: object) -> Card:
    fields = CardFields(
        name="林小满",
        sex="男",
        birth=date(1988, 3, 12),
        address="清溪县云溪镇白鹭村",
        id_no="350599" + "1988" + "0312" + "0000",
        valid_to="长期",
    )
    values: dict[str, object] = {
        "desk": "window-1",
        "seq": 7,
        "kind": CardKind.PRC,
        "fields": fields,
        "photo_jpeg_b64": "/9j/4AAQ",
        "reader": ReaderInfo(driver="sam-serial", sam_id="0501-20110511-0123456789"),
        "read_at": datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    }
    return Card.model_validate(values | changes)


FROM_BRIDGE = [
    Hello(
        desk="window-1",
        bridge_version="0.1.0",
        readers=(ReaderState(driver="sam-serial", status=ReaderStatus.READY),),
    ),
    a_card(),
    a_card(photo_jpeg_b64=None),
    Reader(status=ReaderStatus.UNPLUGGED, message=ReaderStatus.UNPLUGGED.label),
    Ping(),
]
FROM_SERVER = [
    Welcome(desk="window-1"),
    Ack(seq=7, delivered=True),
    Ack(seq=7, delivered=False, reason=AckReason.NOT_ARMED),
    Error(code=ErrorCode.BAD_MESSAGE, message="消息类型不认识。"),
]


class TestRoundTrip:
    @pytest.mark.parametrize("message", FROM_BRIDGE, ids=lambda message: message.type)
    def test_what_the_bridge_writes_the_server_reads(self, message: FromBridge) -> None:
        assert parse_from_bridge(to_text(message)) == message

    @pytest.mark.parametrize("message", FROM_SERVER, ids=lambda message: message.type)
    def test_what_the_server_writes_the_bridge_reads(self, message: FromServer) -> None:
        assert parse_from_server(to_text(message).encode()) == message

    def test_a_card_carries_plain_json_values(self) -> None:
        card = json.loads(to_text(a_card()))
        assert card["v"] == 1
        assert card["type"] == "card"
        assert card["kind"] == "prc"
        assert card["fields"]["birth"] == "1988-03-12"
        assert card["fields"]["valid_to"] == "长期"
        assert card["read_at"] == "2026-03-02T09:30:00Z"


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "not_json"),
            ("{", "not_json"),
            ("\ud800", "not_json"),
            (b"\xff\xfe", "not_json"),
            ("[" * 30_000, "not_json"),
            ("[]", "invalid"),
            ('{"v":1}', "unknown_type"),
            ('{"v":1,"type":"welcome","desk":"window-1"}', "unknown_type"),
            ('{"v":2,"type":"ping"}', "unknown_version"),
            ('{"v":1,"type":"ping","more":1}', "invalid"),
            ('{"v":1,"type":"hello","desk":"../x","bridge_version":"1"}', "invalid"),
            ('{"v":1,"type":"reader","status":"on_fire","message":""}', "invalid"),
            ('{"v":1,"type":"reader","status":"ready","message":"a\\u001b[0m"}', "invalid"),
        ],
    )
    def test_a_text_that_is_no_message_is_named(self, text: str | bytes, code: str) -> None:
        with pytest.raises(ProtocolError) as refused:
            parse_from_bridge(text)
        assert refused.value.code == code

    def test_a_text_over_64_kb_is_not_even_parsed(self) -> None:
        with pytest.raises(ProtocolError) as refused:
            parse_from_bridge(" " * (protocol.MAX_MESSAGE_BYTES + 1))
        assert refused.value.code == "too_large"

    def test_the_field_at_fault_is_named(self) -> None:
        card = json.loads(to_text(a_card()))
        card["fields"]["birth"] = "soon"
        with pytest.raises(ProtocolError) as refused:
            parse_from_bridge(json.dumps(card))
        assert refused.value.where == ("fields", "birth")

    def test_a_read_without_a_time_zone_is_refused(self) -> None:
        card = json.loads(to_text(a_card()))
        card["read_at"] = "2026-03-02T09:30:00"
        with pytest.raises(ProtocolError):
            parse_from_bridge(json.dumps(card))

    def test_a_newer_server_may_say_more(self) -> None:
        text = '{"v":1,"type":"ack","seq":7,"delivered":true,"form":"later"}'
        assert parse_from_server(text) == Ack(seq=7, delivered=True)


class TestSecrecy:
    @pytest.mark.parametrize("show", [repr, str, "{!r:>1}".format, "{}".format])
    def test_a_card_does_not_show_its_content(self, show: Callable[[object], str]) -> None:
        shown = show(a_card())
        assert "seq=7" in shown
        assert not [secret for secret in SECRETS if secret in shown]

    @pytest.mark.parametrize("field", ["name", "id_no", "birth", "address"])
    def test_an_error_does_not_quote_its_input(self, field: str) -> None:
        card = json.loads(to_text(a_card()))
        card["fields"][field] = ["林小满", "350599"]
        card["fields"]["林小满"] = 1
        with pytest.raises(ProtocolError) as refused:
            parse_from_bridge(json.dumps(card))
        shown = f"{refused.value!r} {refused.value} {refused.value.where}"
        assert not [secret for secret in SECRETS if secret in shown]
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__

    def test_a_message_never_changes(self) -> None:
        with pytest.raises(ValueError, match="frozen"):
            a_card().seq = 8  # pyright: ignore[reportAttributeAccessIssue]


class TestLabels:
    @pytest.mark.parametrize("member", [*CardKind, *ReaderStatus, *AckReason])
    def test_every_member_has_a_chinese_label(self, member: CardKind | ReaderStatus | AckReason) -> None:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in member.label)

    def test_a_failed_read_still_asks_for_a_card(self) -> None:
        usable = {status for status in ReaderStatus if status.is_usable}
        assert ReaderStatus.READ_FAILED in usable
        assert ReaderStatus.UNPLUGGED not in usable
