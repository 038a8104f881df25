"""The file of the journal's anchors, outside the database: number and seal of a last line, sealed themselves.

Whoever cuts off the end of the journal, table of anchors included, has to reach this file too.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from domain.kernel import crypto
from domain.kernel.journal import Anchored

FILE = "anchors.jsonl"


class _Holder:
    path: Path | None = None


def use(folder: Path) -> None:
    """This function will set the folder in which this process keeps the anchors."""
    _Holder.path = folder / FILE


def append(made: Anchored, at: datetime) -> None:
    """This function will add an anchor to the file; without a folder (tests of the domain) there is none."""
    path = _Holder.path
    if path is None:
        return
    line = {"at": at.isoformat(), "seq": made.seq, "seal": made.seal.hex(), "mac": _mac(made)}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def read() -> tuple[list[Anchored], int]:
    """This function will read the anchors of the file, and count the lines that do not hold."""
    path = _Holder.path
    if path is None or not path.exists():
        return [], 0
    found: list[Anchored] = []
    wrong = 0
    for text in path.read_text(encoding="utf-8").splitlines():
        made = _line(text)
        if made is None:
            wrong += 1
        else:
            found.append(made)
    return found, wrong


def _line(text: str) -> Anchored | None:
    try:
        raw = json.loads(text)
        made = Anchored(int(raw["seq"]), bytes.fromhex(raw["seal"]))
        return made if raw["mac"] == _mac(made) else None
    except (ValueError, KeyError, TypeError):
        return None


def _mac(made: Anchored) -> str:
    return crypto.chained(b"anchor" + made.seq.to_bytes(8, "big") + made.seal).hex()
