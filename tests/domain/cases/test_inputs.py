"""What a step asks for, what a draft must hold, and what an edit leaves in the journal."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar import queries as calendar
from domain.cases.inputs import CaseInput, PartyInput, StepInput
from domain.cases.operations.create import create
from domain.cases.queries import detail, reach
from domain.cases.vocabulary import Action
from domain.kernel.models import JournalEntry
from domain.kernel.refusals import ActionNotAllowed, ChangedMeanwhile, Invalid
from domain.people.models import IdType
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

_RESULT = {"opinion": "办好了", "result": "已付清", "resolution_method": "people_mediation"}


async def _faults(attempt: object) -> set[str]:
    with pytest.raises(Invalid) as refused:
        await attempt  # type: ignore[misc]
    assert all(refused.value.fields.values())
    return set(refused.value.fields)


async def _assisted(session: AsyncSession, county: County) -> str:
    """Bring a case into the hands of a lead and an assistant who has not accepted."""
    number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
    both = {"lead_department": "rsj", "assist_departments": ("zjj",)}
    await support.step(session, county["center"], number, Action.DISPATCH, at=MORNING, **both)
    await support.main_step(session, county, number, Action.ACCEPT, at=MORNING)
    return number


class TestPictures:
    @pytest.mark.parametrize(("category", "needed"), [("0701", True), ("H102", True), ("L101", False)])
    async def test_disputes_and_hazards_need_one(
        self, session: AsyncSession, county: County, category: str, needed: bool
    ) -> None:
        number = await support.draft(session, county, at=MORNING, category=category)
        for action in MAIN_LINE[:3]:
            await support.main_step(session, county, number, action, at=MORNING)

        tell = support.step(session, county["rsj"], number, Action.REPORT_PROGRESS, at=MORNING, opinion="已约谈")

        if needed:
            assert await _faults(tell) == {"attachments"}
        else:
            await tell

    async def test_another_persons_picture_is_not_taken(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
        theirs = await support.picture(session, county["zjj"], at=MORNING)

        tell = support.step(
            session, county["rsj"], number, Action.REPORT_PROGRESS, at=MORNING, opinion="已约谈", attachments=(theirs,)
        )

        assert await _faults(tell) == {"attachments"}

    async def test_a_picture_serves_one_step(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
        own = await support.picture(session, county["rsj"], at=MORNING)
        given = {"opinion": "已约谈", "attachments": (own,)}
        await support.step(session, county["rsj"], number, Action.REPORT_PROGRESS, at=MORNING, **given)

        again = support.step(session, county["rsj"], number, Action.REPORT_PROGRESS, at=MORNING, **given)

        assert await _faults(again) == {"attachments"}
        shown = await detail.get(session, county["center"], number, at=MORNING)
        assert [picture.file_id for picture in shown.pictures] == [own]

    async def test_ten_are_too_many(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
        many = tuple([await support.picture(session, county["rsj"], at=MORNING) for _ in range(10)])

        tell = support.step(
            session, county["rsj"], number, Action.REPORT_PROGRESS, at=MORNING, opinion="已约谈", attachments=many
        )

        assert await _faults(tell) == {"attachments"}


class TestStepInput:
    async def test_all_faults_come_at_once(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:4], at=MORNING)

        answer = support.step(session, county["rsj"], number, Action.SUBMIT_RESULT, at=MORNING)

        assert await _faults(answer) == {"attachments", "result", "resolution_method"}

    @pytest.mark.parametrize("opinion", ["", "  ", "字" * 2001, "控\x07制"])
    async def test_an_opinion_must_be_one(self, session: AsyncSession, county: County, opinion: str) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)

        back = support.step(session, county["center"], number, Action.SEND_BACK, at=MORNING, opinion=opinion)

        assert await _faults(back) == {"opinion"}

    async def test_markup_and_emoji_in_an_opinion_are_text(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
        said = "<script>alert(1)</script> 😀"

        await support.step(session, county["center"], number, Action.SEND_BACK, at=MORNING, opinion=said)

        assert (await detail.journal(session, county["center"], number))[0].opinion == said

    async def test_an_unknown_or_twofold_department_is_refused(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)

        async def send(**given: object) -> None:
            await support.step(session, county["center"], number, Action.DISPATCH, at=MORNING, **given)

        assert await _faults(send(lead_department="nowhere")) == {"lead_department"}
        assert await _faults(send(lead_department="centre")) == {"lead_department"}
        assert await _faults(send(lead_department="rsj", assist_departments=("rsj",))) == {"assist_departments"}
        assert await _faults(send(lead_department="rsj", assist_departments=("nowhere",))) == {"assist_departments"}

    @pytest.mark.parametrize("days", [None, 0, 11])
    async def test_an_extension_is_one_to_ten_days(
        self, session: AsyncSession, county: County, days: int | None
    ) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)

        ask = support.step(
            session, county["rsj"], number, Action.REQUEST_EXTENSION, at=MORNING, opinion="检测未完", days=days
        )

        assert await _faults(ask) == {"days"}

    async def test_a_version_seen_before_is_refused(self, session: AsyncSession, county: County) -> None:
        from domain.cases.operations.take import take

        number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
        with pytest.raises(ChangedMeanwhile):
            await take(
                session, county["center"], number=number, action=Action.DISPATCH,
                given=StepInput(lead_department="rsj"), at=MORNING, version=1,
            )  # fmt: skip


class TestGuards:
    async def test_what_was_reported_is_not_returned(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:4], at=MORNING)

        with pytest.raises(ActionNotAllowed):
            await support.step(session, county["rsj"], number, Action.REQUEST_RETURN, at=MORNING, opinion="不属本局")

    async def test_an_assistant_accepts_once(self, session: AsyncSession, county: County) -> None:
        number = await _assisted(session, county)
        await support.step(session, county["zjj"], number, Action.ASSIST_ACCEPT, at=MORNING)

        with pytest.raises(ActionNotAllowed):
            await support.step(session, county["zjj"], number, Action.ASSIST_ACCEPT, at=MORNING)

    async def test_an_assistant_who_reports_has_accepted(self, session: AsyncSession, county: County) -> None:
        number = await _assisted(session, county)
        own = await support.picture(session, county["zjj"], at=MORNING)

        await support.step(
            session, county["zjj"], number, Action.ASSIST_REPORT, at=MORNING, opinion="已协助", attachments=(own,)
        )

        case = await reach.find(session, county["center"], number)
        assert all(d.holder_id is None for d in await calendar.running(session, [case.id]))
        with pytest.raises(ActionNotAllowed):
            await support.step(session, county["zjj"], number, Action.ASSIST_ACCEPT, at=MORNING)

    async def test_two_extensions_are_the_most(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
        ask, grant = {"opinion": "检测未完", "days": 5}, {"opinion": "同意", "days": 5}
        for _ in range(2):
            await support.step(session, county["rsj"], number, Action.REQUEST_EXTENSION, at=MORNING, **ask)
            await support.step(session, county["center"], number, Action.APPROVE_EXTENSION, at=MORNING, **grant)

        with pytest.raises(ActionNotAllowed):
            await support.step(session, county["rsj"], number, Action.REQUEST_EXTENSION, at=MORNING, **ask)


class TestCompleteness:
    @pytest.mark.parametrize(
        ("less", "field"),
        [({"content": ""}, "content"), ({"category": ""}, "category"), ({"area": ""}, "area")],
    )
    async def test_a_draft_may_lack_what_submitting_asks(
        self, session: AsyncSession, county: County, less: dict[str, object], field: str
    ) -> None:
        number = await support.draft(session, county, at=MORNING, **less)

        assert await _faults(support.main_step(session, county, number, Action.SUBMIT, at=MORNING)) == {field}

    async def test_a_petitioner_without_papers_needs_a_reason(self, session: AsyncSession, county: County) -> None:
        bare = PartyInput(name="林" + "水木", phone=support.phone(1), id_type=IdType.NONE)
        number = await support.draft(session, county, at=MORNING, parties=(bare,))
        reasoned = bare.model_copy(update={"no_id_reason": "证件补办中"})
        other = await support.draft(session, county, at=MORNING, parties=(reasoned,))

        assert await _faults(support.main_step(session, county, number, Action.SUBMIT, at=MORNING)) == {"id_number"}
        await support.main_step(session, county, other, Action.SUBMIT, at=MORNING)

    async def test_a_reason_is_kept_whole_or_refused(self, session: AsyncSession, county: County) -> None:
        bare = PartyInput(name="林" + "水木", phone=support.phone(1), id_type=IdType.NONE, no_id_reason="补" * 201)

        assert await _faults(support.draft(session, county, at=MORNING, parties=(bare,))) == {"parties.0.no_id_reason"}

    async def test_a_case_has_a_petitioner(self, session: AsyncSession, county: County) -> None:
        other = PartyInput(kind="respondent", name="何" + "某")  # type: ignore[arg-type]

        assert await _faults(create(session, county["registrar"], support.matter(parties=(other,)), at=MORNING)) == {
            "parties"
        }
        assert await _faults(create(session, county["registrar"], CaseInput(title="无人"), at=MORNING)) == {"parties"}

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"title": ""}, "title"), ({"title": "字" * 61}, "title"), ({"content": "字" * 5001}, "content"),
            ({"category": "0000"}, "category"), ({"area": "1"}, "area"), ({"headcount": 0}, "headcount"),
            ({"amount": Decimal(-1)}, "amount"), ({"amount": Decimal("1.005")}, "amount"),
            ({"occurred_at": MORNING + timedelta(minutes=1)}, "occurred_at"),
            ({"occurred_at": MORNING.replace(tzinfo=None)}, "occurred_at"),
        ],
    )  # fmt: skip
    async def test_what_cannot_be_is_named(
        self, session: AsyncSession, county: County, wrong: dict[str, object], field: str
    ) -> None:
        assert await _faults(create(session, county["registrar"], support.matter(**wrong), at=MORNING)) == {field}


class TestEditing:
    async def test_the_journal_tells_what_changed_without_persons(self, session: AsyncSession, county: County) -> None:
        number = await support.draft(session, county, at=MORNING)
        new = PartyInput(name="何" + "秋水", id_number=support.id_number(5), phone=support.phone(5))

        await support.step(
            session, county["registrar"], number, Action.EDIT, at=MORNING,
            title="改过的标题", content="改过的内容，多次协商未果。", headcount=7, parties=(new,),
        )  # fmt: skip

        case = await reach.find(session, county["registrar"], number)
        query = select(JournalEntry).where(col(JournalEntry.subject_id) == case.id).order_by(col(JournalEntry.seq))
        last = list(await session.scalars(query))[-1]
        assert last.detail["changes"] == {
            "title": ["工地拖欠工资 1 号", "改过的标题"], "content": True, "headcount": [1, 7], "parties": True
        }  # fmt: skip
        for clear in ("何秋水", "秋水", support.id_number(5), support.phone(5), "林水木"):
            assert clear not in str(last.detail)
        changes = (await detail.journal(session, county["registrar"], number))[0].changes
        told = {(change.label, change.before, change.after) for change in changes}
        assert {("涉及人数", "1", "7"), ("当事人", "", "已修改")} <= told

    async def test_a_kept_party_stays_and_a_strangers_is_refused(self, session: AsyncSession, county: County) -> None:
        number = await support.draft(session, county, at=MORNING)
        other = await support.draft(session, county, at=MORNING, seed=2)
        mine = (await detail.get(session, county["registrar"], number, at=MORNING)).parties[0].id
        theirs = (await detail.get(session, county["registrar"], other, at=MORNING)).parties[0].id

        await support.step(
            session, county["registrar"], number, Action.EDIT, at=MORNING, parties=(PartyInput(party_id=mine),)
        )
        steal = support.step(
            session, county["registrar"], number, Action.EDIT, at=MORNING, parties=(PartyInput(party_id=theirs),)
        )

        assert await _faults(steal) == {"parties"}
        assert [p.id for p in (await detail.get(session, county["registrar"], number, at=MORNING)).parties] == [mine]
