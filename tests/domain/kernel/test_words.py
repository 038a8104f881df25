"""Free text is taken as typed; only what nothing can hold is refused."""

from __future__ import annotations

import pytest

from domain.kernel.words import as_written, text_fault


@pytest.mark.parametrize(
    "text", ["工资未付", "<script>alert(1)</script>", "谢谢😀👨‍👩‍👧", "一\n二\t三", "𠮷野", "'; DROP TABLE"]
)
def test_text_is_text(text: str) -> None:
    assert text_fault("内容", text, most=100) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "请填写"),
        ("  \n ", "请填写"),
        ("字" * 101, "最长 100"),
        ("有\x00空", "控制字符"),
        ("有\x1b空", "控制字符"),
        ("\ud800", "残缺"),
    ],
)
def test_what_cannot_be_kept_is_refused(text: str, said: str) -> None:
    assert said in text_fault("内容", text, most=100)


def test_lengths_count_without_blanks_around() -> None:
    assert text_fault("内容", f" {'字' * 100} ", most=100) == ""
    assert "至少 5" in text_fault("内容", "四个字呀", most=100, least=5)


def test_an_optional_text_may_be_empty() -> None:
    assert text_fault("内容", "", most=100, least=0) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("一\r\n二\r三\n四", "一\n二\n三\n四"),
        ("\n \n　　首行缩进\n　　次行\n\n", "　　首行缩进\n　　次行"),
        ("  两端空格  ", "两端空格"),
        ("一\n\n\n  二", "一\n\n\n  二"),
        ("谢谢😀👨‍👩‍👧𠮷", "谢谢😀👨‍👩‍👧𠮷"),
        ("全角１２３ＡＢＣ①㎡", "全角１２３ＡＢＣ①㎡"),
        ("", ""),
    ],
)
def test_what_is_kept_is_what_its_writer_sees(typed: str, kept: str) -> None:
    assert as_written(typed) == kept


@pytest.mark.parametrize("code", [*range(9), 11, 12, *range(14, 32), *range(127, 160)])
def test_no_control_character_is_taken_and_lost_later(code: int) -> None:
    assert "控制字符" in text_fault("内容", f"有{chr(code)}空", most=100)
