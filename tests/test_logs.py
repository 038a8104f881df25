"""The log holds no personal data and no secrets, whoever wrote the line."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
import socketio
import structlog

from app import logs
from tests.support.serving import ROOT

ID_NUMBER = "11010519491231002X"
MOBILE = "13800138000"


@pytest.fixture
def log_file(tmp_path: Path) -> Generator[Path]:
    """Give the log file of a process whose logging is set up as the product's."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers = []
    logs.configure(tmp_path)
    yield tmp_path / "app.jsonl"
    for handler in root.handlers:
        handler.close()
    root.handlers = before
    root.setLevel(level)
    structlog.reset_defaults()


def last(path: Path) -> dict[str, object]:
    return json.loads(path.read_text(encoding="utf-8").splitlines()[-1])


class TestMasking:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (f"证件 {ID_NUMBER}。", "证件 110105********002X。"),
            (f"电话{MOBILE}，", "电话138****8000，"),
            (f"+86 {MOBILE} +86{MOBILE}", "+86 138****8000 +86138****8000"),
            ("token=abc.def&x=1", "token=***&x=1"),
            ("Cookie: fq=secret; Path=/", "Cookie: ***; Path=/"),
            ("Authorization: Bearer abc", "Authorization: ***"),
            ("GET /t/Abc-123 200", "GET /t/*** 200"),
            ("postgresql://u:word@h/d", "postgresql://u:***@h/d"),
            ("案件 QX-20260105-0001 已受理", "案件 QX-20260105-0001 已受理"),
            ("0197b2a4-7c1d-7f3e-9d56-13e0a1b2c3d4", "0197b2a4-7c1d-7f3e-9d56-13e0a1b2c3d4"),
        ],
    )
    def test_replaces_what_must_not_be_seen(self, text: str, expected: str) -> None:
        assert logs.masked_text(text) == expected

    def test_reaches_into_every_shape(self) -> None:
        shown = str(logs.masked({"rows": [{"phone": MOBILE}, (ID_NUMBER,)], "cookie": "x", "n": int(MOBILE)}))
        assert MOBILE not in shown
        assert ID_NUMBER not in shown
        assert "'cookie': '***'" in shown


class TestALine:
    def test_of_our_own_is_json_and_masked(self, log_file: Path) -> None:
        structlog.get_logger("fengqiao").info("reading", phone=MOBILE, access_token="abc", count=3)
        assert (
            last(log_file).items()
            >= {"event": "reading", "phone": "138****8000", "access_token": "***", "count": 3}.items()
        )

    def test_of_a_library_is_masked(self, log_file: Path) -> None:
        logging.getLogger("somebody").warning("called %s", MOBILE)
        assert last(log_file)["event"] == "called 138****8000"

    def test_with_an_exception_is_masked(self, log_file: Path) -> None:
        try:
            int(ID_NUMBER)
        except ValueError:
            structlog.get_logger("fengqiao").exception("failed")
        assert ID_NUMBER not in log_file.read_text()
        assert "ValueError" in str(last(log_file)["exception"])

    @pytest.mark.parametrize(
        "words",
        [
            "Received event data as a string. This may indicate a bug. Event data: {}",
            "Failed to deserialize event data: {}.",
            "Event data must be a dictionary, but received {} of type <class 'list'>.",
            "Attempting to send delta to disconnected client {!r}",
        ],
    )
    def test_of_reflex_about_no_event_quotes_nothing_of_it(self, log_file: Path, words: str) -> None:
        sent = "张三 abc\nxyz"
        logging.getLogger("reflex.app").warning(words.format(sent))
        logging.getLogger("engineio.server").error("no handler", exc_info=ValueError(words.format(sent)))
        assert len(log_file.read_text(encoding="utf-8").splitlines()) == 2
        assert not any(word in log_file.read_text(encoding="utf-8") for word in ("张三", "abc", "xyz"))

    def test_is_no_longer_than_a_page_and_keeps_its_end(self, log_file: Path) -> None:
        logging.getLogger("somebody").warning("begins %s ends", "x" * 2**20)
        text = str(last(log_file)["event"])
        assert len(text) < logs.LONGEST + 100
        assert (text.startswith("begins"), text.endswith("ends")) == (True, True)

    def test_of_the_sockets_goes_nowhere_else(self, log_file: Path) -> None:
        """Their library would put a console of its own beside ours, which masks nothing."""
        server = socketio.AsyncServer(async_mode="asgi")
        for logger in (server.logger, server.eio.logger):
            assert not logger.handlers
            assert logger.propagate

    def test_of_reflex_about_a_whole_event_keeps_its_name_alone(self, log_file: Path) -> None:
        event = "Event(token='abc', name='state.visits.save', router_data={'headers': {'cookie': 'x'}}, payload={'name': '张三'})"
        logging.getLogger("reflex.app").warning("Unknown event %s", event)
        assert "state.visits.save" in str(last(log_file)["event"])
        assert "张三" not in log_file.read_text()
        assert "abc" not in log_file.read_text()


class TestABadDay:
    def test_writes_the_same_fault_some_times_and_then_how_often(
        self, log_file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log = structlog.get_logger("bad.day")
        for _ in range(500):
            log.error("cannot.write", place="here")
        log.error("something.else")
        assert len(log_file.read_text(encoding="utf-8").splitlines()) == logs.Repeats.MOST + 1

        monkeypatch.setattr(logs.Repeats, "SECONDS", 0.0)
        log.error("cannot.write", place="here")
        assert last(log_file)["more"] == 500 - logs.Repeats.MOST

    def test_writes_every_thing_that_is_at_fault(self, log_file: Path) -> None:
        log = structlog.get_logger("bad.day")
        for _ in range(50):
            for row in range(5):
                log.error("sealed.unreadable", place="person.name", row=str(row))
        log.error("sealed.unreadable", place="person.phone", row="0")
        assert len(log_file.read_text(encoding="utf-8").splitlines()) == 5 * logs.Repeats.MOST + 1
        assert last(log_file)["place"] == "person.phone"

    def test_bounds_what_many_things_at_fault_can_write(self, log_file: Path) -> None:
        log = structlog.get_logger("bad.day")
        for row in range(5000):
            log.error("sealed.unreadable", place="person.name", row=str(row))
        assert len(log_file.read_text(encoding="utf-8").splitlines()) == logs.Repeats.MOST_NAMED

    def test_what_is_no_fault_is_never_held_back(self, log_file: Path) -> None:
        for number in range(100):
            structlog.get_logger("good.day").info("done", number=number)
        assert last(log_file)["number"] == 99

    def test_several_processes_lose_no_line(self, tmp_path: Path) -> None:
        """Each writes its lines while the file is turned over again and again under all of them."""
        words = (
            "import sys; from pathlib import Path; from app import logs; import structlog\n"
            "logs.FILE_BYTES, logs.FILES_KEPT = 20_000, 200\n"
            "logs.configure(Path(sys.argv[1]))\n"
            "for n in range(400): structlog.get_logger('several').info('line', who=sys.argv[2], n=n)\n"
        )
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", words, str(tmp_path), str(who)], cwd=ROOT, stderr=subprocess.DEVNULL
            )
            for who in range(3)
        ]
        assert [one.wait(60) for one in writers] == [0, 0, 0]
        found = [
            json.loads(line)
            for path in tmp_path.glob("app.jsonl*")
            if path.suffix != ".lock"
            for line in path.read_text(encoding="utf-8").splitlines()
        ]
        assert len(list(tmp_path.glob("app.jsonl.[0-9]*"))) > 2
        assert sorted((one["who"], one["n"]) for one in found) == sorted(
            (str(w), n) for w in range(3) for n in range(400)
        )

    def test_a_log_that_cannot_be_written_is_said_once(self, tmp_path: Path) -> None:
        (tmp_path / "app.jsonl").symlink_to("/dev/full")
        words = (
            "import sys; from pathlib import Path; from app import logs; import structlog\n"
            "logs.configure(Path(sys.argv[1]))\n"
            "for n in range(50): structlog.get_logger('full').info('line', n=n)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", words, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.stderr.count("log.not_written") == 1
        assert "No space left on device" in done.stderr
        assert done.stderr.count("line") == 50  # the console has them all
        assert "Traceback" not in done.stderr
