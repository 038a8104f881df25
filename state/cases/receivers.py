"""The units that a dialog offers, each with who would receive there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.queries import receiving, suggesting
from domain.cases.queries.suggesting import Suggestion
from domain.cases.vocabulary import Action
from domain.kernel.actor import Actor
from domain.orgs import queries as orgs
from domain.orgs.queries import Attendance
from state.inputs import Choice


async def receivers(session: AsyncSession, action: Action, *, at: datetime) -> tuple[list[Choice], dict[str, str]]:
    """Give the units to choose from, and for those where nobody would receive the sentence that says so."""
    units = await orgs.departments(session)
    known = await receiving.attendance(session, action, at=at)
    choices = [Choice(unit.code, _named(unit.name, known.get(unit.code))) for unit in units]
    nobody = {u.code: receiving.sentence(u.name) for u in units if known.get(u.code) is Attendance.NOBODY}
    return choices, nobody


async def suggested(
    session: AsyncSession, actor: Actor, number: str, action: Action, *, at: datetime
) -> tuple[str, list[Choice]]:
    """Give what was taken before (a category or its group), and the departments that took it, with how often."""
    return _offered(await suggesting.departments(session, actor, number, action, at=at))


async def suggested_for(
    session: AsyncSession, actor: Actor, numbers: Collection[str], action: Action, *, at: datetime
) -> tuple[str, list[Choice]]:
    """Give the same for several cases at once."""
    return _offered(await suggesting.for_several(session, actor, numbers, action, at=at))


def _offered(found: Sequence[Suggestion]) -> tuple[str, list[Choice]]:
    matter = found[0].matter if found else ""
    return matter, [Choice(one.code, f"{one.name} · {one.count} 件") for one in found]


def _named(name: str, attendance: Attendance | None) -> str:
    return f"{name}（{attendance.label}）" if attendance and attendance.label else name


def warned(faults: dict[str, str], name: str, unit: str, nobody: dict[str, str]) -> dict[str, str]:
    """Say beside the chosen unit that nobody would receive the case there, before the step is sent."""
    others = {field: said for field, said in faults.items() if field != name}
    return others | {name: nobody[unit]} if unit in nobody else others


def told_words(found: Iterable[tuple[str, int]]) -> str:
    """Say whom a step tells; the number stands bare, because a label may end in brackets of its own."""
    return "、".join(f"{label} {count} 人".replace("） ", "）") if count else label for label, count in found)
