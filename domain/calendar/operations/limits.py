"""Limits as data: a rule is closed and a new one follows; nothing is overwritten."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import queries, rules
from domain.calendar.models import CalendarChange, ChangeKind, Deadline, LimitRule, LimitSource, Link
from domain.calendar.operations.changes import Shift, note_moved, open_clocks, record_change
from domain.calendar.operations.clocks import settle, text_of
from domain.calendar.queries import Book, limit_view
from domain.calendar.rules import Limit
from domain.calendar.schemas import LimitView, moves_of
from domain.kernel import journal
from domain.kernel.actor import Actor
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid, NotFound, NotPermitted

_CATEGORY = re.compile(r"[0-9A-Z]{0,20}")
MAX_NOTE = 200


async def set_limit(
    session: AsyncSession,
    actor: Actor,
    *,
    link: Link,
    limit: Limit,
    category: str = "",
    unit_id: UUID | None = None,
    severe: bool = False,
    note: str = "",
    at: datetime,
    recompute: bool = False,
) -> LimitView:
    """This function will set the limit of a link from `at` on: of all cases, a category, a unit, or both.

    The rule before it ends at `at`. Open deadlines stay as they are; with `recompute` they
    are laid anew from their start, with a journal line each.

    :raises NotPermitted: the actor is neither a system administrator nor one of the centre
    :raises Invalid: no such category prefix, a long note, or a later rule is there already
    """
    require_arranger(actor)
    _check(category, note)
    before = await queries.book_of(session)
    await _close(session, link, category, unit_id, severe=severe, at=at)
    rule = LimitRule(
        link=link,
        category=category,
        unit_id=unit_id,
        severe=severe,
        yellow=limit.yellow,
        red=limit.red,
        unit=limit.unit,
        valid_from=at,
        note=note.strip(),
        set_by=actor.account_id,
    )
    session.add(rule)
    words = f"{link.label}时限改为黄牌 {limit.text}、红牌 {limit.red} {limit.unit.label}"
    change = await record_change(session, ChangeKind.LIMIT, words, by=actor.account_id, at=at, unit_id=unit_id)
    detail = _detail(rule) | {"recompute": recompute, "note": rule.note}
    await journal.record(session, actor, "limit.set", "limit", rule.id, at=at, detail=detail)
    if recompute:
        await _relay(session, actor, before, link, change, at=at)
    return limit_view(rule)


async def end_limit(
    session: AsyncSession, actor: Actor, *, rule_id: UUID, at: datetime, recompute: bool = False
) -> LimitView:
    """This function will end a rule, so that the next less particular one, or the default, is in force again.

    :raises NotFound: no such rule
    :raises Invalid: the rule has ended already, or begins after `at`
    """
    require_arranger(actor)
    before = await queries.book_of(session)
    rule = await session.get(LimitRule, rule_id, with_for_update=True)
    if rule is None:
        raise NotFound("没有找到这条时限规则")
    _end(rule, at)
    words = f"{rule.link.label}时限规则停用"
    change = await record_change(session, ChangeKind.LIMIT, words, by=actor.account_id, at=at, unit_id=rule.unit_id)
    await journal.record(session, actor, "limit.end", "limit", rule.id, at=at, detail=_detail(rule))
    if recompute:
        await _relay(session, actor, before, rule.link, change, at=at)
    return limit_view(rule)


def require_arranger(actor: Actor) -> None:
    """This function will refuse who does not arrange this.

    :raises NotPermitted: the actor is none who sets limits
    """
    if not actor.may(Permission.ARRANGE):
        raise NotPermitted("只有系统管理员和综治中心管理员可以设置时限")


def _check(category: str, note: str) -> None:
    if not _CATEGORY.fullmatch(category):
        raise Invalid.of({"category": "类别须为类别代码的前几位"})
    if len(note) > MAX_NOTE:
        raise Invalid.of({"note": f"说明最多 {MAX_NOTE} 字"})


async def _close(
    session: AsyncSession, link: Link, category: str, unit_id: UUID | None, *, severe: bool, at: datetime
) -> None:
    query = select(LimitRule).where(
        col(LimitRule.link) == link,
        col(LimitRule.category) == category,
        col(LimitRule.unit_id).is_not_distinct_from(unit_id),
        col(LimitRule.severe) == severe,
        col(LimitRule.valid_until).is_(None),
    )
    for rule in await session.scalars(query.with_for_update()):
        _end(rule, at)
    await session.flush()


def _end(rule: LimitRule, at: datetime) -> None:
    if rule.valid_until is not None:
        raise Invalid("这条时限规则已经停用")
    if rule.valid_from > at:
        raise Invalid("已有更晚生效的时限规则")
    rule.valid_until = at


def _detail(rule: LimitRule) -> dict[str, Any]:
    return {
        "link": rule.link.value,
        "category": rule.category,
        "unit_id": str(rule.unit_id) if rule.unit_id else None,
        "severe": rule.severe,
        "yellow": rule.yellow,
        "red": rule.red,
        "unit": rule.unit.value,
    }


async def _relay(
    session: AsyncSession, actor: Actor, before: Book, link: Link, change: CalendarChange, *, at: datetime
) -> list[Deadline]:
    """Give the open clocks whose rule has changed the limit that is in force now."""
    after = await queries.book_of(session)
    found, moves = await open_clocks(session, link=link)
    laid: list[Shift] = []
    for deadline in found:
        limit = _limit(after, deadline, at)
        if deadline.source is not LimitSource.RULE or limit == _limit(before, deadline, at):
            continue
        old, own = (deadline.yellow_at, deadline.red_at), moves_of(moves.get(deadline.id, ()))
        calendar = after.calendar(deadline.unit_id)
        deadline.yellow_at, deadline.red_at = rules.replayed(deadline.started_at, limit, own, calendar)
        deadline.unit, deadline.limit_text = limit.unit, text_of(limit, own)
        settle(deadline, calendar)
        laid.append(Shift(deadline, old, (deadline.yellow_at, deadline.red_at), deadline.provisional))
    return await note_moved(session, actor, laid, change, cause={"cause": "limit"}, at=at, looked_at=len(found))


def _limit(book: Book, deadline: Deadline, at: datetime) -> Limit:
    facts = {"category": deadline.category, "unit_id": deadline.unit_id, "severe": deadline.severe}
    return rules.chosen(book.lines, deadline.link, at=at, **facts)  # type: ignore[arg-type]
