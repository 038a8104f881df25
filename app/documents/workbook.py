"""Excel workbooks that go out: any export of rows, with who took it written on it.

A cell is written as a text and never as a formula; a text that a spreadsheet could still take for one (after it was
saved as CSV, or retyped) gets an apostrophe in front (ASVS 5.0 V1.2.10). Moments are dates that a spreadsheet can sort
and reckon with, whole numbers are numbers. Rows are encoded apart from the workbook, so that a long export can be put
together from parts.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from domain.kernel.actor import Actor
from domain.kernel.clock import DAMAGED, SHANGHAI, stamp

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
Cell = str | float | datetime
_TEXT, _MOMENT, _NUMBER = 4, 5, 6
"""The looks of cells, as the library counts them down the rows: title, watermark and headings come before."""
_FORMS = ("@", "yyyy-mm-dd hh:mm", "0")
_SHEET = "xl/worksheets/sheet1.xml"
_SAMPLE = f'<row r="4"><c r="A4" s="{_TEXT}"/><c r="B4" s="{_MOMENT}"/><c r="C4" s="{_NUMBER}"/></row>'
_EXTENT = re.compile(rb'<dimension ref="[^"]*"/>')
_NAMES = tuple(xl_col_to_name(place) for place in range(100))
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet knows no zones
_LEVEL = 2
"""Of compression: a higher one takes twice the time for a tenth less."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `width` counts characters, of which a Chinese one takes two."""

    head: str
    width: float = 14


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a small workbook."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


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


def export(title: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], mark: Mark) -> bytes:
    """Write rows as a workbook of one sheet: title, watermark, headings, rows; some 3 s per 100,000, so in a thread."""
    return assemble(title, columns, [encode(rows, first=0)], mark)


def book(title: str, sheets: Sequence[Sheet], mark: Mark) -> bytes:
    """Write a small workbook of several sheets, each with title, watermark and headings; numbers are shown with one decimal at most."""
    made = io.BytesIO()
    with Workbook(made, {"strings_to_formulas": False, "strings_to_urls": False}) as out:
        out.set_properties({"title": title, "author": plain(mark.login), "comments": plain(mark.words)})
        text = out.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        whole, broken = (out.add_format({"num_format": form, "valign": "top"}) for form in ("#,##0", "#,##0.0"))
        for each in sheets:
            sheet = out.add_worksheet(each.title)
            _set_up(sheet, each.columns, mark)
            _write_head(out, sheet, f"{title} {each.title}", each.columns, mark)
            for line, row in enumerate(each.rows, _HEAD_ROW + 1):
                for place, value in enumerate(row):
                    if isinstance(value, int | float):
                        sheet.write_number(line, place, value, whole if value == int(value) else broken)
                    else:
                        sheet.write_string(line, place, safe(str(value)), text)
    return made.getvalue()


def encode(rows: Iterable[Sequence[Cell]], *, first: int) -> bytes:
    """Write some rows as they stand in a sheet, the first of them behind `first` others.

    Widths, fonts and watermark come from the library; it takes 15 s for 100,000 rows that are written here in 2.
    """
    return "".join(_row(number, row) for number, row in enumerate(rows, _HEAD_ROW + 2 + first)).encode()


def assemble(title: str, columns: Sequence[Column], parts: Iterable[bytes], mark: Mark) -> bytes:
    """Make a workbook of rows that were encoded part by part; `mark` says how many there are."""
    frame, made = zipfile.ZipFile(io.BytesIO(_frame(title, columns, mark))), io.BytesIO()
    with frame, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as book:
        for name in frame.namelist():
            if name != _SHEET:
                book.writestr(name, frame.read(name))
        head, foot = frame.read(_SHEET).split(_SAMPLE.encode())
        extent = f'<dimension ref="A1:{_NAMES[len(columns) - 1]}{_HEAD_ROW + 1 + mark.rows}"/>'
        with book.open(_SHEET, "w", force_zip64=True) as sheet:
            sheet.write(_EXTENT.sub(extent.encode(), head))
            for part in parts:
                sheet.write(part)
            sheet.write(foot)
    return made.getvalue()


def _row(number: int, row: Sequence[Cell]) -> str:
    cells = "".join([_cell(f"{name}{number}", value) for name, value in zip(_NAMES, row, strict=False)])
    return f'<row r="{number}">{cells}</row>'


def _cell(place: str, value: Cell) -> str:
    if isinstance(value, str):
        if not value:
            return f'<c r="{place}" s="{_TEXT}"/>'
        return f'<c r="{place}" s="{_TEXT}" t="inlineStr"><is>{_written(value)}</is></c>'
    if isinstance(value, datetime):
        days = (value.astimezone(SHANGHAI).replace(tzinfo=None) - _EPOCH) / timedelta(days=1)
        return f'<c r="{place}" s="{_MOMENT}"><v>{days:.8f}</v></c>'
    return f'<c r="{place}" s="{_NUMBER}"><v>{value}</v></c>'


@lru_cache(maxsize=10_000)
def _written(text: str) -> str:
    made = safe(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<t>{made}</t>" if made == made.strip() else f'<t xml:space="preserve">{made}</t>'


def moment(at: datetime | None) -> Cell:
    """Give a moment as a sheet has it: a date that can be reckoned with, or words where there is none."""
    return at if at is not None and at != DAMAGED else stamp(at)


def _frame(title: str, columns: Sequence[Column], mark: Mark) -> bytes:
    """Make the workbook without its rows: in their place stands one of each kind of cell, for its look."""
    made = io.BytesIO()
    with Workbook(made, {"constant_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": title, "author": plain(mark.login), "comments": plain(mark.words)})
        sheet = book.add_worksheet(title)
        _set_up(sheet, columns, mark)
        _write_head(book, sheet, title, columns, mark)
        sheet.autofilter(_HEAD_ROW, 0, _HEAD_ROW + max(mark.rows, 1), len(columns) - 1)
    return made.getvalue()


def safe(text: str) -> str:
    """Make a text harmless in a cell: no control characters, nothing that begins like a formula."""
    if text[:1].isalnum() and text.isprintable() and len(text) <= MAX_CELL:
        return text  # nearly all there is
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


def _write_head(book: Workbook, sheet: Worksheet, title: str, columns: Sequence[Column], mark: Mark) -> None:
    looks = [book.add_format({"num_format": form, "valign": "top"}) for form in _FORMS]
    large = book.add_format({"bold": True, "font_size": 14})
    warned = book.add_format({"font_color": "#C5221F"})
    head = book.add_format({"bold": True, "bg_color": "#E8F0FC", "border": 1, "num_format": "@"})
    sheet.write_string(0, 0, title, large)
    sheet.write_string(1, 0, safe(mark.words), warned)
    for place, column in enumerate(columns):
        sheet.write_string(_HEAD_ROW, place, safe(column.head), head)
    for place, look in enumerate(looks):
        sheet.write_blank(_HEAD_ROW + 1, place, None, look)
