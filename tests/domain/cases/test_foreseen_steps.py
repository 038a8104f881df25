"""What a bulk step is said to do to the nearest limits of the chosen cases is what it then does."""

from __future__ import annotations

import os
import random
from datetime import datetime, timedelta
from itertools import product

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar.models import LimitUnit, Link
from domain.calendar.operations import seed_years, set_limit
from domain.calendar.rules import Limit
from domain.cases.inputs import CaseFilter, StepInput
from domain.cases.models import Case
from domain.cases.operations.take import take
from domain.cases.process import STANDARD
from domain.cases.queries import foreseeing, listing, reach
from domain.cases.queries.bulk import BULK, MOST
from domain.cases.queries.foreseeing import Nearest, Renewal
from domain.cases.vocabulary import Action, Verb
from domain.cases.workflow import Clock
from domain.kernel.clock import SHANGHAI, end_stamp
from domain.kernel.refusals import Invalid, Refusal
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County
from tests.support.histories import Walk

RULES = (
    {"limit": Limit(3, 6, LimitUnit.WORKHOURS), "unit": "zjj"},
    {"limit": Limit(2, 4, LimitUnit.WORKDAYS), "unit": "mzj"},
    {"limit": Limit(5, 9, LimitUnit.HOURS), "unit": "mzj", "category": "L101"},
)


def test_a_bulk_step_that_starts_a_clock_stops_all_others_first() -> None:
    for action in BULK:
        for step in STANDARD.rows_of(action):
            assert not step.clocks or step.clocks[0] == Clock(Verb.STOP), step


async def own_rules(session: AsyncSession, county: County, at: datetime) -> None:
    """Give some units limits of their own, so that it matters which one gets a case."""
    for rule in RULES:
        unit_id = county.units[str(rule["unit"])].id
        more = {"limit": rule["limit"], "unit_id": unit_id, "category": rule.get("category", "")}
        await set_limit(session, county["center"], link=Link.ACCEPT, at=at, **more)  # type: ignore[arg-type]


async def done(
    session: AsyncSession, county: County, numbers: list[str], action: Action, lead: str, at: datetime
) -> dict[str, tuple[datetime | None, str]]:
    """Take the step on each case, and give the nearest limits that came of it, as lists write them."""
    found: dict[str, tuple[datetime | None, str]] = {}
    for number in numbers:
        given = StepInput(lead_department=lead, opinion="统一改派")
        try:
            async with session.begin_nested():
                await take(session, county["center"], number=number, action=action, given=given, at=at)
        except Refusal:
            continue
        rows = (await listing.search(session, county["center"], CaseFilter(), at=at, size=200)).items
        row = next(one for one in rows if one.number == number)
        found[number] = (row.due_at, end_stamp(row.ends_at))
    return found


LEADS = ("rsj", "zjj", "mzj")
SHARES = list(product(range(3), LEADS) if os.environ.get("SOAK") else enumerate(LEADS))
"""Each history with one department, and with `SOAK` with every one."""


@pytest.mark.parametrize(("seed", "lead"), SHARES)
@pytest.mark.parametrize("action", [Action.DISPATCH, Action.REDISPATCH])
async def test_is_what_the_step_does(session: AsyncSession, seed: int, action: Action, lead: str) -> None:
    walk = await Walk.begin(session, seed=seed, cases=6)
    await seed_years(session, [2026])
    await own_rules(session, walk.county, walk.at)
    rng = random.Random(seed)
    for _ in range(40):
        await walk.step()
    for place in range(6):
        number = await support.draft(session, walk.county, at=walk.at, seed=100 + place, occurred_at=None)
        walk.ids[number] = (await reach.find(session, walk.county["center"], number)).id
        for main in MAIN_LINE[: 1 + place % 3]:
            await support.main_step(session, walk.county, number, main, at=walk.at)
        walk.at += timedelta(minutes=rng.choice((5, 200, 900)))
    numbers, at = sorted(walk.ids), walk.at + timedelta(hours=rng.choice((0, 8, 60)))
    was = {number: (await walk.case(number)).due_at for number in numbers}

    foreseen = await foreseeing.bulk(session, walk.county["center"], numbers, action, lead, at=at)
    became = await done(session, walk.county, numbers, action, lead, at)

    told = {one.number: one for one in foreseen.renewals} if foreseen else {}
    assert became
    for number, (due_at, written) in became.items():
        one = told[number]
        assert (one.before.due_at if one.before else None) == was[number]
        assert (one.after.due_at if one.after else None, one.after.written if one.after else "") == (due_at, written)
        assert one.newly_late(at) is bool(due_at and due_at < at and not (was[number] and was[number] < at))


async def brought(session: AsyncSession, county: County, start: str, steps: int, seed: int) -> str:
    at = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)
    number = await support.draft(session, county, at=at, seed=seed, occurred_at=None)
    for action in MAIN_LINE[:steps]:
        await support.main_step(session, county, number, action, at=at)
    return number


async def test_is_summed_up_over_its_own_list(session: AsyncSession, county: County) -> None:
    await seed_years(session, [2026])
    county = await support.reinforce(session, county)
    await own_rules(session, county, MORNING)
    late = await brought(session, county, "2026-11-18 09:00", 2, 1)
    fresh = await brought(session, county, "2026-11-20 08:00", 2, 2)
    await brought(session, county, "2026-11-18 09:00", 3, 3)  # accepted: the step does not start there
    at = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)

    foreseen = await foreseeing.bulk(session, county["center"], [late, fresh], Action.REDISPATCH, "zjj", at=at)

    assert foreseen
    assert foreseen.sentence == (
        "将办理 2 件，时限重新计算：1 件提前到期；没有案件因此超期；1 件现已超期，重新计时后不再超期"
    )
    assert foreseen.examples == (
        f"{fresh} 接收时限 2026-11-21 08:00 改为 2026-11-20 12:00",
        f"{late} 接收时限 2026-11-19 09:00 改为 2026-11-20 12:00",
    )


async def test_a_first_dispatch_names_both_links(session: AsyncSession, county: County) -> None:
    number = await brought(session, county, "2026-11-20 08:00", 1, 1)
    at = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)
    foreseen = await foreseeing.bulk(session, county["center"], [number], Action.DISPATCH, "rsj", at=at)
    assert foreseen
    assert foreseen.examples == (f"{number} 转派时限 2026-11-20 12:00 改为 接收时限 2026-11-21 09:00",)


def test_ten_are_listed_those_that_become_late_first() -> None:
    def near(hours: int) -> Nearest:
        return Nearest("接收", MORNING + timedelta(hours=hours), f"{hours}")

    shifts = [(5, 30), (5, -1), (9, 3), *((4, 50 + place) for place in range(12))]
    renewals = tuple(Renewal(f"QX{place}", near(old), near(new)) for place, (old, new) in enumerate(shifts))
    seen = foreseeing.Foreseen(renewals, MORNING)

    assert seen.sentence == "将办理 15 件，时限重新计算：2 件提前到期；1 件将立即超期"
    assert [line.split()[0] for line in seen.examples] == [
        "QX1",
        "QX2",
        "QX0",
        *(f"QX{place}" for place in range(3, 10)),
    ]
    assert seen.examples[0] == "QX1 接收时限 5 改为 -1，将立即超期"


async def test_what_renews_no_clock_foretells_nothing(session: AsyncSession, county: County) -> None:
    number = await brought(session, county, "2026-11-18 09:00", 2, 1)
    assert await foreseeing.bulk(session, county["center"], [number], Action.URGE, "rsj", at=MORNING) is None


async def test_what_is_out_of_reach_is_left_out(session: AsyncSession, county: County) -> None:
    number = await brought(session, county, "2026-11-18 09:00", 1, 1)
    assert await foreseeing.bulk(session, county["zjj"], [number], Action.DISPATCH, "zjj", at=MORNING) is None
    case: Case = await reach.find(session, county["center"], number)
    assert case.lead_unit_id is None


@pytest.mark.parametrize(
    ("numbers", "action", "lead"),
    [
        (["QX1"], Action.ACCEPT, "rsj"),
        ([f"QX{place}" for place in range(MOST + 1)], Action.DISPATCH, "rsj"),
        (["QX1"], Action.DISPATCH, "nowhere"),
    ],
)
async def test_refuses_what_is_no_bulk_step(
    session: AsyncSession, county: County, numbers: list[str], action: Action, lead: str
) -> None:
    with pytest.raises(Invalid):
        await foreseeing.bulk(session, county["center"], numbers, action, lead, at=MORNING)
