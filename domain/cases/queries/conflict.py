"""Who changed a case since somebody looked at it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Case
from domain.cases.queries import processes, reach
from domain.cases.vocabulary import Action, Status
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.kernel.models import JournalEntry
from domain.orgs import queries as orgs

SHOWN = 3


def source_of(entry: JournalEntry) -> Status | None:
    """Give the status at which a step was taken, as its line says."""
    return Status(entry.detail["from"]) if entry.detail.get("from") else None


async def since(session: AsyncSession, actor: Actor, number: str, version: int) -> str:
    """Say who changed a case within reach after a version; empty when nobody did.

    :raises NotFound: none, or out of reach
    """
    case = await reach.find(session, actor, number)
    return await told(session, case, version) if case.version != version else ""


async def told(session: AsyncSession, case: Case, version: int) -> str:
    """Say who did what to a case after a version, the newest last."""
    query = (
        select(JournalEntry)
        .where(col(JournalEntry.subject_id) == case.id)
        .order_by(col(JournalEntry.seq).desc())
        .limit(SHOWN)
    )
    entries = [e for e in await session.scalars(query) if e.detail.get("version", 0) > version]
    names = await orgs.staff_names(session, {e.actor_id for e in entries})
    units = await orgs.units_by_id(session, {e.actor_unit_id for e in entries})
    process = await processes.of_case(session, case)
    said = []
    for entry in reversed(entries):
        word = entry.action.removeprefix("case.")
        label = process.action_label(Action(word), source_of(entry)) if word in set(Action) else "修改"
        unit = units[entry.actor_unit_id].name if entry.actor_unit_id in units else ""
        who = " ".join(filter(None, (unit, names.get(entry.actor_id, "")))) or "系统"
        said.append(f"{who}于 {stamp(entry.at, '%m-%d %H:%M')} {label}")
    deeds = "；".join(said) or "该件刚刚被他人办理"
    return f"{deeds}。现为“{process.status_label(case.status)}”，请核对后再操作"
