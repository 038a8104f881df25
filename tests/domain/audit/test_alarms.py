"""Alarms: what makes one, that it comes once, and who closes it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit import notes, operations, queries, rules
from domain.audit.models import CaseReading
from domain.audit.schemas import AlarmKind, Group, JournalFilter
from domain.kernel import journal
from domain.kernel.actor import Actor
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotPermitted
from domain.orgs import operations as orgs
from tests.support import county as support
from tests.support.county import MORNING, County

NIGHT = datetime.fromisoformat("2026-11-18T23:30:00+08:00")
MINUTE = timedelta(minutes=1)


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


async def lines(session: AsyncSession, actor: Actor, action: str, count: int, at: datetime, **detail: object) -> None:
    for place in range(count):
        await journal.record(
            session, actor, action, "person", actor.account_id, at=at + timedelta(seconds=place), detail=detail
        )


async def kinds(session: AsyncSession, county: County) -> list[AlarmKind]:
    return [alarm.kind for alarm in await queries.open_alarms(session, county["auditor"])]


@pytest.mark.parametrize(
    ("action", "count", "at", "kind"),
    [
        ("person.reveal", 20, MORNING, AlarmKind.MASS_READING),
        ("person.search", 100, MORNING, AlarmKind.MASS_READING),
        ("case.export", 10, MORNING, AlarmKind.MASS_READING),
        ("person.reveal", 1, NIGHT, AlarmKind.NIGHT_READING),
        ("person.reveal_refused", 1, MORNING, AlarmKind.DAILY_LIMIT),
        ("access.refused", 20, MORNING, AlarmKind.REFUSALS),
        ("account.sign_in_failed", 10, MORNING, AlarmKind.SIGN_INS),
        ("account.grant", 1, NIGHT, AlarmKind.NIGHT_ADMIN),
    ],
)
async def test_what_makes_an_alarm_and_what_just_does_not(
    session: AsyncSession, county: County, action: str, count: int, at: datetime, kind: AlarmKind
) -> None:
    if count > 1:
        await lines(session, county["rsj"], action, count - 1, at)
        await operations.scan(session, at=at + MINUTE * 5)
        assert kind not in await kinds(session, county)
    await lines(session, county["rsj"], action, 1, at + MINUTE)
    assert await operations.scan(session, at=at + MINUTE * 6) == 1
    assert await kinds(session, county) == [kind]


async def test_reading_by_day_makes_none(session: AsyncSession, county: County) -> None:
    await lines(session, county["rsj"], "person.reveal", 5, MORNING)

    assert await operations.scan(session, at=MORNING + MINUTE) == 0


async def test_a_second_scan_raises_nothing_and_more_of_it_raises_the_count(
    session: AsyncSession, county: County
) -> None:
    await lines(session, county["rsj"], "person.reveal", 20, MORNING)
    assert await operations.scan(session, at=MORNING + MINUTE) == 1
    assert await operations.scan(session, at=MORNING + MINUTE) == 0

    await lines(session, county["rsj"], "person.reveal", 5, MORNING + MINUTE)
    await operations.scan(session, at=MORNING + MINUTE * 2)
    (alarm,) = await queries.open_alarms(session, county["auditor"])
    assert alarm.said == "一小时内查看明文 25 次"
    assert alarm.login == "rsj"


@pytest.mark.parametrize("start", [MORNING + MINUTE * 40, NIGHT + MINUTE * 10], ids=["past the hour", "past midnight"])
async def test_an_hour_is_any_sixty_minutes(session: AsyncSession, county: County, start: datetime) -> None:
    await lines(session, county["rsj"], "access.refused", 12, start)
    await lines(session, county["rsj"], "access.refused", 8, start + MINUTE * 59)
    assert await operations.scan(session, at=start + MINUTE * 60) == 1

    for hours in (1, 20, 25):
        await lines(session, county["rsj"], "access.refused", 1, start + MINUTE * (60 * hours + 30))
        assert await operations.scan(session, at=start + MINUTE * (60 * hours + 31)) == 0


async def test_an_hour_later_counts_by_itself(session: AsyncSession, county: County) -> None:
    await lines(session, county["rsj"], "access.refused", 19, MORNING)
    await lines(session, county["rsj"], "access.refused", 19, MORNING + MINUTE * 60)

    assert await operations.scan(session, at=MORNING + MINUTE * 61) == 0


@pytest.mark.parametrize(
    ("minutes", "spans"), [([], []), ([5], [(5, 5)]), ([0, 59, 118, 178, 200], [(0, 118), (178, 200)])]
)
def test_a_pause_of_an_hour_ends_a_span(minutes: list[int], spans: list[tuple[int, int]]) -> None:
    found = rules.spans_of([MORNING + MINUTE * minute for minute in minutes])

    assert found == tuple((MORNING + MINUTE * first, MORNING + MINUTE * last) for first, last in spans)


async def test_unwritten_refusals_count(session: AsyncSession, county: County) -> None:
    await lines(session, county["rsj"], "access.refused", 1, MORNING, more=500)
    await operations.scan(session, at=MORNING + MINUTE)

    assert await kinds(session, county) == [AlarmKind.REFUSALS]


async def test_a_locked_account_alarms_at_once(session: AsyncSession, county: County) -> None:
    await lines(session, county["rsj"], "account.sign_in_failed", 1, MORNING, locked=True)
    await operations.scan(session, at=MORNING + MINUTE)

    assert await kinds(session, county) == [AlarmKind.SIGN_INS]


async def test_it_is_closed_with_a_note_by_another_auditor_than_whom_it_concerns(
    session: AsyncSession, county: County
) -> None:
    await lines(session, county["auditor"], "access.refused", 20, MORNING)
    await lines(session, county["rsj"], "access.refused", 20, MORNING)
    await operations.scan(session, at=MORNING + MINUTE)
    alarms = {alarm.login: alarm for alarm in await queries.open_alarms(session, county["auditor"])}

    with pytest.raises(ActionNotAllowed):
        await operations.acknowledge(session, county["auditor"], alarms["auditor"].id, "已核实", at=MORNING)
    with pytest.raises(Invalid):
        await operations.acknowledge(session, county["auditor"], alarms["rsj"].id, " ", at=MORNING)
    with pytest.raises(NotPermitted):
        await operations.acknowledge(session, county["secadmin"], alarms["rsj"].id, "已核实", at=MORNING)
    await operations.acknowledge(session, county["auditor"], alarms["rsj"].id, "已核实为误操作", at=MORNING)

    (closed,) = (await queries.closed_alarms(session, county["auditor"], at=MORNING)).items
    assert (closed.login, closed.note) == ("rsj", "已核实为误操作")
    assert await queries.count_open(session, county["auditor"]) == 1
    with pytest.raises(ActionNotAllowed):
        await operations.acknowledge(session, county["auditor"], alarms["rsj"].id, "再来一次", at=MORNING)


@pytest.mark.parametrize("login", ["sysadmin", "secadmin", "center", "leader", "rsj"])
async def test_only_the_auditor_reads(session: AsyncSession, county: County, login: str) -> None:
    for read in (
        queries.search(session, county[login], JournalFilter(), at=MORNING),
        queries.open_alarms(session, county[login]),
        queries.chain_state(session, county[login]),
        queries.raw(session, county[login], 1),
        queries.timeline(session, county[login], "rsj", since=MORNING, until=NIGHT),
        operations.verify(session, county[login], at=MORNING),
    ):
        with pytest.raises(NotPermitted):
            await read
    assert await queries.count_open(session, county[login]) == 0


class TestOwnAccount:
    """Nobody is alarmed by what people do with their own password or second factor, at whatever hour."""

    OWN = ("password", "second_factor_set", "second_factor_removed", "recovery_codes", "link", "unlink")

    @pytest.mark.parametrize("action", sorted(notes.actions_of(Group.ADMIN)))
    @pytest.mark.parametrize("own", [True, False])
    async def test_at_night(self, session: AsyncSession, county: County, action: str, own: bool) -> None:
        subject = county["rsj" if own else "zjj"].account_id
        await journal.record(session, county["rsj"], action, "account", subject, at=NIGHT)

        await operations.scan(session, at=NIGHT + MINUTE)

        spared = own and action.removeprefix("account.") in self.OWN
        assert await kinds(session, county) == ([] if spared else [AlarmKind.NIGHT_ADMIN])


class TestOpeningCases:
    @pytest.mark.parametrize(("most", "count"), [(None, 100), (10, 10), (30, 30)])
    async def test_many_different_ones_within_an_hour_make_an_alarm(
        self, session: AsyncSession, county: County, most: int | None, count: int
    ) -> None:
        if most:
            await orgs.set_values(session, county["secadmin"], {"cases_alarm": most}, reason="", at=MORNING)
        cases = [uuid4() for _ in range(count)]
        for place, case_id in enumerate(cases[1:]):
            at = MORNING + timedelta(seconds=place)
            await operations.note_reading(session, county["rsj"], case_id, at=at)
            await operations.note_reading(session, county["zjj"], cases[0], at=at)
            await operations.note_reading(session, county["rsj"], case_id, at=at + MINUTE * 5)
        assert await operations.scan(session, at=MORNING + MINUTE * 10) == 0

        await operations.note_reading(session, county["rsj"], cases[0], at=MORNING + MINUTE * 50)
        assert await operations.scan(session, at=MORNING + MINUTE * 51) == 1
        assert await operations.scan(session, at=MORNING + MINUTE * 52) == 0

        (alarm,) = await queries.open_alarms(session, county["auditor"])
        assert (alarm.kind, alarm.login) == (AlarmKind.MASS_READING, "rsj")
        assert alarm.said == f"一小时内打开不同案件 {count} 次"

    async def test_the_same_number_over_a_day_makes_none(self, session: AsyncSession, county: County) -> None:
        for place in range(120):
            await operations.note_reading(session, county["rsj"], uuid4(), at=MORNING + MINUTE * 4 * place)
        assert await operations.scan(session, at=MORNING + MINUTE * 480) == 0

    async def test_what_was_opened_is_forgotten_after_the_days_that_are_looked_at(
        self, session: AsyncSession, county: County
    ) -> None:
        await operations.note_reading(session, county["rsj"], uuid4(), at=MORNING)
        await operations.scan(session, at=MORNING + MINUTE)
        assert await session.scalar(select(func.count()).select_from(CaseReading)) == 1
        await operations.scan(session, at=MORNING + timedelta(days=3))
        assert await session.scalar(select(func.count()).select_from(CaseReading)) == 0
