"""Signing in for machines: an account and its proofs for a bearer token."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, Field

from app.api.answers import answers, body_example
from app.api.doors import (
    Call,
    GuardedRoute,
    LimitedRoute,
    Proving,
    address_of,
    credentials,
    origin_of,
)
from app.refusals import of_refusal
from app.throttle import Throttle
from domain.kernel.bounds import TAKEN
from domain.kernel.refusals import BadCredentials, OtpRequired
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import operations as orgs
from domain.orgs import policy_values, rules
from domain.orgs.models import SessionKind
from domain.orgs.schemas import SignIn
from state.clock import now

LONGEST_LOGIN, LONGEST_PASSWORD, LONGEST_CODE = 64, 200, 40
_TOKEN = {"access_token": "9oZs…", "token_type": "bearer", "expires_in": 43200, "unproven": "", "notice": ""}
_ENROLLING = {"secret": "JBSW…", "uri": "otpauth://totp/…"}
router = APIRouter(prefix="/api/v1/auth", tags=["登录"], route_class=LimitedRoute)
own = APIRouter(prefix="/api/v1/auth", tags=["登录"], route_class=GuardedRoute)


class Credentials(BaseModel):
    """账号和密码。"""

    model_config = TAKEN

    account: str
    password: str = Field(repr=False)
    otp: str | None = Field(
        default=None, repr=False, max_length=LONGEST_CODE, description="动态口令或备用码；启用了动态口令的账号必填"
    )


class Token(BaseModel):
    """接口令牌,放在 `Authorization: Bearer` 中。"""

    access_token: str = Field(repr=False)
    token_type: str = "bearer"  # noqa: S105 - the kind, not a token
    expires_in: int = Field(description="秒；闲置过久会提前失效，以安全策略为准")
    unproven: str = Field(
        default="",
        description="不为空时令牌暂无任何权限：`password` 须先修改密码，`second_factor` 须先设置动态口令",
    )
    notice: str = Field(default="", description="须先做什么，给人看")


class Password(BaseModel):
    """修改密码。"""

    model_config = TAKEN

    old: str = Field(repr=False, max_length=LONGEST_PASSWORD)
    new: str = Field(repr=False, max_length=LONGEST_PASSWORD)


class Enrolling(BaseModel):
    """待确认的动态口令；只在此时给出。"""

    secret: str = Field(repr=False, description="Base32 密钥，手工录入验证器时用")
    uri: str = Field(repr=False, description="`otpauth://` 地址，可制成二维码")


class Code(BaseModel):
    """动态口令。"""

    model_config = TAKEN

    code: str = Field(repr=False, max_length=LONGEST_CODE)


class Enrolled(Token):
    """动态口令已启用；原令牌失效，用新的令牌。"""

    recovery_codes: list[str] = Field(repr=False, description="备用码，每个只能用一次，只在此时给出")


async def sign_in(request: Request, *, account: str, password: str, kind: SessionKind, code: str = "") -> SignIn:
    """Check account and password, count a failure, and open a session or a half sign-in.

    :raises BadCredentials: wrong, unknown or disabled
    :raises OtpRequired: a program gave no code for an account that has a second factor
    :raises Locked: wrong too often
    :raises TooMany: too many failures from this address
    """
    throttle: Throttle = request.app.state.throttle
    at, address = now(), address_of(request)
    throttle.check(address, account, at=at)
    possible = len(account) <= LONGEST_LOGIN and len(password) <= LONGEST_PASSWORD and account.isprintable()
    if not possible:
        raise throttle.failed(address, account, BadCredentials("账号或密码不正确"), at=at)
    async with unit_of_work() as session:
        values = await policy_values.of(session)
        found = await orgs.sign_in(
            session, login=account, password=password, kind=kind, origin=origin_of(request), at=at, code=code
        )
    if isinstance(found.refusal, OtpRequired):
        raise found.refusal
    if found.refusal is not None:
        raise throttle.failed(address, account, found.refusal, at=at, values=values)
    if found.secret:
        throttle.succeeded(account)
    return found


@router.post(
    "/token",
    summary="换取接口令牌",
    responses=answers(_TOKEN, "bad_credentials", "otp_required", "locked", "too_many_requests", "invalid"),
)
async def token(
    request: Request,
    given: Annotated[Credentials, Body(openapi_examples=body_example("登录", {"account": "center", "password": "…"}))],
) -> Token:
    """用账号和密码（启用了动态口令的账号另加 `otp`）换取令牌。连续输错，账号暂时锁定，次数越多锁定越久。"""
    found = await sign_in(
        request, account=given.account, password=given.password, kind=SessionKind.API, code=given.otp or ""
    )
    return Token(**_token(found))


@own.delete("/token", status_code=204, summary="交回令牌", responses=answers(None, status=204))
async def give_back(call: Proving, request: Request) -> None:
    """令牌立即失效。"""
    secret, kind = credentials(request)
    await orgs.sign_out(call.session, secret, kind, at=call.at, origin=call.actor.origin)


@own.post("/password", response_model=Token, summary="修改密码", responses=answers(_TOKEN, "invalid", "locked"))
async def change_password(
    call: Proving,
    request: Request,
    given: Annotated[Password, Body(openapi_examples=body_example("修改密码", {"old": "…", "new": "…"}))],
) -> Any:
    """其他登录随即结束；原令牌失效，用新的令牌。"""
    refusal = await orgs.change_password(call.session, call.actor, given.old, given.new, at=call.at)
    if refusal is not None:
        # Answered, not raised: the count of the failure must be committed.
        return of_refusal(refusal)
    return Token(**await _renewed(call, request))


@own.post("/second-factor", summary="设置动态口令", responses=answers(_ENROLLING, "action_not_allowed"))
async def begin_second_factor(call: Proving) -> Enrolling:
    """生成密钥；用验证器里的 6 位数字确认后生效。"""
    enrolment = await orgs.begin_second_factor(call.session, call.actor, at=call.at)
    return Enrolling(secret=enrolment.secret, uri=enrolment.uri)


@own.post(
    "/second-factor/confirm",
    summary="启用动态口令",
    responses=answers(_TOKEN | {"recovery_codes": ["7KQ2M-9XWPA"]}, "action_not_allowed", "invalid"),
)
async def confirm_second_factor(
    call: Proving,
    request: Request,
    given: Annotated[Code, Body(openapi_examples=body_example("确认", {"code": "123456"}))],
) -> Enrolled:
    """给出备用码；其他登录随即结束，原令牌失效，用新的令牌。"""
    shown = await orgs.confirm_second_factor(call.session, call.actor, given.code, at=call.at)
    return Enrolled(**await _renewed(call, request), recovery_codes=list(shown))


async def _renewed(call: Call, request: Request) -> dict[str, Any]:
    secret, kind = credentials(request)
    found = await orgs.renew(call.session, secret, kind, origin=call.actor.origin, at=call.at)
    if found.refusal is not None:
        raise found.refusal
    return _token(found)


def _token(found: SignIn) -> dict[str, Any]:
    unproven = found.actor.unproven if found.actor else ""
    return {
        "access_token": found.secret,
        "expires_in": int((found.expires_at - now()).total_seconds()) if found.expires_at else 0,
        "unproven": unproven,
        "notice": rules.UNPROVEN.get(unproven, ""),
    }
