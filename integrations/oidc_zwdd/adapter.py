"""Authorization code with PKCE, state and nonce; the ID token is checked against the platform's keys."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from integrations.kit.signon import Begun, NotProved
from integrations.oidc_zwdd.client import Client
from integrations.oidc_zwdd.config import Config
from integrations.oidc_zwdd.wire import Kept

ALGORITHMS = ["RS256", "ES256", "PS256"]
"""Never "none", never a shared secret."""
_LEEWAY = 60
_LONGEST_SUBJECT = 255


class ZwddSignOn:
    """Let people sign in by the province's identity platform."""

    name, label, strong = "oidc", "政务统一身份认证", False

    def __init__(self, config: Config, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Speak with the platform of `config`."""
        self._config, self._client = config, Client(config, transport)

    async def begin(self, back: str) -> Begun:
        """Send the browser to the platform."""
        kept = Kept(
            state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(48)
        )
        hashed = hashlib.sha256(kept.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._config.client_id,
            "redirect_uri": back,
            "scope": "openid",
            "state": kept.state,
            "nonce": kept.nonce,
            "code_challenge": base64.urlsafe_b64encode(hashed).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        door = (await self._client.discovery()).authorization_endpoint
        return Begun(keep=kept.model_dump_json(), redirect=f"{door}{'&' if '?' in door else '?'}{urlencode(asked)}")

    async def finish(self, keep: str, back: str, answer: Mapping[str, str], *, at: datetime) -> str:
        """Exchange the code and check the ID token."""
        kept = Kept.model_validate_json(keep)
        if not hmac.compare_digest(answer.get("state", "").encode(), kept.state.encode()):
            raise NotProved("the state is another one")
        if not answer.get("code"):
            raise NotProved("the platform gave no code")
        tokens = await self._client.tokens(answer["code"], kept.verifier, back)
        claims = self._claims(tokens.id_token, await self._client.keys())
        self._check(claims, kept, int(at.timestamp()))
        return str(claims["sub"])

    def _claims(self, token: str, keys: dict[str, Any]) -> dict[str, Any]:
        try:
            return dict(jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims)  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise NotProved(f"the ID token does not hold: {type(error).__name__}") from error

    def _check(self, claims: Mapping[str, Any], kept: Kept, now: int) -> None:
        """OpenID Connect Core 1.0, 3.1.3.7."""
        meant = claims.get("aud")
        audience = meant if isinstance(meant, list) else [meant]
        subject, ends, begins = claims.get("sub"), claims.get("exp"), claims.get("iat")
        several = len(audience) > 1 or "azp" in claims
        faults = {
            "issuer": claims.get("iss") != self._config.issuer,
            "audience": self._config.client_id not in audience,
            "authorized party": several and claims.get("azp") != self._config.client_id,
            "nonce": not hmac.compare_digest(str(claims.get("nonce", "")).encode(), kept.nonce.encode()),
            "subject": not isinstance(subject, str) or not 1 <= len(subject) <= _LONGEST_SUBJECT,
            "end": not isinstance(ends, int) or ends + _LEEWAY <= now,
            "beginning": not isinstance(begins, int) or begins - _LEEWAY > now,
        }
        if wrong := [name for name, bad in faults.items() if bad]:
            raise NotProved(f"the ID token is not for this sign-in: {', '.join(wrong)}")
