"""Codes and sessions of petitioners: who gets in, and what a stranger can learn."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from domain.calendar.operations import seed_years
from domain.cases.inputs import PartyInput
from domain.cases.models import PartyKind, Satisfaction
from domain.cases.queries import detail, reach
from domain.cases.vocabulary import Action
from domain.kernel import chain, crypto
from domain.kernel.actor import Actor
from domain.kernel.clock import end_stamp
from domain.kernel.models import OutboxMessage
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound, NotPermitted
from domain.tracking import operations, queries, rules
from domain.tracking.models import OneTimeCode, PetitionerSession
from domain.tracking.schemas import Entry
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County, phone
from tests.support.petitioner import BASE, Statements, code_for, token_of

AT = MORNING + timedelta(days=1)
UNKNOWN = "A" * 22
FROM = "192.0.2.1"


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


@pytest_asyncio.fixture(loop_scope="session")
async def number(session: AsyncSession, county: County) -> str:
    return await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)


@pytest_asyncio.fixture(loop_scope="session")
async def token(session: AsyncSession, county: County, number: str) -> str:
    return await token_of(session, county, number)


async def enter(
    session: AsyncSession, token: str, phone_number: str, code: str, *, at: datetime = AT, origin: str = FROM
) -> Entry:
    return await operations.enter(session, token=token, phone=phone_number, code=code, origin=origin, at=at)


def other_than(code: str) -> str:
    return f"{(int(code or 0) + 1) % 10**6:06d}"


class TestTrackingUrl:
    async def test_holds_a_random_token_and_nothing_else(
        self, session: AsyncSession, county: County, number: str
    ) -> None:
        url = await queries.tracking_url(session, county["registrar"], number, f"{BASE}/")
        assert url.startswith(f"{BASE}/t/")
        assert len(url.removeprefix(f"{BASE}/t/")) == 22
        assert number not in url

    async def test_is_for_those_who_print_slips(self, session: AsyncSession, county: County, number: str) -> None:
        with pytest.raises(NotPermitted):
            await queries.tracking_url(session, county["rsj"], number, BASE)

    async def test_hides_cases_out_of_reach(self, session: AsyncSession, county: County, number: str) -> None:
        with pytest.raises(NotFound):
            await queries.tracking_url(session, county["registrar2"], number, BASE)

    async def test_needs_an_accepted_case(self, session: AsyncSession, county: County) -> None:
        draft = await support.draft(session, county, at=MORNING, seed=2)
        with pytest.raises(ActionNotAllowed):
            await queries.tracking_url(session, county["registrar"], draft, BASE)


class TestAskingForACode:
    async def test_stores_neither_phone_nor_code_in_clear(self, session: AsyncSession, token: str) -> None:
        code = await code_for(session, token=token, phone=phone(1), at=AT)
        row = (await session.scalars(select(OneTimeCode))).one()
        stored = repr(row.model_dump())
        assert code not in stored
        assert phone(1) not in stored

    async def test_leaves_the_same_traces_for_everybody(self, session: AsyncSession, token: str) -> None:
        left = []
        for origin, asked_token, asked_phone in (
            ("a", token, phone(1)), ("b", token, phone(9)), ("c", UNKNOWN, phone(1)),
        ):  # fmt: skip
            before = len((await session.scalars(select(OutboxMessage))).all())
            answer = await operations.ask_code(session, token=asked_token, phone=asked_phone, origin=origin, at=AT)
            mark = crypto.digest(f"origin|{origin}")
            row = (await session.scalars(select(OneTimeCode).where(col(OneTimeCode.origin_digest) == mark))).one()
            after = len((await session.scalars(select(OutboxMessage))).all())
            left.append((answer, row.code_digest, row.failures, row.used_at, after - before))
        assert left == [("", None, 0, None, 1)] * 3

    async def test_runs_the_same_statements_for_everybody(
        self, session: AsyncSession, engine: AsyncEngine, token: str
    ) -> None:
        runs = []
        for asked_token, asked_phone in ((token, phone(1)), (token, phone(9)), (UNKNOWN, phone(1))):
            with Statements(engine) as counted:
                await operations.ask_code(session, token=asked_token, phone=asked_phone, origin=FROM, at=AT)
            runs.append(counted.seen)
        assert runs[0] == runs[1] == runs[2]

    async def test_makes_no_code_for_a_stranger_or_an_unknown_link(self, session: AsyncSession, token: str) -> None:
        assert await code_for(session, token=token, phone=phone(9), at=AT) == ""
        assert await code_for(session, token=UNKNOWN, phone=phone(1), at=AT) == ""

    async def test_makes_one_for_an_agent_and_none_for_a_respondent(
        self, session: AsyncSession, county: County
    ) -> None:
        parties = tuple(
            PartyInput(kind=kind, name="测试", id_number=support.id_number(seed), phone=phone(seed))
            for seed, kind in ((21, PartyKind.PETITIONER), (22, PartyKind.AGENT), (23, PartyKind.RESPONDENT))
        )
        number = await support.draft(session, county, at=MORNING, parties=parties)
        await support.main_step(session, county, number, Action.SUBMIT, at=MORNING)
        token = await token_of(session, county, number)
        made = [bool(await code_for(session, token=token, phone=phone(seed), at=AT)) for seed in (21, 22, 23)]
        assert made == [True, True, False]

    async def test_is_limited_by_minute_and_hour(self, session: AsyncSession, token: str) -> None:
        minutes = (0, 0.5, 1, 2, 3, 4, 5, 59, 60)
        made = [
            bool(await code_for(session, token=token, phone=phone(1), at=AT + timedelta(minutes=m), origin=f"o{m}"))
            for m in minutes
        ]
        assert made == [True, False, True, True, True, True, False, False, True]

    async def test_is_limited_by_origin_without_a_word(self, session: AsyncSession, token: str) -> None:
        for turn in range(rules.ASKED_AN_HOUR + 3):
            await operations.ask_code(session, token=UNKNOWN, phone=phone(turn), origin="x", at=AT)
        assert len((await session.scalars(select(OneTimeCode))).all()) == rules.ASKED_AN_HOUR
        await operations.ask_code(session, token=token, phone=phone(1), origin="x", at=AT + timedelta(hours=1))
        assert len((await session.scalars(select(OneTimeCode))).all()) == rules.ASKED_AN_HOUR + 1

    async def test_a_code_is_not_made_twice(self, session: AsyncSession, token: str) -> None:
        await code_for(session, token=token, phone=phone(1), at=AT)
        row = (await session.scalars(select(OneTimeCode))).one()
        assert await operations.make_code(session, row.id, at=AT) is None


class TestEntering:
    async def test_opens_one_case_for_half_an_hour(
        self, session: AsyncSession, county: County, number: str, token: str
    ) -> None:
        code = await code_for(session, token=token, phone=phone(1), at=AT)
        entry = await enter(session, token, phone(1), f" {code} ")
        actor = await queries.petitioner_of(session, entry.secret, token, at=AT)
        assert actor is not None
        assert (await queries.public_view(session, actor, at=AT)).number == number
        last = AT + timedelta(minutes=30)
        assert await queries.petitioner_of(session, entry.secret, token, at=last - timedelta(seconds=1))
        assert await queries.petitioner_of(session, entry.secret, token, at=last) is None

    async def test_a_session_is_for_its_own_link(self, session: AsyncSession, county: County, token: str) -> None:
        other = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING, seed=1)
        code = await code_for(session, token=token, phone=phone(1), at=AT)
        entry = await enter(session, token, phone(1), code)
        assert await queries.petitioner_of(session, entry.secret, await token_of(session, county, other), at=AT) is None

    async def test_a_code_works_once_and_for_five_minutes(self, session: AsyncSession, token: str) -> None:
        code = await code_for(session, token=token, phone=phone(1), at=AT)
        assert (await enter(session, token, phone(1), code)).secret
        assert not (await enter(session, token, phone(1), code)).secret
        later = AT + timedelta(minutes=10)
        code = await code_for(session, token=token, phone=phone(1), at=later)
        assert not (await enter(session, token, phone(1), code, at=later + timedelta(minutes=5))).secret

    async def test_a_new_code_ends_the_one_before(self, session: AsyncSession, token: str) -> None:
        first = await code_for(session, token=token, phone=phone(1), at=AT)
        second = await code_for(session, token=token, phone=phone(1), at=AT + timedelta(minutes=1))
        at = AT + timedelta(minutes=2)
        if first != second:
            assert not (await enter(session, token, phone(1), first, at=at)).secret
        assert (await enter(session, token, phone(1), second, at=at)).secret

    async def test_five_failures_kill_a_code(self, session: AsyncSession, token: str) -> None:
        code = await code_for(session, token=token, phone=phone(1), at=AT)
        for _ in range(rules.MAX_FAILURES):
            await enter(session, token, phone(1), other_than(code))
        assert not (await enter(session, token, phone(1), code)).secret

    async def test_four_failures_do_not(self, session: AsyncSession, token: str) -> None:
        code = await code_for(session, token=token, phone=phone(1), at=AT)
        for _ in range(rules.MAX_FAILURES - 1):
            await enter(session, token, phone(1), other_than(code))
        assert (await enter(session, token, phone(1), code)).secret

    async def test_wrong_things_answer_alike_with_the_same_work_and_traces(
        self, session: AsyncSession, engine: AsyncEngine, token: str
    ) -> None:
        code = await code_for(session, token=token, phone=phone(1), at=AT)
        tries = {
            "wrong code": (token, phone(1), other_than(code)),
            "unknown phone": (token, phone(9), code),
            "unknown link": (UNKNOWN, phone(1), code),
            "no code": (token, phone(1), ""),
        }
        answers = []
        for origin, (tried_token, tried_phone, tried_code) in tries.items():
            with Statements(engine) as counted:
                entry = await enter(session, tried_token, tried_phone, tried_code, origin=origin)
            mark = crypto.digest(f"origin|{origin}")
            row = (await session.scalars(select(OneTimeCode).where(col(OneTimeCode.origin_digest) == mark))).one()
            trace = (row.code_digest, row.failures, row.used_at == AT)
            answers.append((type(entry.refusal), entry.refusal.message, entry.secret, counted.seen, trace))
        assert all(answer == answers[0] for answer in answers)

    async def test_too_many_failures_from_one_origin_shut_it_out(self, session: AsyncSession, token: str) -> None:
        code = await code_for(session, token=token, phone=phone(1), at=AT)
        for _ in range(rules.ATTEMPTS_AN_HOUR):
            await enter(session, UNKNOWN, phone(9), "000000", origin="x")
        assert not (await enter(session, token, phone(1), code, origin="x")).secret
        assert (await enter(session, token, phone(1), code, origin="y")).secret

    async def test_is_journalled_apart_from_the_case(
        self, session: AsyncSession, county: County, number: str, token: str
    ) -> None:
        code = await code_for(session, token=token, phone=phone(1), at=AT)
        await enter(session, token, phone(1), code)
        assert (await detail.journal(session, county["center"], number))[0].action == "accept"
        assert (await chain.verify(session))[1] is None

    async def test_leaving_ends_the_session(self, session: AsyncSession, token: str) -> None:
        code = await code_for(session, token=token, phone=phone(1), at=AT)
        entry = await enter(session, token, phone(1), code)
        await operations.leave(session, entry.secret, at=AT)
        assert await queries.petitioner_of(session, entry.secret, token, at=AT) is None


async def petitioner(session: AsyncSession, county: County, number: str, *, at: datetime = AT) -> Actor:
    token = await token_of(session, county, number)
    code = await code_for(session, token=token, phone=phone(1), at=at)
    entry = await enter(session, token, phone(1), code, at=at)
    actor = await queries.petitioner_of(session, entry.secret, token, at=at)
    assert actor
    return actor


class TestAnswering:
    async def test_an_objection_needs_its_reason(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:5], at=MORNING)
        actor = await petitioner(session, county, number)
        with pytest.raises(Invalid, match="异议理由"):
            await operations.respond(session, actor, agrees=False, comment="  ", at=AT)

    async def test_is_noted_once_for_each_result(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:5], at=MORNING)
        actor = await petitioner(session, county, number)
        await operations.respond(session, actor, agrees=False, comment="金额不对", at=AT)
        with pytest.raises(ActionNotAllowed):
            await operations.respond(session, actor, agrees=True, comment="", at=AT)
        line = (await detail.journal(session, county["center"], number))[0]
        assert line.opinion == "诉求人对办理结果有异议：金额不对"

        await support.step(session, county["center"], number, Action.REJECT_RESULT, at=AT, opinion="请核实")
        await support.main_step(session, county, number, Action.SUBMIT_RESULT, at=AT)
        view = await queries.public_view(session, actor, at=AT)
        assert view.may_respond
        await operations.respond(session, actor, agrees=True, comment="", at=AT)
        assert "确认" in (await queries.public_view(session, actor, at=AT)).response

    async def test_is_refused_while_there_is_no_result(
        self, session: AsyncSession, county: County, number: str
    ) -> None:
        actor = await petitioner(session, county, number)
        with pytest.raises(ActionNotAllowed):
            await operations.respond(session, actor, agrees=True, comment="", at=AT)


class TestRating:
    async def test_counts_once_and_shows(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE, at=MORNING)
        actor = await petitioner(session, county, number)
        await operations.rate(session, actor, satisfaction="satisfied", comment="谢谢", at=AT)
        view = await queries.public_view(session, actor, at=AT)
        assert (view.rating, view.may_rate) == ("满意", False)
        with pytest.raises(ActionNotAllowed):
            await operations.rate(session, actor, satisfaction="5", comment="", at=AT)

    async def test_takes_figures_too(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE, at=MORNING)
        await operations.rate(session, await petitioner(session, county, number), satisfaction="1", comment="", at=AT)
        case = await reach.find(session, county["center"], number)
        assert case.satisfaction is Satisfaction.VERY_DISSATISFIED

    @pytest.mark.parametrize("given", ["", "9", "很好"])
    async def test_needs_a_choice(self, session: AsyncSession, county: County, given: str) -> None:
        number = await support.bring_to(session, county, MAIN_LINE, at=MORNING)
        actor = await petitioner(session, county, number)
        with pytest.raises(Invalid, match="满意度"):
            await operations.rate(session, actor, satisfaction=given, comment="", at=AT)

    async def test_ends_after_its_period(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE, at=MORNING)
        late = MORNING + timedelta(days=15)
        actor = await petitioner(session, county, number, at=late)
        assert not (await queries.public_view(session, actor, at=late)).may_rate
        with pytest.raises(ActionNotAllowed):
            await operations.rate(session, actor, satisfaction="5", comment="", at=late)


class TestPublicView:
    async def test_shows_nothing_written_but_the_title_and_the_answer(
        self, session: AsyncSession, county: County
    ) -> None:
        marker = "不可外传"
        parties = (
            PartyInput(name="林" + "水木", id_number=support.id_number(1), phone=phone(1)),
            PartyInput(kind=PartyKind.RESPONDENT, name=f"某某{marker}", id_number="", phone=""),
        )
        words = {"title": "标题", "content": f"内容{marker}", "parties": parties}
        number = await support.draft(session, county, at=MORNING, **words)
        for action in MAIN_LINE[:2]:
            await support.main_step(session, county, number, action, at=MORNING)
        given = {"person_in_charge": f"责任{marker}", "person_phone": phone(77)}
        await support.step(session, county["rsj"], number, Action.ACCEPT, at=MORNING, **given)
        await support.step(session, county["leader"], number, Action.INSTRUCT, at=MORNING, opinion=f"批示{marker}")
        picture = await support.picture(session, county["rsj"], at=MORNING)
        told = {"opinion": f"意见{marker}", "result": "已经付清", "resolution_method": "settled"}
        await support.step(
            session, county["rsj"], number, Action.SUBMIT_RESULT, at=MORNING, attachments=(picture,), **told
        )
        view = await queries.public_view(session, await petitioner(session, county, number), at=AT)
        shown = repr(view)
        assert (view.title, view.answer, view.pictures) == ("标题", "已经付清", ())
        assert marker not in shown
        assert "林" not in shown
        assert "测试" not in shown
        assert phone(77) not in shown

    async def test_tells_who_has_it_and_until_when(self, session: AsyncSession, county: County, number: str) -> None:
        view = await queries.public_view(session, await petitioner(session, county, number), at=AT)
        assert view.sentence == "人力资源和社会保障局正在办理，预计 12 月 16 日前办结。"
        assert [step.state for step in view.steps] == ["done", "done", "now", "todo", "todo", "todo"]
        assert view.steps[1].detail.endswith("由人力资源和社会保障局办理")

    async def test_is_for_petitioners_alone(self, session: AsyncSession, county: County) -> None:
        with pytest.raises(NotFound):
            await queries.public_view(session, county["center"], at=AT)


async def test_old_codes_and_sessions_are_forgotten(session: AsyncSession, token: str) -> None:
    code = await code_for(session, token=token, phone=phone(1), at=AT)
    await enter(session, token, phone(1), code)
    await operations.forget(session, at=AT + timedelta(days=1))
    assert (await session.scalars(select(PetitionerSession))).all()
    await operations.forget(session, at=AT + timedelta(days=3))
    assert not (await session.scalars(select(PetitionerSession))).all()
    assert not (await session.scalars(select(OneTimeCode))).all()


class TestExpectedDay:
    async def test_is_the_last_working_day_that_keeps_the_promise(self, session: AsyncSession, county: County) -> None:
        await seed_years(session, [2026])
        asked = datetime.fromisoformat("2026-09-26T10:00:00+08:00")  # within the Mid-Autumn holiday
        number = await support.draft(session, county, at=asked, occurred_at=None)
        for action in MAIN_LINE[:2]:
            await support.main_step(session, county, number, action, at=asked)
        given = {"person_in_charge": "何" + "经办", "person_phone": phone(77), "promise_days": 3}
        await support.step(session, county["rsj"], number, Action.ACCEPT, at=asked, **given)
        case = await reach.find(session, county["center"], number)
        # it counts from 09-28 00:00: the third working day after that is 10-08, and begins at 00:00
        assert end_stamp(case.promised_at) == "2026-10-07 24:00"

        view = await queries.public_view(session, await petitioner(session, county, number, at=asked), at=asked)
        slip = await queries.slip(session, county["center"], number, base_url=BASE, at=asked)

        assert view.expected == "9 月 30 日"
        assert "预计 9 月 30 日前办结" in view.sentence
        assert slip.promise == "自承办单位接收之日起 3 个工作日"
        assert "9 月 30 日" in slip.expected
