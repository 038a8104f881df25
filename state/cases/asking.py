"""The open dialog of a step, as the case page draws it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Asking:
    """This class will hold the open dialog of a step: what it asks and what it starts."""

    action: str = ""
    label: str = ""
    starts: str = ""
    told: str = ""
    decides: bool = False
    foretold: str = ""
    answers: bool = False
    help: str = ""
    rated: bool = False
    unattended: str = ""
    restored: str = ""
    """When it was typed what an earlier dialog left behind; empty: nothing was restored."""
