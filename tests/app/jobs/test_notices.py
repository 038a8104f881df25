"""What people are told when a case moves, through the real relay with real commits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from app.jobs import relay
from domain.cases import answering
from domain.cases.operations.merge import merge
from domain.cases.vocabulary import Action
from domain.kernel.models import OutboxMessage
from domain.kernel.outbox import RETRY_MINUTES
from domain.kernel.unit_of_work import unit_of_work
from domain.notices import queries
from domain.notices.models import Notice, Occasion
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County, phone
from tests.support.petitioner import BASE, messages, relay_all

AT = MORNING + timedelta(minutes=10)


async def case(county: County, steps: int, *, seed: int = 1) -> str:
    async with unit_of_work() as session:
        return await support.bring_to(session, county, MAIN_LINE[:steps], at=MORNING, seed=seed)


async def bell(county: County, login: str) -> list[str]:
    async with unit_of_work() as session:
        return [notice.text for case in await queries.newest(session, county[login]) for notice in (case, *case.more)]


async def sent(occasion: Occasion) -> list[tuple[str, str]]:
    async with unit_of_work() as session:
        return await messages(session, occasion)


async def test_each_step_rings_at_whom_it_concerns(county: County) -> None:
    number = await case(county, 1)
    for minute, action in enumerate(MAIN_LINE[1:], start=1):
        async with unit_of_work() as session:
            await support.main_step(session, county, number, action, at=MORNING + timedelta(minutes=minute))
    await relay_all(AT)
    assert [text.split("：")[0] for text in await bell(county, "rsj_head")] == ["已办结", "待接收"]
    assert [text.split("：")[0] for text in await bell(county, "center")] == ["调处待确认", "已接收", "待转派"]
    assert [text.split("：")[0] for text in await bell(county, "registrar")] == ["调处待确认", "已接收"]
    assert await bell(county, "zjj") == []
    told = [text for login in county.actors for text in await bell(county, login)]
    assert all(number in text and "水木" not in text for text in told)


async def test_a_message_that_comes_again_rings_once(county: County) -> None:
    await case(county, 2)
    await relay_all(AT)
    async with unit_of_work() as session:
        await session.execute(update(OutboxMessage).values(done_at=None))
    await relay_all(AT)
    assert len(await bell(county, "rsj")) == 1


async def test_a_poisoned_message_ends_failed_and_leaves_nothing(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    await case(county, 2)
    works = relay.HANDLERS["case.dispatch"]

    async def fails_at_the_end(job: relay.Job) -> None:
        await works(job)
        raise ValueError("poison")

    monkeypatch.setitem(relay.HANDLERS, "case.dispatch", fails_at_the_end)
    at = AT
    for minutes in (0, *RETRY_MINUTES):
        at += timedelta(minutes=minutes)
        await relay_all(at)
    async with unit_of_work() as session:
        stuck = (await session.scalars(select(OutboxMessage).where(col(OutboxMessage.failed_at).is_not(None)))).all()
        assert [(message.topic, message.last_error) for message in stuck] == [("case.dispatch", "ValueError")]
        told = select(func.count()).select_from(Notice).where(col(Notice.kind) == "dispatch")
        assert await session.scalar(told) == 0


async def test_a_voided_case_is_told_to_its_petitioner(county: County) -> None:
    number = await case(county, 1)
    async with unit_of_work() as session:
        await support.step(session, county["center"], number, Action.VOID, at=MORNING, opinion="重复登记")
    await relay_all(AT)
    assert [to for to, _ in await sent(Occasion.VOIDED)] == [phone(1)]
    assert [text.split("：")[0] for text in await bell(county, "registrar")] == ["已作废"]


async def test_the_petitioners_of_merged_cases_hear_of_the_answer_and_the_end(county: County) -> None:
    kept, merged = await case(county, 1), await case(county, 1, seed=2)
    async with unit_of_work() as session:
        await merge(session, county["center"], kept=kept, merged=merged, reason="同一事项", at=MORNING)
        for action in MAIN_LINE[1:]:
            await support.main_step(session, county, kept, action, at=MORNING)
    await relay_all(AT)
    for occasion in (Occasion.ANSWERED, Occasion.CLOSED):
        told = dict(await sent(occasion))
        assert set(told) == {phone(1), phone(2)}
        assert kept in told[phone(1)]
        assert merged in told[phone(2)]
        assert "合并办理" in told[phone(2)]
        assert f"{BASE}/t/" in told[phone(2)]
    assert [to for to, _ in await sent(Occasion.PROGRESS)] == [phone(1)]


async def test_one_phone_in_both_merged_cases_gets_one_message(county: County) -> None:
    kept, merged = await case(county, 1), await case(county, 1)
    async with unit_of_work() as session:
        await merge(session, county["center"], kept=kept, merged=merged, reason="同一事项", at=MORNING)
        for action in MAIN_LINE[1:]:
            await support.main_step(session, county, kept, action, at=MORNING)
    await relay_all(AT)
    assert len(await sent(Occasion.CLOSED)) == 1


async def test_a_result_is_told_when_it_is_released_and_once(county: County) -> None:
    answering.use(answering.Answering(by_centre=True))
    try:
        number = await case(county, 5)
        await relay_all(AT)
        assert await sent(Occasion.ANSWERED) == []
        for minute, text in enumerate(("答复", "改过的答复"), start=1):
            at = MORNING + timedelta(minutes=minute)
            async with unit_of_work() as session:
                await support.step(session, county["center"], number, Action.PUBLISH_ANSWER, at=at, answer=text)
        await relay_all(AT)
    finally:
        answering.use(answering.Answering())
    ((to, text),) = await sent(Occasion.ANSWERED)
    assert to == phone(1)
    assert "已有办理结果，请在 11 月 20 日 09:01 前查看，确认或提出异议：" in text
