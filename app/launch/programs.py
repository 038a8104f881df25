"""PostgreSQL's own programs: run to their end, and whatever they say kept whole for the operator.

The last line of a program's complaint is rarely its reason. The sentence names the first fault; all of it, without
the values of rows and secrets, is written to a file of the data folder.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from typing import IO, TYPE_CHECKING, Self

from app.launch import database
from app.launch.errors import CannotStart
from app.launch.postgres import binaries
from app.logs import masked_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_TLS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl")
_REASON = re.compile(r"\b(?:ERROR|FATAL|PANIC|error):\s")
_QUOTES_ROWS = re.compile(r'^((?:DETAIL|CONTEXT):[^"=\n]*?)(?:: ".*|=\(.*|contains \(.*)$', re.MULTILINE)
"""What the server adds to an error may be the content of a row."""


def libpq_environment(given: str) -> dict[str, str]:
    """Give the variables under which PostgreSQL's programs reach a database; a command line would show the password."""
    url = database.read_url(given)
    host = url.query.get("host", url.host) or ""
    parts = {
        "PGHOST": str(host),
        "PGPORT": str(url.port or ""),
        "PGUSER": url.username or "",
        "PGPASSWORD": url.password or "",
        "PGDATABASE": url.database or "",
        **{f"PG{name.upper()}": str(url.query.get(name, "")) for name in _TLS},
    }
    return {**os.environ, **{name: value for name, value in parts.items() if value}, "LC_ALL": "C.UTF-8"}


class Complaints:
    """Where programs write what is wrong: a file without a name, so that no pipe can fill and stop them."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the program

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def fileno(self) -> int:
        """Give the descriptor that a program inherits."""
        return self._file.fileno()

    def text(self) -> str:
        """Give what was said so far, without values of rows, identity numbers, phones and secrets."""
        self._file.seek(0)
        said = self._file.read().decode(errors="replace").strip()
        return masked_text(_QUOTES_ROWS.sub(r"\1 (values not logged)", said))


def failed(program: str, said: str, logs: Path) -> CannotStart:
    """Keep what a program said, and word its first fault as a sentence."""
    lines = said.splitlines()
    reason = next((line for line in lines if _REASON.search(line)), lines[-1] if lines else "没有说明")
    sentence = f"{program} 未能完成：{reason.strip()}"
    kept = logs / f"{program}.log"
    try:
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(said + "\n")
    except OSError:  # the disk may be the reason
        return CannotStart(sentence)
    return CannotStart(f"{sentence}；全部说明见 {kept}")


def words(program: str, *arguments: str) -> Sequence[str]:
    """Give the command that runs a program of the embedded package."""
    return [str(binaries() / program), *arguments]


def run(program: str, *arguments: str, logs: Path, url: str = "") -> None:
    """Run a program to its end; what it writes out is thrown away.

    :raises CannotStart: it failed; the whole of what it said lies in `logs`
    """
    with Complaints() as complaints:
        done = subprocess.run(  # noqa: S603 - fixed programs, no shell
            words(program, *arguments),
            env=libpq_environment(url) if url else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=complaints.fileno(),
            check=False,
        )
        if done.returncode != 0:
            raise failed(program, complaints.text(), logs)
