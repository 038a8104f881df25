"""Whatever ends a command before its end, as one sentence and a status: here and nowhere else.

What was expected to go wrong (a setting, an argument, a refusal, the disk, the database) is told in its own words.
Anything else gets a number, under which all of it stands in the log; the terminal never shows a trace.
"""

from __future__ import annotations

import re
import secrets
import tempfile
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import typer
from typer._click import exceptions as usage

from app.launch.errors import CannotStart, Stopped, Unfinished, why
from domain.kernel.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

REFUSED, MISUSED, ENDED = 1, 2, 130
LOG = "app.jsonl"
CANCELLED = "已取消，没有做任何改动。"
_ENDS = "。？！"
_STATES = (
    ("53100", "数据库所在的磁盘空间不足"),
    ("58030", "数据库所在的磁盘读写出错"),
    ("53300", "数据库的连接已用完，请稍后再试"),
    ("55P03", "等待数据库中的锁超时，请稍后再试"),
    ("40P01", "与其他操作互相等待，请稍后再试"),
    ("57014", "数据库中断了这次操作"),
    ("25006", "数据库只读"),
    ("22", "内容中有数据库无法保存的字符或数值"),
)
"""Beginnings of PostgreSQL's error codes that an operator can do something about."""


def status_of(run: Callable[[], Any]) -> int:
    """Run a command to its end, say why it ended before, and give its status."""
    try:
        ended = run()
    except usage.NoArgsIsHelpError as asked:
        asked.show()
        return MISUSED
    except (Stopped, KeyboardInterrupt):
        return ENDED
    except Exception as fault:  # noqa: BLE001 - nobody reads a trace for its last line
        status, sentence = told(fault)
        typer.echo(sentence if sentence.endswith(tuple(_ENDS)) else f"{sentence}。", err=True)
        return status
    return ended if isinstance(ended, int) else 0


def told(fault: Exception) -> tuple[int, str]:
    """Give the status and the sentence for what went wrong."""
    if isinstance(fault, (CannotStart, Refusal)):
        return REFUSED, fault.message
    if isinstance(fault, Unfinished):
        return REFUSED, str(fault)
    if isinstance(fault, usage.UsageError):
        return MISUSED, _of_usage(fault)
    if isinstance(fault, typer.Abort):
        return REFUSED, CANCELLED
    if isinstance(fault, OSError) and fault.errno is not None:
        return REFUSED, _of_system(fault)
    return REFUSED, _of_database(fault) or _of_incident(fault)


def _of_usage(fault: usage.UsageError) -> str:
    """Word what the reader of arguments says in English."""
    if isinstance(fault, usage.MissingParameter) and fault.param is not None:
        return f"缺少{_named(fault.param)}，用法见 {_help(fault)}"
    if isinstance(fault, usage.BadParameter) and fault.param is not None:
        return f"{_named(fault.param)}有误：{_may_be(fault.param)}"
    if isinstance(fault, usage.NoSuchOption):
        near = f"，是否指 {'、'.join(sorted(fault.possibilities))}" if fault.possibilities else ""
        return f"没有选项 {_shown(fault.option_name)}{near}，用法见 {_help(fault)}"
    if isinstance(fault, usage.BadOptionUsage):
        fits = "不带值" if "does not take" in fault.message else "后面缺少值"
        return f"选项 {_shown(fault.option_name)} {fits}，用法见 {_help(fault)}"
    if found := re.search(r"No such command '(.*)'", fault.message):
        return f"没有命令 {_shown(found[1])}，用法见 {_help(fault)}"
    return f"参数过多或有误，用法见 {_help(fault)}"


def _named(parameter: Any) -> str:
    what = re.split(r"[：；，。]", parameter.help or "")[0]
    if parameter.param_type_name == "option":
        return f"选项 {parameter.opts[0]}（{what}）"
    return f"参数 {parameter.name.upper()}（{what}）"


def _may_be(parameter: Any) -> str:
    annotation = parameter.type_descriptor.annotation
    kind = next((one for one in (annotation, *get_args(annotation)) if isinstance(one, type)), str)
    if issubclass(kind, Enum):
        return f"只能是 {'、'.join(str(one.value) for one in kind)}"
    if issubclass(kind, int):
        return _between(parameter.min, parameter.max)
    return "无法识别"


def _between(least: int | None, most: int | None) -> str:
    if least is not None and most is not None:
        return f"应为 {least} 至 {most} 的整数"
    return f"应为不小于 {least} 的整数" if least is not None else "应为整数"


def _shown(word: str) -> str:
    """Show what was typed as far as it is short and harmless to a terminal."""
    return "".join(sign for sign in word[:40] if sign.isprintable())


def _help(fault: usage.UsageError) -> str:
    return f"{fault.ctx.command_path if fault.ctx else 'fengqiao'} --help"


def _of_system(fault: OSError) -> str:
    named = next((str(name) for name in (fault.filename, fault.filename2) if name), "")
    return f"命令没有完成：{named}{' ' if named else ''}{why(fault)}"


def _of_database(fault: Exception) -> str:
    """Word what the database says of itself; what it says of our statements is a fault of the program."""
    if type(fault).__module__.partition(".")[0] not in {"sqlalchemy", "psycopg", "psycopg_pool"}:
        return ""
    import psycopg  # noqa: PLC0415 - loaded by then

    origin = getattr(fault, "orig", fault)
    state = getattr(origin, "sqlstate", None) or ""
    known = next((words for begins, words in _STATES if state.startswith(begins)), "")
    if known:
        return f"命令没有完成，已回退：{known}"
    broken = isinstance(origin, psycopg.OperationalError)
    return "命令没有完成：与数据库的连接中断，请检查数据库是否在运行" if broken else ""


def _of_incident(fault: Exception) -> str:
    """Keep everything about a fault in the log, under a number."""
    incident = secrets.token_hex(4).upper()
    kind = type(fault).__name__
    return f"命令没有完成，程序出错（{kind}），编号 {incident}；详情见 {_kept(fault, incident)}，请交给系统维护人员"


def _kept(fault: Exception, incident: str) -> Path:
    """Write a fault to the log of the data folder, and beside it nowhere unless that cannot be written."""
    import structlog  # noqa: PLC0415 - only where something is to be logged

    from app import logs  # noqa: PLC0415
    from app.settings import load  # noqa: PLC0415

    try:
        folder = load().logs
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        logs.configure(folder, console=False)
    except (CannotStart, OSError):
        folder = Path(tempfile.mkdtemp(prefix="fengqiao-"))
        logs.configure(folder, console=False)
    structlog.get_logger(__name__).error("unexpected error", incident=incident, exc_info=fault)
    return folder / LOG
