"""Signing in for machines: an account and a password for a bearer token."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, Field

from app.api.answers import answers, body_example
from app.api.doors import Acting, GuardedRoute, LimitedRoute, address_of, credentials, origin_of
from app.throttle import Throttle
from domain.kernel.refusals import BadCredentials, Invalid
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import operations as orgs
from domain.orgs.models import SessionKind
from domain.orgs.schemas import SignIn
from state.clock import now

LONGEST_LOGIN, LONGEST_PASSWORD = 64, 200
router = APIRouter(prefix="/api/v1/auth", tags=["登录"], route_class=LimitedRoute)
own = APIRouter(prefix="/api/v1/auth", tags=["登录"], route_class=GuardedRoute)


class Credentials(BaseModel):
    """账号和密码。"""

    account: str
    password: str = Field(repr=False)
    otp: str | None = Field(default=None, repr=False, description="一次性口令;本系统尚未启用,请勿填写")


class Token(BaseModel):
    """接口令牌,放在 `Authorization: Bearer` 中。"""

    access_token: str = Field(repr=False)
    token_type: str = "bearer"  # noqa: S105 - the kind, not a token
    expires_in: int = Field(description="秒;2 小时不用即失效")


async def sign_in(request: Request, *, account: str, password: str, kind: SessionKind) -> SignIn:
    """This function will check account and password, count a failure, and open a session.

    :raises BadCredentials: wrong, unknown or disabled
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
        found = await orgs.sign_in(
            session, login=account, password=password, kind=kind, origin=origin_of(request), at=at
        )
    if found.refusal is not None:
        raise throttle.failed(address, account, found.refusal, at=at)
    throttle.succeeded(account)
    return found


@router.post(
    "/token",
    summary="换取接口令牌",
    responses=answers(
        {"access_token": "9oZs…", "token_type": "bearer", "expires_in": 43200},
        "bad_credentials", "locked", "too_many_requests", "invalid",
    ),
)  # fmt: skip
async def token(
    request: Request,
    given: Annotated[Credentials, Body(openapi_examples=body_example("登录", {"account": "center", "password": "…"}))],
) -> Token:
    """用账号和密码换取令牌。连续 5 次输错,账号锁定 15 分钟。"""
    if given.otp:
        raise Invalid.of({"otp": "本系统尚未启用一次性口令,请勿填写"})
    found = await sign_in(request, account=given.account, password=given.password, kind=SessionKind.API)
    left = int((found.expires_at - now()).total_seconds()) if found.expires_at else 0
    return Token(access_token=found.secret, expires_in=left)


@own.delete("/token", status_code=204, summary="交回令牌", responses=answers(None, status=204))
async def give_back(call: Acting, request: Request) -> None:
    """令牌立即失效。"""
    secret, kind = credentials(request)
    await orgs.sign_out(call.session, secret, kind, at=call.at)
