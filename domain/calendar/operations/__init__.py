"""Writes: clocks of cases, the limits and the calendars they run on; one file per matter.

Acts that move open deadlines (`confirm_year`, `import_notice`, `set_days`, `set_pattern`,
`set_limit`, `end_limit`) are called through their namesakes in `domain.supervision.operations`:
those also hold the open cases meanwhile and renew what the cases show.
"""

from domain.calendar.operations.clocks import ANY, Clocks, Holder, extend, fill_soon, pause, reopen, resume, start, stop
from domain.calendar.operations.days import (
    confirm_year,
    import_notice,
    preview_days,
    preview_notice,
    preview_pattern,
    preview_year,
    seed_years,
    set_days,
    set_pattern,
)
from domain.calendar.operations.limits import end_limit, preview_end, preview_limit, set_limit

__all__ = [
    "ANY",
    "Clocks",
    "Holder",
    "confirm_year",
    "end_limit",
    "extend",
    "fill_soon",
    "import_notice",
    "pause",
    "preview_days",
    "preview_end",
    "preview_limit",
    "preview_notice",
    "preview_pattern",
    "preview_year",
    "reopen",
    "resume",
    "seed_years",
    "set_days",
    "set_limit",
    "set_pattern",
    "start",
    "stop",
]
