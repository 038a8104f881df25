"""Who sees which case; what is out of reach reads as not found, everywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.areas import operations as areas
from domain.areas.models import Level
from domain.areas.schemas import AreaSpec
from domain.cases.inputs import CaseFilter
from domain.cases.operations.reveal import reveal
from domain.cases.queries import actions, detail, listing, reach, views
from domain.cases.vocabulary import Action
from domain.kernel.actor import Actor, system_actor
from domain.kernel.permissions import Role
from domain.kernel.refusals import Invalid, NotFound, NotPermitted
from domain.people.schemas import Revealable
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

STAFF = (
    "guide",
    "registrar",
    "registrar2",
    "center",
    "rsj",
    "rsj_head",
    "zjj",
    "zjj_head",
    "leader",
    "station",
    "viewer",
)
_SQUARE = ((118.0, 25.0), (118.1, 25.0), (118.1, 25.1))


async def _seen_by(session: AsyncSession, county: County, number: str) -> set[str]:
    """Who finds it: by number, in the list and by text; all three must agree."""
    seen: set[str] = set()
    for login, actor in county.actors.items():
        found = await listing.search(session, actor, CaseFilter(number=number), at=MORNING)
        by_text = await listing.search(session, actor, CaseFilter(text="拖欠工资"), at=MORNING)
        try:
            await reach.find(session, actor, number)
            opened = True
        except NotFound:
            opened = False
        assert opened == bool(found.items) == (number in {row.number for row in by_text.items}), login
        seen |= {login} if opened else set()
    return seen


async def test_a_draft_is_its_writers_and_the_centres(session: AsyncSession, county: County) -> None:
    number = await support.draft(session, county, at=MORNING)

    assert await _seen_by(session, county, number) == {"registrar", "center"}


async def test_a_submitted_case_is_the_centres_and_the_countys(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)

    assert await _seen_by(session, county, number) == {"registrar", "center", "leader", "station", "viewer"}


async def test_a_department_sees_what_was_dispatched_to_it(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)

    seen = await _seen_by(session, county, number)

    assert {"rsj", "rsj_head"} <= seen
    assert not {"zjj", "zjj_head"} & seen


async def test_a_department_still_sees_what_it_returned(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
    await support.step(session, county["rsj"], number, Action.REQUEST_RETURN, at=MORNING, opinion="不属本局")
    await support.step(session, county["center"], number, Action.APPROVE_RETURN, at=MORNING, opinion="同意")

    assert "rsj" in await _seen_by(session, county, number)


async def test_an_area_prefix_does_not_leak(session: AsyncSession, county: County) -> None:
    await areas.add_all(session, [AreaSpec("359901002", "云溪镇", Level.TOWNSHIP, "359901", _SQUARE)])
    other = await support.draft(session, county, at=MORNING, area="359901002")
    await support.main_step(session, county, other, Action.SUBMIT, at=MORNING)
    here = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING, seed=2)
    station = county["station"]

    async def seen(actor: Actor) -> set[str]:
        return {row.number for row in (await listing.search(session, actor, CaseFilter(), at=MORNING)).items}

    assert await seen(station) == {here}
    assert await seen(replace(station, area_path="/359901/")) == {here, other}
    assert await seen(replace(station, area_path="")) == set()
    assert await seen(replace(station, area_path="/35990%/")) == set()
    assert {
        r.number
        for r in (await listing.search(session, county["center"], CaseFilter(areas=("359901002",)), at=MORNING)).items
    } == {other}


async def test_a_petitioner_sees_the_own_case_alone(session: AsyncSession, county: County) -> None:
    mine = await support.bring_to(session, county, MAIN_LINE, at=MORNING)
    other = await support.bring_to(session, county, MAIN_LINE, at=MORNING, seed=2)
    case = await reach.find(session, county["center"], mine)
    petitioner = system_actor(Role.PETITIONER, only_case=case.id)

    assert (await reach.find(session, petitioner, mine)).id == case.id
    with pytest.raises(NotFound):
        await reach.find(session, petitioner, other)
    with pytest.raises(NotFound):
        await reach.find(session, system_actor(Role.PETITIONER), mine)
    with pytest.raises(NotFound):
        await support.step(session, petitioner, other, Action.RATE, at=MORNING, satisfaction=5)


@pytest.mark.parametrize("read", [detail.get, detail.process, actions.of], ids=["get", "process", "actions"])
async def test_every_read_keeps_to_the_reach(session: AsyncSession, county: County, read: object) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)

    for login in ("registrar2", "zjj", "auditor", "sysadmin", "guide"):
        with pytest.raises(NotFound):
            await read(session, county[login], number, at=MORNING)  # type: ignore[operator]
        with pytest.raises(NotFound):
            await detail.journal(session, county[login], number)


async def test_a_list_keeps_to_the_reach_however_it_is_sorted(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)

    for column in ("number", "title", "category", "area", "status", "due", "created", "submitted"):
        for sort in (column, f"-{column}"):
            for login, seen in (("rsj", [number]), ("zjj", []), ("registrar2", []), ("sysadmin", [])):
                found = await listing.search(session, county[login], CaseFilter(sort=sort), at=MORNING)
                assert [row.number for row in found.items] == seen, (sort, login)


async def test_a_picture_is_seen_with_its_case(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:4], at=MORNING)
    (shown,) = (await detail.get(session, county["rsj"], number, at=MORNING)).pictures

    for login in ("rsj", "rsj_head", "center", "registrar", "viewer"):
        assert (await detail.file_within_reach(session, county[login], shown.file_id)).id == shown.file_id
        assert await detail.number_of_file(session, county[login], shown.file_id) == number
    for login in ("zjj", "zjj_head", "registrar2", "sysadmin"):
        with pytest.raises(NotFound):
            await detail.file_within_reach(session, county[login], shown.file_id)
        assert await detail.number_of_file(session, county[login], shown.file_id) is None


async def test_what_is_shown_is_masked(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)

    for login in ("registrar", "center", "rsj", "viewer"):
        shown = repr(await detail.get(session, county[login], number, at=MORNING))
        for clear in ("林水木", support.id_number(1), support.phone(1)):
            assert clear not in shown


class TestSearchByPerson:
    @pytest.mark.parametrize(
        "wanted",
        [
            CaseFilter(name="水木"), CaseFilter(name="林"), CaseFilter(id_number=support.id_number(1).lower()),
            CaseFilter(phone=f"+86 {support.phone(1)}"),
        ],
    )  # fmt: skip
    async def test_finds_the_party(self, session: AsyncSession, county: County, wanted: CaseFilter) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
        await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING, seed=2)

        found = await listing.search(session, county["center"], wanted, at=MORNING)

        assert number in {row.number for row in found.items}
        assert found.total == (2 if wanted.name else 1)

    @pytest.mark.parametrize("wanted", [CaseFilter(name="木水"), CaseFilter(phone="13800000000"), CaseFilter(text="%")])
    async def test_finds_nothing_else(self, session: AsyncSession, county: County, wanted: CaseFilter) -> None:
        await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)

        assert (await listing.search(session, county["center"], wanted, at=MORNING)).total == 0

    @pytest.mark.parametrize(
        "wanted",
        [CaseFilter(view="x"), CaseFilter(risks=("x",)), CaseFilter(tags=("x",)), CaseFilter(departments=("x",))],
    )
    async def test_an_unknown_filter_is_refused(
        self, session: AsyncSession, county: County, wanted: CaseFilter
    ) -> None:
        with pytest.raises(Invalid):
            await listing.search(session, county["center"], wanted, at=MORNING)


class TestReveal:
    async def test_needs_right_reach_and_reason(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        person = (await detail.get(session, county["center"], number, at=MORNING)).parties[0].person_id

        async def ask(login: str, reason: str = "核对工资表") -> str:
            opened = await reveal(
                session, county[login], person_id=person, field=Revealable.PHONE, reason=reason, at=MORNING
            )
            return opened.value

        assert await ask("rsj") == support.phone(1)
        for login, refusal in (
            ("viewer", NotPermitted),
            ("leader", NotPermitted),
            ("zjj", NotFound),
            ("registrar2", NotFound),
        ):
            with pytest.raises(refusal):
                await ask(login)
        with pytest.raises(Invalid):
            await ask("rsj", " ")


async def test_a_counter_is_its_list_for_every_role(session: AsyncSession, county: County) -> None:
    """The figure of every view equals all pages of the view, early and late."""
    for seed in range(len(MAIN_LINE) + 1):
        await support.bring_to(session, county, MAIN_LINE[:seed], at=MORNING, seed=seed + 1)
    for moment in (MORNING, MORNING.replace(day=19, hour=2), MORNING.replace(month=12, day=30)):
        for login in STAFF:
            actor = county[login]
            shown = {c.view: c.count for c in await views.counters(session, actor, at=moment)}
            assert set(shown) == set(views.views_of(actor))
            for view, count in shown.items():
                assert len(await _all_pages(session, actor, CaseFilter(view=view), moment)) == count, (login, view)


async def _all_pages(session: AsyncSession, actor: Actor, wanted: CaseFilter, at: object) -> set[str]:
    numbers: list[str] = []
    cursor = ""
    while True:
        found = await listing.search(session, actor, wanted, at=at, cursor=cursor, size=2)  # type: ignore[arg-type]
        numbers += [row.number for row in found.items]
        cursor = found.next
        if not cursor:
            assert len(numbers) == len(set(numbers)) == found.total
            return set(numbers)
