"""What the local service of a UKey answers, as the browser posts it on."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from asn1crypto.algos import DSASignature
from asn1crypto.x509 import Certificate

from integrations.kit.signon import NotProved

_LARGEST = 8 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A certificate and the two numbers of an SM2 signature (GB/T 32918.2)."""

    certificate: Certificate
    r: int
    s: int


def read(answer: Mapping[str, str]) -> Answer:
    """Read `certificate` (DER) and `signature` (DER, or r and s of 32 bytes each), both base 64.

    :raises NotProved: it cannot be read
    """
    try:
        certificate = Certificate.load(_bytes(answer.get("certificate", "")), strict=True)
        certificate.native  # noqa: B018 - reads it whole, so that nothing fails later
        r, s = numbers(_bytes(answer.get("signature", "")))
    except (ValueError, TypeError, KeyError, binascii.Error) as error:
        raise NotProved("certificate or signature cannot be read") from error
    return Answer(certificate, r, s)


def numbers(signature: bytes) -> tuple[int, int]:
    """Take a signature apart, whichever of the two forms it has."""
    if len(signature) == 64:
        return int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    taken = DSASignature.load(signature, strict=True)
    return int(taken["r"].native), int(taken["s"].native)


def _bytes(text: str) -> bytes:
    if not text or len(text) > _LARGEST:
        raise ValueError("empty or too large")
    return base64.b64decode(text, validate=True)
