"""Whatever happens in whatever order: after each step the case, its assignments, clocks and journal agree.

`HISTORIES` sets how many histories are played, `STEPS` how long each is; what CI plays is always the same.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import SQLModel, col

from domain.calendar import queries as calendar_queries
from domain.calendar import rules as calendar_rules
from domain.calendar.models import Deadline
from domain.calendar.operations import seed_years
from domain.cases.models import Assignment, AssignmentState, Case, Part
from domain.cases.operations import clocks
from domain.cases.vocabulary import Status
from domain.kernel import chain as journal
from domain.kernel.actor import Actor
from domain.kernel.models import JournalEntry
from domain.orgs import queries as org_queries
from domain.statistics.queries import departments as statistics
from domain.statistics.queries.departments import Period
from tests.domain.cases import reading
from tests.support.database import rolled_back
from tests.support.histories import Move, Walk

S = Status
HISTORIES, STEPS, CASES = int(os.environ.get("HISTORIES", "3")), int(os.environ.get("STEPS", "220")), 4
LIVE = {AssignmentState.WAITING, AssignmentState.WORKING, AssignmentState.REPORTED}
GONE = {AssignmentState.RETURNED, AssignmentState.WITHDRAWN}
PENDING = {S.ORDER_PENDING, S.RETURN_PENDING, S.EXTENSION_PENDING}
WITH_LEAD = {S.TO_ACCEPT, S.IN_PROGRESS, S.EXTENDED, S.LEADER_ORDER, S.RETURN_PENDING, S.EXTENSION_PENDING}
WITHOUT = {S.DRAFT, S.TO_DISPATCH, S.TO_SUPPLEMENT, S.AT_CITY, S.CLOSED, S.VOID}
MOVES_DUE = {"approve_extension", "reject_result"}


@dataclass(frozen=True)
class Shot:
    """Everything stored about one case."""

    case: Row[Any]
    assignments: Sequence[Row[Any]]
    deadlines: Sequence[Row[Any]]
    lines: Sequence[Row[Any]]

    @property
    def live(self) -> list[Row[Any]]:
        return [a for a in self.assignments if a.state in LIVE]


async def shots_of(session: AsyncSession, case_ids: Sequence[UUID]) -> dict[UUID, Shot]:
    """Read all that is stored about some cases: one statement a table."""
    await session.flush()
    cases = await _by_case(session, Case, col(Case.id), case_ids, col(Case.id))
    parts = await _by_case(session, Assignment, col(Assignment.case_id), case_ids, col(Assignment.id))
    clocks = await _by_case(session, Deadline, col(Deadline.subject_id), case_ids, col(Deadline.id))
    lines = await _by_case(session, JournalEntry, col(JournalEntry.subject_id), case_ids, col(JournalEntry.seq))
    return {i: Shot(cases[i][0], parts[i], clocks[i], lines[i]) for i in case_ids}


async def _by_case(
    session: AsyncSession, table: type[SQLModel], column: Any, ids: Sequence[UUID], order: Any
) -> dict[UUID, list[Row[Any]]]:
    columns = [c for c in table.__table__.c if c.name != "search"]  # type: ignore[attr-defined]
    found: dict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in await session.execute(select(*columns).where(column.in_(ids)).order_by(order)):
        found[row._mapping[column.expression]].append(row)
    return found


@dataclass
class Checker:
    """Looks at the cases of a walk after each step, and remembers how they were before."""

    walk: Walk
    shots: dict[str, Shot] = field(default_factory=dict)

    async def look(self, move: Move) -> None:
        """Check the case that was stepped on whole; the others must be as they were."""
        assert not (move.offered and move.refusal), f"offered, yet refused: {move}"
        watched = {n: self.walk.ids[n] for n in {*self.walk.numbers, move.number}}
        shots = await shots_of(self.walk.session, list(watched.values()))
        for number, case_id in watched.items():
            shot, before = shots[case_id], self.shots.get(number)
            touched = not move.refusal and (number == move.number or move.action in {"merge", "unmerge"})
            if before and not touched:
                assert shot == before, f"{number} changed by a step that was refused, or on another case"
            elif before:
                await self._whole(move, before, shot)
            self.shots[number] = shot

    async def _whole(self, move: Move, before: Shot, shot: Shot) -> None:
        grown = shot.case.version - before.case.version
        assert len(shot.lines) - len(before.lines) == grown == 1 or (grown == 0 and shot == before)
        check_status(shot)
        check_assignments(shot)
        check_clocks(shot)
        check_replay(shot)
        check_statistics(shot)
        await self._remaining(move, before, shot)

    async def _remaining(self, move: Move, before: Shot, shot: Shot) -> None:
        # A pause and what follows it keep what remained; nothing else but an extension moves a due moment.
        calendar = await calendar_queries.calendar_of(self.walk.session)
        for old, new in ((o, n) for o in before.deadlines for n in shot.deadlines if o.id == n.id):
            if old.paused_at and not new.stopped_at:
                for name in ("yellow_at", "red_at"):
                    left = calendar_rules.length(old.paused_at, getattr(old, name), old.unit, calendar)
                    kept = calendar_rules.length(new.paused_at or move.at, getattr(new, name), new.unit, calendar)
                    assert kept == left or (move.action in MOVES_DUE and kept > left), (move, old, new)
            elif move.action not in MOVES_DUE:
                assert (new.yellow_at, new.red_at) == (old.yellow_at, old.red_at), (move, old, new)
            else:
                assert new.yellow_at >= old.yellow_at, (move, old, new)


def check_status(shot: Shot) -> None:
    """A status to go back to is kept exactly while a request waits."""
    case = shot.case
    assert (case.previous_status is not None) == (case.status in PENDING), (case.status, case.previous_status)
    assert (case.closed_at is not None) == (case.status is S.CLOSED), (case.status, case.closed_at)


def check_assignments(shot: Shot) -> None:
    """What is dispatched has exactly one live lead; what is not has nobody; what is over knows when."""
    case, live = shot.case, shot.live
    leads = [a for a in live if a.part is Part.LEAD]
    dispatched = case.status in WITH_LEAD or case.previous_status in WITH_LEAD
    if dispatched:
        assert [a.unit_id for a in leads] == [case.lead_unit_id], (case.status, leads)
    elif case.status in WITHOUT or case.previous_status in WITHOUT:
        assert not live, (case.status, live)
    assert len({a.unit_id for a in live}) == len(live), "a department has two live parts in one case"
    for one in shot.assignments:
        assert (one.ended_at is None) == (one.state in LIVE), one
        if one.state in LIVE:
            assert (one.accepted_at is None) == (one.state is AssignmentState.WAITING), one
    if case.status in {S.IN_PROGRESS, S.EXTENDED, S.LEADER_ORDER, S.EXTENSION_PENDING}:
        assert all(a.accepted_at for a in leads), case.status


def check_clocks(shot: Shot) -> None:
    """No clock is negative, none runs twice, none after the end; the case shows the nearest.

    One that took over the end of a merged case's may be over before it began: that case waited for longer.
    """
    case = shot.case
    for one in shot.deadlines:
        taken_over = one.limit_text.endswith(clocks.TIGHTENED)
        assert taken_over or one.started_at < one.yellow_at, one
        assert one.yellow_at <= one.red_at, one
        assert one.paused_at is None or one.paused_at >= one.started_at, one
        assert one.stopped_at is None or one.stopped_at >= one.started_at, one
    running = [d for d in shot.deadlines if d.stopped_at is None]
    assert len({(d.link, d.holder_id) for d in running}) == len(running), "two clocks on one link"
    if case.status in {S.DRAFT, S.AT_CITY, S.CLOSED, S.VOID}:
        assert not running, (case.status, running)
    holders = {a.id for a in shot.live} | {None}
    assert {d.holder_id for d in running} <= holders, "a clock of somebody who has left the case"
    if case.legacy or case.merged_into_id:
        assert all(d.paused_at for d in running)
    ticking = [d for d in running if d.holder_id is None and d.paused_at is None]
    nearest = min((d.yellow_at for d in ticking), default=None)
    assert case.due_at == nearest
    assert case.due_link in ({d.link for d in ticking if d.yellow_at == nearest} or {None})


def check_replay(shot: Shot) -> None:
    """The journal alone, line by line, leads to what is stored; each line is a row of the ruling."""
    status, version, waiting = S.DRAFT, 1, None
    assert shot.lines[0].action == "case.create"
    for line in shot.lines[1:]:
        told = line.detail
        assert S(told["from"]) is status, line.detail
        if "row" in told:
            targets = {r.target for r in reading.ROWS if r.number == told["row"] and r.source is status}
            assert told["to"] in targets or (reading.PREVIOUS in targets and S(told["to"]) is waiting), told
        if S(told["to"]) in PENDING and S(told["to"]) is not status:
            waiting = status
        status, version = S(told["to"]), version + 1
        assert told["version"] == version
    assert (status, version) == (shot.case.status, shot.case.version)
    assert shot.case.previous_status in {None, waiting}


def check_statistics(shot: Shot) -> None:
    """For each department the case counts once: as accepted or as waiting, never as both or neither."""
    counted: dict[UUID, list[Row[Any]]] = defaultdict(list)
    for one in shot.assignments:
        if one.state not in GONE:
            counted[one.unit_id].append(one)
    for unit, parts in counted.items():
        now = [a for a in parts if a.state in LIVE] or parts[-1:]
        accepted, waiting = [a for a in now if a.accepted_at], [a for a in now if not a.accepted_at]
        assert bool(accepted) != bool(waiting), (unit, parts)


async def check_figures(session: AsyncSession, viewer: Actor, at: datetime) -> None:
    """The figures of each department are the distinct cases it holds, accepted or waiting; what it gave back is out."""
    query = select(col(Assignment.unit_id), col(Assignment.case_id), col(Assignment.accepted_at))
    total: dict[UUID, set[UUID]] = defaultdict(set)
    accepted: dict[UUID, set[UUID]] = defaultdict(set)
    for unit, case, moment in await session.execute(query.where(col(Assignment.state).not_in(GONE))):
        total[unit].add(case)
        accepted[unit] |= {case} if moment else set()
    figures = {f.department: f for f in await statistics.departments(session, viewer, Period(), at=at)}
    for unit in await org_queries.departments(session):
        told = figures[unit.code]
        assert (told.total, told.accepted) == (len(total[unit.id]), len(accepted[unit.id])), told
        assert told.total == told.accepted + told.waiting


@pytest.mark.timeout(900)
@settings(
    max_examples=HISTORIES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
async def test_any_history_holds_together(engine: AsyncEngine, seed: int) -> None:
    async with rolled_back(engine) as session:
        await seed_years(session, [2026])
        walk = await Walk.begin(session, seed, CASES)
        checker = Checker(walk)
        try:
            for place in range(STEPS):
                await checker.look(await walk.step())
                if place % 5 == 0:
                    await check_figures(session, walk.county["leader"], walk.at)
                if walk.rng.random() < 0.15:
                    await checker.look(await walk.blunder())
        except AssertionError as fault:
            raise AssertionError(f"seed {seed}: {fault}\n{walk.told()}") from fault
        assert (await journal.verify(session))[1] is None
