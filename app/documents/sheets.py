"""Tables that come in from people, as Excel workbooks or as CSV, and the small workbooks handed back to them.

What comes in is hostile until read: it is judged by content, its unpacked size is bounded before anything
is unpacked, its XML may hold no entities (defusedxml), and a formula or a macro is never read as a value.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from csv import Error, reader
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from xlsxwriter import Workbook

from domain.kernel.refusals import Invalid, TooLarge, UnsupportedMedia
from state.inputs import MAX_SHEET as MAX_BYTES

MAX_UNPACKED = 20 * 1024 * 1024
MAX_PARTS = 200
MAX_ROWS = 5_000
MAX_CELL = 200
NO_ALIASES: Mapping[str, str] = MappingProxyType({})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NOT_XLSX = "请上传 .xlsx 工作簿（Excel 2007 及以上），不支持 .xls、.csv 和加密的文件"
_NOT_TABLE = "请上传 .xlsx 工作簿或 .csv 文件（UTF-8 或 GBK 编码），不支持 .xls 和加密的文件"
_BROKEN = (zipfile.BadZipFile, InvalidFileException, ParseError, DefusedXmlException, KeyError, ValueError, EOFError)
"""What a damaged or crafted file makes of the readers; each means: no workbook."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number in the sheet, its texts by heading, and what cannot be read in it."""

    number: int
    values: Mapping[str, str]
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell of a CSV file, as those of workbooks are."""

    value: str
    data_type: str = "s"


def lines_of(
    body: bytes,
    heads: Sequence[str],
    required: Sequence[str],
    *,
    aliases: Mapping[str, str] = NO_ALIASES,
    csv: bool = False,
) -> tuple[Line, ...]:
    """Read the rows below the heading of the first sheet, or of a CSV file where one is taken; empty rows are left out.

    `aliases`: what else a heading may be called.

    :raises TooLarge: more than 2 MB, 20 MB unpacked or 5,000 rows
    :raises UnsupportedMedia: no workbook, or one with macros
    :raises Invalid: a required heading is missing, or there is no row
    """
    if csv and not body.startswith(b"PK"):
        found = _read(iter(_delimited(body)), heads, required, aliases)
    else:
        found = _workbook_lines(body, heads, required, aliases)
    if not found:
        raise Invalid.of({"file": "表格里没有数据，请在表头下面填写"})
    return found


def _delimited(body: bytes) -> list[list[_Cell]]:
    """Read a CSV file, in UTF-8 or as Chinese Excel writes it, divided by commas, semicolons or tabs."""
    if len(body) > MAX_BYTES:
        raise TooLarge(f"文件最大 {MAX_BYTES >> 20} MB，请分批导入")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = body.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise UnsupportedMedia(_NOT_TABLE)
    if "\0" in text or not text.strip():
        raise UnsupportedMedia(_NOT_TABLE)
    first = text.lstrip().splitlines()[0]
    sign = max(",;\t，", key=first.count)
    try:
        return [[_Cell(one) for one in row] for row in reader(io.StringIO(text), delimiter=sign, strict=True)]
    except Error:
        raise UnsupportedMedia(f"文件已损坏或不是表格。{_NOT_TABLE}") from None


def _workbook_lines(
    body: bytes, heads: Sequence[str], required: Sequence[str], aliases: Mapping[str, str]
) -> tuple[Line, ...]:
    _judge(body)
    try:
        book = load_workbook(io.BytesIO(body), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its own size is not believed
        rows = sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=len(heads) + 10)
        return _read(rows, heads, required, aliases)
    except IndexError:
        raise UnsupportedMedia(_NOT_XLSX) from None
    except _BROKEN as error:
        raise UnsupportedMedia(f"文件已损坏或不是工作簿。{_NOT_XLSX}") from error


def _judge(body: bytes) -> None:
    if len(body) > MAX_BYTES:
        raise TooLarge(f"文件最大 {MAX_BYTES >> 20} MB，请分批导入")
    if not body.startswith(b"PK\x03\x04"):
        raise UnsupportedMedia(_NOT_XLSX)
    try:
        parts = zipfile.ZipFile(io.BytesIO(body)).infolist()
    except zipfile.BadZipFile:
        raise UnsupportedMedia(_NOT_XLSX) from None
    names = {part.filename.lower() for part in parts}
    if "xl/workbook.xml" not in names or "[content_types].xml" not in names:
        raise UnsupportedMedia(_NOT_XLSX)
    if any(name.endswith((".bin", ".exe", ".dll", ".js", ".vbs")) and "printersettings" not in name for name in names):
        raise UnsupportedMedia("文件含有宏或嵌入的程序，请另存为不含宏的 .xlsx 再上传")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise TooLarge("文件解压后过大，请只保留需要导入的数据")


def _read(
    rows: Iterator[Any], heads: Sequence[str], required: Sequence[str], aliases: Mapping[str, str]
) -> tuple[Line, ...]:
    places = _places(next(rows, ()), heads, required, aliases)
    found: list[Line] = []
    for number, row in enumerate(rows, 2):
        if number > MAX_ROWS + 1:
            raise TooLarge(f"最多 {MAX_ROWS} 行，请分批导入")
        if line := _line(number, row, places):
            found.append(line)
    return tuple(found)


def _places(
    row: Iterable[Any], heads: Sequence[str], required: Sequence[str], aliases: Mapping[str, str]
) -> dict[int, str]:
    """Where each heading stands; a star that marks what must be filled in is not part of it."""
    written = {str(cell.value or "").strip().rstrip("*").strip(): place for place, cell in enumerate(row)}
    named = {aliases[word]: place for word, place in written.items() if word in aliases} | written
    if missing := [head for head in required if head not in named]:
        raise Invalid.of({"file": f"表头缺少：{'、'.join(missing)}，请使用下载的模板"})
    return {named[head]: head for head in heads if head in named}


def _line(number: int, row: Sequence[Any], places: Mapping[int, str]) -> Line | None:
    values: dict[str, str] = {}
    faults: dict[str, str] = {}
    for place, head in places.items():
        cell = row[place] if place < len(row) else None
        value = None if cell is None else cell.value
        if cell is not None and (cell.data_type == "f" or (isinstance(value, str) and value.startswith("="))):
            faults[head], value = "不能是公式，请粘贴为数值", None
        text = _text(value)
        if len(text) > MAX_CELL:
            faults[head], text = f"最长 {MAX_CELL} 个字", text[:MAX_CELL]
        values[head] = text
    return Line(number, values, faults) if faults or any(values.values()) else None


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "".join(sign for sign in str(value) if sign.isprintable()).strip()


def workbook(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, notes: Sequence[str] = ()) -> bytes:
    """Write a workbook of one sheet: headings, rows of texts, and notes on a sheet of their own.

    Every cell is a text, so that nothing in it is ever taken for a formula; nothing touches the disk.
    """
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        head = book.add_format({"bold": True, "bg_color": "#E8F0FC", "border": 1, "num_format": "@"})
        plain = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(title)
        sheet.set_column(0, len(heads) - 1, 20, plain)
        sheet.freeze_panes(1, 0)
        for place, word in enumerate(heads):
            sheet.write_string(0, place, word, head)
        for number, row in enumerate(rows, 1):
            for place, text in enumerate(row):
                sheet.write_string(number, place, text, plain)
        if notes:
            page = book.add_worksheet("说明")
            page.set_column(0, 0, 90)
            for number, note in enumerate(notes):
                page.write_string(number, 0, note)
    return out.getvalue()
