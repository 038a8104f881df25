"""Commands that do by hand what runs by clock and queue."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import select
from sqlmodel import col

from app.cli import clock, common
from app.settings import Settings
from domain.kernel import journal
from domain.kernel.ids import new_id
from domain.kernel.models import OutboxMessage
from domain.kernel.permissions import Role
from domain.kernel.refusals import Invalid
from domain.kernel.unit_of_work import unit_of_work
from domain.supervision.schemas import BreachView

jobs = typer.Typer(help="后台任务", no_args_is_help=True, add_completion=False)
Topic = Annotated[str, typer.Option(help="消息主题，例如 case.submit")]
Since = Annotated[str, typer.Option(help="只放回此时之后失败的，例如 2026-11-23T08:00；不填为全部")]


@jobs.command("run")
def run_jobs() -> None:
    """处理一遍：发送到期的消息，查找一次超时。"""
    common.job(_run, clock.tell)
    typer.echo("到期的消息已处理")


@jobs.command()
def replay(topic: Topic = "", since: Since = "") -> None:
    """把多次失败而停下的消息放回队列，从头重试。"""
    from app.jobs.notices import HANDLERS  # noqa: PLC0415 - see above

    if topic and topic not in HANDLERS:
        raise Invalid.of({"topic": f"选项 --topic 没有这个消息主题，可用的有：{'、'.join(sorted(HANDLERS))}"})
    after = common.moment(since, "since") if since else None

    async def work(_: Settings) -> int:
        return await _put_back(topic, after, _now())

    common.job(work, lambda count: typer.echo(f"已放回 {count} 条消息"))


async def _put_back(topic: str, since: datetime | None, at: datetime) -> int:
    """Whoever may start programs on the server does it; the journal says so."""
    query = select(OutboxMessage).where(col(OutboxMessage.failed_at).is_not(None)).with_for_update()
    if topic:
        query = query.where(col(OutboxMessage.topic) == topic)
    if since:
        query = query.where(col(OutboxMessage.failed_at) >= since)
    async with unit_of_work() as session:
        found = list(await session.scalars(query))
        for message in found:
            message.failed_at, message.attempts, message.next_try_at = None, 0, at
        if found:
            detail = {"topic": topic, "messages": len(found)}
            actor = common.operator(Role.SYSADMIN)
            await journal.record(session, actor, "outbox.replay", "outbox", new_id(), at=at, detail=detail)
    return len(found)


async def _run(chosen: Settings) -> list[BreachView]:
    from app.jobs import clock as job  # noqa: PLC0415 - the floors above stay unloaded until a command needs them
    from app.jobs import providers, relay  # noqa: PLC0415 - see above
    from app.public.links import base_url  # noqa: PLC0415 - see above

    await common.require_time(chosen)
    found = await job.run_once(_now())
    sms, link = providers.provider(chosen), base_url(chosen)
    while await relay.relay_once(sms, base_url=link, at=_now()):
        continue
    return found


def _now() -> datetime:
    from state.clock import now  # noqa: PLC0415 - see above

    return now()
