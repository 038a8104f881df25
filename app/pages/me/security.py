"""安全策略: the security values."""

from __future__ import annotations

import reflex as rx

from components.me.security import values
from components.me.sheet import sheet
from components.orgs.pieces import sheet as orgs_sheet
from components.shell import page


def security() -> rx.Component:
    return page(orgs_sheet(), sheet(), values(), place="/security")
