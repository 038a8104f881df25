"""How the plain pages are made: templates, headers, what a form sent."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from domain.kernel.refusals import Invalid, TooLarge

TEMPLATES = Path(__file__).with_name("templates")
MAX_BODY, MAX_FIELDS = 16 * 1024, 12

# The style stands in the page, so that nothing is fetched besides it; its hash lets it through the policy.
STYLE = "".join((TEMPLATES / "style.css").read_text(encoding="utf-8").splitlines())
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
# A span of hours stays on one line: 14:30 and 17:30 are read together.
_environment.filters["whole"] = lambda text: text.replace(" 至 ", "\u00a0至\u00a0")


def page(name: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Make a page from a template; every value is escaped."""
    html = _environment.get_template(name).render(style=Markup(STYLE), **context)  # noqa: S704 - our own file
    return HTMLResponse(html, status, headers=HEADERS)


async def form_of(request: Request) -> dict[str, str]:
    """Read a submitted form; of repeated fields the last one counts.

    :raises TooLarge: more than 16 KB
    :raises Invalid: more fields than any of our forms has
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise TooLarge("提交的内容过长，请缩短后重试")
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise Invalid("提交的内容无法识别，请返回重试") from None
    return dict(pairs)
