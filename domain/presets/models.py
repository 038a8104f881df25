"""The tables of presets and columns."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from domain.kernel.columns import MOMENT
from domain.kernel.ids import new_id
from domain.kernel.rows import Row


class Preset(Row, table=True):
    """A list as somebody named it; `place` is the path of its page, `query` what its address asks for.

    no_pii: a name with a long number is refused, the query holds words of the product and text that an address may hold
    """

    __tablename__ = "list_preset"  # type: ignore[assignment]
    __table_args__ = (
        Index("ix_list_preset_own", "account_id", "place", "position"),
        Index("ix_list_preset_shared", "unit_id", "place", postgresql_where=text("shared")),
        Index("ix_list_preset_first", "account_id", "place", unique=True, postgresql_where=text("first")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id")
    unit_id: UUID = Field(foreign_key="unit.id")
    place: str
    name: str
    query: str
    position: int = 0
    first: bool = False
    shared: bool = False
    saved_at: datetime = Field(sa_type=MOMENT)


class ListColumns(Row, table=True):
    """The columns of a list that somebody chose to see.

    no_pii
    """

    __tablename__ = "list_columns"  # type: ignore[assignment]

    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    place: str = Field(primary_key=True)
    columns: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
