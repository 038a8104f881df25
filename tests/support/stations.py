"""Cases at every station of the workflow: how each was brought there, and what is true of it then.

What a scene says of its case (who leads, who asked, what was reported) is written by hand: the tests
compute from it, without the product, what becomes of an attempt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.cases.models import Case
from domain.cases.operations.create import create
from domain.cases.vocabulary import Action, Status
from domain.kernel.actor import Actor, system_actor
from domain.kernel.permissions import Role
from tests.support import county as support
from tests.support.county import County

A, S = Action, Status
Given = Mapping[str, object]
Move = tuple[str, Action, Given]
WITH_PICTURES = frozenset({A.REPORT_PROGRESS, A.ASSIST_REPORT, A.SUBMIT_RESULT})
CHARGE = {"person_in_charge": "何" + "经办", "person_phone": support.phone(5)}
RIGHT: dict[Action, dict[str, object]] = {
    A.EDIT: {"title": "改过的标题"},
    A.RESUBMIT: {"title": "补过的标题"},
    A.DISPATCH: {"lead_department": "rsj"},
    A.REDISPATCH: {"lead_department": "zjj"},
    A.CLOSE_DIRECTLY: {"result": "当场说明清楚"},
    A.PROPOSE_ORDER: {"department": "rsj"},
    A.APPROVE_ORDER: {"department": "rsj"},
    A.ORDER: {"department": "rsj"},
    A.ACCEPT: CHARGE,
    A.REQUEST_EXTENSION: {"days": 5},
    A.APPROVE_EXTENSION: {"days": 3},
    A.HAND_OVER: CHARGE,
    A.SUBMIT_RESULT: {"result": "工资已付清", "resolution_method": "people_mediation"},
    A.PUBLISH_ANSWER: {"answer": "工资已经付清"},
    A.PETITIONER_RESPOND: {"agrees": True},
    A.RATE: {"satisfaction": 5},
    A.CALL_BACK: {"called_at": support.MORNING.isoformat(), "called_by": "回访员", "call_outcome": "settled"},
    A.RULE_APPEAL: {"ruling": "upheld"},
    A.RELAPSE: {"department": "rsj"},
    A.REOPEN: {"department": "rsj"},
    A.SUPERVISE: {"level": "ordinary"},
    A.COPY: {"department": "mzj"},
    A.TOGGLE_TYPICAL: {"typical_text": "某企业拖欠工资，经调解付清。"},
    A.ESCALATE_TO_CITY: {"target_area": "邻县", "consent": "诉求人书面同意"},
    A.CITY_RESULT: {"result": "市级已办理"},
}
"""A right input of each action, besides the opinion and the picture."""
MANDATORY: dict[Action, tuple[str, ...]] = {
    A.DISPATCH: ("lead_department",),
    A.REDISPATCH: ("lead_department",),
    A.CLOSE_DIRECTLY: ("result",),
    A.APPROVE_ORDER: ("department",),
    A.ORDER: ("department",),
    A.ACCEPT: ("person_in_charge", "person_phone"),
    A.REQUEST_EXTENSION: ("days",),
    A.APPROVE_EXTENSION: ("days",),
    A.REPORT_PROGRESS: ("attachments",),
    A.ASSIST_REPORT: ("attachments",),
    A.HAND_OVER: ("person_in_charge", "person_phone"),
    A.SUBMIT_RESULT: ("result", "resolution_method", "attachments"),
    A.PUBLISH_ANSWER: ("answer",),
    A.PETITIONER_RESPOND: ("agrees",),
    A.RATE: ("satisfaction",),
    A.CALL_BACK: ("called_at", "called_by", "call_outcome"),
    A.RULE_APPEAL: ("ruling",),
    A.RELAPSE: ("department",),
    A.REOPEN: ("department",),
    A.SUPERVISE: ("level",),
    A.COPY: ("department",),
    A.ESCALATE_TO_CITY: ("target_area",),
    A.CITY_RESULT: ("result",),
}
"""Inputs without which a step is refused, besides the opinion that its row asks for."""
SAID = "按程序办理"


@dataclass(frozen=True, slots=True)
class Scene:
    """A case at a status.

    :ivar only: the actions worth an attempt here; empty means all of them
    :ivar previous: where a waiting request leads back to
    :ivar units: the departments that see it
    :ivar told: departments that reported (the lead: any progress; an assistant: its part)
    """

    name: str
    status: Status
    road: tuple[Move, ...]
    only: tuple[Action, ...] = ()
    owner: str = "registrar"
    previous: Status | None = None
    lead: str = ""
    assist: str = ""
    units: frozenset[str] = frozenset()
    requester: str = ""
    issuer: str = ""
    order: bool = False
    accepted: bool = False
    assist_accepted: bool = False
    told: frozenset[str] = frozenset()
    watched: bool = False
    rated: frozenset[str] = frozenset()
    appealed: bool = False
    from_city: bool = False
    urged: bool = False
    supervised: bool = False


async def bring(session: AsyncSession, county: County, scene: Scene, *, at: datetime, seed: int = 1) -> str:
    """Bring a case to a scene by its road and give its number."""
    more = {"source": "city"} if scene.from_city else {}
    made = await create(session, county[scene.owner], support.matter(seed, **more), at=at)
    status, case_id = made.status, made.id
    for who, action, given in scene.road:
        actor = petitioner(case_id) if who == "petitioner" else county[who]
        pictures = (await support.picture(session, actor, at=at),) if action in WITH_PICTURES else ()
        whole = {"opinion": SAID, **RIGHT.get(action, {}), **given, "attachments": pictures}
        status = (await support.step(session, actor, made.number, action, at=at, **whole)).status
    assert status is scene.status, (scene.name, status)
    return made.number


def petitioner(case_id: UUID) -> Actor:
    """Give the petitioner of a case."""
    return system_actor(Role.PETITIONER, only_case=case_id)


async def cast_of(session: AsyncSession, county: County, number: str) -> dict[str, Actor]:
    """Give everybody who may try something on a case: the staff and the three without an account."""
    case_id = (await session.scalars(select(col(Case.id)).where(col(Case.number) == number))).one()
    outside = {"petitioner": petitioner(case_id), "city": system_actor(Role.CITY), "clock": system_actor(Role.CLOCK)}
    return {**county.actors, **outside}


_SUBMIT: Move = ("registrar", A.SUBMIT, {})
_DISPATCH: Move = ("center", A.DISPATCH, {"assist_departments": ("zjj",)})
_ALONE: Move = ("center", A.DISPATCH, {})
_ACCEPT: Move = ("rsj", A.ACCEPT, {})
_ASSIST: Move = ("zjj", A.ASSIST_ACCEPT, {})
_ASSIST_TOLD: Move = ("zjj", A.ASSIST_REPORT, {})
_TOLD: Move = ("rsj", A.REPORT_PROGRESS, {})
_RESULT: Move = ("rsj", A.SUBMIT_RESULT, {})
_CONFIRM: Move = ("center", A.CONFIRM, {})
_ASK_RETURN: Move = ("rsj", A.REQUEST_RETURN, {})
_ASK_TIME: Move = ("rsj", A.REQUEST_EXTENSION, {})
_ORDER: Move = ("leader", A.ORDER, {})
_RATE: Move = ("petitioner", A.RATE, {"satisfaction": 1})
_IN_HAND = (_SUBMIT, _DISPATCH, _ACCEPT)
_ANSWERED = (*_IN_HAND, _ASSIST, _ASSIST_TOLD, _RESULT)
_BOTH = frozenset({"rsj", "zjj"})

_held = Scene(
    "in_progress", S.IN_PROGRESS, _IN_HAND, lead="rsj", assist="zjj", units=_BOTH, accepted=True
)  # fmt: skip
_waiting = replace(_held, name="to_accept", status=S.TO_ACCEPT, road=(_SUBMIT, _DISPATCH), accepted=False)
_ordered = replace(_held, name="leader_order", status=S.LEADER_ORDER, road=(*_IN_HAND, _ORDER), order=True)
_answered = replace(
    _held, name="to_confirm", status=S.TO_CONFIRM, road=_ANSWERED, assist_accepted=True, told=_BOTH
)  # fmt: skip
_closed = replace(_answered, name="closed", status=S.CLOSED, road=(*_ANSWERED, _CONFIRM), assist="")

STATIONS: tuple[Scene, ...] = (
    Scene("draft", S.DRAFT, ()),
    Scene("to_dispatch", S.TO_DISPATCH, (_SUBMIT,)),
    Scene("to_supplement", S.TO_SUPPLEMENT, (_SUBMIT, ("center", A.SEND_BACK, {}))),
    _waiting,
    _held,
    replace(_held, name="extended", status=S.EXTENDED, road=(*_IN_HAND, _ASK_TIME, ("center", A.APPROVE_EXTENSION, {}))),
    replace(_held, name="order_pending", status=S.ORDER_PENDING, previous=S.IN_PROGRESS, requester="center",
            road=(*_IN_HAND, ("center", A.PROPOSE_ORDER, {}))),
    _ordered,
    replace(_held, name="return_pending", status=S.RETURN_PENDING, previous=S.IN_PROGRESS, requester="rsj",
            road=(*_IN_HAND, _ASK_RETURN)),
    replace(_held, name="extension_pending", status=S.EXTENSION_PENDING, previous=S.IN_PROGRESS, requester="rsj",
            road=(*_IN_HAND, _ASK_TIME)),
    _answered,
    Scene("at_city", S.AT_CITY, (_SUBMIT, ("center", A.ESCALATE_TO_CITY, {}))),
    _closed,
    Scene("void", S.VOID, (("registrar", A.VOID, {}),)),
)  # fmt: skip
"""One case at each status."""

_DECIDED = (A.APPROVE_RETURN, A.REJECT_RETURN, A.APPROVE_EXTENSION, A.REJECT_EXTENSION, A.WITHDRAW_REQUEST)
VARIANTS: tuple[Scene, ...] = (
    Scene("draft of a guide", S.DRAFT, (), (A.EDIT, A.VOID, A.SUBMIT, A.URGE), owner="guide"),
    Scene("case of the centre", S.TO_DISPATCH, (("center", A.SUBMIT, {}),), (A.EDIT, A.VOID, A.URGE), owner="center"),
    Scene("case from the city", S.TO_DISPATCH, (_SUBMIT,), (A.RETURN_TO_CITY,), from_city=True),
    Scene("accepted nowhere, ordered", S.TO_ACCEPT, (_SUBMIT, _ORDER), (A.ACCEPT, A.REDISPATCH, A.REQUEST_RETURN),
          lead="rsj", units=frozenset({"rsj"}), order=True),
    Scene("proposed before dispatch", S.ORDER_PENDING, (_SUBMIT, ("center", A.PROPOSE_ORDER, {})),
          (A.APPROVE_ORDER, A.REJECT_ORDER, A.WITHDRAW_REQUEST), previous=S.TO_DISPATCH, requester="center"),
    replace(_waiting, name="assistant accepted first", road=(_SUBMIT, _DISPATCH, _ASSIST), assist_accepted=True,
            only=(A.ACCEPT, A.ASSIST_ACCEPT)),
    replace(_waiting, name="return asked before accepting", status=S.RETURN_PENDING, previous=S.TO_ACCEPT,
            requester="rsj", road=(_SUBMIT, _DISPATCH, _ASK_RETURN), only=_DECIDED),
    replace(_held, name="everybody reported", road=(*_IN_HAND, _ASSIST, _ASSIST_TOLD, _TOLD), assist_accepted=True,
            told=_BOTH, only=(A.SUBMIT_RESULT, A.REQUEST_RETURN, A.ASSIST_ACCEPT, A.ASSIST_REPORT, A.REPORT_PROGRESS)),
    replace(_held, name="copied to a third", road=(*_IN_HAND, ("center", A.COPY, {})), units=_BOTH | {"mzj"},
            only=(A.ACCEPT, A.URGE, A.COPY, A.REPORT_PROGRESS, A.REQUEST_RETURN, A.ASSIST_REPORT, A.INSTRUCT,
                  A.TOGGLE_URGENT, A.SUBMIT_RESULT, A.CONFIRM)),
    replace(_held, name="supervised by the centre", road=(*_IN_HAND, ("center", A.SUPERVISE, {})), supervised=True,
            issuer="center", only=(A.SUPERVISE, A.UNSUPERVISE)),
    replace(_held, name="supervised by the leader", road=(*_IN_HAND, ("leader", A.SUPERVISE, {})), supervised=True,
            issuer="leader", only=(A.SUPERVISE, A.UNSUPERVISE)),
    replace(_held, name="just urged", road=(*_IN_HAND, ("registrar", A.URGE, {})), urged=True, only=(A.URGE,)),
    replace(_ordered, name="return of an order", status=S.RETURN_PENDING, previous=S.LEADER_ORDER, requester="rsj",
            road=(*_IN_HAND, _ORDER, _ASK_RETURN), only=_DECIDED),
    replace(_ordered, name="extension of an order", status=S.EXTENSION_PENDING, previous=S.LEADER_ORDER,
            requester="rsj", road=(*_IN_HAND, _ORDER, _ASK_TIME), only=_DECIDED),
    replace(_answered, name="result of an order", road=(_SUBMIT, _ORDER, _ACCEPT, _RESULT), order=True, assist="",
            units=frozenset({"rsj"}), only=(A.CONFIRM, A.REJECT_RESULT)),
    replace(_closed, name="closed and watched", watched=True, only=(A.RELAPSE, A.REOPEN),
            road=(*_ANSWERED, ("center", A.CONFIRM, {"watch": True, "watch_reason": "履行期较长"}))),
    replace(_closed, name="closed and rated", road=(*_ANSWERED, _CONFIRM, _RATE), rated=frozenset({"petitioner"}),
            only=(A.RATE, A.CALL_BACK, A.APPEAL_RATING, A.RULE_APPEAL)),
    replace(_closed, name="closed and appealed", rated=frozenset({"petitioner"}), appealed=True,
            road=(*_ANSWERED, _CONFIRM, _RATE, ("rsj_head", A.APPEAL_RATING, {})),
            only=(A.RATE, A.APPEAL_RATING, A.RULE_APPEAL)),
)  # fmt: skip
"""The same statuses with another history, and the actions that it decides otherwise."""
SCENES = (*STATIONS, *VARIANTS)
