"""Identities stand in the order in which a process made them, and say when."""

from __future__ import annotations

import time

import pytest

from domain.kernel.ids import new_id


def test_many_made_at_once_stand_in_their_order() -> None:
    made = [new_id() for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {one.version for one in made} == {7}


def test_it_says_when_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    said = new_id().int >> 80
    assert before <= said <= time.time_ns() // 1_000_000 + 1


def test_a_clock_that_was_set_back_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    new_id()
    early = time.time_ns() - 3600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: early)
    first, second = new_id(), new_id()
    assert first.int >> 80 == early // 1_000_000
    assert first < second
