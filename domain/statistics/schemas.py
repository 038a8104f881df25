"""Shapes that leave the room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.calendar.models import Link
from domain.cases.schemas import CaseRow
from domain.kernel.labels import Labelled


class Measure(Labelled):
    """What is counted of a department."""

    TOTAL = "total", "总事件数"
    ACCEPTED = "accepted", "已接收"
    WAITING = "waiting", "待接收"
    IN_HAND = "in_hand", "在办"
    OVERDUE = "overdue", "超期"
    CLOSED = "closed", "已办结"
    RETURNED = "returned", "已退回"


@dataclass(frozen=True, slots=True)
class DepartmentFigures:
    """The figures of one department; `satisfaction` is 1 to 5, none without ratings."""

    department: str
    name: str
    total: int
    accepted: int
    waiting: int
    in_hand: int
    overdue: int
    closed: int
    returned: int
    satisfaction: float | None


class Figure(Labelled):
    """What is counted of the cases of the county within reach.

    The first nine stand at this moment, the others are of a period.
    """

    OPEN = "open", "在办"
    OVERDUE = "overdue", "已超期"
    SOON = "soon", "即将到期"
    TODAY = "today", "今日到期"
    HIGH = "high", "高风险在办"
    UNDISPATCHED = "undispatched", "待转派"
    TO_ACCEPT = "to_accept", "待接收"
    CONFIRM = "confirm", "调处待确认"
    ALERTED = "alerted", "红橙预警待反馈"
    RECEIVED = "received", "受理"
    CLOSED = "closed", "办结"
    ON_TIME = "on_time", "按期办结"
    LATE = "late", "超期办结"
    BREACHED = "breached", "新增超时"
    CARDED = "carded", "新增督办牌"
    RATED = "rated", "已评价"
    SATISFIED = "satisfied", "评价满意"

    @property
    def standing(self) -> bool:
        """Whether it is of this moment, and not of a period."""
        return list(Figure).index(self) < list(Figure).index(Figure.RECEIVED)

    @property
    def says(self) -> str:
        """What it counts and leaves out, in one sentence."""
        return _SAYS[self]


_SET_ASIDE = "不含历史遗留和已并入其他件的"
_SAYS = {
    Figure.OPEN: f"此刻已受理、尚未办结的件，{_SET_ASIDE}",
    Figure.OVERDUE: f"在办件中最近一个时限已过的，{_SET_ASIDE}",
    Figure.SOON: f"在办件中最近一个时限在 24 小时或最后一个工作日内到期的，{_SET_ASIDE}",
    Figure.TODAY: f"在办件中最近一个时限在今天之内、还没有过的，{_SET_ASIDE}",
    Figure.HIGH: f"在办件中风险等级为高的，{_SET_ASIDE}",
    Figure.UNDISPATCHED: f"已受理、等待综治中心转派的件，{_SET_ASIDE}",
    Figure.TO_ACCEPT: f"已转派、等待承办单位接收的件，{_SET_ASIDE}",
    Figure.CONFIRM: f"已提交办结、等待综治中心确认的件，{_SET_ASIDE}",
    Figure.ALERTED: f"在办件中最新风险标签为红色或橙色、还没有反馈的，{_SET_ASIDE}",
    Figure.RECEIVED: "本期提交受理的件，不含已并入其他件的",
    Figure.CLOSED: "本期办结、现在仍为已办结的件，不含已并入其他件的",
    Figure.ON_TIME: "本期办结的件中，任何环节都没有超期的",
    Figure.LATE: "本期办结的件中，有环节超期的；已撤销的超期不计",
    Figure.BREACHED: "有环节在本期超时的件，不论现在是否办结；已撤销的超时和已并入其他件的不计",
    Figure.CARDED: "本期因超时自动亮黄牌、红牌的件；已撤销的超时和已并入其他件的不计",
    Figure.RATED: "本期由诉求人评价的件，认定为恶意的评价不计",
    Figure.SATISFIED: "本期评价为非常满意、满意或基本满意的件，认定为恶意的评价不计",
}


class By(Labelled):
    """What figures are told apart by."""

    AREA = "area", "乡镇街道"
    CATEGORY = "category", "类型"
    SOURCE = "source", "来源"
    RISK = "risk", "风险等级"
    DEPARTMENT = "department", "主办单位"


@dataclass(frozen=True, slots=True)
class Counted:
    """One group of cases: its key within a `By` (empty for all, or for none), its name, and its figures."""

    key: str
    name: str
    figures: Mapping[Figure, int]

    def __getitem__(self, figure: Figure) -> int:
        return self.figures.get(figure, 0)


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures of all cases within reach, and of the groups of each kind, the largest first."""

    whole: Counted
    groups: Mapping[By, tuple[Counted, ...]]


class Stage(Labelled):
    """A stretch of the way of a case, from one act to another (环节)."""

    DISPATCH = "dispatch", "受理到转派"
    ACCEPT = "accept", "转派到接收"
    RESOLVE = "resolve", "接收到提交办结"
    CONFIRM = "confirm", "提交到确认办结"
    DECIDE = "decide", "申请到审批"
    RATE = "rate", "办结到评价"

    @property
    def limit(self) -> Link | None:
        """The link whose limit it has; none: nothing limits it."""
        return {Stage.DISPATCH: Link.DISPATCH, Stage.ACCEPT: Link.ACCEPT, Stage.RESOLVE: Link.RESOLVE}.get(self)

    @property
    def says(self) -> str:
        """Where it begins and ends, in one sentence."""
        return _STAGES[self]


_STAGES = {
    Stage.DISPATCH: "从提交受理（补充提交、撤回转派、退回获准、市平台下发或退回之后重新算起）到综治中心转派；领导交办、直接办结的不计",
    Stage.ACCEPT: "从最近一次转派、改派、交办或重新办理，到主办单位接收；协办单位的接收不计",
    Stage.RESOLVE: "从主办单位接收，到它提交办结；驳回后重新办理的，从驳回算起",
    Stage.CONFIRM: "从最近一次提交办结（或市平台反馈结果），到综治中心确认办结",
    Stage.DECIDE: "从申请退回、申请延期、提请交办，到同意或不同意；申请人撤回的不计",
    Stage.RATE: "从办结到评价，诉求人评价和登记单位代评都计",
}


class Among(Labelled):
    """Which of the cases that passed a stage."""

    ALL = "all", "全部"
    OVER = "over", "超期"
    SLOW = "slow", "最慢一成"


@dataclass(frozen=True, slots=True)
class StageFigures:
    """How many passed one stage, and how long that took; `median` and `ninety` (nine in ten) in seconds."""

    stage: Stage
    counts: Mapping[Among, int]
    median: float | None = None
    ninety: float | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """A case that passed a stage: when, how long that took in seconds, and whether a limit was missed meanwhile."""

    row: CaseRow
    began_at: datetime
    ended_at: datetime
    took: float
    over: bool


class Load(Labelled):
    """What is counted of a person who handles cases in a department.

    The first four stand at this moment, the others are of a period.
    """

    IN_HAND = "in_hand", "在办"
    SOON = "soon", "即将到期"
    OVERDUE = "overdue", "已超期"
    ASSISTING = "assisting", "协办"
    CLOSED = "closed", "办结"
    LATE = "late", "超期办结"
    RATED = "rated", "已评价"

    @property
    def standing(self) -> bool:
        """Whether it is of this moment, and not of a period."""
        return list(Load).index(self) < list(Load).index(Load.CLOSED)

    @property
    def says(self) -> str:
        """What it counts and leaves out, in one sentence."""
        return _LOADS[self]


_LOADS = {
    Load.IN_HAND: f"此刻由本人接收（或接手移交）主办、尚未办结的件，{_SET_ASIDE}",
    Load.SOON: f"本人在办件中最近一个时限在 24 小时或最后一个工作日内到期的，{_SET_ASIDE}",
    Load.OVERDUE: f"本人在办件中最近一个时限已过的，{_SET_ASIDE}",
    Load.ASSISTING: f"此刻由本人接收协办、还没有反馈的件，{_SET_ASIDE}",
    Load.CLOSED: "本期办结、由本人主办的件，不含已并入其他件的",
    Load.LATE: "本期办结、由本人主办的件中，在本单位的环节有超期的；已撤销的超期不计",
    Load.RATED: "本期办结、由本人主办的件中，诉求人已评价的，认定为恶意的评价不计",
}


@dataclass(frozen=True, slots=True)
class PersonFigures:
    """The figures of one person in one department.

    `median` is the time from acceptance to the end in seconds, `satisfaction` 1 to 5; none without cases or ratings.
    """

    account_id: UUID
    unit_id: UUID
    name: str = field(repr=False)
    unit: str
    counts: Mapping[Load, int]
    median: float | None = None
    satisfaction: float | None = None
