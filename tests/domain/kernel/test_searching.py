"""What looks alike to people is equal to a search."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.kernel.searching import excerpt, fits, fold, name_key, number_key, parts, words_of

ALIKE = [
    ("ABC", "ＡＢＣ"), ("abc", "ABC"), ("3号楼", "３號樓"), ("张 三", "張三"), ("欠薪", "欠 薪"), ("欠薪", "欠　薪"),
    ("A-B", "A—B"), ("A-B", "A－B"), ("A-B", "a–b"), ("阿依古丽·买买提", "阿依古麗•買買提"),
    ("阿依古丽·买买提", "阿依古丽．买买提"), ("阿依古丽·买买提", "阿依古丽.买买提"), ("13800138000", "138-0013-8000"),
    ("13800138000", "138 0013 8000"), ("QX2026000001", "ｑｘ2026000001"), ("陈国龙", "陳國龍"), ("台湾", "臺灣"),
    ("O'Brien", "O’Brien"), ("王大明", "王\u200b大明"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_two_ways_of_writing_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("3-5", "35"), ("1.5", "15"), ("张三", "李四"), ("1-2号楼", "12号楼")])
def test_what_is_not_alike_stays_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
@example("清溪县\n\n")
def test_folding_again_changes_nothing_that_is_compared(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("typed", ["王大明", "王 大明", "王　大明", "王·大明", "王大明 "])
def test_a_name_is_one_with_blanks_and_dots(typed: str) -> None:
    assert name_key(typed) == "王大明"


@pytest.mark.parametrize(
    "typed", ["QX2026000001", "qx2026000001", " ＱＸ2026000001 ", "QX-2026-000001", "qx2026 000001"]
)
def test_a_number_is_one_however_it_is_typed(typed: str) -> None:
    assert number_key(typed) == "QX2026000001"


def test_every_word_must_occur_in_one_of_the_texts() -> None:
    assert fits("工资 工地", "某工地拖欠工资", "内容")
    assert fits("工地 三個月", "某工地拖欠工资", "务工三个月")
    assert not fits("工地 离婚", "某工地拖欠工资", "务工三个月")
    assert fits("", "什么都行")


TEXTS = (
    "关于ＱＸ２０２６－０００１的張 三反映", "王·大明说：138-0013-8000，①幢㎡", "第一行\n第二行 ﾊﾞｽ e\u0301té", "50%_off\\ 折扣",
    "平安\u200b里3号楼漏水，漏水两年",
)  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_whatever_is_found_in_a_text_is_marked_where_it_is_written(text: str) -> None:
    for line in fold(text).splitlines():
        for start in range(len(line)):
            for end in range(start + 1, len(line) + 1):
                cut = parts(text, [line[start:end]])
                assert "".join(piece for piece, _ in cut) == text
                word = line[start:end].replace("-", "")  # a phone that is cut through keeps its dashes
                assert any(word in fold(piece).replace("-", "") for piece, hit in cut if hit), word


@pytest.mark.parametrize(
    ("typed", "marked"),
    [
        ("qx2026-0001", ["ＱＸ２０２６－０００１"]), ("张三", ["張 三"]), ("反映 关于", ["关于", "反映"]), ("0001 的", ["０００１的"]),
        ("不在", []), ("", []),
    ],
)  # fmt: skip
def test_marks_are_what_was_written(typed: str, marked: list[str]) -> None:
    assert [piece for piece, hit in parts(TEXTS[0], words_of(typed)) if hit] == marked


def test_an_excerpt_is_one_line_around_the_first_hit() -> None:
    text = f"{'前' * 30}\n漏水{'后' * 90}"
    assert excerpt(text, ["漏水"]) == f"…{'前' * 11} 漏水{'后' * 34}…"
    assert excerpt("漏水", ["漏水"]) == "漏水"
    assert excerpt(text, ["不在"]) == excerpt(text, []) == ""
