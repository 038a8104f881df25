"""Conditions in any combination give exactly the cases that fit each of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.areas import operations as areas
from domain.areas.models import Level
from domain.areas.schemas import AreaSpec
from domain.cases.categories import Kind
from domain.cases.inputs import CaseFilter
from domain.cases.models import Case, RiskLevel, Satisfaction, Source
from domain.cases.queries import listing
from domain.cases.vocabulary import Status
from domain.kernel.clock import Span, day_bounds, local_date
from domain.kernel.searching import fits
from tests.support.county import MORNING, County
from tests.support.rows import add_cases

AREAS = ("359901", "359901001", "359901002")
CATEGORIES = ("dispute", "livelihood", "07", "0701", "02", "L1")
TAGS = ("urgent", "major", "watch", "legacy")


@dataclass(frozen=True)
class Condition:
    """One condition as the list takes it, and the same in plain words of Python."""

    put: Callable[[CaseFilter], CaseFilter]
    fits: Callable[[Case], bool]


def _some(rng: random.Random, of: list[Any] | tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(rng.sample(of, rng.randint(1, min(3, len(of)))))


def _days(rng: random.Random, name: str, *, ends_at_midnight: bool = False) -> Condition:
    first = local_date(MORNING) - timedelta(days=rng.randint(0, 90))
    last = first + timedelta(days=rng.randint(0, 60))
    span = Span.of(rng.choice((first, None)), rng.choice((last, last, None)))
    column = "due_at" if name == "due" else f"{name}_at"

    def fits(case: Case) -> bool:
        moment: datetime | None = getattr(case, column)
        if not span:
            return True
        if moment is None:
            return False
        day = local_date(moment - timedelta(microseconds=1) if ends_at_midnight else moment)
        after = span.since is None or day >= first
        return after and (span.until is None or day <= last)

    return Condition(lambda wanted: replace(wanted, **{name: span}), fits)


def _chosen(name: str, words: tuple[str, ...], fits: Callable[[Case, str], bool]) -> Condition:
    return Condition(
        lambda wanted: replace(wanted, **{name: words}), lambda case: any(fits(case, word) for word in words)
    )


def conditions(rng: random.Random, cases: list[Case]) -> list[Condition]:
    """Draw some conditions, each of another kind."""
    number = rng.choice(cases).number
    content = rng.choice(cases).content
    inside = f"{content[1:3]} {content[-4:-1]}"
    part = number[rng.randint(0, 9) :][: rng.randint(2, 8)]
    every = [
        _chosen("statuses", _some(rng, [str(s) for s in Status]), lambda case, word: case.status == word),
        _chosen("areas", _some(rng, AREAS), lambda case, code: f"/{code}/" in case.area_path),
        _chosen("categories", _some(rng, CATEGORIES), lambda case, code: case.category.startswith(code) or case.kind == code),
        _chosen("risks", _some(rng, [str(r) for r in RiskLevel]), lambda case, word: case.risk_level == word),
        _chosen("sources", _some(rng, [str(s) for s in Source]), lambda case, word: case.source == word),
        _chosen("satisfactions", _some(rng, [str(s) for s in Satisfaction]), lambda case, word: case.satisfaction == word),
        _chosen("tags", _some(rng, TAGS), lambda case, word: bool(getattr(case, word))),
        Condition(lambda wanted: replace(wanted, number=part.lower()), lambda case: part in case.number),
        Condition(lambda wanted: replace(wanted, text=number[-4:]), lambda case: number[-4:] in f"{case.number}\n{case.title}\n{case.content}"),
        Condition(lambda wanted: replace(wanted, content=inside), lambda case: fits(inside, case.content)),
        *(_days(rng, name) for name in ("submitted", "created", "closed", "occurred")),
        _days(rng, "due", ends_at_midnight=True),
    ]  # fmt: skip
    return rng.sample(every, rng.choice((1, 1, 2, 2, 3, 4)))


async def _filled(session: AsyncSession, county: County, rng: random.Random) -> list[Case]:
    await areas.add_all(session, [AreaSpec("359901002", "松岭镇", Level.TOWNSHIP, "359901", ())])
    await add_cases(session, county, rng, 150, at=MORNING)
    cases = list(await session.scalars(select(Case)))
    for case in cases:
        moment = MORNING - timedelta(hours=rng.randint(1, 24 * 90))
        case.area_path = rng.choice(("/359901/", "/359901/359901001/", "/359901/359901002/", ""))
        case.category, case.kind = rng.choice(
            (("0701", Kind.DISPUTE), ("0299", Kind.DISPUTE), ("L101", Kind.LIVELIHOOD))
        )
        case.risk_level, case.source = rng.choice(list(RiskLevel)), rng.choice(list(Source))
        case.major, case.watch, case.legacy = (rng.random() < 0.2 for _ in range(3))
        case.satisfaction = rng.choice((None, *Satisfaction))
        case.closed_at = rng.choice((None, moment))
        case.occurred_at = rng.choice((None, moment, day_bounds(local_date(moment))[0]))
        case.due_at = rng.choice((None, moment, day_bounds(local_date(moment))[0]))
    await session.flush()
    return cases


async def test_any_combination_gives_what_fits_each_condition(session: AsyncSession, county: County) -> None:
    rng = random.Random(11)
    await _filled(session, county, rng)
    reader = county["center"]
    every = await _all(session, county, CaseFilter())
    by_number = {case.number: case for case in await session.scalars(select(Case))}
    seen = [by_number[number] for number in every]
    hits = 0
    for _ in range(250):
        wanted, drawn = CaseFilter(), conditions(rng, seen)
        for one in drawn:
            wanted = one.put(wanted)
        expected = {case.number for case in seen if all(one.fits(case) for one in drawn)}
        found = await listing.search(session, reader, wanted, at=MORNING, size=200)
        assert ({row.number for row in found.items}, found.total) == (expected, len(expected)), wanted
        hits += bool(expected)
    assert hits > 80


async def _all(session: AsyncSession, county: County, wanted: CaseFilter) -> set[str]:
    page = await listing.search(session, county["center"], wanted, at=MORNING, size=200)
    assert page.total == len(page.items)
    return {row.number for row in page.items}
