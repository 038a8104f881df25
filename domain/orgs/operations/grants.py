"""Writes: who gets which roles, what is taken from one account, and the roles a county makes for itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import journal
from domain.kernel.actor import Actor
from domain.kernel.notify import announce
from domain.kernel.permissions import PEOPLE_ROLES, Permission
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound
from domain.orgs import policy
from domain.orgs.models import Account, CustomRole
from domain.orgs.operations.accounts import by_login, require_successor
from domain.orgs.operations.signing import end_sessions
from domain.orgs.queries import codes_known
from domain.orgs.schemas import Restriction, RoleInput

_CODE = re.compile(r"[a-z][a-z0-9_]{1,31}")
_MOST_WORDS = 80


async def grant_roles(session: AsyncSession, actor: Actor, login: str, codes: Sequence[str], *, at: datetime) -> None:
    """Put roles on an account in place of those it has; none takes them all away.

    :raises NotPermitted: the actor does not grant roles
    :raises NotFound: there is no such account
    :raises Invalid: an unknown role, or roles of two duties (三员分立)
    :raises ActionNotAllowed: it is the actor's own account, or the last one that does an administrator's work
    """
    actor.require(Permission.ROLE_GRANT)
    account = await by_login(session, login, lock=True)
    _require_another(actor, account)
    custom = await codes_known(session)
    if not all(code in custom or policy.built_in((code,)) for code in codes):
        raise Invalid.of({"roles": "没有这个角色"})
    duties = policy.duties_of(codes, custom)
    if len(duties) > 1:
        raise Invalid.of({"roles": policy.SEPARATED})
    lacking = policy.place_faults(codes, custom, unit=bool(account.unit_id), area=bool(account.area_path))
    if lacking:
        raise Invalid.of({"roles": "；".join(lacking.values()) + "，由系统管理员在账号资料中补充后再授权"})
    changes_duty = duties != policy.duties_of(account.roles, {})
    if changes_duty and not account.disabled_at:
        await require_successor(session, account)

    before = list(account.role_codes)
    policy.put_on(account, policy.settle(codes, custom))
    account.proposed_roles, account.granted_at = [], at
    if changes_duty and duties:
        # another duty may ask for a second factor: nobody enters it with a session of the one before
        await end_sessions(session, account.id, at=at)
        await announce(session, "session", account.id)
    detail = {"before": before, "after": list(account.role_codes)}
    await journal.record(session, actor, "account.grant", "account", account.id, at=at, detail=detail)


async def restrict(session: AsyncSession, actor: Actor, login: str, given: Restriction, *, at: datetime) -> None:
    """Set what one account may not do although its roles allow it; empty lifts everything.

    :raises NotPermitted: the actor does not grant roles
    :raises NotFound: there is no such account
    :raises Invalid: an unknown permission
    :raises ActionNotAllowed: it is the actor's own account
    """
    actor.require(Permission.ROLE_GRANT)
    account = await by_login(session, login, lock=True)
    _require_another(actor, account)
    known = {permission.value for permission in Permission}
    if not set(given.denied) <= known or len({*given.barred_actions, *given.barred_places}) > _MOST_WORDS:
        raise Invalid.of({"denied": "有不认识的权限，请重新选择"})
    before = _restriction_of(account)
    account.denied = sorted(set(given.denied))
    account.own_barred_actions = sorted(set(given.barred_actions))
    account.own_barred_places = sorted(set(given.barred_places))
    account.own_read_only = given.read_only
    policy.put_on(account, policy.settle(account.role_codes, await codes_known(session)))
    detail = {"before": before, "after": _restriction_of(account)}
    await journal.record(session, actor, "account.restrict", "account", account.id, at=at, detail=detail)


async def set_role(session: AsyncSession, actor: Actor, given: RoleInput, *, at: datetime) -> None:
    """Make a custom role or change one; whoever holds it has its new rights at once.

    :raises NotPermitted: the actor does not grant roles
    :raises Invalid: what it may not be, by field
    :raises ActionNotAllowed: the actor holds it
    """
    actor.require(Permission.ROLE_GRANT)
    role = await session.get(CustomRole, given.code, with_for_update=True)
    faults = policy.role_faults(
        given.name, given.acts_as, given.permissions, given.reach, given.field_level, read_only=given.read_only
    )
    if role is None and (not _CODE.fullmatch(given.code) or given.code in {one.value for one in PEOPLE_ROLES}):
        faults["code"] = "角色代码由小写字母、数字和下划线组成，以字母开头，且不与内置角色相同"
    if faults:
        raise Invalid.of(faults)
    before = _facts(role) if role else None
    if role is None:
        role = CustomRole(**_facts_given(given), code=given.code, set_by=actor.account_id, set_at=at)
        session.add(role)
    for name, value in _facts_given(given).items():
        setattr(role, name, value)
    role.set_by, role.set_at, role.ended_at = actor.account_id, at, None
    await session.flush()
    await _settle_holders(session, actor, given.code)
    await _note(session, actor, "role.set", role, at, {"before": before, "after": _facts(role)})


async def end_role(session: AsyncSession, actor: Actor, code: str, *, at: datetime) -> None:
    """End a custom role that nobody holds any more.

    :raises NotFound: there is none
    :raises ActionNotAllowed: accounts still hold it
    """
    actor.require(Permission.ROLE_GRANT)
    role = await session.get(CustomRole, code, with_for_update=True)
    if role is None or role.ended_at:
        raise NotFound("没有这个自定义角色")
    held = await session.scalars(select(Account.login).where(col(Account.role_codes).contains([code])))
    if logins := list(held):
        raise ActionNotAllowed(f"还有 {len(logins)} 个账号在用这个角色，请先改授其他角色")
    role.ended_at = at
    await _note(session, actor, "role.end", role, at, {"code": code})


async def _settle_holders(session: AsyncSession, actor: Actor, code: str) -> None:
    custom = await codes_known(session)
    holders = select(Account).where(col(Account.role_codes).contains([code])).order_by(col(Account.id))
    for account in await session.scalars(holders.with_for_update()):
        _require_another(actor, account)
        settled = policy.settle(account.role_codes, custom)
        if len(policy.duties_of(account.role_codes, custom)) > 1:
            raise Invalid.of({"acts_as": policy.SEPARATED})
        policy.put_on(account, settled)


def _require_another(actor: Actor, account: Account) -> None:
    if account.id == actor.account_id:
        raise ActionNotAllowed("不能为自己授权或改变自己的权限")


def _restriction_of(account: Account) -> dict[str, object]:
    return {
        "denied": list(account.denied),
        "actions": list(account.own_barred_actions),
        "places": list(account.own_barred_places),
        "read_only": account.own_read_only,
    }


def _facts_given(given: RoleInput) -> dict[str, object]:
    return {
        "name": given.name.strip(),
        "acts_as": given.acts_as,
        "permissions": sorted(set(given.permissions)),
        "reach": given.reach,
        "field_level": given.field_level,
        "barred_actions": sorted(set(given.barred_actions)),
        "barred_places": sorted(set(given.barred_places)),
        "read_only": given.read_only,
        "note": given.note.strip()[:200],
    }


def _facts(role: CustomRole) -> dict[str, object]:
    return {
        "code": role.code,
        "name": role.name,
        "acts_as": role.acts_as.value,
        "permissions": list(role.permissions),
        "reach": role.reach.value,
        "field_level": role.field_level.value,
        "actions": list(role.barred_actions),
        "places": list(role.barred_places),
        "read_only": role.read_only,
    }


async def _note(
    session: AsyncSession, actor: Actor, action: str, role: CustomRole, at: datetime, detail: dict[str, object]
) -> None:
    await journal.record(session, actor, action, "role", _id_of(role.code), at=at, detail=detail)


def _id_of(code: str) -> UUID:
    # A role is named by a word; the journal wants an id: the same word, the same id.
    return uuid5(NAMESPACE_URL, f"fengqiao:role:{code}")
