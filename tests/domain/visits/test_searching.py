"""The visits of all days: any combination of conditions finds what a look at each visit would."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.kernel.clock import local_date
from domain.kernel.refusals import Invalid, NotPermitted
from domain.people.schemas import PersonInput
from domain.visits import operations, queries
from domain.visits.schemas import VisitConditions, VisitInput
from tests.support import county as support
from tests.support.county import MORNING, County

NAMES = ("林" + "水木", "林" + "森", "水" + "木林")
DAYS = 4


@dataclass(frozen=True)
class Came:
    """A visit as the test knows it."""

    queue: str
    day: date
    name: str
    number: str
    phone: str
    login: str

    def fits(self, wanted: VisitConditions) -> bool:
        def has(typed: str, whole: str) -> bool:
            return whole.endswith(typed) if len(typed) == 4 else typed in {"", whole}

        return (
            (wanted.arrived_from or date.min) <= self.day <= (wanted.arrived_to or date.max)
            and wanted.name in self.name
            and has(wanted.phone, self.phone)
            and has(wanted.id_number, self.number)
        )


async def _built(session: AsyncSession) -> tuple[County, list[Came]]:
    county, came = await support.build(session), []
    for place in range(24):
        at, who = MORNING - timedelta(days=place % DAYS, minutes=place), place % 5
        name, number, phone = NAMES[who % 3], support.id_number(who), support.phone(who % 4)
        login = ("guide", "registrar")[place % 2]
        given = VisitInput(PersonInput(name=name, id_number=number, phone=phone), "反映事项", desk_code="window-1")
        made = await operations.register(session, county[login], given, at=at)
        came.append(Came(f"{local_date(at)} {made.queue}", local_date(at), name, number, phone, login))
    return county, came


def _wanted(rng: random.Random, came: list[Came]) -> VisitConditions:
    one, other = rng.choices(came, k=2)
    given = {
        "arrived_from": one.day, "arrived_to": other.day, "name": rng.choice((one.name, other.name[:1], one.name[-2:])),
        "phone": rng.choice((one.phone, one.phone[-4:])), "id_number": rng.choice((other.number, one.number[-4:])),
    }  # fmt: skip
    return VisitConditions(**{name: given[name] for name in given if rng.random() < 0.4})


async def test_any_combination_finds_what_fits_and_is_within_reach(session: AsyncSession) -> None:
    county, came = await _built(session)
    rng = random.Random(7)
    reach = {
        "center": lambda _: True,
        "guide": lambda one: one.login == "guide" or one.day == local_date(MORNING),
    }
    hits = 0
    for _ in range(60):
        wanted = _wanted(rng, came)
        for login, sees in reach.items():
            page = await queries.search(session, county[login], wanted, at=MORNING, size=100)
            found = sorted(f"{local_date(one.arrived_at)} {one.queue}" for one in page.items)
            assert found == sorted(one.queue for one in came if sees(one) and one.fits(wanted)), (login, wanted)
            assert page.total == len(found)
            hits += bool(found)
    assert hits > 40


async def test_pages_follow_each_other_from_either_end(session: AsyncSession) -> None:
    county, came = await _built(session)
    for sort in ("", "at"):
        seen, cursor = [], ""
        while True:
            page = await queries.search(
                session, county["center"], VisitConditions(sort=sort), at=MORNING, cursor=cursor, size=7
            )
            seen += [one.arrived_at for one in page.items]
            if not (cursor := page.next):
                break
        assert seen == sorted(seen, reverse=not sort)
        assert len(seen) == len(came)


async def test_what_is_shown_is_masked_and_nobody_else_may_ask(session: AsyncSession) -> None:
    county, came = await _built(session)
    wanted = VisitConditions(phone=came[0].phone)

    page = await queries.search(session, county["center"], wanted, at=MORNING)

    assert page.items
    assert not any(secret in repr(page) for secret in (came[0].phone, came[0].number, came[0].name))
    assert came[0].phone not in repr(wanted)
    with pytest.raises(NotPermitted):
        await queries.search(session, county["rsj"], wanted, at=MORNING)
    with pytest.raises(Invalid):
        await queries.search(session, county["center"], replace(wanted, sort=""), at=MORNING, cursor="x")
