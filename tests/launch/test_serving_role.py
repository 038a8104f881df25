"""The role that serves can work, and cannot touch what only grows, whatever statement it is talked into."""

from __future__ import annotations

from collections.abc import Generator

import psycopg
import pytest
from sqlalchemy.engine import make_url

from app.launch import database
from app.launch.postgres import SERVING_ROLE, Postgres
from app.settings import Settings

_REFUSED = (
    "UPDATE {} SET seal = ''",
    "DELETE FROM {}",
    "TRUNCATE {}",
    "ALTER TABLE {} DISABLE TRIGGER ALL",
    "DROP TABLE {}",
    "ALTER TABLE {} OWNER TO CURRENT_USER",
    "CREATE TRIGGER quiet BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
)


@pytest.fixture
def serving(postgres: Postgres, database_url: str) -> Generator[psycopg.Connection]:
    """Give a connection of the serving role to a database of the test's own."""
    name = make_url(database_url).database
    assert name
    database.grant(database_url, postgres.serving_url(name), make=True)
    plain = make_url(postgres.serving_url(name)).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("table", ["journal_entry", "journal_seal", "journal_anchor"])
@pytest.mark.parametrize("statement", _REFUSED)
def test_the_journal_only_grows(serving: psycopg.Connection, table: str, statement: str) -> None:
    words = psycopg.sql.SQL(statement).format(psycopg.sql.Identifier(table))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        serving.execute(words)


def test_it_is_no_superuser_and_cannot_become_one(serving: psycopg.Connection) -> None:
    assert serving.execute("SELECT current_user, usesuper FROM pg_user WHERE usename = current_user").fetchone() == (
        SERVING_ROLE,
        False,
    )
    for words in ("SET ROLE fengqiao", "SET SESSION AUTHORIZATION fengqiao", "SET session_replication_role = replica"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            serving.execute(words)


def test_it_reads_and_writes_everything_else(serving: psycopg.Connection) -> None:
    rows = serving.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    for (table,) in rows:
        serving.execute(psycopg.sql.SQL("SELECT count(*) FROM {}").format(psycopg.sql.Identifier(table)))
    serving.execute("INSERT INTO number_series (series, last) VALUES ('x', 1)")
    serving.execute("UPDATE number_series SET last = 2")
    serving.execute("DELETE FROM number_series")
    serving.execute("NOTIFY something")


def test_granting_again_changes_nothing(postgres: Postgres, database_url: str, serving: psycopg.Connection) -> None:
    database.grant(database_url, postgres.serving_url(make_url(database_url).database or ""), make=True)

    assert serving.execute("SELECT 1").fetchone() == (1,)


def test_the_embedded_server_serves_under_it() -> None:
    chosen = Settings(_env_file=None)  # type: ignore[call-arg]

    assert make_url(chosen.serving_database_url()).username == SERVING_ROLE
    assert make_url(chosen.resolved_database_url()).username != SERVING_ROLE


def test_one_role_may_do_both_outside(database_url: str) -> None:
    chosen = Settings(_env_file=None, database_url=database_url)  # type: ignore[call-arg]

    assert chosen.serving_database_url() == chosen.resolved_database_url()
    database.grant(chosen.resolved_database_url(), chosen.serving_database_url(), make=False)
