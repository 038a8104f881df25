"""A report on paper: Word that can be edited on, PDF and sheets say the same."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import pytest_asyncio
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader
from sqlalchemy.ext.asyncio import AsyncSession

from app.documents.report import Paper, numbered, paper_of, report_pdf
from app.documents.report_docx import report_docx
from app.documents.report_xlsx import report_xlsx
from app.documents.workbook import Mark
from domain.calendar.operations import seed_years
from domain.kernel.refusals import NotFound
from domain.reports import operations
from domain.reports.schemas import Block, Kind
from state.reports import making
from tests.app.documents.test_slip import A4, text_of
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

AT = MORNING + timedelta(days=5)
NAME = "week-2026-11-16"


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    await seed_years(session, [2026])
    return await support.build(session)


@pytest_asyncio.fixture(loop_scope="session")
async def paper(session: AsyncSession, county: County) -> Paper:
    for seed, length in enumerate((2, 3, 6, 6, 6), start=1):
        await support.bring_to(session, county, MAIN_LINE[:length], at=MORNING - timedelta(days=1), seed=seed)
    center = county["center"]
    await making.make(session, center, Kind.WEEK, MORNING.date(), at=AT)
    said = "=本周形势平稳，#set[raw]。\n第二段😀"
    await operations.save(session, center, NAME, Block.OVERVIEW, said, seen=None, at=AT)
    return await paper_of(session, center, NAME, at=AT)


async def test_word_has_styles_tables_and_pictures(paper: Paper) -> None:
    book = Document(io.BytesIO(report_docx(paper, at=AT)))

    heads = [one.text for one in book.paragraphs if one.style.name.startswith("Heading")]
    assert heads == [
        "一、综述", "二、本期要点", "三、总体情况",
        "四、分布情况", "（一）按乡镇街道", "（二）按类型", "（三）按来源", "（四）按风险等级", "（五）受理变化最大的乡镇街道和类型",
        "五、承办单位", "（一）各单位办理情况", "（二）用时最长的主办单位",
        "六、办理用时", "（一）各环节用时", "（二）全程用时分布", "七、存在问题", "八、下步打算",
    ]  # fmt: skip
    said = [one.text for one in book.paragraphs]
    for words in ("社会治理工作周报", "=本周形势平稳，#set[raw]。", "第二段😀", "1. 本周受理 5 件。", "（待填写）"):
        assert words in said, words
    fonts = {
        name: book.styles[name].element.rPr.rFonts.get(qn("w:eastAsia")) for name in ("Normal", "Heading 1", "Title")
    }
    assert fonts == {"Normal": "仿宋", "Heading 1": "黑体", "Title": "宋体"}
    assert not [one for one in book.styles["Heading 1"].element.rPr.rFonts.attrib if one.endswith("Theme")]
    page = book.sections[0]
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    assert 'w:instr="PAGE"' in page.footer._element.xml
    assert "账号 center" in page.footer.paragraphs[-1].text


async def test_word_has_the_tables_whose_heads_are_repeated_and_pictures_with_words(paper: Paper) -> None:
    book = Document(io.BytesIO(report_docx(paper, at=AT)))

    told = [part for part in paper.parts if part.rows]
    assert [[cell.text for cell in table.rows[0].cells] for table in book.tables] == [
        [head.label for head in part.heads] for part in told
    ]
    assert [[cell.text for cell in row.cells] for row in book.tables[0].rows[1:]] == [
        [cell.text for cell in row] for row in told[0].rows
    ]
    assert all(table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in book.tables)
    drawn = [part for part in paper.parts if part.chart]
    pictures = [one._inline for one in book.inline_shapes]
    assert [one.docPr.get("title") for one in pictures] == [part.title for part in drawn]
    assert len(drawn) >= 3
    for one in pictures:
        part = book.part.related_parts[one.graphic.graphicData.pic.blipFill.blip.embed]
        assert Image.open(io.BytesIO(part.blob)).size[0] > 1000


async def test_pdf_says_the_same_on_a4(paper: Paper) -> None:
    pdf = await report_pdf(paper, at=AT)

    for page in PdfReader(io.BytesIO(pdf)).pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == A4
    said = text_of(pdf)
    for _, words in (heading for part in paper.parts for heading in part.headings):
        assert words in said
    for words in (
        "=本周形势平稳，#set[raw]。",
        "第二段〔表情〕",
        "本周受理5件。",
        "枫林镇5100.0%",
        "账号center",
        "内部资料",
    ):
        assert words in said, words


async def test_sheets_hold_numbers_and_no_formula(paper: Paper, county: County) -> None:
    book = load_workbook(io.BytesIO(report_xlsx(paper, Mark.of(county["center"], 3, at=AT))))

    assert book.sheetnames == ["文字", *(part.title for part in paper.parts if part.rows)]
    assert book["文字"]["B4"].value == "'=本周形势平稳，#set[raw]。"
    rows = list(book["总体情况"].iter_rows(min_row=4, values_only=True))
    assert rows[0][:3] == ("受理", 5, 0)
    assert [cell.value for cell in book["各环节用时"][3]][:3] == ["环节", "件数（件）", "中位用时（小时）"]
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


async def test_there_is_none_of_a_draft_for_its_readers(session: AsyncSession, county: County, paper: Paper) -> None:
    with pytest.raises(NotFound):
        await paper_of(session, county["leader"], NAME, at=AT)


@pytest.mark.parametrize(("place", "word"), [(0, "一"), (9, "十"), (10, "十一"), (19, "二十"), (20, "二十一")])
def test_parts_are_numbered_as_papers_are(place: int, word: str) -> None:
    assert numbered(place) == word
