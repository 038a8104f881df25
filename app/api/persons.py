"""Clear values of persons: one field at a time, with a reason, and with traces."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, Field

from app.api.answers import answers, body_example
from app.api.doors import Acting, GuardedRoute
from app.refusals import of_refusal
from domain.cases.operations.reveal import reveal
from domain.kernel.bounds import TAKEN
from domain.people.schemas import Revealable

router = APIRouter(prefix="/api/v1/persons", tags=["当事人"], route_class=GuardedRoute)


class RevealBody(BaseModel):
    """查看哪一项，为什么。"""

    model_config = TAKEN

    field: Revealable
    reason: str = Field(description="至少 4 个字，写入日志")


class Revealed(BaseModel):
    """一项明文。"""

    field: Revealable
    value: str = Field(repr=False)


@router.post(
    "/{person_id}/reveal",
    summary="查看一项明文",
    response_model=Revealed,
    responses=answers(
        {"field": "phone", "value": "0595-22000000"},
        "not_permitted", "not_found", "action_not_allowed", "invalid", "too_many_requests",
    ),
)  # fmt: skip
async def reveal_field(
    call: Acting,
    person_id: UUID,
    given: Annotated[
        RevealBody, Body(openapi_examples=body_example("电话", {"field": "phone", "reason": "电话回访办理情况"}))
    ],
) -> Revealed | Response:
    """查看查看范围内一位当事人的一项明文；谁、何时、为什么，写入日志。每小时、每天有次数上限，超过的也写入日志。"""
    opened = await reveal(
        call.session, call.actor, person_id=person_id, field=given.field, reason=given.reason, at=call.at
    )
    if opened.refusal is not None:
        # answered, not raised: its line in the journal is committed with this unit of work
        return of_refusal(opened.refusal)
    return Revealed(field=given.field, value=opened.value)
