"""Commands about the desks where visitors are registered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli import common
from domain.kernel.actor import console
from domain.visits import operations

desks = typer.Typer(help="登记窗口", no_args_is_help=True, add_completion=False)

Code = Annotated[str, typer.Argument(help="窗口代码：小写字母、数字、下划线、短横，如 window-1")]


@desks.command()
def add(
    code: Code,
    name: Annotated[str, typer.Argument(help="窗口名称，如 1 号窗口")],
    unit: Annotated[str, typer.Option(help="所属单位的代码，一般是综治中心")],
) -> None:
    """新增登记窗口；接读卡程序的，随后用 desk pair 取得令牌。"""

    async def work(session: AsyncSession, at: datetime) -> None:
        await operations.open_desk(session, console("命令行"), code=code, name=name, unit_code=unit, at=at)

    common.act(work)
    typer.echo(f"窗口 {code} {name} 已建立")


@desks.command()
def pair(code: Code) -> None:
    """给窗口的读卡程序一个新令牌，只显示这一次；原来的令牌随即失效。"""

    async def work(session: AsyncSession, at: datetime) -> str:
        return await operations.pair(session, console("命令行"), code, at=at)

    typer.echo(common.act(work))
