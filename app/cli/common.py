"""What commands share: settings, a database, one unit of work, the clock."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app import logs, settings
from app.cli.failing import LOG
from app.jobs import failures
from app.launch import boot
from app.launch.errors import CannotStart, Unfinished
from app.settings import Settings
from domain.kernel import bounds
from domain.kernel.actor import Actor, system_actor
from domain.kernel.permissions import Role
from domain.kernel.refusals import Invalid
from domain.kernel.unit_of_work import unit_of_work
from domain.kernel.words import line_fault

if TYPE_CHECKING:
    from collections.abc import Generator

T = TypeVar("T")
Act = Callable[[AsyncSession, datetime], Awaitable[T]]


def begin() -> Settings:
    """Read the settings, send the log to its file, and let signals end the command in order."""
    chosen = settings.load()
    logs.configure(chosen.logs, console=False)
    boot.stop_on_signals()
    return chosen


@contextmanager
def database(*, first: bool = False) -> Generator[tuple[Settings, str]]:
    """Give the settings and the URL of a database that runs, whether the server is up or not.

    :param first: this may be the first that is done in the data folder
    :raises CannotStart: there is no database yet; the data folder was probably mistyped
    """
    chosen = begin()
    server = chosen.postgres()
    if server and not first and not server.exists():
        raise CannotStart(
            f"数据目录 {chosen.data} 中还没有数据库，没有做任何改动；请检查 DATA_DIR，新装的系统请先运行 fengqiao migrate。"
        )
    with boot.any_database(chosen) as url:
        yield chosen, url


def act(work: Act[T], *, first: bool = False) -> T:
    """Run one act of the domain in one transaction, with the present moment.

    :param first: as for `database`
    """
    with database(first=first) as (chosen, url):
        return asyncio.run(in_one_transaction(chosen, url, work))


def job(work: Callable[[Settings], Awaitable[T]], tell: Callable[[T], None]) -> None:
    """Run a job, which opens its own units of work, and tell what it did.

    :raises Unfinished: some of its work failed; the rest is done and told
    """
    with database() as (chosen, url), failures.gathered() as failed:
        tell(asyncio.run(prepared(chosen, url, lambda: work(chosen))))
    if failed:
        counts = "，".join(f"{label} {count} 项" for label, count in failed.items())
        raise Unfinished(f"有工作没有完成：{counts}；原因见 {chosen.logs / LOG}，下一次运行会再试。")


async def prepared(chosen: Settings, url: str, work: Callable[[], Awaitable[T]]) -> T:
    """Do something that opens its own units of work on a database, and close the connections it opened."""
    engine = boot.prepare(chosen, url)
    try:
        return await work()
    finally:
        await engine.dispose()


async def in_one_transaction(chosen: Settings, url: str, work: Act[T]) -> T:
    """Run an act on a database, and close the connections it opened."""
    from state.clock import now  # noqa: PLC0415 - the floors above stay unloaded until a command needs them

    async def run() -> T:
        async with unit_of_work() as session:
            return await work(session, now())

    return await prepared(chosen, url, run)


async def require_time(chosen: Settings) -> None:
    """Make sure that the machine's clock is believed, before something is written for good by it.

    :raises Unfinished: with the reason; nothing was done
    """
    from app.jobs.witness import ADVICE, Watch  # noqa: PLC0415 - the floors above stay unloaded until they are needed

    if doubt := await Watch(chosen).look():
        raise Unfinished(f"{doubt}，没有做任何事；{ADVICE}。")


def require_reason(text: str) -> None:
    """Make sure that a reason says something.

    :raises Invalid: it is empty, too long, or unreadable
    """
    if fault := line_fault("说明", text, most=200):
        raise Invalid.of({"reason": fault})


def moment(text: str, option: str) -> datetime:
    """Read a moment that an option gives, in Asia/Shanghai unless it names its zone, as UTC.

    :raises Invalid: it is none, or out of bounds
    """
    return bounds.local_moment(text, label=f"选项 --{option} ", field=option)


def password(given: str) -> str:
    """Give the password of the command line, else ask for it twice; from a pipe, one line is read.

    :raises CannotStart: none was given, or two different ones
    """
    if given:
        return given
    if not sys.stdin.isatty():
        given = sys.stdin.readline().rstrip("\r\n")
    else:
        given = getpass.getpass("密码：")
        if given and getpass.getpass("再输一次：") != given:
            raise CannotStart("两次输入的密码不同，没有做任何改动。")
    if not given:
        raise CannotStart("没有输入密码，没有做任何改动；请在提示处输入，或从管道传入一行。")
    return given


def agreed(question: str) -> None:
    """Ask for a yes.

    :raises Abort: there was none
    """
    typer.echo(f"{question}（输入 y 继续）：", nl=False)
    if sys.stdin.readline().strip().lower() not in {"y", "yes", "是"}:
        raise typer.Abort


def operator(role: Role) -> Actor:
    """Give the actor of a command: whoever may start programs on the server, in one role, named so in the journal."""
    return system_actor(role, origin="命令行")
