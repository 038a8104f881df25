"""Shapes that enter and leave the room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from domain.areas.models import Area, Change, Datum, Level
from domain.kernel.asking import Ask
from domain.kernel.labels import Labelled

Point = tuple[float, float]
"""Longitude and latitude in degrees."""
Polygon = tuple[Point, ...]
"""A ring in order, its first point not repeated."""
Shape = tuple[tuple[Polygon, ...], ...]
"""Polygons, each its outer ring and then its holes."""
Moves = Mapping[str, str]
"""The paths that an act altered: each former one with the present one."""
_CODE = Ask(
    "区划代码",
    hint="县区 6 位，乡镇街道 9 位，村社区 12 位，网格 15 位，以上级的代码开头",
    keyboard="numeric",
)


class Effect(Labelled):
    """What a row of a list does."""

    NEW = "new", "新增"
    RENAMED = "renamed", "改名"
    MOVED = "moved", "调整"
    MERGED = "merged", "有并入"
    SAME = "same", "不变"
    SKIPPED = "skipped", "略过"


@dataclass(frozen=True, slots=True)
class AreaSpec:
    """An area to found; its parent is named by code, none for a county. The border is one ring, or not known."""

    code: str
    name: str
    level: Level
    parent_code: str | None
    polygon: Polygon = ()


@dataclass(frozen=True, slots=True)
class AreaInput:
    """An area that an administrator adds; the level follows from the code."""

    code: Annotated[str, _CODE]
    name: Annotated[str, Ask("名称")]
    parent_code: str = ""


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row of a list of areas as it is written there.

    :ivar number: the row of the sheet
    :ivar former: codes, divided by signs or blanks, of the areas that became this one
    """

    number: int
    code: str
    name: str
    level: str = ""
    parent: str = ""
    former: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a row comes to: codes as they are kept, the effect in one word and in a sentence, and what is wrong."""

    number: int
    code: str
    name: str
    level: Level | None
    parent_code: str
    effect: Effect
    said: str = ""
    continues: str = ""
    """The present code of the area that this row goes on with; empty: it is a new one."""
    absorbs: tuple[str, ...] = ()
    """Codes of the areas that are merged into this one."""
    faults: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole list: its rows, and the areas that the base has below the list's and the list does not name."""

    rows: tuple[Planned, ...]
    missing: tuple[AreaView, ...] = ()

    @property
    def counts(self) -> dict[Effect, int]:
        """Count the rows by effect, those with none left out; of a faulty row nobody knows the effect."""
        found = {effect: sum(1 for r in self.rows if not r.faults and r.effect is effect) for effect in Effect}
        found[Effect.MERGED] = sum(len(row.absorbs) for row in self.rows if not row.faults)
        return {effect: count for effect, count in found.items() if count}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A border of a file: whose, as it is read, and what is wrong with it."""

    number: int
    code: str
    name: str
    shape: Shape
    faults: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class AreaView:
    """An area as it is shown, without its border: the borders of a county are megabytes."""

    id: UUID
    code: str
    name: str
    level: Level
    parent_id: UUID | None
    path: str
    datum: Datum | None
    """Of its border; none: it has no border."""
    center: Point | None
    ended_on: date | None = None
    successor_id: UUID | None = None

    @classmethod
    def of(cls, area: Area) -> AreaView:
        known = area.center_lng is not None and area.center_lat is not None
        return cls(
            id=area.id,
            code=area.code,
            name=area.name,
            level=area.level,
            parent_id=area.parent_id,
            path=area.path,
            datum=area.datum,
            center=(area.center_lng, area.center_lat) if known else None,  # type: ignore[arg-type]
            ended_on=area.ended_on,
            successor_id=area.successor_id,
        )


@dataclass(frozen=True, slots=True)
class ChangeView:
    """What happened to an area: the former name, code and parent stand beside the kind."""

    kind: Change
    valid_from: date
    recorded_at: datetime
    changed_by: UUID
    code: str
    name: str
    parent: str
    into: str
    """The name of the area that it was merged into."""


def shape_in(kept: list[list[list[list[float]]]]) -> Shape:
    return tuple(tuple(tuple((lng, lat) for lng, lat in ring) for ring in polygon) for polygon in kept)


def kept(shape: Shape) -> list[list[list[list[float]]]]:
    return [[[list(point) for point in ring] for ring in polygon] for polygon in shape]
