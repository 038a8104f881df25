"""The whole product as a person starts it: `fengqiao serve` in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
READY_SECONDS = 300.0  # the first start compiles the pages, on a machine that may be busy


@dataclass
class Serving:
    """A server on any free port, over a data folder of its own.

    :ivar given: settings beside DATA_DIR, PORT and HOST
    """

    data: Path
    given: dict[str, str] = field(default_factory=dict)

    def start(self) -> Serving:
        """Start it and wait for `ready`; the address is then in `url`.

        :raises RuntimeError: it ended or did not get ready in time; the message holds its output
        """
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve"],
            cwd=ROOT,
            env={**os.environ, "PORT": "0", "HOST": "127.0.0.1", "DEMO": "0", "DATA_DIR": str(self.data), **self.given},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self.url = self._wait_for_ready()
        except BaseException:
            self.process.kill()  # a time-out of the test must not leave it running
            raise
        return self

    @property
    def output(self) -> str:
        """Give what it printed so far."""
        return "\n".join(self.lines)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, wait for the end and give the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(timeout=30)
        self._reader.join(timeout=5)
        if self.process.stdout:
            self.process.stdout.close()
        return code

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command over the same data, in a process of its own, to its end."""
        command = [sys.executable, "-m", "app.cli", *words]
        given = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(self.data)}
        return subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def _wait_for_ready(self) -> str:
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            found = next((line for line in self.lines if line.startswith("ready ")), None)
            if found:
                return found.removeprefix("ready ").strip()
            if self.process.poll() is not None:
                self._reader.join(timeout=5)
                self.stop()
                break
            time.sleep(0.05)
        else:
            self.stop(signal.SIGKILL)
        raise RuntimeError(self.output)
