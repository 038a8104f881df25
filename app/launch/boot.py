"""Everything between a command and a running database, in order."""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from app.launch import checks, database, lock
from app.launch.errors import CannotStart
from app.settings import Settings
from domain.kernel import crypto, files, unit_of_work


class Stopped(BaseException):
    """Somebody asked the process to end; not an error, so nothing catches it but the way out."""


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise Stopped


def stop_on_signals() -> None:
    """Turn SIGTERM and SIGHUP into an orderly way out, as Ctrl-C already is.

    The web server puts its own handler in SIGTERM's place while it runs; a closed terminal (SIGHUP) goes the
    same road. Where SIGHUP was told to be ignored (nohup) it stays ignored.
    """
    signal.signal(signal.SIGTERM, _stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda _number, _frame: signal.raise_signal(signal.SIGTERM))


@contextmanager
def running_database(settings: Settings) -> Generator[str]:
    """Hold the data folder and give the URL of a running, checked and migrated database.

    What was started is stopped at the end, after whatever went wrong inside.

    :raises CannotStart: folder taken or read-only, database wrong or out of reach
    """
    checks.data_folder(settings.data)
    with lock.hold(settings.data):
        server = settings.postgres()
        try:
            if server:
                server.start()
            url = settings.resolved_database_url()
            database.check(url)
            database.migrate(url)
            yield url
        finally:
            if server:
                server.stop()


@contextmanager
def any_database(settings: Settings) -> Generator[str]:
    """Give the URL of the database for a command that may run beside the server or without it.

    :raises CannotStart: as `running_database`
    """
    server = settings.postgres()
    if server is None or not server.is_answering():
        with running_database(settings) as url:
            yield url
        return
    database.check(server.url())
    yield server.url()


def key_ring(settings: Settings) -> crypto.KeyRing:
    """Read the keys, or make them at the first start.

    :raises CannotStart: the secret is too short, or the key file cannot be read
    """
    try:
        if settings.secret_key:
            return crypto.KeyRing.from_secret(settings.secret_key)
        return crypto.KeyRing.load_or_create(settings.keys)
    except ValueError as error:
        if settings.secret_key:
            raise CannotStart(f"{error}。") from None
        raise CannotStart(f"密钥文件 {settings.keys} 已损坏；请从备份恢复，否则已加密的资料无法打开。") from None
    except KeyError:
        raise CannotStart(f"密钥文件 {settings.keys} 不完整；请从备份恢复，否则已加密的资料无法打开。") from None
    except OSError as error:
        raise CannotStart(f"密钥文件 {settings.keys} 无法读写（{error.strerror}）。") from None


def check_keys_belong(settings: Settings, url: str) -> None:
    """Refuse to make fresh keys beside a database that already holds fields sealed under lost ones.

    :raises CannotStart: there are accounts, and no key file and no secret
    """
    if settings.secret_key or settings.keys.exists():
        return
    plain = database.read_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        known = connection.execute("SELECT to_regclass('account') IS NOT NULL").fetchone()
        if known and known[0] and connection.execute("SELECT 1 FROM account LIMIT 1").fetchone():
            raise CannotStart(
                f"数据库中已有加密资料，但找不到密钥文件 {settings.keys}；请从备份恢复密钥文件，或设置 KEY_FILE / SECRET_KEY。"
            )


def prepare(settings: Settings, url: str) -> AsyncEngine:
    """Set what the domain needs once per process: keys, file folder, database.

    :raises CannotStart: keys missing or damaged
    """
    check_keys_belong(settings, url)
    crypto.use(key_ring(settings))
    files.use(settings.files)
    engine = unit_of_work.engine_for(url)
    unit_of_work.use_engine(engine)
    return engine
