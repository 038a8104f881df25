"""Every page of the product: the place it shows, what draws it, and what it loads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from app.pages.areas.areas import area_list
from app.pages.audit.alarms import audit_alarms
from app.pages.audit.journal import audit_journal
from app.pages.audit.person import audit_person
from app.pages.briefs.brief import brief, brief_of_day
from app.pages.calendar.limits import limit_rules
from app.pages.calendar.year import working_days
from app.pages.cases.detail import case_detail
from app.pages.cases.edit import case_edit
from app.pages.cases.listing import ledger, overdue, to_do
from app.pages.cases.new import case_new
from app.pages.cases.words import category_words
from app.pages.exports.jobs import export_jobs
from app.pages.home import home
from app.pages.orgs.account import account_detail
from app.pages.orgs.accounts import account_list
from app.pages.orgs.explain import explained
from app.pages.orgs.own import own_account
from app.pages.orgs.roles import role_list
from app.pages.orgs.security import security
from app.pages.orgs.units import unit_list
from app.pages.people.fields import field_policy
from app.pages.processes.detail import process
from app.pages.processes.listing import processes
from app.pages.reports.detail import report
from app.pages.reports.listing import report_list
from app.pages.retention.rules import retention_rules
from app.pages.statistics.behind import cases_behind
from app.pages.statistics.board import board
from app.pages.statistics.centre import centre
from app.pages.statistics.departments import department_figures
from app.pages.statistics.links import link_cases, link_figures
from app.pages.statistics.people import person_figures
from app.pages.visits.desk import desk
from app.pages.visits.records import visit_records
from app.pages.warnings.labels import risk_alerts
from state.areas.areas import AreasState
from state.audit.alarms import AlarmsState
from state.audit.journal import JournalState
from state.audit.person import PersonTimelineState
from state.briefs import BriefState
from state.calendar.limits import LimitsState
from state.calendar.year import CalendarState
from state.cases.bulk import BulkState
from state.cases.listing import CaseListState
from state.cases.words import CategoryWordsState
from state.cases.working import CaseState
from state.cases.writing import CaseFormState
from state.exports.jobs import ExportsState
from state.notices import BellState
from state.orgs.account import AccountState
from state.orgs.accounts import AccountListState
from state.orgs.delegation import DelegationState
from state.orgs.explain import ExplainState
from state.orgs.own import OwnState
from state.orgs.roles import RolesState
from state.orgs.security import SecurityState
from state.orgs.units import UnitsState
from state.people.fields import FieldPolicyState
from state.places import Place, place
from state.presets.views import PresetsState
from state.processes.listing import ProcessListState
from state.processes.working import ProcessState
from state.reports.listing import ReportsState
from state.reports.report import ReportState
from state.retention.rules import RetentionState
from state.session import LandingState
from state.statistics.behind import BehindState
from state.statistics.board import BoardState
from state.statistics.centre import CentreState
from state.statistics.departments import FiguresState
from state.statistics.links import LinksState, PassedState
from state.statistics.people import PeopleState
from state.visits.desk import VisitDesk
from state.visits.records import VisitsState
from state.warnings.labels import RiskAlertsState

PRODUCT = "枫桥 · 社会治理中心"


@dataclass(frozen=True)
class Page:
    """One page.

    :ivar early: what it loads only reads, by its address alone, and may run before its socket comes (`app.opening`);
        not what asks the browser's own storage, holds a device, or leads elsewhere
    """

    place: Place
    build: Callable[[], rx.Component]
    on_load: tuple[Any, ...]
    early: bool = False

    @property
    def route(self) -> str:
        return self.place.href

    @property
    def title(self) -> str:
        return self.place.label


_LIST = (CaseListState.load, PresetsState.load, BulkState.put_away, CaseListState.follow)
_ACCOUNT = (AccountState.load, DelegationState.load_of)
_ALARMS = (AlarmsState.load, AlarmsState.follow)
_RISKS = (RiskAlertsState.load, RiskAlertsState.follow)
PAGES: tuple[Page, ...] = (
    Page(place("/"), home, (LandingState.go,)),
    Page(place("/visits"), desk, (VisitDesk.load, VisitDesk.follow)),
    Page(place("/visits/all"), visit_records, (VisitsState.load, VisitsState.follow), early=True),
    Page(place("/cases/new"), case_new, (CaseFormState.load, CaseFormState.follow)),
    Page(place("/centre"), centre, (CentreState.load, CentreState.follow), early=True),
    Page(place("/todo"), to_do, _LIST, early=True),
    Page(place("/overdue"), overdue, _LIST, early=True),
    Page(place("/cases"), ledger, _LIST, early=True),
    Page(place("/risk-alerts"), risk_alerts, _RISKS, early=True),
    Page(place("/exports"), export_jobs, (ExportsState.load, ExportsState.follow), early=True),
    Page(place("/brief"), brief, (BriefState.load,), early=True),
    Page(place("/brief/[date]"), brief_of_day, (BriefState.load,), early=True),
    Page(place("/reports"), report_list, (ReportsState.load, ReportsState.follow), early=True),
    Page(place("/reports/[report]"), report, (ReportState.load,), early=True),
    Page(place("/board"), board, (BoardState.load, BoardState.follow), early=True),
    Page(place("/figures"), department_figures, (FiguresState.load, FiguresState.follow), early=True),
    Page(place("/figures/people"), person_figures, (PeopleState.load, PeopleState.follow), early=True),
    Page(place("/figures/links"), link_figures, (LinksState.load, LinksState.follow), early=True),
    Page(place("/figures/links/cases"), link_cases, (PassedState.load, PassedState.follow), early=True),
    Page(place("/figures/cases"), cases_behind, (BehindState.load, BehindState.follow), early=True),
    Page(place("/case/[number]"), case_detail, (CaseState.load, CaseState.follow), early=True),
    Page(place("/case-edit/[number]"), case_edit, (CaseFormState.load_for_edit,)),
    Page(place("/processes"), processes, (ProcessListState.load,), early=True),
    Page(place("/process/[process_id]"), process, (ProcessState.load,)),
    Page(place("/limits"), limit_rules, (LimitsState.load,), early=True),
    Page(place("/category-words"), category_words, (CategoryWordsState.load,), early=True),
    Page(place("/calendar"), working_days, (CalendarState.load,)),
    Page(place("/units"), unit_list, (UnitsState.load,), early=True),
    Page(place("/areas"), area_list, (AreasState.load,), early=True),
    Page(place("/accounts"), account_list, (AccountListState.load,), early=True),
    Page(place("/account/[login]"), account_detail, _ACCOUNT),
    Page(place("/roles"), role_list, (RolesState.load,), early=True),
    Page(place("/me"), own_account, (OwnState.load, DelegationState.load)),
    Page(place("/security"), security, (SecurityState.load,)),
    Page(place("/journal"), audit_journal, (JournalState.load,), early=True),
    Page(place("/audit-person/[login]"), audit_person, (PersonTimelineState.load,), early=True),
    Page(place("/alarms"), audit_alarms, _ALARMS, early=True),
    Page(place("/explain"), explained, (ExplainState.load,)),
    Page(place("/explain/[login]"), explained, (ExplainState.load,)),
    Page(place("/field-policy"), field_policy, (FieldPolicyState.load,)),
    Page(place("/retention"), retention_rules, (RetentionState.load,), early=True),
)
GATED = frozenset(page.route.strip("/").split("/")[0] for page in PAGES)
"""First pieces of the addresses that need a session; the empty one is the front door."""

WHOLE = frozenset(page.route for page in PAGES if "[" not in page.route) - {"/"}
"""Addresses of the pages that the build writes out: nothing in them depends on what they are about."""
EARLY = frozenset(page.route for page in PAGES if page.early)


def add_pages(app: rx.App) -> None:
    """Add every page to the application."""
    for page in PAGES:
        on_load = [BellState.load, *page.on_load, BellState.follow]
        app.add_page(page.build, route=page.route, title=f"{page.title} - {PRODUCT}", on_load=on_load)
