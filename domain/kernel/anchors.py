"""The file of the journal's anchors, outside the database: number and seal of a last line, sealed themselves.

Whoever cuts off the end of the journal, table of anchors included, has to reach this file too.

A restore of an older backup takes away lines that anchors tell of, and that is no tampering: it writes an anchor of
its own line that says up to which line the backup goes. Earlier anchors of later lines are then set aside. Such an
anchor is sealed together with everything before it in the file, so that it cannot be put in again at another place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from domain.kernel import crypto
from domain.kernel.journal import Anchored

FILE = "anchors.jsonl"


@dataclass(frozen=True, slots=True)
class Restored:
    """What the anchor of a restore says besides its own line.

    :ivar kept: the last line that the backup brought
    :ivar aside: places in the file, of earlier anchors of lines up to `kept` that belong to a journal which an
        earlier restore had begun
    """

    kept: int
    aside: tuple[int, ...] = ()


Entry = tuple[Anchored, Restored | None]


class _Holder:
    path: Path | None = None


def use(folder: Path) -> None:
    """Set the folder in which this process keeps the anchors."""
    _Holder.path = folder / FILE


def append(made: Anchored, at: datetime, restored: Restored | None = None) -> None:
    """Add an anchor to the file; without a folder (tests of the domain) there is none."""
    path = _Holder.path
    if path is None:
        return
    line: dict[str, object] = {"at": at.isoformat(), "seq": made.seq, "seal": made.seal.hex()}
    if restored:
        line["restored"] = asdict(restored)
        line["mac"] = _restore_mac(made, restored, _digest(_lines(path)))
    else:
        line["mac"] = _mac(made)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def read() -> tuple[list[Anchored], int]:
    """Read the anchors that are in force, and count the lines of the file that do not hold."""
    found, wrong = entries()
    return in_force(found), wrong


def entries() -> tuple[list[Entry], int]:
    """Read every anchor of the file that holds, those that were set aside too, and count the lines that do not."""
    found: list[Entry] = []
    wrong = 0
    lines = _lines(_Holder.path) if _Holder.path else []
    for place, text in enumerate(lines):
        entry = _entry(text, lines[:place])
        if entry is None:
            wrong += 1
        else:
            found.append(entry)
    return found, wrong


def in_force(found: Sequence[Entry]) -> list[Anchored]:
    """Give the anchors that the journal must agree with."""
    held: list[int] = []
    for place, (_, restored) in enumerate(found):
        if restored:
            held = [i for i in range(place) if found[i][0].seq <= restored.kept and i not in restored.aside]
        held.append(place)
    return [found[place][0] for place in held]


def set_aside(found: Sequence[Entry], seals: Mapping[int, bytes], *, kept: int, above: int) -> Restored:
    """Say what a restore that brought lines up to `kept` sets aside: what does not agree, of lines above one.

    Of those up to `above` an anchor that does not agree stays in force: no restore explains it.
    """
    apart = (i for i, (made, _) in enumerate(found) if above < made.seq <= kept and seals.get(made.seq) != made.seal)
    return Restored(kept, tuple(apart))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _digest(lines: Sequence[str]) -> bytes:
    return hashlib.sha256("\n".join(lines).encode()).digest()


def _entry(text: str, before: Sequence[str]) -> Entry | None:
    try:
        raw = json.loads(text)
        made = Anchored(int(raw["seq"]), bytes.fromhex(raw["seal"]))
        if "restored" not in raw:
            return (made, None) if raw["mac"] == _mac(made) else None
        restored = Restored(int(raw["restored"]["kept"]), tuple(int(one) for one in raw["restored"]["aside"]))
        return (made, restored) if raw["mac"] == _restore_mac(made, restored, _digest(before)) else None
    except (ValueError, KeyError, TypeError):
        return None


def _mac(made: Anchored) -> str:
    return crypto.chained(b"anchor" + made.seq.to_bytes(8, "big") + made.seal).hex()


def _restore_mac(made: Anchored, restored: Restored, before: bytes) -> str:
    said = json.dumps([made.seq, made.seal.hex(), restored.kept, restored.aside]).encode()
    return crypto.chained(b"restore" + before + said).hex()
