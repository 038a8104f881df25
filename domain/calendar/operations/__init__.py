"""Writes: clocks of cases, the limits and the calendars they run on; one file per matter.

Acts that move open deadlines (`confirm_year`, `import_notice`, `set_days`, `set_pattern`,
`set_limit`, `end_limit`) are called through their namesakes in `domain.supervision.operations`:
those also hold the open cases meanwhile and renew what the cases show.
"""

from domain.calendar.operations.clocks import Clocks, extend, fill_soon, pause, reopen, resume, start, stop
from domain.calendar.operations.days import (
    confirm_year,
    import_notice,
    preview_days,
    preview_notice,
    preview_pattern,
    seed_years,
    set_days,
    set_pattern,
)
from domain.calendar.operations.limits import end_limit, preview_end, preview_limit, set_limit
