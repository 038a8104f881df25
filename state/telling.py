"""What the server tells the browser to do, without a script: the policy of the pages lets no text be run.

Reflex sends toasts and scripts as JavaScript that the browser evaluates. Here they go as plain data into one
slot of the page (assets/kit/telling.js), which knows two acts and no others.
"""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.event import EventSpec
from reflex_components_sonner.toast import Toaster

SLOT = "fq_told"


def tell(act: str, **facts: Any) -> EventSpec:
    """Give the event that has the browser do one act: "toast" or "leave"."""
    return rx.set_value(SLOT, {"act": act, **facts})


def leave(why: str = "") -> EventSpec:
    """Lead the browser to the sign-in page and back afterwards; `why` is a code for its sentence."""
    return tell("leave", why=why)


def toast(message: Any = "", level: str | None = None, fallback_to_alert: bool = False, **options: Any) -> EventSpec:
    """Show a short message; it stands in for `Toaster.send_toast`, whose options it takes.

    :param message: the sentence, text or var
    :param level: "success", "error", "warning", "info"; none for a plain one
    """
    del fallback_to_alert  # the toaster is on every page
    known = {_camel(name): value for name, value in options.items() if value is not None}
    return tell("toast", level=level or "message", text=message, options=known)


def replace_toasts() -> None:
    """Have `rx.toast.…` send data in place of a script."""
    Toaster.send_toast = staticmethod(toast)  # type: ignore[method-assign,assignment]


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
