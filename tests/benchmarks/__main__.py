"""`python -m tests.benchmarks`: start the product, measure it, print the tables, stop it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import platform
import re
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from app.demo.loading import SEED
from app.launch import boot
from app.launch.postgres import memory_bytes
from tests.benchmarks import cards, chain, exports, lifecycles, lists, live, persons, petitioner, rotation
from tests.benchmarks.stage import Stage, open_stage
from tests.support.typography import HAN

MEASURES = {"cards": cards.measure, "live": live.measure, "lists": lists.measure, "petitioner": petitioner.measure}
MOST_SECONDS = 230.0
"""For the parts on the common stage; the others have their own ground and their own patience."""
LIFECYCLES = "lifecycles"
ALONE = (LIFECYCLES, "export", "persons", "rotation", "chain")
"""Parts with a database of their own."""


def main(words: Sequence[str] | None = None) -> int:
    """Run what the command line asks for and give the exit code; slow figures are no failure."""
    parser = _parser()
    asked = parser.parse_args(words)
    asked.only = [*asked.parts, *asked.only] or [*MEASURES, *ALONE]
    if unknown := set(asked.only) - {*MEASURES, *ALONE}:
        parser.error(f"没有这一项：{'、'.join(sorted(unknown))}")
    boot.stop_on_signals()
    try:
        asyncio.run(_run(asked))
    except TimeoutError:
        _tell("没有在限定时间内完成，已停止。", to=sys.stderr)
        return 1
    except (boot.Stopped, KeyboardInterrupt):
        return 130
    return 0


class Reader(argparse.ArgumentParser):
    """A reader of arguments that says in one sentence what is wrong."""

    def error(self, message: str) -> NoReturn:
        """End with the status of a wrong argument."""
        named = re.match(r"argument (\S+): (.+)", message)
        unknown = re.match(r"unrecognized arguments: (.+)", message)
        said = f"没有选项 {unknown[1]}" if unknown else message
        if named:
            said = f"选项 {named[1]} 有误：{named[2]}" if re.search(HAN, named[2]) else f"选项 {named[1]} 后面缺少值"
        self.exit(2, f"{said}，用法见 {self.prog} --help。\n")


def _count(text: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,6}", text):
        raise argparse.ArgumentTypeError("应为 1 至 9999999 的整数")
    return int(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"\d{1,4}(\.\d+)?", text) or not float(text):
        raise argparse.ArgumentTypeError("应为大于 0 的秒数")
    return float(text)


def _parser() -> argparse.ArgumentParser:
    parser = Reader(prog="fengqiao bench", description="基准测试：自行启动临时服务，打印各项用时。")
    names = [*MEASURES, *ALONE]
    parser.add_argument("parts", nargs="*", metavar="part", help=f"只测其中几项：{'、'.join(names)}；默认全部")
    parser.add_argument("--only", nargs="+", default=[], help="同上")
    parser.add_argument("--repeats", type=_count, default=30, help="每项重复次数，默认 30")
    parser.add_argument("--cases", type=_count, default=300, help="演示县的案件数，默认 300")
    parser.add_argument("--large", type=_count, default=3000, help="列表对比的案件数，默认 3000")
    sizes = "、".join(f"{size:,}" for size in lifecycles.SIZES)
    parser.add_argument(
        "--sizes", type=_count, nargs="+", default=lifecycles.SIZES, help=f"四步办理的案件数，默认 {sizes}"
    )
    parser.add_argument("--seconds", type=_seconds, default=lifecycles.SECONDS, help="四步办理每次测量的秒数")
    parser.add_argument("--keep", type=Path, help="四步办理、导出的数据目录，测完保留，下次直接使用")
    parser.add_argument("--exported", type=_count, default=exports.SIZE, help="导出的案件数，默认 100,000")
    parser.add_argument("--persons", type=_count, default=persons.SIZE, help="检索的当事人数，默认 1,000,000")
    parser.add_argument("--turned", type=_count, default=rotation.SIZE, help="轮换密钥的当事人数，默认 50,000")
    parser.add_argument("--lines", type=_count, default=chain.SIZE, help="核对的审计日志条数，默认 200,000")
    return parser


async def _run(asked: argparse.Namespace) -> None:
    began = time.monotonic()
    _tell(machine())
    if parts := [name for name in asked.only if name in MEASURES]:
        await _on_stage(parts, asked)
    if LIFECYCLES in asked.only:
        await lifecycles.measure(tuple(asked.sizes), asked.seconds, _tell, asked.keep)
    if "export" in asked.only:
        await exports.measure(asked.exported, _tell, asked.keep)
    if "persons" in asked.only:
        await persons.measure(asked.persons, max(asked.repeats, persons.REPEATS), _tell)
    if "rotation" in asked.only:
        await rotation.measure(asked.turned, _tell)
    if "chain" in asked.only:
        await chain.measure(asked.lines, _tell)
    _tell(f"\n{time.monotonic() - began:.0f} s, start and stop included; load average {_busy()}")


async def _on_stage(parts: list[str], asked: argparse.Namespace) -> None:
    async with (
        asyncio.timeout(MOST_SECONDS),
        open_stage(repeats=asked.repeats, cases=asked.cases, large=asked.large) as stage,
    ):
        _tell(f"- data: PostgreSQL {await _database(stage)}, {asked.cases:,} cases, seed {SEED}")
        for name in parts:
            _tell("\n" + (await MEASURES[name](stage)).text())


def machine() -> str:
    """Say what the figures were measured on, and when."""
    return "\n".join([
        f"- date: {datetime.now().astimezone():%Y-%m-%d %H:%M %z}",
        f"- machine: {os.cpu_count()} cores, {memory_bytes() / 2**30:.0f} GB RAM, load average {_busy()}",
        f"- software: {platform.system()} {platform.machine()}, Python {platform.python_version()}",
    ])  # fmt: skip


async def _database(stage: Stage) -> str:
    async with await stage.database() as connection:
        found = await (await connection.execute("SHOW server_version")).fetchone()
    return str(found[0]) if found else "unknown"


def _busy() -> str:
    with contextlib.suppress(OSError):
        return " ".join(f"{value:.1f}" for value in os.getloadavg())
    return "unknown"


def _tell(text: str, *, to: object = None) -> None:
    print(text, file=to, flush=True)  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main())
