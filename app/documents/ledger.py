"""The ledger of cases as a workbook: its columns, and what stands in them of a case."""

from __future__ import annotations

from app.documents.workbook import Cell, Column, moment
from domain.cases.schemas import CaseRow
from domain.kernel.clock import end_stamp

TITLE = "案件台账"
COLUMNS = (
    Column("编号", 16), Column("诉求标题", 42), Column("类别", 20), Column("属地", 12), Column("诉求人", 12),
    Column("风险", 8), Column("状态", 12), Column("时限", 14), Column("到期时间", 17), Column("承办单位", 26),
    Column("责任人", 12), Column("加急", 6), Column("交办", 6), Column("督办", 8), Column("受理时间", 17),
    Column("登记时间", 17),
)  # fmt: skip


def cells(row: CaseRow) -> tuple[Cell, ...]:
    """Give the cells of a case; an end is words, since no date of a sheet can be 24:00."""
    return (
        row.number, row.title, row.category, row.area, row.party,
        row.risk_label, row.status_label, row.due, end_stamp(row.ends_at), row.department,
        row.handler, _yes(row.urgent), _yes(row.leader_order), row.supervision, moment(row.submitted_at),
        moment(row.created_at),
    )  # fmt: skip


def _yes(flag: bool) -> str:
    return "是" if flag else ""
