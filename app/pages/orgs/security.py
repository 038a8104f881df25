"""安全策略: the security values."""

from __future__ import annotations

import reflex as rx

from components.orgs.pieces import sheet as orgs_sheet
from components.orgs.security import values
from components.orgs.sheet import sheet
from components.shell import page


def security() -> rx.Component:
    return page(orgs_sheet(), sheet(), values(), place="/security")
