"""Commands of retention: see what is over, end it, apply again after a restore."""

from __future__ import annotations

from datetime import datetime

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli import common
from app.settings import Settings
from domain.kernel.clock import stamp
from domain.kernel.permissions import Role
from domain.retention import queries, rules
from domain.retention.models import Kind
from domain.retention.schemas import Preview, RuleView

retention = typer.Typer(help="保存期限", no_args_is_help=True, add_completion=False)


@retention.command()
def preview() -> None:
    """按现行期限，列出每类数据现在有多少到期；不改动任何数据，也不显示个人信息。"""

    async def work(session: AsyncSession, at: datetime) -> list[tuple[RuleView, Preview]]:
        actor = common.operator(Role.SECADMIN)
        found = await queries.rules_of(session, actor)
        return [(r, await queries.preview(session, actor, r.kind, days=r.days, at=at)) for r in found]

    for rule, shown in common.act(work):
        span = (
            f"  {stamp(shown.oldest, '%Y-%m-%d')} 至 {stamp(shown.newest, '%Y-%m-%d')}"
            if shown.oldest and shown.newest
            else ""
        )
        state = "已启用" if rule.active else "未启用"
        typer.echo(
            f"{rule.kind.label}  {rules.in_words(rule.days)}  {rule.action.label}  {state}  到期 {shown.count}{span}"
        )


@retention.command()
def run() -> None:
    """立即执行一遍已启用的期限规则；分批进行，可随时中断。"""
    from app.jobs import retention as job  # noqa: PLC0415 - the floors above stay unloaded until a command needs them
    from state.clock import now  # noqa: PLC0415 - see above

    async def work(chosen: Settings) -> dict[str, int]:
        await common.require_time(chosen)
        return await job.run_once(job.ledger_of(chosen), at=now())

    common.job(work, _tell)


@retention.command()
def reapply() -> None:
    """恢复备份后，把已匿名的人重新匿名；服务启动时也会自动进行。"""
    from app.jobs import retention as job  # noqa: PLC0415 - see above
    from state.clock import now  # noqa: PLC0415 - see above

    async def work(chosen: Settings) -> int:
        return await job.reconcile(job.ledger_of(chosen), at=now())

    common.job(work, lambda persons: typer.echo(f"重新匿名 {persons} 人"))


def _tell(ended: dict[str, int]) -> None:
    for kind, count in ended.items():
        typer.echo(f"{Kind(kind).label}：{count}")
    typer.echo("执行完成" if ended else "没有到期的数据")
