"""The acceptance slip and its QR code."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
import pytest_asyncio
from pypdf import PdfReader
from sqlalchemy.ext.asyncio import AsyncSession

from app.documents.qr import matrix, qr_svg
from app.documents.slip import slip_pdf
from domain.cases.schemas import PartyInput
from domain.cases.vocabulary import Action
from domain.kernel.refusals import ActionNotAllowed, NotPermitted
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County, phone
from tests.support.petitioner import BASE, token_of

A4 = (595, 842)


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    return await support.build(session)


def text_of(pdf: bytes) -> str:
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


async def printed(session: AsyncSession, county: County, number: str) -> bytes:
    return await slip_pdf(
        session, county["registrar"], number, base_url=BASE, at=MORNING + timedelta(days=1, microseconds=7)
    )


async def test_says_what_was_accepted_and_hides_who(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:3], at=MORNING)
    pdf = await printed(session, county, number)
    said = text_of(pdf)
    for words in (
        "受理通知单", number, "林**", "工地拖欠工资1号", "劳动合同、劳务派遣", "枫林镇", "2026年11月18日09:00",
        "20个工作日", "2026年12月16日前", "个人信息处理告知", "扫码查进度", "县综治中心", "（盖章）", "2026年11月19日",
    ):  # fmt: skip
        assert words in said
    assert f"{county['registrar'].login}2026-11-1909:00" in said, "the watermark"
    assert "水木" not in said
    assert phone(1) not in said
    assert await token_of(session, county, number) not in said


async def test_long_words_and_markup_stay_on_one_a4_page(session: AsyncSession, county: County) -> None:
    parties = tuple(
        PartyInput(name="欧阳" + "长" * 44, id_number=support.id_number(seed), phone=phone(seed)) for seed in (1, 2, 3)
    )
    number = await support.draft(session, county, at=MORNING, title="#set [W](x) $1" + "长" * 46, parties=parties)
    await support.main_step(session, county, number, Action.SUBMIT, at=MORNING)
    pdf = await printed(session, county, number)
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) == 1
    assert (int(pages[0].mediabox.width), int(pages[0].mediabox.height)) == pytest.approx(A4, abs=1)
    assert "#set[W](x)$1" in text_of(pdf)
    assert "等3人" in text_of(pdf)


async def test_only_the_fonts_that_come_along_are_used(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
    page = PdfReader(io.BytesIO(await printed(session, county, number))).pages[0]
    fonts = page["/Resources"]["/Font"]
    assert all("NotoSansCJK" in str(fonts[name]["/BaseFont"]) for name in fonts)


async def test_is_for_accepted_cases_and_those_who_print(session: AsyncSession, county: County) -> None:
    draft = await support.draft(session, county, at=MORNING)
    with pytest.raises(ActionNotAllowed):
        await printed(session, county, draft)
    number = await support.bring_to(session, county, MAIN_LINE[:2], at=MORNING)
    with pytest.raises(NotPermitted):
        await slip_pdf(session, county["rsj"], number, base_url=BASE, at=MORNING)


def test_the_drawing_holds_exactly_the_dark_modules() -> None:
    url = f"{BASE}/t/{'x' * 22}"
    rows = matrix(url)
    drawn = [[False] * len(rows) for _ in rows]
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", qr_svg(url).split('fill="#000"')[1]):
        for step in range(int(length)):
            drawn[int(y)][int(x) + step] = True
    assert drawn == rows
    assert len(rows[0]) == len(rows)
