"""Figures of a run: percentiles, ratios, tables as text."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

HEAD = ("measure", "n", "p50 ms", "p95 ms", "max ms", "ratio", "note")


def percentile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that at least `share` (0 to 1) of all values do not exceed.

    :raises ValueError: there are no values
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    rank = -int(-share * len(ordered) // 1)  # rounded up
    return ordered[min(max(rank, 1), len(ordered)) - 1]


@dataclass
class Series:
    """Times of one thing done again and again.

    :ivar seconds: one entry a repetition, in the order measured
    :ivar goal: seconds that p95 should keep to, none for what is only told
    """

    name: str
    seconds: list[float] = field(default_factory=list)
    note: str = ""
    goal: float | None = None

    def add(self, seconds: float) -> None:
        """Note one repetition."""
        self.seconds.append(seconds)

    @property
    def median(self) -> float:
        """Give p50 in seconds."""
        return percentile(self.seconds, 0.5)

    @property
    def p95(self) -> float:
        """Give p95 in seconds."""
        return percentile(self.seconds, 0.95)

    def verdict(self) -> str:
        """Say whether p95 kept to the goal; empty without a goal."""
        if self.goal is None:
            return ""
        return f"goal p95 ≤ {self.goal * 1000:.0f} ms: {'met' if self.p95 <= self.goal else 'MISSED'}"


@dataclass
class Row:
    """A series and the one it is compared with, none for a baseline."""

    series: Series
    baseline: Series | None = None

    def cells(self) -> tuple[str, ...]:
        """Give the texts of one line of a table, in the order of HEAD."""
        one = self.series
        times = [f"{value * 1000:.1f}" for value in (one.median, one.p95, max(one.seconds))]
        ratio = f"{one.median / self.baseline.median:.1f}" if self.baseline else "baseline"
        note = "; ".join(part for part in (one.verdict(), one.note) if part)
        return (one.name, str(len(one.seconds)), *times, ratio, note)


@dataclass
class Table:
    """One table of the report; the ratios are of p50."""

    title: str
    rows: list[Row] = field(default_factory=list)

    def add(self, series: Series, baseline: Series | None = None) -> None:
        """Add a line, unless nothing was measured."""
        if series.seconds:
            self.rows.append(Row(series, baseline))

    def text(self) -> str:
        """Write the table in Markdown, its columns aligned for a terminal."""
        lines = [HEAD, *(row.cells() for row in self.rows)]
        widths = [max(columns(line[place]) for line in lines) for place in range(len(HEAD))]
        rule = ["-" * width if place in {0, 6} else "-" * (width - 1) + ":" for place, width in enumerate(widths)]
        body = ["| " + " | ".join(_padded(line, widths)) + " |" for line in (HEAD, rule, *lines[1:])]
        return "\n".join([f"## {self.title}", "", *body])


def columns(text: str) -> int:
    """Count the columns that a text takes in a terminal; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Numbers stand right, words left."""
    blanks = [" " * (width - columns(cell)) for cell, width in zip(line, widths, strict=True)]
    return [
        cell + blank if place in {0, 6} else blank + cell
        for place, (cell, blank) in enumerate(zip(line, blanks, strict=True))
    ]
