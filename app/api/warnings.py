"""Risk labels for machines: what outside models find about cases."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel

from app.api.answers import answers, body_example
from app.api.doors import Acting, GuardedRoute
from domain.warnings import operations
from domain.warnings.schemas import LabelBatch, Outcome

router = APIRouter(prefix="/api/v1/risk-labels", tags=["风险预警"], route_class=GuardedRoute)
_SENT = {
    "batch": "20261118-0900",
    "model": "基层基础管控平台",
    "model_version": "3.2",
    "labels": [
        {
            "number": "QX2026000001",
            "level": "red",
            "reasons": "同一用人单位近 7 天投诉 3 件，涉及人数上升",
            "assessed_at": "2026-11-18T08:50:00+08:00",
        }
    ],
}
_TAKEN = {
    "received": 1, "repeated": 0, "refused": 0,
    "items": [{"number": "QX2026000001", "outcome": "received", "said": ""}],
}  # fmt: skip


class ReceiptOut(BaseModel):
    """一条标签的处理情况；未接收的在 `said` 中说明原因。"""

    number: str
    outcome: Outcome
    said: str


class Receipts(BaseModel):
    """一批标签的处理情况，按报送的顺序。"""

    received: int
    repeated: int
    refused: int
    items: list[ReceiptOut]


@router.post("", summary="报送风险标签", responses=answers(_TAKEN, "not_permitted", "too_large", "invalid"))
async def send_risk_labels(
    call: Acting, given: Annotated[LabelBatch, Body(openapi_examples=body_example("一条红色标签", _SENT))]
) -> Receipts:
    """一次最多 500 条。逐条接收：一条未接收不影响其余各条。

    同一批次的同一案件只记一次，重复报送不产生变化；新的研判用新的批次报送，取代该案件较早的标签。等级可写 `red`、`orange`、
    `yellow`、`blue`，也可写红色、橙色、黄色、蓝色。理由不写个人信息。
    """
    found = await operations.receive(call.session, call.actor, given, at=call.at)
    count = Counter(one.outcome for one in found)
    return Receipts(
        **{outcome.value: count[outcome] for outcome in Outcome},
        items=[ReceiptOut(number=one.number, outcome=one.outcome, said=one.said) for one in found],
    )
