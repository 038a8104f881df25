"""Commands of the audit: the chain is verified and anchored."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli import common
from app.jobs import audit as job
from app.jobs.sealer import seal_rest
from app.settings import Settings
from domain.audit import operations
from domain.audit.schemas import ChainState, Source
from domain.kernel import anchors
from domain.kernel.clock import stamp
from domain.kernel.permissions import Role

audit = typer.Typer(help="审计", no_args_is_help=True, add_completion=False)


@audit.command()
def verify() -> None:
    """核对审计日志的哈希链和锚点；发现改动、缺失、插入或截断时返回非零。"""

    async def work(session: AsyncSession, at: datetime) -> tuple[ChainState, int]:
        state = await operations.verify(session, common.operator(Role.AUDITOR), at=at)
        return state, anchors.read()[1]

    state, wrong = common.act(work)
    if wrong:
        typer.echo(f"锚点文件 {anchors.FILE} 中有 {wrong} 行不可信", err=True)
    if state.fault:
        typer.echo(f"审计日志不完整：{state.fault}", err=True)
    if wrong or state.fault:
        raise typer.Exit(1)
    typer.echo(f"审计日志完整，共 {state.verified_lines} 条，锚点 {len(anchors.read()[0])} 个")
    for one in state.restores:
        typer.echo(f"第 {one.seq} 条，{stamp(one.at)}：{one.said}")


@audit.command()
def restored(
    reason: Annotated[str, typer.Option("--reason", help="从哪里、为什么恢复，例如：按时间点恢复到 14:05")],
) -> None:
    """用数据库自己的工具恢复之后，把这次恢复记入审计日志和锚点文件；用 restore 恢复的不需要。"""

    async def work(_: Settings) -> int:
        from state.clock import now  # noqa: PLC0415 - the floors above stay unloaded until a command needs them

        return await job.note_restore(common.operator(Role.SYSADMIN), Source(reason=reason), at=now(), elsewhere=True)

    common.job(work, lambda seq: typer.echo(f"已记入审计日志第 {seq} 条；请审计管理员在告警中核实"))


@audit.command()
def anchor() -> None:
    """把审计日志的最后一条记入锚点文件；请把该文件复制到另一台机器。"""

    async def work(_: Settings) -> int:
        from state.clock import now  # noqa: PLC0415 - the floors above stay unloaded until a command needs them

        await seal_rest()
        made = await job.anchor(now())
        return made.place if made else 0

    common.job(work, _tell_anchored)


def _tell_anchored(place: int) -> None:
    if not place:
        typer.echo("没有锚定：日志为空，或比已有锚点短（请先运行 audit verify）", err=True)
        raise typer.Exit(1)
    typer.echo(f"已锚定到第 {place} 条，写入数据目录下的 {anchors.FILE}")
