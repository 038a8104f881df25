"""Cases for machines: make, find, read, and take steps."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Path, Query, Response
from pydantic import BaseModel

from app.api.answers import answers, body_example
from app.api.doors import Acting, Call, GuardedRoute, IdempotencyKey
from app.api.examples import CASE, DRAFT, ITEM, JOURNAL, NEW_CASE, STEP, STEPPED
from app.api.shapes import CaseOut, CasePage, CaseQuery, ListQuery, SearchBody
from app.documents.qr import qr_svg
from domain.audit import operations as audit
from domain.cases.inputs import CaseInput, StepInput
from domain.cases.operations.create import create
from domain.cases.operations.take import take
from domain.cases.queries import actions, detail, listing, suggesting
from domain.cases.queries.suggesting import Suggestion
from domain.cases.schemas import ActionView, CaseSummary, JournalView
from domain.cases.vocabulary import Action, Status
from domain.kernel import idempotency
from domain.kernel.permissions import Permission
from domain.kernel.refusals import Invalid
from domain.tracking import queries as tracking

router = APIRouter(prefix="/api/v1/cases", tags=["诉求件"], route_class=GuardedRoute)
Number = Annotated[str, Path(description="编号", examples=["QX2026000001"], max_length=40)]
_NOTHING = StepInput()


class Stepped(BaseModel):
    """办理之后的编号、状态和版本。`tracking_url` 只在提交受理时给可以打印受理单的人。"""

    number: str
    status: Status
    version: int
    tracking_url: str | None = None


@router.post(
    "",
    status_code=201,
    summary="登记诉求（草稿）",
    response_model_exclude_none=True,
    responses=answers(DRAFT, "not_permitted", "not_found", "invalid", "action_not_allowed", status=201),
)
async def create_case(
    call: Acting,
    given: Annotated[CaseInput, Body(openapi_examples=body_example("网络来件", NEW_CASE))],
    idempotency_key: IdempotencyKey = "",
) -> Stepped:
    """登记一件草稿，当场给编号。引用来访登记（`visit_id`）时，来访人为第一位诉求人。"""

    async def act() -> dict[str, Any]:
        return _answer(await create(call.session, call.actor, given, at=call.at))

    made = await idempotency.once(
        call.session, call.actor, act, key=idempotency_key, request=f"cases {given.model_dump_json()}", at=call.at
    )
    return Stepped(**made)


@router.get(
    "",
    summary="诉求件列表",
    responses=answers({"items": [ITEM], "next_cursor": "AdP0qk3mT1x9…", "total": "1000+"}, "not_permitted", "invalid"),
)
async def list_cases(call: Acting, wanted: Annotated[ListQuery, Query()]) -> CasePage:
    """查看范围内的诉求件。不指定排序时按办理顺序排列。"""
    return await _page(call, wanted)


@router.post(
    "/search",
    summary="按姓名、电话、证件号码查找",
    responses=answers({"items": [ITEM], "next_cursor": None, "total": 1}, "not_permitted", "invalid"),
)
async def search_cases(
    call: Acting,
    wanted: Annotated[
        SearchBody, Body(openapi_examples=body_example("按电话", {"phone": "0595-22000000", "status": ["in_progress"]}))
    ],
) -> CasePage:
    """与列表相同，另可按个人信息查找；条件在正文中，不进入网址和日志。"""
    return await _page(call, wanted, **wanted.personal())


async def _page(call: Call, wanted: CaseQuery, **personal: str) -> CasePage:
    call.actor.require(Permission.CASE_VIEW)
    page = await listing.search(
        call.session, call.actor, wanted.filter(**personal), at=call.at, cursor=wanted.cursor, size=wanted.limit
    )
    if asked := {name.replace("_tail", "") for name, value in personal.items() if value}:
        await audit.note_search(call.session, call.actor, asked, at=call.at)
    return CasePage.of(page)


@router.get("/{number}", summary="一件诉求件", responses=answers(CASE, "not_found"))
async def read_case(call: Acting, number: Number, response: Response) -> CaseOut:
    """全部内容，个人信息为掩码。`ETag` 是版本，办理时放进 `If-Match`。"""
    view = await detail.get(call.session, call.actor, number, at=call.at)
    await audit.note_reading(call.session, call.actor, view.row.id, at=call.at)
    response.headers["ETag"] = f'"{view.row.version}"'
    return CaseOut.whole(view)


@router.get("/{number}/journal", summary="办理记录", responses=answers([JOURNAL], "not_found"))
async def read_journal(call: Acting, number: Number) -> tuple[JournalView, ...]:
    """每一步由谁、何时、写了什么，最近的在前。"""
    return await detail.journal(call.session, call.actor, number)


@router.get(
    "/{number}/actions",
    summary="可以办理的动作",
    responses=answers(
        [{"action": "dispatch", "label": "转派", "allowed": True, "reason": "", "primary": True, "starts": "接收时限 1 个工作日",
          "needs": [{"name": "lead_department", "label": "主办单位", "required": True}]}], "not_found",
    ),
)  # fmt: skip
async def list_actions(call: Acting, number: Number) -> tuple[ActionView, ...]:
    """每个动作现在能否由您办理；不能时说明原因。"""
    return await actions.of(call.session, call.actor, number, at=call.at)


@router.get(
    "/{number}/actions/{action}/departments",
    summary="曾办理同类事项的单位",
    responses=answers(
        [{"code": "rsj", "name": "人力资源和社会保障局", "count": 12, "matter": "劳动合同、劳务派遣"}], "not_found"
    ),
)
async def list_suggestions(call: Acting, number: Number, action: Action) -> tuple[Suggestion, ...]:
    """转派、改派、交办等选择单位时供参考：近一年接收过同类事项的单位，最多 3 个，按件数排列。

    `matter` 是所计的类别；该类别没有单位接收过时，是其所属大类。只计您能查看的件；不选单位的动作为空。
    """
    return await suggesting.departments(call.session, call.actor, number, action, at=call.at)


@router.post(
    "/{number}/actions/{action}",
    summary="办理一步",
    response_model_exclude_none=True,
    responses=answers(STEPPED, "not_permitted", "not_found", "action_not_allowed", "changed_meanwhile", "invalid"),
)
async def take_step(
    call: Acting,
    number: Number,
    action: Action,
    response: Response,
    given: Annotated[StepInput, Body(openapi_examples=body_example("转派", STEP))] = _NOTHING,
    if_match: Annotated[str, Header(alias="If-Match", description="读到的版本；已被他人修改时回答 412")] = "",
    idempotency_key: IdempotencyKey = "",
) -> Stepped:
    """按流程办理一步。需要哪些内容，见该件的 `actions`。"""
    version = _version(if_match)

    async def act() -> dict[str, Any]:
        step = await take(
            call.session, call.actor, number=number, action=action, given=given, at=call.at, version=version
        )
        return _answer(step)

    done = await idempotency.once(
        call.session, call.actor, act,
        key=idempotency_key, request=f"{number} {action.value} {given.model_dump_json()}", at=call.at,
    )  # fmt: skip
    response.headers["ETag"] = f'"{done["version"]}"'
    return Stepped(**done, tracking_url=await _tracking_url(call, number, action))


@router.get(
    "/{number}/slip",
    summary="受理通知单（PDF）",
    response_class=Response,
    responses=answers(None, "not_permitted", "not_found", "action_not_allowed", media="application/pdf"),
)
async def read_slip(call: Acting, number: Number) -> Response:
    """受理通知单，带一事一码。"""
    from app.documents.slip import slip_pdf  # noqa: PLC0415 - the typesetter loads when a slip is asked for

    pdf = await slip_pdf(call.session, call.actor, number, base_url=call.base_url, at=call.at.replace(microsecond=0))
    await audit.note_print(call.session, call.actor, number, at=call.at)
    named = f'inline; filename="slip-{number}.pdf"' if number.isalnum() and number.isascii() else "inline"
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": named})


@router.get(
    "/{number}/slip.png",
    summary="受理通知单（图片预览）",
    response_class=Response,
    responses=answers(None, "not_permitted", "not_found", "action_not_allowed", media="image/png"),
)
async def read_slip_picture(call: Acting, number: Number) -> Response:
    """与受理通知单相同的图片，供页面预览。"""
    from app.documents.slip import slip_png  # noqa: PLC0415 - the typesetter loads when a slip is asked for

    picture = await slip_png(call.session, call.actor, number, base_url=call.base_url, at=call.at)
    return Response(picture, media_type="image/png")


@router.get(
    "/{number}/qr.svg",
    summary="一事一码二维码（SVG）",
    response_class=Response,
    responses=answers(None, "not_permitted", "not_found", "action_not_allowed", media="image/svg+xml"),
)
async def read_qr(call: Acting, number: Number) -> Response:
    """一事一码的二维码，与受理通知单上的相同。"""
    url = await tracking.tracking_url(call.session, call.actor, number, call.base_url)
    return Response(qr_svg(url), media_type="image/svg+xml")


async def _tracking_url(call: Call, number: str, action: Action) -> str | None:
    # The code is a secret: it is read afresh for each answer and never kept with it.
    if action is not Action.SUBMIT or not call.actor.may(Permission.SLIP_PRINT):
        return None
    return await tracking.tracking_url(call.session, call.actor, number, call.base_url)


def _answer(summary: CaseSummary) -> dict[str, Any]:
    return {"number": summary.number, "status": summary.status.value, "version": summary.version}


def _version(if_match: str) -> int | None:
    # A version bare or quoted; none and `*` stand for any.
    text = if_match.strip().removeprefix("W/").strip('"')
    if text in {"", "*"}:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid.of({"If-Match": 'If-Match 应为版本号，如 "3"'})
    return int(text)
