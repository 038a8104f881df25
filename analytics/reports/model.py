"""The figures of a report: rows in, plain numbers out, ready to be stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from analytics.reports.schema import COUNTS, DEPARTMENTS, SPENT, STAGES

Rows = Sequence[Mapping[str, Any]]
Groups = Mapping[str, Rows]
DAY = 1440
BANDS = (
    (DAY, "1 天以内"), (3 * DAY, "1 至 3 天"), (7 * DAY, "3 至 7 天"), (15 * DAY, "7 至 15 天"), (30 * DAY, "15 至 30 天"),
    (10**9, "30 天以上"),
)  # fmt: skip
"""How many minutes each holds at most."""
MOST = 5
FEWEST = 3
"""Closed cases from which on a department stands among the slowest."""
_RATES = {"on_time": ("on_time", "closed"), "satisfied": ("satisfied", "rated")}
_IN_GROUPS = ("received", "closed", "late", "breached")


def report(*, counts: Rows, departments: Rows, stages: Rows, spent: Rows, trend: Rows) -> dict[str, Any]:
    """Compute all figures of a report: plain dicts, lists, numbers and texts; a number that is not known is none."""
    counted, times = pl.DataFrame(counts, COUNTS), pl.DataFrame(spent, SPENT)
    whole_county = totals(counted)
    grouped: Groups = {by: groups(counted, by) for by in counted["by"].unique(maintain_order=True) if by}
    return {
        "totals": whole_county,
        "rates": rates(whole_county),
        "groups": grouped,
        "departments": of_departments(pl.DataFrame(departments, DEPARTMENTS)),
        "stages": of_stages(pl.DataFrame(stages, STAGES)),
        "whole": whole(times),
        "bands": bands(times),
        "rankings": {"slowest": slowest(times), "moved": moved(grouped)},
        "trend": [dict(one) for one in trend],
    }


def totals(counts: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Give each figure of all cases in the three periods, and how it changed in per cent."""
    found = _across(counts.filter(pl.col("by") == ""), ["figure"], "count").with_columns(
        _change("now", "before").alias("change"), _change("now", "year").alias("year_change")
    )
    return {one.pop("figure"): one for one in found.to_dicts()}


def rates(found: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, float | None]]:
    """Give the shares of one figure in another in per cent, in the three periods."""
    return {
        name: {
            period: 100 * found[part][period] / found[of][period] if found[of][period] else None
            for period in ("now", "before", "year")
        }
        for name, (part, of) in _RATES.items()
    }


def groups(counts: pl.DataFrame, by: str) -> list[dict[str, Any]]:
    """Give the groups of a kind, the one that received most first: what they received, its share and its change."""
    own = counts.filter(pl.col("by") == by)
    received = _across(own.filter(pl.col("figure") == "received"), ["key"], "count")
    now = own.filter(pl.col("figure").is_in(_IN_GROUPS)).with_columns(
        pl.when(pl.col("period") == "now").then("count").otherwise(0).alias("count")
    )
    wide = now.pivot("figure", index=["key"], values="count", aggregate_function="sum")
    names = own.group_by("key", maintain_order=True).agg(pl.col("name").first())
    every = names.join(wide, on="key").join(received, on="key").drop("now", "year")
    share = pl.when(pl.col("received").sum() > 0).then(100 * pl.col("received") / pl.col("received").sum())
    found = every.with_columns(share.alias("share"), _change("received", "before").alias("change"))
    return found.sort(["received", "key"], descending=[True, False]).to_dicts()


def of_departments(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Give the departments in their order, with the share that they closed and the change of what they were given."""
    earlier = rows.filter(pl.col("period") == "before").select("code", before="total")
    rate = pl.when(pl.col("total") > 0).then(100 * pl.col("closed") / pl.col("total"))
    found = rows.filter(pl.col("period") == "now").join(earlier, on="code", how="left", maintain_order="left")
    change = _change("total", "before")
    return found.with_columns(rate.alias("rate"), change.alias("change")).drop("period").to_dicts()


def of_stages(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Give the stages in their order, with the median of the period before."""
    earlier = rows.filter(pl.col("period") == "before").select("stage", before="median")
    found = rows.filter(pl.col("period") == "now").join(earlier, on="stage", how="left", maintain_order="left")
    return found.with_columns(_change("median", "before").alias("change")).drop("period").to_dicts()


def whole(spent: pl.DataFrame) -> dict[str, Any]:
    """Tell how long closed cases took as a whole, in seconds; `before` is the median of the period before."""
    own = {period: _times(spent.filter(pl.col("period") == period)) for period in ("now", "before")}
    return {**own["now"], "before": own["before"]["median"]}


def bands(spent: pl.DataFrame) -> list[dict[str, Any]]:
    """Tell how many closed cases took how long, in bands of days, each with its share."""
    own = spent.filter(pl.col("period") == "now")
    every, least, found = int(own["count"].sum()), -1, list[dict[str, Any]]()
    for most, name in BANDS if every else ():
        count = int(own.filter(pl.col("minutes").is_between(least, most, closed="right"))["count"].sum())
        found.append({"name": name, "count": count, "share": 100 * count / every})
        least = most
    return found


def slowest(spent: pl.DataFrame) -> list[dict[str, Any]]:
    """Give the main departments whose closed cases took longest by their median, of those that closed some."""
    own = spent.filter((pl.col("period") == "now") & (pl.col("department") != ""))
    named = [{"name": name, **_times(some)} for (name,), some in own.group_by("department")]
    ranked = sorted((one for one in named if one["count"] >= FEWEST), key=lambda one: (-one["median"], one["name"]))
    return ranked[:MOST]


def moved(found: Groups) -> list[dict[str, Any]]:
    """Give the types and townships whose received cases changed most in number, the largest change first."""
    rows: list[dict[str, Any]] = [
        {
            **{name: one[name] for name in ("key", "name", "received", "before")},
            "by": by,
            "difference": one["received"] - one["before"],
        }
        for by in ("area", "category")
        for one in found.get(by, ())
        if one["key"] and one["received"] != one["before"]
    ]
    rows.sort(key=lambda one: (-abs(one["difference"]), one["by"], one["key"]))
    return rows[: 2 * MOST]


def _times(some: pl.DataFrame) -> dict[str, Any]:
    each = some.select(pl.col("minutes").repeat_by("count").explode())["minutes"]
    median, ninety = (each.quantile(share, interpolation="linear") for share in (0.5, 0.9))
    return {
        "count": int(some["count"].sum()),
        "median": None if median is None else 60 * median,
        "ninety": None if ninety is None else 60 * ninety,
    }


def _across(rows: pl.DataFrame, index: list[str], values: str) -> pl.DataFrame:
    """Put the three periods beside each other; what a period has not is zero."""
    periods = [
        pl.col(values).filter(pl.col("period") == period).sum().alias(period) for period in ("now", "before", "year")
    ]
    return rows.group_by(index, maintain_order=True).agg(periods)


def _change(now: str, then: str) -> pl.Expr:
    return pl.when(pl.col(then) != 0).then(100 * (pl.col(now) - pl.col(then)) / pl.col(then))
