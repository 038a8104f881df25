"""The command line: `fengqiao …`. Each file holds the commands of one matter and one call each.

To add a command, write it in the file of its matter with `@app.command()`, and name it in `MATTERS`; a new matter is a
new file with a `typer.Typer` of its own. A file is loaded when one of its commands is run, so that nobody waits for
the whole product to read a help text.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

from app.cli import failing

if TYPE_CHECKING:
    from collections.abc import Mapping

MATTERS: Mapping[str, tuple[str, str]] = {
    "serve": ("running.app", "启动服务：内置数据库、升级、前端构建和网页服务。"),
    "build": ("running.app", "编译页面；服务启动时没有编译过也会自行编译，服务账户不能写程序目录时须先运行。"),
    "migrate": ("running.app", "把数据库升级到当前版本，并补齐新增的检索索引和统计汇总。"),
    "demo": ("demo.app", "载入虚构的演示县和案件；已载入时只增加案件。"),
    "backup": ("keeping.app", "备份数据库和附件；不含密钥。服务运行时也可以备份。"),
    "restore": ("keeping.app", "从备份恢复数据库和附件；须先停止服务，并放好原来的密钥。"),
    "bench": ("bench.app", "运行基准测试：自行启动临时服务，打印各项用时；其余参数原样转交。"),
    "clock": ("clock.clock", "查找一次超时：按指定时刻记录黄牌、红牌，并列出本次记录的超时。"),
    "user": ("accounts.users", "账号管理"),
    "unit": ("accounts.units", "单位管理"),
    "areas": ("areas.areas", "区划"),
    "desk": ("desks.desks", "登记窗口"),
    "jobs": ("jobs.jobs", "后台任务"),
    "figures": ("figures.app", "核对统计汇总：与案件逐件比较，不符的按案件改正；服务每天夜间也会自行核对。"),
    "retention": ("retention.retention", "保存期限"),
    "keys": ("keys.keys", "密钥管理"),
    "audit": ("audit.audit", "审计"),
    "files": ("files.files", "附件"),
}
"""Every command, or group of commands: where it is written, and what it does in the words written there."""


HELP = "--help"
GROUP_ALONE = 2
"""Words of a call that names no more than a group, which answers its help."""


class Matters(TyperGroup):
    """The commands of all matters, each loaded when it is run."""

    def list_commands(self, ctx: Any) -> list[str]:
        """List the names in the order of the help text."""
        del ctx
        return list(MATTERS)

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        """Give name and help of a command, for the help text alone."""
        del ctx
        return TyperCommand(cmd_name, help=MATTERS[cmd_name][1]) if cmd_name in MATTERS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Load the command that is run, after a look at the settings: a wrong one is told before the wait for it."""
        if args and args[0] in MATTERS:
            if HELP not in args:
                from app import settings  # noqa: PLC0415 - the help needs none

                settings.load()
            return args[0], load(args[0]), args[1:]
        return super().resolve_command(ctx, args)


def load(name: str) -> Any:
    """Load a command, or a group of commands."""
    module, _, attribute = MATTERS[name][0].partition(".")
    group = typer.main.get_group(getattr(import_module(f"app.cli.{module}"), attribute))
    return group.commands.get(name, group)


app = typer.Typer(cls=Matters, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback(help="枫桥：综治中心业务系统。")
def root() -> None:
    """Stand over the commands: without it there would be no group of them."""


def fold_help() -> None:
    """Let a help text go on in the next line where its column ends.

    Of a run without blanks, as every Chinese sentence is one, the typesetter of help texts else cuts off the rest.
    """
    from typer import rich_utils  # noqa: PLC0415 - it loads slowly, and a command that works needs none of it

    make = rich_utils._make_rich_text  # noqa: SLF001 - there is no setting for it; a test reads every help text

    def folded(**given: Any) -> Any:
        text = make(**given)
        text.overflow = "fold"
        return text

    rich_utils._make_rich_text = folded  # noqa: SLF001 - see above


def main() -> None:
    """Run one command; whatever goes wrong ends in one sentence and a status."""
    if HELP in sys.argv or len(sys.argv) <= GROUP_ALONE:
        fold_help()
    sys.exit(failing.status_of(lambda: app(prog_name="fengqiao", standalone_mode=False)))
