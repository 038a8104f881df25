"""Persons are found by what is stored only sealed: name, part of a name, numbers, the last four of numbers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.jobs import indexes
from domain.kernel import crypto, marks
from domain.kernel.refusals import Invalid
from domain.kernel.unit_of_work import unit_of_work
from domain.people import operations, queries, rules
from domain.people.models import IdType, Person
from domain.people.schemas import PersonInput, PersonSought

AT = datetime(2026, 11, 23, 4, tzinfo=UTC)
NAMES = ("林水木", "林水", "木水林", "水木林", "欧阳水木")


def number_of(seed: int) -> str:
    """Make an identity number that nobody has."""
    body = f"359901{19600101 + seed % 28}{seed % 1000:03d}"
    return body + rules.check_digit(body)


async def declare(session: AsyncSession, name: str, seed: int) -> Person:
    given = PersonInput(name=name, id_number=number_of(seed), phone=f"139{seed:08d}", id_type=IdType.RESIDENT)
    return await operations.declare(session, given, at=AT)


async def found(session: AsyncSession, **wanted: str) -> int:
    condition = await queries.sought(session, PersonSought(**wanted))
    assert condition is not None
    return await session.scalar(select(func.count()).select_from(Person).where(condition)) or 0


class TestSearching:
    @pytest.mark.parametrize(
        ("wanted", "many"),
        [
            ({"name": "水木"}, 3),
            ({"name": " 林水木 "}, 1),
            ({"name": "林"}, 4),
            ({"name": "木林水"}, 0),
            ({"phone": "+86 13900010002"}, 1),
            ({"phone_tail": "0002"}, 1),
            ({"phone_tail": "9999"}, 0),
            ({"id_number": number_of(10002).lower()}, 1),
            ({"id_tail": number_of(10003)[-4:].lower()}, 1),
            ({"name": "水木", "phone_tail": "0000"}, 1),
            ({"name": "水木", "phone_tail": "0001"}, 0),
            ({"phone_tail": "0001", "id_tail": number_of(10002)[-4:]}, 0),
        ],
    )
    async def test_finds_who_fits_all_that_is_asked(
        self, session: AsyncSession, wanted: dict[str, str], many: int
    ) -> None:
        for seed, name in enumerate(NAMES, 10_000):
            await declare(session, name, seed)

        assert await found(session, **wanted) == many

    async def test_finds_an_exact_name_by_its_index(self, session: AsyncSession) -> None:
        for seed, name in enumerate(NAMES):
            await declare(session, name, seed)

        assert await session.scalar(select(func.count()).where(queries.by_name("林水"))) == 1

    async def test_for_nothing_gives_no_condition(self, session: AsyncSession) -> None:
        assert await queries.sought(session, PersonSought(name=" ", phone="")) is None

    async def test_that_fits_too_many_says_so_and_is_saved_by_another_condition(
        self, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(queries, "SCAN", 3)
        for seed in range(4):
            await declare(session, "林水木", seed)

        with pytest.raises(Invalid, match="超过 3 人"):
            await found(session, name="水木")
        assert await found(session, name="水木", phone_tail="0003") == 1
        assert await found(session, name="水木", phone="13900000001") == 1

    @pytest.mark.parametrize("typed", ["123", "12345", "12X4", "一二三四", "%___"])
    async def test_by_a_tail_that_is_none_is_refused(self, session: AsyncSession, typed: str) -> None:
        with pytest.raises(Invalid, match="末四位"):
            await found(session, phone_tail=typed)

    @pytest.mark.parametrize(
        ("number", "end"), [("0595-22000000", "0000"), ("22000000-12", "0012"), ("H1234567(8)", "5678"), ("12X", "12X")]
    )
    def test_by_a_tail_looks_at_letters_and_digits_alone(self, number: str, end: str) -> None:
        assert rules.tail(number) == end


@pytest.mark.usefixtures("own_engine")
class TestPersonsOfAnEarlierRelease:
    async def test_are_not_searched_by_tail_before_all_of_them_are_indexed(self, own_engine: AsyncEngine) -> None:
        await _earlier(own_engine, 23)
        async with unit_of_work() as session:
            with pytest.raises(Invalid, match="正在生成"):
                await found(session, phone_tail="0007")
            last = await operations.fill_indexes(session, most=10)
        async with unit_of_work() as session:
            assert await session.scalar(select(func.count()).where(queries.OLD_INDEX)) == 13
            assert await operations.fill_indexes(session, after=last, most=10) is not None
            assert await marks.holds(session, queries.TAILS_PENDING)

        await indexes.fill(asyncio.Event(), batch=5)

        async with unit_of_work() as session:
            assert not await marks.holds(session, queries.TAILS_PENDING)
            assert await found(session, phone_tail="0007") == 1
            assert await found(session, id_tail=number_of(7)[-4:]) == 1

    async def test_are_indexed_by_several_processes_at_once(self, own_engine: AsyncEngine) -> None:
        await _earlier(own_engine, 40)

        stop = asyncio.Event()
        await asyncio.gather(indexes.run_fill(stop), indexes.run_fill(stop))

        async with unit_of_work() as session:
            assert await session.scalar(select(func.count()).where(queries.OLD_INDEX)) == 0

    async def test_wait_when_the_server_stops(self, own_engine: AsyncEngine) -> None:
        await _earlier(own_engine, 5)
        stop = asyncio.Event()
        stop.set()

        await indexes.run_fill(stop)

        async with unit_of_work() as session:
            assert await marks.holds(session, queries.TAILS_PENDING)


async def _earlier(engine: AsyncEngine, many: int) -> None:
    """Declare persons and leave them as the migration finds them."""
    async with unit_of_work() as session:
        for seed in range(many):
            await declare(session, "林水木", seed)
    async with engine.begin() as connection:
        await connection.execute(update(Person).values(phone_tail_blind=None, id_tail_blind=None, index_form=0))
        await connection.run_sync(marks.note, {queries.TAILS_PENDING: "pending"})


@pytest.mark.usefixtures("own_engine")
class TestNamesAndPhonesOfAnEarlierRelease:
    """Their indexes were made of what was typed: blanks, traditional characters, phones without a hyphen."""

    OLD = ("張 國龍", "059522001234")

    async def _declared(self, engine: AsyncEngine) -> None:
        name, phone = self.OLD
        async with unit_of_work() as session:
            person = await declare(session, "占位", 1)
            row = {
                "name_sealed": crypto.seal("person", "name", person.id, name), "name_blind": crypto.blind("name", name),
                "name_fragments": crypto.fragments(name), "phone_blind": crypto.blind("phone", phone), "index_form": 0,
                "phone_sealed": crypto.seal("person", "phone", person.id, phone),
            }  # fmt: skip
        async with engine.begin() as connection:
            await connection.execute(update(Person).values(**row))
            await connection.run_sync(marks.note, {queries.INDEX_PENDING: "pending"})

    async def test_are_found_as_before_until_they_are_indexed_anew(self, own_engine: AsyncEngine) -> None:
        await self._declared(own_engine)

        async with unit_of_work() as session:
            for typed in ("0595-22001234", "(0595)22001234", "０５９５ 22001234", "059522001234"):
                assert await found(session, phone=typed) == 1
            assert await found(session, name="國龍") == 1
            assert await session.scalar(select(func.count()).where(queries.by_name("張 國龍"))) == 1

    async def test_are_found_in_every_form_afterwards(self, own_engine: AsyncEngine) -> None:
        await self._declared(own_engine)

        await indexes.fill(asyncio.Event())

        async with unit_of_work() as session:
            for typed in ("张国龙", "張國龍", "张 国龙", "国龙", "國 龍", "张"):
                assert await found(session, name=typed) == 1
            assert await found(session, phone="(0595)22001234") == 1
            assert await session.scalar(select(func.count()).where(queries.by_name("张国龙"))) == 1
            assert not await marks.holds(session, queries.INDEX_PENDING)


class TestNames:
    @pytest.mark.parametrize(
        ("declared", "typed"),
        [
            ("阿依古丽·买买提", "阿依古丽•买买提"), ("阿依古丽·买买提", "古丽买买"), ("王大明", "王 大明"),
            ("陳大文", "陈大文"), ("陈大文", "陳大"), ("John Smith", "smith"), ("John Smith", "ＪＯＨＮ"),
        ],
    )  # fmt: skip
    async def test_are_found_however_they_are_written(self, session: AsyncSession, declared: str, typed: str) -> None:
        await declare(session, declared, 1)
        await declare(session, "林水木", 2)

        assert await found(session, name=typed) == 1
