"""Commands of the audit: the chain is verified and anchored."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli import common
from app.jobs import audit as jobs
from app.settings import load
from domain.audit import operations
from domain.audit.schemas import ChainState
from domain.kernel.permissions import Role

audit = typer.Typer(help="审计", no_args_is_help=True)


@audit.command()
def verify() -> None:
    """核对审计日志的哈希链和锚点；发现改动、缺失、插入或截断时返回非零。"""
    path = load().data / jobs.FILE

    async def work(session: AsyncSession, at: datetime) -> tuple[ChainState, int]:
        kept, wrong = jobs.read(path)
        actor = replace(common.operator(Role.AUDITOR), origin="命令行")
        return await operations.verify(session, actor, at=at, elsewhere=kept), wrong

    state, wrong = common.act(work)
    if wrong:
        typer.echo(f"锚点文件 {path} 中有 {wrong} 行不可信", err=True)
    if state.fault:
        typer.echo(f"审计日志不完整：{state.fault}", err=True)
    if wrong or state.fault:
        raise typer.Exit(1)
    typer.echo(f"审计日志完整，共 {state.verified_lines} 条，锚点 {len(jobs.read(path)[0])} 个")


@audit.command()
def anchor() -> None:
    """把审计日志的最后一条记入锚点文件；请把该文件复制到另一台机器。"""
    folder = load().data

    async def work(session: AsyncSession, at: datetime) -> int:
        made = await operations.anchor(session, at=at)
        if made is not None:
            await asyncio.to_thread(jobs.append, folder / jobs.FILE, made, at)
        return made.seq if made else 0

    typer.echo(f"已锚定到第 {common.act(work)} 条，写入 {folder / jobs.FILE}")
