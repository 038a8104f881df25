"""A chart as it travels to the browser: words, numbers, and where each number leads."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """One row of numbers, one for each label of its chart.

    :ivar tone: brand, red, orange, yellow, blue, green or gray
    :ivar hrefs: where each number leads, to exactly what it counts; an empty one leads nowhere
    :ivar tones: a tone for each number, where they differ; a ring without them takes one after the other
    """

    name: str = ""
    tone: str = "brand"
    values: list[float] = field(default_factory=list)
    hrefs: list[str] = field(default_factory=list)
    tones: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart; before its numbers are read, its kind is empty and its place is kept.

    :ivar kind: line (over time), bar (columns side by side), stack (columns on each other), row (bars that lie, in the
        order given), ring (the shares of its one line) or map (areas filled by one line or another)
    :ivar said: what it counts, in one sentence
    :ivar keys: of a map, the code of the area of each label; an empty one is not on it
    :ivar blank: there is nothing to draw: no label, or zeros alone
    :raises ValueError: a line has not one number and one address for each label, a ring not one line, or a
        map not one key for each label
    """

    kind: str = ""
    labels: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    unit: str = "件"
    said: str = ""
    keys: list[str] = field(default_factory=list)
    blank: bool = field(init=False, default=True)

    def __post_init__(self) -> None:
        for line in self.lines:
            lengths = {len(line.values), len(line.hrefs), len(line.tones or self.labels)}
            if lengths != {len(self.labels)}:
                raise ValueError(f"line {line.name} does not fit {len(self.labels)} labels")
        if self.kind == "ring" and len(self.lines) != 1:
            raise ValueError("a ring shows one line")
        if self.kind == "map" and len(self.keys) != len(self.labels):
            raise ValueError("a map has one key for each label")
        drawn = any(value for line in self.lines for value in line.values)
        object.__setattr__(self, "blank", not drawn)
