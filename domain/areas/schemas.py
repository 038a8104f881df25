"""Shapes that enter and leave the room."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.areas.models import Area, Level

Point = tuple[float, float]
"""Longitude and latitude in degrees."""
Polygon = tuple[Point, ...]
"""A border in order, its first point not repeated."""


@dataclass(frozen=True, slots=True)
class AreaSpec:
    """An area to add; its parent is named by code, none for a county."""

    code: str
    name: str
    level: Level
    parent_code: str | None
    polygon: Polygon


@dataclass(frozen=True, slots=True)
class AreaView:
    """An area as it is shown."""

    id: UUID
    code: str
    name: str
    level: Level
    parent_id: UUID | None
    path: str
    polygon: Polygon
    center: Point

    @classmethod
    def of(cls, area: Area) -> AreaView:
        """This function will show an area."""
        return cls(
            id=area.id,
            code=area.code,
            name=area.name,
            level=area.level,
            parent_id=area.parent_id,
            path=area.path,
            polygon=tuple((lng, lat) for lng, lat in area.polygon),
            center=(area.center_lng, area.center_lat),
        )
