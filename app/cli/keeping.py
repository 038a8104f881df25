"""Commands that keep the data safe: backup, restore, audit."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app import settings
from app.cli import common
from app.launch import backup as backups
from app.launch import boot
from domain.kernel import journal

app = typer.Typer()
audit = typer.Typer(help="审计", no_args_is_help=True)


@app.command()
def backup(target: Annotated[Path | None, typer.Argument(help="备份文件；默认在数据目录的 backups 下")] = None) -> None:
    """备份数据库和附件；不含密钥。服务运行时也可以备份。"""
    with common.database() as (chosen, url):
        made = backups.make(chosen, url, target)
    typer.echo(f"备份完成：{made}")
    typer.echo(f"备份中不含密钥。没有密钥，姓名、电话和证件号无法打开；请另行妥善保存：{_where_keys(chosen)}")


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="备份文件")],
    replace: Annotated[bool, typer.Option("--replace", help="覆盖现有数据")] = False,
) -> None:
    """从备份恢复数据库和附件；须先停止服务，并放好原来的密钥。"""
    chosen = settings.load()
    boot.stop_on_signals()
    with boot.running_database(chosen) as url:
        backups.bring_back(chosen, url, source, replace=replace)
    typer.echo("恢复完成。备份中不含密钥，请确认原来的密钥在：" + _where_keys(chosen))


@audit.command()
def verify() -> None:
    """核对审计日志的哈希链；发现改动时返回非零。"""

    async def work(session: AsyncSession, _at: datetime) -> tuple[int, int | None]:
        return await journal.verify(session)

    count, broken = common.act(work)
    if broken is not None:
        typer.echo(f"审计日志在第 {broken} 条处不一致：有记录被修改、删除或插入", err=True)
        raise typer.Exit(1)
    typer.echo(f"审计日志完整，共 {count} 条")


def _where_keys(chosen: settings.Settings) -> str:
    return "SECRET_KEY" if chosen.secret_key else str(chosen.keys)
