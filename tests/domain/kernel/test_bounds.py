"""What dates and numbers are taken, typed as people type them; the same for every input."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from domain.kernel import bounds
from domain.kernel.bounds import Bounds
from domain.kernel.refusals import Invalid

PEOPLE = Bounds(1, 100_000, "人")
YUAN = Bounds(0, Decimal(999_999_999_999), "元")


@pytest.mark.parametrize(
    ("typed", "read"),
    [("3", 3), ("３", 3), (" 1２ ", 12), ("100000", 100_000), ("１００", 100), ("007", 7)],
)
def test_a_whole_number_is_read_however_its_digits_are_wide(typed: str, read: int) -> None:
    assert bounds.whole(typed, label="涉及人数", within=PEOPLE, field="headcount") == read


@pytest.mark.parametrize("typed", ["0", "-1", "－1", "−1", "100001", "9" * 19, "9" * 400])
def test_a_whole_number_out_of_bounds_says_between_which(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        bounds.whole(typed, label="涉及人数", within=PEOPLE, field="headcount")

    assert refused.value.fields == {"headcount": "涉及人数应在 1 至 100,000 人之间"}


@pytest.mark.parametrize("typed", ["三", "1.5", "1e3", "", "--1", "٣", "1 2", "0x10", "½"])
def test_what_is_no_whole_number_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        bounds.whole(typed, label="涉及人数", within=PEOPLE, field="headcount")

    assert refused.value.fields == {"headcount": "涉及人数应为整数"}


@pytest.mark.parametrize(
    ("typed", "read"),
    [("12.5", "12.50"), ("１２．５", "12.50"), ("42,000", "42000.00"), ("４２，０００", "42000.00"), ("0", "0.00")],
)
def test_an_amount_is_read_however_it_is_written(typed: str, read: str) -> None:
    assert str(bounds.money(typed, label="涉及金额", within=YUAN, field="amount")) == read


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("-1", "涉及金额应在 0 至 999,999,999,999 元之间"),
        ("9" * 20, "涉及金额应在 0 至 999,999,999,999 元之间"),
        ("NaN", "涉及金额应为数字，单位为元，如 12000 或 12,000.50"),
        ("Infinity", "涉及金额应为数字，单位为元，如 12000 或 12,000.50"),
        ("很多", "涉及金额应为数字，单位为元，如 12000 或 12,000.50"),
        ("12.345", "涉及金额最多两位小数，单位为元"),
    ],
)
def test_an_amount_that_cannot_be_kept_says_why(typed: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        bounds.money(typed, label="涉及金额", within=YUAN, field="amount")

    assert refused.value.fields == {"amount": said}


def test_a_moment_is_read_in_shanghai_or_in_the_zone_it_names() -> None:
    read = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)

    assert bounds.local_moment("2026-11-10T10:00", label="发生时间", field="occurred_at") == read
    assert bounds.local_moment("２０２６-11-10T10:00", label="发生时间", field="occurred_at") == read
    assert bounds.local_moment("2026-11-10T03:00+01:00", label="发生时间", field="occurred_at") == read


FAR = [
    "0001-01-01T00:00", "0001-01-01T00:00+08:00", "0001-01-01T00:00+23:59", "1600-01-01T00:00", "1899-12-31T23:59",
    "2100-01-01T00:00", "9999-12-31T23:59", "9999-12-31T23:59-23:59",
]  # fmt: skip


@pytest.mark.parametrize("typed", FAR)
def test_a_moment_out_of_the_period_is_refused_by_its_name(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        bounds.local_moment(typed, label="发生时间", field="occurred_at")

    assert refused.value.fields == {"occurred_at": "发生时间应在 1900 年至 2099 年之间"}


@pytest.mark.parametrize("typed", ["1900-01-01T00:00", "2099-12-31T23:59"])
def test_the_ends_of_the_period_are_taken(typed: str) -> None:
    assert bounds.local_moment(typed, label="发生时间", field="occurred_at")


@pytest.mark.parametrize("typed", ["2026-12-31", "2026/12/31", "2026.12.31", "２０２６－１２－３１"])
def test_a_day_is_read_however_it_is_parted(typed: str) -> None:
    assert bounds.day(typed, label="有效期至", field="until") == date(2026, 12, 31)


@pytest.mark.parametrize("typed", [text[:10] for text in FAR])
def test_a_day_out_of_the_period_is_refused_by_its_name(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        bounds.day(typed, label="有效期至", field="until")

    assert refused.value.fields == {"until": "有效期至应在 1900 年至 2099 年之间"}
