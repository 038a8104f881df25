"""字段策略: what each role is shown of a person, and for what."""

from __future__ import annotations

import reflex as rx

from components.people.fields import acts, confirming, matrix
from components.people.pieces import sheet
from components.shell import page


def field_policy() -> rx.Component:
    """Draw the matrix of a role."""
    return page(
        sheet(),
        matrix(),
        confirming(),
        place="/field-policy",
        actions=acts(),
    )
