"""The file of the journal's anchors, outside the database: the last place and its seal, sealed themselves.

Whoever cuts off the end of the journal, table of anchors included, has to reach this file too. There is one for every
minute in which lines were sealed; of days gone by the last is kept.

A restore of an older backup takes away places that anchors tell of, and that is no tampering: it writes an anchor of
its own line that says up to which place the backup goes. Earlier anchors of later places are then set aside. Such an
anchor is sealed together with everything before it in the file, so that it cannot be put in again elsewhere, and what
stands before it stays as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from domain.kernel import crypto
from domain.kernel.chain import Anchored

FILE = "anchors.jsonl"
MOST = 5000
"""Lines after the last restore from which on those of days gone by are thinned."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What the anchor of a restore says besides its own line.

    :ivar kept: the last place that the backup brought
    :ivar aside: where in the file earlier anchors stand, of places up to `kept` that belong to a journal which an
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
    """Add an anchor to the file, unless its last one says the same; without a folder (tests of the domain) none is kept."""
    path = _Holder.path
    if path is None:
        return
    before = _lines(path)
    # a place is called as it was when it was a line's number: whoever goes back to an earlier release takes the file along
    line: dict[str, object] = {"at": at.isoformat(), "seq": made.place, "seal": made.seal.hex()}
    if restored:
        line["restored"] = asdict(restored)
        line["mac"] = _restore_mac(made, restored, _digest(before))
    elif before and (last := _entry(before[-1], before[:-1])) and last[0] == made:
        return
    else:
        line["mac"] = _mac(made)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    if len(before) - _fixed(before) > MOST:
        _thin(path, at)


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
            held = [i for i in range(place) if found[i][0].place <= restored.kept and i not in restored.aside]
        held.append(place)
    return [found[place][0] for place in held]


def set_aside(found: Sequence[Entry], seals: Mapping[int, bytes], *, kept: int, above: int) -> Restored:
    """Say what a restore that brought places up to `kept` sets aside: what does not agree, of places above one.

    Of those up to `above` an anchor that does not agree stays in force: no restore explains it.
    """
    apart = (i for i, (one, _) in enumerate(found) if above < one.place <= kept and seals.get(one.place) != one.seal)
    return Restored(kept, tuple(apart))


def _fixed(lines: Sequence[str]) -> int:
    """Count the lines up to the last restore: its seal is over all of them."""
    return next((place for place in range(len(lines), 0, -1) if '"restored"' in lines[place - 1]), 0)


def _thin(path: Path, at: datetime) -> None:
    """Keep of each day before yesterday its last anchor; what does not hold stays for whoever verifies."""
    lines, full = _lines(path), (at - timedelta(days=1)).date().isoformat()
    fixed = _fixed(lines)
    days = [_day(text) for text in lines]
    last = {day: place for place, day in enumerate(days)}
    kept = [
        text
        for place, text in enumerate(lines)
        if place < fixed or not "" < days[place] < full or last[days[place]] == place
    ]
    aside = path.with_name(f"{FILE}.new")
    aside.write_text("\n".join(kept) + "\n", encoding="utf-8")
    aside.replace(path)


def _day(text: str) -> str:
    """Give the day of an anchor that holds by itself, empty for any other."""
    return str(json.loads(text)["at"])[:10] if _entry(text, ()) else ""


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
    return crypto.chained(b"anchor" + made.place.to_bytes(8, "big") + made.seal).hex()


def _restore_mac(made: Anchored, restored: Restored, before: bytes) -> str:
    said = json.dumps([made.place, made.seal.hex(), restored.kept, restored.aside]).encode()
    return crypto.chained(b"restore" + before + said).hex()
