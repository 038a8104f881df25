"""The calendar that the notices of 2024 to 2026 make; 2027 has none yet."""

from __future__ import annotations

import pytest
from chinese_calendar.constants import holidays, workdays

from domain.calendar.rules import WEEKEND, WorkCalendar


@pytest.fixture(scope="session")
def notices() -> WorkCalendar:
    """Give the working calendar of the known years."""
    named = {**dict.fromkeys(holidays, False), **dict.fromkeys(workdays, True)}
    exceptions = frozenset(day for day, worked in named.items() if worked == (day.weekday() in WEEKEND))
    return WorkCalendar(exceptions, frozenset({2024, 2025, 2026}))
