"""The reception desk: queue numbers, handing over, and who sees which visitor."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.operations.create import create
from domain.cases.queries import reach
from domain.kernel.actor import Actor
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound, NotPermitted
from domain.people.models import IdType
from domain.people.schemas import PersonInput
from domain.visits import operations, queries
from domain.visits.schemas import VisitInput, VisitView
from tests.support import county as support
from tests.support.county import MORNING, County

DAY = timedelta(days=1)
NUMBER, PHONE = support.id_number(9), support.phone(9)


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


def _visitor(**more: object) -> VisitInput:
    person = PersonInput(name="林" + "水木", id_number=NUMBER, phone=PHONE)
    return replace(VisitInput(person=person, reason="工资未付", desk_code="window-1"), **more)  # type: ignore[arg-type]


async def _come(session: AsyncSession, actor: Actor, at: datetime = MORNING, **more: object) -> VisitView:
    return await operations.register(session, actor, _visitor(**more), at=at)


class TestRegister:
    async def test_queue_numbers_count_by_day(self, session: AsyncSession, county: County) -> None:
        queues = [(await _come(session, county["guide"], MORNING + n * timedelta(minutes=1))).queue for n in range(3)]
        tomorrow = await _come(session, county["registrar"], MORNING + DAY)

        assert queues == ["001", "002", "003"]
        assert tomorrow.queue == "001"

    async def test_the_day_turns_at_midnight_in_shanghai(self, session: AsyncSession, county: County) -> None:
        late = datetime.fromisoformat("2026-11-18T23:59:00+08:00")

        assert (await _come(session, county["guide"], late)).queue == "001"
        assert (await _come(session, county["guide"], late + timedelta(minutes=1))).queue == "001"

    async def test_the_visitor_is_shown_masked(self, session: AsyncSession, county: County) -> None:
        shown = await _come(session, county["guide"])

        assert (shown.person.name, shown.desk, shown.state) == ("林**", "1 号窗口", "waiting")
        assert NUMBER not in repr(shown)
        assert PHONE not in repr(shown)

    async def test_every_fault_is_named_at_once(self, session: AsyncSession, county: County) -> None:
        with pytest.raises(Invalid) as refused:
            await _come(
                session,
                county["guide"],
                person=PersonInput(name="", id_number="1", phone="2"),
                reason="",
                companions=501,
            )

        assert set(refused.value.fields) == {"name", "id_number", "phone", "reason", "companions"}

    async def test_without_papers_a_reason_is_asked(self, session: AsyncSession, county: County) -> None:
        person = PersonInput(name="林" + "水木", id_type=IdType.NONE, phone=PHONE)
        with pytest.raises(Invalid) as refused:
            await _come(session, county["guide"], person=person)

        assert set(refused.value.fields) == {"no_id_reason"}
        assert await _come(session, county["guide"], person=person, no_id_reason="忘记带证件")

    async def test_another_units_desk_is_unknown(self, session: AsyncSession, county: County) -> None:
        with pytest.raises(Invalid):
            await _come(session, county["guide"], desk_code="window-9")

    @pytest.mark.parametrize("login", ["center", "rsj", "leader", "station", "viewer", "sysadmin", "auditor"])
    async def test_only_the_desk_registers(self, session: AsyncSession, county: County, login: str) -> None:
        with pytest.raises(NotPermitted):
            await _come(session, county[login])


class TestMoving:
    async def test_a_waiting_visitor_is_handed_over_once(self, session: AsyncSession, county: County) -> None:
        visit = await _come(session, county["guide"])

        handed = await operations.hand_over(session, county["guide"], visit.id, at=MORNING)

        assert handed.state == "handed"
        with pytest.raises(ActionNotAllowed):
            await operations.hand_over(session, county["guide"], visit.id, at=MORNING)

    async def test_who_left_stays_away(self, session: AsyncSession, county: County) -> None:
        visit = await _come(session, county["guide"])
        await operations.leave(session, county["registrar"], visit.id, at=MORNING)

        for act in (operations.hand_over, operations.leave):
            with pytest.raises(ActionNotAllowed):
                await act(session, county["guide"], visit.id, at=MORNING)

    async def test_a_visit_makes_one_case(self, session: AsyncSession, county: County) -> None:
        visit = await _come(session, county["guide"])
        form = support.matter(1, visit_id=visit.id, parties=None)

        made = await create(session, county["registrar"], form, at=MORNING)

        shown = await queries.get(session, county["registrar"], visit.id, at=MORNING)
        assert (shown.state, shown.case_id) == ("case_made", made.id)
        assert (await reach.find(session, county["registrar"], made.number)).visit_id == visit.id
        with pytest.raises(ActionNotAllowed):
            await create(session, county["registrar"], form, at=MORNING)


class TestReach:
    async def test_today_is_seen_at_every_desk_of_the_centre(self, session: AsyncSession, county: County) -> None:
        await _come(session, county["guide"])

        seen = {
            login: (await queries.today(session, actor, at=MORNING)).total for login, actor in county.actors.items()
        }

        assert {login for login, total in seen.items() if total} == {"guide", "registrar", "registrar2", "center"}

    async def test_who_came_along_is_one_of_the_people_of_today(self, session: AsyncSession, county: County) -> None:
        await _come(session, county["guide"], companions=2)
        await _come(session, county["guide"])
        await _come(session, county["guide"], MORNING - DAY, companions=5)

        came = {
            login: await queries.people_today(session, county[login], at=MORNING) for login in ("registrar", "viewer")
        }

        assert came == {"registrar": 4, "viewer": 0}

    async def test_yesterday_is_seen_by_who_registered_and_the_centre(
        self, session: AsyncSession, county: County
    ) -> None:
        visit = await _come(session, county["guide"])
        later = MORNING + DAY

        assert await queries.get(session, county["guide"], visit.id, at=later)
        assert await queries.get(session, county["center"], visit.id, at=later)
        for login in ("registrar", "rsj", "viewer", "auditor"):
            with pytest.raises(NotFound):
                await queries.get(session, county[login], visit.id, at=later)

    async def test_earlier_visits_are_counted_by_number(self, session: AsyncSession, county: County) -> None:
        await _come(session, county["guide"])
        await _come(session, county["registrar"], MORNING + DAY)

        assert await queries.times_here(session, county["registrar2"], id_number=f" {NUMBER.lower()} ") == 2
        assert await queries.times_here(session, county["registrar2"], id_number="") == 0
        with pytest.raises(NotPermitted):
            await queries.times_here(session, county["viewer"], id_number=NUMBER)


class TestDesks:
    async def test_a_desk_proves_itself_with_its_newest_token(self, session: AsyncSession, county: County) -> None:
        assert await queries.desk_of_token(session, "window-1", "") is None
        old = await operations.pair(session, county["sysadmin"], "window-1", at=MORNING)
        new = await operations.pair(session, county["sysadmin"], "window-1", at=MORNING)

        assert await queries.desk_of_token(session, "window-1", old) is None
        assert await queries.desk_of_token(session, "window-2", new) is None
        found = await queries.desk_of_token(session, "window-1", new)
        assert found
        assert found.code == "window-1"

    async def test_only_the_system_administrator_pairs(self, session: AsyncSession, county: County) -> None:
        with pytest.raises(NotPermitted):
            await operations.pair(session, county["center"], "window-1", at=MORNING)
        with pytest.raises(NotFound):
            await operations.pair(session, county["sysadmin"], "window-9", at=MORNING)


class TestWaiting:
    async def test_a_full_day_loses_nobody_who_waits(self, session: AsyncSession, county: County) -> None:
        first = await _come(session, county["guide"])
        for n in range(1, 5):
            await _come(session, county["guide"], MORNING + n * timedelta(minutes=1))
        gone = await _come(session, county["guide"], MORNING + timedelta(minutes=9))
        await operations.leave(session, county["guide"], gone.id, at=MORNING + timedelta(minutes=10))

        newest = await queries.today(session, county["registrar"], at=MORNING + timedelta(hours=1), size=3)
        waiting = await queries.waiting(session, county["registrar"], at=MORNING + timedelta(hours=1))

        assert first.id not in {visit.id for visit in newest.items}
        assert [visit.queue for visit in waiting] == ["001", "002", "003", "004", "005"]


class TestTheSamePersonAgain:
    """Whoever waits already is registered once more only when the desk says so."""

    @pytest.mark.parametrize(
        ("person", "asked"),
        [
            ({}, True),
            ({"name": "另写的名字", "phone": support.phone(8)}, True),  # the number is the same
            ({"id_number": support.id_number(8)}, True),  # name and phone are the same
            ({"id_number": "", "id_type": IdType.NONE, "phone": PHONE[:3] + "-" + PHONE[3:]}, True),
            ({"id_number": support.id_number(8), "phone": support.phone(8)}, False),
            ({"id_number": support.id_number(8), "name": "另一个人"}, False),
        ],
    )
    async def test_is_asked_about(
        self, session: AsyncSession, county: County, person: dict[str, Any], asked: bool
    ) -> None:
        await _come(session, county["guide"])
        given = replace(_visitor().person, **person)
        more = {"person": given, "no_id_reason": "遗失", "again": False}
        if not asked:
            assert (await _come(session, county["registrar"], **more)).queue == "002"
            return
        with pytest.raises(Invalid) as refused:
            await _come(session, county["registrar"], MORNING + timedelta(minutes=1), **more)
        assert refused.value.fields == {"again": "今天 09:00 已登记（001 号），仍要再登记一次？"}
        assert (await _come(session, county["registrar"], **more | {"again": True})).queue == "002"

    async def test_is_no_question_the_next_day_or_once_nobody_waits(
        self, session: AsyncSession, county: County
    ) -> None:
        first = await _come(session, county["guide"])
        assert (await _come(session, county["guide"], MORNING + DAY, again=False)).queue == "001"
        await operations.leave(session, county["guide"], first.id, at=MORNING)
        assert (await _come(session, county["guide"], again=False)).queue == "002"

    async def test_is_a_question_while_handed_over(self, session: AsyncSession, county: County) -> None:
        first = await _come(session, county["guide"])
        await operations.hand_over(session, county["guide"], first.id, at=MORNING)
        with pytest.raises(Invalid, match="001 号"):
            await _come(session, county["guide"], again=False)
