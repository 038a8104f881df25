"""Commands about units and accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli import common
from domain.areas import queries as areas
from domain.cases.operations import hand_over
from domain.cases.schemas import HandOver
from domain.kernel.actor import console
from domain.kernel.permissions import PEOPLE_ROLES
from domain.orgs import operations
from domain.orgs.models import UnitKind
from domain.orgs.schemas import NewAccount, UnitInput
from state.orgs.leaving import left_in_words

users = typer.Typer(help="账号管理", no_args_is_help=True, add_completion=False)
units = typer.Typer(help="单位管理", no_args_is_help=True, add_completion=False)

Login = Annotated[str, typer.Argument(help="账号")]
Password = Annotated[str, typer.Option(help="密码；不填则询问，或从管道读一行")]
ROLES = "、".join(f"{role.value} {role.label}" for role in PEOPLE_ROLES)
KINDS = "、".join(f"{kind.value} {kind.label}" for kind in UnitKind)


@users.command()
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="姓名")],
    role: Annotated[list[str], typer.Option(help=f"角色，可重复：{ROLES}")],
    unit: Annotated[str, typer.Option(help="单位代码")],
    password: Password = "",
    area: Annotated[str, typer.Option(help="辖区的区划代码，仅按辖区查看的账号需要")] = "",
) -> None:
    """新建账号。"""
    secret = common.password(password)

    async def work(session: AsyncSession, at: datetime) -> None:
        path = (await areas.by_code(session, area)).path if area else ""
        new = NewAccount(login=login, name=name, password=secret, roles=tuple(role), unit_code=unit, area_path=path)
        await operations.add_account(session, console("命令行"), new, at=at)

    common.act(work, first=True)
    typer.echo(f"账号 {login} 已建立")


@users.command()
def disable(login: Login) -> None:
    """停用账号，并结束其全部登录；它是单位最后一个能接收案件的账号时，说明留下什么。"""
    alone: list[str] = []

    async def work(session: AsyncSession, at: datetime) -> HandOver:
        alone.extend(await left_in_words(session, console("命令行"), login, at=at))
        await operations.disable(session, console("命令行"), login, at=at)
        return await hand_over.left_behind(session, console("命令行"), login, at=at)

    left = {kind.label: count for kind, count in common.act(work).counts.items() if count}
    typer.echo(f"账号 {login} 已停用")
    if left:
        stays = "，".join(f"{label} {count} 件" for label, count in left.items())
        typer.echo(f"名下还有未办完的工作，没有转走：{stays}。请由其单位负责人在账号页“移交在办”。")
    for sentence in alone:
        typer.echo(f"注意：{sentence}")


@users.command()
def reset(login: Login, password: Password = "") -> None:
    """重置密码，解除锁定，并结束其全部登录。"""
    secret = common.password(password)

    async def work(session: AsyncSession, at: datetime) -> None:
        await operations.reset_password(session, console("命令行"), login, secret, at=at)

    common.act(work)
    typer.echo(f"账号 {login} 的密码已重置")


@units.command("add")
def add_unit(
    code: Annotated[str, typer.Argument(help="单位代码")],
    name: Annotated[str, typer.Argument(help="单位名称")],
    kind: Annotated[UnitKind, typer.Option(help=f"类别：{KINDS}")] = UnitKind.DEPARTMENT,
    phone: Annotated[str, typer.Option(help="办公电话")] = "",
    parent: Annotated[str, typer.Option(help="上级单位代码；乡镇综治中心须填写")] = "",
) -> None:
    """新建单位。"""

    async def work(session: AsyncSession, at: datetime) -> None:
        given = UnitInput(code=code, name=name, kind=kind, phone=phone, parent_code=parent)
        await operations.create_unit(session, console("命令行"), given, at=at)

    common.act(work, first=True)
    typer.echo(f"单位 {code} {name} 已建立")
