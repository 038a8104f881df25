"""What a browser may load and run on our pages: Content-Security-Policy, computed from the build itself.

Reflex writes some scripts and styles into its HTML. Each is let through by its hash, read from the finished build
when the server starts; nothing else that stands in a page runs, and no text is ever evaluated (state/telling.py).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_OF_TOASTS = re.compile(r"""(["'`])(\[data-sonner-toaster\]\[dir.*?)(?<!\\)\1""", re.DOTALL)
"""The sheet that the library of toasts puts into the page; it stands in a script as a string."""
_EMPTY = ""
"""Styles made at run time go by rules into a sheet that is empty when it is put into the page."""
_FIXED = {
    "default-src": "'none'",
    "img-src": "'self' data: blob:",  # the watermark is drawn as data, a picture is shown while it is sent
    "font-src": "'self'",
    "connect-src": "'self'",  # the socket of the same host included
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
NO_PAGES = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
"""Where no build is served there is nothing to let through."""


def hashed(text: str) -> str:
    """Give the source expression that lets one inline text through."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@dataclass(frozen=True)
class Policies:
    """The policy of each page of a build.

    :ivar by_file: policy by file of the build, as `cases/new.html`
    :ivar fallback: policy of every other address: the page of pages that are not written out
    """

    by_file: Mapping[str, str]
    fallback: str = NO_PAGES

    @classmethod
    def of(cls, client: Path) -> Policies:
        """Read the pages of a build; none there: nothing is let through."""
        runtime = [hashed(_EMPTY), *(hashed(sheet) for sheet in sheets_of_toasts(client))]
        found = {
            str(page.relative_to(client)): _policy(page.read_text(encoding="utf-8"), runtime)
            for page in sorted(client.rglob("*.html"))
        }
        return cls(found, found.get("__spa-fallback.html", NO_PAGES))

    def of_path(self, path: str) -> str:
        """Give the policy of the page under an address."""
        name = path.strip("/")
        for file in (f"{name}.html", f"{name}/index.html".lstrip("/"), name):
            if file in self.by_file:
                return self.by_file[file]
        return self.fallback


def sheets_of_toasts(client: Path) -> list[str]:
    """Find the style sheets that a script of the build puts into the page."""
    found: list[str] = []
    for script in sorted((client / "assets").glob("*.js")):
        text = script.read_text(encoding="utf-8")
        found += [_unquoted(match[1], match[2]) for match in _OF_TOASTS.finditer(text)]
    return found


def _unquoted(quote: str, inner: str) -> str:
    # The value of a JavaScript string literal.
    plain = inner.replace("\\`", "`").replace("\\'", "'").replace("\\$", "$")
    if quote != '"':
        plain = plain.replace('\\"', '"').replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return str(json.loads(f'"{plain}"'))


def _policy(html: str, runtime: Iterable[str]) -> str:
    scripts = dict.fromkeys(hashed(found) for found in _SCRIPT.findall(html) if found.strip())
    styles = dict.fromkeys([*(hashed(found) for found in _STYLE.findall(html)), *runtime])
    rules = _FIXED | {
        "script-src": " ".join(["'self'", *scripts]),
        "style-src": " ".join(["'self'", *styles]),
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())
