"""Whom a step tells, as its dialog says it."""

from __future__ import annotations

import pytest

from state.cases.receivers import told_words


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], ""),
        ([("登记员", 0)], "登记员"),
        ([("登记员", 2)], "登记员 2 人"),
        ([("登记员", 1), ("诉求人（短信，08:00 后发送）", 1)], "登记员 1 人、诉求人（短信，08:00 后发送）1 人"),
    ],
)
def test_number_stands_after_its_label(found: list[tuple[str, int]], words: str) -> None:
    assert told_words(found) == words
