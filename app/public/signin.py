"""Signing in and out: a plain page that works without script, and the cookie that the pages live on."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader

from app.api.auth import sign_in
from app.api.doors import COOKIE, LimitedRoute, same_origin
from app.refusals import STATUS
from app.settings import Settings
from domain.kernel.refusals import NotPermitted, Refusal
from domain.kernel.unit_of_work import unit_of_work
from domain.orgs import operations as orgs
from domain.orgs.models import SessionKind
from state.clock import now

_HERE = Path(__file__).parent
_STYLE = (_HERE / "templates" / "signin.css").read_text(encoding="utf-8")
_ALLOWED = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_ALLOWED}'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
}
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
_TEMPLATE = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True).get_template("signin.html")
router = APIRouter(include_in_schema=False, route_class=LimitedRoute)


def local_path(wanted: str) -> str:
    """This function will keep a path of our own; anything that could lead elsewhere becomes the start page."""
    own = _LOCAL.fullmatch(wanted) is not None and not wanted.startswith(("/auth/", "/login"))
    return wanted if own else "/"


@router.get("/login")
async def signin_page(request: Request, account: str = "", next: str = "/") -> HTMLResponse:  # noqa: A002 - the query's name
    """This function will show the page to sign in."""
    return _page(request, account=account, wanted=next)


@router.post("/auth/login")
async def signin_form(
    request: Request,
    account: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002 - the field's name
) -> Response:
    """This function will sign in and go on, or show the page again with the reason."""
    try:
        _own_page(request)
        found = await sign_in(request, account=account, password=password, kind=SessionKind.BROWSER)
    except Refusal as refusal:
        return _page(request, account=account, wanted=next, refusal=refusal)
    await _end_old(request)
    answer = RedirectResponse(quote(local_path(next), safe="/?&=%#:,+-_.~"), 303, headers={"Cache-Control": "no-store"})
    answer.set_cookie(COOKIE, found.secret, httponly=True, samesite="lax", secure=request.url.scheme == "https")
    return answer


@router.post("/auth/logout")
async def signout_form(request: Request) -> Response:
    """This function will end the session and go to the page to sign in."""
    _own_page(request)
    await _end_old(request)
    answer = RedirectResponse("/login", 303, headers={"Cache-Control": "no-store"})
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=request.url.scheme == "https")
    return answer


def _own_page(request: Request) -> None:
    if same_origin(request) is False:
        raise NotPermitted("请求不是由本系统页面发出的,已拒绝")


async def _end_old(request: Request) -> None:
    async with unit_of_work() as session:
        await orgs.sign_out(session, request.cookies.get(COOKIE, ""), SessionKind.BROWSER, at=now())


def _page(request: Request, *, account: str, wanted: str, refusal: Refusal | None = None) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    text = _TEMPLATE.render(
        style=_STYLE,
        account=account[:64],
        next=local_path(wanted),
        message=refusal.message if refusal else "",
        demo=_demo_accounts() if settings.demo else (),
    )
    return HTMLResponse(text, STATUS.get(refusal.code, 400) if refusal else 200, headers=_HEADERS)


def _demo_accounts() -> list[tuple[str, str]]:
    """Login and title of the demo's accounts, never a password."""
    from app.demo import roster  # noqa: PLC0415 - only where the demo is wanted

    return [(post.login, roster.title(post)) for post in roster.POSTS]
