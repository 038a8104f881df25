"""Commands of the clock: look for breaches by hand, rehearse a moment to come, vouch for the machine's time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from app.cli import common
from app.settings import Settings
from domain.kernel.clock import end_stamp, stamp
from domain.kernel.permissions import Role
from domain.kernel.refusals import Invalid
from domain.supervision.schemas import BreachView

Moment = Annotated[
    str,
    typer.Option("--at", help="时刻，例如 2026-11-23T08:00；不带时区按北京时间，不填为现在。将来的时刻只演练，不写入"),
]
Write = Annotated[bool, typer.Option("--write", help="将来的时刻也真正写入超时；写入后只能逐条撤销，不能删除")]

clock = typer.Typer(
    help="查找一次超时：按指定时刻记录黄牌、红牌，并列出本次记录的超时。",
    invoke_without_command=True,
    add_completion=False,
)


@clock.callback()
def look(context: typer.Context, at: Moment = "", write: Write = False) -> None:
    """查找一次超时：按指定时刻记录黄牌、红牌，并列出本次记录的超时。"""
    if context.invoked_subcommand:
        return
    from app.jobs import clock as job  # noqa: PLC0415 - the floors above stay unloaded until a command needs them
    from state.clock import now  # noqa: PLC0415 - see above

    moment = common.moment(at, "at") if at else now()
    if moment > now() and not write:

        async def rehearse(_: Settings) -> list[BreachView]:
            return await job.rehearse(moment)

        common.job(rehearse, lambda found: _tell_rehearsal(found, moment))
        return

    async def work(chosen: Settings) -> list[BreachView]:
        await common.require_time(chosen)
        return await job.run_once(moment)

    common.job(work, tell)


@clock.command()
def confirm(
    reason: Annotated[str, typer.Option("--reason", help="怎样确认的，例如：已与标准时间核对")],
) -> None:
    """确认本机时间无误，恢复因时间可疑而暂停的工作；记入审计日志。"""
    common.require_reason(reason)

    async def work(chosen: Settings) -> datetime:
        from app.jobs.witness import Watch  # noqa: PLC0415 - see above
        from state.clock import now  # noqa: PLC0415 - see above

        await Watch(chosen).confirm(common.operator(Role.SYSADMIN), reason.strip())
        return now()

    common.job(work, lambda at: typer.echo(f"已确认本机时间 {stamp(at)}；暂停的工作在一分钟内恢复"))


@clock.command()
def void(
    since: Annotated[str, typer.Option("--from", help="从何时登记的起，例如 2026-11-23T08:00（含）")],
    until: Annotated[str, typer.Option("--to", help="到何时登记的止（不含）")],
    reason: Annotated[str, typer.Option("--reason", help="撤销理由，记入每件案件和审计日志")],
) -> None:
    """撤销一段时间内登记的超时（例如系统时间有误时）；原记录保留，不再计入，确已超时的会重新登记。"""
    first = common.moment(since, "from")
    last = common.moment(until, "to")
    if first >= last:
        raise Invalid.of({"to": "选项 --to 应晚于选项 --from"})
    common.require_reason(reason)

    async def work(chosen: Settings) -> list[BreachView]:
        from app.jobs.clock import void as voided  # noqa: PLC0415 - see above
        from state.clock import now  # noqa: PLC0415 - see above

        await common.require_time(chosen)
        return await voided(
            common.operator(Role.CENTER_ADMIN), since=first, until=last, reason=reason.strip(), at=now()
        )

    common.job(work, _tell_voided)


def _tell_voided(found: list[BreachView]) -> None:
    _list(found)
    typer.echo(f"已撤销超时登记 {len(found)} 个")


def tell(found: list[BreachView]) -> None:
    """List the breaches that were written."""
    _list(found)
    typer.echo(f"本次记录超时 {len(found)} 个")


def _tell_rehearsal(found: list[BreachView], moment: datetime) -> None:
    _list(found)
    typer.echo(f"演练：到 {stamp(moment)} 会记录超时 {len(found)} 个，没有写入；确需写入请加 --write")


def _list(found: list[BreachView]) -> None:
    for one in found:
        card = "督办" if one.carded else "提醒"
        typer.echo(f"{one.number}  {one.link_label}  {one.level_label}{card}  时限 {end_stamp(one.ends_at)}")
