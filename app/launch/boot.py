"""Everything between a command and a running database, in order."""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from app import causes, logs
from app.jobs.providers import provider
from app.launch import checks, database, lock
from app.launch.errors import CannotStart, Stopped
from app.launch.keys import check_keys_belong, models, provider_in_force
from app.settings import Settings
from domain.cases import answering
from domain.kernel import anchors, crypto, files, parts, unit_of_work
from domain.notices import sending


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


def check(settings: Settings) -> None:
    """Make sure of what no setting shows by its own words, before anything is written or started.

    :raises CannotStart: an address of a database cannot be read, there is no such provider of short messages, or no
        such cryptographic module
    """
    for name in ("database_url", "database_owner_url"):
        if given := getattr(settings, name):
            database.read_url(given, name.upper())
    provider(settings)
    provider_in_force(settings)


@contextmanager
def running_database(settings: Settings, *, as_it_is: bool = False) -> Generator[str]:
    """Hold the data folder and give the URL of a running, checked and migrated database.

    What was started is stopped at the end, after whatever went wrong inside.

    :param as_it_is: its schema is left alone, even one that this program does not know: what it holds is replaced
    :raises CannotStart: folder taken or read-only, database wrong or out of reach
    """
    with held_folder(settings), database_in(settings, as_it_is=as_it_is) as url:
        yield url


@contextmanager
def held_folder(settings: Settings) -> Generator[int]:
    """Hold the data folder, and give the descriptor of its lock.

    :raises CannotStart: folder taken or read-only, another database that is wrong or out of reach
    """
    check(settings)
    if settings.database_url:
        database.check(settings.resolved_database_url())  # before a folder is made for it
    checks.data_folder(settings.data)
    with lock.hold(settings.data) as descriptor:
        yield descriptor


@contextmanager
def database_in(settings: Settings, *, as_it_is: bool = False) -> Generator[str]:
    """Give the URL of the database of a folder that is held, as `running_database` does."""
    server, url = settings.postgres(), settings.resolved_database_url()
    try:
        if server:
            server.start()
            database.check(url)
        if not as_it_is:
            bring_up(settings, url)
        yield url
    finally:
        if server:
            server.stop()


def bring_up(settings: Settings, url: str) -> None:
    """Bring the schema up to date, and give the role that serves its rights on it.

    :raises CannotStart: a step failed, the schema is newer than this program, or the owner may not grant
    """
    database.migrate(url)
    database.grant(url, settings.serving_database_url(), make=settings.postgres() is not None)


@contextmanager
def any_database(settings: Settings) -> Generator[str]:
    """Give the URL of the database for a command that may run beside the server or without it.

    :raises CannotStart: as `running_database`
    """
    check(settings)
    server = settings.postgres()
    beside = server.is_answering() if server else lock.is_held(settings.data)
    if not beside:
        with running_database(settings) as url:
            yield url
        return
    url = settings.resolved_database_url()
    database.check(url)
    yield url


def prepare(settings: Settings, url: str) -> AsyncEngine:
    """Set what the domain needs once per process: the tables of all rooms, keys, file folder, database.

    Every command, job and worker comes through here. A row may refer to tables of rooms that the process at hand has
    no other use for, and cannot be written as long as these are unknown.

    :raises CannotStart: keys missing, damaged or of another database
    """
    models()
    crypto.use(check_keys_belong(settings, url), None if settings.secret_key else settings.keys)
    files.use(settings.files)
    parts.use(settings.data / "exports")
    anchors.use(settings.data)
    by_centre, channel = settings.answer_release == "centre", bool(settings.sms)
    answering.use(answering.Answering(by_centre, settings.objection_workdays, online=channel))
    sending.use(sending.Sending(channel, sending.parsed(settings.sms_quiet_hours)))
    engine = unit_of_work.engine_for(url)
    unit_of_work.use_engine(engine)
    return engine


def prepare_process(settings: Settings) -> AsyncEngine:
    """Prepare a process that serves or works, beside others: its log, and all that `prepare` sets.

    :raises CannotStart: as `prepare`, or the database is away at this moment
    """
    logs.configure(settings.logs)
    try:
        return prepare(settings, settings.serving_database_url())
    except OperationalError:
        causes.log("process.not_prepared")
        raise CannotStart("数据库连接不上。") from None
