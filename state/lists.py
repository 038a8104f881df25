"""Every declared list by its name: what the interface offers, and what the tests go through."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from state.areas.areas import AREAS
from state.audit.alarms import CLOSED, OPEN
from state.audit.journal import JOURNAL
from state.audit.person import DAYS
from state.calendar.limits import IN_FORCE
from state.calendar.limits import PAST as PAST_LIMITS
from state.cases.words import WORDS
from state.exports.jobs import EXPORTS
from state.kit.listing import Listing
from state.orgs.accounts import ACCOUNTS
from state.orgs.roles import ROLES
from state.orgs.units import UNITS
from state.processes.listing import PROCESSES
from state.reports.listing import REPORTS
from state.retention.rules import HOLDS, PAST, RULES, RUNS
from state.statistics.behind import BEHIND
from state.statistics.departments import FIGURES
from state.statistics.links import LINKS, PASSED
from state.statistics.people import PEOPLE
from state.visits.records import VISITS
from state.warnings.labels import LABELS

_ALL: tuple[Listing[Any], ...] = (
    ACCOUNTS, UNITS, ROLES, AREAS, WORDS, PROCESSES, OPEN, CLOSED, JOURNAL, DAYS, IN_FORCE, PAST_LIMITS, RULES, HOLDS, RUNS, PAST,
    FIGURES, BEHIND, LINKS, PASSED, PEOPLE, LABELS, EXPORTS, REPORTS, VISITS,
)  # fmt: skip
LISTS: Mapping[str, Listing[Any]] = MappingProxyType({one.name: one for one in _ALL})
