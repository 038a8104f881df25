"""The calls to the identity platform."""

from __future__ import annotations

from typing import Any

import httpx
from pydantic import ValidationError

from integrations.kit.signon import NotProved, Unreachable
from integrations.oidc_zwdd.config import Config
from integrations.oidc_zwdd.wire import Discovery, Tokens

_LARGEST = 256 * 1024


class Client:
    """Speak with one platform; `transport` replaces the network where a test serves the platform."""

    def __init__(self, config: Config, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Begin without having asked anything."""
        self._config, self._transport = config, transport
        self._discovery: Discovery | None = None

    async def discovery(self) -> Discovery:
        """Give the platform's doors, asked for once.

        :raises Unreachable: no answer, or none that can be read, or of another issuer
        """
        if self._discovery is None:
            url = f"{self._config.issuer.rstrip('/')}/.well-known/openid-configuration"
            try:
                found = Discovery.model_validate(await self._call("GET", url))
            except ValidationError as error:
                raise Unreachable("the platform describes itself in another way") from error
            if found.issuer.rstrip("/") != self._config.issuer.rstrip("/"):
                raise Unreachable("the platform names another issuer")
            self._discovery = found
        return self._discovery

    async def keys(self) -> dict[str, Any]:
        """Give the platform's public keys of this moment."""
        return await self._call("GET", (await self.discovery()).jwks_uri)

    async def tokens(self, code: str, verifier: str, back: str) -> Tokens:
        """Exchange a code.

        :raises NotProved: the platform does not take it
        """
        given = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": back}
        answer = await self._call("POST", (await self.discovery()).token_endpoint, data=given)
        try:
            return Tokens.model_validate(answer)
        except ValidationError as error:
            raise NotProved("no ID token came for the code") from error

    async def _call(self, method: str, url: str, data: dict[str, str] | None = None) -> dict[str, Any]:
        auth = httpx.BasicAuth(self._config.client_id, self._config.client_secret) if data else None
        try:
            async with httpx.AsyncClient(timeout=self._config.seconds, transport=self._transport) as http:
                answer = await http.request(method, url, data=data, auth=auth, headers={"Accept": "application/json"})
        except httpx.HTTPError as error:
            raise Unreachable(type(error).__name__) from error
        if data is not None and answer.status_code in {400, 401}:
            raise NotProved("the platform refused the code")
        if answer.status_code != httpx.codes.OK or len(answer.content) > _LARGEST:
            raise Unreachable(f"answered {answer.status_code}")
        try:
            found = answer.json()
        except ValueError as error:
            raise Unreachable("the answer is not JSON") from error
        if not isinstance(found, dict):
            raise Unreachable("the answer is no object")
        return found
