"""What reports compute, against plain Python over random rows."""

from __future__ import annotations

import random
import statistics
from collections import Counter
from typing import Any

import polars as pl
import pytest

from analytics.reports import model
from analytics.reports.schema import COUNTS, DEPARTMENTS, SPENT, STAGES

PERIODS = ("now", "before", "year")
FIGURES = ("received", "closed", "on_time", "late", "breached", "carded", "rated", "satisfied")
Row = dict[str, Any]


def counts(rng: random.Random) -> list[Row]:
    """Draw groups of two kinds; some are missing in some periods, and some periods have nothing."""
    groups = [("", "", "")] + [
        (by, f"{by}{n}", f"名{n}") for by in ("area", "category") for n in range(rng.randrange(1, 9))
    ]
    most = {period: rng.choice([0, 1, 60]) for period in PERIODS}
    return [
        {"period": period, "by": by, "key": key, "name": name, "figure": figure, "count": rng.randint(0, most[period])}
        for period in PERIODS
        for by, key, name in groups
        if not by or rng.random() < 0.8
        for figure in FIGURES
    ]


def spent(rng: random.Random) -> list[Row]:
    return [
        {"period": rng.choice(PERIODS), "department": rng.choice(["", "甲局", "乙局", "丙局"]),
         "minutes": rng.randrange(90_000), "count": rng.randrange(1, 5)}
        for _ in range(rng.choice([0, 1, 3, 80]))
    ]  # fmt: skip


def change(now: float, then: float) -> float | None:
    return pytest.approx(100 * (now - then) / then) if then else None


def of(rows: list[Row], **wanted: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        if all(row[name] == value for name, value in wanted.items()):
            found[row["period"]] += row["count"]
    return found


def minutes(rows: list[Row], period: str, department: str | None = None) -> list[int]:
    return sorted(
        row["minutes"]
        for row in rows
        if row["period"] == period and department in {None, row["department"]}
        for _ in range(row["count"])
    )


def quantile(values: list[int], share: float) -> float:
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


@pytest.mark.parametrize("seed", range(40))
class TestAgainstPlainPython:
    def test_totals_and_rates(self, seed: int) -> None:
        rows = counts(random.Random(seed))
        found = model.totals(pl.DataFrame(rows, COUNTS))

        for figure in FIGURES:
            own = of(rows, by="", figure=figure)
            assert found[figure] == {
                "now": own["now"], "before": own["before"], "year": own["year"],
                "change": change(own["now"], own["before"]), "year_change": change(own["now"], own["year"]),
            }  # fmt: skip
        for name, (part, whole) in {"on_time": ("on_time", "closed"), "satisfied": ("satisfied", "rated")}.items():
            for period in PERIODS:
                of_all = found[whole][period]
                expected = pytest.approx(100 * found[part][period] / of_all) if of_all else None
                assert model.rates(found)[name][period] == expected

    def test_groups_and_what_moved(self, seed: int) -> None:
        rows = counts(random.Random(seed))
        frame = pl.DataFrame(rows, COUNTS)
        found = {by: model.groups(frame, by) for by in ("area", "category")}

        for by, groups in found.items():
            assert [one["key"] for one in groups] == sorted(
                {row["key"] for row in rows if row["by"] == by},
                key=lambda key: (-of(rows, key=key, figure="received")["now"], key),
            )
            every = sum(one["received"] for one in groups)
            for one in groups:
                own = {figure: of(rows, key=one["key"], figure=figure) for figure in FIGURES}
                assert [one[figure] for figure in ("received", "closed", "late", "breached")] == [
                    own[figure]["now"] for figure in ("received", "closed", "late", "breached")
                ]
                assert one["before"] == own["received"]["before"]
                assert one["change"] == change(one["received"], one["before"])
                assert one["share"] == (pytest.approx(100 * one["received"] / every) if every else None)
        moved = model.moved(found)
        every_change = [abs(one["received"] - one["before"]) for groups in found.values() for one in groups]
        assert [abs(one["difference"]) for one in moved] == sorted(filter(None, every_change), reverse=True)[:10]

    def test_times(self, seed: int) -> None:
        rows = spent(random.Random(seed))
        frame = pl.DataFrame(rows, SPENT)
        own, before = minutes(rows, "now"), minutes(rows, "before")
        found = model.whole(frame)

        assert found["count"] == len(own)
        assert found["median"] == (pytest.approx(60 * statistics.median(own)) if own else None)
        assert found["ninety"] == (pytest.approx(60 * quantile(own, 0.9)) if own else None)
        assert found["before"] == (pytest.approx(60 * statistics.median(before)) if before else None)
        bands, least = model.bands(frame), -1
        assert sum(one["count"] for one in bands) == len(own)
        for (most, _), one in zip(model.BANDS, bands, strict=False):
            assert one["count"] == sum(least < value <= most for value in own)
            assert one["share"] == pytest.approx(100 * one["count"] / len(own))
            least = most
        slow = {name: minutes(rows, "now", name) for name in ("甲局", "乙局", "丙局")}
        slow = {name: values for name, values in slow.items() if len(values) >= model.FEWEST}
        assert [one["name"] for one in model.slowest(frame)] == sorted(
            slow, key=lambda name: (-statistics.median(slow[name]), name)
        )


def test_departments_and_stages_keep_their_order_and_meet_the_period_before() -> None:
    def unit(period: str, code: str, total: int, closed: int) -> Row:
        rest = dict.fromkeys(("accepted", "waiting", "in_hand", "overdue", "returned"), 1)
        return {
            "period": period,
            "code": code,
            "name": code,
            "satisfaction": None,
            "total": total,
            "closed": closed,
            **rest,
        }

    units = [unit("now", "b", 4, 1), unit("now", "a", 0, 0), unit("before", "a", 9, 9), unit("before", "b", 8, 8)]
    found = model.of_departments(pl.DataFrame(units, DEPARTMENTS))
    assert [(one["code"], one["rate"], one["before"], one["change"]) for one in found] == [
        ("b", 25.0, 8, -50.0), ("a", None, 9, -100.0),
    ]  # fmt: skip

    def stage(period: str, name: str, median: float | None) -> Row:
        return {"period": period, "stage": name, "count": 1, "over": 0, "median": median, "ninety": median}

    stages = [stage("now", "rate", 30.0), stage("now", "accept", None), stage("before", "rate", 20.0)]
    told = model.of_stages(pl.DataFrame(stages, STAGES))
    assert [(one["stage"], one["median"], one["before"], one["change"]) for one in told] == [
        ("rate", 30.0, 20.0, 50.0), ("accept", None, None, None),
    ]  # fmt: skip


def test_a_county_without_anything_has_its_figures() -> None:
    empty = [{"period": p, "by": "", "key": "", "name": "", "figure": f, "count": 0} for p in PERIODS for f in FIGURES]
    found = model.report(counts=empty, departments=[], stages=[], spent=[], trend=[])
    assert found["totals"]["received"] == {"now": 0, "before": 0, "year": 0, "change": None, "year_change": None}
    assert (found["groups"], found["bands"], found["rankings"]) == ({}, [], {"slowest": [], "moved": []})
    assert found["whole"] == {"count": 0, "median": None, "ninety": None, "before": None}
