"""What the pages of processes show, as plain texts."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class VersionShown:
    """This class will hold one version in the list."""

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
    """This class will hold one status of the picture; `column` and `row` count from 0."""

    id: str = ""
    label: str = ""
    word: str = ""
    tone: str = ""
    column: int = 0
    row: int = 0


@dataclass
class Way:
    """This class will hold one arrow of the picture; it leaves and enters a place at a side."""

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
    """This class will hold one row of the table."""

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
    """This class will hold the rows that start at one status."""

    label: str = ""
    rows: list[StepShown] = field(default_factory=list)


@dataclass
class RoleBox:
    """This class will hold one role that may be ticked."""

    value: str = ""
    label: str = ""
    on: bool = False


@dataclass
class StepAsked:
    """This class will hold the row whose dialog is open."""

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
    """This class will hold one status and what the process calls it."""

    name: str = ""
    standard: str = ""
    label: str = ""


@dataclass
class LimitShown:
    """This class will hold one limit of the form, and what holds without it."""

    link: str = ""
    label: str = ""
    usual: str = ""
    yellow: str = ""
    red: str = ""
    unit: str = ""
    fault: str = ""


@dataclass
class SkipShown:
    """This class will hold one approval that a process may skip."""

    name: str = ""
    label: str = ""
    sentence: str = ""
    on: bool = False


@dataclass
class Bound:
    """This class will hold one category, or group of categories, that a process is bound to."""

    code: str = ""
    label: str = ""


@dataclass
class RefusedShown:
    """This class will hold one kind of step that the process would have refused."""

    label: str = ""
    reason: str = ""
    count: int = 0
    samples: list[str] = field(default_factory=list)


@dataclass
class LateShown:
    """This class will hold what a limit would have changed."""

    link: str = ""
    clocks: int = 0
    yellow: str = ""
    red: str = ""


@dataclass
class TrialShown:
    """This class will hold the result of a trial."""

    done: bool = False
    cases: int = 0
    steps: int = 0
    same: int = 0
    differ: int = 0
    refused: list[RefusedShown] = field(default_factory=list)
    limits: list[LateShown] = field(default_factory=list)
