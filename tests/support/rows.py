"""Many rows for lists, put in without their histories: few values, so that many are equal, and some missing."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.models import Assignment, AssignmentState, Case, Part, RiskLevel, Scale, Source
from domain.cases.vocabulary import Status
from tests.support.county import County

STATUSES = (Status.TO_DISPATCH, Status.TO_CONFIRM, Status.IN_PROGRESS, Status.CLOSED)


def case_row(county: County, rng: random.Random, *, at: datetime) -> Case:
    """Make a case of the centre that nobody has saved yet."""
    center = county["center"]
    return Case(
        number=f"T{rng.randrange(10**12):012d}",
        status=rng.choice(STATUSES),
        title=rng.choice(["", "噪音", "噪音扰民", "Ａ标题"]),
        category=rng.choice(["0701", "0702"]),
        area_path=rng.choice(["3599", "3599.01"]),
        source=Source.WALK_IN,
        risk_level=RiskLevel.LOW,
        scale=Scale.INDIVIDUAL,
        urgent=rng.random() < 0.3,
        created_by=center.account_id,
        unit_id=center.unit_id,
        created_at=at - timedelta(days=rng.randrange(3)),
        updated_at=at,
        submitted_at=rng.choice([None, at, at - timedelta(days=1)]),
        due_at=rng.choice([None, at, at + timedelta(hours=1), at - timedelta(hours=1)]),
    )


async def add_cases(session: AsyncSession, county: County, rng: random.Random, many: int, *, at: datetime) -> list[str]:
    """Put in cases of the centre and tell their numbers."""
    made = [case_row(county, rng, at=at) for _ in range(many)]
    session.add_all(made)
    await session.flush()
    return [case.number for case in made]


async def add_held_cases(
    session: AsyncSession, county: County, rng: random.Random, many: int, *, login: str, at: datetime
) -> None:
    """Put in cases that the unit of a login was given and has accepted, or not yet."""
    unit = county[login].unit_id
    for _ in range(many):
        case = case_row(county, rng, at=at)
        case.status, case.lead_unit_id = rng.choice((Status.TO_ACCEPT, Status.IN_PROGRESS)), unit
        session.add(case)
        await session.flush()
        waits = case.status is Status.TO_ACCEPT
        session.add(
            Assignment(
                case_id=case.id,
                unit_id=unit,
                part=Part.LEAD,
                state=AssignmentState.WAITING if waits else AssignmentState.WORKING,
                dispatched_by=county["center"].account_id,
                dispatched_at=at,
                accepted_at=None if waits else at,
            )
        )
    await session.flush()
