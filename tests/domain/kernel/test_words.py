"""Free text is taken as typed; only what nothing can hold is refused."""

from __future__ import annotations

import pytest

from domain.kernel.words import text_fault


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
