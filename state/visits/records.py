"""The visits of all days, narrowed by day and visitor."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit import operations as audit
from domain.kernel.actor import Actor
from domain.kernel.asking import asked
from domain.kernel.clock import stamp
from domain.kernel.permissions import Permission
from domain.visits import queries
from domain.visits.models import VisitState
from domain.visits.schemas import VisitConditions, VisitView
from state.clock import now
from state.kit.conditions import ConditionsState
from state.kit.listing import Col, Listing, ListState
from state.session import SignedInState
from state.visits.desk import TONES

_PERSONAL = tuple(one.name for one in asked(VisitConditions) if one.ask.personal)

VISITS: Listing[VisitView] = Listing(
    "visits",
    "来访记录",
    queries.search,
    (
        Col("at", "来访时间", lambda one: stamp(one.arrived_at), sort=True, phone="head"),
        Col("queue", "号数", lambda one: one.queue),
        Col("name", "来访人", lambda one: one.person.name, phone="title"),
        Col("id_number", "证件号码", lambda one: one.person.id_number, chars=22),
        Col("phone", "联系电话", lambda one: one.person.phone, chars=16),
        Col("reason", "来访事由", lambda one: one.reason, look="wide", chars=40),
        Col("companions", "随行", lambda one: f"{one.companions} 人" if one.companions else ""),
        Col("desk", "窗口", lambda one: one.desk),
        Col("state", "状态", lambda one: one.state_label, tone=lambda one: TONES[VisitState(one.state)], phone="tag"),
    ),
    key=lambda one: str(one.id),
    rights=(Permission.VISIT_VIEW,),
    export=Permission.CASE_EXPORT,
    wanted=VisitConditions,
    title=lambda one: one.queue,
    live=("visit", "case"),
    unit="批",
    none_yet=("还没有来访登记", "在“来访登记”登记后会出现在这里；看得到本人登记的，和今天本中心的"),
    none_left="没有符合条件的来访",
    icon="user",
    persons=True,
)


class VisitsState(ConditionsState, ListState, SignedInState):
    """One browser's list of visits."""

    LISTING: ClassVar = VISITS
    CONDITIONS: ClassVar[type[VisitConditions]] = VisitConditions
    _searched: dict[str, str] = {}

    async def _read(self, session: AsyncSession, actor: Actor) -> None:
        await super()._read(session, actor)
        self._tell_conditions()
        # journalled once, not with every refresh
        sought = {name: self.filters[name] for name in _PERSONAL if self.filters.get(name)}
        if sought and sought != self._searched:
            await audit.note_search(session, actor, sought, at=now())
        self._searched = sought
