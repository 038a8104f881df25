"""Working days, limits and moments: pure decisions without a database or a clock."""

from domain.calendar.rules.limits import ACCEPT_URGENT, LIMITS, Limit, LimitLine, chosen, limit_of
from domain.calendar.rules.line import (
    DAY,
    HOUR,
    MINUTE,
    PERIODS,
    WEEKEND,
    Periods,
    WorkCalendar,
    advance,
    advance_by,
    check_periods,
    due,
    elapsed,
    length,
    read_periods,
    resumed,
    worked,
)
from domain.calendar.rules.moments import Move, laid, rating_due, relaid, replayed
from domain.calendar.rules.promises import looser, promised, shortens
from domain.calendar.rules.remaining import Remaining, expected_date, last_moment, remaining, soon_at, written_end
