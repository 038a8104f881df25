"""What an outside model says of the demo's open cases, and what the departments answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from app.demo import texts
from domain.cases.vocabulary import Status
from domain.warnings.models import Level, Verdict

STATUSES = frozenset(
    {Status.TO_ACCEPT, Status.IN_PROGRESS, Status.EXTENDED, Status.LEADER_ORDER, Status.TO_CONFIRM, Status.TO_DISPATCH}
)
"""Courses that end at one of these are labelled after their last step."""
MODEL, VERSION = "基层基础管控平台", "3.2"
_EVERY = 2
"""Of so many open cases one is labelled, besides all of those below."""
_ALWAYS = frozenset({"rsj", "zjj"})
"""The departments whose accounts are shown first at the demo's sign-in."""
_LEVELS = (Level.RED, Level.ORANGE, Level.YELLOW, Level.BLUE, Level.YELLOW, Level.RED)


@dataclass(frozen=True, slots=True)
class Said:
    """One label at a moment, or with a verdict the answer to the newest one."""

    at: datetime
    text: str
    level: Level | None = None
    verdict: Verdict | None = None
    batch: str = ""


class Labels:
    """Plans labels and answers with chance of its own: the cases are those that they would be without."""

    def __init__(self, seed: int, at: datetime) -> None:
        self._rng = Random(f"labels {seed}")  # noqa: S311 — what is said of invented cases, not a secret
        self._at = at
        self._met = self._labelled = 0

    def of(self, end: Status, lead: str, last: datetime) -> Sequence[Said]:
        """Plan what is said of a case that took its last step at a moment; of some nothing.

        :param lead: the department that its matter belongs to
        """
        if end not in STATUSES:
            return ()
        self._met += 1
        if self._met % _EVERY and lead not in _ALWAYS:
            return ()
        self._labelled += 1
        return tuple(self._said(self._labelled, last))

    def _said(self, count: int, last: datetime) -> Iterator[Said]:
        rng, moment = self._rng, self._between(last, 0.05, 0.3)
        if count % 4 == 0:
            yield self._label(count, Level.BLUE, moment, "a")
            moment = self._between(moment, 0.1, 0.3)
        level = _LEVELS[count % len(_LEVELS)]
        yield self._label(count, level, moment, "b")
        if count % 3 == 0:
            verdict = rng.choice(tuple(Verdict))
            yield Said(self._between(moment, 0.2, 0.8), texts.say(rng, f"label.{verdict.value}"), verdict=verdict)

    def _label(self, count: int, level: Level, moment: datetime, mark: str) -> Said:
        return Said(moment, texts.say(self._rng, "label.reasons"), level, batch=f"{moment:%Y%m%d}-{count:03}{mark}")

    def _between(self, since: datetime, low: float, high: float) -> datetime:
        span: timedelta = self._at - since
        return since + span * self._rng.uniform(low, high)
