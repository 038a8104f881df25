"""风险等级反馈: what outside models find about cases, and what departments answer."""

from __future__ import annotations

import reflex as rx

from components.plain import list_page
from state.warnings.labels import RiskAlertsState


def risk_alerts() -> rx.Component:
    return list_page(RiskAlertsState, "/risk-alerts")
