"""When things happen in the demo: mostly in office hours, counted back from the last step."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from random import Random

from app.demo.moves import Move
from domain.calendar.rules import WorkCalendar
from domain.kernel.clock import SHANGHAI, local

_OFFICE = ((time(8, 30), time(12, 0)), (time(14, 30), time(18, 0)))
_ON_DUTY = 0.6
"""The share of steps that fall on a day off and are taken by whoever is on duty."""
_DAY = timedelta(days=1)


class Clockwork:
    """Lays the steps of a case on the calendar, backwards from its last one."""

    def __init__(self, rng: Random, calendar: WorkCalendar) -> None:
        self._rng = rng
        self._calendar = calendar

    def moments(self, moves: list[Move], last: datetime) -> list[datetime]:
        """Give the moment of the case's creation and of each move, all ascending."""
        found = [last]
        for move in reversed(moves):
            found.append(self.office(found[-1] - move.gap))
        return found[::-1]

    def office(self, moment: datetime) -> datetime:
        """Give the latest office moment not after a moment; now and then a day off is worked too."""
        here = local(moment)
        duty = self._rng.random() < _ON_DUTY
        if not duty and not self._calendar.is_workday(here.date()):
            day = self._calendar.workday_from(here.date() - _DAY, -1)
            here = datetime.combine(day, time(23), SHANGHAI)
        for _ in range(2):
            for start, end in reversed(_OFFICE):
                opens, closes = (datetime.combine(here.date(), edge, SHANGHAI) for edge in (start, end))
                if here >= opens:
                    within = here if here < closes else closes - timedelta(minutes=self._rng.uniform(1, 60))
                    return within.astimezone(UTC)
            here = datetime.combine(here.date() - _DAY, time(23), SHANGHAI)
        raise AssertionError("a day has office hours")
