"""Single steps of a demo case, with inputs that the workflow accepts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from app.demo import people, texts
from app.demo.matters import Matter
from app.demo.roster import POSTS
from domain.cases.models import Method, Satisfaction, Supervision
from domain.cases.vocabulary import Action
from domain.kernel.permissions import Role

OWNER, CENTER, LEADER, PETITIONER, CITY = "owner", "center", "leader", "petitioner", "city"
"""Who takes a step; any other word is a login."""
_OFFICER = {post.unit: post.name for post in POSTS if post.role is Role.OFFICER}
_METHODS = (Method.PEOPLE, Method.ADMINISTRATIVE, Method.PROFESSIONAL, Method.SETTLED, Method.ARBITRATION, Method.OTHER)
_GRADES = tuple(Satisfaction)


@dataclass(frozen=True, slots=True)
class Move:
    """One step: who, after how long, with which input and how many pictures."""

    action: Action
    who: str
    hours: float
    given: Mapping[str, object] = field(default_factory=dict)
    pictures: int = 0

    @property
    def gap(self) -> timedelta:
        return timedelta(hours=self.hours)


class Pen:
    """Writes the moves of one case; keeps who leads and who assists."""

    def __init__(self, rng: Random, matter: Matter) -> None:
        self.rng = rng
        self.matter = matter
        self.lead = matter.template.lead
        self.helper = matter.template.helper

    def _between(self, low: float, high: float) -> float:
        return self.rng.uniform(low, high)

    def _say(self, section: str) -> str:
        return texts.say(self.rng, section)

    def _say_kind(self, section: str) -> str:
        return texts.say(self.rng, section, self.matter.kind)

    def plain(self, action: Action, who: str, section: str, hours: float, **given: object) -> Move:
        """Write a step that needs an opinion and perhaps one thing more."""
        return Move(action, who, hours, {"opinion": self._say(section), **given})

    def submit(self) -> Move:
        return Move(Action.SUBMIT, OWNER, self._between(0.1, 0.6))

    def dispatch(self, *, assist: bool = False, hours: float = 0) -> Move:
        given: dict[str, object] = {"lead_department": self.lead, "opinion": self._say("dispatch")}
        if assist:
            given["assist_departments"] = (self.helper,)
        return Move(Action.DISPATCH, CENTER, hours or self._between(0.4, 3.5), given)

    def accept(self, hours: float = 0) -> Move:
        given = {"person_in_charge": _OFFICER[self.lead], "person_phone": people.phone(self.rng)}
        return Move(Action.ACCEPT, self.lead, hours or self._between(0.5, 16), given)

    def assist_accept(self) -> Move:
        return Move(Action.ASSIST_ACCEPT, self.helper, self._between(1, 10))

    def progress(self, hours: float = 0) -> Move:
        given = {"opinion": self._say_kind("progress")}
        return Move(Action.REPORT_PROGRESS, self.lead, hours or self._between(10, 90), given, 1)

    def assist_report(self) -> Move:
        given = {"opinion": self._say_kind("progress")}
        return Move(Action.ASSIST_REPORT, self.helper, self._between(10, 60), given, 1)

    def result(self, hours: float = 0) -> Move:
        given = {
            "opinion": self._say_kind("opinion.result"),
            "result": self._say_kind("result"),
            "resolution_method": self.rng.choice(_METHODS),
            "show_pictures": True,
        }
        return Move(Action.SUBMIT_RESULT, self.lead, hours or self._between(20, 180), given, self.rng.choice((1, 1, 2)))

    def confirm(self, *, watch: bool = False) -> Move:
        more = {"watch": True, "watch_reason": self._say("watch")} if watch else {}
        return self.plain(Action.CONFIRM, CENTER, "confirm", self._between(1, 30), **more)

    def rated(self) -> list[Move]:
        """Let the petitioner rate in most cases, the registrar in many."""
        moves: list[Move] = []
        if self.rng.random() < 0.62:
            grade = self.rng.choices(_GRADES, (42, 36, 14, 6, 2))[0]
            given = {"satisfaction": grade, "opinion": self._say("comment") if self.rng.random() < 0.5 else ""}
            moves.append(Move(Action.RATE, PETITIONER, self._between(2, 60), given))
        if self.rng.random() < 0.4:
            grade = self.rng.choices(_GRADES, (50, 40, 8, 1, 1))[0]
            moves.append(Move(Action.RATE, OWNER, self._between(1, 40), {"satisfaction": grade}))
        return moves

    def opened(self, *, assist: bool = False) -> list[Move]:
        """Write the way into a department."""
        return [self.submit(), self.dispatch(assist=assist)]

    def handed(self, *, hours: float = 0) -> list[Move]:
        """Write the way into a department that accepted."""
        return [*self.opened(), self.accept(hours)]

    def finished(self) -> list[Move]:
        """Write the way from the department's hands to the end."""
        moves = [self.progress()] if self.rng.random() < 0.75 else []
        return [*moves, self.result(), self.confirm(), *self.rated()]

    def extension_asked(self, hours: float = 0) -> Move:
        after = hours or self._between(24, 110)
        return self.plain(
            Action.REQUEST_EXTENSION, self.lead, "request_extension", after, days=self.rng.randrange(3, 11)
        )

    def extension_granted(self) -> Move:
        days = self.rng.randrange(3, 9)
        return self.plain(Action.APPROVE_EXTENSION, CENTER, "approve_extension", self._between(1, 12), days=days)

    def return_asked(self, hours: float = 0) -> Move:
        return self.plain(Action.REQUEST_RETURN, self.lead, "request_return", hours or self._between(2, 20))

    def supervised(self, level: Supervision = Supervision.ORDINARY, who: str = CENTER) -> Move:
        return self.plain(Action.SUPERVISE, who, "supervise", self._between(4, 30), level=level)

    def order(self) -> Move:
        return self.plain(Action.ORDER, LEADER, "order", self._between(1, 8), department=self.lead)

    def swap(self) -> None:
        """Let the other department lead from here on."""
        self.lead, self.helper = self.helper, self.lead


Recipe = Callable[[Pen], list[Move]]
