"""Every page of the product: its address, title, the right it asks for, and what it loads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from app.pages.areas.areas import area_list
from app.pages.audit.alarms import audit_alarms
from app.pages.audit.journal import audit_journal
from app.pages.audit.person import audit_person
from app.pages.calendar.limits import limit_rules
from app.pages.calendar.year import working_days
from app.pages.cases.detail import case_detail
from app.pages.cases.edit import case_edit
from app.pages.cases.list import ledger, overdue, to_do
from app.pages.cases.new import case_new
from app.pages.cases.words import category_words
from app.pages.home import home
from app.pages.me.own import own_account
from app.pages.me.security import security
from app.pages.orgs.account import account_detail
from app.pages.orgs.accounts import account_list
from app.pages.orgs.explain import explained
from app.pages.orgs.roles import role_list
from app.pages.orgs.units import unit_list
from app.pages.privacy.fields import field_policy
from app.pages.privacy.retention import retention_rules
from app.pages.processes.detail import process
from app.pages.processes.list import processes
from app.pages.visits.desk import desk
from domain.kernel.permissions import Permission, Role
from state.areas.areas import AreasState
from state.audit.alarms import AlarmsState
from state.audit.journal import JournalState
from state.audit.person import PersonTimelineState
from state.calendar.limits import LimitsState
from state.calendar.year import CalendarState
from state.cases.listing import CaseListState
from state.cases.words import CategoryWordsState
from state.cases.working import CaseState
from state.cases.writing import CaseFormState
from state.me import OwnState
from state.notices import BellState
from state.orgs.account import AccountState
from state.orgs.accounts import AccountListState
from state.orgs.delegation import DelegationState
from state.orgs.explain import ExplainState
from state.orgs.roles import RolesState
from state.orgs.units import UnitsState
from state.privacy.fields import FieldPolicyState
from state.privacy.retention import RetentionState
from state.processes.listing import ProcessListState
from state.processes.working import ProcessState
from state.security import SecurityState
from state.session import ACCOUNT_RIGHTS, LandingState
from state.visits import VisitDesk

PRODUCT = "枫桥 · 社会治理中心"


@dataclass(frozen=True)
class Page:
    """A page; no `permission`, `rights` (one is enough) and `roles` means: anybody signed in."""

    route: str
    title: str
    permission: Permission | None
    build: Callable[[], rx.Component]
    on_load: tuple[Any, ...]
    roles: tuple[Role, ...] = ()
    rights: tuple[Permission, ...] = ()


_LIST = (CaseListState.load, CaseListState.follow)
_ACCOUNT = (AccountState.load, DelegationState.load_of)
_ALARMS = (AlarmsState.load, AlarmsState.follow)
PAGES: tuple[Page, ...] = (
    Page("/", "首页", None, home, (LandingState.go,)),
    Page("/visits", "来访登记", Permission.VISIT_REGISTER, desk, (VisitDesk.load, VisitDesk.follow)),
    Page("/cases/new", "诉求登记", Permission.CASE_CREATE, case_new, (CaseFormState.load, CaseFormState.follow)),
    Page("/todo", "我的待办", Permission.CASE_VIEW, to_do, _LIST),
    Page("/overdue", "超期预警", Permission.CASE_VIEW, overdue, _LIST),
    Page("/cases", "案件台账", Permission.CASE_VIEW, ledger, _LIST),
    Page("/case/[number]", "案件", Permission.CASE_VIEW, case_detail, (CaseState.load, CaseState.follow)),
    Page("/case-edit/[number]", "编辑", Permission.CASE_CREATE, case_edit, (CaseFormState.load_for_edit,)),
    Page("/processes", "办理流程", Permission.ARRANGE, processes, (ProcessListState.load,)),
    Page("/process/[process_id]", "办理流程", Permission.ARRANGE, process, (ProcessState.load,)),
    Page("/limits", "时限规则", Permission.ARRANGE, limit_rules, (LimitsState.load,)),
    Page("/category-words", "类别用词", Permission.ARRANGE, category_words, (CategoryWordsState.load,)),
    Page("/calendar", "工作日历", Permission.ARRANGE, working_days, (CalendarState.load,)),
    Page("/units", "单位管理", Permission.UNIT_MANAGE, unit_list, (UnitsState.load,)),
    Page("/areas", "区划管理", Permission.AREA_MANAGE, area_list, (AreasState.load,)),
    Page("/accounts", "账号管理", None, account_list, (AccountListState.load,), rights=ACCOUNT_RIGHTS),
    Page("/account/[login]", "账号", None, account_detail, _ACCOUNT, rights=ACCOUNT_RIGHTS),
    Page("/roles", "角色与授权", Permission.ROLE_GRANT, role_list, (RolesState.load,)),
    Page("/me", "我的账号", None, own_account, (OwnState.load, DelegationState.load)),
    Page("/security", "安全策略", Permission.POLICY_MANAGE, security, (SecurityState.load,)),
    Page("/journal", "审计日志", Permission.JOURNAL_AUDIT, audit_journal, (JournalState.load,)),
    Page("/audit-person/[login]", "人员时间线", Permission.JOURNAL_AUDIT, audit_person, (PersonTimelineState.load,)),
    Page("/alarms", "告警", Permission.JOURNAL_AUDIT, audit_alarms, _ALARMS),
    Page("/explain", "权限说明", None, explained, (ExplainState.load,)),
    Page("/explain/[login]", "权限说明", None, explained, (ExplainState.load,)),
    Page("/field-policy", "字段策略", Permission.POLICY_MANAGE, field_policy, (FieldPolicyState.load,)),
    Page("/retention", "保存期限", Permission.RETENTION_MANAGE, retention_rules, (RetentionState.load,)),
)
GATED = frozenset(page.route.strip("/").split("/")[0] for page in PAGES)
"""First pieces of the addresses that need a session; the empty one is the front door."""


def add_pages(app: rx.App) -> None:
    """Add every page to the application."""
    for page in PAGES:
        on_load = [BellState.load, *page.on_load, BellState.follow]
        app.add_page(page.build, route=page.route, title=f"{page.title} - {PRODUCT}", on_load=on_load)
