"""Signing in at another provider: the identity platform, or a UKey. Buttons appear only for what is configured."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.api.doors import COOKIE, LimitedRoute, address_of, base_url_of, origin_of, same_origin
from app.public import signin
from app.settings import Settings
from app.throttle import Throttle
from domain.kernel.actor import Actor
from domain.kernel.refusals import BadCredentials, NotFound, NotPermitted, NotSignedIn, Refusal
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import queries, rules
from domain.orgs.models import SessionKind
from domain.orgs.operations import sign_on as orgs
from domain.orgs.schemas import SignIn
from integrations.kit.signon import Begun, NotProved, SignOnProvider, Unreachable
from integrations.oidc_zwdd.adapter import ZwddSignOn
from integrations.oidc_zwdd.config import Config as ZwddConfig
from integrations.sm2_ukey.adapter import UkeySignOn
from integrations.sm2_ukey.config import Config as UkeyConfig
from state.clock import now

STEP = "fq_sign_on"
_OVER = "登录已超时，请重新开始"
_UKEY = signin.TEMPLATES.get_template("signin_ukey.html")
_SCRIPT = (signin.HERE / "templates" / "ukey.js").read_text(encoding="utf-8")
_SCRIPT_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_log = structlog.get_logger(__name__)
router = APIRouter(include_in_schema=False, route_class=LimitedRoute)


class _Over(NotProved):
    """The sign-in was begun too long ago or in another browser, or was answered before."""


def providers_of(settings: Settings) -> dict[str, SignOnProvider]:
    """Make the providers that are configured, by name."""
    found: list[SignOnProvider] = []
    if settings.sign_on_oidc_issuer:
        found.append(
            ZwddSignOn(
                ZwddConfig(
                    settings.sign_on_oidc_issuer, settings.sign_on_oidc_client_id, settings.sign_on_oidc_client_secret
                )
            )
        )
    if settings.sign_on_sm2_ca:
        found.append(
            UkeySignOn(UkeyConfig.read(settings.sign_on_sm2_ca, settings.sign_on_sm2_crl, settings.sign_on_sm2_service))
        )
    return {one.name: one for one in found}


@router.get("/auth/sign-on/{name}")
async def begin(request: Request, name: str, next: str = "/", link: str = "") -> Response:  # noqa: A002 - the query's name
    """Begin: lead to the platform, or show the page that asks the UKey.

    With `link` whoever is signed in links the own identity in place of signing in.
    """
    try:
        provider = _provider(request, name)
        actor = await _linking(request) if link else None
        begun = await provider.begin(_back(request, name))
    except Unreachable as error:
        return _unreachable(request, name, error)
    except Refusal as refusal:
        return signin.page(request, account="", wanted=next, refusal=refusal)
    async with unit_of_work() as session:
        secret = await orgs.begin_sign_on(
            session, name, begun.keep, origin=origin_of(request), at=now(), actor=actor
        )  # fmt: skip
    answer = RedirectResponse(begun.redirect, 303, headers=signin.NO_STORE) if begun.redirect else _ask(provider, begun)
    life = int(rules.STEP_LIFE.total_seconds())
    answer.set_cookie(STEP, secret, max_age=life, path="/auth/sign-on", **signin.cookie(request))
    return answer


@router.get("/auth/sign-on/{name}/back")
async def back(request: Request, name: str) -> Response:
    """Take the answer that the platform sends the browser back with."""
    return await _finish(request, name, dict(request.query_params))


@router.post("/auth/sign-on/{name}/back")
async def answered(
    request: Request,
    name: str,
    certificate: Annotated[str, Form()] = "",
    signature: Annotated[str, Form()] = "",
) -> Response:
    if same_origin(request) is False:
        raise NotPermitted("请求不是由本系统页面发出的，已拒绝")
    return await _finish(request, name, {"certificate": certificate, "signature": signature})


async def _finish(request: Request, name: str, answer: Mapping[str, str]) -> Response:
    throttle: Throttle = request.app.state.throttle
    at = now()
    try:
        throttle.check(address_of(request), "", at=at)
        provider = _provider(request, name)
        async with unit_of_work() as session:
            waiting = await orgs.take_sign_on(session, request.cookies.get(STEP, ""), name, at=at)
        if waiting is None:
            raise _Over("nothing waits for this answer")
        subject = await provider.finish(waiting.keep, _back(request, name), answer, at=at)
        found = await _enter(request, provider, subject, waiting.account_id)
    except Unreachable as error:
        return _unreachable(request, name, error)
    except NotProved as error:
        sentence = _OVER if isinstance(error, _Over) else "身份验证没有通过，请重试；多次不行请联系管理员"
        return _refused(request, name, str(error), BadCredentials(sentence))
    except Refusal as refusal:
        return signin.page(request, account="", wanted="/", refusal=refusal)
    if found is None:
        return RedirectResponse("/me", 303, headers=signin.NO_STORE)
    if found.refusal is not None:
        return _refused(request, name, "the person may not enter", found.refusal)
    return await signin.go_on(request, found, "/")


def _refused(request: Request, name: str, why: str, refusal: Refusal) -> HTMLResponse:
    """Told to the log and counted for the address; the person is told no more than the sentence."""
    throttle: Throttle = request.app.state.throttle
    _log.warning("sign-on refused", provider=name, why=why)
    counted = throttle.failed(address_of(request), "", refusal, at=now())
    return signin.page(request, account="", wanted="/", refusal=counted)


async def _enter(request: Request, provider: SignOnProvider, subject: str, linked_to: UUID | None) -> SignIn | None:
    """None: the identity was linked to whoever is signed in."""
    actor = await _linking(request) if linked_to else None
    async with unit_of_work() as session:
        if actor is None:
            return await orgs.sign_on(
                session, provider=provider.name, subject=subject, strong=provider.strong,
                origin=origin_of(request), at=now(),
            )  # fmt: skip
        if actor.account_id != linked_to:
            raise NotPermitted("关联须由开始关联的账号完成")
        await orgs.link_own(session, actor, provider.name, subject, at=now())
        return None


async def _linking(request: Request) -> Actor:
    async with unit_of_work() as session:
        secret = request.cookies.get(COOKIE, "")
        actor = await queries.actor_of(session, secret, SessionKind.BROWSER, at=now(), origin=origin_of(request))
    if actor is None:
        raise NotSignedIn("请先登录，再关联")
    return actor


def _provider(request: Request, name: str) -> SignOnProvider:
    found: dict[str, SignOnProvider] = request.app.state.sign_on
    if name not in found:
        raise NotFound("没有启用这种登录方式")
    return found[name]


def _back(request: Request, name: str) -> str:
    return f"{base_url_of(request)}/auth/sign-on/{name}/back"


def _unreachable(request: Request, name: str, error: Unreachable) -> HTMLResponse:
    _log.warning("sign-on provider does not answer", provider=name, why=str(error))
    refusal = BadCredentials("统一身份认证暂时无法连接，请稍后再试，或用账号和密码登录")
    return signin.page(request, account="", wanted="/", refusal=refusal)


def _ask(provider: Any, begun: Begun) -> HTMLResponse:
    text = _UKEY.render(
        style=signin.STYLE, script=_SCRIPT, challenge=begun.challenge, service=provider.service, name=provider.name
    )
    policy = signin.HEADERS["Content-Security-Policy"]
    headers = signin.HEADERS | {
        "Content-Security-Policy": f"{policy}; script-src 'sha256-{_SCRIPT_HASH}'; connect-src {provider.service}"
    }
    return HTMLResponse(text, headers=headers)
