"""SAM-V frames: the published constants, broken streams and noise."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from device_bridge.readers import sam
from device_bridge.readers.sam import BadFrame, Command, Frame, FrameParser, Sw

REQUESTS = [
    (Command.RESET, "AAAAAA9669 0003 10FF EC"),
    (Command.STATUS, "AAAAAA9669 0003 11FF ED"),
    (Command.READ_SAM_ID, "AAAAAA9669 0003 12FF EE"),
    (Command.FIND, "AAAAAA9669 0003 2001 22"),
    (Command.SELECT, "AAAAAA9669 0003 2002 21"),
    (Command.READ_TEXT_PHOTO, "AAAAAA9669 0003 3001 32"),
    (Command.READ_TEXT_PHOTO_FINGERPRINT, "AAAAAA9669 0003 3010 23"),
    (Command.READ_NEW_ADDRESS, "AAAAAA9669 0003 3003 30"),
    (Command.BAUD_115200, "AAAAAA9669 0003 6000 63"),
    (Command.BAUD_9600, "AAAAAA9669 0003 6004 67"),
]
ANSWERS = [
    (Sw.CARD_FOUND, bytes(4), "AAAAAA9669 0008 00009F 00000000 97"),
    (Sw.FIND_FAILED, b"", "AAAAAA9669 0004 000080 84"),
    (Sw.OK, bytes(8), "AAAAAA9669 000C 000090 0000000000000000 9C"),
    (Sw.SELECT_FAILED, b"", "AAAAAA9669 0004 000081 85"),
    (Sw.READ_FAILED, b"", "AAAAAA9669 0004 000041 45"),
    (Sw.CHECKSUM_ERROR, b"", "AAAAAA9669 0004 000010 14"),
]

bodies = st.binary(min_size=2, max_size=60)


def frames(results: list[Frame | BadFrame]) -> list[bytes]:
    return [result.body for result in results if isinstance(result, Frame)]


class TestConstants:
    @pytest.mark.parametrize(("command", "wire"), REQUESTS)
    def test_a_command_is_written_as_published(self, command: Command, wire: str) -> None:
        assert sam.encode_request(command) == bytes.fromhex(wire)

    @pytest.mark.parametrize(("code", "data", "wire"), ANSWERS)
    def test_an_answer_is_read_as_published(self, code: int, data: bytes, wire: str) -> None:
        (frame,) = FrameParser().feed(bytes.fromhex(wire))
        assert isinstance(frame, Frame)
        answer = sam.as_response(frame)
        assert (answer.code, answer.data) == (code, data)
        assert sam.encode_response(code, data) == bytes.fromhex(wire)

    @pytest.mark.parametrize(
        ("payload", "total"),
        [(4 + 256 + 1024, 1295), (6 + 256 + 1024, 1297), (6 + 256 + 1024 + 1024, 2321), (16, 27)],
    )
    def test_answers_are_as_long_as_published(self, payload: int, total: int) -> None:
        assert len(sam.encode_response(Sw.OK, bytes(payload))) == total

    def test_the_wrong_checksum_of_a_known_sample_is_caught(self) -> None:
        results = FrameParser().feed(bytes.fromhex("AAAAAA9669 0003 2001 21"))
        assert results == [BadFrame(3)]

    def test_a_body_too_long_is_refused(self) -> None:
        with pytest.raises(sam.SamError):
            sam.encode(bytes(sam.MAX_LENGTH))


class TestMeaning:
    @pytest.mark.parametrize("code", Sw)
    def test_every_status_has_a_meaning(self, code: int) -> None:
        assert sam.meaning(int(code)) == code.label

    def test_an_unknown_status_keeps_its_code(self) -> None:
        assert sam.meaning(0x5A) == "未知状态（代码5A）"


class TestContents:
    def test_the_sam_id_is_printed_as_on_the_module(self) -> None:
        data = bytes.fromhex("0500 0100 AFDC3201 15CD5B07 00000000")
        assert sam.sam_id(data) == "0501-20110511-0123456789"

    @pytest.mark.parametrize(("fingerprint", "tail"), [(False, 0), (True, 0), (True, 1024)])
    def test_the_text_is_cut_out(self, fingerprint: bool, tail: int) -> None:
        text = bytes(range(256))
        lengths = "0100 0400" + (f"{tail:04x}" if fingerprint else "")
        data = bytes.fromhex(lengths) + text + bytes(1024 + tail)
        assert sam.text_of(data, fingerprint=fingerprint) == text

    @pytest.mark.parametrize("data", [b"", b"\x01\x00\x04", bytes(1284), b"\x01\x00\x04\x00"])
    def test_lengths_that_do_not_fit_are_refused(self, data: bytes) -> None:
        with pytest.raises(sam.SamError):
            sam.text_of(data)

    def test_no_repr_shows_content(self) -> None:
        frame = Frame(b"\x00\x00\x90secret")
        assert "secret" not in f"{frame!r} {sam.as_response(frame)!r} {sam.as_request(frame)!r}"


class TestParser:
    def test_a_frame_may_come_byte_by_byte(self) -> None:
        parser = FrameParser()
        wire = sam.encode_response(Sw.OK, bytes(1284))
        results = [result for byte in wire for result in parser.feed(bytes([byte]))]
        assert frames(results) == [bytes([0, 0, 0x90]) + bytes(1284)]

    def test_an_extra_preamble_byte_is_skipped(self) -> None:
        assert frames(FrameParser().feed(b"\xaa\xaa" + sam.encode(b"ok"))) == [b"ok"]

    def test_a_frame_behind_a_broken_one_is_found(self) -> None:
        broken = bytearray(sam.encode(b"first"))
        broken[-1] ^= 1
        results = FrameParser().feed(bytes(broken) + sam.encode(b"second"))
        assert results == [BadFrame(6), Frame(b"second")]

    def test_an_impossible_length_costs_nothing(self) -> None:
        results = FrameParser().feed(sam.PREAMBLE + b"\xff\xff" + sam.encode(b"ok"))
        assert frames(results) == [b"ok"]

    def test_a_false_head_gives_way_when_its_time_is_over(self) -> None:
        parser = FrameParser()
        assert parser.feed(sam.PREAMBLE + b"\x05\x08" + sam.encode(b"ok")) == []
        assert parser.is_waiting
        assert frames(parser.expire()) == [b"ok"]
        assert not parser.is_waiting

    def test_expiring_keeps_the_beginning_of_the_next_frame(self) -> None:
        parser = FrameParser()
        wire = sam.encode(b"later")
        parser.feed(b"noise" + wire[:3])
        assert parser.expire() == []
        assert frames(parser.feed(wire[3:])) == [b"later"]


class TestNoise:
    @settings(max_examples=150, deadline=None)
    @given(
        parts=st.lists(st.tuples(st.binary(max_size=40), bodies), max_size=5),
        end=st.binary(max_size=20),
        size=st.integers(1, 50),
    )
    def test_noise_without_a_preamble_never_costs_a_frame(
        self, parts: list[tuple[bytes, bytes]], end: bytes, size: int
    ) -> None:
        assume(not any(sam.PREAMBLE in noise for noise, _ in parts))
        assume(sam.PREAMBLE not in end)
        stream = b"".join(noise + sam.encode(body) for noise, body in parts) + end
        parser = FrameParser()
        results = []
        for start in range(0, len(stream), size):
            results += parser.feed(stream[start : start + size])
        assert results == [Frame(body) for _, body in parts]

    @settings(max_examples=150, deadline=None)
    @given(length=st.integers(0, 0xFFFF), fill=st.binary(max_size=30), body=bodies)
    def test_a_false_head_costs_a_frame_only_if_its_checksum_fits(self, length: int, fill: bytes, body: bytes) -> None:
        good = sam.encode(body)
        stream = sam.PREAMBLE + length.to_bytes(2, "big") + fill + good
        whole = stream[5 : 7 + length]
        assume(sam.PREAMBLE not in fill)
        assume(len(stream) < 7 + length or sam.checksum(whole[:-1]) != whole[-1])
        parser = FrameParser()
        results = parser.feed(stream) + parser.expire()
        assert body in frames(results)

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.binary(max_size=60), max_size=10))
    def test_no_stream_breaks_the_parser(self, pieces: list[bytes]) -> None:
        parser = FrameParser()
        for piece in pieces:
            parser.feed(piece)
        parser.expire()
        assert not parser.is_waiting
