"""The relay on a real database with real commits: at least once, nothing lost."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.jobs import relay
from app.jobs.providers import provider
from app.launch.errors import CannotStart
from app.settings import Settings
from domain.kernel.models import OutboxMessage
from domain.kernel.unit_of_work import unit_of_work
from domain.notices.models import Message, Occasion
from domain.tracking import operations as tracking
from integrations.kit.contract import Rejected, Retry
from integrations.sms_outbox.adapter import OutboxProvider
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County, phone
from tests.support.petitioner import BASE, digits_in, messages, relay_all, token_of

AT = MORNING + timedelta(minutes=10)


class Carrier:
    """An operator's gateway: fails as told, then takes messages and keeps them."""

    def __init__(self, *failures: BaseException) -> None:
        self.failures = list(failures)
        self.taken: list[tuple[str, str]] = []

    async def send(self, phone: str, text: str) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append((phone, text))


class Dies(BaseException):
    """The process ends between the provider's answer and our note of it."""


class TakesAndDies(Carrier):
    async def send(self, phone: str, text: str) -> None:
        await super().send(phone, text)
        if len(self.taken) == 1:
            raise Dies


async def case(county: County, steps: int, *, at: datetime = MORNING) -> str:
    async with unit_of_work() as session:
        return await support.bring_to(session, county, MAIN_LINE[:steps], at=at)


async def open_rows() -> int:
    async with unit_of_work() as session:
        query = select(func.count()).select_from(OutboxMessage).where(col(OutboxMessage.done_at).is_(None))
        return await session.scalar(query) or 0


async def sent() -> list[Occasion]:
    async with unit_of_work() as session:
        rows = await session.scalars(select(Message).where(col(Message.sent_at).is_not(None)).order_by(col(Message.id)))
        return [row.occasion for row in rows]


async def test_the_main_line_sends_four_messages(county: County) -> None:
    number = await case(county, len(MAIN_LINE))
    await relay_all(AT)
    assert await sent() == [Occasion.ACCEPTED, Occasion.PROGRESS, Occasion.ANSWERED, Occasion.CLOSED]
    assert await open_rows() == 0
    async with unit_of_work() as session:
        link = f"{BASE}/t/{await token_of(session, county, number)}"
        told = await messages(session)
    assert {to for to, _ in told} == {phone(1)}
    assert all(link in text and number in text and "水木" not in text for _, text in told)


async def test_a_second_pass_sends_nothing_again(county: County) -> None:
    await case(county, 1)
    carrier = Carrier()
    for _ in range(3):
        await relay.relay_once(carrier, base_url=BASE, at=AT)
    assert len(carrier.taken) == 1


async def test_a_crash_between_sending_and_noting_sends_again(county: County) -> None:
    await case(county, 1)
    carrier = TakesAndDies()
    with pytest.raises(BaseExceptionGroup) as died:
        await relay.relay_once(carrier, base_url=BASE, at=AT)
    assert [type(one) for one in died.value.exceptions] == [Dies]
    assert await sent() == []
    await relay.relay_once(carrier, base_url=BASE, at=AT)
    assert len(carrier.taken) == 2
    assert carrier.taken[0] == carrier.taken[1]
    assert await sent() == [Occasion.ACCEPTED]


async def test_a_crash_while_handling_leaves_the_outbox_as_it_was(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    await case(county, 1)
    waiting = await open_rows()

    async def dies(_job: object) -> None:
        raise Dies

    monkeypatch.setitem(relay.HANDLERS, "case.submit", dies)
    with pytest.raises(Dies):
        await relay.pass_outbox(base_url=BASE, at=AT)
    monkeypatch.undo()
    assert await open_rows() == waiting
    await relay_all(AT)
    assert await sent() == [Occasion.ACCEPTED]


async def test_a_failing_handler_waits_and_does_not_hold_up_the_others(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    await case(county, 3)

    async def fails(_job: object) -> None:
        raise ValueError

    monkeypatch.setitem(relay.HANDLERS, "case.submit", fails)
    await relay_all(AT)
    monkeypatch.undo()
    assert await sent() == [Occasion.PROGRESS]
    assert await open_rows() == 1
    await relay_all(AT + timedelta(minutes=1))
    assert await sent() == [Occasion.PROGRESS, Occasion.ACCEPTED]


async def test_a_provider_that_is_away_is_tried_again_and_a_refusal_is_final(county: County) -> None:
    await case(county, 3)
    carrier = Carrier(Retry("no connection"), Rejected("bad number"))
    await relay.relay_once(carrier, base_url=BASE, at=AT)
    assert carrier.taken == []
    await relay.relay_once(carrier, base_url=BASE, at=AT + timedelta(seconds=5))
    assert len(carrier.taken) == 1
    async with unit_of_work() as session:
        rows = (await session.scalars(select(Message).order_by(col(Message.id)))).all()
    assert sorted(bool(row.failed_at) for row in rows) == [False, True]


async def test_a_message_that_does_not_open_does_not_hold_up_the_others(county: County) -> None:
    await case(county, 3)
    await relay.relay_once(Carrier(Retry("no connection"), Retry("no connection")), base_url=BASE, at=AT)
    async with unit_of_work() as session:
        first, other = (await session.scalars(select(Message).order_by(col(Message.id)))).all()
        first.text_sealed = other.text_sealed
    carrier = Carrier()
    await relay.relay_once(carrier, base_url=BASE, at=AT + timedelta(minutes=1))
    async with unit_of_work() as session:
        rows = (await session.scalars(select(Message).order_by(col(Message.id)))).all()
    assert [(bool(row.failed_at), bool(row.sent_at)) for row in rows] == [(True, False), (False, True)]
    assert len(carrier.taken) == 1


async def test_old_steps_are_not_told_and_old_codes_not_sent(county: County) -> None:
    await case(county, 1)
    await relay_all(MORNING + timedelta(days=4))
    assert await sent() == []
    assert await open_rows() == 0


async def test_a_code_reaches_the_phone_and_lets_in(county: County) -> None:
    number = await case(county, 1)
    async with unit_of_work() as session:
        token = await token_of(session, county, number)
        await tracking.ask_code(session, token=token, phone=phone(1), origin="x", at=AT)
    carrier = Carrier()
    await relay.relay_once(carrier, base_url=BASE, at=AT)
    to, text = carrier.taken[-1]
    assert to == phone(1)
    async with unit_of_work() as session:
        entry = await tracking.enter(session, token=token, phone=to, code=digits_in(text), origin="x", at=AT)
    assert entry.secret


async def test_two_relays_share_the_work(county: County) -> None:
    for _ in range(4):
        await case(county, 1)
    carrier = Carrier()
    await asyncio.gather(*(relay.relay_once(carrier, base_url=BASE, at=AT) for _ in range(2)))
    await relay.relay_once(carrier, base_url=BASE, at=AT)
    assert len(carrier.taken) == 4


async def test_without_a_provider_messages_wait(county: County) -> None:
    await case(county, 1)
    await relay.relay_once(None, base_url=BASE, at=AT)
    assert await sent() == []
    assert await open_rows() == 0
    await relay.relay_once(OutboxProvider(), base_url=BASE, at=AT)
    assert await sent() == [Occasion.ACCEPTED]


async def test_it_runs_until_told_to_stop(county: County) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(relay.run_relay(stop, Settings(_env_file=None, demo=True), clock=lambda: AT))
    await case(county, 1)
    async with asyncio.timeout(5):
        while not await sent():  # noqa: ASYNC110 - what is waited for happens in the database
            await asyncio.sleep(0.05)
        stop.set()
        await running


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sms_provider": "pigeon"}, "没有这个短信通道"),
        ({"sms_provider": "pigeon", "demo": True}, "没有这个短信通道"),
        ({"sms_provider": "outbox"}, "只用于演示模式"),
    ],
)
def test_a_provider_that_reaches_nobody_stops_the_start(given: dict[str, Any], said: str) -> None:
    with pytest.raises(CannotStart, match=f"SMS_PROVIDER .*{said}") as refused:
        provider(Settings(_env_file=None, **given))
    assert "可用的有" not in refused.value.message, "what is the demo's is offered to nobody"


def test_without_a_provider_there_is_none() -> None:
    assert provider(Settings(_env_file=None, demo=False)) is None
    assert isinstance(provider(Settings(_env_file=None, demo=True, sms_provider="outbox")), OutboxProvider)
