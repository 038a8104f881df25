"""Writes: acting in another's stead while that person is on leave."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import journal
from domain.kernel.actor import Actor
from domain.kernel.notify import announce
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound, NotPermitted
from domain.orgs import policy
from domain.orgs.models import Account, Delegation, SignInSession
from domain.orgs.operations.accounts import by_login

LONGEST = timedelta(days=90)
MOST_REASON = 100


async def delegate(
    session: AsyncSession,
    actor: Actor,
    to_login: str,
    since: datetime,
    until: datetime,
    reason: str,
    *,
    at: datetime,
    from_login: str = "",
) -> UUID:
    """Let another person act in one's own stead for a time, or in that of a colleague.

    For a colleague it is the head of the unit, or the centre's administrator for the centre.

    :raises NotFound: there is no such account
    :raises NotPermitted: the colleague is not of one's own unit, or one is not its head
    :raises Invalid: the period, the person or the reason cannot be
    """
    giver = await by_login(session, from_login or actor.login)
    if actor.stands_for is not None or giver.id != actor.account_id:
        _require_head(actor, giver)
    taker = await by_login(session, to_login) if to_login else None
    faults = _faults(giver, taker, since, until, reason, at)
    if taker is None or faults:
        raise Invalid.of(faults)
    made = Delegation(
        from_id=giver.id, to_id=taker.id, valid_from=since, valid_until=until, reason=reason.strip(),
        made_by=actor.account_id, made_at=at,
    )  # fmt: skip
    session.add(made)
    await session.flush()
    detail = {"to": str(taker.id), "from": since.isoformat(), "until": until.isoformat()}
    await journal.record(session, actor, "delegation.make", "account", giver.id, at=at, detail=detail)
    return made.id


async def end_delegation(session: AsyncSession, actor: Actor, delegation_id: UUID, *, at: datetime) -> None:
    """End a delegation; a session that acts by it is the person's own again at once.

    :raises NotFound: there is none, or it is over, or it is none of the actor's business
    """
    made = await session.get(Delegation, delegation_id, with_for_update=True)
    if made is None or made.ended_at is not None:
        raise NotFound("没有这项代理，或代理已结束")
    if actor.account_id not in {made.from_id, made.to_id, made.made_by}:
        raise NotFound("没有这项代理，或代理已结束")
    made.ended_at, made.ended_by = at, actor.account_id
    await announce(session, "session", made.to_id)
    await journal.record(
        session, actor, "delegation.end", "account", made.from_id, at=at, detail={"to": str(made.to_id)}
    )


async def wear(session: AsyncSession, actor: Actor, delegation_id: UUID | None, *, at: datetime) -> None:
    """Have the actor's session act by a delegation from now on; none: as oneself again.

    :raises NotFound: no such delegation to this person is in force
    :raises ActionNotAllowed: whoever is represented is disabled, or the duties differ by now
    """
    held = await session.get(SignInSession, actor.session_id, with_for_update=True) if actor.session_id else None
    if held is None or held.account_id != actor.account_id:
        raise NotFound("没有找到当前登录")
    giver_id: UUID | None = None
    if delegation_id is not None:
        giver_id = await _in_force(session, actor, delegation_id, at)
    if held.stands_for == giver_id:
        return  # as before: nothing to tell, nothing to write down
    held.stands_for = giver_id
    await announce(session, "session", actor.account_id)
    detail = {"for": str(giver_id) if giver_id else ""}
    await journal.record(session, actor, "delegation.wear", "account", actor.account_id, at=at, detail=detail)


async def _in_force(session: AsyncSession, actor: Actor, delegation_id: UUID, at: datetime) -> UUID:
    made = await session.get(Delegation, delegation_id)
    fits = made is not None and made.to_id == actor.account_id and made.ended_at is None
    if made is None or not fits or not made.valid_from <= at < made.valid_until:
        raise NotFound("没有这项代理，或代理不在有效期内")
    query = select(Account).where(col(Account.id).in_((made.from_id, made.to_id)))
    pair = {account.id: account for account in await session.scalars(query)}
    giver, taker = pair[made.from_id], pair[made.to_id]
    if giver.disabled_at or _duties(giver) != _duties(taker):
        raise ActionNotAllowed("被代理的账号已停用，或双方职责已不同，不能代理")
    return giver.id


def _faults(
    giver: Account, taker: Account | None, since: datetime, until: datetime, reason: str, at: datetime
) -> dict[str, str]:
    faults = {
        "to": _taker_fault(giver, taker, at) if taker else "请选择代理人",
        "until": _period_fault(since, until, at),
        "reason": "" if 2 <= len(reason.strip()) <= MOST_REASON else f"请写明事由，2 至 {MOST_REASON} 个字",
    }
    return {name: sentence for name, sentence in faults.items() if sentence}


def _taker_fault(giver: Account, taker: Account, at: datetime) -> str:
    if taker.id == giver.id:
        return "不能由本人代理本人"
    if taker.disabled_at or not taker.roles or (taker.valid_until and taker.valid_until <= at):
        return "代理人的账号已停用、已到期或尚未授权"
    return "" if _duties(giver) == _duties(taker) else policy.SEPARATED


def _period_fault(since: datetime, until: datetime, at: datetime) -> str:
    if until <= since or until <= at:
        return "结束时间须晚于开始时间和现在"
    return f"一次代理最长 {LONGEST.days} 天" if until - since > LONGEST else ""


def _duties(account: Account) -> frozenset[object]:
    return frozenset(policy.duties_of(account.roles, {}))


def _require_head(actor: Actor, giver: Account) -> None:
    heads = actor.has(Role.DEPARTMENT_HEAD) or (actor.has(Role.CENTER_ADMIN) and actor.may(Permission.WORK_HAND_OVER))
    if actor.stands_for is not None or not heads or giver.unit_id not in actor.unit_ids:
        raise NotPermitted("只能为本人设置代理；本单位负责人可为本单位人员设置")
