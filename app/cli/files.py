"""Commands of the file folder: every picture is read and proved."""

from __future__ import annotations

import asyncio
from datetime import datetime

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli import common
from domain.kernel import files as folder

files = typer.Typer(help="附件", no_args_is_help=True, add_completion=False)
_SHOWN = 20


@files.callback()
def root() -> None:
    """Stand over the commands: with one alone there would be no group."""


@files.command()
def verify() -> None:
    """逐个读取附件并核对内容；有丢失或损坏时列出编号并返回非零。服务运行时也可以核对。"""

    async def work(session: AsyncSession, at: datetime) -> tuple[int, list[str]]:
        del at
        looked, wrong = 0, list[str]()
        async for stored in folder.every(session):
            looked += 1
            found = await asyncio.to_thread(folder.faults, stored)
            wrong += [f"{stored.id}  {part.label}  {fault}" for part, fault in found.items()]
        return looked, wrong

    looked, wrong = common.act(work)
    for line in wrong[:_SHOWN]:
        typer.echo(line, err=True)
    if wrong:
        more = f"，以上为前 {_SHOWN} 处" if len(wrong) > _SHOWN else ""
        typer.echo(f"共检查 {looked} 个附件，{len(wrong)} 处丢失或损坏{more}：请从备份取回这些文件", err=True)
        raise typer.Exit(1)
    typer.echo(f"附件完好，共检查 {looked} 个")
