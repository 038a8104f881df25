"""Try a process on what happened: the steps of the last 30 days, judged by its table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import queries as calendar
from domain.calendar import rules as calendar_rules
from domain.calendar.models import Deadline, Link
from domain.cases import rules
from domain.cases.categories import Kind
from domain.cases.models import Case
from domain.cases.process import Process, Tweaks, built
from domain.cases.queries import processes
from domain.cases.queries.reach import visible_to
from domain.cases.vocabulary import Action, Status
from domain.kernel.actor import Actor
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Permission

PERIOD = timedelta(days=30)
SAMPLES, MOST = 10, 20_000


@dataclass(frozen=True, slots=True)
class Refused:
    """Tell of one kind of step that the process would have refused."""

    label: str
    reason: str
    count: int
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Late:
    """Compare one limit: how many clocks turned yellow and red before, and would now."""

    link: str
    clocks: int
    yellow_before: int
    yellow_after: int
    red_before: int
    red_after: int


@dataclass(frozen=True, slots=True)
class Trial:
    """Say what a process would have changed in the last 30 days."""

    cases: int
    steps: int
    same: int
    refused: tuple[Refused, ...]
    limits: tuple[Late, ...]


async def run(session: AsyncSession, actor: Actor, tweaks: Tweaks, bound_to: Sequence[str], *, at: datetime) -> Trial:
    """Judge each step of the last 30 days by a process, for the categories it is bound to.

    An empty `bound_to` takes all categories.

    :raises NotPermitted: the actor does not arrange processes
    :raises Invalid: a limit is not a limit
    """
    processes.require_manager(actor)
    process = built(tweaks)
    entries = await _entries(session, actor, bound_to, at)
    verdicts = [(entry, case_number, _verdict(process, entry, kind)) for entry, case_number, kind in entries]
    return Trial(
        cases=len({number for _, number, _ in verdicts}),
        steps=len(verdicts),
        same=sum(1 for _, _, verdict in verdicts if not verdict),
        refused=_refusals(verdicts, named=actor.may(Permission.CASE_VIEW)),
        limits=await _late(session, process, bound_to, at),
    )


async def _entries(
    session: AsyncSession, actor: Actor, bound_to: Sequence[str], at: datetime
) -> list[tuple[JournalEntry, str, Kind]]:
    # The newest lines first, no more than `MOST`: a trial must not hold up those who work meanwhile.
    newest = (
        select(col(JournalEntry.seq))
        .where(col(JournalEntry.action).in_([f"case.{action.value}" for action in Action]))
        .order_by(col(JournalEntry.seq).desc())
        .limit(MOST)
        .subquery()
    )
    seen = visible_to(actor) if actor.may(Permission.CASE_VIEW) else true()
    query = (
        select(JournalEntry, col(Case.number), col(Case.kind))
        .join(newest, newest.c.seq == col(JournalEntry.seq))
        .join(Case, col(Case.id) == col(JournalEntry.subject_id))
        .where(col(JournalEntry.at) >= at - PERIOD, seen, _covers(bound_to))
        .order_by(col(JournalEntry.seq))
    )
    return [(entry, number, kind) for entry, number, kind in await session.execute(query)]


def _covers(bound_to: Sequence[str]) -> ColumnElement[bool]:
    fitting = [col(Case.category).startswith(prefix, autoescape=True) for prefix in bound_to]
    return or_(*fitting) if fitting else true()


def _verdict(process: Process, entry: JournalEntry, kind: Kind) -> str:
    """Why the process would not have let the step pass as it was taken; empty when it would."""
    detail, action = entry.detail, Action(entry.action.removeprefix("case."))
    source = Status(detail["from"]) if detail.get("from") else None
    steps = process.rows(source, action)
    if not steps:
        return "没有这一步"
    roles = set(entry.actor_roles.split())
    steps = tuple(step for step in steps if any(who.role.value in roles for who in step.who))
    if not steps:
        return "由其他角色办理"
    step = next((one for one in steps if one.row == detail.get("row")), steps[0])
    if step.opinion and not detail.get("opinion"):
        return "没有填写意见"
    if rules.pictures_needed(step, kind) and not detail.get("files"):
        return "没有上传图片"
    return ""


def _refusals(verdicts: Sequence[tuple[JournalEntry, str, str]], *, named: bool) -> tuple[Refused, ...]:
    """Numbers of cases are given to those who see cases; an administrator of the system gets the counts."""
    found: dict[tuple[str, str], list[str]] = {}
    for entry, number, verdict in verdicts:
        if verdict:
            label = Action(entry.action.removeprefix("case.")).label
            found.setdefault((label, verdict), []).append(number)
    counted = Counter({key: len(numbers) for key, numbers in found.items()})
    return tuple(
        Refused(label, reason, count, tuple(dict.fromkeys(found[label, reason]))[: SAMPLES if named else 0])
        for (label, reason), count in counted.most_common()
    )


async def _late(session: AsyncSession, process: Process, bound_to: Sequence[str], at: datetime) -> tuple[Late, ...]:
    return tuple([await _late_on(session, process, link, bound_to, at) for link in process.limits])


async def _late_on(session: AsyncSession, process: Process, link: Link, bound_to: Sequence[str], at: datetime) -> Late:
    limit, calendar_now = process.limits[link], await calendar.calendar_of(session)
    query = (
        select(Deadline)
        .join(Case, col(Case.id) == col(Deadline.subject_id))
        .where(col(Deadline.started_at) >= at - PERIOD, col(Deadline.link) == link, _covers(bound_to))
        .order_by(col(Deadline.id).desc())
        .limit(MOST)
    )
    clocks = list(await session.scalars(query))
    ends = [d.stopped_at or at for d in clocks]
    due = [
        (
            calendar_rules.due(d.started_at, limit.yellow, limit.unit, calendar_now),
            calendar_rules.due(d.started_at, limit.red, limit.unit, calendar_now),
        )
        for d in clocks
    ]
    return Late(
        link.label,
        len(clocks),
        sum(end > d.yellow_at for d, end in zip(clocks, ends, strict=True)),
        sum(end > yellow for (yellow, _), end in zip(due, ends, strict=True)),
        sum(end > d.red_at for d, end in zip(clocks, ends, strict=True)),
        sum(end > red for (_, red), end in zip(due, ends, strict=True)),
    )
