"""The serial driver against a real pseudo-terminal with a simulated reader behind it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Self

import pytest

from device_bridge.protocol import CardKind, ReaderStatus
from device_bridge.readers import sam
from device_bridge.readers.kit import CardRead, StatusChange
from device_bridge.readers.sam import Command, Sw
from device_bridge.readers.serial_port import GarbledError, SamLine, SerialReader, Timing
from device_bridge.simulators.cards import demo_cards
from device_bridge.simulators.sam_serial import Console, SamSimulator

FAST = Timing(poll=0.03, answer=0.5, read=0.6, retry_first=0.05, retry_most=0.1, complaint=0.3)


class Desk:
    """A driver running in its thread, and what it told."""

    def __init__(self, port: str, baud: int | None = 115200) -> None:
        self.reader = SerialReader(port, baud, timing=FAST)
        self.events: queue.Queue[CardRead | StatusChange] = queue.Queue()
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.reader.run, args=(self.events.put, self.stop))

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(timeout=5)
        assert not self.thread.is_alive()

    def next(self) -> CardRead | StatusChange:
        return self.events.get(timeout=5)

    def status(self) -> ReaderStatus:
        event = self.next()
        assert isinstance(event, StatusChange)
        return event.status

    def card(self) -> CardRead:
        event = self.next()
        assert isinstance(event, CardRead), event
        return event


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[SamSimulator]:
    with SamSimulator(link=tmp_path / "reader") as running:
        yield running


@pytest.fixture
def desk(simulator: SamSimulator) -> Iterator[Desk]:
    with Desk(simulator.port) as running:
        assert running.status() is ReaderStatus.READY
        yield running


def finds(simulator: SamSimulator) -> int:
    return list(simulator.asked).count(Command.FIND)


class TestReading:
    @pytest.mark.parametrize("name", demo_cards())
    def test_every_kind_of_card_is_read(self, simulator: SamSimulator, desk: Desk, name: str) -> None:
        simulator.place(demo_cards()[name])
        read = desk.card()
        assert read.kind is demo_cards()[name].kind
        assert read.reader.sam_id == "0501-20110511-0123456789"
        assert read.read_at.utcoffset().total_seconds() == 8 * 3600

    def test_find_select_and_read_come_in_this_order(self, simulator: SamSimulator, desk: Desk) -> None:
        simulator.place(demo_cards()["lin"])
        desk.card()
        simulator.wait_asked(Command.READ_TEXT_PHOTO)  # noted when it is answered, which the driver may hear before
        asked = list(simulator.asked)
        read_at = asked.index(Command.READ_TEXT_PHOTO)
        assert asked[read_at - 2 : read_at] == [Command.FIND, Command.SELECT]
        assert asked[:2] == [Command.STATUS, Command.READ_SAM_ID]

    def test_a_card_left_lying_is_read_once(self, simulator: SamSimulator, desk: Desk) -> None:
        simulator.place(demo_cards()["lin"])
        desk.card()
        simulator.wait_asked(Command.FIND, finds(simulator) + 4)
        assert desk.events.empty()

    def test_a_card_taken_away_and_put_back_is_read_again(self, simulator: SamSimulator, desk: Desk) -> None:
        for _ in range(2):
            simulator.place(demo_cards()["lin"])
            desk.card()
            simulator.remove()
            simulator.wait_asked(Command.FIND, finds(simulator) + 2)
        assert list(simulator.asked).count(Command.READ_TEXT_PHOTO) == 2

    def test_a_reader_that_finds_the_same_card_again_is_not_believed(self, simulator: SamSimulator, desk: Desk) -> None:
        simulator.place(demo_cards()["lin"])
        desk.card()
        before = finds(simulator)
        for _ in range(5):
            simulator.place(demo_cards()["lin"])
            simulator.wait_asked(Command.FIND, finds(simulator) + 1)
        assert finds(simulator) >= before + 5
        assert list(simulator.asked).count(Command.READ_TEXT_PHOTO) == 1

    def test_an_answer_in_pieces_between_noise_is_understood(self, simulator: SamSimulator, desk: Desk) -> None:
        simulator.faults.noise = b"\xaa\xaa\x00\x96" * 3
        simulator.faults.piece_bytes = 100
        simulator.faults.piece_delay = 0.005
        simulator.place(demo_cards()["lan"])
        assert desk.card().fields.nation == "畲族"

    def test_the_speed_of_the_reader_is_found(self, tmp_path: Path) -> None:
        with SamSimulator(link=tmp_path / "slow", baud=57600) as slow, Desk(slow.port, None) as desk:
            assert desk.status() is ReaderStatus.READY


class TestTrouble:
    def test_a_failed_read_is_told_and_tried_again(self, simulator: SamSimulator, desk: Desk) -> None:
        simulator.faults.failed_reads = 1
        simulator.place(demo_cards()["lin"])
        failed = desk.next()
        assert failed.status is ReaderStatus.READ_FAILED
        assert failed.message.startswith("读证件失败")
        assert desk.status() is ReaderStatus.READY
        assert desk.card().kind is CardKind.PRC

    def test_a_wrong_checksum_is_told_and_the_next_placement_read(self, simulator: SamSimulator, desk: Desk) -> None:
        simulator.faults.corrupt_reads = 1
        simulator.place(demo_cards()["lin"])
        assert desk.status() is ReaderStatus.BAD_CHECKSUM
        simulator.remove()
        simulator.place(demo_cards()["lin"])
        assert desk.status() is ReaderStatus.READY
        assert desk.card().kind is CardKind.PRC

    def test_a_complaint_ends_when_the_card_is_gone(self, simulator: SamSimulator, desk: Desk) -> None:
        simulator.faults.corrupt_reads = 1
        simulator.place(demo_cards()["lin"])
        assert desk.status() is ReaderStatus.BAD_CHECKSUM
        simulator.remove()
        assert desk.status() is ReaderStatus.READY

    def test_an_unknown_kind_of_card_is_told_once(self, simulator: SamSimulator, desk: Desk) -> None:
        simulator.place(replace(demo_cards()["lin"], flag="Z"))
        assert desk.status() is ReaderStatus.UNKNOWN_CARD
        simulator.wait_asked(Command.FIND, finds(simulator) + 3)
        assert list(simulator.asked).count(Command.READ_TEXT_PHOTO) == 1

    def test_a_cable_pulled_in_the_middle_of_a_read_is_survived(self, simulator: SamSimulator, desk: Desk) -> None:
        simulator.faults.unplug_in_reads = 1
        simulator.place(demo_cards()["lin"])
        assert desk.status() is ReaderStatus.UNPLUGGED
        assert desk.reader.state.status is ReaderStatus.UNPLUGGED
        simulator.plug()
        assert desk.status() is ReaderStatus.READY
        assert desk.card().kind is CardKind.PRC

    def test_a_reader_pulled_while_idle_is_told_and_found_again(self, simulator: SamSimulator, desk: Desk) -> None:
        simulator.unplug()
        assert desk.status() is ReaderStatus.UNPLUGGED
        simulator.plug()
        assert desk.status() is ReaderStatus.READY

    def test_a_reader_that_falls_silent_is_given_up(self, simulator: SamSimulator, desk: Desk) -> None:
        simulator.faults.silent = True
        assert desk.status() is ReaderStatus.UNPLUGGED
        simulator.faults.silent = False
        assert desk.status() is ReaderStatus.READY

    def test_a_port_that_does_not_exist_is_told_once(self, tmp_path: Path) -> None:
        with Desk(str(tmp_path / "nothing")) as desk:
            assert desk.status() is ReaderStatus.NO_READER
            time.sleep(0.2)
            assert desk.events.empty()

    @pytest.mark.parametrize("health", [Sw.SELF_TEST_FAILED, Sw.NOT_AUTHORISED])
    def test_a_reader_that_is_unwell_is_told(self, simulator: SamSimulator, health: Sw) -> None:
        simulator.faults.health = health
        with Desk(simulator.port) as desk:
            event = desk.next()
        assert event.status is ReaderStatus.READER_REFUSED
        assert event.message.startswith(health.label)


class TestSamLine:
    def test_the_reader_answers_a_wrong_checksum_with_10(self, simulator: SamSimulator) -> None:
        line = SamLine(simulator.port, 115200)
        line._port.write(bytes.fromhex("AAAAAA9669 0003 2001 21"))
        answer = line._port.read(12)
        line.close()
        assert answer == bytes.fromhex("AAAAAA9669 0004 000010 14")

    def test_a_second_program_cannot_open_the_port(self, simulator: SamSimulator) -> None:
        line = SamLine(simulator.port, 115200)
        with pytest.raises(OSError, match="lock"):
            SamLine(simulator.port, 115200)
        line.close()

    def test_reading_without_finding_fails(self, simulator: SamSimulator) -> None:
        simulator.place(demo_cards()["lin"])
        line = SamLine(simulator.port, 115200)
        codes = [line.ask(command, 1).code for command in (Command.READ_TEXT_PHOTO, Command.SELECT, Command.FIND)]
        line.close()
        assert codes == [Sw.READ_FAILED, Sw.SELECT_FAILED, Sw.CARD_FOUND]

    def test_a_second_find_after_a_read_fails_until_the_card_was_removed(self, simulator: SamSimulator) -> None:
        card = demo_cards()["lin"]
        simulator.place(card)
        line = SamLine(simulator.port, 115200)
        for command in (Command.FIND, Command.SELECT):
            assert line.ask(command, 1).code == command.success
        answer = line.ask(Command.READ_TEXT_PHOTO, 1)
        assert sam.text_of(answer.data) == card.record()
        assert line.ask(Command.FIND, 1).code == Sw.FIND_FAILED
        simulator.remove()
        assert line.ask(Command.FIND, 1).code == Sw.FIND_FAILED
        simulator.place(card)
        assert line.ask(Command.FIND, 1).code == Sw.CARD_FOUND
        line.close()

    def test_a_wrong_checksum_does_not_wait_for_the_time_limit(self, simulator: SamSimulator) -> None:
        simulator.place(demo_cards()["lin"])
        simulator.faults.corrupt_reads = 1
        line = SamLine(simulator.port, 115200)
        line.ask(Command.FIND, 1)
        line.ask(Command.SELECT, 1)
        begun = time.monotonic()
        with pytest.raises(GarbledError):
            line.ask(Command.READ_TEXT_PHOTO, 30)
        line.close()
        assert time.monotonic() - begun < 5


class TestConsole:
    def test_enter_puts_the_cards_down_in_turn(self, simulator: SamSimulator) -> None:
        console = Console(simulator)
        said = [console.obey("\n") for _ in range(3)]
        assert said == [
            "已放下演示证件 lin，再按回车拿开。",
            "证件已拿开。",
            "已放下演示证件 lan，再按回车拿开。",
        ]

    def test_words_act_on_the_reader(self, simulator: SamSimulator) -> None:
        console = Console(simulator)
        assert "没有这张" in console.obey("place nobody")
        assert "hmt" in console.obey("place hmt")
        assert "拔出" in console.obey("unplug")
        assert "插上" in console.obey("plug")
        assert "可用" in console.obey("dance")
        console.obey("corrupt")
        assert simulator.faults.corrupt_reads == 1
