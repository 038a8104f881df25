"""The command of the sums that figures are read from."""

from __future__ import annotations

import typer

from app.cli import common
from app.settings import Settings

app = typer.Typer(add_completion=False)


@app.command()
def figures() -> None:
    """核对统计汇总：与案件逐件比较，不符的按案件改正；服务每天夜间也会自行核对。"""
    from app.jobs import figures as job  # noqa: PLC0415 - the floors above stay unloaded until a command needs them
    from state.clock import now  # noqa: PLC0415 - see above

    async def work(_chosen: Settings) -> int:
        await job.bring_up()
        return await job.prove(at=now())

    common.job(
        work, lambda wrong: typer.echo(f"有 {wrong} 处与案件不符，已按案件改正" if wrong else "统计汇总与案件一致")
    )
