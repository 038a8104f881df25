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
from app.documents.typeset import printable
from domain.cases.inputs import PartyInput
from domain.cases.vocabulary import Action
from domain.kernel.refusals import ActionNotAllowed, NotPermitted
from domain.orgs import operations
from domain.orgs.models import UnitKind
from domain.orgs.schemas import UnitInput
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
    assert county["registrar"].login not in said, "the paper is the citizen's: no watermark of staff"
    for words in (
        "咨询电话尚未公布，请到窗口咨询",
        "窗口地址尚未公布，请以登记时的窗口为准",
        "办公时间尚未公布，请以窗口公告为准",
    ):
        assert words in said
    assert "水木" not in said
    assert phone(1) not in said
    assert await token_of(session, county, number) not in said


async def test_tells_how_the_centre_is_reached(session: AsyncSession, county: County) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
    await operations.change_unit(
        session,
        county["sysadmin"],
        "centre",
        UnitInput(
            "centre",
            "县综治中心",
            UnitKind.CENTRE,
            phone="0595-22000000",
            address="政通路 1 号",
            hours="工作日 8:30 至 17:30",
        ),
        at=MORNING,
    )

    said = text_of(await printed(session, county, number))

    for words in (
        "咨询电话0595-22000000",
        "窗口地址政通路1号",
        "办公时间工作日8:30至17:30",
        "预计办结承办单位接收后确定，可扫码查询",
    ):
        assert words in said


@pytest.mark.usefixtures("no_channel")
@pytest.mark.parametrize("number_to_call", ["0595-22000000", ""])
async def test_without_short_messages_it_names_telephone_and_window(
    session: AsyncSession, county: County, number_to_call: str
) -> None:
    number = await support.bring_to(session, county, MAIN_LINE[:1], at=MORNING)
    given = UnitInput("centre", "县综治中心", UnitKind.CENTRE, phone=number_to_call)
    await operations.change_unit(session, county["sysadmin"], "centre", given, at=MORNING)

    pdf = await printed(session, county, number)

    said = text_of(pdf)
    assert not re.findall("短信|扫码|扫描|二维码|验证码|查询页面", said)
    assert "承办单位接收后确定，可来电查询" in said
    where = (
        "请拨打0595-22000000，也可以到窗口，说明编号查询办理进度"
        if number_to_call
        else "请到县综治中心窗口，说明编号查询"
    )
    assert where in said
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("欠薪😀", "欠薪〔表情〕"),
        ("赞👍🏽好", "赞〔表情〕好"),
        ("一家👨‍👩‍👧😀人", "一家〔表情〕人"),
        ("国旗🇨🇳", "国旗〔表情〕"),
        ("第1️⃣条", "第1条"),
        ("王𠮷、李䶮、张㛃、赵𬭚、钱𬍛、孙𫖯", "王𠮷、李䶮、张㛃、赵𬭚、钱𬍛、孙𫖯"),
        ("陈𱍐", "陈〔U+31350〕"),
        ("①★☎㎡℃—…·“”", "①★☎㎡℃—…·“”"),
    ],
)
def test_no_sign_is_printed_as_a_box(typed: str, shown: str) -> None:
    assert printable(typed) == shown
    assert printable(shown) == shown


async def test_rare_names_and_pictures_reach_the_paper(session: AsyncSession, county: County) -> None:
    number = await support.draft(session, county, at=MORNING, title="讨薪😀找𠮷祥公司")
    await support.main_step(session, county, number, Action.SUBMIT, at=MORNING)

    assert "讨薪〔表情〕找𠮷祥公司" in text_of(await printed(session, county, number))


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
