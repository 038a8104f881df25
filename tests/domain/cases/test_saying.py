"""Administrators add words by which categories are found; what was chosen for a word comes first the next time."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases import categories
from domain.cases.models import CategoryChoice
from domain.cases.operations import saying as operations
from domain.cases.queries import saying
from domain.kernel.actor import system_actor
from domain.kernel.models import JournalEntry
from domain.kernel.permissions import GRANTS, Permission, Role
from domain.kernel.refusals import Invalid, NotFound, NotPermitted
from tests.domain.calendar.test_operations import when

CENTRE = system_actor(Role.CENTER_ADMIN)
AT = when("2026-11-18 09:00")


async def found(session: AsyncSession, text: str) -> list[str]:
    return [one.code for one in categories.search(text, await saying.usual(session))]


async def test_a_word_that_was_added_leads_to_its_category_until_it_is_removed(session: AsyncSession) -> None:
    assert await found(session, "蓝泡泡") == []

    row = await operations.add_word(session, CENTRE, category="0601", word=" 蓝泡泡 ", at=AT)
    assert (await found(session, "蓝泡泡"))[0] == "0601"
    assert (await found(session, "买了蓝泡泡用不了"))[0] == "0601"
    assert [one.word for one in await saying.added(session, CENTRE)] == ["蓝泡泡"]

    await operations.remove_word(session, CENTRE, row.id, at=AT)
    assert await found(session, "蓝泡泡") == []
    with pytest.raises(NotFound):
        await operations.remove_word(session, CENTRE, row.id, at=AT)
    lines = await session.scalars(
        select(JournalEntry).where(col(JournalEntry.action).like("category_word.%")).order_by(col(JournalEntry.seq))
    )
    assert [(one.action, one.detail["what"]) for one in lines] == [
        ("category_word.add", "蓝泡泡"),
        ("category_word.remove", "蓝泡泡"),
    ]


async def test_a_word_of_the_county_comes_before_the_products_own(session: AsyncSession) -> None:
    assert (await found(session, "彩礼"))[0] == "0101"

    await operations.add_word(session, CENTRE, category="1202", word="彩礼", at=AT)

    assert (await found(session, "彩礼"))[:2] == ["1202", "0101"]


@pytest.mark.parametrize(
    ("category", "word", "fault"),
    [
        ("0701", "", {"word": "请填写用词"}),
        ("zz", "", {"category": "请从列表中选择类别", "word": "请填写用词"}),
        ("zz", "蓝泡泡", {"category": "请从列表中选择类别"}),
        ("0701", "字" * 21, {"word": "用词最长 20 个字，现为 21 个"}),
        ("0701", "两个 词", {"word": "用词由汉字、字母或数字组成，不能有空格和标点"}),
        ("0701", "词，词", {"word": "用词由汉字、字母或数字组成，不能有空格和标点"}),
        ("0701", "13800138000", {"word": "用词不能是电话、证件号码或编号"}),
        ("0701", "QX2026000001", {"word": "用词不能是电话、证件号码或编号"}),
        (
            "0701",
            "王小明",
            {"word": "“王小明”可能是人名，用词不能含个人信息；确实不是人名的，请勾选“不是人名”"},
        ),
        ("0701", "工资", {"word": "“工资”已是“劳动合同、劳务派遣”的用词"}),
        ("0701", "工資", {"word": "“工資”已是“劳动合同、劳务派遣”的用词"}),
    ],
)
async def test_what_cannot_be_taken_is_said(
    session: AsyncSession, category: str, word: str, fault: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        await operations.add_word(session, CENTRE, category=category, word=word, at=AT)

    assert refusal.value.fields == fault


async def test_a_word_stands_once_however_it_is_written(session: AsyncSession) -> None:
    await operations.add_word(session, CENTRE, category="0701", word="VIP卡", at=AT)
    await operations.add_word(session, CENTRE, category="0601", word="VIP卡", at=AT)

    with pytest.raises(Invalid):
        await operations.add_word(session, CENTRE, category="0701", word="ｖｉｐ卡", at=AT)


async def test_a_category_has_so_many_words(session: AsyncSession) -> None:
    for place in range(operations.MOST_WORDS):
        await operations.add_word(session, CENTRE, category="0701", word=f"泡泡{place}", at=AT)

    with pytest.raises(Invalid):
        await operations.add_word(session, CENTRE, category="0701", word="蓝泡泡", at=AT)


async def test_what_is_no_name_is_taken_when_it_is_said(session: AsyncSession) -> None:
    await operations.add_word(session, CENTRE, category="0701", word="高泡泡", no_name=True, at=AT)

    assert (await found(session, "高泡泡"))[0] == "0701"
    with pytest.raises(Invalid):
        await operations.add_word(session, CENTRE, category="0701", word="138001", no_name=True, at=AT)


@pytest.mark.parametrize("role", [role for role in Role if Permission.ARRANGE not in GRANTS[role]])
async def test_others_neither_see_nor_change_them(session: AsyncSession, role: Role) -> None:
    row = await operations.add_word(session, CENTRE, category="0601", word="蓝泡泡", at=AT)
    actor = system_actor(role)

    with pytest.raises(NotPermitted):
        await saying.added(session, actor)
    with pytest.raises(NotPermitted):
        await operations.add_word(session, actor, category="0601", word="红泡泡", at=AT)
    with pytest.raises(NotPermitted):
        await operations.remove_word(session, actor, row.id, at=AT)


class TestWhatWasChosen:
    async def test_comes_first_and_the_more_often_the_more(self, session: AsyncSession) -> None:
        before = await found(session, "房")
        assert len(before) > 2

        await operations.learn(session, category=before[1], typed="房")
        assert (await found(session, "房"))[0] == before[1]
        for _ in range(2):
            await operations.learn(session, category=before[2], typed="房")

        assert (await found(session, "房"))[:3] == [before[2], before[1], before[0]]

    async def test_is_counted_for_the_word_that_was_meant(self, session: AsyncSession) -> None:
        await operations.learn(session, category="0701", typed="王小明拖欠工资 13800138000")

        counted = await session.scalars(select(CategoryChoice))
        assert [(one.category, one.folded, one.times) for one in counted] == [("0701", "拖欠工资", 1)]

    @pytest.mark.parametrize("typed", ["", "王小明", "13800138000", "350524199001011234", "x" * 100, "，。"])
    async def test_holds_no_word_that_no_list_has(self, session: AsyncSession, typed: str) -> None:
        await operations.learn(session, category="0701", typed=typed)
        await operations.learn(session, category="zz", typed="工资")

        assert list(await session.scalars(select(CategoryChoice))) == []

    async def test_widens_nothing(self, session: AsyncSession) -> None:
        before = await found(session, "化工厂爆炸")

        await operations.learn(session, category="0701", typed="工")

        assert (await found(session, "工"))[0] == "0701"
        assert await found(session, "化工厂爆炸") == before

    async def test_goes_with_its_word(self, session: AsyncSession) -> None:
        row = await operations.add_word(session, CENTRE, category="0601", word="蓝泡泡", at=AT)
        await operations.learn(session, category="0601", typed="蓝泡泡")

        await operations.remove_word(session, CENTRE, row.id, at=AT)

        assert await found(session, "蓝泡泡") == []
