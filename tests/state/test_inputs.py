"""What is typed into a form is taken as it is meant, or refused with a sentence; nothing becomes another value."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.cases.rules import AMOUNT
from domain.kernel.refusals import Invalid
from state.inputs import amount_in, written_in


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("12000", "12000"), ("12,000.50", "12000.50"), ("１２０００．５", "12000.5"), ("１，２００", "1200"),
        ("¥3000", "3000"), ("￥ 3000 元", "3000"), ("0", "0"), ("1.", "1"), ("", None), ("  ", None),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_it_is_meant(typed: str, read: str | None) -> None:
    assert amount_in({"amount": typed}, "amount", label="涉及金额", within=AMOUNT) == (
        None if read is None else Decimal(read)
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1.005", "两位小数"), ("0.999", "两位小数"), ("1,2,3", "应为数字"), ("12,00", "应为数字"), ("3万", "应为数字"),
        ("1e5", "应为数字"), ("NaN", "应为数字"), ("Infinity", "应为数字"), ("1.2.3", "应为数字"), ("-5", "应在 0 至"), ("9" * 40, "应为数字"),
    ],
)  # fmt: skip
def test_an_amount_that_would_become_another_is_refused(typed: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        amount_in({"amount": typed}, "amount", label="涉及金额", within=AMOUNT)
    assert set(refused.value.fields) == {"amount"}


def test_a_text_is_read_whole_or_refused() -> None:
    assert written_in({"note": "字" * 200}, "note", label="说明", most=200) == "字" * 200
    with pytest.raises(Invalid, match="说明最长 200 个字，现为 201 个"):
        written_in({"note": "字" * 201}, "note", label="说明", most=200)
