"""The command that measures the product."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from app.launch.errors import CannotStart

app = typer.Typer(add_completion=False)
SOURCES = Path(__file__).resolve().parents[2]
MEASURES = Path("tests", "benchmarks", "__main__.py")
NO_SOURCES = "基准测试在源代码目录 tests/benchmarks 中，安装包不含这部分：请取得源代码后在其中运行 make bench。"


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(given: typer.Context) -> None:
    """运行基准测试：自行启动临时服务，打印各项用时；其余参数原样转交。"""
    program(SOURCES)
    os.chdir(SOURCES)
    # It takes this process's place: a Ctrl-C reaches it alone, and it stops what it started.
    os.execv(sys.executable, [sys.executable, "-m", "tests.benchmarks", *given.args])  # noqa: S606


def program(sources: Path) -> Path:
    """Give the path of the benchmarks' program.

    :raises CannotStart: the product was installed without its source tree
    """
    found = sources / MEASURES
    if not found.is_file():
        raise CannotStart(NO_SOURCES)
    return found
