"""The database of the tests: one embedded server a run, started by the product's own launcher.

`make_server` starts it in a temporary folder; a run that is killed takes its server along. The schema
stands once in the database `template`; `Postgres.create_database(name, TEMPLATE)` copies it in some 30 ms.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.pool import NullPool

from app.launch import database
from app.launch.postgres import Postgres
from domain.kernel import unit_of_work
from migrations.models import metadata

TEMPLATE = "template"
ROOM = 2 * 2**30


@contextmanager
def make_server() -> Generator[Postgres]:
    """Start a server in a folder of its own and remove both at the end.

    The folder lies directly under the system's temporary folder: socket paths are short.
    """
    with tempfile.TemporaryDirectory(prefix="fq-", dir=memory_folder(), ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = Postgres(Path(folder) / "pg", durable=False)
        with watchdog(server):
            server.start()
            try:
                yield server
            finally:
                server.stop()


def memory_folder() -> str | None:
    """Choose the machine's memory for what is thrown away anyhow, where there is room for it; else the usual folder."""
    memory = Path("/dev/shm")
    with suppress(OSError):
        if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM:
            return str(memory)
    return None


@contextmanager
def watchdog(server: Postgres) -> Generator[None]:
    """Stop the server when this process ends in any way, kill -9 included: the pipe to the watcher closes."""
    stop = [*server.program("pg_ctl"), "stop", "-s", "-D", str(server.data), "-m", "immediate"]
    watcher = subprocess.Popen(
        f"read _; {shlex.join(stop)} 2>/dev/null",
        shell=True,
        stdin=subprocess.PIPE,
        start_new_session=True,
        **server.identity(),  # type: ignore[arg-type]
    )
    with watcher:
        yield


def make_template(server: Postgres) -> None:
    """Build the schema once: by the migrations, or from the models as long as there are none."""
    server.create_database(TEMPLATE)
    if database.head() is not None:
        database.migrate(server.url(TEMPLATE))
        return
    engine = create_engine(server.url(TEMPLATE), poolclass=NullPool)
    metadata().create_all(engine)


def move_schema(url: str, move: Callable[[Config, str], object], revision: str) -> str:
    """Bring a schema to a revision, up or down (`alembic.command`), and tell which one then stands there."""
    config = database.alembic_config()
    with create_engine(url, poolclass=NullPool).connect() as connection:
        config.attributes["connection"] = connection
        move(config, revision)
    return revision_of(url)


def revision_of(url: str) -> str:
    """Tell which revision stands in a database."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()


@asynccontextmanager
async def rolled_back(engine: AsyncEngine) -> AsyncGenerator[AsyncSession]:
    """Give a session inside an outer transaction that is always rolled back; its commits are savepoints."""
    async with engine.connect() as connection:
        outer = await connection.begin()
        session = AsyncSession(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        try:
            yield session
        finally:
            await session.close()
            await outer.rollback()


@asynccontextmanager
async def committing_into_savepoints(engine: AsyncEngine) -> AsyncGenerator[None]:
    """Let `unit_of_work` commit into savepoints of one connection that is rolled back at the end."""
    async with engine.connect() as connection:
        outer = await connection.begin()
        unit_of_work.use(
            async_sessionmaker(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        )
        try:
            yield
        finally:
            await outer.rollback()
            unit_of_work.use_engine(engine)
