"""How a county answers its petitioners: who releases a result, how long it can be objected to, what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Answering:
    """What the county decided (decision 0025).

    :ivar by_centre: the centre reads a result before the petitioner does; else it is released as it is handed in
    :ivar objection_workdays: working days to object between the release and the closing; 0 for none
    :ivar online: a code can reach petitioners, so that they open their case's page; else they ask by telephone or at
        the window, and nothing may promise them more (decision 0026)
    """

    by_centre: bool = False
    objection_workdays: int = 2
    online: bool = True


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What the petitioner reads of a result, until when it can be objected to, and what the petitioner said.

    Without `published_at` the petitioner reads nothing yet, and `text` is what would be published.
    `agrees` is none until the petitioner answers; `response` is that answer in words.
    """

    text: str = ""
    published_at: datetime | None = None
    object_until: datetime | None = None
    show_pictures: bool = False
    agrees: bool | None = None
    responded_at: datetime | None = None
    response: str = ""


@dataclass(frozen=True, slots=True)
class RatingView:
    """One rating, the petitioner's own or one entered for the petitioner, or the call back after it."""

    label: str
    said: str
    at: datetime
    comment: str
    bad: bool = False


class _Holder:
    chosen = Answering()


def use(chosen: Answering) -> None:
    """Set what holds in this process."""
    _Holder.chosen = chosen


def current() -> Answering:
    """Give what holds in this process."""
    return _Holder.chosen
