"""来访记录: conditions as chips, personal ones in no address and each search a line of the journal."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from app.navigation import PAGES
from domain.kernel.clock import local_date
from domain.kernel.models import JournalEntry
from domain.kernel.unit_of_work import unit_of_work
from domain.people.schemas import PersonInput
from domain.visits import operations
from domain.visits.schemas import VisitInput
from state.clock import now
from state.visits.records import VisitsState
from tests.support import county as support
from tests.support import states

NAMES = ("林" + "水木", "周" + "平")


async def _opened(login: str = "center", query: str = "") -> VisitsState:
    async with unit_of_work() as session:
        county = await support.build(session, at=now())
        for seed, name in enumerate(NAMES):
            person = PersonInput(name=name, id_number=support.id_number(seed), phone=support.phone(seed))
            await operations.register(session, county["guide"], VisitInput(person, "反映事项"), at=now())
    page = await states.tree(VisitsState, await states.signed_in(login), f"http://test/visits/all{query}")
    await states.call(page, "load")
    return page


async def _searches() -> list[list[str]]:
    async with unit_of_work() as session:
        lines = select(JournalEntry.detail).where(col(JournalEntry.action) == "person.search")
        return [one["fields"] for one in await session.scalars(lines.order_by(col(JournalEntry.seq)))]


def test_the_page_builds() -> None:
    assert next(page for page in PAGES if page.route == "/visits/all").build() is not None


async def test_conditions_are_said_and_removed_and_no_person_is_in_the_address(ground: AsyncEngine) -> None:
    page, today = await _opened(), local_date(now()).isoformat()
    assert page.total == "2"

    given = {"arrived_from": today, "name": NAMES[0], "phone": support.phone(0)[-4:]}
    await states.call(page, "put_conditions", given)

    assert [chip.label for chip in page.conditions_set] == [
        f"来访日期从 {today}", f"来访人姓名：{NAMES[0]}", f"联系电话：{given['phone']}",
    ]  # fmt: skip
    assert (page.total, page.rows[0].cells[2]) == ("1", "林**")
    assert f"arrived_from={today}" in page.address
    assert not any(given[name] in page.address for name in ("name", "phone"))
    await states.call(page, "renew")
    assert await _searches() == [["name", "phone"]]
    for chip in list(page.conditions_set):
        await states.call(page, "drop_condition", chip.value)
    assert (page.total, page.conditions_set, page.address) == ("2", [], "/visits/all")


async def test_days_that_end_before_they_begin_are_told_and_nothing_typed_is_lost(ground: AsyncEngine) -> None:
    page = await _opened()
    typed = {"arrived_from": "2026-03-02", "arrived_to": "2026-03-01", "name": NAMES[1]}

    await states.call(page, "put_conditions", typed)

    assert page.faults == {"arrived_to": "来访日期到不能早于来访日期从"}
    assert (page.typed["name"], page.filters) == (NAMES[1], {})


async def test_who_sees_no_visits_is_barred(ground: AsyncEngine) -> None:
    page = await _opened("rsj")
    assert (page.barred, page.rows) == (True, [])
