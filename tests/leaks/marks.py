"""Looking through raw answers for what must not be in them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable

from tests.leaks.oracle import CaseFact, VisitFact
from tests.leaks.people import Who
from tests.leaks.world import World

ZIP = b"PK\x03\x04"


def text_of(content: bytes) -> str:
    """Give all text of an answer: a workbook's sheets unpacked, JSON's escapes resolved."""
    if content.startswith(ZIP):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    text = content.decode("utf-8", "replace")
    if "\\u" in text:
        text += json.dumps(_loose(text), ensure_ascii=False)
    return text


def _loose(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text.encode("ascii", "ignore").decode("unicode_escape", "replace")


def clear_in(world: World, text: str) -> list[str]:
    """List the clear values of persons that a text holds."""
    return [value for human in world.humans for value in human.clear if value in text]


def foreign_in(world: World, who: Who, text: str, *, but: Iterable[str] = ()) -> list[str]:
    """List what a text tells of cases the person must not know of; `but`: what the person wrote in the question."""
    seen = {case.id for case in world.seen(who)}
    joined = {
        str(case.person_id) for case in world.cases if case.merged_into in seen
    }  # read through it (decision 0023)
    known = joined.union(but)
    return [mark for case in world.unseen(who) for mark in case.marks if mark not in known and mark in text]


def told(cases: Iterable[CaseFact], text: str) -> set[str]:
    """List the numbers of cases that a text names."""
    return {case.number for case in cases if case.number in text}


def visits_in(visits: Iterable[VisitFact], text: str) -> list[str]:
    """List what a text tells of some visits."""
    return [mark for visit in visits for mark in visit.marks if mark in text]
