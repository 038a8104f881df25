"""Commands that keep the data safe: backup, restore."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app import settings
from app.cli import common
from app.launch import backup as backups
from app.launch import boot, database
from app.launch import restore as restoring
from app.launch.errors import CannotStart
from domain.audit.schemas import Source
from domain.kernel.permissions import Role

app = typer.Typer(add_completion=False)


@app.command()
def backup(
    target: Annotated[Path | None, typer.Argument(help="备份文件；默认在数据目录的 backups 下")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="覆盖已有的同名文件")] = False,
) -> None:
    """备份数据库和附件；不含密钥。服务运行时也可以备份。"""
    if target:
        backups.check_target(target, replace=replace)
    with common.database() as (chosen, url):
        made = backups.make(chosen, url, target)
    typer.echo(f"备份完成，已读回核对：{made.path}（附件 {made.files} 个文件）")
    if made.lost:
        typer.echo(
            f"注意：数据库记有而附件目录中没有的文件 {len(made.lost)} 个（如 {made.lost[0]}），备份中没有它们；"
            "请从较早的备份找回。",
            err=True,
        )
    typer.echo(f"备份中不含密钥。没有密钥，姓名、电话和证件号无法打开；请另行妥善保存：{_where_keys(chosen)}")


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="备份文件")],
    replace: Annotated[bool, typer.Option("--replace", help="覆盖现有数据")] = False,
) -> None:
    """从备份恢复数据库和附件；须先停止服务，并放好原来的密钥。"""
    restoring.check_source(source)
    chosen = common.begin()
    with restoring.unpacked(chosen, source) as whole, boot.running_database(chosen, as_it_is=True) as url:
        was = restoring.bring_back(chosen, url, whole, replace=replace)
        try:
            boot.check_keys_belong(chosen, url)
        except CannotStart as fault:
            typer.echo(f"数据已恢复，但用现有密钥还不能启动：{fault.message}", err=True)
            raise typer.Exit(1) from None
        told = Source(whole.digest, whole.made_at, _where_data(chosen), was)
        line = asyncio.run(common.prepared(chosen, url, lambda: _note(told)))
    typer.echo(f"本次恢复已记入审计日志第 {line} 条和锚点文件")
    typer.echo("恢复完成，密钥与数据相符：" + _where_keys(chosen))


async def _note(source: Source) -> int:
    from app.jobs.audit import note_restore  # noqa: PLC0415 - the floors above stay unloaded until a command needs them
    from state.clock import now  # noqa: PLC0415 - see above

    return await note_restore(common.operator(Role.SYSADMIN), source, at=now())


def _where_data(chosen: settings.Settings) -> str:
    """Name the place that was restored to, without a password."""
    url = database.read_url(chosen.resolved_database_url())
    held = f"{url.host or ''}/{url.database}" if chosen.database_url else "内置数据库"
    return f"{chosen.data}，{held}"


def _where_keys(chosen: settings.Settings) -> str:
    return "SECRET_KEY" if chosen.secret_key else str(chosen.keys)
