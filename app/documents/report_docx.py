"""A periodic report for Word, to be edited there: real styles, fonts by their Chinese names, tables, pictures."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from app.documents.report import Paper, Part, picture_of
from app.documents.workbook import plain

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BODY, HEADING, LESSER, TITLE = "仿宋", "黑体", "楷体", "宋体"
WIDTH = Mm(156)
_BLACK = RGBColor(0, 0, 0)
_STYLES = {"Normal": (BODY, 16), "Title": (TITLE, 22), "Heading 1": (HEADING, 16), "Heading 2": (LESSER, 16)}
"""Fonts and sizes of an official paper (GB/T 9704): 仿宋, 黑体 and 楷体三号, the title 二号."""
_TABLE, _NOTE = "表格文字", "说明文字"
"""Styles of our own, so that all tables and notes change together in Word."""


def report_docx(paper: Paper, *, at: datetime) -> bytes:
    """Write a report as a Word document; it draws the charts, so call it in a thread."""
    book = Document()
    _set_up(book, paper, at)
    book.add_paragraph(paper.centre, "Normal").alignment = WD_ALIGN_PARAGRAPH.CENTER
    book.add_paragraph(paper.title, "Title").alignment = WD_ALIGN_PARAGRAPH.CENTER
    book.add_paragraph(paper.word, "Normal").alignment = WD_ALIGN_PARAGRAPH.CENTER
    book.add_paragraph(f"{paper.status}　{plain(paper.made)}", _NOTE).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for part in paper.parts:
        _write(book, part, at)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _set_up(book: Any, paper: Paper, at: datetime) -> None:
    page = book.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    for name in (_TABLE, _NOTE):
        book.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = book.styles["Normal"]
    for name, (font, size) in {**_STYLES, _TABLE: (BODY, 10.5), _NOTE: (BODY, 10.5)}.items():
        _dress(book.styles[name], font, size)
    book.core_properties.title, book.core_properties.author = f"{paper.title} {paper.word}", paper.centre
    book.core_properties.created = book.core_properties.modified = at.astimezone(UTC).replace(tzinfo=None)
    book.core_properties.comments = plain(paper.taken)
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run("— ")
    _field(foot.add_run(), "PAGE")
    foot.add_run(" —")
    page.footer.add_paragraph(plain(paper.taken), _NOTE).alignment = WD_ALIGN_PARAGRAPH.CENTER


def _dress(style: Any, font: str, size: float) -> None:
    style.font.name, style.font.size, style.font.color.rgb = "Times New Roman", Pt(size), _BLACK
    style.font.bold = False
    fonts = style.element.rPr.rFonts
    for name in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[name]  # the theme's font would go before the named one
    fonts.set(qn("w:eastAsia"), font)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0 if style.name == _TABLE else 4)
    for edge in style.element.iter(qn("w:pBdr")):
        edge.getparent().remove(edge)


def _field(run: Any, code: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    shown = OxmlElement("w:r")
    shown.append(OxmlElement("w:t"))
    shown[0].text = "1"
    field.append(shown)
    run._r.addnext(field)  # noqa: SLF001 - the library has no fields


def _write(book: Any, part: Part, at: datetime) -> None:
    for level, words in part.headings:
        book.add_heading(words, level)
    if part.says:
        book.add_paragraph(part.says, _NOTE)
    for line in part.text.splitlines():
        _indented(book.add_paragraph(plain(line)))
    for number, item in enumerate(part.items, 1):
        _indented(book.add_paragraph(f"{number}. {item}"))
    if part.chart:
        book.add_picture(io.BytesIO(picture_of(part.chart, at=at)), width=WIDTH)
        drawn = book.inline_shapes[-1]._inline.docPr  # noqa: SLF001 - alternative text has no other way
        drawn.set("descr", f"{part.title}的图，数字见下表")
        drawn.set("title", part.title)
    if part.rows:
        _table(book, part)


def _indented(paragraph: Any) -> None:
    paragraph.paragraph_format.first_line_indent = Pt(32)


def _table(book: Any, part: Part) -> None:
    table = book.add_table(len(part.rows) + 1, len(part.heads), "Table Grid")
    words = [[head.label for head in part.heads], *([plain(cell.text) for cell in row] for row in part.rows)]
    for row, texts in zip(table.rows, words, strict=True):
        for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.style, paragraph.text = book.styles[_TABLE], text
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if place else WD_ALIGN_PARAGRAPH.LEFT
    first = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - the library has no repeated heads
    first.append(OxmlElement("w:tblHeader"))
    book.add_paragraph("", _NOTE)
