"""A database of its own with the schema and keys of its own, and nothing served: what storing and reading is measured on."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from app.launch import database
from app.launch.postgres import DATABASE, Postgres
from domain.kernel import crypto, unit_of_work
from domain.kernel.crypto import KeyRing


@dataclass
class Ground:
    """What the measures share.

    :ivar conninfo: where another process connects to
    :ivar keys: the key file of this database
    """

    engine: AsyncEngine
    connection: psycopg.AsyncConnection
    conninfo: str
    keys: Path

    async def vacuum(self, table: str) -> None:
        """Have the planner know a table as autovacuum would after a while."""
        name = psycopg.sql.Identifier(table)
        await self.connection.execute(psycopg.sql.SQL("VACUUM (ANALYZE) {}").format(name))
        await self.connection.execute("CHECKPOINT")


@asynccontextmanager
async def open_ground(provider: str = "sm") -> AsyncGenerator[Ground]:
    """Start an empty database, durable as in use; whatever was started is stopped and removed."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fq-bench-", ignore_cleanup_errors=True)))
        folder.chmod(0o755)  # where PostgreSQL runs as another user, it must reach its own folder in here
        server = Postgres(folder / "postgres")
        stack.callback(server.stop)
        server.start()
        database.migrate(server.url(DATABASE))
        yield await on_database(stack, server.url(DATABASE), folder, provider)


async def on_database(stack: AsyncExitStack, url: str, folder: Path, provider: str = "sm") -> Ground:
    """Make a ground of a database that is there and has the schema."""
    conninfo, keys = url.replace("+psycopg", ""), folder / "keys.json"
    crypto.use(KeyRing.load_or_create(keys, provider), keys)
    engine = unit_of_work.engine_for(url)
    stack.push_async_callback(engine.dispose)
    unit_of_work.use_engine(engine)
    connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True, prepare_threshold=1)
    stack.push_async_callback(connection.close)
    return Ground(engine, connection, conninfo, keys)
