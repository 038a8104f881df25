"""The reception desk for machines."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, Field

from app.api.answers import answers, body_example
from app.api.doors import Acting, GuardedRoute, IdempotencyKey
from app.api.shapes import Turning
from domain.kernel import idempotency
from domain.kernel.bounds import TAKEN, Count
from domain.kernel.permissions import Permission
from domain.people.models import IdType, Sex
from domain.people.schemas import PersonInput
from domain.visits import operations, queries
from domain.visits.models import IdSource
from domain.visits.schemas import VisitInput, VisitView

router = APIRouter(prefix="/api/v1/visits", tags=["来访"], route_class=GuardedRoute)
_SEEN = {
    "id": "0199aa00-0000-7000-8000-000000000001",
    "queue": "007",
    "person": {"id": "0199aa00-0000-7000-8000-000000000002", "name": "某*", "id_type": "居民身份证",
               "id_number": "3500**********0000", "phone": "139****0000", "sex": "男", "nation": "汉族", "address": "",
               "anonymised": False},
    "reason": "反映工资拖欠", "companions": 1, "id_source": "手工录入",
    "sources": {"name": "manual", "id_type": "manual"}, "state": "waiting", "state_label": "等候",
    "desk": "1 号窗口", "arrived_at": "2026-11-18T01:00:00Z",
    "registered_by": "0199aa00-0000-7000-8000-000000000003", "case_id": None, "informed_at": None,
}  # fmt: skip
_GIVEN = {
    "name": "某某",
    "id_type": "none",
    "no_id_reason": "证件遗失",
    "phone": "0595-22000000",
    "reason": "反映工资拖欠",
}


class CardSaid(BaseModel):
    """证件上的内容，没有的项留空。"""

    name: str = Field(default="", repr=False)
    id_type: IdType = IdType.RESIDENT
    id_number: str = Field(default="", repr=False)
    sex: Sex = Sex.UNKNOWN
    nation: str = ""
    address: str = Field(default="", repr=False)

    def person(self) -> PersonInput:
        """Give what the domain compares with."""
        return PersonInput(
            self.name, self.id_type, self.id_number, sex=self.sex, nation=self.nation, address=self.address
        )


class NewVisit(BaseModel):
    """来访人员。姓名、证件号码、电话加密保存，回答中只有掩码。"""

    model_config = TAKEN

    name: str = Field(default="", repr=False)
    id_type: IdType = IdType.RESIDENT
    id_number: str = Field(default="", repr=False)
    phone: str = Field(default="", repr=False)
    sex: Sex = Sex.UNKNOWN
    nation: str = ""
    address: str = Field(default="", repr=False)
    reason: str = ""
    companions: Count = 0
    desk: str = Field(default="", description="窗口代码")
    id_source: IdSource = Field(default=IdSource.MANUAL, description="没有 card 时，各项的来源")
    card: CardSaid | None = Field(
        default=None, repr=False, description="读卡器读到的内容；姓名、证件类型、证件号码须与其一致"
    )
    kept: tuple[Literal["sex", "nation", "address"], ...] = Field(default=(), description="与证件不一致而保留所填的项")
    no_id_reason: str = ""
    reader_sam_id: str = ""
    again: bool = Field(
        default=True,
        description="false：同一人今天已在本中心登记且仍在等候时不再登记，回答 invalid，字段 again 写明时间和号数",
    )
    informed: bool = Field(default=False, description="是否已向来访人告知个人信息的处理目的")

    def input(self) -> VisitInput:
        """Give what the domain takes."""
        person = PersonInput(self.name, self.id_type, self.id_number, self.phone, self.sex, self.nation, self.address)
        return VisitInput(
            person=person,
            reason=self.reason,
            companions=self.companions,
            desk_code=self.desk,
            id_source=self.id_source,
            card=self.card.person() if self.card else None,
            kept=frozenset(self.kept),
            no_id_reason=self.no_id_reason,
            reader_sam_id=self.reader_sam_id,
            again=self.again,
            informed=self.informed,
        )


class VisitPage(BaseModel):
    """今日来访，最近的在前。"""

    items: tuple[VisitView, ...]
    total: int
    next_cursor: str | None


class TodayQuery(Turning):
    """翻页。"""

    limit: int = Field(default=50, ge=1, le=100)


@router.post(
    "",
    status_code=201,
    summary="来访登记",
    responses=answers(_SEEN, "not_permitted", "invalid", status=201),
)
async def register_visit(
    call: Acting,
    given: Annotated[NewVisit, Body(openapi_examples=body_example("未出示证件", _GIVEN))],
    idempotency_key: IdempotencyKey = "",
) -> VisitView:
    """登记一位来访人员，回答为掩码。"""

    async def act() -> dict[str, Any]:
        return {"id": str((await operations.register(call.session, call.actor, given.input(), at=call.at)).id)}

    request = f"visits {given.model_dump_json()}"
    made = await idempotency.once(call.session, call.actor, act, key=idempotency_key, request=request, at=call.at)
    return await queries.get(call.session, call.actor, UUID(made["id"]), at=call.at)


@router.get(
    "",
    summary="今日来访",
    responses=answers({"items": [_SEEN], "total": 1, "next_cursor": None}, "not_permitted", "invalid"),
)
async def list_visits(call: Acting, wanted: Annotated[TodayQuery, Query()]) -> VisitPage:
    """今日来访，最近的在前。"""
    call.actor.require(Permission.VISIT_VIEW)
    page = await queries.today(call.session, call.actor, at=call.at, cursor=wanted.cursor, size=wanted.limit)
    return VisitPage(items=page.items, total=page.total, next_cursor=page.next or None)


@router.post(
    "/{visit_id}/hand-over",
    summary="转登记员",
    responses=answers(
        _SEEN | {"state": "handed", "state_label": "已转登记"}, "not_permitted", "not_found", "action_not_allowed"
    ),
)
async def hand_over_visit(call: Acting, visit_id: UUID) -> VisitView:
    """把等候的来访人员转给登记员。"""
    return await operations.hand_over(call.session, call.actor, visit_id, at=call.at)


@router.post(
    "/{visit_id}/leave",
    summary="来访人员离开",
    responses=answers(
        _SEEN | {"state": "left", "state_label": "已离开"}, "not_permitted", "not_found", "action_not_allowed"
    ),
)
async def leave_visit(call: Acting, visit_id: UUID) -> VisitView:
    """来访人员未登记诉求即离开。"""
    return await operations.leave(call.session, call.actor, visit_id, at=call.at)
