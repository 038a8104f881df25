"""When messages go out, what is said of them, and that petitioners are left in peace at night (decision 0026)."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, time, timedelta

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.inputs import PartyInput
from domain.cases.queries import reach
from domain.cases.vocabulary import Action
from domain.kernel.clock import SHANGHAI
from domain.notices import operations, queries, rules, sending
from domain.notices.models import Message, Occasion
from domain.notices.sending import Sending
from tests.support import county as support
from tests.support.county import MORNING, County, phone

NIGHT = (time(21), time(8))
QUIET = Sending(quiet=NIGHT)
OTHERS = [one for one in Occasion if one is not Occasion.CODE]


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


@pytest.fixture(autouse=True)
def _restored() -> Generator[None]:
    yield
    sending.use(Sending())


def at(clock: str, day: int = 18) -> datetime:
    return datetime.combine(datetime(2026, 11, day, tzinfo=SHANGHAI), time.fromisoformat(clock), SHANGHAI)


async def written(session: AsyncSession, occasion: Occasion, moment: datetime, case_id: object = None) -> Message:
    made = operations.write(
        session,
        occasion=occasion,
        case_id=case_id,
        phone=phone(1),
        text="一条",
        at=moment,  # type: ignore[arg-type]
    )
    await session.flush()
    return made


class TestQuietHours:
    @pytest.mark.parametrize(
        ("clock", "until"),
        [
            ("20:59:59", None),
            ("21:00", at("08:00", 19)),
            ("23:59:59", at("08:00", 19)),
            ("00:00", at("08:00")),
            ("07:59:59", at("08:00")),
            ("08:00", None),
            ("12:00", None),
        ],
    )
    def test_reach_over_midnight(self, clock: str, until: datetime | None) -> None:
        for occasion in OTHERS:
            assert QUIET.rests_until(occasion, at(clock)) == until
        assert QUIET.rests_until(Occasion.CODE, at(clock)) is None
        assert Sending().rests_until(Occasion.CLOSED, at(clock)) is None

    @pytest.mark.parametrize(("clock", "rests"), [("11:59", False), ("12:00", True), ("13:59", True), ("14:00", False)])
    def test_may_lie_within_a_day(self, clock: str, rests: bool) -> None:
        noon = Sending(quiet=(time(12), time(14)))
        assert (noon.rests_until(Occasion.CLOSED, at(clock)) is not None) is rests

    @pytest.mark.parametrize(
        ("text", "found"), [("21:00-08:00", NIGHT), (" 22:30 - 07:15 ", (time(22, 30), time(7, 15))), ("none", None)]
    )
    def test_are_read_as_they_are_set(self, text: str, found: object) -> None:
        assert sending.parsed(text) == found

    @pytest.mark.parametrize("text", ["", "21", "21:00", "25:00-08:00", "08:00-08:00", "a-b"])
    def test_that_are_none_are_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="21:00-08:00"):
            sending.parsed(text)

    async def test_only_codes_go_out_in_them_and_the_rest_after(self, session: AsyncSession) -> None:
        sending.use(QUIET)
        evening = [await written(session, occasion, at("20:59:59")) for occasion in Occasion]
        taken = await operations.take_due(session, at=at("21:00"), limit=50)
        assert [one.occasion for one in taken] == [Occasion.CODE]
        assert [one.occasion for one in await operations.take_due(session, at=at("07:59:59", 19), limit=50)] == [
            Occasion.CODE
        ]
        morning = await operations.take_due(session, at=at("08:00", 19), limit=50)
        assert {one.id for one in morning} == {one.id for one in evening}


@pytest.mark.parametrize(
    ("more", "chosen", "clock", "said"),
    [
        ({"sent_at": at("09:12")}, QUIET, "22:00", "11-18 09:12 已发送"),
        ({"failed_at": at("09:12")}, QUIET, "22:00", "没有发出"),
        ({}, QUIET, "22:00", "夜间不发送，11-19 08:00 后发出"),
        ({}, QUIET, "12:00", "等待发送"),
        ({}, Sending(channel=False, quiet=NIGHT), "22:00", "没有开通短信，没有发出"),
    ],
)
def test_a_delivery_is_said_as_it_is(more: dict[str, datetime], chosen: Sending, clock: str, said: str) -> None:
    given: dict[str, datetime | None] = {"sent_at": None, "failed_at": None} | more
    assert rules.delivery(Occasion.CLOSED, **given, at=at(clock), chosen=chosen) == said


class TestAfterTheSubmission:
    @pytest.mark.parametrize(
        ("number", "chosen", "clock", "said"),
        [
            (phone(1), Sending(), "22:00", "受理短信正在发送"),
            (phone(1), QUIET, "22:00", "受理短信夜间不发送，11-19 08:00 后发出"),
            ("0595-22000000", Sending(), "12:00", "诉求人没有登记手机号，收不到受理短信"),
            (phone(1), Sending(channel=False), "12:00", "没有开通短信，收不到受理短信"),
        ],
    )
    async def test_it_says_what_happens_to_the_message(
        self, session: AsyncSession, county: County, number: str, chosen: Sending, clock: str, said: str
    ) -> None:
        sending.use(chosen)
        parties = (PartyInput(name="林" + "水木", id_number=support.id_number(1), phone=number),)
        case = await support.draft(session, county, at=MORNING, parties=parties)
        await support.main_step(session, county, case, Action.SUBMIT, at=MORNING)

        told = await queries.foretold_of(session, county["registrar"], case, at=at(clock))
        assert told.startswith(said)
        assert "已发送" not in told


async def test_the_case_page_lists_messages_and_no_codes(session: AsyncSession, county: County) -> None:
    case = await support.bring_to(session, county, (Action.SUBMIT,), at=MORNING)
    case_id = (await reach.find(session, county["center"], case)).id
    for occasion in (Occasion.ACCEPTED, Occasion.CODE):
        await written(session, occasion, MORNING, case_id)
    (shown,) = await queries.deliveries(session, county["center"], case, at=MORNING + timedelta(minutes=1))
    assert (shown.occasion, shown.state) == ("受理通知", "等待发送")
