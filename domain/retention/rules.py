"""Pure: the rules that hold when nobody set another, and what may be set.

Source: security.md 7.4 (PIPL 19: as short as necessary); all periods are proposals [P] until the customer's archive
rules are known. What is personal is off until somebody has seen a preview and switches it on; what is technical runs
from the first day, as it always did.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from domain.kernel.bounds import Bounds
from domain.kernel.words import text_fault
from domain.retention.models import Ending, Kind

YEAR = 365
MAX_NOTE, MIN_REASON = 200, 4
BATCH = 200
"""Rows a unit of work empties or deletes: its locks are held for a moment."""


@dataclass(frozen=True, slots=True)
class Standard:
    """What holds for a kind by itself, and between which days it may be set."""

    days: int
    action: Ending
    active: bool
    least: int
    most: int
    why: str

    @property
    def bounds(self) -> Bounds:
        """The days between which it may be set."""
        return Bounds(self.least, self.most, "天")


STANDARDS: MappingProxyType[Kind, Standard] = MappingProxyType(
    {
        Kind.CARD: Standard(0, Ending.NONE, True, 0, 0, "读卡内容只用于填写登记表，原始数据和照片不写入数据库或磁盘"),
        Kind.VISITOR: Standard(2 * YEAR, Ending.ANONYMISE, False, 30, 30 * YEAR, "自登记之日起；已立案的按案件期限"),
        Kind.CASE: Standard(10 * YEAR, Ending.ANONYMISE, False, YEAR, 100 * YEAR, "自办结或作废之日起"),
        Kind.DRAFT: Standard(30, Ending.DELETE, True, 1, YEAR, "自最后一次修改起"),
        Kind.MESSAGE: Standard(180, Ending.DELETE, True, 30, 10 * YEAR, "自写入之日起，号码和内容一并删除"),
        Kind.NOTICE_READ: Standard(90, Ending.DELETE, True, 7, 10 * YEAR, "自阅读之日起"),
        Kind.NOTICE: Standard(YEAR, Ending.DELETE, True, 30, 10 * YEAR, "自发出之日起"),
        Kind.SESSION: Standard(180, Ending.DELETE, True, 30, 10 * YEAR, "自结束之日起；登录、退出另记审计日志"),
        Kind.ANSWER: Standard(7, Ending.DELETE, True, 1, 90, "自应答之日起；期满后同一幂等键视为新请求"),
        Kind.CODE: Standard(2, Ending.DELETE, True, 1, 30, "自失效之日起"),
        Kind.UPLOAD: Standard(7, Ending.DELETE, True, 1, 90, "自上传之日起；已随办理提交的按案件保存"),
        Kind.PRESENCE: Standard(0, Ending.DELETE, True, 0, 0, "离开页面约一分钟后即清除；查看计数满一天清除"),
    }
)
PERSONAL = frozenset({Kind.VISITOR, Kind.CASE})
"""Kinds whose end cannot be taken back and that are asked for twice."""
FIXED = frozenset(kind for kind, standard in STANDARDS.items() if standard.least == standard.most)


def before_of(days: int, at: datetime) -> datetime:
    """Give the moment before which something kept for so many days is over."""
    return at - timedelta(days=days)


def faults_of(kind: Kind, days: int, note: str) -> dict[str, str]:
    """Name what keeps a rule from being set, each with its sentence."""
    standard = STANDARDS[kind]
    faults = {
        "kind": f"“{kind.label}”的期限由系统固定，不能修改" if kind in FIXED else "",
        "days": standard.bounds.fault("期限", days),
        "note": text_fault("依据", note, most=MAX_NOTE, least=MIN_REASON),
    }
    return {name: sentence for name, sentence in faults.items() if sentence}


def in_words(days: int) -> str:
    """Say a period: whole years as years."""
    if not days:
        return "不保存"
    return f"{days // YEAR} 年" if days % YEAR == 0 else f"{days} 天"
