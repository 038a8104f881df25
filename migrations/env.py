"""Alembic's entry: one connection, all models of the domain, short waits for locks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from domain.kernel.columns import Word
from migrations.models import metadata

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from sqlalchemy import Connection

LOCK_TIMEOUT = "5s"  # a migration that would wait behind a long query gives up instead of queueing everybody


def render(kind: str, thing: Any, _autogen: AutogenContext) -> str | Literal[False]:
    """Write our own column types as what they are in the database, so that a migration imports no model."""
    if kind == "type" and isinstance(thing, Word):
        return f"sa.String(length={thing.impl.length})"
    if kind == "type" and type(thing).__module__.startswith("sqlmodel"):
        return "sa.String()"
    return False


def run(connection: Connection) -> None:
    """Run the migrations in one transaction on an open connection."""
    connection.execute(text("SELECT set_config('lock_timeout', :limit, false)"), {"limit": LOCK_TIMEOUT})
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata(),
        compare_type=True,
        compare_server_default=True,
        render_item=render,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with create_engine(os.environ["DATABASE_URL"], poolclass=NullPool).connect() as opened:
        run(opened)
