"""Fixtures of all tests; what they are made of stands in `support/`."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from xdist.remote import Producer

from app import causes, documents, limits
from app.launch.postgres import Postgres
from domain.cases import answering
from domain.kernel import crypto, files, parts, unit_of_work
from tests.support.database import TEMPLATE, committing_into_savepoints, make_server, make_template, rolled_back
from tests.support.together import Together

assert documents, "it says how workbooks are read, before a test reads one"


@pytest.fixture(scope="session")
def postgres() -> Generator[Postgres]:
    """Give the run's own embedded server, its template database built."""
    with make_server() as server:
        make_template(server)
        yield server


@pytest.fixture(scope="session", autouse=True)
def keys() -> crypto.KeyRing:
    """Set fresh keys for the run."""
    ring = crypto.KeyRing.fresh()
    crypto.use(ring)
    return ring


@pytest.fixture(autouse=True)
def rates() -> None:
    """Count requests, refusals and causes of each test by themselves: accounts bear the same ids in every test."""
    limits.use(limits.Rates())
    causes.forget()
    if counting := sys.modules.get("state.refusing"):
        counting._counts.clear()


@pytest.fixture
def no_channel() -> Generator[None]:
    """Let the county have no short messages, as every county of this release but the demo."""
    answering.use(answering.Answering(online=False))
    yield
    answering.use(answering.Answering())


@pytest.fixture(scope="session", autouse=True)
def file_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Set the file folder of the run."""
    folder = tmp_path_factory.mktemp("files")
    files.use(folder)
    parts.use(tmp_path_factory.mktemp("exports"))
    return folder


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def engine(postgres: Postgres) -> AsyncGenerator[AsyncEngine]:
    """Give the engine of the database all rolled-back tests share."""
    postgres.create_database("shared", TEMPLATE)
    opened = unit_of_work.engine_for(postgres.url("shared"))
    yield opened
    await opened.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def session(engine: AsyncEngine) -> AsyncGenerator[AsyncSession]:
    """Give a session whose whole test is rolled back; commits inside it are savepoints."""
    async with rolled_back(engine) as opened:
        yield opened


@pytest.fixture
def database_url(postgres: Postgres) -> Generator[str]:
    """Give the URL of a database of the test's own, with the schema, dropped afterwards.

    For tests that need real commits: two sessions at once, LISTEN/NOTIFY, a running server.
    """
    name = f"own_{uuid4().hex[:12]}"
    postgres.create_database(name, TEMPLATE)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest_asyncio.fixture(loop_scope="session")
async def own_engine(database_url: str) -> AsyncGenerator[AsyncEngine]:
    """Give an engine on a database of the test's own and set it as the one `unit_of_work` uses."""
    opened = unit_of_work.engine_for(database_url)
    unit_of_work.use_engine(opened)
    yield opened
    await opened.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def ground(engine: AsyncEngine) -> AsyncGenerator[AsyncEngine]:
    """Let `unit_of_work` commit into savepoints of one connection that is rolled back after the test.

    For tests of handlers that open one act after another. What needs two connections at once, LISTEN/NOTIFY, a
    deferred constraint or a second process takes `own_engine`, a database of its own.
    """
    async with committing_into_savepoints(engine):
        yield engine


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    """Share the files out among the workers, those of one served product or one world together."""
    return Together(config, log)
