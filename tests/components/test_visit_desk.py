"""The reception desk says only what it knows, and says it once."""

from __future__ import annotations

import re

import reflex as rx

from components.visits.form import reader_panel
from components.visits.queue import queue


def _drawn(piece: rx.Component) -> str:
    return re.sub(r"\\+u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), str(piece.render()))


def test_nobody_is_counted_before_today_s_visitors_are_known() -> None:
    before_count, _, rest = _drawn(queue()).partition("total_rx_state_")
    assert "loaded_rx_state_" in before_count
    assert "loaded_rx_state_" in rest.partition("今天还没有来访登记")[0]
    assert "正在加载" in rest


def test_parties_and_people_are_counted_apart() -> None:
    assert re.search(r"共 .*total_rx_state_.* 批 .*people_rx_state_.* 人", _drawn(queue()), re.DOTALL)


def test_the_reader_says_once_that_one_may_type() -> None:
    assert "读卡器未就绪" in _drawn(reader_panel())
    assert "可直接手工录入" not in _drawn(reader_panel()), "the sentence below it says so"
