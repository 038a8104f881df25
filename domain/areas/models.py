"""The table of areas."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from domain.kernel.columns import MOMENT, Word
from domain.kernel.ids import new_id
from domain.kernel.labels import Labelled
from domain.kernel.rows import Row


class Level(Labelled):
    COUNTY = "county", "县区"
    TOWNSHIP = "township", "乡镇街道"
    VILLAGE = "village", "村社区"
    GRID = "grid", "网格"


class Datum(Labelled):
    WGS84 = "wgs84", "WGS-84 或 CGCS2000（天地图、测绘成果）"
    GCJ02 = "gcj02", "GCJ-02（高德、腾讯地图）"

    @property
    def short(self) -> str:
        """Give the name without who uses it."""
        return self.label[:6]


class Change(Labelled):
    RENAME = "rename", "改名"
    RECODE = "recode", "更换代码"
    MOVE = "move", "调整上级"
    MERGE = "merge", "并入"
    END = "end", "撤销"
    DRAW = "draw", "修改边界"


class Area(Row, table=True):
    """A county, township, village or grid; its border, where it is known, as longitude and latitude in degrees.

    no_pii

    :ivar path: lies under the successor once the area was merged into it
    :ivar shape: polygons, each an outer ring and its holes; a ring does not repeat its first point. Empty: not known
    :ivar datum: what the shape was measured in; all shapes of a database share one
    """

    __tablename__ = "area"
    __table_args__ = (Index("ix_area_path", "path", postgresql_ops={"path": "text_pattern_ops"}),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    code: str = Field(unique=True)
    name: str
    level: Level = Field(sa_type=Word(Level))  # type: ignore[call-overload]
    parent_id: UUID | None = Field(default=None, foreign_key="area.id", index=True)
    path: str
    shape: list[list[list[list[float]]]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'::jsonb"))
    )
    datum: Datum | None = Field(default=None, sa_type=Word(Datum))  # type: ignore[call-overload]
    center_lng: float | None = None
    center_lat: float | None = None
    ended_on: date | None = None
    """From this day on nothing new is registered here."""
    successor_id: UUID | None = Field(default=None, foreign_key="area.id")


class AreaChange(Row, table=True):
    """What an area was until a change, and from which day on the change counts.

    no_pii
    """

    __tablename__ = "area_change"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    area_id: UUID = Field(foreign_key="area.id", index=True)
    kind: Change = Field(sa_type=Word(Change))  # type: ignore[call-overload]
    valid_from: date
    recorded_at: datetime = Field(sa_type=MOMENT)
    changed_by: UUID
    code: str = Field(index=True)
    name: str
    parent_id: UUID | None = Field(default=None, foreign_key="area.id")
    shape: list[list[list[list[float]]]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False, server_default=text("'[]'::jsonb"))
    )
    """The former border, where that is what changed."""
    into_id: UUID | None = Field(default=None, foreign_key="area.id")
