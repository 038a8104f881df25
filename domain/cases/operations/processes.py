"""Arrange processes: copy, change, enable, retire. What was enabled is never changed again."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases import categories, process
from domain.cases.models import ProcessState, ProcessVersion
from domain.cases.process import Tweaks
from domain.cases.queries import limits, processes
from domain.kernel import journal
from domain.kernel.actor import Actor
from domain.kernel.refusals import ActionNotAllowed, ChangedMeanwhile, Invalid
from domain.kernel.words import line_fault, text_fault

_CODE = re.compile(r"[a-z][a-z0-9_-]{1,29}")
MAX_NAME, MAX_NOTE = 30, 500
_ENABLING = 0x70726F63


async def copy(
    session: AsyncSession, actor: Actor, *, code: str, name: str, source: UUID | None = None, at: datetime
) -> ProcessVersion:
    """Begin a process as a draft copied from the standard one, or from another version.

    With the code of a process that exists, the draft is its next version.

    :raises NotPermitted: the actor does not arrange processes
    :raises NotFound: no such version to copy
    :raises Invalid: the code or the name cannot be taken
    :raises ActionNotAllowed: the process has a draft already
    """
    processes.require_manager(actor)
    faults = {"name": line_fault("流程名称", name, most=MAX_NAME)}
    if not _CODE.fullmatch(code) or code == "standard":
        faults["code"] = "流程代码为 2 至 30 位小写字母、数字、横线，以字母开头，且不能是 standard"
    if found := {field: fault for field, fault in faults.items() if fault}:
        raise Invalid.of(found)
    original = await processes.find(session, actor, source) if source else None
    query = select(ProcessVersion).where(col(ProcessVersion.code) == code)
    present = list(await session.scalars(query.order_by(col(ProcessVersion.version)).with_for_update()))
    if any(version.state is ProcessState.DRAFT for version in present):
        raise ActionNotAllowed("这个流程已有一个草稿，请先启用或继续修改它")
    version = ProcessVersion(
        code=code,
        version=max((one.version for one in present), default=0) + 1,
        name=name.strip(),
        state=ProcessState.DRAFT,
        categories=list(original.categories) if original and original.code == code else [],
        tweaks=dict(original.tweaks) if original else {},
        created_by=actor.account_id,
        created_at=at,
    )
    session.add(version)
    await session.flush()
    await _record(session, actor, "process.copy", version, at, source=str(source) if source else "standard")
    return version


async def save(
    session: AsyncSession,
    actor: Actor,
    version_id: UUID,
    *,
    name: str,
    note: str,
    bound_to: Collection[str],
    tweaks: Tweaks,
    seen: str = "",
    at: datetime,
) -> ProcessVersion:
    """Keep the changes of a draft; a draft may still be wrong, `enable` is strict.

    `bound_to` are category codes or their beginnings; `seen` is the fingerprint of what was
    changed, empty to overwrite whatever stands there.

    :raises NotPermitted: the actor does not arrange processes
    :raises NotFound: no such version
    :raises ActionNotAllowed: it was enabled, its cases rely on it
    :raises ChangedMeanwhile: somebody else saved the draft in between
    :raises Invalid: the name, or a category that does not exist
    """
    version = await processes.find(session, actor, version_id, lock=True)
    _require_draft(version)
    if seen and seen != processes.fingerprint(version):
        raise ChangedMeanwhile("这个草稿刚刚被他人保存过，请核对后再保存")
    faults = {
        "name": line_fault("流程名称", name, most=MAX_NAME),
        "note": text_fault("说明", note, most=MAX_NOTE, least=0),
        "categories": _category_fault(bound_to),
    }
    if found := {field: fault for field, fault in faults.items() if fault}:
        raise Invalid.of(found)
    version.name, version.note = name.strip(), note.strip()
    version.categories = sorted(set(bound_to))
    version.tweaks = tweaks.model_dump(mode="json", exclude_defaults=True)
    await session.flush()
    await _record(session, actor, "process.save", version, at, tweaks=version.tweaks)
    return version


async def enable(
    session: AsyncSession, actor: Actor, version_id: UUID, *, reason: str = "", at: datetime
) -> ProcessVersion:
    """Enable a draft for new cases; open cases stay on the version they began with.

    A limit looser than the rule in force needs a `reason` in words, which is journalled with it.

    :raises NotPermitted: the actor does not arrange processes
    :raises NotFound: no such version
    :raises ActionNotAllowed: it is no draft
    :raises Invalid: the lint refuses it, it is bound to nothing, another process is bound to the same, or it
        loosens a limit without a reason
    """
    # one enabling at a time: two processes bound to one category must see each other
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ENABLING})
    version = await processes.find(session, actor, version_id, lock=True)
    _require_draft(version)
    tweaks = Tweaks.model_validate(version.tweaks)
    if faults := process.lint(tweaks):
        raise Invalid.of({"steps": "；".join(faults[:5])})
    if not version.categories:
        raise Invalid.of({"categories": "请选择这个流程适用的类别"})
    loosened = await _loosened(session, version, tweaks, reason, at)
    query = select(ProcessVersion).where(col(ProcessVersion.state) == ProcessState.ENABLED).with_for_update()
    for other in await session.scalars(query):
        if other.code == version.code:
            other.state, other.retired_at = ProcessState.RETIRED, at
        elif shared := set(other.categories) & set(version.categories):
            raise Invalid.of({"categories": f"类别 {'、'.join(sorted(shared))} 已由流程“{other.name}”使用"})
    version.state, version.enabled_at = ProcessState.ENABLED, at
    await session.flush()
    processes.forget_bindings(session)
    await _record(session, actor, "process.enable", version, at, categories=version.categories, **loosened)
    return version


async def _loosened(
    session: AsyncSession, version: ProcessVersion, tweaks: Tweaks, reason: str, at: datetime
) -> dict[str, object]:
    # What the journal says of looser limits; refused when nobody says why.
    own = process.built(tweaks).limits
    sentences = [one.sentence for one in await limits.loosened(session, own, version.categories, at=at)]
    if not sentences:
        return {}
    if fault := text_fault("放宽时限的理由", reason, most=MAX_NOTE):
        raise Invalid.of({"reason": f"{'；'.join(sentences)}。{fault}"})
    return {"loosened": sentences, "reason": reason.strip()}


async def retire(session: AsyncSession, actor: Actor, version_id: UUID, *, at: datetime) -> ProcessVersion:
    """Take a process out of use: new cases follow the standard one again.

    :raises NotPermitted: the actor does not arrange processes
    :raises NotFound: no such version
    :raises ActionNotAllowed: it is retired already
    """
    version = await processes.find(session, actor, version_id, lock=True)
    if version.state is ProcessState.RETIRED:
        raise ActionNotAllowed("这个版本已经停用")
    version.state, version.retired_at = ProcessState.RETIRED, at
    await session.flush()
    processes.forget_bindings(session)
    await _record(session, actor, "process.retire", version, at)
    return version


def _require_draft(version: ProcessVersion) -> None:
    if version.state is not ProcessState.DRAFT:
        raise ActionNotAllowed("已启用的版本不能修改：在办案件还在用它，请复制为新版本")


def _category_fault(bound_to: Collection[str]) -> str:
    unknown = [p for p in bound_to if not any(code.startswith(p) for code in categories.CATEGORIES) or not p]
    return f"没有类别 {'、'.join(unknown)}" if unknown else ""


async def _record(
    session: AsyncSession, actor: Actor, action: str, version: ProcessVersion, at: datetime, **more: object
) -> None:
    detail = {"code": version.code, "version": version.version, "name": version.name, **more}
    await journal.record(session, actor, action, "process", version.id, at=at, detail=detail)
