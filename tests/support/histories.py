"""Random histories: several cases, everybody at work, whatever the product offers them is done, in any order.

A walk chooses by a seed alone, so that a history can be told again. Each step runs in a savepoint, as a
unit of work would be one transaction.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.inputs import StepInput
from domain.cases.models import Case, Supervision
from domain.cases.operations import assists, merge
from domain.cases.operations.create import create
from domain.cases.operations.pictures import upload
from domain.cases.operations.take import take
from domain.cases.queries import actions, reach
from domain.cases.vocabulary import Action, Status
from domain.cases.workflow import ENDED
from domain.kernel.actor import Actor, system_actor
from domain.kernel.permissions import Permission, Role
from domain.kernel.refusals import NotFound, Refusal
from tests.support import county as support
from tests.support.county import MORNING, County
from tests.support.stations import RIGHT, SAID, WITH_PICTURES, petitioner

A, S = Action, Status
_STAFF = ("registrar", "registrar2", "guide", "center", "center2", "rsj", "rsj2", "rsj_head", "zjj", "zjj_head",
          "mzj", "mzj_head", "leader")  # fmt: skip
_RARE = {
    **dict.fromkeys((A.URGE, A.TOGGLE_URGENT, A.INSTRUCT, A.COPY, A.EDIT), 0.03),
    **dict.fromkeys((A.SUPERVISE, A.UNSUPERVISE, A.TOGGLE_TYPICAL, A.TOGGLE_LEGACY), 0.05),
    **dict.fromkeys((A.HAND_OVER, A.RECALL, A.VOID, A.CLOSE_DIRECTLY, A.RETURN_TO_CITY, A.REOPEN), 0.15),
    A.WITHDRAW_BY_PETITIONER: 0.01,
}
"""Steps that end a history early, or leave the case where it is, are taken less often than the others."""
_CITY = {S.AT_CITY: (A.CITY_PROGRESS, A.CITY_RESULT, A.CITY_RETURN)}
_PETITIONER = {S.TO_CONFIRM: (A.PETITIONER_RESPOND,), S.CLOSED: (A.RATE,)}
_UNITS = ("rsj", "zjj", "mzj")
_LEVELS = tuple(Supervision)
_MAYBE = frozenset({A.SUPERVISE, A.RATE, A.RETURN_TO_CITY, A.PETITIONER_RESPOND})
"""Offered before all that decides is known: red cannot be surpassed; a petitioner may have rated or answered already."""


@dataclass(frozen=True, slots=True)
class Move:
    """What was tried last, by whom, on which case; `refusal` is empty when it was done."""

    number: str
    login: str
    action: str
    at: datetime
    refusal: str = ""
    offered: bool = False


@dataclass
class Walk:
    """A history that grows step by step."""

    session: AsyncSession
    county: County
    rng: random.Random
    at: datetime = MORNING
    numbers: list[str] = field(default_factory=list)
    ids: dict[str, UUID] = field(default_factory=dict)
    seen: list[Move] = field(default_factory=list)

    @classmethod
    async def begin(cls, session: AsyncSession, seed: int, cases: int) -> Walk:
        """Begin with a county and some drafts."""
        county = await support.reinforce(session, await support.build(session))
        walk = cls(session, county, random.Random(seed))
        for _ in range(cases):
            await walk.draft()
        return walk

    async def draft(self) -> None:
        """Register one more case, a petitioner of its own in it."""
        seed, owner = len(self.ids) + 1, self.rng.choice(("registrar", "registrar", "registrar2", "guide", "center"))
        more = {"risk_level": self.rng.choice(("low", "high")), "category": self.rng.choice(("0701", "L101"))}
        if self.rng.random() < 0.15:
            more["source"] = "city"
        made = await create(self.session, self.county[owner], support.matter(seed, **more), at=self.at)
        self.numbers.append(made.number)
        self.ids[made.number] = made.id

    async def case(self, number: str) -> Case:
        """Read a case as it is now."""
        return await reach.find(self.session, petitioner(self.ids[number]), number)

    async def step(self) -> Move:
        """Let somebody do something that is offered, after a while; what has ended makes room for a new case."""
        self.at += timedelta(minutes=self.rng.choice((1, 5, 20, 90, 400)))
        for _ in range(300):
            number = self.rng.choice(self.numbers)
            case = await self.case(number)
            if case.status is S.VOID or (case.status is S.CLOSED and self.rng.random() < 0.1):
                self.numbers.remove(number)
                await self.draft()
                continue
            if move := await self._one(number, case):
                self.seen.append(move)
                return move
        raise AssertionError("nobody can do anything")

    async def blunder(self) -> Move:
        """Let anybody try anything, mostly with half an input."""
        number, login = self.rng.choice(self.numbers), self.rng.choice([*_STAFF, "viewer", "petitioner", "city"])
        action = self.rng.choice(list(A))
        given = await self._right(await self.case(number), login, action) if self.rng.random() < 0.5 else {}
        move = await self._take(number, login, action, given)
        self.seen.append(move)
        return move

    async def _one(self, number: str, case: Case) -> Move | None:
        beside = await self._beside(number, case)
        if beside is not None:
            return beside
        login, found = await self._offered(number, case)
        if not found:
            return None
        weights = [_RARE.get(action, 1.0) for action in found]
        if self.rng.random() > sum(weights):
            return None
        action = self.rng.choices(found, weights)[0]
        return await self._take(number, login, action, await self._right(case, login, action), offered=True)

    async def _offered(self, number: str, case: Case) -> tuple[str, list[Action]]:
        outside = _CITY.get(case.status, ()) or (_PETITIONER.get(case.status, ()) if self.rng.random() < 0.3 else ())
        if outside and case.merged_into_id is None:
            return "city" if case.status is S.AT_CITY else "petitioner", list(outside)
        login = self.rng.choice(_STAFF)
        try:
            views = await actions.of(self.session, self.county[login], number, at=self.at)
        except NotFound:
            return login, []
        return login, [A(view.action) for view in views if view.allowed]

    async def _beside(self, number: str, case: Case) -> Move | None:
        """Sometimes one of the small acts that are no rows of the table; they may be refused."""
        lucky = self.rng.random()
        other = self.rng.choice(self.numbers)
        if lucky < 0.02:
            unit = self.rng.choice(_UNITS)
            act = assists.waive(
                self.session, self.actor(number, "center"), number=number, unit=unit, reason=SAID, at=self.at
            )
            return await self._do(number, "center", "waive", act)
        if lucky < 0.04:
            login = self.rng.choice(("rsj_head", "zjj_head", "mzj_head"))
            act = assists.agree_to_return(self.session, self.actor(number, login), number=number, at=self.at)
            return await self._do(number, login, "agree_to_return", act)
        if case.merged_into_id is not None and lucky < 0.5:
            act = merge.undo(self.session, self.actor(number, "center"), number=number, reason=SAID, at=self.at)
            return await self._do(number, "center", "unmerge", act)
        if lucky < 0.06 and other != number:
            act = merge.merge(
                self.session, self.actor(number, "center"), kept=other, merged=number, reason=SAID, at=self.at
            )
            return await self._do(number, "center", "merge", act)
        return None

    def actor(self, number: str, login: str) -> Actor:
        """Give who stands behind a login; the petitioner is that of the case."""
        if login == "petitioner":
            return petitioner(self.ids[number])
        return system_actor(Role.CITY) if login == "city" else self.county[login]

    async def _take(
        self, number: str, login: str, action: Action, given: dict[str, object], *, offered: bool = False
    ) -> Move:
        whole = StepInput(**given)  # type: ignore[arg-type]
        act = take(self.session, self.actor(number, login), number=number, action=action, given=whole, at=self.at)
        return await self._do(number, login, action.value, act, offered=offered and action not in _MAYBE)

    async def _do(self, number: str, login: str, name: str, act: object, *, offered: bool = False) -> Move:
        saved = await self.session.begin_nested()
        try:
            await act  # type: ignore[misc]
        except Refusal as refusal:
            await saved.rollback()
            return Move(number, login, name, self.at, f"{refusal.code} {refusal.message} {refusal.fields}", offered)
        await saved.commit()
        return Move(number, login, name, self.at, offered=offered)

    async def _right(self, case: Case, login: str, action: Action) -> dict[str, object]:
        given: dict[str, object] = {"opinion": f"{SAID}（{self.rng.randrange(10**6)}）", **RIGHT.get(action, {})}
        unit, *others = self.rng.sample(_UNITS, 3)
        given |= {name: unit for name in ("lead_department", "department") if name in given}
        if action is A.CALL_BACK:
            given["called_at"] = self.at
        if action in {A.DISPATCH, A.REDISPATCH}:
            given["assist_departments"] = tuple(others[: self.rng.randrange(3)])
        if action in {A.EDIT, A.RESUBMIT}:
            given["title"] = f"改过的标题 {self.rng.randrange(10**6)}"
        if action is A.SUPERVISE:
            below = _LEVELS.index(case.supervision) + 1 if case.supervision else 0
            given["level"] = self.rng.choice(_LEVELS[below:] or _LEVELS[-1:])
        if action in {A.CONFIRM, A.CLOSE_DIRECTLY} and case.risk_level.value == "low" and self.rng.random() < 0.5:
            given |= {"watch": True, "watch_reason": "履行期较长"}
        if action in WITH_PICTURES and self.actor(case.number, login).may(Permission.CASE_WORK):
            small = support.png(size=(16, 16))
            given["attachments"] = ((await upload(self.session, self.county[login], small, at=self.at)).id,)
        return given

    def told(self, last: int = 25) -> str:
        """Tell the end of the history, for a person who looks for a fault."""
        lines = [f"{m.at:%m-%d %H:%M} {m.number} {m.login} {m.action} {m.refusal}" for m in self.seen[-last:]]
        return "\n".join(lines)


OPEN = frozenset(set(Status) - {*ENDED, S.DRAFT})
