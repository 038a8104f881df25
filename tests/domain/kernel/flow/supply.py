"""A small room: a supply (领用单) is filed, assigned, reported on, finished; a large one needs the leader's consent.

Everything that a life cycle asks of a room stands here: its words, its rows, its subject's table and how it is
fetched, and a function for each guard, need and effect.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from domain.kernel.actor import Actor
from domain.kernel.columns import MOMENT, Word
from domain.kernel.flow import taking
from domain.kernel.flow.deciding import Offer, faults_of, offers
from domain.kernel.flow.table import LifeCycle, Step, Table, Who, at_each, from_each
from domain.kernel.flow.taking import Act, Room
from domain.kernel.ids import new_id
from domain.kernel.labels import Labelled
from domain.kernel.permissions import Permission, Reach, Role
from domain.kernel.refusals import Invalid, NotFound
from domain.kernel.words import text_fault


class Status(Labelled):
    OPEN = "open", "待分派"
    WORKING = "working", "办理中"
    WAITING = "waiting", "待审批"
    DONE = "done", "已领用"


class Action(Labelled):
    FILE = "file", "填报"
    ASSIGN = "assign", "分派"
    REPORT = "report", "反馈"
    FINISH = "finish", "办结"
    APPROVE = "approve", "同意"
    REFUSE = "refuse", "不同意"


class Tie(Labelled):
    TAKER = "taker", "只有经办人可以操作"


class Guard(Labelled):
    SMALL = "small", "数量较大，须审批"
    LARGE = "large", "数量不大，不须审批"
    REPORTED = "reported", "还没有反馈过"
    ANOTHER = "another", "该单已由此人经办"


class Need(Labelled):
    OPINION = "opinion", "意见"
    TAKER = "taker", "经办人"


class Effect(Labelled):
    ASSIGN = "assign", "记录经办人"
    REPORT = "report", "记录反馈"
    FINISH = "finish", "记录完成时间"


S, A, G, N, E = Status, Action, Guard, Need, Effect
CENTRE, TAKER, LEADER = (Who(Role.CENTER_ADMIN),), (Who(Role.OFFICER, Tie.TAKER),), (Who(Role.LEADER),)
STEPS: tuple[Step[Status, Action, Tie, Guard, Need, Effect], ...] = (
    Step("1", A.FILE, None, S.OPEN, (Who(Role.REGISTRAR),)),
    *from_each((S.OPEN, S.WORKING), Step("2", A.ASSIGN, None, S.WORKING, CENTRE, needs=(N.TAKER,), may=(N.OPINION,),
               guards=(G.ANOTHER,), effects=(E.ASSIGN,))),
    *at_each((S.WORKING, S.WAITING), Step("3", A.REPORT, None, None, TAKER, needs=(N.OPINION,), effects=(E.REPORT,))),
    Step("4", A.FINISH, S.WORKING, S.DONE, TAKER, guards=(G.SMALL, G.REPORTED), effects=(E.FINISH,)),
    Step("4b", A.FINISH, S.WORKING, S.WAITING, TAKER, guards=(G.LARGE, G.REPORTED)),
    Step("5", A.APPROVE, S.WAITING, S.DONE, LEADER, effects=(E.FINISH,)),
    Step("6", A.REFUSE, S.WAITING, None, LEADER, needs=(N.OPINION,)),
)  # fmt: skip
SUPPLIES = LifeCycle(
    kind="supply",
    noun="领用单",
    work=Permission.CASE_WORK,
    open=(S.OPEN, S.WORKING, S.WAITING),
    ended=(S.DONE,),
    waiting=(S.WAITING,),
    choosing=frozenset({G.SMALL, G.LARGE}),
    later=frozenset({G.ANOTHER}),
)
TABLE = Table(SUPPLIES, STEPS)


class Base(DeclarativeBase):
    """Tables of this room alone: the product's schema does not know them."""


class Supply(Base):
    __tablename__ = "supply"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str]
    status: Mapped[Status] = mapped_column(Word(Status), default=S.OPEN)
    previous_status: Mapped[Status | None] = mapped_column(Word(Status))
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(MOMENT)
    amount: Mapped[int]
    taker_id: Mapped[UUID | None]
    reported: Mapped[bool] = mapped_column(default=False)
    done_at: Mapped[datetime | None] = mapped_column(MOMENT)


@dataclass(frozen=True, slots=True)
class Input:
    opinion: str = ""
    taker: UUID | None = None


async def fetch(session: AsyncSession, actor: Actor, number: str, given: Input, at: datetime) -> Act:
    """Find a supply and lock it; a department sees what was assigned to its officer."""
    query = select(Supply).where(Supply.number == number)
    if actor.reach is not Reach.ALL:
        query = query.where(Supply.taker_id == actor.account_id)
    found = (await session.scalars(query.with_for_update())).one_or_none()
    if found is None:
        raise NotFound("没有找到这张领用单，或不在您的查看范围内")
    ties = {Tie.TAKER} if found.taker_id == actor.account_id else set()
    return Act(session, actor, found, given, at, TABLE, ties)


GUARDS = {
    G.SMALL: lambda act: act.subject.amount < 100,
    G.LARGE: lambda act: act.subject.amount >= 100,
    G.REPORTED: lambda act: act.subject.reported,
    G.ANOTHER: lambda act: act.given.taker != act.subject.taker_id,
}


async def held(act: Act, wanted: AbstractSet[Guard]) -> AbstractSet[Guard]:
    return {guard for guard in wanted if GUARDS[guard](act)}


CHECKS = {
    N.OPINION: lambda given, needed: text_fault("意见", given.opinion, most=200, least=int(needed)),
    N.TAKER: lambda given, needed: "请选择经办人" if needed and given.taker is None else "",
}


async def check(act: Act) -> None:
    if faults := faults_of({need: need in act.step.needs for need in act.step.asks}, CHECKS, act.given):
        raise Invalid.of(faults)


async def _assign(act: Act) -> None:
    act.subject.taker_id = act.given.taker
    act.told["taker"] = str(act.given.taker)


async def _report(act: Act) -> None:
    act.subject.reported = True


async def _finish(act: Act) -> None:
    act.subject.done_at = act.at
    act.detail["amount"] = act.subject.amount


ROOM = Room(
    fetch=fetch, held=held, check=check, effects={E.ASSIGN: _assign, E.REPORT: _report, E.FINISH: _finish}
)  # fmt: skip


async def take(
    session: AsyncSession,
    actor: Actor,
    *,
    number: str,
    action: Action,
    given: Input,
    at: datetime,
    version: int | None = None,
) -> Status:
    act = await taking.take(ROOM, session, actor, key=number, action=action, given=given, at=at, version=version)
    return act.subject.status


async def actions(session: AsyncSession, actor: Actor, number: str, *, at: datetime) -> list[Offer]:
    act = await fetch(session, actor, number, Input(), at)
    return offers(TABLE, actor, act.subject.status, Action, ties=act.ties, held=await held(act, set(Guard)))
