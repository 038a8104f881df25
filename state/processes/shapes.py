"""What the pages of processes show, as plain texts."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class VersionShown:
    """One version in the list."""

    id: str = ""
    name: str = ""
    code: str = ""
    version: str = ""
    state: str = ""
    state_label: str = ""
    tone: str = ""
    bound: str = ""
    open_cases: str = ""
    enabled: str = ""
    note: str = ""
    href: str = ""


@dataclass
class Place:
    """One status of the picture; `column` and `row` count from 0."""

    id: str = ""
    label: str = ""
    word: str = ""
    tone: str = ""
    column: int = 0
    row: int = 0


@dataclass
class Way:
    """One arrow of the picture; it leaves and enters a place at a side."""

    id: str = ""
    source: str = ""
    target: str = ""
    leave: str = ""
    enter: str = ""
    label: str = ""
    who: str = ""
    tone: str = ""
    word: str = ""
    minor: bool = False


@dataclass
class StepShown:
    """One row of the table."""

    row: str = ""
    label: str = ""
    standard: str = ""
    moves: str = ""
    who: str = ""
    opinion: str = ""
    pictures: str = ""
    changes: str = ""
    off: bool = False


@dataclass
class Group:
    """The rows that start at one status."""

    label: str = ""
    rows: list[StepShown] = field(default_factory=list)


@dataclass
class RoleBox:
    """One role that may be ticked."""

    value: str = ""
    label: str = ""
    on: bool = False


@dataclass
class StepAsked:
    """The row whose dialog is open."""

    row: str = ""
    standard: str = ""
    moves: str = ""
    label: str = ""
    roles: list[RoleBox] = field(default_factory=list)
    fixed_roles: str = ""
    opinion: str = ""
    opinion_standard: str = ""
    fixed_opinion: bool = False
    pictures: str = ""
    asks_pictures: bool = False
    off: bool = False


@dataclass
class StatusShown:
    """One status and what the process calls it."""

    name: str = ""
    standard: str = ""
    label: str = ""


@dataclass
class LimitShown:
    """One limit of the form, and what holds without it."""

    link: str = ""
    label: str = ""
    usual: str = ""
    yellow: str = ""
    red: str = ""
    unit: str = ""
    fault: str = ""


@dataclass
class SkipShown:
    """One approval that a process may skip."""

    name: str = ""
    label: str = ""
    sentence: str = ""
    on: bool = False


@dataclass
class Bound:
    """One category, or group of categories, that a process is bound to."""

    code: str = ""
    label: str = ""


@dataclass
class RefusedShown:
    """One kind of step that the process would have refused."""

    label: str = ""
    reason: str = ""
    count: int = 0
    samples: list[str] = field(default_factory=list)


@dataclass
class LateShown:
    """What a limit would have changed."""

    link: str = ""
    clocks: int = 0
    yellow: str = ""
    red: str = ""


@dataclass
class TrialShown:
    """The result of a trial."""

    done: bool = False
    cases: int = 0
    steps: int = 0
    same: int = 0
    differ: int = 0
    refused: list[RefusedShown] = field(default_factory=list)
    limits: list[LateShown] = field(default_factory=list)
