"""A periodic report on paper: its parts in their order, the same for Word, PDF and sheets, and the PDF itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.documents.typeset import printable, typeset
from app.documents.workbook import CLASSIFIED
from domain.kernel.actor import Actor
from domain.kernel.clock import stamp
from domain.orgs import queries as orgs
from domain.reports import queries, rules
from domain.reports.schemas import Block, ReportView
from state.kit.charts import Chart
from state.reports.report import TITLE, made_said
from state.reports.shown import Cell, Head, sections

TEMPLATE, CHART = (Path(__file__).with_name(name) for name in ("report.typ", "chart.typ"))
_FINDINGS = "本期要点"
UNWRITTEN = "（待填写）"
PICTURE_PPI = 200
_NUMBERS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a report: a text, numbered sentences, or a table with its chart.

    :ivar headings: what stands above it: each its level and its words
    """

    group: str
    title: str
    says: str = ""
    text: str = ""
    items: list[str] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    chart: Chart | None = None
    headings: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A report as it is printed: `taken` says who took it and when."""

    centre: str
    title: str
    word: str
    status: str
    made: str
    taken: str
    parts: tuple[Part, ...]


async def paper_of(session: AsyncSession, actor: Actor, name: str, *, at: datetime) -> Paper:
    """Read a report for paper.

    :raises NotPermitted: the actor reads no reports
    :raises NotFound: there is none within the actor's reach
    """
    view = await queries.view(session, actor, name)
    row = view.row
    return Paper(
        centre=await orgs.centre_name(session),
        title=f"{TITLE}{row.kind.label}",
        word=f"{rules.word(row.kind, row.days)}（{row.days.word}）",
        status=row.state.label,
        made=made_said(view),
        taken=f"{CLASSIFIED}　导出人 {actor.name}　账号 {actor.login}　时间 {stamp(at)}",
        parts=_parts(view),
    )


def _parts(view: ReportView) -> tuple[Part, ...]:
    def text(block: Block) -> Part:
        written = view.texts.get(block)
        return Part(block.label, block.label, text=(written.text if written else "") or UNWRITTEN)

    tables = [
        Part(
            one.group, one.title, one.says, heads=one.heads, rows=one.rows, chart=None if one.chart.blank else one.chart
        )
        for one in sections(view, linked=False)
        if one.rows
    ]
    found = [
        text(Block.OVERVIEW),
        Part(_FINDINGS, _FINDINGS, items=rules.findings(view.row.kind, view.figures)),
        *tables,
        text(Block.PROBLEMS),
        text(Block.PLANS),
    ]
    return tuple(_headed(found))


def _headed(parts: Sequence[Part]) -> Iterator[Part]:
    """Give the parts with what stands above them: chapters are numbered, and the parts of those that have several."""
    for number, (group, some) in enumerate(groupby(parts, key=lambda part: part.group)):
        members = list(some)
        for place, part in enumerate(members):
            first = [(1, f"{numbered(number)}、{group}")] if not place else []
            own = [(2, f"（{numbered(place)}）{part.title}")] if len(members) > 1 else []
            yield replace(part, headings=(*first, *own))


def numbered(place: int) -> str:
    """Write the number of a part as headings have it; `place` begins at 0."""
    tens, ones = divmod(place + 1, 10)
    return f"{_NUMBERS[tens - 1] if tens > 1 else ''}{'十' if tens else ''}{_NUMBERS[ones - 1] if ones else ''}"


async def report_pdf(paper: Paper, *, at: datetime) -> bytes:
    """Print a report."""
    return await asyncio.to_thread(typeset, TEMPLATE, _data(paper), at=at)


def picture_of(chart: Chart, *, at: datetime) -> bytes:
    """Draw a chart as PNG, 160 mm wide; see `typeset`."""
    return typeset(CHART, asdict(chart), at=at, kind="png", ppi=PICTURE_PPI)


def _data(paper: Paper) -> dict[str, Any]:
    parts = [
        {
            "headings": part.headings,
            "says": part.says,
            "text": printable(part.text),
            "items": part.items,
            "heads": [one.label for one in part.heads],
            "rows": [[printable(cell.text) for cell in row] for row in part.rows],
            "chart": asdict(part.chart) if part.chart else None,
        }
        for part in paper.parts
    ]
    return {**asdict(paper), "taken": printable(paper.taken), "made": printable(paper.made), "parts": parts}
