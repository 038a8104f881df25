"""Excel workbooks that go out: any export of rows, with who took it written on it.

A cell is written as a text and never as a formula; a text that a spreadsheet could still take for one (after it was
saved as CSV, or retyped) gets an apostrophe in front (ASVS 5.0 V1.2.10). Rows go through a scratch file, so that
memory does not grow with them.
"""

from __future__ import annotations

import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from domain.kernel.actor import Actor
from domain.kernel.clock import stamp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CLASSIFIED = "内部资料"
MAX_CELL = 32_000
"""Characters of a cell; Excel refuses a file with a longer one."""
_MAX_HEADER = 240
"""Characters of a printed header or footer; Excel drops longer ones."""
_A4 = 9
_HEAD_ROW = 2
_FORMULA = frozenset("=+-@\t\r\n\0\N{MINUS SIGN}")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `width` counts characters, of which a Chinese one takes two."""

    head: str
    width: float = 14


@dataclass(frozen=True, slots=True)
class Mark:
    """Say who took an export, when, and how many rows it holds."""

    name: str
    login: str
    at: datetime
    rows: int

    @classmethod
    def of(cls, actor: Actor, rows: int, *, at: datetime) -> Mark:
        """Mark an export of whoever acts."""
        return cls(actor.name, actor.login, at, rows)

    @property
    def words(self) -> str:
        return f"{CLASSIFIED} 导出人 {self.name} 账号 {self.login} 时间 {stamp(self.at)} 共 {self.rows} 条"


def export(title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], mark: Mark) -> bytes:
    """Write rows of texts as a workbook of one sheet: title, watermark, headings, rows.

    It computes for about a second per ten thousand rows, so call it in a thread.
    """
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "export.xlsx"
        with Workbook(path, {"constant_memory": True, "tmpdir": scratch, "strings_to_formulas": False}) as book:
            book.set_properties({"title": title, "author": plain(mark.login), "comments": plain(mark.words)})
            sheet = book.add_worksheet(title)
            _set_up(sheet, columns, mark)
            _write(book, sheet, title, columns, rows, mark)
            sheet.autofilter(_HEAD_ROW, 0, _HEAD_ROW + max(len(rows), 1), len(columns) - 1)
        return path.read_bytes()


def safe(text: str) -> str:
    """Make a text harmless in a cell: no control characters, nothing that begins like a formula."""
    cleaned = plain(text)
    begins = (text[:1], cleaned.lstrip()[:1])
    suspect = any(sign and {sign, unicodedata.normalize("NFKC", sign)} & _FORMULA for sign in begins)
    return f"'{cleaned}" if suspect else cleaned


def plain(text: str) -> str:
    """Drop what cannot be seen or kept: line ends become blanks, the rest of a long text is cut."""
    kept = (" " if sign in "\t\r\n" else sign for sign in text[:MAX_CELL] if not _unprintable(sign))
    return "".join(kept)


def _unprintable(sign: str) -> bool:
    if sign in "\t\r\n":
        return False
    return unicodedata.category(sign) in _INVISIBLE or ord(sign) & 0xFFFE == 0xFFFE


def _set_up(sheet: Worksheet, columns: Sequence[Column], mark: Mark) -> None:
    """Widths, frozen headings, and how it prints: the watermark stands on every page."""
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
    sheet.freeze_panes(_HEAD_ROW + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, _HEAD_ROW)
    # "&" begins an order to the printer there, such as "put a picture here"
    words = plain(mark.words).replace("&", "\N{FULLWIDTH AMPERSAND}")[:_MAX_HEADER]
    sheet.set_header(f"&L{words}")
    sheet.set_footer(f"&L{words}&R&P / &N")


def _write(
    book: Workbook,
    sheet: Worksheet,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    mark: Mark,
) -> None:
    large = book.add_format({"bold": True, "font_size": 14})
    warned = book.add_format({"font_color": "#C5221F"})
    head = book.add_format({"bold": True, "bg_color": "#E8F0FC", "border": 1, "num_format": "@"})
    body = book.add_format({"num_format": "@", "valign": "top"})
    sheet.write_string(0, 0, title, large)
    sheet.write_string(1, 0, safe(mark.words), warned)
    _line(sheet, _HEAD_ROW, [column.head for column in columns], head)
    for number, row in enumerate(rows, _HEAD_ROW + 1):
        _line(sheet, number, row, body)


def _line(sheet: Worksheet, number: int, texts: Sequence[str], look: Format) -> None:
    for place, text in enumerate(texts):
        sheet.write_string(number, place, safe(text), look)
