"""Whoever takes in a matter finds its category by the word that the petitioner used."""

from __future__ import annotations

import pytest

from domain.cases import categories
from domain.cases.categories import CATEGORIES

MEANT = {
    "工资": "0701", "欠薪": "0701", "讨薪": "0701", "离婚": "0101", "彩礼": "0101", "噪音": "0203", "打架": "0303",
    "借钱": "0804", "欠钱": "0804", "漏水": "0201", "电梯": "0402", "工伤": "0702", "社保": "0702", "低保": "1202",
    "车祸": "0503", "退费": "0601", "退款": "0601", "狗": "0299", "物业费": "0402", "拆迁": "1101", "征地": "1102",
    "赡养": "0102", "遗产": "0103", "邻居": "0299", "停车": "0402", "垃圾": "L102", "停水": "L101", "火灾": "H102",
    "租房": "0602", "宅基地": "0902", "诈骗": "1401", "贪污": "1502", "医院": "0502", "家暴": "0101", "集资": "0802",
    "城管": "1301", "山林": "0903", "公积金": "0703", "违建": "1103", "房产证": "0403", "路灯": "1104",
}  # fmt: skip


@pytest.mark.parametrize(("said", "code"), MEANT.items())
def test_an_everyday_word_leads_to_its_category_first(said: str, code: str) -> None:
    assert categories.search(said)[0].code == code


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("工地拖欠工资", "0701"), ("邻居家的狗", "0299"), ("楼上漏水", "0201"), ("工　资", "0701"), ("工資", "0701"),
        ("離婚", "0101"), ("老板 工资", "0701"), ("0701", "0701"), ("l102", "L102"), ("Ｌ１０２", "L102"),
        ("劳动合同", "0701"), ("物业及其管理", "0402"),
    ],
)  # fmt: skip
def test_it_is_found_within_what_is_typed_and_however_it_is_written(said: str, code: str) -> None:
    assert categories.search(said)[0].code == code


def test_nothing_typed_gives_every_category_in_its_order() -> None:
    assert [one.code for one in categories.search(" ")] == list(CATEGORIES)


def test_what_nobody_says_finds_nothing() -> None:
    assert categories.search("xyzzy") == ()


def test_every_category_has_words_and_every_line_a_category() -> None:
    assert set(categories.words()) == set(CATEGORIES)
    assert all(categories.words().values())
