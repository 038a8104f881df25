"""What a session holds is written by one statement, and is then what the mapper would have written."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import ARRAY, Text, event, func, insert, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import SQLModel, col

from domain.areas.models import Area, Level
from domain.calendar.models import Deadline, LimitUnit, Link
from domain.cases.models import Case, Party, PartyKind, RiskLevel, Scale, Source
from domain.cases.vocabulary import Status
from domain.kernel import driver, notify, unit_of_work, writing
from domain.kernel.ids import new_id
from domain.kernel.models import OutboxMessage
from domain.kernel.permissions import Reach
from domain.orgs.models import Account, Unit, UnitKind
from domain.people.models import IdType, Person, Sex
from tests.support.county import MORNING

UNIT, ACCOUNT = new_id(), new_id()


@pytest_asyncio.fixture(loop_scope="session")
async def said(session: AsyncSession) -> AsyncGenerator[list[str]]:
    """Give the statements that a session runs."""
    found: list[str] = []
    connection = (await session.connection()).sync_connection

    def note(*given: Any) -> None:
        found.append(given[2])

    event.listen(connection, "before_cursor_execute", note)
    yield found
    event.remove(connection, "before_cursor_execute", note)


def unit() -> Unit:
    return Unit(id=UNIT, code="u", name="单位", kind=UnitKind.DEPARTMENT)


def account() -> Account:
    return Account(
        id=ACCOUNT, login="who", name_sealed=b"\x00n", password_hash="x", roles=["officer"], rights=["case.view", "a"],
        denied=[], reach=Reach.ALL, unit_id=UNIT, created_at=MORNING, password_changed_at=MORNING,
    )  # fmt: skip


def case(number: str = "T1", **more: Any) -> Case:
    given = {
        "status": Status.TO_DISPATCH, "title": "标题", "source": Source.PHONE, "risk_level": RiskLevel.HIGH,
        "scale": Scale.GROUP, "created_by": ACCOUNT, "unit_id": UNIT, "created_at": MORNING, "updated_at": MORNING,
    }  # fmt: skip
    return Case(number=number, **(given | more))


def person() -> Person:
    return Person(
        id_type=IdType.RESIDENT, sex=Sex.UNKNOWN, name_sealed=b"n", id_number_sealed=b"",
        phone_sealed=b"p", birth_date_sealed=b"", address_sealed=b"", name_blind=2**62,
        phone_blind=-(2**62), name_fragments=[1, -5], declared_at=MORNING,
    )  # fmt: skip


def clock(case_id: UUID, link: Link = Link.ACCEPT) -> Deadline:
    return Deadline(
        subject_id=case_id, link=link, unit=LimitUnit.HOURS, limit_text="2 小时", category="L1", started_at=MORNING,
        yellow_at=MORNING, red_at=MORNING + timedelta(hours=1),
    )  # fmt: skip


async def stored(session: AsyncSession, model: type[SQLModel], **found: Any) -> list[dict[str, Any]]:
    table = model.__table__  # type: ignore[attr-defined]
    query = select(table).where(*(table.c[name] == value for name, value in found.items())).order_by(*table.primary_key)
    return [dict(row._mapping) for row in await session.execute(query)]


KINDS: list[SQLModel] = [
    unit(),
    account(),
    Area(code="1", name="县", level=Level.COUNTY, path="1.", shape=[[[[1.5, 2.0], [1.0, 2.5]]]], ended_on=date(2026, 1, 2)),
    person(),
    case(amount=Decimal("12.50"), merge_gave={"清": [1, None]}, headcount=70_000, occurred_at=MORNING, major=True),
    OutboxMessage(topic="t", subject_id=UNIT, payload={"名": "张三", "n": None}, created_at=MORNING, next_try_at=MORNING),
]  # fmt: skip


@pytest.mark.parametrize("many", [1, writing.MANY + 1])
@pytest.mark.parametrize("one", KINDS, ids=lambda one: type(one).__name__)
async def test_rows_are_those_that_the_mapper_writes(session: AsyncSession, one: SQLModel, many: int) -> None:
    if not isinstance(one, (Unit, Account)):
        session.add_all([unit(), account()])
        await session.flush()
    if isinstance(one, Account):
        session.add(unit())
        await session.flush()
    model, table = type(one), type(one).__table__  # type: ignore[attr-defined]
    unique = [name for name in ("code", "login", "number") if name in table.c]

    def made(number: int, by: str) -> dict[str, Any]:
        return one.model_dump() | {"id": new_id()} | dict.fromkeys(unique, f"{by}{number}")

    await session.execute(insert(table), [made(number, "m") for number in range(many)])
    rows = [model(**made(number, "w")) for number in range(many)]
    session.add_all(rows)
    await session.flush()

    by_mapper, by_writer = [], []
    for row in await stored(session, model):
        plain = {name: value for name, value in row.items() if name not in {"id", *unique}}
        if row["id"] in {row.id for row in rows}:  # type: ignore[attr-defined]
            by_writer.append(plain)
        elif plain.get("login") != "who" and row["id"] not in {UNIT, ACCOUNT}:
            by_mapper.append(plain)
    assert by_writer == by_mapper
    assert len(by_writer) == many


class TestOneFlush:
    async def test_is_one_statement_whose_rows_refer_to_each_other(
        self, session: AsyncSession, said: list[str]
    ) -> None:
        made = case()
        session.add_all([clock(made.id), made, account(), unit()])
        await session.flush()

        assert len(said) == 1
        assert [row["number"] for row in await stored(session, Case)] == ["T1"]
        assert made not in session.new
        assert not session.dirty

    async def test_writes_what_changed_and_no_more(self, session: AsyncSession, said: list[str]) -> None:
        made = case(result="旧", due_at=MORNING)
        session.add_all([made, account(), unit()])
        await session.flush()
        said.clear()

        made.result, made.due_at, made.title = "新", None, "标题"
        await session.flush()

        assert ["UPDATE" in one for one in said] == [True]
        assert "title" not in said[0]
        (row,) = await stored(session, Case)
        assert (row["result"], row["due_at"], row["title"]) == ("新", None, "标题")
        said.clear()
        await session.flush()
        assert said == []

    async def test_changes_many_rows_each_its_own_way(self, session: AsyncSession, said: list[str]) -> None:
        made = [case(f"T{number}") for number in range(writing.MANY + 2)]
        session.add_all([account(), unit(), *made])
        await session.flush()
        said.clear()

        for number, one in enumerate(made):
            one.version, one.previous_status = number + 7, Status.CLOSED
        made[0].title = "另一个"
        await session.flush()

        assert len(said) == 1
        rows = {row["number"]: row for row in await stored(session, Case)}
        assert [rows[one.number]["version"] for one in made] == [number + 7 for number in range(len(made))]
        assert [rows[one.number]["title"] for one in made] == ["另一个"] + ["标题"] * (len(made) - 1)
        assert {row["previous_status"] for row in rows.values()} == {Status.CLOSED}

    async def test_leaves_deletions_and_expressions_to_the_mapper(self, session: AsyncSession) -> None:
        first, second = case("T1"), case("T2")
        session.add_all([account(), unit(), first, second])
        await session.flush()

        await session.delete(second)
        first.version = col(Case.version) + 5  # type: ignore[assignment]
        first.title = "改"
        await session.flush()

        (row,) = await stored(session, Case)
        assert (row["number"], row["version"], row["title"]) == ("T1", 6, "改")
        await session.refresh(first)
        assert first.version == 6

    async def test_keeps_the_tokens_by_which_a_case_is_found(self, session: AsyncSession) -> None:
        made = case(search=func.array_to_tsvector(literal(["路灯", "灯不"], ARRAY(Text))))
        session.add_all([account(), unit(), made])
        await session.flush()

        found = select(col(Case.number)).where(col(Case.search).op("@@")(func.to_tsquery("simple", "'路灯'")))
        assert (await session.scalars(found)).all() == ["T1"]

    async def test_refuses_what_the_database_refuses(self, session: AsyncSession) -> None:
        session.add_all([account(), unit(), case("T1"), case("T1")])
        with pytest.raises(IntegrityError, match="case_file_number_key"):
            await session.flush()

    async def test_casts_no_text_to_a_length(self, session: AsyncSession, said: list[str]) -> None:
        session.add_all([account(), unit(), case()])
        await session.flush()
        assert "VARCHAR" in said[0]
        assert "VARCHAR(" not in said[0]

    async def test_finds_out_that_a_row_is_gone(self, session: AsyncSession) -> None:
        made = case()
        session.add_all([account(), unit(), made])
        await session.flush()
        await driver.run(session, "DELETE FROM case_file WHERE id = $1", [made.id])
        made.title = "改"
        with pytest.raises(StaleDataError):
            await session.flush()


class TestASavepoint:
    async def test_that_is_rolled_back_takes_what_was_written_along(self, session: AsyncSession) -> None:
        kept = case("T1")
        session.add_all([account(), unit(), kept])
        saved = await session.begin_nested()
        kept.title = "改"
        session.add(case("T2"))
        await session.flush()
        await saved.rollback()

        assert [(row["number"], row["title"]) for row in await stored(session, Case)] == [("T1", "标题")]
        await session.refresh(kept)
        assert kept.title == "标题"


_PARTIES = driver.Reading(Party, lambda query: query.where(driver.among(col(Party.case_id), "cases")))


class TestAReadByTheDriver:
    async def test_sees_what_is_pending_of_its_tables_and_writes_nothing_else(
        self, session: AsyncSession, said: list[str]
    ) -> None:
        made, somebody = case(), person()
        session.add_all([account(), unit(), made])
        assert await _PARTIES.of(session, cases=[made.id]) == []
        assert [one[:6] for one in said] == ["SELECT"]

        session.add_all([Party(case_id=made.id, person_id=somebody.id, kind=PartyKind.AGENT), somebody])
        (found,) = await _PARTIES.of(session, cases=[made.id])
        assert (found.person_id, found.kind) == (somebody.id, PartyKind.AGENT)

    async def test_gives_the_instance_that_is_there_and_its_changes_are_written(self, session: AsyncSession) -> None:
        made, somebody = case(), person()
        party = Party(case_id=made.id, person_id=somebody.id, kind=PartyKind.AGENT)
        session.add_all([account(), unit(), made, somebody, party])
        (found,) = await _PARTIES.of(session, cases=[made.id])
        assert found is party

        await driver.run(session, "UPDATE case_party SET position = 9 WHERE id = $1", [party.id])
        (again,) = await _PARTIES.of(session, cases=[made.id])
        assert (again, again.position) == (party, 9)
        again.no_id_reason = "忘带"
        await session.flush()
        (row,) = await stored(session, Party)
        assert (row["position"], row["no_id_reason"]) == (9, "忘带")


class TestAnnouncements:
    async def test_go_once_each_with_what_is_written(self, session: AsyncSession, said: list[str]) -> None:
        for _ in range(3):
            await notify.announce(session, "case", UNIT)
        session.add(unit())
        await session.flush()
        assert [one.count("pg_notify") for one in said] == [1]
        assert "INSERT INTO unit" in said[0]

    async def test_go_with_the_commit_when_nothing_else_is_written(self, own_engine: AsyncEngine) -> None:
        heard: list[str] = []
        event.listen(own_engine.sync_engine, "before_cursor_execute", lambda *given: heard.append(given[2]))
        async with unit_of_work.unit_of_work() as session:
            await notify.announce(session, "case", UNIT)
            assert not heard
        assert [one for one in heard if "pg_notify" in one] == heard
        assert len(heard) == 1

    async def test_of_an_act_that_failed_are_forgotten(self, own_engine: AsyncEngine) -> None:
        heard: list[str] = []
        event.listen(own_engine.sync_engine, "before_cursor_execute", lambda *given: heard.append(given[2]))
        session = AsyncSession(own_engine)
        await session.execute(select(1))
        await notify.announce(session, "case", UNIT)
        await session.rollback()
        await session.commit()
        await session.close()
        assert not any("pg_notify" in one for one in heard)
