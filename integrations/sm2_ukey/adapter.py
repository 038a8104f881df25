"""Challenge and response: our nonce, signed by the key in the device, under a certificate that is believed."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime

from integrations.kit.signon import Begun, NotProved
from integrations.sm2_ukey import chain, sm2, wire
from integrations.sm2_ukey.config import Config


class UkeySignOn:
    """Let people sign in with the certificate of a UKey."""

    name, label, strong = "sm2", "数字证书（UKey）", True

    def __init__(self, config: Config) -> None:
        """Believe the authorities of `config`."""
        self._config = config

    @property
    def service(self) -> str:
        """This property gives the address of the local service that the browser asks."""
        return self._config.service

    async def begin(self, back: str) -> Begun:
        """Make a challenge; it names our address, so that it is good nowhere else."""
        challenge = f"fengqiao sign-on|{back}|{secrets.token_hex(32)}"
        return Begun(keep=challenge, challenge=challenge)

    async def finish(self, keep: str, back: str, answer: Mapping[str, str], *, at: datetime) -> str:
        """Check certificate and signature, and name the person by issuer and subject.

        The name stays when a certificate is renewed.
        """
        if back not in keep.split("|"):
            raise NotProved("the challenge was made for another address")
        # Half a second of plain Python: others are served meanwhile.
        return await asyncio.to_thread(self._proved, keep, answer, at)

    def _proved(self, keep: str, answer: Mapping[str, str], at: datetime) -> str:
        given = wire.read(answer)
        key = chain.check(given.certificate, self._config, at)
        if not sm2.verifies(key, keep.encode(), given.r, given.s):
            raise NotProved("the signature does not fit the challenge")
        named = given.certificate.issuer.dump() + given.certificate.subject.dump()
        return hashlib.sha256(named).hexdigest()
