"""The command that fills in the demo county."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from app.cli import common
from app.launch import boot
from app.settings import Settings

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    cases: Annotated[int, typer.Option(min=0, max=200_000, help="案件数")] = 300,
    seed: Annotated[int, typer.Option(help="随机种子；相同的种子得到相同的内容")] = 20,
) -> None:
    """载入虚构的演示县和案件；已载入时只增加案件。"""
    with common.database(first=True) as (chosen, url):
        for line in asyncio.run(_load(chosen, url, cases, seed)):
            typer.echo(line)


async def _load(chosen: Settings, url: str, cases: int, seed: int) -> list[str]:
    from app.demo import fresh_password, load  # noqa: PLC0415 - drawing pictures is heavy and only wanted here
    from state.clock import now  # noqa: PLC0415 - the floors above stay unloaded until a command needs them

    engine = boot.prepare(chosen, url)
    try:
        password = chosen.demo_password or fresh_password()
        accounts = await load(cases=cases, seed=seed, password=password, at=now(), folder=chosen.data / "demo")
    finally:
        await engine.dispose()
    told = [f"演示账号的密码：{password}（只显示这一次）"] if accounts[0].password and not chosen.demo_password else []
    return [f"已载入 {cases} 件案件", *(f"  {account.login:<12}{account.title}" for account in accounts), *told]
