"""Writes: the security values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel import journal
from domain.kernel.actor import Actor
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid
from domain.orgs import policy_values, rules
from domain.orgs.models import SecurityPolicy
from domain.orgs.rules import SecurityValues

_SUBJECT = uuid5(NAMESPACE_URL, "fengqiao:security-policy")


async def set_values(
    session: AsyncSession, actor: Actor, given: Mapping[str, object], *, at: datetime, reason: str = ""
) -> SecurityValues:
    """Set security values; they hold from the next sign-in, reveal or alarm on.

    :param given: value by name of `SecurityValues`; names that are missing stay as they are
    :param reason: why; asked for when a value stays below 等保 level 3
    :raises NotPermitted: the actor does not manage the values
    :raises Invalid: a value out of its bounds, by name; or a departure without a reason
    """
    actor.require(Permission.POLICY_MANAGE)
    rows = {row.key: row for row in await session.scalars(select(SecurityPolicy).with_for_update())}
    before = await policy_values.of(session)
    known = {key: value for key, value in given.items() if key in asdict(before)}
    after = replace(before, **known)  # type: ignore[arg-type]
    faults = rules.value_faults(given, after) or _unexplained(before, after, reason)
    if faults:
        raise Invalid.of(faults)

    changed = {key: value for key, value in known.items() if getattr(before, key) != value}
    for key, value in changed.items():
        row = rows.get(key) or SecurityPolicy(key=key, value="", set_by=actor.account_id, set_at=at)
        row.value, row.set_by, row.set_at = str(value), actor.account_id, at
        session.add(row)
    if changed:
        detail = {
            "changed": {key: [str(getattr(before, key)), str(value)] for key, value in changed.items()},
            "reason": reason.strip()[:200],
        }
        await journal.record(session, actor, policy_values.CHANGED, "policy", _SUBJECT, at=at, detail=detail)
    return after


def _unexplained(before: SecurityValues, after: SecurityValues, reason: str) -> dict[str, str]:
    new = {key: text for key, text in rules.departures(after).items() if key not in rules.departures(before)}
    if not new or len(reason.strip()) >= 5:
        return {}
    return {**new, "reason": "低于等保要求的设置须写明依据或原因，至少 5 个字"}
