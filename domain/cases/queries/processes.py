"""Which process a case follows, and the processes there are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Case, ProcessState, ProcessVersion
from domain.cases.process import STANDARD, Process, Tweaks, built
from domain.cases.queries.reach import visible_to
from domain.cases.workflow import OPEN
from domain.kernel import driver
from domain.kernel.actor import Actor
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Permission
from domain.kernel.refusals import NotFound, NotPermitted
from domain.orgs import queries as orgs

_KEPT: dict[UUID, Process] = {}
"""Versions that were enabled never change again: they are built once in a process."""
_BINDINGS = "process bindings"
_BOUND = driver.Made(
    select(col(ProcessVersion.id), col(ProcessVersion.categories)).where(
        col(ProcessVersion.state) == ProcessState.ENABLED
    )
)


def require_manager(actor: Actor) -> None:
    """Refuse who may not arrange processes.

    :raises NotPermitted: neither the centre's nor the system's administrator
    """
    if not actor.may(Permission.ARRANGE):
        raise NotPermitted("办理流程由系统管理员或综治中心管理员配置")


async def of_case(session: AsyncSession, case: Case) -> Process:
    """Give the process that a case follows: the version it was accepted under."""
    return await by_id(session, case.process_id)


async def by_id(session: AsyncSession, version_id: UUID | None) -> Process:
    """Give a process by its version; none is the standard one."""
    if version_id is None:
        return STANDARD
    if version_id not in _KEPT:
        version = (await session.scalars(select(ProcessVersion).where(col(ProcessVersion.id) == version_id))).one()
        made = process_of(version)
        if version.state is ProcessState.DRAFT:
            return made
        _KEPT[version_id] = made
    return _KEPT[version_id]


def process_of(version: ProcessVersion) -> Process:
    return built(Tweaks.model_validate(version.tweaks), version_id=version.id, name=version.name)


async def enabled_for(session: AsyncSession, category: str) -> UUID | None:
    """Give the enabled version bound to a category, the longest binding first."""
    if _BINDINGS not in session.info:
        rows = await _BOUND.rows(session)
        session.info[_BINDINGS] = {prefix: version_id for version_id, prefixes in rows for prefix in prefixes}
    bindings: dict[str, UUID] = session.info[_BINDINGS]
    fitting = [prefix for prefix in bindings if category.startswith(prefix)]
    return bindings[max(fitting, key=len)] if fitting else None


async def in_all_words(session: AsyncSession) -> Callable[[str], str]:
    """Give how a word is said over cases of every kind: as the standard says it, and as each process in force does.

    For lists, tiles and filters, which show cases of several processes side by side.
    """
    known = [STANDARD, *[await by_id(session, version_id) for (version_id,) in await _ENABLED.rows(session)]]
    return lambda word: " / ".join(dict.fromkeys(process.spoken(word) for process in known))


_ENABLED = driver.Made(
    select(col(ProcessVersion.id))
    .where(col(ProcessVersion.state) == ProcessState.ENABLED)
    .order_by(col(ProcessVersion.code))
)


def forget_bindings(session: AsyncSession) -> None:
    """Have the bindings read afresh; call it after one changed."""
    session.info.pop(_BINDINGS, None)


async def every(session: AsyncSession, actor: Actor) -> Sequence[ProcessVersion]:
    """List all versions of all processes, the newest version of each first.

    :raises NotPermitted: the actor does not arrange processes
    """
    require_manager(actor)
    query = select(ProcessVersion).order_by(col(ProcessVersion.code), col(ProcessVersion.version).desc())
    return (await session.scalars(query)).all()


async def find(session: AsyncSession, actor: Actor, version_id: UUID, *, lock: bool = False) -> ProcessVersion:
    """Give one version.

    :raises NotPermitted: the actor does not arrange processes
    :raises NotFound: none
    """
    require_manager(actor)
    version = await session.get(ProcessVersion, version_id, with_for_update=lock or None, populate_existing=lock)
    if version is None:
        raise NotFound("没有这个流程版本")
    return version


def fingerprint(version: ProcessVersion) -> str:
    """Name what stands in a version, so that nobody's later change is overwritten unseen."""
    content = [version.name, version.note, sorted(version.categories), version.tweaks]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


async def open_cases(session: AsyncSession, actor: Actor) -> dict[UUID | None, int] | None:
    """Count the open cases on each version, none being the standard process.

    Nothing for who sees no cases: a nought would say that there are none.

    :raises NotPermitted: the actor does not arrange processes
    """
    require_manager(actor)
    if not actor.may(Permission.CASE_VIEW):
        return None
    query = (
        select(col(Case.process_id), func.count())
        .where(visible_to(actor), col(Case.status).in_(OPEN), col(Case.merged_into_id).is_(None))
        .group_by(col(Case.process_id))
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def enablers(session: AsyncSession, actor: Actor) -> dict[UUID, str]:
    """Name who enabled each version, as the journal has it.

    :raises NotPermitted: the actor does not arrange processes
    """
    require_manager(actor)
    query = select(col(JournalEntry.subject_id), col(JournalEntry.actor_id)).where(
        col(JournalEntry.subject_kind) == "process", col(JournalEntry.action) == "process.enable"
    )
    found = {row[0]: row[1] for row in await session.execute(query)}
    names = await orgs.staff_names(session, found.values())
    return {version_id: names.get(account_id, "") for version_id, account_id in found.items()}
