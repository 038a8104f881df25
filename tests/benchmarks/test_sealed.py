"""What search, rotation and the chain are measured with, in small; nothing here asserts a time."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path

import pytest_asyncio

from domain.kernel import crypto
from domain.kernel.crypto import KeyRing
from domain.people import rules
from domain.people.models import IdType
from tests.benchmarks import census, chain, persons, rotation
from tests.benchmarks.figures import Table
from tests.benchmarks.ground import Ground, on_database


@pytest_asyncio.fixture(loop_scope="session")
async def ground(database_url: str, tmp_path: Path, keys: KeyRing) -> AsyncGenerator[Ground]:
    """Give a database of its own on the run's server."""
    async with AsyncExitStack() as stack:
        yield await on_database(stack, database_url, tmp_path)
    crypto.use(keys)


class TestCensus:
    def test_makes_the_same_persons_again_and_no_number_twice(self) -> None:
        made = [census.somebody(number) for number in range(0, 1_000_000, 997)]

        assert made == [census.somebody(number) for number in range(0, 1_000_000, 997)]
        assert len({one.id_number for one in made}) == len({one.phone for one in made}) == len(made)
        for one in made:
            assert not rules.name_fault(one.name)
            assert not rules.id_number_fault(IdType.RESIDENT, one.id_number, date(2026, 11, 23))


class TestMeasures:
    async def test_search_finds_every_person_it_asks_for(self, ground: Ground) -> None:
        table = await persons.on_ground(ground, 400, 10)

        assert len(table.rows) == 13
        assert "whole name" in table.text()

    async def test_rotation_leaves_nothing_on_the_old_key(self, ground: Ground) -> None:
        table = Table("rotation")

        await rotation.on_ground(ground, table, 60, "aes")

        assert "0 left on old keys" in table.text()

    async def test_the_chain_it_writes_holds(self, ground: Ground) -> None:
        table = await chain.on_ground(ground, 300)

        assert "lines/s" in table.text()
