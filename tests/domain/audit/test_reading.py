"""The auditor reads the journal: filters, words, one person's days, and the chain against its anchors."""

from __future__ import annotations

import ast
from datetime import timedelta

import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit import notes, operations, queries
from domain.audit.schemas import AlarmKind, Group, JournalFilter
from domain.cases.vocabulary import Action
from domain.kernel import chain
from domain.kernel.chain import Anchored
from domain.kernel.sealer import seal_all
from tests.architecture.source import called, calls, modules
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

DAY = timedelta(days=1)
_SWAP = (
    "UPDATE journal_entry SET seq = CASE seq WHEN 3 THEN -4 ELSE -3 END WHERE seq IN (3, 4);"
    "UPDATE journal_entry SET seq = -seq WHERE seq < 0"
)
_CUT = (
    "DELETE FROM journal_entry WHERE seq IN (SELECT seq FROM journal_seal WHERE place > {0});"
    "DELETE FROM journal_seal WHERE place > {0}"
)


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


async def found(session: AsyncSession, county: County, **wanted: object) -> list[str]:
    page = await queries.search(session, county["auditor"], JournalFilter(**wanted), at=MORNING, size=500)  # type: ignore[arg-type]
    return [line.action for line in page.items]


class TestSearch:
    async def test_filters_narrow(self, session: AsyncSession, county: County) -> None:
        number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
        other = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING + DAY, seed=2)

        assert await found(session, county, number=number) == [
            "case.accept", "case.dispatch", "case.submit", "case.create",
        ]  # fmt: skip
        assert await found(session, county, login="center") == ["case.dispatch", "account.add"]
        assert await found(session, county, since=MORNING + DAY) == ["case.submit", "case.create"]
        assert set(await found(session, county, group=Group.ADMIN)) == {"account.add"}
        assert await found(session, county, unit="rsj") == ["case.accept"]
        assert await found(session, county, login="nobody") == []
        assert other != number

    async def test_pages_go_back_without_gap_or_repeat(self, session: AsyncSession, county: County) -> None:
        await support.bring_to(session, county, MAIN_LINE, at=MORNING)
        every, cursor = [], ""
        while True:
            page = await queries.search(session, county["auditor"], JournalFilter(), at=MORNING, cursor=cursor, size=4)
            every += [line.seq for line in page.items]
            cursor = page.next
            if not cursor:
                break

        assert every == list(range(len(every), 0, -1))

    async def test_lines_speak_chinese_and_hold_no_clear_person(self, session: AsyncSession, county: County) -> None:
        await support.bring_to(session, county, MAIN_LINE, at=MORNING)
        page = await queries.search(session, county["auditor"], JournalFilter(), at=MORNING, size=500)

        assert all(not line.words.isascii() for line in page.items)
        assert support.phone(1) not in repr([line.detail for line in page.items])
        accepted = next(line for line in page.items if line.action == "case.accept")
        assert (accepted.name, accepted.roles) == (county["rsj"].name, "部门经办")

    async def test_a_raw_line_tells_whether_it_holds(self, session: AsyncSession, county: County) -> None:
        await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
        assert (await queries.raw(session, county["auditor"], 2)).holds
        await seal_all(session)

        assert (await queries.raw(session, county["auditor"], 2)).holds
        await _tamper(session, "UPDATE journal_entry SET origin = 'x' WHERE seq = 2")
        assert not (await queries.raw(session, county["auditor"], 2)).holds

    async def test_days_of_a_person(self, session: AsyncSession, county: County) -> None:
        for day in range(3):
            await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING + day * DAY, seed=day + 1)
        shown = await queries.timeline(
            session, county["auditor"], "center", since=MORNING - DAY, until=MORNING + 9 * DAY
        )

        assert [day.counts for day in shown.days] == [{Group.CASE: 1}] * 3
        assert shown.days[0].day > shown.days[-1].day


class TestChain:
    async def test_a_whole_one_verifies_and_is_journalled(self, session: AsyncSession, county: County) -> None:
        await support.bring_to(session, county, MAIN_LINE, at=MORNING)
        state = await operations.verify(session, county["auditor"], at=MORNING)

        assert state.fault == ""
        assert (await found(session, county, login="auditor"))[0] == "audit.verify"

    async def test_every_kind_of_tampering_is_named(self, session: AsyncSession, county: County) -> None:
        await support.bring_to(session, county, MAIN_LINE, at=MORNING)
        await seal_all(session)
        anchored = await operations.anchor(session, at=MORNING)
        assert anchored is not None
        for statement, said in (
            ("UPDATE journal_entry SET action = 'case.void' WHERE seq = 5", "第 5 条记录被修改或插入"),
            ("DELETE FROM journal_entry WHERE seq = 7", "第 7 条记录缺失"),
            (_SWAP, "第 3 条记录被修改或插入"),
            (_CUT.format(anchored.place - 2), f"第 {anchored.place - 2} 条之后的记录被删除"),
        ):
            async with session.begin_nested() as undone:
                for one in statement.split(";"):
                    await _tamper(session, one)
                assert (await chain.examine(session, [anchored])).fault == said
                await undone.rollback()
        assert (await chain.examine(session, [anchored])).fault == ""

    async def test_a_chain_made_anew_is_told_by_the_anchor_from_outside(
        self, session: AsyncSession, county: County
    ) -> None:
        await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        await seal_all(session)
        verdict = await chain.examine(session, [Anchored(3, b"another")])

        assert (verdict.broken, verdict.fault) == (3, "第 3 条与锚点不符，日志被重新生成")

    async def test_a_broken_one_raises_an_alarm(self, session: AsyncSession, county: County) -> None:
        await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
        await _tamper(session, "UPDATE journal_entry SET origin = 'x' WHERE seq = 4")
        state = await operations.verify(session, county["auditor"], at=MORNING)

        assert state.fault
        (alarm,) = await queries.open_alarms(session, county["auditor"])
        assert (alarm.kind, alarm.said) == (AlarmKind.CHAIN, state.fault)


async def _tamper(session: AsyncSession, statement: str) -> None:
    await session.execute(text("SET LOCAL session_replication_role = replica"))
    await session.execute(text(statement))
    await session.execute(text("SET LOCAL session_replication_role = origin"))
    session.expire_all()


def test_every_action_that_is_journalled_has_words() -> None:
    """Actions are read off the source: the third argument of `record`, constants and f-strings of the cases aside."""
    written = {
        argument.value
        for module in modules("domain", "app", "state")
        for call in calls(module.tree)
        if called(call) in {"record", "_note", "_record", "_move", "note_export"}
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and "." in argument.value
    }

    assert len(written) > 30
    assert written <= set(notes.WORDS)
    assert {f"case.{action.value}" for action in Action} <= set(notes.WORDS)
