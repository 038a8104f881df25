"""Commands that run the product."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated

import typer

from app import settings
from app.cli import common
from app.jobs import figures, indexes
from app.launch import boot, database

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    demo_if_embedded: Annotated[
        bool, typer.Option("--demo-if-embedded", help="未设置 DEMO 和 DATABASE_URL 时进入演示模式")
    ] = False,
) -> None:
    """启动服务：内置数据库、升级、前端构建和网页服务。"""
    from app.launch.server import serve as run  # noqa: PLC0415 - the web server is heavy and only wanted here

    chosen = settings.load()
    if demo_if_embedded and "demo" not in chosen.model_fields_set and not chosen.database_url:
        os.environ["DEMO"] = "1"
        chosen = settings.load()
    run(chosen)


@app.command()
def build() -> None:
    """编译页面；服务启动时没有编译过也会自行编译，服务账户不能写程序目录时须先运行。"""
    from app.launch.frontend import Frontend  # noqa: PLC0415 - only wanted here

    typer.echo(f"页面已编译：{Frontend().ensure()}")


@app.command()
def migrate() -> None:
    """把数据库升级到当前版本，并补齐新增的检索索引和统计汇总。"""
    with common.database(first=True) as (chosen, url):
        database.migrate(url)
        asyncio.run(_fill(chosen, url))
        typer.echo(f"数据库已是最新版本：{database.head() or '尚无版本'}")


async def _fill(chosen: settings.Settings, url: str) -> None:
    # What needs the keys cannot be done by a migration; a server that starts without this does it beside its work.
    engine = boot.prepare(chosen, url)
    try:
        await indexes.fill(asyncio.Event())
        await figures.bring_up()
    finally:
        await engine.dispose()
