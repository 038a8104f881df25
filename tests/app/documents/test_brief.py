"""The morning brief on paper: one page, what it says, who took it."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
import pytest_asyncio
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.documents.brief import brief_pdf
from domain.briefs import operations
from domain.calendar.operations import seed_years
from domain.cases.models import Case
from domain.kernel.refusals import NotFound
from tests.app.documents.test_slip import A4, text_of
from tests.support import county as support
from tests.support.county import MAIN_LINE, MORNING, County

DAY = date(2026, 11, 20)
AT = MORNING + timedelta(days=2)


@pytest_asyncio.fixture(loop_scope="session")
async def county(session: AsyncSession) -> County:
    await seed_years(session, [2026])
    return await support.build(session)


async def test_is_one_page_that_says_what_was_told_and_who_took_it(session: AsyncSession, county: County) -> None:
    numbers = [
        await support.bring_to(session, county, MAIN_LINE[:length], at=MORNING, seed=seed)
        for seed, length in enumerate((2, 2, 5), start=1)
    ]
    for case in await session.scalars(select(Case)):
        case.title = "#set[" + "长标题😀" * 40
    await operations.make(session, county["leader"], day=DAY, at=AT)

    pdf = await brief_pdf(session, county["leader"], DAY, at=AT)

    (page,) = PdfReader(io.BytesIO(pdf)).pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == A4
    said = text_of(pdf)
    for words in (
        "每日晨报", "2026年11月20日，星期五", "本期：2026-11-19至2026-11-19", "受理0件上期3件", "新增超时", *numbers,
        "待确认最久", "超期最久、未督办", "#set[长标题〔表情〕", "账号leader", "导出人", "内部资料",
    ):  # fmt: skip
        assert words in said, words


async def test_a_day_without_a_brief_has_no_paper(session: AsyncSession, county: County) -> None:
    with pytest.raises(NotFound):
        await brief_pdf(session, county["leader"], DAY, at=AT)
