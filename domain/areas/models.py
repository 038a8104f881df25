"""The table of areas."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from domain.kernel.columns import Word
from domain.kernel.ids import new_id
from domain.kernel.labels import Labelled


class Level(Labelled):
    COUNTY = "county", "县区"
    TOWNSHIP = "township", "乡镇街道"
    VILLAGE = "village", "村社区"
    GRID = "grid", "网格"


class Area(SQLModel, table=True):
    """A county, township, village or grid, with its border in degrees (longitude, latitude).

    no_pii
    """

    __tablename__ = "area"
    __table_args__ = (Index("ix_area_path", "path", postgresql_ops={"path": "text_pattern_ops"}),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    code: str = Field(unique=True)
    name: str
    level: Level = Field(sa_type=Word(Level))  # type: ignore[call-overload]
    parent_id: UUID | None = Field(default=None, foreign_key="area.id", index=True)
    path: str
    polygon: list[list[float]] = Field(sa_column=Column(JSONB, nullable=False))
    center_lng: float
    center_lat: float
