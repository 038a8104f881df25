"""The front of several web processes: one person's connections go to one process, and none is lost when it dies."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.launch import checks, front, lock
from app.launch.front import believed, key_of
from app.launch.server import channels_for, web_processes
from app.launch.supervisor import Child, end
from state.session import COOKIE, HOST_COOKIE
from tests.support.certificates import Authority
from tests.support.serving import ROOT

MANY = 3
SESSIONS = [f"session-{number}" for number in range(30)]


@dataclass
class Served:
    """A front and its web processes, looked after while a test waits for something."""

    front: Child
    webs: list[Child]
    port: int

    def look(self) -> bool:
        for one in (self.front, *self.webs):
            one.look()
        return all(one.ready for one in (self.front, *self.webs))

    def wait_for(self, condition: Callable[[], object]) -> None:
        until = time.monotonic() + 60
        while not (self.look(), condition())[1]:
            assert time.monotonic() < until
            time.sleep(0.02)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def asked(self, *headers: str, path: str = "/", line: socket.socket | None = None) -> int:
        """Ask on a connection of its own, and give the process that answered."""
        with line or self.connect() as asked:
            asked.sendall(request(*headers, path=path))
            return process_in(asked)

    def by_session(self) -> dict[str, int]:
        return {one: self.asked(f"Cookie: a=1; {COOKIE}={one}") for one in SESSIONS}


def request(*headers: str, path: str = "/", body: bytes = b"") -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def process_in(line: socket.socket) -> int:
    answer = all_of(line)
    assert answer.startswith(b"HTTP/1.1 200"), answer
    return int(answer.partition(b"process: ")[2].partition(b"\r\n")[0])


def all_of(line: socket.socket) -> bytes:
    found = b""
    while piece := line.recv(65536):
        found += piece
    return found


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    with ExitStack() as stack:
        held = stack.enter_context(lock.hold(folder))
        taken = stack.enter_context(checks.take_port("127.0.0.1", 0))
        checks.answer(taken)
        channels = stack.enter_context(channels_for(MANY))
        first, *webs = web_processes(held, taken, channels, module="tests.support.web")
        served = Served(first, webs, taken.getsockname()[1])
        stack.callback(end, [first, *webs], 5.0)
        served.wait_for(served.look)
        yield served


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("front")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("DATA_DIR", str(folder))
        with serving(folder) as made:
            yield made


@pytest.fixture
def served(one: Served) -> Served:
    """Give the one product of this module, whole."""
    one.wait_for(one.look)
    return one


def pid_of(child: Child) -> int:
    assert child._process
    return child._process.pid


def test_a_session_stays_with_one_process_and_sessions_are_spread(served: Served) -> None:
    first = served.by_session()
    assert served.by_session() == first
    assert set(first.values()) == set(map(pid_of, served.webs))
    assert {served.asked(f"cookie: {HOST_COOKIE}={one}") for one in SESSIONS[:1]} == {first[SESSIONS[0]]}


def test_programs_are_spread_evenly_a_desk_and_an_address_are_not(served: Served) -> None:
    by_process = Counter(served.asked("Authorization: Bearer one") for _ in range(60))
    assert len(by_process) == MANY
    assert min(by_process.values()) >= 8
    assert len({served.asked("Authorization: Bearer one", path="/api/v1/desk/window-1") for _ in range(10)}) == 1
    assert len({served.asked() for _ in range(10)}) == 1


def test_the_people_of_a_dead_process_move_alone_and_come_back(served: Served) -> None:
    before = served.by_session()
    dead = served.webs[1]
    died = pid_of(dead)
    os.kill(died, signal.SIGKILL)
    # asked for before anybody looked after it: nobody is kept waiting for a process that is gone
    meanwhile = served.by_session()
    assert died not in meanwhile.values()
    assert {one for one in SESSIONS if meanwhile[one] != before[one]} == {
        one for one in SESSIONS if before[one] == died
    }
    served.wait_for(lambda: dead.ready and pid_of(dead) != died)
    served.wait_for(lambda: served.by_session() == {one: pid_of(dead) if p == died else p for one, p in before.items()})


def test_what_a_process_did_not_take_before_it_died_another_takes(served: Served) -> None:
    before = served.by_session()
    stopped = pid_of(served.webs[0])
    session = next(one for one in SESSIONS if before[one] == stopped)
    os.kill(stopped, signal.SIGSTOP)
    with served.connect() as line:
        line.sendall(request(f"Cookie: {COOKIE}={session}"))
        others = {served.asked(f"Cookie: {COOKIE}={one}") for one in SESSIONS if before[one] != stopped}
        os.kill(stopped, signal.SIGKILL)
        assert process_in(line) in others


def test_while_nobody_serves_whoever_comes_is_kept(served: Served) -> None:
    before = set(map(pid_of, served.webs))
    for one in before:
        os.kill(one, signal.SIGKILL)
    with served.connect() as line:
        line.sendall(request())
        served.wait_for(lambda: set(map(pid_of, served.webs)).isdisjoint(before) if served.look() else False)
        assert process_in(line) in set(map(pid_of, served.webs))


def test_a_front_that_was_killed_finds_the_processes_again(served: Served) -> None:
    before = served.by_session()
    died = pid_of(served.front)
    os.kill(died, signal.SIGKILL)
    served.wait_for(lambda: served.front.ready and pid_of(served.front) != died)
    assert served.by_session() == before


def test_a_request_in_pieces_arrives_whole(served: Served) -> None:
    body = os.urandom(200_000)
    whole = request(f"Cookie: {COOKIE}=x", f"X-Long: {'a' * 3000}", body=body)
    with served.connect() as line:
        for piece in (whole[:7], whole[7:60], whole[60:3000], whole[3000:3150], whole[3150:]):
            line.sendall(piece)
            served.asked()  # the front has looked at it by now
        assert b"127.0.0.1 " + body in all_of(line)


def test_whoever_says_nothing_whole_holds_no_place_for_long(served: Served) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(served.connect()) for _ in range(front.MOST_WAITING + 1)]
        for one in silent[1::2]:
            one.sendall(b"GET / HTTP/1.1\r\n")
        assert served.asked() in map(pid_of, served.webs)
        assert silent[0].recv(1) == b""
        silent[-1].sendall(request())
        assert process_in(silent[-1]) in map(pid_of, served.webs)


def test_one_that_left_in_the_middle_of_its_head_is_closed(served: Served) -> None:
    with served.connect() as line:
        line.sendall(b"GET / HTTP/1.1\r\n")
        served.asked()
        line.shutdown(socket.SHUT_WR)
        with pytest.raises(ConnectionResetError):  # what it said was not read
            line.recv(1)


def test_under_tls_the_process_is_told_by_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.issue("localhost")
    for name, value in {"TLS_CERT": certificate, "TLS_KEY": key, "DATA_DIR": tmp_path, "PYTHONPATH": ROOT}.items():
        monkeypatch.setenv(name, str(value))
    context = ssl.create_default_context(cafile=str(authority.file))
    with serving(tmp_path) as served:
        answered = {
            served.asked(
                f"Cookie: {COOKIE}={session}", line=context.wrap_socket(served.connect(), server_hostname="localhost")
            )
            for session in SESSIONS[:6]
        }
    assert len(answered) == 1


@pytest.mark.parametrize(
    ("head", "key"),
    [
        (f"GET / HTTP/1.1\r\nCookie: {COOKIE}=one\r\n\r\n", b"one"),
        (f"GET / HTTP/1.1\r\ncookie: a=b; {HOST_COOKIE}=one; c=d\r\n\r\n", b"one"),
        (f"GET / HTTP/1.1\r\nCookie: x{COOKIE}=one\r\n\r\n", b"192.0.2.1"),
        (f"GET / HTTP/1.1\r\nX: Cookie: {COOKIE}=one\r\n\r\n", b"192.0.2.1"),
        (f"POST / HTTP/1.1\r\n\r\nx\r\nCookie: {COOKIE}=one\r\n\r\n", b"192.0.2.1"),
        (f"GET / HTTP/1.1\r\nAuthorization: Bearer x\r\nCookie: {COOKIE}=one\r\n\r\n", b"one"),
        ("GET / HTTP/1.1\r\nAuthorization: Bearer x\r\n\r\n", None),
        ("GET /api/v1/desk/window-1 HTTP/1.1\r\nAuthorization: Bearer x\r\n\r\n", b"/api/v1/desk/window-1"),
        ("GET / HTTP/1.1\r\nX-Forwarded-For: 203.0.113.1\r\n\r\n", b"192.0.2.1"),
        ("\x16\x03\x01", b"192.0.2.1"),
        ("", b"192.0.2.1"),
    ],
)
def test_what_binds_a_connection(head: str, key: bytes | None) -> None:
    assert key_of(head.encode("latin-1"), "192.0.2.1", believed("")) == key


def test_of_a_trusted_proxy_it_is_the_address_it_names() -> None:
    head = b"GET / HTTP/1.1\r\nX-Forwarded-For: 198.51.100.9, 203.0.113.1\r\n\r\n"
    assert key_of(head, "10.1.2.3", believed("10.0.0.0/8,127.0.0.1")) == b"203.0.113.1"
