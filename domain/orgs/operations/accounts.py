"""Writes: accounts. Who makes an account proposes its roles; the security administrator grants them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import crypto, journal, words
from domain.kernel.actor import SYSTEM_ID, Actor
from domain.kernel.ids import new_id
from domain.kernel.notify import announce
from domain.kernel.permissions import Duty, Permission, Reach
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound, NotPermitted
from domain.orgs import policy, rules
from domain.orgs.models import Account, AccountUnit, CustomRole, Unit
from domain.orgs.operations import passwords
from domain.orgs.operations.own import keep_past
from domain.orgs.operations.signing import end_sessions
from domain.orgs.queries import codes_known, others_of_duty
from domain.orgs.schemas import AccountChange, NewAccount

_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{1,63}")
_MOST_NAME = 46


@dataclass(frozen=True, slots=True)
class _Known:
    """What a new account is checked against."""

    logins: Mapping[str, str]
    """Those that are taken, by their small letters: nobody can tell Case1 from case1 over the telephone."""
    units: Mapping[str, Unit]
    roles: Mapping[str, CustomRole]


async def add_account(session: AsyncSession, actor: Actor, new: NewAccount, *, at: datetime) -> Account:
    """Add an account; its roles are in force at once only if the actor may grant them.

    :raises NotPermitted: the actor neither manages accounts nor may ask for them
    :raises Invalid: login taken, weak password, unknown role or unit
    """
    _require_maker(actor, new.unit_code)
    known = await _known(session, {new.login})
    if faults := _faults(actor, new, known):
        raise Invalid.of(faults)
    return await _add(session, actor, new, await passwords.hashed(new.password), known, at)


async def _add(
    session: AsyncSession, actor: Actor, new: NewAccount, password_hash: str, known: _Known, at: datetime
) -> Account:
    account = _made(new, password_hash, known, at)
    account.must_change_password = new.password_at is None and actor.account_id != SYSTEM_ID
    session.add(account)
    await session.flush()
    await _join(session, account.id, [known.units[code] for code in new.more_units])
    await session.flush()

    detail = {"login": account.login, "roles": sorted(new.roles), "granted": actor.may(Permission.ROLE_GRANT)}
    if actor.may(Permission.ROLE_GRANT):
        policy.put_on(account, policy.settle(new.roles, known.roles))
        account.proposed_roles, account.granted_at = [], at
    await journal.record(session, actor, "account.add", "account", account.id, at=at, detail=detail)
    return account


def _made(new: NewAccount, password_hash: str, known: _Known, at: datetime) -> Account:
    account_id = new_id()
    return Account(
        id=account_id,
        login=new.login,
        name_sealed=crypto.seal("account", "name", account_id, new.name.strip()),
        password_hash=password_hash,
        roles=[],
        proposed_roles=list(dict.fromkeys(new.roles)),
        reach=Reach.NONE,
        unit_id=known.units[new.unit_code].id if new.unit_code else None,
        area_path=new.area_path,
        valid_until=new.valid_until,
        created_at=at,
        password_changed_at=new.password_at or at,
    )


async def check_accounts(session: AsyncSession, actor: Actor, rows: Sequence[NewAccount]) -> tuple[dict[str, str], ...]:
    """Tell for each row of an import what cannot be taken; empty: it can."""
    _require_maker(actor, *(new.unit_code for new in rows))
    known = await _known(session, {new.login for new in rows})
    found: list[dict[str, str]] = []
    above: dict[str, str] = {}
    for new in rows:
        faults = _faults(actor, new, known)
        if first := above.get(new.login.lower()):
            faults["login"] = f"本表前面的行已有账号 {first}"
        found.append(faults)
        above.setdefault(new.login.lower(), new.login)
    return tuple(found)


async def import_accounts(session: AsyncSession, actor: Actor, rows: Sequence[NewAccount], *, at: datetime) -> int:
    """Add several accounts, all or none.

    All passwords are hashed before the first line is written: the journal's lock is held from there to the end.

    :raises Invalid: a row cannot be taken; the field is named `row.field`, rows counted from 1
    """
    faults = await check_accounts(session, actor, rows)
    wrong = {f"{place}.{name}": text for place, row in enumerate(faults, 1) for name, text in row.items()}
    if wrong:
        raise Invalid.of(wrong)
    known = await _known(session, {new.login for new in rows})
    hashes = [await passwords.hashed(new.password) for new in rows]
    for new, password_hash in zip(rows, hashes, strict=True):
        await _add(session, actor, new, password_hash, known, at)
    return len(rows)


async def change_account(
    session: AsyncSession, actor: Actor, login: str, change: AccountChange, *, at: datetime
) -> Account:
    """Change name, units, area or end of an account; rights are not touched.

    :raises NotPermitted: the actor does not manage accounts
    :raises NotFound: there is no such account
    :raises Invalid: an unknown unit, or a name that cannot be
    """
    actor.require(Permission.ACCOUNT_MANAGE)
    account = await by_login(session, login, lock=True)
    units = {unit.code: unit for unit in await session.scalars(select(Unit))}
    asked = [*([change.unit_code] if change.unit_code else []), *(change.more_units or ())]
    faults = {
        "name": words.line_fault("姓名", change.name, most=_MOST_NAME) if change.name is not None else "",
        "unit": "" if all(code in units for code in asked) else "没有这个单位",
    }
    wrong = {name: text for name, text in faults.items() if text}
    lacking = policy.place_faults(
        {*account.role_codes, *account.proposed_roles},
        await codes_known(session),
        unit=bool(change.unit_code if change.unit_code is not None else account.unit_id),
        area=bool(change.area_path if change.area_path is not None else account.area_path),
    )
    if wrong := {**(lacking if _moves(change) else {}), **wrong}:
        raise Invalid.of(wrong)
    changed = await _apply(session, account, change, units)
    await journal.record(session, actor, "account.change", "account", account.id, at=at, detail={"changed": changed})
    return account


def _moves(change: AccountChange) -> bool:
    return change.unit_code is not None or change.area_path is not None


async def _apply(
    session: AsyncSession, account: Account, change: AccountChange, units: Mapping[str, Unit]
) -> dict[str, object]:
    # The journal holds what became of units, area and end; of the name only that it changed.
    changed: dict[str, object] = {}
    if change.name is not None:
        account.name_sealed = crypto.seal("account", "name", account.id, change.name.strip())
        changed["name"] = True
    if change.unit_code is not None:
        account.unit_id = units[change.unit_code].id if change.unit_code else None
        changed["unit"] = change.unit_code
    if change.more_units is not None:
        for old in await session.scalars(select(AccountUnit).where(col(AccountUnit.account_id) == account.id)):
            await session.delete(old)
        await session.flush()
        await _join(session, account.id, [units[code] for code in change.more_units])
        changed["more_units"] = list(change.more_units)
    if change.area_path is not None:
        account.area_path = changed["area"] = change.area_path
    if change.valid_until is not None or change.forever:
        account.valid_until = None if change.forever else change.valid_until
        changed["valid_until"] = account.valid_until.isoformat() if account.valid_until else ""
    return changed


async def follow_areas(session: AsyncSession, moves: Mapping[str, str]) -> None:
    """Give accounts the present path of their area; who may change areas was asked where they were changed."""
    for account in await session.scalars(select(Account).where(col(Account.area_path).in_(moves))):
        account.area_path = moves[account.area_path]


async def disable(session: AsyncSession, actor: Actor, login: str, *, at: datetime, reason: str = "") -> None:
    """Disable an account and end its sessions, open sockets too.

    :raises NotPermitted: the actor does not manage accounts
    :raises NotFound: there is no such account
    :raises ActionNotAllowed: it is the actor's own, or the last one that does an administrator's work
    """
    actor.require(Permission.ACCOUNT_MANAGE)
    account = await by_login(session, login, lock=True)
    if account.id == actor.account_id:
        raise ActionNotAllowed("不能停用自己的账号")
    await require_successor(session, account)
    account.disabled_at = account.disabled_at or at
    await end_sessions(session, account.id, at=at)
    await announce(session, "session", account.id)
    detail = {"reason": reason.strip()[:200]} if reason.strip() else None
    await journal.record(session, actor, "account.disable", "account", account.id, at=at, detail=detail)


async def enable(session: AsyncSession, actor: Actor, login: str, *, at: datetime) -> None:
    """Let a disabled account sign in again."""
    actor.require(Permission.ACCOUNT_MANAGE)
    account = await by_login(session, login, lock=True)
    account.disabled_at, account.failures, account.locked_until = None, 0, None
    await journal.record(session, actor, "account.enable", "account", account.id, at=at)


async def unlock(session: AsyncSession, actor: Actor, login: str, *, at: datetime) -> None:
    """Lift the lock that failed sign-ins put on an account."""
    actor.require(Permission.ACCOUNT_MANAGE)
    account = await by_login(session, login, lock=True)
    account.failures, account.lockouts, account.locked_until = 0, 0, None
    await journal.record(session, actor, "account.unlock", "account", account.id, at=at)


async def reset_password(session: AsyncSession, actor: Actor, login: str, password: str, *, at: datetime) -> None:
    """Set a new password, unlock the account and end its sessions.

    The second factor stays: it is the security administrator who may reset that, so that neither of the
    two can sign in as somebody else alone.

    :raises Invalid: the password is too weak
    """
    actor.require(Permission.ACCOUNT_MANAGE)
    account = await by_login(session, login, lock=True)
    if fault := await passwords.fault(session, account, password):
        raise Invalid.of({"password": fault})
    await keep_past(session, account, at)
    account.password_hash = await passwords.hashed(password)
    account.password_changed_at, account.failures, account.locked_until = at, 0, None
    account.must_change_password, account.lockouts = True, 0
    account.disabled_at = None
    await end_sessions(session, account.id, at=at)
    await announce(session, "session", account.id)
    await journal.record(session, actor, "account.reset", "account", account.id, at=at)


async def by_login(session: AsyncSession, login: str, *, lock: bool = False) -> Account:
    """Find an account, with `lock` held until the act ends.

    :raises NotFound: there is none
    """
    query = select(Account).where(col(Account.login) == login)
    account = (await session.scalars(query.with_for_update() if lock else query)).one_or_none()
    if account is None:
        raise NotFound("没有这个账号")
    return account


async def require_successor(session: AsyncSession, account: Account) -> None:
    """Refuse to take an administrator's work from the last enabled account that does it.

    :raises ActionNotAllowed: there is no other one
    """
    for duty in policy.duties_of(account.roles, {}) - {Duty.BUSINESS}:
        if not await others_of_duty(session, duty, account.id):
            raise ActionNotAllowed(f"这是最后一个启用的{duty.label}账号，请先启用或授权另一个")


def _require_maker(actor: Actor, *unit_codes: str) -> None:
    if actor.may(Permission.ACCOUNT_MANAGE):
        return
    actor.require(Permission.ACCOUNT_PROPOSE)
    if set(unit_codes) != {actor.unit_code}:
        raise NotPermitted("只能为本单位申请账号")


async def _known(session: AsyncSession, logins: set[str]) -> _Known:
    query = select(Account.login).where(func.lower(col(Account.login)).in_({login.lower() for login in logins}))
    taken = {login.lower(): login for login in await session.scalars(query)}
    units = await session.scalars(select(Unit).where(col(Unit.disabled_at).is_(None)))
    return _Known(taken, {unit.code: unit for unit in units}, await codes_known(session))


def _faults(actor: Actor, new: NewAccount, known: _Known) -> dict[str, str]:
    units = [*([new.unit_code] if new.unit_code else []), *new.more_units]
    joined = [known.units[code] for code in units if code in known.units]
    faults = {
        "login": _login_fault(new.login, known.logins),
        "name": words.line_fault("姓名", new.name, most=_MOST_NAME),
        "password": rules.password_fault(new.password, new.login, unit_names=passwords.names_of(*joined)),
        "unit": "" if all(code in known.units for code in units) else "没有这个单位，或单位已停用",
        "roles": _roles_fault(actor, new.roles, known.roles),
    }
    found = {name: sentence for name, sentence in faults.items() if sentence}
    lacking = policy.place_faults(new.roles, known.roles, unit=bool(new.unit_code), area=bool(new.area_path))
    return {**lacking, **found}


def _login_fault(login: str, taken: Mapping[str, str]) -> str:
    if not login:
        return "请填写账号"
    if not _LOGIN.fullmatch(login):
        return "账号由字母、数字、点、下划线和短横组成，2 至 64 位"
    same = taken.get(login.lower())
    if same is None:
        return ""
    return "账号已存在" if same == login else f"已有账号 {same}，与它只有大小写不同"


def _roles_fault(actor: Actor, codes: Sequence[str], custom: Mapping[str, CustomRole]) -> str:
    if not codes or not all(code in custom or policy.built_in((code,)) for code in codes):
        return "没有这个角色"
    duties = policy.duties_of(codes, custom)
    if len(duties) > 1:
        return policy.SEPARATED
    proposes = not actor.may(Permission.ACCOUNT_MANAGE)
    return "只能申请业务角色" if proposes and duties != {Duty.BUSINESS} else ""


async def _join(session: AsyncSession, account_id: UUID, units: Sequence[Unit]) -> None:
    session.add_all(AccountUnit(account_id=account_id, unit_id=unit) for unit in dict.fromkeys(u.id for u in units))
