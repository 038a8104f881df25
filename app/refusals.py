"""Expected answers of "no" as HTTP: `application/problem+json` (RFC 9457), one table for all of them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response

from app import causes
from app.limits import TooOften
from app.public.pages import page
from domain.kernel.refusals import OWN_SENTENCE, Refusal

PROBLEM = "application/problem+json"

STATUS: dict[str, int] = {
    "not_signed_in": 401,
    "bad_credentials": 401,
    "otp_required": 401,
    "not_permitted": 403,
    "invalid_host": 400,
    "not_found": 404,
    "method_not_allowed": 405,
    "too_slow": 408,
    "action_not_allowed": 409,
    "changed_meanwhile": 412,
    "too_large": 413,
    "unsupported_media": 415,
    "invalid": 422,
    "locked": 429,
    "too_many_requests": 429,
    "failed": 500,
    "busy": 503,
}
_TITLES: dict[int, str] = {
    400: "请求无法识别",
    401: "未登录",
    403: "没有权限",
    404: "没有找到",
    405: "不支持的方法",
    408: "请求未按时完成",
    409: "当前不能这样操作",
    412: "已被他人修改",
    413: "内容过大",
    415: "类型不支持",
    422: "填写有误",
    429: "操作过于频繁",
    500: "系统内部错误",
    503: "系统繁忙",
}
_BY_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media"}
_PLAIN = {404: "没有这个地址", 405: "这个地址不支持此方法"}
_HEADERS: dict[str, dict[str, str]] = {
    "not_signed_in": {"WWW-Authenticate": "Bearer"},
    "bad_credentials": {"WWW-Authenticate": "Bearer"},
    "otp_required": {"WWW-Authenticate": "Bearer"},
    "locked": {"Retry-After": "900"},
    "too_slow": {"Connection": "close"},
    "too_many_requests": {"Retry-After": "300"},
    "busy": {"Retry-After": "5"},
}
_LONGEST_NAME, _MOST_FIELDS = 60, 50
_log = structlog.get_logger(__name__)


class Problem(BaseModel):
    """一次被拒绝的请求。`code` 不会改变，程序据此判断；`detail` 给人看。"""

    type: str = Field(examples=["urn:fengqiao:problem:invalid"])
    title: str = Field(examples=["填写有误"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["请填写标题"])
    code: str = Field(examples=["invalid"])
    fields: dict[str, str] = Field(default_factory=dict, examples=[{"title": "请填写标题"}])
    incident: str | None = Field(default=None, description="系统内部错误的编号，报修时请提供")


def problem(
    code: str, detail: str, *, status: int = 0, fields: Mapping[str, str] | None = None, incident: str = ""
) -> Response:
    """Answer a request with a problem of that code; its status comes from the table."""
    number = status or STATUS.get(code, 400)
    shown = Problem(
        type=f"urn:fengqiao:problem:{code}",
        title=_TITLES.get(number, "请求未完成"),
        status=number,
        detail=detail,
        code=code,
        fields=dict(fields or {}),
        incident=incident or None,
    )
    body = shown.model_dump(exclude_none=True)
    return JSONResponse(body, number, media_type=PROBLEM, headers=_HEADERS.get(code))


def of_refusal(refusal: Refusal) -> Response:
    """Answer with a refusal of the domain, in its own words."""
    answer = problem(refusal.code, refusal.message, fields=refusal.fields)
    answer.headers.update(headers_of(refusal))
    return answer


def headers_of(refusal: Refusal) -> dict[str, str]:
    """Give what goes with the status of a refusal, for a page as for a machine: when to try again, above all."""
    named = {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, TooOften) else {}
    return _HEADERS.get(refusal.code, {}) | named


def page_of(text: str, headers: Mapping[str, str], refusal: Refusal | None = None) -> HTMLResponse:
    """Answer with a page; one that says why something was refused has the status and headers of that refusal.

    A browser shows a window of its own where a page asks for credentials, so that header stays away.
    """
    if refusal is None:
        return HTMLResponse(text, headers=dict(headers))
    more = {name: value for name, value in headers_of(refusal).items() if name != "WWW-Authenticate"}
    return HTMLResponse(text, STATUS.get(refusal.code, 400), headers={**headers, **more})


def of_incident(error: BaseException, *, where: str) -> Response:
    """Answer an unexpected error with a number to quote, and log it under that number."""
    incident = secrets.token_hex(4).upper()
    _log.error("unexpected error", incident=incident, where=where, exc_info=error)
    return problem("failed", f"系统内部错误，编号 {incident}，请联系管理员", incident=incident)


def of_database(error: DBAPIError | PoolTimeout, *, where: str) -> Response:
    """Answer for the database: what it cannot store, waits too long for, or a fault."""
    if isinstance(error, DataError):
        return problem("invalid", "内容中有无法保存的字符或数值，请检查后重试")
    return of_cause(error, where=where) or of_incident(error, where=where)


def of_cause(error: BaseException, *, where: str) -> Response | None:
    """Answer for what stands in the way of everybody, such as a full disk; none where it is another fault."""
    cause = causes.cause_of(error)
    if cause is None:
        return None
    causes.note(cause, error, where=where)
    return problem("busy", cause.sentence)


def for_people(path: str, answer: Response) -> Response:
    """Answer with a page at the addresses that people open before or beside the product's own pages."""
    if not path.startswith(("/t/", "/login", "/auth/")) or answer.status_code < 500:
        return answer
    return page("away.html", status=answer.status_code, centre="")


def install(app: FastAPI) -> None:
    """Let an application answer every refusal as a problem."""

    async def refused(_request: Request, error: Exception) -> Response:
        return of_refusal(error) if isinstance(error, Refusal) else of_incident(error, where="refused")

    async def unfit(_request: Request, error: Exception) -> Response:
        faults = fields_of(error.errors()) if isinstance(error, RequestValidationError) else {}
        said = "；".join(f"{name}：{sentence}" for name, sentence in faults.items())
        return problem("invalid", said or "请求内容有误", fields=faults)

    async def plain(_request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 422
        status = 422 if status == 400 else status  # what cannot be read is as wrong as what does not fit
        return problem(_BY_STATUS.get(status, "invalid"), _PLAIN.get(status, "请求无法识别"), status=status)

    async def database(request: Request, error: Exception) -> Response:
        known = isinstance(error, (DBAPIError, PoolTimeout))
        where = request.method
        answer = of_database(error, where=where) if known else of_incident(error, where=where)
        return for_people(request.url.path, answer)

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(RequestValidationError, unfit)
    app.add_exception_handler(HTTPException, plain)
    app.add_exception_handler(DBAPIError, database)
    app.add_exception_handler(PoolTimeout, database)


def fields_of(errors: Sequence[Any]) -> dict[str, str]:
    """Word validation errors, by field; what was sent is never repeated."""
    found: dict[str, str] = {}
    for error in errors[:_MOST_FIELDS]:
        where = [str(step) for step in error["loc"] if step not in {"body", "query", "path", "header"}]
        if error["type"] == "json_invalid":
            where = []
        name = ".".join(where)[:_LONGEST_NAME] or "body"
        found.setdefault(name, sentence(error))
    return found


def sentence(error: Mapping[str, Any]) -> str:
    """Word one validation error in Chinese."""
    kind, context = error["type"], error.get("ctx") or {}
    if kind == OWN_SENTENCE:
        return str(error["msg"])
    if kind == "enum":
        return f"只能是 {context.get('expected', '')}".replace(" or ", " 或 ")
    for beginning, words in _WORDS:
        if kind.startswith(beginning):
            return words.format(**context) if "{" in words else words
    return "填写有误"


_WORDS: tuple[tuple[str, str], ...] = (
    ("missing", "必须填写"),
    ("json_invalid", "请求正文不是有效的 JSON"),
    ("extra_forbidden", "没有这一项"),
    ("string_too_long", "最长 {max_length} 个字"),
    ("string_too_short", "至少 {min_length} 个字"),
    ("string_unicode", "含有残缺的字符"),
    ("string", "应为文字"),
    ("int", "应为整数"),
    ("float", "应为数字"),
    ("decimal", "应为数字"),
    ("finite_number", "应为数字"),
    ("bool", "应为 true 或 false"),
    ("timezone", "时间须带时区，如 2026-11-18T09:00:00+08:00"),
    ("datetime", "应为带时区的时间，如 2026-11-18T09:00:00+08:00"),
    ("date", "应为日期，如 2026-11-18"),
    ("uuid", "应为有效的标识（UUID）"),
    ("list", "应为列表"),
    ("tuple", "应为列表"),
    ("dict", "应为对象"),
    ("model", "应为对象"),
    ("dataclass", "应为对象"),
    ("literal_error", "不在可选范围内"),
    ("greater_than_equal", "不能小于 {ge}"),
    ("less_than_equal", "不能大于 {le}"),
    ("too_long", "最多 {max_length} 项"),
)
"""Beginnings of pydantic's error types and what a person is told; the first that fits counts."""
