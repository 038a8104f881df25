"""What a bulk step would do to the nearest limits of the chosen cases, before it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import queries as calendar
from domain.calendar.models import LimitUnit, Link
from domain.cases.models import Case
from domain.cases.process import Process
from domain.cases.queries import processes, reach, starting
from domain.cases.queries.bulk import within_bounds
from domain.cases.vocabulary import Action, Verb
from domain.kernel.actor import Actor
from domain.kernel.clock import end_stamp
from domain.orgs import queries as orgs

EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class Nearest:
    """A nearest limit: its link in the words of the case's process, its moment, and that moment as it is written."""

    label: str
    due_at: datetime
    written: str

    @property
    def said(self) -> str:
        return f"{self.label}时限 {self.written}"


@dataclass(frozen=True, slots=True)
class Renewal:
    """One case that the step would reach, with its nearest limit before and after."""

    number: str
    before: Nearest | None
    after: Nearest | None

    def newly_late(self, at: datetime) -> bool:
        return _late(self.after, at) and not _late(self.before, at)

    def no_longer_late(self, at: datetime) -> bool:
        return _late(self.before, at) and not _late(self.after, at)

    @property
    def earlier(self) -> bool:
        return self.after is not None and self.before is not None and self.after.due_at < self.before.due_at

    def sentence(self, at: datetime) -> str:
        """Say from which due moment to which, naming the link anew only where it is another."""
        before, after = self.before, self.after
        if after is None:
            return f"{self.number} {before.said if before else '没有计时中的时限'}，办理后不计时"
        same = before is not None and before.label == after.label
        words = f"{before.said if before else '没有计时中的时限'} 改为 {after.written if same else after.said}"
        return f"{self.number} {words}{'，将立即超期' if self.newly_late(at) else ''}"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a step would do to all chosen cases that it reaches: the sum over them, and some of them."""

    renewals: tuple[Renewal, ...]
    at: datetime

    @property
    def sentence(self) -> str:
        late = sum(one.newly_late(self.at) for one in self.renewals)
        eased = sum(one.no_longer_late(self.at) for one in self.renewals)
        earlier = sum(one.earlier for one in self.renewals)
        sooner = f"{earlier} 件提前到期" if earlier else "没有提前到期的"
        parts = [f"将办理 {len(self.renewals)} 件，时限重新计算：{sooner}"]
        parts.append(f"{late} 件将立即超期" if late else "没有案件因此超期")
        parts += [f"{eased} 件现已超期，重新计时后不再超期"] if eased else []
        return "；".join(parts)

    @property
    def examples(self) -> tuple[str, ...]:
        """Give some cases in words: those that become late first, then those due earlier than now, the soonest first."""
        order = sorted(self.renewals, key=lambda one: (not one.newly_late(self.at), not one.earlier, _due(one.after)))
        return tuple(one.sentence(self.at) for one in order[:EXAMPLES])


async def bulk(
    session: AsyncSession, actor: Actor, numbers: Sequence[str], action: Action, lead: str, *, at: datetime
) -> Foreseen | None:
    """Tell what giving cases to a department does to their nearest limits; none where the step starts no clock.

    Such a step stops whatever else runs on the case itself. Cases out of reach, or where the step does not
    start, are left out.

    :raises Invalid: not a bulk step, too many cases, or no such department
    """
    within_bounds(numbers, action)
    unit = await orgs.department_by_code(session, lead, field="lead_department")
    query = select(Case).where(col(Case.number).in_(numbers), reach.visible_to(actor))
    cases = {case.number: case for case in await session.scalars(query)}
    found = [
        renewal
        for number in dict.fromkeys(numbers)
        if (case := cases.get(number)) and (renewal := await _renewal(session, case, action, unit.id, at))
    ]
    return Foreseen(tuple(found), at) if found else None


async def _renewal(session: AsyncSession, case: Case, action: Action, unit_id: UUID, at: datetime) -> Renewal | None:
    process = await processes.of_case(session, case)
    step = next((row for row in process.rows(case.status, action) if row.clocks), None)
    if step is None:
        return None
    before = after = None
    if case.due_at and case.due_link:
        before = await _nearest(session, process, case.due_link, case.due_at, case.due_line, case.due_unit_id)
    begun = [
        await starting.clock(session, case, process.limits, clock.link, unit_id, at=at)
        for clock in step.clocks
        if clock.verb is Verb.START and clock.link
    ]
    if begun and not case.legacy:
        first = min(begun, key=lambda one: one.yellow_at)
        after = await _nearest(session, process, first.link, first.yellow_at, first.limit.unit, unit_id)
    return Renewal(case.number, before, after)


async def _nearest(
    session: AsyncSession, process: Process, link: Link, due_at: datetime, unit: LimitUnit | None, unit_id: UUID | None
) -> Nearest:
    written = await calendar.written_end(session, due_at, unit, unit_id)
    return Nearest(process.spoken(link.label), due_at, end_stamp(written))


def _late(one: Nearest | None, at: datetime) -> bool:
    return one is not None and one.due_at < at


def _due(one: Nearest | None) -> datetime:
    return one.due_at if one else datetime.max.replace(tzinfo=UTC)
