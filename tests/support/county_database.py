"""A database of the test's own with the county already in it, for tests that need real commits.

The county is built once and the database copied for each test: its accounts' passwords alone
take more than a second to hash. A `conftest.py` takes the fixtures by importing them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import uuid4

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from app.launch.postgres import Postgres
from domain.kernel import crypto, unit_of_work
from tests.support import county as support
from tests.support.county import County
from tests.support.database import TEMPLATE, committing_into_savepoints

CENTRE_PHONE = "0599-1234567"


@dataclass(frozen=True, slots=True)
class CountyTemplate:
    """A database to copy, and the county that is in it."""

    name: str
    county: County


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def county_template(postgres: Postgres, keys: crypto.KeyRing) -> CountyTemplate:
    """Build the county once."""
    name = f"county_{uuid4().hex[:8]}"
    postgres.create_database(name, TEMPLATE)
    engine = unit_of_work.engine_for(postgres.url(name))
    unit_of_work.use_engine(engine)
    async with unit_of_work.unit_of_work() as session:
        built = await support.build(session)
        built.units["centre"].phone = CENTRE_PHONE
    await engine.dispose()
    return CountyTemplate(name, built)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def county_engine(postgres: Postgres, county_template: CountyTemplate) -> AsyncGenerator[AsyncEngine]:
    """Give the engine of the county that all tests share which leave nothing behind."""
    postgres.create_database("county_shared", county_template.name)
    engine = unit_of_work.engine_for(postgres.url("county_shared"))
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def county(county_engine: AsyncEngine, county_template: CountyTemplate) -> AsyncGenerator[County]:
    """Give the county; what the test commits are savepoints of one connection that is rolled back."""
    async with committing_into_savepoints(county_engine):
        yield county_template.county


@pytest_asyncio.fixture(loop_scope="session")
async def own_county(postgres: Postgres, county_template: CountyTemplate) -> AsyncGenerator[County]:
    """Give the county in a database of the test's own: for two connections at once, LISTEN/NOTIFY, other processes."""
    name = f"own_{uuid4().hex[:12]}"
    postgres.create_database(name, county_template.name)
    engine = unit_of_work.engine_for(postgres.url(name))
    unit_of_work.use_engine(engine)
    yield county_template.county
    await engine.dispose()
    postgres.drop_database(name)
