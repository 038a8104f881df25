"""来访登记: the page of the reception desk."""

from __future__ import annotations

import reflex as rx

from components.shell import page
from components.visits.form import registration
from components.visits.queue import queue


def desk() -> rx.Component:
    """Draw the registration form with today's queue beside it."""
    return page(
        rx.el.div(registration(), queue(), class_name="cols desk"),
        place="/visits",
    )
