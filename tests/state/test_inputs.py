"""What is typed into a form is taken as it is meant, or refused with a sentence; nothing becomes another value."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.cases.inputs import CaseInput
from domain.kernel.refusals import Invalid, NotFound
from state.inputs import Reading, day_in, number_in, written_in


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("12000", "12000"), ("12,000.50", "12000.50"), ("１２０００．５", "12000.5"), ("１，２００", "1200"),
        ("¥3000", "3000"), ("￥ 3000 元", "3000"), ("0", "0"), ("1.", "1"), ("", None), ("  ", None),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_it_is_meant(typed: str, read: str | None) -> None:
    reading = Reading({"amount": typed})
    assert reading.take(CaseInput).amount == (None if read is None else Decimal(read))
    assert not reading.faults


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1.005", "两位小数"), ("0.999", "两位小数"), ("1,2,3", "应为数字"), ("12,00", "应为数字"), ("3万", "应为数字"),
        ("1e5", "应为数字"), ("NaN", "应为数字"), ("Infinity", "应为数字"), ("1.2.3", "应为数字"), ("-5", "应在 0 至"), ("9" * 40, "应为数字"),
    ],
)  # fmt: skip
def test_an_amount_that_would_become_another_is_refused(typed: str, said: str) -> None:
    reading = Reading({"amount": typed})
    assert reading.take(CaseInput).amount is None
    assert set(reading.faults) == {"amount"}
    assert said in reading.faults["amount"]


def test_a_text_is_read_whole_or_refused() -> None:
    assert written_in({"note": "字" * 200}, "note", label="说明", most=200) == "字" * 200
    with pytest.raises(Invalid, match="说明最长 200 个字，现为 201 个"):
        written_in({"note": "字" * 201}, "note", label="说明", most=200)


class TestReading:
    def test_what_cannot_be_read_counts_as_not_given_and_is_kept(self) -> None:
        reading = Reading({"days": "三", "since": "昨天", "note": "一句"})

        assert reading(number_in, "days", 5, label="天数") == 5
        assert reading(day_in, "since", label="日期") is None
        assert reading(written_in, "note", label="说明", most=10) == "一句"
        assert set(reading.faults) == {"days", "since"}

    def test_an_act_is_refused_for_what_could_not_be_read_though_nothing_else_is_wrong(self) -> None:
        reading = Reading({"days": "三"})
        reading(number_in, "days", 5, label="天数")

        with pytest.raises(Invalid, match="天数应为整数") as refused, reading.joined():
            pass

        assert set(refused.value.fields) == {"days"}

    @pytest.mark.parametrize("refusal", [Invalid.of({"name": "请填写姓名"}), NotFound("没有这个单位")])
    def test_what_the_act_finds_wrong_is_told_with_it(self, refusal: Invalid | NotFound) -> None:
        reading = Reading({"days": "三"})
        reading(number_in, "days", 5, label="天数")

        with pytest.raises(Invalid) as refused, reading.joined():
            raise refusal

        assert set(refused.value.fields) == {"days", *refusal.fields}

    def test_of_two_sentences_about_a_field_the_first_stands(self) -> None:
        reading = Reading({})
        reading.refuse("unit", "请从列表中选择")
        reading.refuse("unit", "没有这个单位")

        assert reading.faults == {"unit": "请从列表中选择"}

    @pytest.mark.parametrize("refusal", [Invalid.of({"name": "请填写姓名"}), NotFound("没有这个单位")])
    def test_without_a_fault_of_its_own_it_changes_no_refusal(self, refusal: Invalid | NotFound) -> None:
        with pytest.raises(type(refusal)) as refused, Reading({}).joined():
            raise refusal

        assert refused.value is refusal
