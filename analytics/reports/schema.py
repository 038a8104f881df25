"""The rows that a report is computed from: names and types of their columns.

`period` is `now`, `before` or `year` (the same a year before).
"""

from __future__ import annotations

import polars as pl

COUNTS = {
    "period": pl.String,
    "by": pl.String,
    "key": pl.String,
    "name": pl.String,
    "figure": pl.String,
    "count": pl.Int64,
}
"""How many cases a figure counts, of all (`by` is empty) and in each group."""
DEPARTMENTS = {
    "period": pl.String, "code": pl.String, "name": pl.String, "satisfaction": pl.Float64, "total": pl.Int64,
    "accepted": pl.Int64, "waiting": pl.Int64, "in_hand": pl.Int64, "overdue": pl.Int64, "closed": pl.Int64,
    "returned": pl.Int64,
}  # fmt: skip
STAGES = {
    "period": pl.String, "stage": pl.String, "count": pl.Int64, "over": pl.Int64, "median": pl.Float64,
    "ninety": pl.Float64,
}  # fmt: skip
"""How long the stages took, in seconds."""
SPENT = {"period": pl.String, "department": pl.String, "minutes": pl.Int64, "count": pl.Int64}
"""How many closed cases of a main department took so many minutes from submission to their end."""
