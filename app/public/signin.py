"""Signing in and out: a plain page that works without script, and the cookie that the pages live on."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader

from app.api.auth import LONGEST_CODE, sign_in
from app.api.doors import COOKIE, LimitedRoute, address_of, cookie_name, is_secure, origin_of, same_origin
from app.refusals import page_of
from app.settings import Settings
from app.throttle import Throttle
from domain.kernel.refusals import NotPermitted, Refusal
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import operations as orgs
from domain.orgs import rules
from domain.orgs.models import SessionKind
from domain.orgs.operations.signing import LOCKED, OVER
from domain.orgs.schemas import SignIn
from state.clock import now

HERE = Path(__file__).parent
STYLE = (HERE / "templates" / "signin.css").read_text(encoding="utf-8")
_ALLOWED = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_ALLOWED}'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
}
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
TEMPLATES = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)
_TEMPLATE, _CODE = TEMPLATES.get_template("signin.html"), TEMPLATES.get_template("signin_code.html")
NO_STORE = {"Cache-Control": "no-store"}
HALF = "fq_half"
"""The cookie of a half sign-in: sent to /auth alone, good for minutes, and only for giving a code."""
_WHY = {"ended": "登录已结束，请重新登录。已超时、在别处退出，或账号已被停用。"}
"""Codes the pages lead here with (state/telling.py), and their sentences."""
router = APIRouter(include_in_schema=False, route_class=LimitedRoute)


def local_path(wanted: str) -> str:
    """Keep a path of our own; anything that could lead elsewhere becomes the start page."""
    own = _LOCAL.fullmatch(wanted) is not None and not wanted.startswith(("/auth/", "/login"))
    return wanted if own else "/"


@router.get("/login")
async def signin_page(
    request: Request,
    account: str = "",
    next: str = "/",  # noqa: A002 - the query's name
    why: str = "",
) -> HTMLResponse:
    """Show the page to sign in; `why` says why somebody was led here."""
    return page(request, account=account, wanted=next, said=_WHY.get(why, ""))


@router.get("/auth/login")
@router.get("/auth/logout")
@router.get("/auth/renew")
async def reloaded() -> Response:
    """Lead who opens the address of a form by itself (a reload, a bookmark) to the page to sign in."""
    return RedirectResponse("/login", 303, headers=NO_STORE)


@router.post("/auth/login")
async def signin_form(
    request: Request,
    account: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002 - the field's name
) -> Response:
    """Sign in and go on, ask for the code, or show the page again with the reason."""
    try:
        _own_page(request)
        found = await sign_in(request, account=account, password=password, kind=SessionKind.BROWSER)
    except Refusal as refusal:
        return page(request, account=account, wanted=next, refusal=refusal)
    return await go_on(request, found, next)


async def go_on(request: Request, found: SignIn, wanted: str) -> Response:
    """Let somebody in with a cookie of the session, or to the form for the code."""
    if found.half:
        answer = RedirectResponse(f"/auth/code?next={quote(local_path(wanted))}", 303, headers=NO_STORE)
        life = int(rules.STEP_LIFE.total_seconds())
        answer.set_cookie(HALF, found.half, max_age=life, path="/auth", **cookie(request))
        return answer
    await _end_old(request)
    answer = RedirectResponse(quote(local_path(wanted), safe="/?&=%#:,+-_.~"), 303, headers=NO_STORE)
    answer.set_cookie(cookie_name(request), found.secret, **cookie(request))
    answer.delete_cookie(HALF, path="/auth", **cookie(request))
    return answer


@router.get("/auth/code")
async def code_page(request: Request, next: str = "/") -> Response:  # noqa: A002 - the query's name
    """Show the form for the code of the second factor."""
    if HALF not in request.cookies:
        return RedirectResponse("/login", 303, headers=NO_STORE)
    return _code_page(next)


@router.post("/auth/code")
async def code_form(
    request: Request,
    code: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002 - the field's name
) -> Response:
    """Check the code and let the person in."""
    address, half, at = address_of(request), request.cookies.get(HALF, ""), now()
    throttle: Throttle = request.app.state.throttle
    try:
        _own_page(request)
        throttle.check(address, "", at=at)
        async with unit_of_work() as session:
            found = await orgs.finish_sign_in(
                session, half=half, code=code[:LONGEST_CODE], origin=origin_of(request), at=at
            )
    except Refusal as refusal:
        return _code_page(next, refusal)
    if found.refusal is not None:
        # Counted for the address alone: the account counts for itself.
        throttle.failed(address, "", found.refusal, at=at)
        if found.refusal.message in {OVER, LOCKED}:
            return page(request, account="", wanted=next, refusal=found.refusal)
        return _code_page(next, found.refusal)
    return await go_on(request, found, next)


@router.post("/auth/renew")
async def renew(request: Request) -> Response:
    """Give a session that has just proved what was missing its new secret, and its rights."""
    _own_page(request)
    async with unit_of_work() as session:
        found = await orgs.renew(
            session, request.cookies.get(COOKIE, ""), SessionKind.BROWSER, origin=origin_of(request), at=now()
        )
    answer = RedirectResponse("/login" if found.refusal else "/", 303, headers=NO_STORE)
    if found.secret:
        answer.set_cookie(cookie_name(request), found.secret, **cookie(request))
    return answer


@router.post("/auth/logout")
async def signout_form(request: Request) -> Response:
    """End the session and go to the page to sign in."""
    _own_page(request)
    await _end_old(request)
    answer = RedirectResponse("/login", 303, headers=NO_STORE)
    answer.delete_cookie(cookie_name(request), **cookie(request))
    return answer


def cookie(request: Request) -> dict[str, Any]:
    """Give the properties that all cookies of a sign-in share."""
    return {"httponly": True, "samesite": "lax", "secure": is_secure(request)}


def _own_page(request: Request) -> None:
    if same_origin(request) is False:
        raise NotPermitted("请求不是由本系统页面发出的，已拒绝")


async def _end_old(request: Request) -> None:
    async with unit_of_work() as session:
        await orgs.sign_out(
            session, request.cookies.get(COOKIE, ""), SessionKind.BROWSER, at=now(), origin=origin_of(request)
        )


def page(
    request: Request, *, account: str, wanted: str, refusal: Refusal | None = None, said: str = ""
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    text = _TEMPLATE.render(
        style=STYLE,
        account=account[:64],
        next=local_path(wanted),
        message=refusal.message if refusal else said,
        demo=_demo_accounts() if settings.demo else (),
        providers=tuple(request.app.state.sign_on.values()),
    )
    return page_of(text, HEADERS, refusal)


def _code_page(wanted: str, refusal: Refusal | None = None) -> HTMLResponse:
    text = _CODE.render(style=STYLE, next=local_path(wanted), message=refusal.message if refusal else "")
    return page_of(text, HEADERS, refusal)


def _demo_accounts() -> list[tuple[str, str]]:
    """Login and title of the demo's accounts, never a password."""
    from app.demo import roster  # noqa: PLC0415 - only where the demo is wanted

    return [(post.login, roster.title(post)) for post in roster.POSTS]
