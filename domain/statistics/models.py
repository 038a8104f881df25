"""The tables of the summaries: what each case counts for, the sums of each day, and which cases changed since.

The county's figures of periods are sums of days. A trigger notes every case whose place in them may have changed, in
the transaction that changes it; later each is counted anew, and the difference added to the sums. Whoever reads adds
what is noted by then, so the figures are those of this moment however far behind the sums are (decision 0039).
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity
from sqlmodel import Field

from domain.kernel.columns import Word
from domain.kernel.rows import Row
from domain.statistics.schemas import Figure


class FigureCase(Row, table=True):
    """What of a case stands in the sums: the groups it was counted in, and on which day for each figure.

    no_pii
    """

    __tablename__ = "figure_case"  # type: ignore[assignment]

    case_id: UUID = Field(primary_key=True)
    area: str
    category: str
    source: str
    risk: str
    department: str
    received: date | None = None
    closed: date | None = None
    late: date | None = None
    rated: date | None = None
    satisfied: date | None = None


class FigureDay(Row, table=True):
    """How many cases a figure counts on a day (Asia/Shanghai) in a group; `kind` and `key` are empty for all.

    no_pii
    """

    __tablename__ = "figure_day"  # type: ignore[assignment]

    kind: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    key: str = Field(primary_key=True)
    figure: Figure = Field(sa_column=Column(Word(Figure), primary_key=True))
    number: int


class FigureChange(Row, table=True):
    """That a case may count otherwise than it stands in the sums; written by the database itself.

    no_pii
    """

    __tablename__ = "figure_change"  # type: ignore[assignment]

    seq: int = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    case_id: UUID
