"""The stricter attribute wins: merging, families, dispatching anew and taking up again drop none; undo gives all back.

The table is made from the columns of a case: a new one must be decided before these tests pass.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import inspect, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar.models import Deadline, Link
from domain.calendar.operations import seed_years
from domain.cases.inputs import CaseFilter
from domain.cases.models import Case, RiskLevel, Scale, Supervision
from domain.cases.operations import family, joining, merge
from domain.cases.queries import detail, listing, reach
from domain.cases.vocabulary import Action, Status
from domain.kernel.refusals import ActionNotAllowed, NotFound
from tests.support import county as support
from tests.support import stations
from tests.support.county import MAIN_LINE, MORNING, County
from tests.support.stations import SAID, SCENES

A, S = Action, Status
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COLUMNS = frozenset(inspect(Case).columns.keys())
OWNER = UUID(int=7)
MILD: Mapping[str, Mapping[str, Any]] = {
    "major": {"major": False},
    "urgent": {"urgent": False},
    "leader_order": {"leader_order": False},
    "risk_level": {"risk_level": RiskLevel.LOW},
    "scale": {"scale": Scale.INDIVIDUAL},
    "headcount": {"headcount": 1},
    "amount": {"amount": None},
    "supervision": {"supervision": None, "supervised_by": None, "supervision_link": None, "supervision_auto": False},
    "watch": {"watch": False, "watch_reason": ""},
}
STRICT: Mapping[str, Mapping[str, Any]] = {
    "major": {"major": True},
    "urgent": {"urgent": True},
    "leader_order": {"leader_order": True},
    "risk_level": {"risk_level": RiskLevel.HIGH},
    "scale": {"scale": Scale.MAJOR_GROUP},
    "headcount": {"headcount": 40},
    "amount": {"amount": Decimal("90000.50")},
    "supervision": {
        "supervision": Supervision.RED, "supervised_by": OWNER, "supervision_link": Link.DISPATCH,
        "supervision_auto": False,
    },
    "watch": {"watch": True, "watch_reason": "履行期较长"},
}  # fmt: skip
BETWEEN: Mapping[str, Mapping[str, Any]] = {
    "risk_level": {"risk_level": RiskLevel.MEDIUM},
    "scale": {"scale": Scale.GROUP},
    "headcount": {"headcount": 7},
    "amount": {"amount": Decimal("12.00")},
    "supervision": STRICT["supervision"] | {"supervision": Supervision.YELLOW, "supervision_auto": True},
}


async def case_of(session: AsyncSession, number: str) -> Case:
    query = select(Case).where(col(Case.number) == number).execution_options(populate_existing=True)
    return (await session.scalars(query)).one()


async def write(session: AsyncSession, number: str, values: Mapping[str, Any]) -> None:
    await session.execute(update(Case).where(col(Case.number) == number).values(**values))


async def snapshot(session: AsyncSession, number: str) -> dict[str, Any]:
    """Everything stored about a case and its running clocks, but its count of changes."""
    case = await case_of(session, number)
    stored = {name: getattr(case, name) for name in COLUMNS - {"version", "updated_at"}}
    clocks = select(Deadline).where(col(Deadline.subject_id) == case.id, col(Deadline.stopped_at).is_(None))
    rows = await session.scalars(clocks.order_by(col(Deadline.id)).execution_options(populate_existing=True))
    return stored | {"clocks": [one.model_dump() for one in rows]}


async def submitted(session: AsyncSession, county: County, seed: int, *, at: Any = MORNING) -> str:
    return await support.bring_to(session, county, MAIN_LINE[:1], at=at, seed=seed)


async def merged(session: AsyncSession, county: County, kept: str, duplicate: str) -> None:
    await merge.merge(session, county["center"], kept=kept, merged=duplicate, reason=SAID, at=MORNING + HOUR)


async def undone(session: AsyncSession, county: County, duplicate: str) -> None:
    await merge.undo(session, county["center"], number=duplicate, reason=SAID, at=MORNING + 2 * HOUR)


def test_every_column_of_a_case_is_decided_once() -> None:
    stricter = [column for columns, _ in joining.STRICTER.values() for column in columns]
    decided = [*stricter, *joining.BARRING, *joining.OWN]

    assert sorted(decided) == sorted(COLUMNS)
    assert set(MILD) == set(STRICT) == set(joining.STRICTER)
    assert {c for given in STRICT.values() for c in given} == set(stricter)


class TestMerge:
    @pytest.mark.parametrize("name", STRICT)
    async def test_the_kept_case_takes_the_stricter_value_and_gives_it_back(
        self, session: AsyncSession, county: County, name: str
    ) -> None:
        kept, duplicate = [await submitted(session, county, seed) for seed in (1, 2)]
        await write(session, kept, MILD[name])
        await write(session, duplicate, STRICT[name])
        before, apart = await snapshot(session, kept), await snapshot(session, duplicate)

        await merged(session, county, kept, duplicate)
        now = await snapshot(session, kept)
        assert {column: now[column] for column in STRICT[name]} == STRICT[name]

        await undone(session, county, duplicate)
        assert await snapshot(session, kept) == before
        # its own clock stood still meanwhile: it goes on with what remained
        again, moved = await snapshot(session, duplicate), {"clocks", "due_at", "due_soon_at"}
        assert {n for n in again if again[n] != apart[n]} <= moved

    @pytest.mark.parametrize("name", STRICT)
    async def test_a_milder_duplicate_changes_nothing(self, session: AsyncSession, county: County, name: str) -> None:
        kept, duplicate = [await submitted(session, county, seed) for seed in (1, 2)]
        await write(session, kept, STRICT[name])
        await write(session, duplicate, MILD[name])
        before = await snapshot(session, kept)

        await merged(session, county, kept, duplicate)

        assert await snapshot(session, kept) == before

    @pytest.mark.parametrize("seed", range(12))
    async def test_any_order_of_merging_and_undoing_ends_where_it_began(
        self, session: AsyncSession, county: County, seed: int
    ) -> None:
        rng = random.Random(seed)
        numbers = [await submitted(session, county, 10 + n, at=MORNING - n * HOUR) for n in range(4)]
        kept, duplicates = numbers[0], numbers[1:]
        for number in numbers:
            for name in STRICT:
                grades = (MILD[name], BETWEEN.get(name, MILD[name]), STRICT[name])
                await write(session, number, rng.choice(grades))
        before = await snapshot(session, kept)
        inside: set[str] = set()
        for _ in range(8):
            number = rng.choice(duplicates)
            await (undone if number in inside else merged)(session, county, *_named(kept, number, inside))
            inside ^= {number}
            await _is_the_strictest(session, kept, before, inside)
        for number in sorted(inside, key=lambda _: rng.random()):
            await undone(session, county, number)

        assert await snapshot(session, kept) == before

    async def test_what_somebody_decided_since_is_not_undone(self, session: AsyncSession, county: County) -> None:
        kept, duplicate = [await submitted(session, county, seed) for seed in (1, 2)]
        await write(session, duplicate, {"risk_level": RiskLevel.HIGH, "urgent": True})
        await merged(session, county, kept, duplicate)
        await write(session, kept, {"risk_level": RiskLevel.MEDIUM})

        await undone(session, county, duplicate)

        case = await case_of(session, kept)
        assert (case.risk_level, case.urgent) == (RiskLevel.MEDIUM, False)

    async def test_the_earlier_deadline_of_a_link_holds(self, session: AsyncSession, county: County) -> None:
        duplicate = await submitted(session, county, 2, at=MORNING - 2 * HOUR)
        kept = await submitted(session, county, 1)
        earlier = (await case_of(session, duplicate)).due_at
        own = (await case_of(session, kept)).due_at

        await merged(session, county, kept, duplicate)
        assert (await case_of(session, kept)).due_at == earlier
        line = (await detail.journal(session, county["center"], kept))[0]
        assert "按两件中较严的一方：转派时限" in line.notes

        await undone(session, county, duplicate)
        assert (await case_of(session, kept)).due_at == own
        line = (await detail.journal(session, county["center"], kept))[0]
        assert "恢复为并案前：转派时限" in line.notes

    @pytest.mark.parametrize("legacy", ["kept", "duplicate"])
    async def test_a_case_whose_clocks_stand_still_is_not_merged(
        self, session: AsyncSession, county: County, legacy: str
    ) -> None:
        pair = {name: await submitted(session, county, seed) for seed, name in enumerate(("kept", "duplicate"))}
        await support.step(session, county["center"], pair[legacy], A.TOGGLE_LEGACY, at=MORNING, opinion=SAID)

        with pytest.raises(ActionNotAllowed, match="历史遗留"):
            await merged(session, county, pair["kept"], pair["duplicate"])

    async def test_an_order_is_not_lost_in_a_case_at_work(self, session: AsyncSession, county: County) -> None:
        kept = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
        duplicate = await submitted(session, county, 2)
        await write(session, duplicate, {"leader_order": True})

        with pytest.raises(ActionNotAllowed, match="请先由领导"):
            await merged(session, county, kept, duplicate)

    async def test_the_parties_of_both_are_served(self, session: AsyncSession, county: County) -> None:
        kept = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        duplicate = await submitted(session, county, 2)
        officer, wanted = county["rsj"], CaseFilter(phone=support.phone(2))
        person = (await detail.get(session, county["center"], duplicate, at=MORNING)).parties[0].person_id
        assert (await detail.get(session, officer, kept, at=MORNING)).joined_parties == ()

        await merged(session, county, kept, duplicate)

        shown = await detail.get(session, officer, kept, at=MORNING)
        assert [one.person_id for one in shown.joined_parties] == [person]
        assert [row.number for row in (await listing.search(session, officer, wanted, at=MORNING)).items] == [kept]
        assert await reach.matters_of_person(session, officer, person) == ("0701",)
        await undone(session, county, duplicate)
        assert (await detail.get(session, officer, kept, at=MORNING)).joined_parties == ()
        with pytest.raises(NotFound):
            await reach.matters_of_person(session, officer, person)


def _named(kept: str, number: str, inside: set[str]) -> tuple[str, ...]:
    return (number,) if number in inside else (kept, number)


async def _is_the_strictest(session: AsyncSession, kept: str, before: Mapping[str, Any], inside: set[str]) -> None:
    whole = await case_of(session, kept)
    others = [await case_of(session, number) for number in inside]
    for name, (columns, rank) in joining.STRICTER.items():
        ranks = [rank(joining.values(one, columns)) for one in others]
        assert rank(joining.values(whole, columns)) == max([rank(tuple(before[c] for c in columns)), *ranks]), name


PASSED_ON: tuple[tuple[str, str, Action, dict[str, Any]], ...] = (
    ("to_accept", "center", A.REDISPATCH, {"lead_department": "mzj"}),
    ("to_accept", "center", A.RECALL, {}),
    ("to_accept", "leader", A.ORDER, {"department": "mzj"}),
    ("in_progress", "leader", A.ORDER, {"department": "mzj"}),
    ("order_pending", "leader", A.APPROVE_ORDER, {"department": "mzj"}),
    ("return_pending", "center", A.APPROVE_RETURN, {}),
    ("to_dispatch", "center", A.SEND_BACK, {}),
    ("closed and watched", "center", A.REOPEN, {"department": "mzj"}),
    ("closed and watched", "center", A.RELAPSE, {"department": "mzj"}),
)
"""Steps by which a case goes to somebody else, or is taken up again."""
LEFT_BEHIND = {
    (A.APPROVE_RETURN, "leader_order"): "the order ends with the return that the leader approves (row 21)",
    (A.REOPEN, "leader_order"): "a case taken up again is ordered anew or not",
    (A.REOPEN, "supervision"): "closing ended it: no closed case is supervised (ruling 8)",
    (A.RELAPSE, "supervision"): "closing ended it: no closed case is supervised (ruling 8)",
    (A.RELAPSE, "watch"): "the watch ends with the relapse that it was for (row 35)",
}


@pytest.mark.parametrize("name", STRICT)
@pytest.mark.parametrize(("scene", "who", "action", "given"), PASSED_ON, ids=lambda one: str(one)[:20])
async def test_no_attribute_is_lost_on_the_way_to_another(
    session: AsyncSession, name: str, scene: str, who: str, action: Action, given: dict[str, Any]
) -> None:
    county = await support.reinforce(session, await support.build(session))
    at = next(one for one in SCENES if one.name == scene)
    number = await stations.bring(session, county, at, at=MORNING)
    case = await case_of(session, number)
    link = {"supervision_link": case.due_link} if name == "supervision" else {}
    await write(session, number, STRICT[name] | link)
    if name == "leader_order" and action is A.APPROVE_RETURN:
        who = "leader"

    await support.step(session, county[who], number, action, at=MORNING + HOUR, opinion=SAID, **given)

    after = await case_of(session, number)
    kept = {column: getattr(after, column) for column in STRICT[name]} == STRICT[name] | link
    assert kept is ((action, name) not in LEFT_BEHIND), LEFT_BEHIND.get((action, name))


async def test_a_family_changes_nothing_of_its_members(session: AsyncSession, county: County) -> None:
    young, old = [await submitted(session, county, seed) for seed in (1, 2)]
    for name in STRICT:
        await write(session, young, STRICT[name])
    before = {number: await snapshot(session, number) for number in (young, old)}

    await family.adopt(session, county["center"], child=young, parent=old, at=MORNING + HOUR)
    for number in (young, old):
        now = await snapshot(session, number)
        assert {n for n in now if now[n] != before[number][n]} <= {"parent_id"}
    await family.release(session, county["center"], child=young, at=MORNING + HOUR)

    assert {number: await snapshot(session, number) for number in (young, old)} == before


class TestPromise:
    """What the petitioner was told stays when the case goes to another department (decision 0023)."""

    async def _ordered_elsewhere(self, session: AsyncSession, county: County, *, after: timedelta) -> tuple[Case, Case]:
        number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
        first = (await case_of(session, number)).promised_at
        at = MORNING + after
        await support.step(session, county["leader"], number, A.ORDER, at=at, opinion=SAID, department="zjj")
        charge = {"person_in_charge": "何" + "经办", "person_phone": support.phone(9)}
        await support.step(session, county["zjj"], number, A.ACCEPT, at=at + HOUR, **charge)
        return first, (await case_of(session, number)).promised_at

    async def test_the_date_stays(self, session: AsyncSession, county: County) -> None:
        await seed_years(session, [2026])
        first, then = await self._ordered_elsewhere(session, county, after=DAY)
        assert then == first

    async def test_the_new_department_has_three_working_days_at_least(
        self, session: AsyncSession, county: County
    ) -> None:
        await seed_years(session, [2026])
        first, then = await self._ordered_elsewhere(session, county, after=28 * DAY)
        assert then == MORNING + 33 * DAY + HOUR > first

    async def test_a_case_taken_up_again_has_a_date_of_its_own(self, session: AsyncSession, county: County) -> None:
        await seed_years(session, [2026])
        number = await support.bring_to(session, county, MAIN_LINE, at=MORNING)
        at = MORNING + 5 * DAY
        await support.step(session, county["center"], number, A.REOPEN, at=at, opinion=SAID, department="rsj")
        assert (await case_of(session, number)).promised_at is None
        await support.main_step(session, county, number, A.ACCEPT, at=at)
        assert (await case_of(session, number)).promised_at == MORNING + 33 * DAY
