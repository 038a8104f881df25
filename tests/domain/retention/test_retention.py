"""What is over ends, and nothing else: rules, previews, holds, batches, tombstones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Assignment, Case, Party
from domain.cases.queries import detail
from domain.cases.vocabulary import Action
from domain.kernel import chain, drafts
from domain.kernel.models import FormDraft, JournalEntry
from domain.kernel.refusals import ChangedMeanwhile, Invalid, NotFound, NotPermitted
from domain.notices import operations as notices
from domain.notices.models import Message, Occasion
from domain.orgs.models import SignInStep
from domain.people import queries as people
from domain.people import rules as people_rules
from domain.people.models import Person
from domain.people.schemas import PersonInput
from domain.retention import operations, queries, rules
from domain.retention.models import Ending, Kind, Tombstone
from domain.visits import operations as visits
from domain.visits.schemas import VisitInput
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

ELEVEN_YEARS = MORNING + timedelta(days=11 * 365)
THREE_YEARS = MORNING + timedelta(days=3 * 365)
NOTE = "档案管理规定"


async def switch_on(session: AsyncSession, county: County, kind: Kind, days: int, at: object = None) -> None:
    moment = at or ELEVEN_YEARS
    seen = (await queries.preview(session, county["secadmin"], kind, days=days, at=moment)).count  # type: ignore[arg-type]
    await operations.set_rule(
        session, county["secadmin"], kind, days=days, active=True, note=NOTE, at=moment, seen=seen  # type: ignore[arg-type]
    )  # fmt: skip


async def closed_case(session: AsyncSession, county: County, seed: int = 1) -> str:
    return await support.bring_to(session, county, MAIN_LINE, at=MORNING, seed=seed)


async def names(session: AsyncSession, number: str) -> set[str]:
    query = (
        select(Person)
        .join(Party, col(Party.person_id) == col(Person.id))
        .join(Case, col(Case.id) == col(Party.case_id))
        .where(col(Case.number) == number)
    )
    return {people.opened(person, "name") for person in await session.scalars(query)}


async def run(session: AsyncSession, kind: Kind, at: object = ELEVEN_YEARS) -> int:
    return (await operations.run_batch(session, queries.CLOCK, kind, at=at)).count  # type: ignore[arg-type]


async def visitor(session: AsyncSession, county: County, seed: int = 3) -> UUID:
    person = PersonInput(name="黄" + "来访", id_number=support.id_number(seed), phone=support.phone(seed))
    given = VisitInput(person=person, reason="咨询政策", informed=True)
    return (await visits.register(session, county["guide"], given, at=MORNING)).person.id


class TestRules:
    async def test_what_is_personal_is_off_until_switched_on(self, session: AsyncSession, county: County) -> None:
        await closed_case(session, county)
        await visitor(session, county)

        assert await run(session, Kind.CASE) == 0
        assert await run(session, Kind.VISITOR) == 0

    async def test_a_change_ends_the_rule_before(self, session: AsyncSession, county: County) -> None:
        for days in (60, 90):
            await operations.set_rule(
                session, county["secadmin"], Kind.DRAFT, days=days, active=True, note=NOTE, at=MORNING
            )
        now = await queries.in_force(session, Kind.DRAFT)
        (before,) = await queries.past_rules(session, county["secadmin"])

        assert (now.days, before.days, before.ended_at) == (90, 60, MORNING)

    @pytest.mark.parametrize(
        ("kind", "days", "note", "field"),
        [
            (Kind.CASE, 10, NOTE, "days"),
            (Kind.DRAFT, 0, NOTE, "days"),
            (Kind.DRAFT, 30, "", "note"),
            (Kind.CARD, 0, NOTE, "kind"),
            (Kind.PRESENCE, 0, NOTE, "kind"),
        ],
    )
    def test_what_may_not_be_set(self, kind: Kind, days: int, note: str, field: str) -> None:
        assert set(rules.faults_of(kind, days, note)) == {field}

    def test_the_standards_may_be_set(self) -> None:
        for kind, standard in rules.STANDARDS.items():
            if kind not in rules.FIXED:
                assert not rules.faults_of(kind, standard.days, NOTE)

    async def test_switching_on_needs_the_preview_of_now(self, session: AsyncSession, county: County) -> None:
        await closed_case(session, county)
        for seen in (None, 0, 7):
            with pytest.raises(ChangedMeanwhile):
                await operations.set_rule(
                    session, county["secadmin"], Kind.CASE, days=3650, active=True, note=NOTE, at=ELEVEN_YEARS, seen=seen
                )  # fmt: skip

    @pytest.mark.parametrize("login", ["sysadmin", "auditor", "center", "leader"])
    async def test_is_the_security_administrators_alone(
        self, session: AsyncSession, county: County, login: str
    ) -> None:
        actor = county[login]
        for asked in (
            queries.rules_of(session, actor),
            queries.preview(session, actor, Kind.CASE, days=3650, at=MORNING),
            queries.holds(session, actor),
            queries.runs(session, actor),
            operations.set_rule(session, actor, Kind.DRAFT, days=60, active=True, note=NOTE, at=MORNING),
            operations.hold(session, actor, number="X", reason=NOTE, at=MORNING),
            operations.run_batch(session, actor, Kind.CASE, at=MORNING),
            operations.reapply(session, actor, {}, at=MORNING),
        ):
            with pytest.raises(NotPermitted):
                await asked


class TestCases:
    async def test_lose_their_persons_and_keep_their_story(self, session: AsyncSession, county: County) -> None:
        number = await closed_case(session, county)
        await switch_on(session, county, Kind.CASE, 3650)

        assert await run(session, Kind.CASE) == 1
        assert await run(session, Kind.CASE) == 0, "what was done is not done again"
        view = await detail.get(session, county["center"], number, at=ELEVEN_YEARS)
        assert await names(session, number) == {""}
        assert (view.parties[0].name, view.row.party) == (people_rules.ANONYMISED,) * 2
        assert (view.assignments[0].in_charge, view.assignments[0].in_charge_phone) == ("", "")
        assert view.result
        assert view.content
        assert await people.ids_by_name(session, "林") == ()

    async def test_leave_tombstones_and_a_line_without_a_name(self, session: AsyncSession, county: County) -> None:
        await closed_case(session, county)
        await switch_on(session, county, Kind.CASE, 3650)
        await run(session, Kind.CASE)

        stones = (await session.scalars(select(Tombstone))).all()
        lines = select(JournalEntry).where(col(JournalEntry.action) == "retention.run")
        (line,) = (await session.scalars(lines)).all()
        assert [(stone.kind, stone.at) for stone in stones] == [(Kind.CASE, ELEVEN_YEARS)]
        assert line.detail == {"kind": "case", "days": 3650, "action": Ending.ANONYMISE.label, "count": 1, "persons": 1}
        assert (await chain.verify(session))[1] is None
        assert len(await queries.runs(session, county["secadmin"])) == 1

    async def test_stay_while_young_open_or_appealed(self, session: AsyncSession, county: County) -> None:
        young = await closed_case(session, county)
        still_open = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING, seed=2)
        appealed = await closed_case(session, county, seed=3)
        case = (await session.scalars(select(Case).where(col(Case.number) == appealed))).one()
        case.appealed_at = MORNING
        await switch_on(session, county, Kind.CASE, 3650)

        assert await run(session, Kind.CASE, at=THREE_YEARS) == 0
        assert await run(session, Kind.CASE) == 1
        assert "" not in await names(session, still_open) | await names(session, appealed)
        assert await names(session, young) == {""}

    async def test_stay_while_merged_into_an_open_one(self, session: AsyncSession, county: County) -> None:
        number = await closed_case(session, county)
        whole = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING, seed=2)
        rows = {c.number: c for c in await session.scalars(select(Case).where(col(Case.number).in_((number, whole))))}
        rows[number].merged_into_id = rows[whole].id
        await switch_on(session, county, Kind.CASE, 3650)

        assert await run(session, Kind.CASE) == 0

    async def test_stay_on_hold_until_it_ends(self, session: AsyncSession, county: County) -> None:
        number = await closed_case(session, county)
        held = await operations.hold(session, county["secadmin"], number=number, reason="行政诉讼审理中", at=MORNING)
        await switch_on(session, county, Kind.CASE, 3650)

        assert await run(session, Kind.CASE) == 0
        await operations.end_hold(session, county["secadmin"], hold_id=held.id, reason="诉讼终结", at=ELEVEN_YEARS)
        assert await run(session, Kind.CASE) == 1
        with pytest.raises(NotFound):
            await operations.end_hold(session, county["secadmin"], hold_id=held.id, reason="诉讼终结", at=ELEVEN_YEARS)

    async def test_are_shown_before_by_number_alone(self, session: AsyncSession, county: County) -> None:
        number = await closed_case(session, county)

        shown = await queries.preview(session, county["secadmin"], Kind.CASE, days=3650, at=ELEVEN_YEARS)

        assert (shown.count, [one[0] for one in shown.samples]) == (1, [number])
        assert shown.oldest == shown.newest
        assert "林" not in str(shown)

    async def test_on_hold_are_not_shown_before(self, session: AsyncSession, county: County) -> None:
        number = await closed_case(session, county)
        await operations.hold(session, county["secadmin"], number=number, reason="行政诉讼审理中", at=MORNING)

        shown = await queries.preview(session, county["secadmin"], Kind.CASE, days=3650, at=ELEVEN_YEARS)

        assert (shown.count, shown.samples) == (0, ())


class TestVisitors:
    async def test_without_a_case_become_anonymous(self, session: AsyncSession, county: County) -> None:
        person = await visitor(session, county)
        await closed_case(session, county)
        await switch_on(session, county, Kind.VISITOR, 730, at=THREE_YEARS)

        assert await run(session, Kind.VISITOR, at=THREE_YEARS) == 1
        row = (await people.by_ids(session, [person]))[person]
        assert (people.opened(row, "name"), row.anonymised_at) == ("", THREE_YEARS)

    async def test_a_person_taken_out_of_a_draft_is_not_forgotten(self, session: AsyncSession, county: County) -> None:
        number = await support.draft(session, county, at=MORNING)
        (before,) = await names(session, number)
        party = (await session.scalars(select(Party))).one()
        person = party.person_id
        await session.delete(party)
        await session.flush()
        await switch_on(session, county, Kind.VISITOR, 730, at=THREE_YEARS)

        assert before
        assert await run(session, Kind.VISITOR, at=THREE_YEARS) == 1
        assert people.opened((await people.by_ids(session, [person]))[person], "name") == ""


class TestTechnical:
    async def test_drafts_and_messages_go_when_they_are_old(self, session: AsyncSession, county: County) -> None:
        await drafts.keep(session, county["guide"], "x", {"name": "草稿"}, at=MORNING)
        notices.write(session, occasion=Occasion.CODE, case_id=None, phone=support.phone(1), text="验证码", at=MORNING)
        later: Mapping[Kind, timedelta] = {Kind.DRAFT: timedelta(days=31), Kind.MESSAGE: timedelta(days=181)}
        for kind, after in later.items():
            assert await run(session, kind, at=MORNING + after - timedelta(days=2)) == 0
            assert (await queries.preview(session, county["secadmin"], kind, days=30, at=MORNING + after)).count == 1
            assert await run(session, kind, at=MORNING + after) == 1

        assert (await session.scalars(select(FormDraft))).all() == []
        assert (await session.scalars(select(Message))).all() == []

    async def test_secrets_of_a_sign_in_under_way_go_with_the_codes(
        self, session: AsyncSession, county: County
    ) -> None:
        step = SignInStep(digest=b"x" * 32, created_at=MORNING, expires_at=MORNING + timedelta(minutes=5))
        session.add(step)
        await session.flush()

        assert await run(session, Kind.CODE, at=MORNING + timedelta(days=1)) == 0
        later = MORNING + timedelta(days=3)
        assert (await queries.preview(session, county["secadmin"], Kind.CODE, days=2, at=later)).count == 1
        assert await run(session, Kind.CODE, at=later) == 1

    @pytest.mark.parametrize("kind", Kind)
    async def test_every_kind_can_be_previewed_and_run(self, session: AsyncSession, county: County, kind: Kind) -> None:
        shown = await queries.preview(
            session, county["secadmin"], kind, days=rules.STANDARDS[kind].days, at=ELEVEN_YEARS
        )

        assert shown.count == await run(session, kind)

    async def test_every_kind_has_its_standard(self) -> None:
        assert set(rules.STANDARDS) == set(Kind)


class TestAfterARestore:
    async def test_tombstones_are_applied_again(self, session: AsyncSession, county: County) -> None:
        person = await visitor(session, county)

        done = await operations.reapply(session, queries.CLOCK, {person: (Kind.VISITOR, MORNING)}, at=ELEVEN_YEARS)
        again = await operations.reapply(session, queries.CLOCK, {person: (Kind.VISITOR, MORNING)}, at=ELEVEN_YEARS)

        assert (done, again) == (1, 0)
        assert await queries.tombstones(session) == {person: (Kind.VISITOR, MORNING)}


async def test_a_visitor_is_told_and_that_is_noted(session: AsyncSession, county: County) -> None:
    person = PersonInput(name="黄" + "来访", id_number=support.id_number(3), phone=support.phone(3))
    told = await visits.register(session, county["guide"], VisitInput(person, "咨询", informed=True), at=MORNING)
    untold = await visits.register(session, county["guide"], VisitInput(person, "咨询"), at=MORNING)

    assert (told.informed_at, untold.informed_at) == (MORNING, None)


async def test_a_hold_names_a_case_and_a_reason(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
    with pytest.raises(NotFound):
        await operations.hold(session, county["secadmin"], number="没有", reason="诉讼审理中", at=MORNING)
    with pytest.raises(Invalid):
        await operations.hold(session, county["secadmin"], number=number, reason=" ", at=MORNING)


async def test_a_case_taken_up_again_is_left_alone(session: AsyncSession, county: County) -> None:
    number = await closed_case(session, county)
    await switch_on(session, county, Kind.CASE, 3650)
    await support.step(
        session, county["center"], number, Action.REOPEN, at=MORNING + timedelta(days=1), opinion="当事人反映复发",
        lead_department="rsj", department="rsj",
    )  # fmt: skip

    assert await run(session, Kind.CASE) == 0
    assert (await session.scalars(select(Assignment.in_charge_sealed))).all()
