"""每日晨报: the newest, and that of any day."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.briefs import drawn, ways
from components.shell import page
from state.briefs import BriefState as S


def brief() -> rx.Component:
    """Draw the newest brief."""
    return page(drawn(), place="/brief", actions=ways())


def brief_of_day() -> rx.Component:
    """Draw the brief of the day that the address names."""
    crumbs: list[tuple[Any, Any]] = [("统计", "/board"), ("每日晨报", "/brief"), (S.day, "")]
    return page(drawn(), place="/brief/[date]", crumbs=crumbs, actions=ways())
