"""Acts around a case that are no steps of its workflow: merging, families, assistants, receipts."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, Field

from app.api.answers import answers, body_example
from app.api.doors import Acting, Call, GuardedRoute
from domain.cases.operations import assists, family, merge
from domain.cases.queries import reach
from domain.kernel.bounds import TAKEN

router = APIRouter(prefix="/api/v1/cases", tags=["诉求件"], route_class=GuardedRoute)
Number = Annotated[str, Path(description="编号", examples=["QX2026000001"], max_length=40)]
_DONE = {"number": "QX2026000002", "version": 4}
_REFUSALS = ("not_permitted", "not_found", "action_not_allowed", "invalid")


class Done(BaseModel):
    """办理之后的编号和版本。"""

    number: str
    version: int


class MergeBody(BaseModel):
    """并入哪一件，为什么。"""

    model_config = TAKEN

    into: str = Field(description="并入的编号", max_length=40)
    reason: str = Field(default="", description="原因，写入办理记录")


class Reason(BaseModel):
    """为什么。"""

    model_config = TAKEN

    reason: str = Field(default="", description="原因，写入办理记录")


class ParentBody(BaseModel):
    """主案件的编号。"""

    model_config = TAKEN

    parent: str = Field(max_length=40)


class WaiveBody(Reason):
    """免除哪个协办单位的反馈，为什么。"""

    department: str = Field(description="协办单位代码")


async def _done(call: Call, number: str) -> Done:
    case = await reach.find(call.session, call.actor, number)
    return Done(number=case.number, version=case.version)


@router.post("/{number}/merge", summary="并案", responses=answers(_DONE, *_REFUSALS))
async def merge_case(
    call: Acting,
    number: Number,
    given: Annotated[
        MergeBody, Body(openapi_examples=body_example("并案", {"into": "QX2026000001", "reason": "重复登记"}))
    ],
) -> Done:
    """把重复的一件并入另一件。可以撤销；期间时限暂停。"""
    await merge.merge(call.session, call.actor, kept=given.into, merged=number, reason=given.reason, at=call.at)
    return await _done(call, number)


@router.post("/{number}/unmerge", summary="撤销并案", responses=answers(_DONE, *_REFUSALS))
async def unmerge_case(
    call: Acting,
    number: Number,
    given: Annotated[Reason, Body(openapi_examples=body_example("撤销并案", {"reason": "不是同一件事"}))],
) -> Done:
    """撤销并案，按剩余时间继续计时。"""
    await merge.undo(call.session, call.actor, number=number, reason=given.reason, at=call.at)
    return await _done(call, number)


@router.post("/{number}/parent", summary="设为子案件", responses=answers(_DONE, *_REFUSALS))
async def adopt_case(
    call: Acting,
    number: Number,
    given: Annotated[ParentBody, Body(openapi_examples=body_example("主案件", {"parent": "QX2026000001"}))],
) -> Done:
    """设为另一件的子案件；子案件办结之前，主案件不能办结。"""
    await family.adopt(call.session, call.actor, child=number, parent=given.parent, at=call.at)
    return await _done(call, number)


@router.delete("/{number}/parent", summary="解除主子案件", responses=answers(_DONE, *_REFUSALS))
async def release_case(call: Acting, number: Number) -> Done:
    """解除与主案件的关系。"""
    await family.release(call.session, call.actor, child=number, at=call.at)
    return await _done(call, number)


@router.post("/{number}/waive", summary="免除协办反馈", responses=answers(_DONE, *_REFUSALS))
async def waive_assist(
    call: Acting,
    number: Number,
    given: Annotated[
        WaiveBody, Body(openapi_examples=body_example("免除", {"department": "zjj", "reason": "主办单位已查清"}))
    ],
) -> Done:
    """免除一个协办单位的反馈，主办单位可以提交办结。"""
    await assists.waive(call.session, call.actor, number=number, unit=given.department, reason=given.reason, at=call.at)
    return await _done(call, number)


@router.post("/{number}/agree-to-return", summary="部门领导同意退回", responses=answers(_DONE, *_REFUSALS))
async def agree_to_return(call: Acting, number: Number) -> Done:
    """已经反馈过的事件，部门领导同意后经办才能申请退回。"""
    await assists.agree_to_return(call.session, call.actor, number=number, at=call.at)
    return await _done(call, number)


@router.post("/{number}/receipt", summary="签收抄告", responses=answers({"noted": True}, "not_found"))
async def receive_copy(call: Acting, number: Number) -> dict[str, Any]:
    """抄告给本单位的一件，记为已阅；已签收过的不再记。"""
    return {"noted": await assists.receive_copy(call.session, call.actor, number=number, at=call.at)}
