"""How long each stage of the way of a case took (环节用时), and the cases behind each number.

The moments are those of the journal. Time is that of the clock on the wall, nights and holidays with it: it is what a
petitioner waits. Whether a limit was missed is not derived from it, but read from the breaches, which working days
decide (domain/calendar).

A stage belongs to the period in which it ended. A case counts once in a stage of a period, by its last passing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Float, Integer, and_, case, cast, extract, func, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.cases.models import Case
from domain.cases.queries.reach import visible_to
from domain.cases.queries.rows import rows_of
from domain.cases.vocabulary import Action as A
from domain.kernel.actor import Actor
from domain.kernel.models import JournalEntry
from domain.kernel.paging import Key, Order, Page, Place, turn
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid
from domain.orgs import queries as orgs
from domain.statistics.queries.county import Scope
from domain.statistics.queries.defined import KEYS, belongs, seen_by
from domain.statistics.schemas import Among, By, Figure, Passed, Stage, StageFigures
from domain.supervision import queries as supervision
from domain.supervision.models import Breach

_ASSIGNED = (A.DISPATCH, A.REDISPATCH, A.ORDER, A.APPROVE_ORDER, A.RELAPSE, A.REOPEN)
_ASKED = (A.REQUEST_RETURN, A.REQUEST_EXTENSION, A.PROPOSE_ORDER)
_DECIDED = (
    A.APPROVE_RETURN, A.REJECT_RETURN, A.APPROVE_EXTENSION, A.REJECT_EXTENSION, A.APPROVE_ORDER, A.REJECT_ORDER,
)  # fmt: skip
_ACTS: dict[Stage, tuple[tuple[A, ...], tuple[A, ...]]] = {
    Stage.DISPATCH: (
        (A.SUBMIT, A.RESUBMIT, A.RECALL, A.APPROVE_RETURN, A.CITY_RETURN, A.CITY_DISPATCH), (A.DISPATCH,),
    ),
    Stage.ACCEPT: (_ASSIGNED, (A.ACCEPT,)),
    Stage.RESOLVE: ((A.ACCEPT, A.REJECT_RESULT), (A.SUBMIT_RESULT,)),
    Stage.CONFIRM: ((A.SUBMIT_RESULT, A.CITY_RESULT), (A.CONFIRM,)),
    Stage.DECIDE: (_ASKED, _DECIDED),
    Stage.RATE: ((A.CONFIRM, A.CLOSE_DIRECTLY, A.WITHDRAW_BY_PETITIONER), (A.RATE,)),
}  # fmt: skip
"""The acts that a stage begins with, the last of them before its end, and those that end it."""
_Begun = aliased(JournalEntry)


def _acts(column: Any, acts: Collection[A]) -> ColumnElement[bool]:
    return column.in_([f"case.{act.value}" for act in acts])


def _lines(actor: Actor, scope: Scope, stages: Collection[Stage]) -> CTE:
    """One line for each stage and case that passed it in the period, by the last passing."""
    entry, days = JournalEntry, scope.days
    stage: Any = case(*((_acts(col(entry.action), _ACTS[one][1]), one.value) for one in stages)).label("stage")
    columns: list[Any] = [
        stage,
        col(Case.id).label("case_id"),
        col(entry.seq).label("seq"),
        col(entry.at).label("ended_at"),
    ]
    found: Any = select(*columns)
    ended = (
        found.join(Case, col(Case.id) == col(entry.subject_id))
        .where(
            visible_to(actor), *scope.narrowed, col(Case.merged_into_id).is_(None),
            col(entry.at) >= days.since, col(entry.at) < days.until,
            _acts(col(entry.action), [act for one in stages for act in _ACTS[one][1]]),
        )
        .ext(distinct_on(stage, col(Case.id)))
        .order_by(stage, col(Case.id), col(entry.seq).desc())
        .subquery("ended")
    )  # fmt: skip
    starts = [and_(ended.c.stage == one.value, _acts(col(_Begun.action), _ACTS[one][0])) for one in stages]
    before = (col(_Begun.subject_id) == ended.c.case_id, col(_Begun.seq) < ended.c.seq, or_(*starts))
    began_at: list[Any] = [col(_Begun.at).label("began_at")]
    last = select(*began_at).where(*before).order_by(col(_Begun.seq).desc()).limit(1)
    began = last.lateral("began")
    took = cast(extract("epoch", ended.c.ended_at - began.c.began_at), Float).label("took")
    over = _over(ended, began).label("over")
    return select(ended, began.c.began_at, took, over).join(began, true()).cte("lines")


def _over(ended: Any, began: Any) -> ColumnElement[bool]:
    # The clocks of assistants name an assignment: they are not those of the case.
    limits = {one.value: one.limit for one in Stage if one.limit}
    passed = [and_(ended.c.stage == stage, col(Breach.link) == limit) for stage, limit in limits.items()]
    within = and_(col(Breach.due_at) >= began.c.began_at, col(Breach.due_at) < ended.c.ended_at)
    mine = and_(col(Breach.case_id) == ended.c.case_id, col(Breach.assignment_id).is_(None))
    return select(col(Breach.id)).where(mine, within, or_(*passed), supervision.counts()).exists()


def _edges(lines: CTE) -> Any:
    def edge(share: float) -> ColumnElement[Any]:
        return func.percentile_cont(share).within_group(lines.c.took)

    return select(
        lines.c.stage, edge(0.5).label("median"), edge(0.9).label("ninety")
    ).group_by(lines.c.stage).subquery("edges")  # fmt: skip


def _belongs(among: Among, lines: CTE, edges: Any) -> ColumnElement[bool]:
    # The one definition of a number of a stage: it counts these lines, its list names them.
    return {Among.ALL: true(), Among.OVER: lines.c.over, Among.SLOW: lines.c.took >= edges.c.ninety}[among]


async def stages(session: AsyncSession, actor: Actor, scope: Scope) -> tuple[StageFigures, ...]:
    """Tell how long each stage took that ended in a period.

    :raises NotPermitted: the actor sees no figures
    """
    actor.require(Permission.STATISTICS_VIEW)
    lines = _lines(actor, scope, tuple(Stage))
    edges = _edges(lines)
    counts = [func.count().filter(_belongs(among, lines, edges)).label(among.value) for among in Among]
    query = (
        select(lines.c.stage, *counts, func.min(edges.c.median), func.min(edges.c.ninety))
        .join(edges, edges.c.stage == lines.c.stage)
        .group_by(lines.c.stage)
    )
    found: dict[Stage, StageFigures] = {}
    rows: Sequence[Any] = (await session.execute(query)).all()
    for name, *numbers, median, ninety in rows:
        stage = Stage(name)
        found[stage] = StageFigures(stage, dict(zip(Among, numbers, strict=True)), median, ninety)
    return tuple(found.get(one) or StageFigures(one, dict.fromkeys(Among, 0)) for one in Stage)


async def spent(session: AsyncSession, actor: Actor, scope: Scope, *, at: datetime) -> list[tuple[str, int, int]]:
    """Tell how long the cases closed in a period took from their submission to their end.

    Each line is the name of a main department (empty where none was given), whole minutes, and how many cases.

    :raises NotPermitted: the actor sees no figures
    """
    actor.require(Permission.STATISTICS_VIEW)
    seconds = extract("epoch", col(Case.closed_at) - col(Case.submitted_at))
    closed = (seen_by(actor), *scope.narrowed, belongs(Figure.CLOSED, actor, scope.days, at))
    columns: list[Any] = [KEYS[By.DEPARTMENT].label("unit"), cast(func.floor(seconds / 60), Integer).label("minutes")]
    lines = select(*columns).where(*closed, col(Case.submitted_at).is_not(None)).subquery("lines")
    counted = select(lines.c.unit, lines.c.minutes, func.count()).group_by(lines.c.unit, lines.c.minutes)
    names = {str(unit.id): unit.name for unit in await orgs.departments(session)}
    return [(names.get(unit, ""), minutes, count) for unit, minutes, count in await session.execute(counted)]


async def cases_behind(
    session: AsyncSession,
    actor: Actor,
    stage: Stage,
    among: Among,
    scope: Scope,
    *,
    at: datetime,
    cursor: str = "",
    size: int = 20,
    sort: str = "",
) -> Page[Passed]:
    """Give exactly the cases that a number of a stage counts, the slowest first unless it is sorted by `took`.

    :raises NotPermitted: the actor sees no figures
    :raises Invalid: no such order, or the cursor is another list's
    """
    actor.require(Permission.STATISTICS_VIEW)
    if sort not in {"", "took", "-took"}:
        raise Invalid.of({"sort": "不能按这一列排序"})
    lines = _lines(actor, scope, (stage,))
    edges, falling = _edges(lines), sort != "took"
    every: Any = (
        select(Case, lines.c.began_at, lines.c.ended_at, lines.c.took, lines.c.over)
        .join(lines, lines.c.case_id == col(Case.id))
        .join(edges, true())
        .where(visible_to(actor), _belongs(among, lines, edges))
    )
    keys = (Key(lines.c.took, lambda line: line.took, falling), Key(col(Case.id), lambda line: line.Case.id, falling))
    order = Order(f"took {falling}", keys)

    async def fetch(place: Place | None, most: int, _at: datetime) -> Sequence[Any]:
        return (await session.execute(order.select(every, place, most))).all()

    turned = await turn(order.name, lambda line, _: order.values(line), fetch, cursor=cursor, size=size, at=at)
    total = await session.scalar(select(func.count()).select_from(every.subquery())) or 0
    rows = await rows_of(session, actor, [line.Case for line in turned.rows], at=at)
    passed = [
        Passed(row, line.began_at, line.ended_at, line.took, line.over)
        for row, line in zip(rows, turned.rows, strict=True)
    ]
    return turned.page(passed, total, size)
