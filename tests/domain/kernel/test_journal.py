"""The journal shows every change to it, and the database refuses the ordinary ones."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.kernel import chain, journal
from domain.kernel.actor import system_actor
from domain.kernel.chain import Anchored
from domain.kernel.ids import new_id
from domain.kernel.journal import START, content_of, earlier_seal
from domain.kernel.models import JournalEntry, JournalSeal
from domain.kernel.permissions import Role
from domain.kernel.sealer import mark_seal, seal_all
from tests.support.county import MORNING
from tests.support.replay import number_on

_ACTOR = system_actor(Role.CLOCK, origin="测试")


async def _written(session: AsyncSession, count: int = 4, *, subject: UUID | None = None) -> list[JournalEntry]:
    return [
        await journal.record(
            session, _ACTOR, "test.act", "case", subject or new_id(), at=MORNING, detail={"n": place, "文": "字"}
        )
        for place in range(count)
    ]


async def _tamper(session: AsyncSession, *statements: str, **values: object) -> None:
    await session.execute(text("SET LOCAL session_replication_role = replica"))
    for statement in statements:
        await session.execute(text(statement), values)
    await session.execute(text("SET LOCAL session_replication_role = origin"))
    session.expire_all()


async def _settle(session: AsyncSession, seq: int) -> None:
    await session.execute(
        text("UPDATE journal_settled SET seq = :seq, seal = :seal"), {"seq": seq, "seal": mark_seal(seq)}
    )


async def _fault(session: AsyncSession, *anchors: Anchored) -> str:
    return (await chain.examine(session, anchors)).fault


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def from_the_first_number(session: AsyncSession) -> None:
    """Number the lines of each test from one."""
    await number_on(session)


class TestRecord:
    async def test_joins_the_line_before_of_the_same_subject(self, session: AsyncSession) -> None:
        case, other = new_id(), new_id()
        first, _, third = [(await _written(session, 1, subject=one))[0] for one in (case, other, case)]

        assert (first.previous, third.previous) == (START, first.seal)
        assert first.seq < third.seq

    async def test_of_many_lines_joins_those_of_one_subject_among_them(self, session: AsyncSession) -> None:
        case, other = new_id(), new_id()
        (before,) = await _written(session, 1, subject=case)
        lines: list[tuple[UUID, dict[str, Any]]] = [(case, {"n": 1}), (other, {}), (case, {"n": 2})]

        made = await journal.record_all(session, _ACTOR, "test.act", "case", lines, at=MORNING)

        assert [entry.previous for entry in made] == [before.seal, START, made[0].seal]
        assert [entry.seq for entry in made] == sorted(entry.seq for entry in made)
        assert await _fault(session) == ""

    async def test_keeps_few_locks_whatever_an_act_writes(self, session: AsyncSession) -> None:
        lines: list[tuple[UUID, dict[str, Any]]] = [(new_id(), {}) for _ in range(3 * journal.MANY)]
        await _written(session, 3)
        await journal.record_all(session, _ACTOR, "test.act", "case", lines, at=MORNING)
        await _written(session, 3)

        words = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        assert await session.scalar(text(words)) < journal.MANY
        assert await _fault(session) == ""


class TestExamine:
    async def test_finds_nothing_in_an_untouched_journal(self, session: AsyncSession) -> None:
        await _written(session)
        assert await chain.verify(session) == (4, None)

        await seal_all(session)
        await _written(session, 2)
        assert await chain.verify(session) == (6, None)

        await seal_all(session)
        assert await chain.verify(session) == (6, None)

    async def test_reads_more_than_one_fetch(self, session: AsyncSession) -> None:
        lines: list[tuple[UUID, dict[str, Any]]] = [(new_id(), {"n": place}) for place in range(2100)]
        await journal.record_all(session, _ACTOR, "test.act", "case", lines, at=MORNING)
        await seal_all(session)
        assert await chain.verify(session) == (2100, None)

        await _tamper(session, "UPDATE journal_entry SET origin = 'x' WHERE seq = 2050")
        assert await chain.verify(session) == (2050, 2050)


_CHANGES = {
    "changed": "UPDATE journal_entry SET detail = '{\"n\": 9}' WHERE seq = :seq",
    "redated": "UPDATE journal_entry SET at = at + interval '1 second' WHERE seq = :seq",
    "given to another": "UPDATE journal_entry SET actor_id = gen_random_uuid() WHERE seq = :seq",
    "removed": "DELETE FROM journal_entry WHERE seq = :seq",
}


@pytest.mark.parametrize("change", _CHANGES)
async def test_a_sealed_line_that_was_tampered_with_shows(session: AsyncSession, change: str) -> None:
    await _written(session)
    await seal_all(session)
    await _tamper(session, _CHANGES[change], seq=3)

    assert await _fault(session) == ("第 3 条记录缺失" if change == "removed" else "第 3 条记录被修改或插入")
    assert (await chain.verify(session))[1] == 3


@pytest.mark.parametrize("change", _CHANGES)
async def test_an_unsealed_line_that_was_tampered_with_shows(session: AsyncSession, change: str) -> None:
    """One that is gone shows by the next of its subject, also when that one was sealed since."""
    await _written(session, 4, subject=new_id())
    await _tamper(session, _CHANGES[change], seq=3)

    said = "第 4 条之前，同一对象的记录被删除或替换" if change == "removed" else "第 3 条记录被修改或插入"
    assert await _fault(session) == said
    await seal_all(session)
    assert await _fault(session) == said


_SWAPPED = (
    "UPDATE {0} SET seq = CASE seq WHEN 3 THEN -4 ELSE -3 END WHERE seq IN (3, 4)",
    "UPDATE {0} SET seq = -seq WHERE seq < 0",
)
_COPY = (
    "INSERT INTO journal_entry SELECT nextval('journal_ticket'), at, actor_id, actor_roles, actor_unit_id, origin,"
    " action, subject_kind, subject_id, detail, previous, seal FROM journal_entry WHERE seq = 2"
)
_PLACES = {
    "a line and its seal removed": (
        ("DELETE FROM journal_entry WHERE seq = 3", "DELETE FROM journal_seal WHERE seq = 3"),
        "第 3 位的封存缺失",
    ),
    "removed and the places closed up": (
        (
            "DELETE FROM journal_entry WHERE seq = 3",
            "DELETE FROM journal_seal WHERE seq = 3",
            "UPDATE journal_seal SET place = -place WHERE place > 3",
            "UPDATE journal_seal SET place = -place - 1 WHERE place < 0",
        ),
        "第 4 条与前一条不相接，前面的记录被替换或移动",
    ),
    "two lines swapped": (tuple(one.format("journal_entry") for one in _SWAPPED), "第 3 条记录被修改或插入"),
    "two places swapped": (
        tuple(one.format("journal_seal") for one in _SWAPPED),
        "第 4 条与前一条不相接，前面的记录被替换或移动",
    ),
    "a line slipped in without the key": ((_COPY,), "第 6 条记录被修改或插入"),
    "a seal made up": (
        ("UPDATE journal_seal SET seal = sha256(seal) WHERE place = 5",),
        "第 5 条与前一条不相接，前面的记录被替换或移动",
    ),
    "a seal taken for one of before": (
        ("UPDATE journal_seal SET seal = (SELECT seal FROM journal_entry WHERE seq = 3) WHERE place = 3",),
        "第 3 条记录被修改或插入",
    ),
    "the last seals cut off": (
        ("DELETE FROM journal_seal WHERE place > 3",),
        "第 4 条没有封存：它是事后插入的，或者封存被删除",
    ),
    "the mark moved": (("UPDATE journal_settled SET seq = 2",), "封存界限被改动"),
    "the mark moved as if it were not sealed yet": (
        ("UPDATE journal_settled SET seq = 2, seal = ''",),
        "封存界限被改动",
    ),
    "the mark removed": (("DELETE FROM journal_settled",), "封存界限被改动"),
}


@pytest.mark.parametrize("change", _PLACES)
async def test_places_that_were_tampered_with_show(session: AsyncSession, change: str) -> None:
    await _written(session, 5)
    await seal_all(session)
    await _settle(session, 5)
    assert await _fault(session) == ""
    statements, said = _PLACES[change]

    await _tamper(session, *statements)

    assert await _fault(session) == said


async def test_a_true_line_under_the_mark_that_was_not_there_before_shows(session: AsyncSession) -> None:
    """As one of a branch that a restore left: sealed in its own right, under a number that is free."""
    left = await session.begin_nested()
    await _written(session, 3)
    columns = JournalEntry.__table__.columns
    foreign = dict((await session.execute(select(*columns).where(columns.seq == 3))).mappings().one())
    await left.rollback()
    await number_on(session)
    await _written(session, 2)
    await session.execute(text("SELECT setval('journal_ticket', 3)"))
    await seal_all(session)
    await session.execute(insert(JournalEntry).values(**foreign))
    assert await _fault(session) == ""

    await _settle(session, 3)
    assert await _fault(session) == "第 3 条没有封存：它是事后插入的，或者封存被删除"


async def test_a_line_of_another_branch_shows(session: AsyncSession) -> None:
    """A line sealed in its own right, from a branch that a restore left, stands where another one stood."""
    case = new_id()
    await _written(session, 1, subject=case)
    left = await session.begin_nested()
    await _written(session, 1, subject=case)
    columns = JournalEntry.__table__.columns
    foreign = dict((await session.execute(select(*columns).where(columns.seq == 2))).mappings().one())
    await left.rollback()
    await number_on(session)
    other = await journal.record(session, _ACTOR, "test.other", "case", case, at=MORNING)
    await _written(session, 1, subject=case)
    assert other.seq == 2
    for sealed in (False, True):
        if sealed:
            await seal_all(session)
        async with session.begin_nested() as undone:
            await session.execute(text("SET LOCAL session_replication_role = replica"))
            await session.execute(update(JournalEntry).where(col(JournalEntry.seq) == 2).values(**foreign))

            said = (
                "第 2 条与前一条不相接，前面的记录被替换或移动" if sealed else "第 3 条之前，同一对象的记录被删除或替换"
            )
            assert await _fault(session) == said
            await undone.rollback()


async def test_a_line_of_another_branch_shows_also_with_the_seal_of_its_place(session: AsyncSession) -> None:
    """The place after it tells: its seal is over the one before, and no subject joins the two."""
    await _written(session, 1)
    await seal_all(session)
    left = await session.begin_nested()
    await _written(session, 1)
    await seal_all(session)
    lines, seals = JournalEntry.__table__.columns, JournalSeal.__table__.columns
    foreign = dict((await session.execute(select(*lines).where(lines.seq == 2))).mappings().one())
    place = dict((await session.execute(select(*seals).where(seals.place == 2))).mappings().one())
    await left.rollback()
    await number_on(session)
    await _written(session, 2)
    await seal_all(session)
    await session.execute(text("SET LOCAL session_replication_role = replica"))
    await session.execute(update(JournalEntry).where(col(JournalEntry.seq) == 2).values(**foreign))
    await session.execute(update(JournalSeal).where(col(JournalSeal.place) == 2).values(**place))

    assert await _fault(session) == "第 3 条与前一条不相接，前面的记录被替换或移动"


class TestLinesOfBefore:
    """The journal of an earlier release keeps its chain; what is written since follows it."""

    SUBJECT = UUID(int=5)

    async def _earlier(self, session: AsyncSession, count: int = 4) -> list[JournalEntry]:
        made, previous = [], START
        for seq in range(1, count + 1):
            entry = JournalEntry(
                seq=seq, at=MORNING, actor_id=_ACTOR.account_id, actor_roles="clock", actor_unit_id=_ACTOR.unit_id,
                action="test.act", subject_kind="case", subject_id=self.SUBJECT if seq % 2 else new_id(),
                detail={"n": seq}, previous=previous, seal=b"",
            )  # fmt: skip
            entry.seal = previous = earlier_seal(entry.previous, content_of(entry))
            made.append(entry)
            await session.execute(insert(JournalEntry).values(**entry.model_dump()))
        await session.execute(text("INSERT INTO journal_seal SELECT seq, seq, seal FROM journal_entry"))
        await session.execute(text("UPDATE journal_settled SET seq = :seq, seal = ''"), {"seq": count})
        await number_on(session)
        return made

    async def test_hold_and_are_followed(self, session: AsyncSession) -> None:
        earlier = await self._earlier(session)
        assert await chain.verify(session) == (4, None)
        assert await _fault(session, Anchored(3, earlier[2].seal)) == ""

        (line,) = await _written(session, 1, subject=self.SUBJECT)
        assert (line.seq, line.previous) == (5, earlier[2].seal)
        await seal_all(session)
        assert await chain.verify(session) == (5, None)
        assert [await chain.holds(session, seq) for seq in range(1, 7)] == [True] * 5 + [False]

    @pytest.mark.parametrize(
        ("statements", "said"),
        [
            (("UPDATE journal_entry SET origin = 'x' WHERE seq = 2",), "第 2 条记录被修改或插入"),
            (("DELETE FROM journal_entry WHERE seq = 2",), "第 2 条记录缺失"),
            (
                ("DELETE FROM journal_entry WHERE seq = 2", "DELETE FROM journal_seal WHERE seq = 2"),
                "第 2 位的封存缺失",
            ),
            (("DELETE FROM journal_seal WHERE place > 3",), "第 4 条没有封存：它是事后插入的，或者封存被删除"),
            (
                ("DELETE FROM journal_seal WHERE place > 3", "UPDATE journal_settled SET seq = 3"),
                "第 4 条记录被修改或插入",
            ),
            (tuple(one.format("journal_entry") for one in _SWAPPED), "第 3 条记录被修改或插入"),
            (
                ("UPDATE journal_seal SET seal = sha256(seal) WHERE place = 2",),
                "第 2 条记录被修改或插入",
            ),
        ],
    )
    async def test_that_were_tampered_with_show(
        self, session: AsyncSession, statements: tuple[str, ...], said: str
    ) -> None:
        await self._earlier(session)
        await _tamper(session, *statements)
        assert await _fault(session) == said

    async def test_of_another_branch_show(self, session: AsyncSession) -> None:
        left = await session.begin_nested()
        await self._earlier(session, 3)
        columns = JournalEntry.__table__.columns
        foreign = dict((await session.execute(select(*columns).where(columns.seq == 3))).mappings().one())
        await left.rollback()
        await self._earlier(session, 4)
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(update(JournalEntry).where(col(JournalEntry.seq) == 3).values(**foreign))
        await session.execute(text("UPDATE journal_seal SET seal = :seal WHERE place = 3"), {"seal": foreign["seal"]})

        assert await _fault(session) == "第 3 条与前一条不相接，前面的记录被替换"

    async def test_that_were_made_anew_are_told_by_an_anchor(self, session: AsyncSession) -> None:
        await self._earlier(session)
        assert await _fault(session, Anchored(3, b"another")) == "第 3 条与锚点不符，日志被重新生成"


@pytest.mark.parametrize("table", ["journal_entry", "journal_seal"])
@pytest.mark.parametrize("change", ["UPDATE {} SET seal = ''", "DELETE FROM {}", "TRUNCATE {}"])
async def test_the_database_refuses_it(session: AsyncSession, table: str, change: str) -> None:
    await _written(session)
    await seal_all(session)

    with pytest.raises(DBAPIError):
        await session.execute(text(change.format(table)))


@pytest.mark.parametrize(
    "change", ["UPDATE journal_settled SET seq = seq - 1", "DELETE FROM journal_settled", "TRUNCATE journal_settled"]
)
async def test_the_mark_only_rises(session: AsyncSession, change: str) -> None:
    await _settle(session, 9)

    with pytest.raises(DBAPIError):
        await session.execute(text(change))
