"""The choke point on the database: lists, cases, visits; reveal with its limits; the policy as data."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.inputs import CaseFilter, PartyInput
from domain.cases.operations.reveal import reveal
from domain.cases.queries import detail, listing
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import Role
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotPermitted, TooMany
from domain.orgs.rules import DEFAULTS
from domain.people import operations, queries, rules
from domain.people.models import Person, RevealCount
from domain.people.policy import Field, Purpose, Showing
from domain.people.schemas import Opened, Revealable
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

CHILD = PartyInput(name="林" + "小溪", id_number=support.id_number(7, "20150304"), phone=support.phone(7))


@pytest.fixture
async def county(session: AsyncSession, file_folder: Path) -> County:
    """Give the small county."""
    return await support.build(session)


NAME_ON_SCREEN = (Role.CENTER_ADMIN, Field.NAME, Purpose.SCREEN)


async def a_case(session: AsyncSession, county: County, **more: object) -> tuple[str, UUID]:
    number = await support.draft(session, county, at=MORNING, **more)
    for action in MAIN_LINE[:2]:
        await support.main_step(session, county, number, action, at=MORNING)
    return number, (await detail.get(session, county["center"], number, at=MORNING)).parties[0].person_id


async def lines(session: AsyncSession, action: str) -> list[JournalEntry]:
    return list(await session.scalars(select(JournalEntry).where(col(JournalEntry.action) == action)))


class TestThePolicyAsData:
    async def test_reaches_the_case_and_its_list(self, session: AsyncSession, county: County) -> None:
        number, person = await a_case(session, county)
        clear = queries.opened((await queries.by_ids(session, [person]))[person], "name")
        await operations.set_rules(session, county["secadmin"], {NAME_ON_SCREEN: Showing.CLEAR}, at=MORNING)

        async def names(login: str) -> set[str]:
            row = (await listing.search(session, county[login], CaseFilter(number=number), at=MORNING)).items[0]
            return {row.party, (await detail.get(session, county[login], number, at=MORNING)).parties[0].name}

        assert await names("center") == {clear}
        assert await names("rsj") == {rules.mask_name(clear)}

    async def test_tells_the_door_from_the_page(self, session: AsyncSession, county: County) -> None:
        number, _ = await a_case(session, county)
        cell = (Role.CENTER_ADMIN, Field.PHONE, Purpose.API)
        await operations.set_rules(session, county["secadmin"], {cell: Showing.HIDDEN}, at=MORNING)

        async def phone() -> str:
            return (await detail.get(session, county["center"], number, at=MORNING)).parties[0].phone

        assert "*" in await phone()
        queries.ask_for(session, Purpose.API)
        assert await phone() == ""

    async def test_is_set_by_the_security_administrator_with_a_line(
        self, session: AsyncSession, county: County
    ) -> None:
        changed = await operations.set_rules(session, county["secadmin"], {NAME_ON_SCREEN: Showing.CLEAR}, at=MORNING)
        again = await operations.set_rules(session, county["secadmin"], {NAME_ON_SCREEN: Showing.CLEAR}, at=MORNING)
        (line,) = await lines(session, "field_policy.set")

        assert [cell.showing for cell in changed] == [Showing.CLEAR]
        assert again == ()
        assert line.detail == {"changes": {"center_admin.name.screen": ["masked", "clear"]}}

    async def test_goes_back_to_the_default(self, session: AsyncSession, county: County) -> None:
        for showing in (Showing.CLEAR, Showing.MASKED):
            await operations.set_rules(session, county["secadmin"], {NAME_ON_SCREEN: showing}, at=MORNING)

        assert await queries.field_rules(session) == {}

    @pytest.mark.parametrize("login", ["sysadmin", "auditor", "center", "leader"])
    async def test_is_nobody_elses_to_set_or_read(self, session: AsyncSession, county: County, login: str) -> None:
        with pytest.raises(NotPermitted):
            await operations.set_rules(session, county[login], {NAME_ON_SCREEN: Showing.CLEAR}, at=MORNING)
        with pytest.raises(NotPermitted):
            await queries.policy_of(session, county[login], Role.OFFICER)

    async def test_refuses_what_may_not_be(self, session: AsyncSession, county: County) -> None:
        cell = (Role.OFFICER, Field.ID_NUMBER, Purpose.EXPORT)
        with pytest.raises(Invalid) as refusal:
            await operations.set_rules(session, county["secadmin"], {cell: Showing.CLEAR}, at=MORNING)

        assert set(refusal.value.fields) == {"officer.id_number.export"}


class TestAFieldThatDoesNotOpen:
    async def spoilt(self, session: AsyncSession, county: County, *columns: str) -> tuple[str, Person]:
        number, person_id = await a_case(session, county)
        person = (await queries.by_ids(session, [person_id]))[person_id]
        for column in columns:
            setattr(person, f"{column}_sealed", b"\x01" + bytes(40))
        await session.flush()
        return number, person

    async def test_leaves_the_others_and_the_list(self, session: AsyncSession, county: County) -> None:
        number, person = await self.spoilt(session, county, "name")

        row = (await listing.search(session, county["center"], CaseFilter(number=number), at=MORNING)).items[0]
        party = (await detail.get(session, county["center"], number, at=MORNING)).parties[0]

        assert (row.party, party.name) == ("无法解密", "无法解密")
        assert party.phone == rules.mask_phone(queries.opened(person, "phone"))

    async def test_says_nothing_where_it_is_hidden(self, session: AsyncSession, county: County) -> None:
        _, person = await self.spoilt(session, county, "name")

        assert (await queries.lens(session, county["auditor"])).field(person, Field.NAME) == ""

    async def test_protects_like_a_child_whose_date_of_birth_it_was(
        self, session: AsyncSession, county: County
    ) -> None:
        of_officers = {(Role.OFFICER, Field.NAME, Purpose.SCREEN): Showing.CLEAR}
        await operations.set_rules(session, county["secadmin"], of_officers, at=MORNING)
        _, person = await self.spoilt(session, county)
        clear, lens = queries.opened(person, "name"), await queries.lens(session, county["rsj"])
        assert lens.field(person, Field.NAME) == clear

        person.birth_date_sealed = b"\x01" + bytes(40)

        assert lens.field(person, Field.NAME) == rules.mask_name(clear)

    async def test_is_refused_with_a_line_and_spends_nothing(self, session: AsyncSession, county: County) -> None:
        _, person = await self.spoilt(session, county, "phone")

        answer = await reveal(
            session, county["center"], person_id=person.id, field=Revealable.PHONE, reason="核对工资表", at=MORNING
        )
        (line,) = await lines(session, "person.reveal_refused")

        assert (str(answer.refusal), answer.value) == ("联系电话无法解密，请告知系统管理员", "")
        assert line.detail == {"field": "phone", "why": "unreadable"}
        assert not (await session.scalars(select(RevealCount))).all()


class TestReveal:
    async def test_says_who_saw_what_and_why(self, session: AsyncSession, county: County) -> None:
        _, person = await a_case(session, county)

        opened = await reveal(
            session, county["rsj"], person_id=person, field=Revealable.PHONE, reason=" 电话核实 ", at=MORNING
        )

        (line,) = await lines(session, "person.reveal")
        assert (line.actor_id, line.subject_id) == (county["rsj"].account_id, person)
        assert line.detail == {"field": "phone", "reason": "电话核实"}
        assert opened.value not in str(line.detail)

    async def ask(self, session: AsyncSession, county: County, person: UUID, login: str = "rsj", **late: int) -> Opened:
        return await reveal(
            session, county[login], person_id=person, field=Revealable.PHONE, reason="核对工资表",
            at=MORNING + timedelta(**late),
        )  # fmt: skip

    async def test_stops_at_the_limit_of_an_hour_with_an_alarm(self, session: AsyncSession, county: County) -> None:
        _, person = await a_case(session, county)
        for _ in range(DEFAULTS.reveal_per_hour):
            assert (await self.ask(session, county, person)).value

        refused = await self.ask(session, county, person)
        (line,) = await lines(session, "person.reveal_refused")

        assert isinstance(refused.refusal, TooMany)
        assert refused.value == ""
        assert (line.detail, line.actor_id) == ({"field": "phone", "why": "limit"}, county["rsj"].account_id)
        assert (await self.ask(session, county, person, "center")).value, "the limit is each account's own"
        assert (await self.ask(session, county, person, hours=1, seconds=1)).value

    async def test_stops_at_the_limit_of_a_day(self, session: AsyncSession, county: County) -> None:
        _, person = await a_case(session, county)
        for turn in range(DEFAULTS.reveal_per_day):
            assert (await self.ask(session, county, person, hours=turn // 10)).value

        assert isinstance((await self.ask(session, county, person, hours=12)).refusal, TooMany)

    async def test_needs_the_level_for_a_child(self, session: AsyncSession, county: County) -> None:
        _, person = await a_case(session, county, parties=(CHILD,))

        assert isinstance((await self.ask(session, county, person)).refusal, NotPermitted)
        assert (await self.ask(session, county, person, "center")).value
        assert [line.detail["why"] for line in await lines(session, "person.reveal_refused")] == ["special"]

    async def test_needs_the_level_for_a_matter_of_a_special_kind(self, session: AsyncSession, county: County) -> None:
        _, person = await a_case(session, county, category="0502")

        assert (await self.ask(session, county, person)).refusal
        assert (await self.ask(session, county, person, "center")).value

    async def test_respects_a_field_that_the_policy_hides(self, session: AsyncSession, county: County) -> None:
        _, person = await a_case(session, county)
        cell = (Role.OFFICER, Field.PHONE, Purpose.SCREEN)
        await operations.set_rules(session, county["secadmin"], {cell: Showing.HIDDEN}, at=MORNING)

        assert isinstance((await self.ask(session, county, person)).refusal, NotPermitted)


class TestAnonymous:
    async def test_nothing_of_the_person_is_left(self, session: AsyncSession, county: County) -> None:
        number, person = await a_case(session, county)

        done = await operations.anonymise(session, [person], at=MORNING)
        row = (await session.scalars(select(Person).where(col(Person.id) == person))).one()
        shown = (await detail.get(session, county["center"], number, at=MORNING)).parties[0]

        assert done == (person,)
        assert {queries.opened(row, c) for c in ("name", "id_number", "phone", "birth_date", "address")} == {""}
        assert {getattr(row, c.name) for c in Person.__table__.columns if c.name.endswith(("_blind", "_tail"))} == {
            None
        }  # type: ignore[attr-defined]
        assert row.name_fragments == []
        assert (shown.name, shown.id_number, shown.phone, shown.anonymised) == (rules.ANONYMISED, "", "", True)
        assert await operations.anonymise(session, [person], at=MORNING) == ()

    async def test_has_nothing_to_reveal(self, session: AsyncSession, county: County) -> None:
        _, person = await a_case(session, county)
        await operations.anonymise(session, [person], at=MORNING)

        with pytest.raises(ActionNotAllowed):
            await TestReveal().ask(session, county, person, "center")
