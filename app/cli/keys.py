"""Commands about the keys: which there are, a new one for everything, an old one out of use."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from app.cli import common
from app.launch import boot
from app.launch.errors import CannotStart
from app.launch.keys import models, provider_in_force
from app.settings import Settings
from domain.kernel import crypto, sealing
from domain.kernel.actor import console
from domain.kernel.clock import stamp
from domain.kernel.notify import announce
from domain.kernel.sealing import BATCH, Held, Resealing
from domain.kernel.unit_of_work import unit_of_work

keys = typer.Typer(help="密钥管理", no_args_is_help=True, add_completion=False)
_MORE = 20_000
"""Fields between two lines of progress."""


@keys.command()
def status() -> None:
    """列出各版密钥，以及每一列中有多少字段使用哪一版。服务运行时也可以查看。"""
    _run(_status)


@keys.command()
def rotate(
    batch: Annotated[int, typer.Option(min=1, max=10_000, help="每个事务重新加密的行数")] = BATCH,
    reseal: Annotated[bool, typer.Option(help="增加新密钥后立即重新加密全部字段")] = True,
    new: Annotated[bool, typer.Option("--new", help="上次轮换尚未完成时，仍再增加一把新密钥")] = False,
) -> None:
    """增加一把新的主密钥，并把全部字段改用新密钥；服务照常运行，中断后再次运行即可继续。"""

    async def work(chosen: Settings, engine: AsyncEngine) -> None:
        await _rotate(chosen, engine, batch if reseal else 0, new=new)

    _run(work)


@keys.command()
def retire(
    version: Annotated[int, typer.Argument(min=1, help="要停用的旧密钥版本")],
    yes: Annotated[bool, typer.Option("--yes", help="不再询问")] = False,
) -> None:
    """去掉一把旧的主密钥；仅当已没有任何字段使用它。"""
    if not yes:
        common.agreed(
            f"停用后，用第 {version} 版密钥加密的旧备份将无法打开。"
            "若还要保留这些备份，请先把现在的密钥文件另存一份，与旧备份一起妥善保管。继续？"
        )

    async def work(chosen: Settings, engine: AsyncEngine) -> None:
        await _retire(chosen, engine, version)

    _run(work)


@keys.command()
def keep() -> None:
    """把 SECRET_KEY 派生的密钥写入密钥文件；此后去掉 SECRET_KEY，即可轮换。"""

    async def work(chosen: Settings, _engine: AsyncEngine) -> None:
        if not chosen.secret_key:
            raise CannotStart("没有设置 SECRET_KEY，密钥已在密钥文件中。")
        if chosen.keys.exists():
            raise CannotStart(f"密钥文件 {chosen.keys} 已存在，未做任何改动。")
        crypto.ring().save(chosen.keys)
        typer.echo(f"密钥已写入 {chosen.keys}，请立即备份；去掉 SECRET_KEY 后重新启动服务。")

    _run(work)


def _run(work: Callable[[Settings, AsyncEngine], Awaitable[None]]) -> None:
    async def prepared(chosen: Settings, url: str) -> None:
        engine = boot.prepare(chosen, url)
        try:
            await work(chosen, engine)
        finally:
            await engine.dispose()

    with common.database() as (chosen, url):
        asyncio.run(prepared(chosen, url))


async def _counted(engine: AsyncEngine) -> tuple[Held, ...]:
    async with engine.connect() as connection:
        return await connection.run_sync(sealing.count, models())


def _left(held: tuple[Held, ...]) -> int:
    return sum(one.others(crypto.ring().current) for one in held)


async def _status(chosen: Settings, engine: AsyncEngine) -> None:
    ring = crypto.ring()
    typer.echo("密钥来自 SECRET_KEY" if chosen.secret_key else f"密钥文件 {chosen.keys}")
    typer.echo(f"检索索引和审计日志的摘要算法：{ring.hash}（不随轮换改变）")
    for version, master in sorted(ring.masters.items()):
        made = stamp(master.made_at) or "时间未记录"
        typer.echo(f"第 {version} 版  {master.provider}  {made}{'  当前' if version == ring.current else ''}")
    _show(await _counted(engine))


def _show(held: tuple[Held, ...]) -> None:
    """Print the counts by column and version; versions that are in the key file stand there even with none."""
    current = crypto.ring().current
    versions = sorted({*crypto.ring().masters, *(version for one in held for version in one.versions)})
    for one in held:
        counts = "，".join(f"第 {version} 版 {one.versions.get(version, 0):,}" for version in versions)
        typer.echo(f"{one.table}.{one.column}：{counts}")
    typer.echo(f"旧密钥（第 {current} 版以前）下剩余的字段：{_left(held):,}")


async def _rotate(chosen: Settings, engine: AsyncEngine, batch: int, *, new: bool) -> None:
    from state.clock import now  # noqa: PLC0415 - the floors above stay unloaded until a command needs them

    if chosen.secret_key:
        raise CannotStart("密钥来自 SECRET_KEY，不能在此轮换；请先运行 fengqiao keys keep，改用密钥文件。")
    async with sealing.alone(engine) as won:
        if not won:
            raise CannotStart("另一个密钥操作正在进行，请等它结束。")
        crypto.refresh()
        left = _left(await _counted(engine))
        if left and not new and batch:
            typer.echo(f"上次轮换尚未完成：{left:,} 个字段仍用旧密钥。现在继续，不另加新密钥（如需新密钥请加 --new）。")
        else:
            await _add(chosen)
        if not batch:
            typer.echo("旧字段暂不重新加密；再次运行 fengqiao keys rotate 即可完成。")
            return
        resealing = Resealing(engine, models(), batch=batch)
        fields = await _reseal(resealing)
        held = await _counted(engine)
        _show(held)
        for table, column, row_id in sorted(resealing.damaged, key=str):
            typer.echo(f"无法打开，保持原样：{table}.{column}，记录 {row_id}", err=True)
        if _left(held):
            typer.echo("仍有字段使用旧密钥（见上），请稍后再运行 fengqiao keys rotate。", err=True)
            raise typer.Exit(1)
        async with unit_of_work() as session:
            await sealing.note_resealed(session, console("命令行"), fields, at=now())
    typer.echo(f"轮换完成：全部字段使用第 {crypto.ring().current} 版密钥。旧密钥可用 fengqiao keys retire 停用。")


async def _add(chosen: Settings) -> None:
    # The file first: nobody may meet a field of a version that no file has.
    from state.clock import now  # noqa: PLC0415 - the floors above stay unloaded until a command needs them

    at = now()
    try:
        ring = crypto.ring().rotated(provider_in_force(chosen), at=at)
    except ValueError as error:
        raise CannotStart(f"{error}，不能再增加密钥。") from None
    ring.save(chosen.keys)
    crypto.use(ring, chosen.keys)
    async with unit_of_work() as session:
        await sealing.note_added(session, console("命令行"), ring, at=at)
    typer.echo(f"已启用第 {ring.current} 版密钥；请立即备份 {chosen.keys}")


async def _reseal(resealing: Resealing) -> int:
    done, told = 0, 0
    async for _, fields in resealing.run():
        done += fields
        if done - told >= _MORE:
            told = done
            typer.echo(f"已重新加密 {done:,} 个字段")
    typer.echo(f"共重新加密 {done:,} 个字段")
    return done


async def _retire(chosen: Settings, engine: AsyncEngine, version: int) -> None:
    # The database first: a note of a key that the file has lost would stop the next start.
    from state.clock import now  # noqa: PLC0415 - the floors above stay unloaded until a command needs them

    if chosen.secret_key:
        raise CannotStart("密钥来自 SECRET_KEY，没有可停用的旧密钥。")
    async with sealing.alone(engine) as won:
        if not won:
            raise CannotStart("另一个密钥操作正在进行，请等它结束。")
        crypto.refresh()
        if version not in crypto.ring().masters:
            raise CannotStart(f"密钥文件中没有第 {version} 版密钥。")
        async with unit_of_work() as session:
            await sealing.note_retired(session, console("命令行"), models(), version, at=now())
        crypto.ring().without(version).save(chosen.keys)
        crypto.refresh()
        async with unit_of_work() as session:
            await announce(session, "keys", sealing.subject(version))
    typer.echo(f"第 {version} 版密钥已停用并从密钥文件中去掉。用它加密的旧备份需要旧的密钥文件才能打开。")
    typer.echo(f"请立即备份 {chosen.keys}")
