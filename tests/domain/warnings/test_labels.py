"""Risk labels: what is taken in, who answers, what is late (2026-11-18 09:00 is a Wednesday)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.calendar.rules import WorkCalendar
from domain.cases.queries import detail, reach
from domain.cases.vocabulary import Action
from domain.kernel.clock import SHANGHAI
from domain.kernel.models import JournalEntry, OutboxMessage
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound, NotPermitted
from domain.notices import queries as notices
from domain.notices.schemas import Happened
from domain.warnings import operations, queries, rules
from domain.warnings.models import Level, RiskLabel, Verdict
from domain.warnings.schemas import Answer, LabelFilter, LabelRow, Outcome, Standing
from tests.support import county as support
from tests.support import risk
from tests.support.county import MAIN_LINE, MORNING, County
from tests.support.risk import said, send

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANSWER = Answer(Verdict.CONFIRMED, "已约谈用人单位，情况属实，正在督促支付")


async def led(session: AsyncSession, county: County, seed: int = 1) -> str:
    """Bring a case to the department rsj, which has it in hand."""
    return await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING, seed=seed)


async def newest(session: AsyncSession, county: County, number: str, at: datetime = MORNING) -> LabelRow:
    return (await queries.of_case(session, county["center"], number, at=at))[0]


async def listed(
    session: AsyncSession, county: County, login: str, at: datetime = MORNING, **wanted: object
) -> set[str]:
    page = await queries.labels(session, county[login], LabelFilter(**wanted), at=at)
    assert page.total == len(page.items)
    return {one.number for one in page.items}


class TestReceiving:
    async def test_keeps_what_was_said_and_leaves_a_line(self, session: AsyncSession, county: County) -> None:
        number = await led(session, county)
        (receipt,) = await send(session, county, said(f" {number.lower()} "))

        row = await newest(session, county, number)
        assert receipt.outcome is Outcome.RECEIVED
        assert (row.level, row.reasons, row.model) == (
            Level.RED,
            "同一用人单位近期投诉增多，涉及人数上升",
            "基层基础管控平台 3.2",
        )
        assert (row.standing, row.department, row.received_at) == (Standing.WAITING, "人力资源和社会保障局", MORNING)
        line = (await detail.journal(session, county["center"], number))[0]
        assert (line.label, line.notes) == ("收到风险标签", ("风险标签：红色",))

    async def test_again_changes_nothing(self, session: AsyncSession, county: County) -> None:
        number = await led(session, county)
        await send(session, county, said(number))
        version = (await reach.find(session, county["center"], number)).version
        again = await send(session, county, said(number), at=MORNING + HOUR)

        assert [one.outcome for one in again] == [Outcome.REPEATED]
        assert len(await queries.of_case(session, county["center"], number, at=MORNING)) == 1
        assert (await reach.find(session, county["center"], number)).version == version

    async def test_of_the_same_batch_with_other_words_is_refused(self, session: AsyncSession, county: County) -> None:
        number = await led(session, county)
        first, second = await send(session, county, said(number), said(number, Level.BLUE))

        assert (first.outcome, second.outcome) == (Outcome.RECEIVED, Outcome.REFUSED)
        assert "新的批次" in second.said
        assert (await newest(session, county, number)).level is Level.RED

    async def test_refuses_one_and_takes_the_others(self, session: AsyncSession, county: County) -> None:
        one, other = await led(session, county, 1), await led(session, county, 2)
        draft = await support.draft(session, county, at=MORNING, seed=3)
        void = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING, seed=4)
        await support.step(session, county["center"], void, Action.VOID, at=MORNING, opinion="重复登记")
        sent = (
            said(one), said("QX2026999999"), said(draft), said(void), said("\0"), said(other, reasons=" "),
            said(other, assessed_at=MORNING + DAY), said(other),
        )  # fmt: skip
        found = await send(session, county, *sent)

        outcomes = [each.outcome for each in found]
        assert outcomes == [Outcome.RECEIVED, *[Outcome.REFUSED] * 6, Outcome.RECEIVED]
        words = ("没有找到", "没有找到", "作废", "没有找到", "请填写研判理由", "不能晚于现在")
        assert all(word in each.said for word, each in zip(words, found[1:7], strict=True)), found

    async def test_is_for_who_may_send_and_for_batches_that_say_what_they_are(
        self, session: AsyncSession, county: County
    ) -> None:
        number = await led(session, county)
        for login in ("center", "rsj", "leader", "sysadmin"):
            with pytest.raises(NotPermitted, match="报送风险标签"):
                await operations.receive(session, county[login], risk.batch(said(number)), at=MORNING)
        with pytest.raises(Invalid) as refused:
            await operations.receive(session, county["model"], risk.batch(name=" "), at=MORNING)
        assert set(refused.value.fields) == {"batch", "labels"}

    async def test_what_was_received_is_never_changed(self, session: AsyncSession, county: County) -> None:
        await send(session, county, said(await led(session, county)))
        for change in ("UPDATE risk_label SET level = 'blue'", "DELETE FROM risk_label"):
            with pytest.raises(DBAPIError, match="only grows"):
                async with session.begin_nested():
                    await session.execute(text(change))


class TestSuperseding:
    async def test_the_newer_assessment_asks_and_the_older_is_history(
        self, session: AsyncSession, county: County
    ) -> None:
        number, later = await led(session, county), MORNING + 2 * HOUR
        await send(session, county, said(number), name="a")
        await send(session, county, said(number, Level.BLUE, at=later), name="b", at=later)

        rows = await queries.of_case(session, county["rsj"], number, at=later)
        assert [(one.level, one.superseded, one.mine) for one in rows] == [
            (Level.BLUE, False, True),
            (Level.RED, True, False),
        ]
        assert (await queries.counts(session, county["rsj"], at=later))["red"] == 0
        with pytest.raises(ActionNotAllowed, match="最新的标签"):
            await operations.answer(session, county["rsj"], rows[1].id, ANSWER, at=later)

    async def test_one_that_comes_late_takes_no_place(self, session: AsyncSession, county: County) -> None:
        number = await led(session, county)
        await send(session, county, said(number), name="b")
        await send(session, county, said(number, Level.YELLOW, assessed_at=MORNING - DAY), name="a", at=MORNING + HOUR)

        rows = await queries.of_case(session, county["center"], number, at=MORNING + HOUR)
        assert [(one.level, one.superseded) for one in rows] == [(Level.RED, False), (Level.YELLOW, True)]
        assert len(await topics(session, number)) == 1


class TestAnswering:
    async def test_is_written_once_with_its_traces(self, session: AsyncSession, county: County) -> None:
        number = await led(session, county)
        await send(session, county, said(number))
        label = (await newest(session, county, number)).id
        await operations.answer(session, county["rsj"], label, ANSWER, at=MORNING + HOUR)

        row = await newest(session, county, number, MORNING + 3 * DAY)
        assert (row.standing, row.verdict, row.answer) == (Standing.ANSWERED, Verdict.CONFIRMED, ANSWER.text)
        assert (row.answered_by, row.answered_at, row.due) == ("测试戊", MORNING + HOUR, "")
        lines = list(await session.scalars(select(JournalEntry).where(col(JournalEntry.action) == "case.risk_answer")))
        assert [(line.actor_id, ANSWER.text in str(line.detail)) for line in lines] == [
            (county["rsj"].account_id, False)
        ]
        with pytest.raises(ActionNotAllowed, match="已经反馈过"):
            await operations.answer(session, county["rsj_head"], label, ANSWER, at=MORNING + HOUR)

    @pytest.mark.parametrize(
        ("login", "error"),
        [("rsj", None), ("rsj_head", None), ("center", NotPermitted), ("leader", NotPermitted), ("viewer", NotPermitted),
         ("model", NotPermitted), ("zjj", NotFound), ("zjj_head", NotFound), ("guide", NotFound)],
    )  # fmt: skip
    async def test_is_for_the_people_of_the_lead_department(
        self, session: AsyncSession, county: County, login: str, error: type[Exception] | None
    ) -> None:
        number = await led(session, county)
        await send(session, county, said(number))
        label = (await newest(session, county, number)).id
        if error is None:
            await operations.answer(session, county[login], label, ANSWER, at=MORNING)
            return
        with pytest.raises(error):
            await operations.answer(session, county[login], label, ANSWER, at=MORNING)

    async def test_is_not_for_assistants_nor_for_who_only_reads(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
        given = {"lead_department": "rsj", "assist_departments": ("zjj",)}
        await support.step(session, county["center"], number, Action.DISPATCH, at=MORNING, **given)
        await send(session, county, said(number))
        label = (await newest(session, county, number)).id

        for actor in (county["zjj"], replace(county["rsj"], read_only=True)):
            assert not (await queries.label_of(session, actor, label, at=MORNING)).mine
            assert await queries.waiting_for(session, actor) == 0
            with pytest.raises(NotPermitted):
                await operations.answer(session, actor, label, ANSWER, at=MORNING)
        with pytest.raises(NotFound):
            await operations.answer(session, county["rsj"], uuid4(), ANSWER, at=MORNING)
        with pytest.raises(Invalid, match="请填写反馈内容"):
            await operations.answer(session, county["rsj"], label, replace(ANSWER, text=" "), at=MORNING)


class TestDue:
    @pytest.mark.parametrize(
        ("level", "due"),
        [(Level.RED, "2026-11-23T11:00"), (Level.ORANGE, "2026-11-23T16:00"), (Level.YELLOW, "2026-11-24T16:00"),
         (Level.BLUE, "")],
    )  # fmt: skip
    def test_is_counted_in_working_time_over_the_weekend(self, level: Level, due: str) -> None:
        friday = datetime.fromisoformat("2026-11-20T16:00").replace(tzinfo=SHANGHAI)
        found = rules.due_at(level, friday, WorkCalendar())

        assert (f"{found.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}" if found else "") == due

    async def test_is_late_after_its_moment_and_not_at_it(self, session: AsyncSession, county: County) -> None:
        number = await led(session, county)
        await send(session, county, said(number), at=MORNING)
        due = (await session.scalars(select(RiskLabel))).one().due_at
        assert due is not None

        for at, standing in ((due, Standing.WAITING), (due + timedelta(seconds=1), Standing.LATE)):
            assert (await newest(session, county, number, at)).standing is standing
            assert await listed(session, county, "center", at, view=standing.value) == {number}
        assert await listed(session, county, "center", due + DAY, view="waiting") == set()
        assert (await newest(session, county, number, due + DAY)).due_tone == "red"


class TestReading:
    async def test_is_as_far_as_the_reader_sees(self, session: AsyncSession, county: County) -> None:
        mine, open_ = (
            await led(session, county),
            await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING, seed=2),
        )
        await send(session, county, said(mine), said(open_, Level.BLUE))

        both = {mine, open_}
        seen = {"center": both, "leader": both, "viewer": both, "station": both, "registrar": both, "model": both,
                "rsj": {mine}, "rsj_head": {mine}, "zjj": set(), "guide": set(), "registrar2": set()}  # fmt: skip
        for login, numbers in seen.items():
            assert await listed(session, county, login) == numbers, login
            for number in both:
                found = await queries.of_case(session, county[login], number, at=MORNING)
                assert bool(found) == (number in numbers), login
        for login in ("sysadmin", "secadmin", "auditor"):
            with pytest.raises(NotPermitted):
                await listed(session, county, login)

    async def test_is_narrowed_and_each_count_is_its_list(self, session: AsyncSession, county: County) -> None:
        numbers = [await led(session, county, seed) for seed in range(1, 5)]
        await send(session, county, *(said(number, level) for number, level in zip(numbers, Level, strict=True)))
        label = (await newest(session, county, numbers[2])).id
        await operations.answer(session, county["rsj"], label, ANSWER, at=MORNING)
        at = MORNING + DAY

        counts = await queries.counts(session, county["rsj"], at=at)
        assert counts == {"waiting": 2, "late": 1, "red": 1, "orange": 1, "yellow": 1, "blue": 1}
        for view, count in counts.items():
            assert len(await listed(session, county, "rsj", at, view=view)) == count
        assert await queries.waiting_for(session, county["rsj"]) == 3
        assert (
            await queries.waiting_for(session, county["center"])
            == await queries.waiting_for(session, county["zjj"])
            == 0
        )
        assert await listed(session, county, "center", at, standing=Standing.ANSWERED) == {numbers[2]}
        assert await listed(session, county, "center", at, level=Level.RED, department="rsj") == {numbers[0]}
        assert await listed(session, county, "center", at, department="zjj") == set()


async def topics(session: AsyncSession, number: str) -> list[OutboxMessage]:
    query = select(OutboxMessage).where(col(OutboxMessage.topic) == "case.risk_label")
    return [one for one in await session.scalars(query) if one.payload["number"] == number]


class TestTelling:
    async def test_reaches_the_lead_department_or_else_the_centre(self, session: AsyncSession, county: County) -> None:
        mine, open_ = (
            await led(session, county),
            await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING, seed=2),
        )
        await send(session, county, said(mine), said(open_, Level.BLUE))

        told = {
            number: await notices.told_of(
                session, [Happened("risk_label", one.subject_id, one.payload, one.created_at) for one in sent]
            )
            for number in (mine, open_)
            for sent in [await topics(session, number)]
        }
        ((lead,),), ((centre,),) = told[mine], told[open_]
        assert set(lead.accounts) == {county["rsj"].account_id, county["rsj_head"].account_id}
        assert lead.text == f"红色风险预警：{mine} 收到新的风险标签，请贵单位核实并反馈"
        assert centre.accounts == (county["center"].account_id,)
        assert centre.text == f"蓝色风险预警：{open_} 收到新的风险标签，尚无主办单位，请尽快转派"


async def test_the_newest_label_of_each_case_is_told_to_who_sees_it(session: AsyncSession, county: County) -> None:
    numbers = [await led(session, county, seed) for seed in (1, 2, 3)]
    first, second, third = [(await reach.find(session, county["center"], number)).id for number in numbers]
    await send(session, county, said(numbers[0], Level.RED), said(numbers[1], Level.BLUE))
    later = MORNING + HOUR
    await send(session, county, said(numbers[0], Level.YELLOW, at=later), name="2026-11-18-02", at=later)

    async def told(login: str) -> dict[UUID, Level]:
        return await queries.newest(session, county[login], [first, second, third])

    assert await told("leader") == await told("rsj") == {first: Level.YELLOW, second: Level.BLUE}
    assert await told("zjj") == {}
    with pytest.raises(NotPermitted):
        await told("sysadmin")
