"""Commands about areas."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli import common
from app.documents import borders, sheets
from app.launch.errors import why
from domain.areas.models import Datum
from domain.kernel import bounds
from domain.kernel.actor import console
from domain.kernel.clock import local_date
from domain.kernel.refusals import Invalid
from state.areas import lines
from state.kit.importing import Content, Kind, Read

areas = typer.Typer(help="区划", no_args_is_help=True, add_completion=False)

SHOWN = 50
"""Rows with faults that are printed; the others are a number."""
DATA = "、".join(f"{datum.value} {datum.label}" for datum in Datum)


@areas.callback()
def stand_above() -> None:
    """Stand over the commands: without it a single one would be no group."""


@areas.command("import")
def import_areas(
    file: Annotated[Path, typer.Argument(help="区划名录（.xlsx、.csv），或边界（.geojson）")],
    preview: Annotated[bool, typer.Option("--preview", help="只检查并列出结果，不导入")] = False,
    since: Annotated[str, typer.Option(help="变更的生效日期，例如 2026-11-01；不填为今天")] = "",
    datum: Annotated[str, typer.Option(help=f"边界的坐标系：{DATA}")] = "",
) -> None:
    """导入区划名录或区划边界：先逐行检查，有一行不对就全部不导入。"""
    kind, content = _read(file, datum)
    day = bounds.day(since, label="生效日期", field="since") if since else None

    async def work(session: AsyncSession, at: datetime) -> tuple[int, list[str]]:
        whole = {**content, "since": (day or local_date(at)).isoformat()}
        actor = console("命令行")
        rows = await kind.read(session, actor, whole)
        told = await kind.told(session, actor, whole)
        _require_right(rows, told)
        if preview:
            return 0, [*map(_row_in_words, rows), *told]
        return await kind.take(session, actor, rows, whole, at), told

    count, told = common.act(work)
    for sentence in told:
        typer.echo(sentence)
    typer.echo(f"检查通过，没有导入任何内容：{file.name}" if preview else f"已导入{kind.word} {count} 个：{file.name}")


def _row_in_words(row: Read) -> str:
    named = " ".join(value for value in row.values[:2] if value)
    return f"第 {row.number} 行  {named}  {row.said or '可导入'}"


def _read(file: Path, datum: str) -> tuple[Kind, Content]:
    """Read a file into what an upload is kept as.

    :raises Invalid: it cannot be opened or read
    """
    try:
        with file.open("rb") as opened:
            body = opened.read(borders.MAX_BYTES + 1)
    except OSError as fault:
        raise Invalid.of({"file": f"无法读取文件 {file}：{why(fault)}"}) from None
    if file.suffix.lower() in lines.BORDERS.endings:
        chosen = lines.datum_in({"datum": datum}) if datum else None
        if chosen is None:
            raise Invalid.of({"datum": f"导入边界须用 --datum 说明坐标系：{DATA}"})
        return lines.BORDERS, {**lines.kept_borders(borders.borders_of(body)), "datum": chosen.value}
    kind = lines.AREAS
    found = sheets.lines_of(body, kind.heads, kind.required, aliases=kind.aliases, csv=True)
    kept = [(line.number, [line.values.get(head, "") for head in kind.heads], dict(line.faults)) for line in found]
    return kind, {"lines": kept}


def _require_right(rows: tuple[Read, ...], told: list[str]) -> None:
    """Print the rows that cannot be taken, and end there.

    :raises Invalid: there are any
    """
    wrong = [row for row in rows if row.faults]
    if not wrong:
        return
    for row in wrong[:SHOWN]:
        typer.echo(f"第 {row.number} 行  {'；'.join(f'{name}：{text}' for name, text in row.faults.items())}")
    for sentence in told:
        typer.echo(sentence)
    raise Invalid.of({"file": f"{len(rows)} 行中有 {len(wrong)} 行有问题，没有导入任何内容；请改好后重新运行"})
