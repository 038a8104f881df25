"""What the description of an operation says about its answers: one example, and the problems it may give."""

from __future__ import annotations

from typing import Any

from app.refusals import PROBLEM, STATUS

_SAID = {
    "not_signed_in": "没有登录，或登录已失效",
    "bad_credentials": "账号或密码不正确",
    "otp_required": "须另给动态口令",
    "not_permitted": "没有权限",
    "not_found": "没有，或不在查看范围内",
    "action_not_allowed": "当前状态或条件不允许",
    "changed_meanwhile": "已被他人修改",
    "too_large": "超过 20 MB",
    "unsupported_media": "不是图片",
    "invalid": "填写有误",
    "locked": "账号已锁定",
    "too_many_requests": "过于频繁",
    "busy": "系统繁忙",
}


def answers(
    example: Any, *codes: str, status: int = 200, media: str = "application/json"
) -> dict[int | str, dict[str, Any]]:
    """Describe the answers of an operation.

    `codes` are the problems besides `too_many_requests` and `not_signed_in`, which every operation
    may give, the latter unless it names `bad_credentials`.
    """
    found: dict[int | str, dict[str, Any]] = {status: {"description": "成功"}}
    if status != 204:
        found[status]["content"] = {media: {} if example is None else {"example": example}}
    wanted = (*(() if "bad_credentials" in codes else ("not_signed_in",)), *codes)
    wanted = tuple(dict.fromkeys((*wanted, "too_many_requests")))
    for number in sorted({STATUS[code] for code in wanted}):
        named = [code for code in wanted if STATUS[code] == number]
        found[number] = problem_answer("；".join(f"`{code}` {_SAID[code]}" for code in named))
    return found


def problem_answer(words: str) -> dict[str, Any]:
    """Describe one refusal."""
    return {"description": words, "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def body_example(summary: str, value: Any) -> dict[str, Any]:
    """Give one named example of a request body."""
    return {"example": {"summary": summary, "value": value}}
