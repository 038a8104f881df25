"""What a running product has written to its log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def logged(data: Path, event: str) -> list[dict[str, Any]]:
    """Give the lines that name an event, the oldest first; the log is made with its first line.

    A line that is being written may be seen by half: only what a line's end follows is read.
    """
    log = data / "logs" / "app.jsonl"
    written = log.read_text(encoding="utf-8") if log.exists() else ""
    return [line for line in map(json.loads, written.split("\n")[:-1]) if line["event"] == event]
