"""Shapes that leave the room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from domain.kernel.asking import Ask
from domain.kernel.labels import Labelled


class Group(Labelled):
    """What kind of thing a line tells of."""

    SIGN_IN = "sign_in", "登录"
    CASE = "case", "案件办理"
    VISIT = "visit", "来访"
    CLEAR = "clear", "查看明文"
    SEARCH = "search", "按个人信息检索"
    EXPORT = "export", "导出打印"
    REPORT = "report", "统计报告"
    REFUSED = "refused", "被拒绝"
    ADMIN = "admin", "账号与权限"
    POLICY = "policy", "策略与配置"
    SYSTEM = "system", "系统"


class AlarmKind(Labelled):
    MASS_READING = "mass_reading", "短时间大量查看"
    DAILY_LIMIT = "daily_limit", "查看明文达到上限"
    NIGHT_READING = "night_reading", "夜间查看明文"
    REFUSALS = "refusals", "反复被拒绝"
    SIGN_INS = "sign_ins", "反复登录失败"
    NIGHT_ADMIN = "night_admin", "夜间变更账号或权限"
    CHAIN = "chain", "审计日志不完整"
    RESTORED = "restored", "从备份恢复"
    CLOCK = "clock", "系统时间异常"
    UNSEALED = "unsealed", "审计日志未及时封存"
    FIGURES = "figures", "统计汇总与案件不符"


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """Narrow the journal; empty means not narrowed. Moments are half-open.

    :ivar origin: the beginning of an address; it tells where somebody works
    :ivar own: of a login only what it did itself, without what others did to the account
    """

    since: Annotated[datetime | None, Ask("开始时间")] = None
    until: Annotated[datetime | None, Ask("结束时间（不含）")] = None
    login: Annotated[str, Ask("账号", search=True)] = ""
    group: Annotated[Group | None, Ask("类别", empty="全部")] = None
    unit: Annotated[str, Ask("单位", choices="units", empty="全部")] = ""
    number: Annotated[str, Ask("案件编号")] = ""
    origin: Annotated[str, Ask("来源地址", example="开头几位", personal=True)] = ""
    own: Annotated[bool, Ask("只看该账号所做的")] = False
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
    """One value of a line's detail in words, and what it is called."""

    label: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of one value, in words; `what` is empty where the line itself says it."""

    what: str
    before: str = field(repr=False)
    after: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class JournalLine:
    """Show one line; `detail` holds ids and codes, the others say it in words.

    :ivar name: of who acted, and in whose stead
    """

    seq: int
    at: datetime
    actor_id: UUID
    login: str
    name: str = field(repr=False)
    unit: str
    roles: str
    action: str
    words: str
    group: Group
    subject: str
    said: str
    origin: str
    detail: dict[str, Any] = field(repr=False)
    details: tuple[Detail, ...] = ()
    changes: tuple[Changed, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class RawLine:
    """One line with its seal: whether it holds by itself and joins its predecessor."""

    line: JournalLine
    seal: str
    previous: str
    holds: bool


@dataclass(frozen=True, slots=True)
class DayOfPerson:
    """What one person did on one day: by group, and the spans of work between longer pauses."""

    login: str
    day: date
    spans: tuple[tuple[datetime, datetime], ...]
    counts: dict[Group, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Timeline:
    """The days of one person, the newest first."""

    account_id: UUID
    login: str
    name: str = field(repr=False)
    unit: str
    days: tuple[DayOfPerson, ...]


@dataclass(frozen=True, slots=True)
class AlarmView:
    """One alarm; `said` is its sentence, and `mine` tells that it is about who reads it."""

    id: UUID
    kind: AlarmKind
    said: str
    login: str
    name: str = field(repr=False)
    at: datetime
    mine: bool = False
    seen_at: datetime | None = None
    seen_by: str = field(default="", repr=False)
    note: str = ""


@dataclass(frozen=True, slots=True)
class AnchorView:
    day: date
    place: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """What a restore brought back, and to which place.

    :ivar digest: of the backup's file; empty where the database was brought back by its own tools
    :ivar made_at: the moment of the backup, as it says itself
    :ivar was: how many lines the journal had that was replaced
    :ivar reason: in the words of whoever brought it back by other means
    """

    digest: str = ""
    made_at: str = ""
    place: str = ""
    was: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RestoreView:
    """One restore, as a line of the journal tells of it; `said` is its sentence."""

    seq: int
    at: datetime
    said: str


@dataclass(frozen=True, slots=True)
class ChainState:
    """Tell how long the journal is, what was anchored last and when it was verified last."""

    lines: int
    anchors: tuple[AnchorView, ...]
    verified_at: datetime | None
    verified_lines: int
    fault: str
    """The sentence of what the last verification found; empty: everything held."""
    restores: tuple[RestoreView, ...] = ()
