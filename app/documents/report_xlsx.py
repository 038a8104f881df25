"""A periodic report as a workbook: a sheet for each table, numbers as numbers."""

from __future__ import annotations

from app.documents.report import Paper
from app.documents.workbook import Cell, Column, Mark, Sheet, book

_LONGEST = 31
"""Characters of a sheet's name in Excel."""


def report_xlsx(paper: Paper, mark: Mark) -> bytes:
    """Write the tables of a report, and its texts on the first sheet."""
    said = [[part.title, line] for part in paper.parts for line in (part.text.splitlines() or part.items)]
    sheets = [Sheet("文字", (Column("部分", 16), Column("内容", 100)), said)]
    for part in paper.parts:
        if part.rows:
            heads = [Column(f"{one.label}（{one.unit}）" if one.unit else one.label, 18) for one in part.heads]
            rows: list[list[Cell]] = [
                [cell.text if cell.value is None else cell.value for cell in row] for row in part.rows
            ]
            sheets.append(Sheet(part.title[:_LONGEST], heads, rows))
    return book(f"{paper.title} {paper.word}", sheets, mark)
