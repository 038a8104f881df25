"""Long exports: who may ask, what is kept, how far a job is, and who gets nothing any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.inputs import CaseFilter
from domain.cases.queries import listing
from domain.exports import operations, queries, rules
from domain.exports.models import ExportJob, State
from domain.exports.schemas import ExportRow, Part
from domain.kernel import parts
from domain.kernel.clock import Span
from domain.kernel.models import JournalEntry, OutboxMessage
from domain.kernel.permissions import Role
from domain.kernel.refusals import ActionNotAllowed, Invalid, NotFound, NotPermitted
from domain.orgs.models import Account
from domain.people import operations as people
from domain.people.policy import Field, Purpose, Showing
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

DAY = timedelta(days=1)
MAY = {"center", "rsj_head", "zjj_head", "leader"}


async def filled(session: AsyncSession, county: County, many: int = 5) -> None:
    for seed in range(1, many + 1):
        await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING, seed=seed)


async def asked(session: AsyncSession, county: County, login: str = "center", **wanted: object) -> UUID:
    return await operations.ask(session, county[login], CaseFilter(**wanted), [*wanted], at=MORNING)  # type: ignore[arg-type]


async def job_of(session: AsyncSession, job_id: UUID) -> ExportJob:
    return await session.get_one(ExportJob, job_id)


async def row_of(session: AsyncSession, county: County, login: str = "center") -> ExportRow:
    return (await queries.own(session, county[login], None, at=MORNING))[0]


async def worked(session: AsyncSession, job_id: UUID) -> list[Part]:
    """Work a job off, with what a process would write left to one word."""
    found: list[Part] = []
    assert await operations.take_up(session, job_id, at=MORNING)
    while part := await operations.read_part(session, job_id, at=MORNING):
        assert len(found) < 20
        found.append(part)
        if not part.rows:
            parts.keep(job_id, parts.WHOLE, part.key, b"the file")
            await operations.note_done(session, job_id, 8, at=MORNING)
            break
        await operations.note_part(session, part)
    return found


async def actions(session: AsyncSession) -> list[tuple[str, object]]:
    query = select(JournalEntry).where(col(JournalEntry.action).in_(("export.ask", "case.export")))
    lines = await session.scalars(query.order_by(col(JournalEntry.seq)))
    return [(line.action, line.detail) for line in lines]


@pytest.fixture
async def county(session: AsyncSession) -> County:
    return await support.build(session)


class TestAsking:
    @pytest.mark.parametrize(
        "login", ["guide", "registrar", "center", "rsj", "rsj_head", "leader", "viewer", "auditor"]
    )
    async def test_is_for_whom_the_right_names(self, session: AsyncSession, county: County, login: str) -> None:
        if login in MAY:
            assert await asked(session, county, login)
        else:
            with pytest.raises(NotPermitted):
                await asked(session, county, login)

    async def test_what_is_looked_for_of_a_person_is_sealed_and_said_nowhere(
        self, session: AsyncSession, county: County
    ) -> None:
        await asked(session, county, view="overdue", name="林木水", phone="13905990001", id_tail="001X", text="欠薪")

        stored = str((await session.execute(text("SELECT export_job::text FROM export_job"))).scalars().all())
        told = str([row.payload for row in await session.scalars(select(OutboxMessage))]) + str(await actions(session))
        for secret in ("林木水", "13905990001", "001X", "欠薪", "林木水".encode().hex(), b"13905990001".hex()):
            assert secret not in stored + told
        assert (await row_of(session, county)).said == "已超期；按文字、姓名、电话、证件号码查找"

    async def test_says_conditions_in_words(self, session: AsyncSession, county: County) -> None:
        wanted = CaseFilter(
            statuses=("in_progress", "overdue_accept"), departments=("rsj",), risks=("high", "low"), tags=("urgent",),
            categories=("0701",), submitted=Span(MORNING - 3 * DAY, MORNING),
        )  # fmt: skip
        await operations.ask(session, county["center"], wanted, [], at=MORNING)

        said = (await row_of(session, county)).said
        unit = county.units["rsj"].name
        assert said.startswith(f"状态：处理中、逾期未接收；承办单位：{unit}；类别：")
        assert said.endswith("；风险：高风险、低风险；标签：加急；受理日期：2026-11-15 09:00 至 2026-11-18 09:00")

    async def test_a_condition_that_does_not_exist_is_refused_by_its_field(
        self, session: AsyncSession, county: County
    ) -> None:
        for wanted in ({"areas": ("nowhere",)}, {"departments": ("nobody",)}, {"tags": ("x",)}, {"statuses": ("x",)}):
            with pytest.raises(Invalid):
                await asked(session, county, **wanted)

    async def test_three_wait_at_most(self, session: AsyncSession, county: County) -> None:
        first, *_ = [await asked(session, county) for _ in range(rules.AT_ONCE)]
        with pytest.raises(ActionNotAllowed, match="已有 3 个导出"):
            await asked(session, county)
        await asked(session, county, "leader")

        await operations.cancel(session, county["center"], first, at=MORNING)
        await asked(session, county)

    async def test_conditions_come_back_as_they_were(self) -> None:
        wanted = CaseFilter(statuses=("closed",), name="林木水", due=Span(MORNING), overdue=True, sort="-due")

        assert rules.from_text(rules.as_text(wanted)) == wanted


class TestWorking:
    async def test_parts_are_the_list_newest_first_and_masked(
        self, session: AsyncSession, county: County, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await filled(session, county)
        monkeypatch.setattr(rules, "PART", 2)
        job_id = await asked(session, county)
        found = await worked(session, job_id)

        assert [(part.first, len(part.rows)) for part in found] == [(0, 2), (2, 2), (4, 1), (5, 0)]
        listed = await listing.search(
            session, county["center"], CaseFilter(), at=MORNING, size=50, purpose=Purpose.EXPORT
        )
        rows = [row for part in found for row in part.rows]
        assert rows == sorted(listed.items, key=lambda row: row.id, reverse=True)
        assert all("*" in row.party for row in rows)
        row = await row_of(session, county)
        assert (row.state, row.progress) == (State.DONE, "共 5 行")

    async def test_tells_how_far_it_is_and_goes_on_behind_that(
        self, session: AsyncSession, county: County, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await filled(session, county)
        monkeypatch.setattr(rules, "PART", 2)
        job_id = await asked(session, county)
        await operations.take_up(session, job_id, at=MORNING)
        part = await operations.read_part(session, job_id, at=MORNING)
        assert part
        await operations.note_part(session, part)
        assert (await row_of(session, county)).progress == "已导出 2 / 5 行"

        await operations.take_up(session, job_id, at=MORNING)
        again = await operations.read_part(session, job_id, at=MORNING)
        assert again
        assert (again.first, {row.id for row in again.rows} & {row.id for row in part.rows}) == (2, set())

    async def test_follows_the_field_policy_of_exports(self, session: AsyncSession, county: County) -> None:
        await filled(session, county, 1)
        cell = (Role.CENTER_ADMIN, Field.NAME, Purpose.EXPORT)
        await people.set_rules(session, county["secadmin"], {cell: Showing.HIDDEN}, at=MORNING)

        found = await worked(session, await asked(session, county))
        assert {row.party for part in found for row in part.rows} == {""}

    async def test_more_than_the_most_is_refused(
        self, session: AsyncSession, county: County, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await filled(session, county, 3)
        monkeypatch.setattr(rules, "MOST", 2)
        job_id = await asked(session, county)

        assert await worked(session, job_id) == []
        assert (await row_of(session, county)).fault == rules.TOO_MANY

    async def test_one_that_never_gets_on_is_given_up_and_may_be_taken_up_by_its_person(
        self, session: AsyncSession, county: County
    ) -> None:
        job_id = await asked(session, county)
        for _ in range(rules.MOST_ATTEMPTS):
            assert await operations.take_up(session, job_id, at=MORNING)
            assert await queries.due(session) == job_id
        assert not await operations.take_up(session, job_id, at=MORNING)
        assert await queries.due(session) is None
        assert (await row_of(session, county)).may_go_on

        await operations.go_on(session, county["center"], job_id)
        assert len(await worked(session, job_id)) == 1

    async def test_a_fault_may_be_gone_on_from_and_is_told(self, session: AsyncSession, county: County) -> None:
        job_id = await asked(session, county)
        await operations.take_up(session, job_id, at=MORNING)
        await operations.note_failure(session, job_id, at=MORNING)

        assert (await row_of(session, county)).state is State.FAILED
        await operations.go_on(session, county["center"], job_id)
        assert await queries.due(session) == job_id
        topics = [one.topic for one in await session.scalars(select(OutboxMessage))]
        assert topics.count(operations.ENDED) == 1

    async def test_what_a_process_left_goes_before_what_waits(self, session: AsyncSession, county: County) -> None:
        await asked(session, county)
        left = await operations.ask(session, county["leader"], CaseFilter(), [], at=MORNING + DAY)
        await operations.take_up(session, left, at=MORNING)

        assert await queries.due(session) == left

    async def test_a_cancelled_one_is_worked_on_no_more(self, session: AsyncSession, county: County) -> None:
        job_id = await asked(session, county)
        await operations.take_up(session, job_id, at=MORNING)
        await operations.cancel(session, county["center"], job_id, at=MORNING)

        assert await operations.read_part(session, job_id, at=MORNING) is None
        job = await job_of(session, job_id)
        assert (job.state, job.key_sealed, job.wanted_sealed) == (State.CANCELLED, None, None)
        with pytest.raises(ActionNotAllowed):
            await operations.cancel(session, county["center"], job_id, at=MORNING)
        with pytest.raises(ActionNotAllowed):
            await operations.go_on(session, county["center"], job_id)


LOST = {
    "disabled": {"disabled_at": MORNING},
    "over": {"valid_until": MORNING},
    "without the right": {"denied": ["case.export"]},
    "within another reach": {"reach": "area", "area_path": "/3599/01/"},
    "at another level": {"field_level": "hidden"},
}


class TestRights:
    @pytest.mark.parametrize("how", LOST)
    async def test_whoever_lost_them_gets_no_rows_and_no_file(
        self, session: AsyncSession, county: County, how: str
    ) -> None:
        await filled(session, county, 1)
        ready, waiting = await asked(session, county), await asked(session, county)
        await worked(session, ready)
        await operations.take_up(session, waiting, at=MORNING)

        account = await session.get_one(Account, county["center"].account_id)
        for name, value in LOST[how].items():
            setattr(account, name, value)
        await session.flush()

        assert await operations.read_part(session, waiting, at=MORNING) is None
        job = await job_of(session, waiting)
        assert (job.state, job.key_sealed, job.rows) == (State.FAILED, None, 0)

    async def test_a_file_is_for_who_sees_as_when_it_was_made(self, session: AsyncSession, county: County) -> None:
        job_id = await asked(session, county)
        await worked(session, job_id)
        center = county["center"]

        for other in (
            replace(center, rights=frozenset()),
            replace(center, more_units=frozenset({county["rsj"].unit_id})),
            replace(center, stands_for=county["leader"].account_id),
            replace(center, read_only=True),
        ):
            with pytest.raises(NotPermitted):
                await operations.take(session, other, job_id, at=MORNING)
        assert await operations.take(session, center, job_id, at=MORNING) == b"the file"

    async def test_a_file_is_not_handed_out_under_a_stricter_field_policy(
        self, session: AsyncSession, county: County
    ) -> None:
        job_id = await asked(session, county)
        await worked(session, job_id)
        cell = (Role.CENTER_ADMIN, Field.NAME, Purpose.EXPORT)
        await people.set_rules(session, county["secadmin"], {cell: Showing.HIDDEN}, at=MORNING)

        with pytest.raises(NotPermitted):
            await operations.take(session, county["center"], job_id, at=MORNING)

    async def test_nobody_reaches_another_s(self, session: AsyncSession, county: County) -> None:
        job_id = await asked(session, county)
        await worked(session, job_id)
        leader = county["leader"]

        assert await queries.own(session, leader, None, at=MORNING) == []
        with pytest.raises(NotFound):
            await operations.take(session, leader, job_id, at=MORNING)
        with pytest.raises(NotFound):
            await operations.cancel(session, leader, job_id, at=MORNING)
        with pytest.raises(NotFound):
            await operations.go_on(session, leader, job_id)


class TestTheFile:
    async def test_asking_and_taking_are_lines_of_the_journal(self, session: AsyncSession, county: County) -> None:
        await filled(session, county, 2)
        job_id = await asked(session, county, view="open")
        await worked(session, job_id)
        await operations.take(session, county["center"], job_id, at=MORNING)

        assert await actions(session) == [
            ("export.ask", {"filters": ["view"]}),
            ("case.export", {"rows": 2, "filters": ["view"]}),
        ]

    async def test_is_there_for_a_day(self, session: AsyncSession, county: County) -> None:
        job_id = await asked(session, county)
        with pytest.raises(ActionNotAllowed):
            await operations.take(session, county["center"], job_id, at=MORNING)
        await worked(session, job_id)

        await operations.take(session, county["center"], job_id, at=MORNING + DAY - timedelta(seconds=1))
        with pytest.raises(ActionNotAllowed):
            await operations.take(session, county["center"], job_id, at=MORNING + DAY)

    async def test_is_let_go_with_its_key_and_forgotten_after_a_month(
        self, session: AsyncSession, county: County
    ) -> None:
        job_id = await asked(session, county, name="林木水")
        await worked(session, job_id)
        await operations.let_go(session, at=MORNING + DAY - timedelta(seconds=1))
        assert await queries.kept(session) == {job_id: State.DONE}

        await operations.let_go(session, at=MORNING + DAY)
        job = await job_of(session, job_id)
        assert (job.state, job.key_sealed, job.wanted_sealed) == (State.EXPIRED, None, None)
        await session.flush()
        assert await queries.kept(session) == {}

        await operations.let_go(session, at=MORNING + 30 * DAY)
        assert await queries.own(session, county["center"], None, at=MORNING + 30 * DAY) == []

    async def test_that_is_lost_is_said_so(self, session: AsyncSession, county: County) -> None:
        job_id = await asked(session, county)
        await worked(session, job_id)
        parts.drop_all_but(())

        with pytest.raises(NotFound, match="已丢失"):
            await operations.take(session, county["center"], job_id, at=MORNING)
