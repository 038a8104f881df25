"""Bring the sums of days up to date, and prove them against the cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CTE, delete, except_, func, select, true, union_all
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.audit import operations as audit
from domain.cases.models import Case
from domain.statistics.models import FigureChange
from domain.statistics.queries.summed import CASES, DAYS, WHOLE, as_counted, spread
from domain.statistics.schemas import By

BATCH = 2000
"""Changes worked off at once."""
_LOCK = 0x46696775


async def bring_up(session: AsyncSession, *, most: int = BATCH) -> int:
    """Count anew what changed, and add the difference to the sums; answer how many changes that were.

    Readers see it done or not begun; to them it changes nothing.
    """
    await _alone(session)
    oldest = select(col(FigureChange.seq)).order_by(col(FigureChange.seq)).limit(most)
    gone = (
        delete(FigureChange).where(col(FigureChange.seq).in_(oldest)).returning(col(FigureChange.case_id)).cte("gone")
    )
    ids = select(select(gone.c.case_id).distinct().cte("changed"))
    now = as_counted(col(Case.id).in_(ids)).cte("now")
    then = select(CASES).where(CASES.c.case_id.in_(ids)).cte("then")
    out = delete(CASES).where(CASES.c.case_id.in_(ids), CASES.c.case_id.not_in(select(now.c.case_id)))
    done = select(func.count()).select_from(gone)
    writing = (_add(spread(then, -1), spread(now, 1)), _keep(now), out)
    return await session.scalar(done.add_cte(*(one.cte(f"write_{place}") for place, one in enumerate(writing)))) or 0


async def prove(session: AsyncSession, *, at: datetime) -> int:
    """Compare the sums with the cases, mend what is wrong and raise an alarm; answer how much was wrong.

    A case that does not stand in the sums as it counts, and is not noted, is noted; a sum that is not the number of
    the cases that stand in it is set right.
    """
    await _alone(session)
    kept, counted = select(CASES), as_counted(true())
    apart = union_all(except_(kept, counted), except_(counted, kept)).subquery()
    strays = select(apart.c.case_id).distinct().where(apart.c.case_id.not_in(select(col(FigureChange.case_id))))
    noted = insert(FigureChange).from_select(["case_id"], strays).returning(col(FigureChange.case_id))
    wrong = len((await session.execute(noted)).all())
    for kind in (WHOLE, *(one.value for one in By)):
        right = spread(kept.cte("kept"), 1)
        mended = _add(
            select(*_columns(DAYS), (-DAYS.c.number).label("number")).where(DAYS.c.number != 0), right, kind=kind
        )
        wrong += len((await session.execute(mended.returning(DAYS.c.day))).all())
    if wrong:
        await audit.raise_figures(session, wrong, at=at)
    return wrong


async def _alone(session: AsyncSession) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _add(*lines: Any, kind: str | None = None) -> Insert:
    """Add the sum of some lines to the sums of days, of one kind or all."""
    every = union_all(*lines).subquery()
    keys, number = _columns(every), func.sum(every.c.number)
    query = select(*keys, number).group_by(*keys).having(number != 0)
    adding = insert(DAYS).from_select(DAYS.c.keys(), query if kind is None else query.where(every.c.kind == kind))
    more = DAYS.c.number + adding.excluded.number
    return adding.on_conflict_do_update(index_elements=DAYS.primary_key, set_={"number": more})


def _columns(lines: Any) -> list[Any]:
    return [lines.c[one.name] for one in DAYS.primary_key]


def _keep(now: CTE) -> Insert:
    keeping = insert(CASES).from_select(CASES.c.keys(), select(now))
    rest = {one.name: keeping.excluded[one.name] for one in CASES.c if not one.primary_key}
    return keeping.on_conflict_do_update(index_elements=CASES.primary_key, set_=rest)
