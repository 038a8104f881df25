"""Limits as data: a rule is closed and a new one follows; nothing is overwritten."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import queries
from domain.calendar.models import ChangeKind, LimitRule, Link
from domain.calendar.operations import changes
from domain.calendar.operations.changes import record_change
from domain.calendar.queries import Book, limit_view
from domain.calendar.rules import Limit, LimitLine
from domain.calendar.schemas import LimitView, Preview
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
    """Set the limit of a link from `at` on: of all cases, a category, a unit, or both.

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
    words = f"{link.label}时限改为{limit.lamps}"
    change = await record_change(session, ChangeKind.LIMIT, words, by=actor.account_id, at=at, unit_id=unit_id)
    detail = _detail(rule) | {"recompute": recompute, "note": rule.note}
    await journal.record(session, actor, "limit.set", "limit", rule.id, at=at, detail=detail)
    if recompute:
        await changes.recompute(session, actor, before, change, cause={"cause": "limit"}, at=at, link=link)
    return limit_view(rule)


async def preview_limit(
    session: AsyncSession,
    actor: Actor,
    *,
    link: Link,
    limit: Limit,
    category: str = "",
    unit_id: UUID | None = None,
    severe: bool = False,
    at: datetime,
) -> Preview:
    """Tell what `set_limit` with `recompute` would do, and write nothing."""
    require_arranger(actor)
    _check(category, "")
    before = await queries.book_of(session)
    line = LimitLine(link, limit, category, unit_id, severe, at, None)
    after = replace(before, lines=(*_without(before, line), line), _calendars={})
    return await changes.foresee(session, after, f"{link.label}时限改为{limit.lamps}", at=at, link=link)


async def preview_end(session: AsyncSession, actor: Actor, *, rule_id: UUID, at: datetime) -> Preview:
    """Tell what `end_limit` with `recompute` would do, and write nothing.

    :raises NotFound: no such rule
    """
    require_arranger(actor)
    rule = await session.get(LimitRule, rule_id)
    if rule is None:
        raise NotFound("没有找到这条时限规则")
    before = await queries.book_of(session)
    limit = Limit(rule.yellow, rule.red, rule.unit)
    line = LimitLine(rule.link, limit, rule.category, rule.unit_id, rule.severe, rule.valid_from, None)
    after = replace(before, lines=_without(before, line), _calendars={})
    return await changes.foresee(session, after, f"{rule.link.label}时限规则停用", at=at, link=rule.link)


def _without(book: Book, line: LimitLine) -> tuple[LimitLine, ...]:
    # The rules but the open one of the same cases: it would end.
    key = (line.link, line.category, line.unit_id, line.severe, None)
    return tuple(one for one in book.lines if (one.link, one.category, one.unit_id, one.severe, one.valid_until) != key)


async def end_limit(
    session: AsyncSession, actor: Actor, *, rule_id: UUID, at: datetime, recompute: bool = False
) -> LimitView:
    """End a rule, so that the next less particular one, or the default, is in force again.

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
        await changes.recompute(session, actor, before, change, cause={"cause": "limit"}, at=at, link=rule.link)
    return limit_view(rule)


def require_arranger(actor: Actor) -> None:
    """Refuse who does not arrange this.

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
