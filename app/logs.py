"""The log: JSON lines in the data folder, short lines on the console, and no personal data in either.

Whoever logs is expected to log ids and codes. What slips through all the same is masked here: identity
numbers, mobile phones, and everything named like a secret. Reflex logs whole events, with cookies and
tokens, when it does not know one, and whatever came in place of an event; those are cut to the name of the
event, or to what Reflex said about it. No text is longer than a page: nobody may fill the disk by one line.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
import sys
import time
from collections.abc import Mapping, MutableMapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import structlog

FILE_BYTES, FILES_KEPT = 10_000_000, 8
LONGEST = 20_000
"""Signs of one text: a trace of some sixty calls."""
HIDDEN = "***"

_ON_THEIR_OWN = ("engineio", "engineio.server", "socketio", "socketio.server")
"""Loggers that print to the console by a handler of their own, unmasked, unless somebody set their level before."""

_ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])(\d{6})\d{8}(\d{3}[0-9Xx])(?![0-9A-Za-z])|(?<!\d)\d{15}(?!\d)")
_MOBILE = re.compile(r"(?:(?<!\d)|(?<=\+86)|(?<=0086))(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_SECRET_IN_TEXT = re.compile(
    r"((?:token|cookie|password|secret|authorization|session|sid|otp)['\"]?\s*[=:]\s*)(?:Bearer\s+)?(\"[^\"]*\"|'[^']*'|[^\s,;&'\"}]+)",
    re.IGNORECASE,
)
_TRACKING_PATH = re.compile(r"(/t/)[^\s/?\"']+")
_URL_PASSWORD = re.compile(r"(://[^:/\s@]+:)[^@\s/]+@")
_SECRET_NAMES = re.compile(r"token|cookie|passw|secret|authorization|otp|headers|router_data", re.IGNORECASE)
_WHOLE_EVENT = re.compile(r"router_data|client_state|['\"]payload['\"]|\bEvent\(")
_QUOTED = re.compile(
    r"(event data: |must be a dictionary, but received |disconnected client ).*", re.IGNORECASE | re.DOTALL
)
"""How Reflex begins to quote what a page sent; an exception that it raises over that says the same."""
_EVENT_NAME = re.compile(r"name=?['\"]?:?\s*['\"]([\w.]+)['\"]")


def masked_text(text: str) -> str:
    """Mask identity numbers, mobile phones and secrets inside a text."""
    text = _QUOTED.sub(r"\1(content not logged)", text)
    if len(text) > LONGEST:
        # of a trace both ends are wanted: where it began, and what was raised
        text = f"{text[: LONGEST // 2]} ({len(text) - LONGEST} signs cut) {text[-LONGEST // 2 :]}"
    text = _ID_NUMBER.sub(lambda found: f"{found[1]}********{found[2]}" if found[1] else HIDDEN, text)
    text = _MOBILE.sub(r"\1****\2", text)
    text = _URL_PASSWORD.sub(rf"\1{HIDDEN}@", text)
    text = _TRACKING_PATH.sub(rf"\1{HIDDEN}", text)
    return _SECRET_IN_TEXT.sub(rf"\1{HIDDEN}", text)


def masked(value: Any) -> Any:
    """Mask a value of any shape; what is named like a secret is replaced whole."""
    if isinstance(value, str):
        return masked_text(value)
    if isinstance(value, Mapping):
        return {key: HIDDEN if _SECRET_NAMES.search(str(key)) else masked(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [masked(item) for item in value]
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int):
        text = masked_text(str(value))
        return value if text == str(value) else text
    return masked_text(str(value))


def mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask every field of a log line (a structlog processor)."""
    for key in list(event):
        if not key.startswith("_"):
            event[key] = HIDDEN if _SECRET_NAMES.search(key) else masked(event[key])
    return event


class CutWholeEvents(logging.Filter):
    """Cuts a record that quotes a whole Reflex event down to the event's name."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place and let it pass."""
        text = record.getMessage()
        if _WHOLE_EVENT.search(text):
            name = _EVENT_NAME.search(text)
            record.msg, record.args = f"{record.name}: event {name[1] if name else 'unknown'} (content not logged)", ()
        return True


_KIND = 3
"""Parts of what tells one kind of line from another; who names a thing has more."""


class Repeats(logging.Filter):
    """Lets the same warning or error through so often a minute; the next one that passes says how many did not.

    On a bad day everything fails in the same way, and the first lines tell as much as all of them. Lines that name
    different things (a row, a file) are not the same, and each is wanted; of all such together there is a bound too.
    """

    MOST, MOST_NAMED, SECONDS, REMEMBERED = 20, 500, 60.0, 1000
    NAMES = ("place", "row", "file", "part")
    """Fields that name what a line is about."""

    def __init__(self) -> None:
        """Begin with nothing repeated."""
        super().__init__()
        self._counts: dict[tuple[object, ...], list[float]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Decide once for all handlers, since each of them asks."""
        if record.levelno < logging.WARNING:
            return True
        if not hasattr(record, "repeated"):
            record.repeated = not self._passes(record)
        return not record.repeated

    def _passes(self, record: logging.LogRecord) -> bool:
        event = record.msg.get("event") if isinstance(record.msg, dict) else record.msg
        key = (record.name, record.levelno, str(event)[:200])
        named = tuple(record.msg.get(name) for name in self.NAMES) if isinstance(record.msg, dict) else ()
        if not any(named):
            return self._counted(record, key, self.MOST)
        return self._counted(record, (*key, *named), self.MOST) and self._counted(record, key, self.MOST_NAMED)

    def _counted(self, record: logging.LogRecord, key: tuple[object, ...], most: int) -> bool:
        moment = time.monotonic()
        began, passed, held = self._counts.get(key, [moment, 0, 0])
        fresh = moment - began >= self.SECONDS
        if not fresh and passed >= most:
            self._counts[key] = [began, passed, held + 1]
            return False
        if fresh and held and isinstance(record.msg, dict):
            record.msg["more"] = int(held)
        self._counts[key] = [moment, 1, 0] if fresh else [began, passed + 1, held]
        if len(self._counts) > self.REMEMBERED:
            # the bound over all of a kind outlasts what is remembered of each
            kinds = {known: count for known, count in self._counts.items() if len(known) == _KIND}
            self._counts = kinds if len(kinds) <= self.REMEMBERED else {}
        return True


class SharedFileHandler(RotatingFileHandler):
    """A rotating file that several processes write: one turns it over, the others notice.

    It is made with its first line: who has nothing to say leaves nothing behind.

    :ivar says: whether the terminal is told that the file cannot be written
    """

    says = True
    _told = -60.0

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line while no other process turns the file over."""
        try:
            Path(self.baseFilename).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with Path(f"{self.baseFilename}.lock").open("a", encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self._follow()
                super().emit(record)
        except OSError:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say once a minute on the terminal that the file cannot be written; the work goes on without it."""
        del record
        if self.says and time.monotonic() - self._told >= Repeats.SECONDS:
            self._told = time.monotonic()
            print(f"log.not_written: {sys.exc_info()[1]}", file=sys.stderr, flush=True)  # noqa: T201 - there is no log

    def _follow(self) -> None:
        """Open the file anew where the one that is open was turned over."""
        try:
            here = Path(self.baseFilename).stat()
        except FileNotFoundError:
            here = None
        if self.stream and (here is None or here.st_ino != os.fstat(self.stream.fileno()).st_ino):
            self.stream.close()
            self.stream = self._open()


def configure(folder: Path | None, *, console: bool = True) -> None:
    """Set up structlog and the standard library's logging for this process.

    :param folder: where `app.jsonl` is written and rotated; None: console only
    :param console: whether lines are shown at the terminal, too; a command says there what it has to say itself
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    repeats = Repeats()
    for handler in _handlers(folder, shared, console=console):
        handler.addFilter(repeats)
        handler.addFilter(CutWholeEvents())
        root.addHandler(handler)
    root.setLevel(logging.INFO)
    for noisy in ("httpx", "httpcore", "alembic", "uvicorn", *_ON_THEIR_OWN):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _handlers(folder: Path | None, shared: list[Any], *, console: bool) -> list[logging.Handler]:
    shown: list[logging.Handler] = []
    if console:
        terminal = logging.StreamHandler(sys.stderr)
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
        terminal.setFormatter(_formatter(shared, renderer))
        shown.append(terminal)
    if folder is None:
        return shown
    lines = SharedFileHandler(
        folder / "app.jsonl", maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8", delay=True
    )
    lines.says = console
    lines.setFormatter(_formatter(shared, structlog.processors.JSONRenderer(ensure_ascii=False)))
    return [*shown, lines]


def _formatter(shared: list[Any], renderer: Any) -> logging.Formatter:
    """Exceptions become text before the mask, so that it sees them too."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            mask,
            renderer,
        ],
    )
