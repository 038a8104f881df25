"""Every place of the product once: its address, its words, who may open it, and the number beside it.

Menu, breadcrumbs, titles and the right that opening a page asks for all come from this table.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit import queries as audit
from domain.cases.queries import views
from domain.kernel.actor import Actor
from domain.kernel.permissions import Permission, Role
from domain.warnings import queries as warnings

P = Permission


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the product.

    :ivar href: its address; a part in brackets stands for whatever is shown there
    :ivar permission: the right that opening it asks for; without any, `rights` or `roles`, anybody signed in
    :ivar rights: several rights of which one is enough
    :ivar offered: the right with which it stands in the menu, where that is a narrower one
    :ivar view: the counter whose number stands beside it
    :ivar within: the place of the menu that a page without an entry of its own belongs to
    """

    href: str
    label: str
    group: str = ""
    icon: str = ""
    permission: Permission | None = None
    rights: tuple[Permission, ...] = ()
    roles: tuple[Role, ...] = ()
    offered: Permission | None = None
    view: str = ""
    within: str = ""

    @property
    def anybody(self) -> bool:
        return not (self.permission or self.rights or self.roles)

    def barred_to(self, actor: Actor) -> bool:
        """Tell whether the person's account was kept out of this place by name."""
        return self.href in actor.barred_places or bool(self.within and self.within in actor.barred_places)

    def open_to(self, actor: Actor) -> bool:
        """Tell whether a person may open the place."""
        if self.barred_to(actor):
            return False
        if self.anybody:
            return True
        if self.permission and actor.may(self.permission):
            return True
        return any(actor.may(right) for right in self.rights) or (bool(self.roles) and actor.has(*self.roles))

    def offered_to(self, actor: Actor) -> bool:
        """Tell whether it stands in a person's menu."""
        return bool(self.icon) and self.open_to(actor) and (self.offered is None or actor.may(self.offered))


ACCOUNT_RIGHTS = (P.ACCOUNT_MANAGE, P.ROLE_GRANT, P.ACCOUNT_PROPOSE, P.WORK_HAND_OVER)
"""Rights of which one opens the pages of accounts: all accounts, or those of the own unit."""
ALL: tuple[Place, ...] = (
    Place("/", "首页"),
    Place("/visits", "来访登记", "接待", "card", P.VISIT_REGISTER),
    Place("/cases/new", "诉求登记", "接待", "plus", P.CASE_CREATE),
    Place("/centre", "中心工作台", "工作台", "home", roles=(Role.CENTER_ADMIN,)),
    Place("/todo", "我的待办", "工作台", "inbox", P.CASE_VIEW, offered=P.CASE_WORK, view="todo"),
    Place("/cases", "案件台账", "工作台", "list", P.CASE_VIEW),
    Place("/overdue", "超期预警", "工作台", "alarm", P.CASE_VIEW, view="overdue"),
    Place("/risk-alerts", "风险等级反馈", "工作台", "warn", P.CASE_VIEW, view="risk_labels"),
    Place("/exports", "导出记录", "工作台", "download", P.CASE_EXPORT),
    Place("/visits/all", "来访记录", "工作台", "user", P.VISIT_VIEW),
    Place("/board", "综合看板", "统计", "chart", P.STATISTICS_VIEW),
    Place("/brief", "每日晨报", "统计", "sun", P.STATISTICS_VIEW),
    Place("/brief/[date]", "每日晨报", "统计", permission=P.STATISTICS_VIEW, within="/brief"),
    Place("/reports", "统计报告", "统计", "file", P.STATISTICS_VIEW),
    Place("/reports/[report]", "统计报告", "统计", permission=P.STATISTICS_VIEW, within="/reports"),
    Place("/figures", "部门统计", "统计", "rows", P.STATISTICS_VIEW),
    Place("/figures/people", "人员统计", "统计", "user", P.STATISTICS_VIEW),
    Place("/figures/links", "环节用时", "统计", "clock", P.STATISTICS_VIEW),
    Place("/figures/links/cases", "环节用时的案件", "统计", permission=P.STATISTICS_VIEW, within="/figures/links"),
    Place("/figures/cases", "数字背后的案件", "统计", permission=P.STATISTICS_VIEW, within="/figures"),
    Place("/case/[number]", "案件", permission=P.CASE_VIEW),
    Place("/case-edit/[number]", "编辑", permission=P.CASE_CREATE),
    Place("/processes", "办理流程", "配置", "branch", P.ARRANGE),
    Place("/process/[process_id]", "办理流程", permission=P.ARRANGE, within="/processes"),
    Place("/limits", "时限规则", "配置", "clock", P.ARRANGE),
    Place("/category-words", "类别用词", "配置", "search", P.ARRANGE),
    Place("/calendar", "工作日历", "配置", "rows", P.ARRANGE),
    Place("/units", "单位管理", "组织与账号", "building", P.UNIT_MANAGE),
    Place("/areas", "区划管理", "组织与账号", "branch", P.AREA_MANAGE),
    Place("/accounts", "账号管理", "组织与账号", "user", rights=ACCOUNT_RIGHTS),
    Place("/account/[login]", "账号", rights=ACCOUNT_RIGHTS, within="/accounts"),
    Place("/roles", "角色与授权", "组织与账号", "shield", P.ROLE_GRANT),
    Place("/security", "安全策略", "组织与账号", "lock", P.POLICY_MANAGE),
    Place("/me", "我的账号"),
    Place("/explain", "权限说明", "首页"),
    Place("/explain/[login]", "权限说明", "首页", within="/explain"),
    Place("/field-policy", "字段策略", "安全", "eye", P.POLICY_MANAGE),
    Place("/retention", "保存期限", "安全", "clock", P.RETENTION_MANAGE),
    Place("/journal", "审计日志", "审计", "list", P.JOURNAL_AUDIT),
    Place("/audit-person/[login]", "人员时间线", permission=P.JOURNAL_AUDIT, within="/journal"),
    Place("/alarms", "告警", "审计", "warn", P.JOURNAL_AUDIT, view="alarms"),
)
PLACES: tuple[Place, ...] = tuple(place for place in ALL if place.icon)
"""The places of the menu, in its order."""
GROUP_HOME = {"首页": "/", "接待": "/visits", "工作台": "/todo", "统计": "/board"}
"""Where a group in a breadcrumb leads."""
LANDINGS: tuple[tuple[Role, str], ...] = (
    (Role.GUIDE, "/visits"),
    (Role.REGISTRAR, "/cases/new"),
    (Role.CENTER_ADMIN, "/centre"),
    (Role.OFFICER, "/todo"),
    (Role.DEPARTMENT_HEAD, "/board"),
    (Role.LEADER, "/board"),
    (Role.STATION, "/cases"),
    (Role.VIEWER, "/board"),
    (Role.SYSADMIN, "/accounts"),
    (Role.SECADMIN, "/roles"),
    (Role.AUDITOR, "/journal"),
)


@cache
def place(href: str) -> Place:
    """Give the place declared under an address.

    :raises KeyError: there is none
    """
    return {one.href: one for one in ALL}[href]


def place_at(path: str) -> Place | None:
    """Find the place that an address of the browser shows."""
    parts = path.strip("/").split("/")
    for one in ALL:
        declared = one.href.strip("/").split("/")
        pairs = zip(declared, parts, strict=False)
        if len(declared) == len(parts) and all(mine == given or mine[:1] == "[" for mine, given in pairs):
            return one
    return None


def crumbs_of(one: Place) -> list[tuple[str, str]]:
    """Give the way to a place in words, each with where it leads."""
    group = [(one.group, GROUP_HOME.get(one.group, ""))] if one.group else []
    return [*group, (one.label, "")]


def landing(actor: Actor) -> str:
    """Tell where a person lands after signing in; empty for those without a desk yet."""
    if actor.unproven:
        return "/me"
    own = (where for role, where in LANDINGS if role in actor.roles and place(where).open_to(actor))
    return next(own, "")


Count = Callable[[AsyncSession, Actor, datetime], Awaitable[Mapping[str, int]]]


async def _of_cases(session: AsyncSession, actor: Actor, at: datetime) -> Mapping[str, int]:
    return await views.count_views(session, actor, ("todo", "overdue"), at=at)


async def _of_alarms(session: AsyncSession, actor: Actor, _at: datetime) -> Mapping[str, int]:
    return {"alarms": await audit.count_open(session, actor)}


async def _of_labels(session: AsyncSession, actor: Actor, _at: datetime) -> Mapping[str, int]:
    return {"risk_labels": await warnings.waiting_for(session, actor)}


COUNTERS: tuple[Count, ...] = (_of_cases, _of_alarms, _of_labels)
"""What counts for the numbers of the menu, several at once where one query knows them."""


async def counts(session: AsyncSession, actor: Actor, at: datetime) -> dict[str, int]:
    """Count what stands beside the places of the menu, by view."""
    found: dict[str, int] = {}
    for count in COUNTERS:
        found |= await count(session, actor, at)
    return found
