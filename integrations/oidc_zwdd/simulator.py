"""An identity platform as a real ASGI server: discovery, authorization, token, keys.

Who signs in is set by `person`; there is no page to type a password. `spoil` changes the ID token's claims,
and `key` may be exchanged, to show what an attacker or a broken platform would send.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route


@dataclass
class Platform:
    """Be the platform; `app` is its server."""

    issuer: str
    client_id: str
    client_secret: str
    person: str = "zwdd-0001"
    spoil: Mapping[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, parameters={"kid": "one"}))
    foreign: RSAKey | None = None
    """Signs in place of `key` while the published keys stay."""
    grants: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def app(self) -> Starlette:
        """This property gives the server."""
        return Starlette(routes=[
            Route("/.well-known/openid-configuration", self._describe),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/keys", self._keys),
        ])  # fmt: skip

    async def _describe(self, _request: Request) -> Response:
        doors = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return JSONResponse({"issuer": self.issuer} | {name: f"{self.issuer}/{path}" for name, path in doors.items()})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if asked.get("client_id") != self.client_id or asked.get("code_challenge_method") != "S256":
            return JSONResponse({"error": "invalid_request"}, 400)
        code = secrets.token_urlsafe(16)
        self.grants[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    async def _token(self, request: Request) -> Response:
        given = dict(parse_qsl((await request.body()).decode()))
        basic = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = self.grants.pop(given.get("code", ""), None)
        hashed = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != given.get("redirect_uri"):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": "unused", "token_type": "Bearer", "id_token": self._id_token(asked)})

    def _id_token(self, asked: Mapping[str, str]) -> str:
        now = int(datetime.now(UTC).timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer, "aud": self.client_id, "sub": self.person, "nonce": asked["nonce"],
            "iat": now, "exp": now + 300,
        }  # fmt: skip
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims | dict(self.spoil), self.foreign or self.key)

    async def _keys(self, _request: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))
