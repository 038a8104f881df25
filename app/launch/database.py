"""Any database, embedded or named by DATABASE_URL: whose it is, and its schema."""

from __future__ import annotations

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg import sql
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from app.launch.errors import CannotStart

ROOT = Path(__file__).resolve().parents[2]
MARKER = "fengqiao_marker"
OLDEST_SERVER = 150000  # PostgreSQL 15, as the server counts
GROWING = ("journal_entry", "journal_seal", "journal_anchor", "breach", "breach_void", "tombstone")
"""Tables that nobody who serves may change or empty (等保 8.1.4.3 c)."""
_GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
    "REVOKE ALL ON alembic_version FROM {0}; GRANT SELECT ON alembic_version TO {0}",
)
MIGRATION_LOCK = 0x66656E67

_OTHERS = text(
    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
)


def read_url(given: str, name: str = "DATABASE_URL") -> URL:
    """Read a DATABASE_URL in any of its usual spellings as one for psycopg 3.

    :param name: of the setting it comes from
    :raises CannotStart: it is no PostgreSQL URL, or names no database
    """
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise CannotStart(f"{name} 无法识别，应如 postgresql://fengqiao@127.0.0.1:5432/fengqiao。") from None
    if url.drivername.partition("+")[0] not in {"postgresql", "postgres"}:
        raise CannotStart(f"{name} 应为 PostgreSQL 数据库的地址，以 postgresql:// 开头。")
    if not url.database:
        raise CannotStart(f"{name} 中缺少数据库名。")
    return url.set(drivername="postgresql+psycopg")


def plain(given: str) -> str:
    """Give a DATABASE_URL as libpq reads it, with its password."""
    return read_url(given).set(drivername="postgresql").render_as_string(hide_password=False)


def check(given: str) -> None:
    """Make sure the database can be reached, is recent enough, and is ours or empty. Writes nothing.

    :raises CannotStart: with the reason, without the password
    """
    url = read_url(given)
    shown = url.render_as_string(hide_password=True)
    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 8})
    try:
        with engine.connect() as connection:
            _check_server(connection, shown)
            _check_owner(connection, shown)
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[-1] if str(error.orig).strip() else "没有说明"
        raise CannotStart(f"无法连接数据库 {shown}，请检查 DATABASE_URL：{reason}") from None


def _check_server(connection: Connection, shown: str) -> None:
    version = int(connection.scalar(text("SHOW server_version_num")) or 0)
    if version < OLDEST_SERVER:
        raise CannotStart(f"数据库 {shown} 的版本过低：需要 PostgreSQL 15 以上，现在是 {version // 10000}。")
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise CannotStart(f"数据库 {shown} 的字符编码是 {encoding}，需要 UTF8。")


def _check_owner(connection: Connection, shown: str) -> None:
    # A database with tables but without our marker belongs to somebody else.
    if connection.scalar(text("SELECT to_regclass(:name)"), {"name": MARKER}) is not None:
        return
    others = connection.scalar(_OTHERS)
    if others:
        raise CannotStart(
            f"数据库 {shown} 里已有 {others} 张不属于本系统的表，未做任何改动；请在 DATABASE_URL 中指定一个空数据库。"
        )


def alembic_config() -> Config:
    """Give alembic's configuration of this source tree."""
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


def migrate(given: str) -> None:
    """Bring the schema up to date and mark the database as ours; one process at a time.

    :raises CannotStart: a step failed, or the schema is newer than this program
    """
    engine = create_engine(read_url(given), poolclass=NullPool)
    config = alembic_config()
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
            connection.commit()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _mark(connection)
    except CommandError as error:
        raise CannotStart(
            f"数据库版本与程序不一致，可能由更新的程序建立（{error}）；请换回更新的程序，"
            "或者用升级前的备份恢复（restore 备份文件 --replace）。"
        ) from None
    except (DBAPIError, psycopg.Error) as error:
        raise CannotStart(f"数据库升级失败，已回退：{str(error).splitlines()[0]}") from error


def grant(owner: str, serving: str, *, make: bool) -> None:
    """Give the role that serves what it needs: every table, but of what only grows no more than reading and adding.

    With `make` a role that is missing is made, which is for the embedded server. Where both URLs name one role
    nothing is done.

    :raises CannotStart: the owner may not grant, or the role does not exist
    """
    role = read_url(serving).username or ""
    if role == read_url(owner).username:
        return
    name = sql.Identifier(role)
    try:
        with psycopg.connect(plain(owner)) as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
            if not known and make:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE").format(name))
            for words in _GRANTS:
                connection.execute(sql.SQL(words).format(name))
            for table in GROWING:
                words = "REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON {} FROM {}"
                connection.execute(sql.SQL(words).format(sql.Identifier(table), name))
    except psycopg.Error as error:
        raise CannotStart(f"数据库角色 {role} 授权失败：{str(error).splitlines()[0]}") from None


def _mark(connection: Connection) -> None:
    if connection.scalar(text("SELECT to_regclass(:name)"), {"name": MARKER}) is None:
        return
    words = "INSERT INTO fengqiao_marker (name, value) VALUES ('product', 'fengqiao') ON CONFLICT (name) DO NOTHING"
    connection.execute(text(words))
    connection.commit()


def head() -> str | None:
    """Give the newest revision this program knows, None without any."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def knows(revision: str | None) -> bool:
    """Tell whether this program has a revision in its history."""
    if revision is None:
        return True
    return any(step.revision == revision for step in ScriptDirectory.from_config(alembic_config()).walk_revisions())
