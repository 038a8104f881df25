"""A tiny cryptographic module, as an operator would name it in CRYPTO_MODULE; and some that are wrong."""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from domain.kernel.crypto_providers import CannotOpen


class Example:
    """ChaCha20-Poly1305 with HMAC-SHA256; a real module would keep its keys inside and give handles."""

    name = "example"

    def new_key(self) -> bytes:
        """Make a key."""
        return os.urandom(32)

    def seal(self, key: bytes, text: bytes, bound: bytes) -> bytes:
        """Give nonce (12) | ciphertext | tag (16)."""
        nonce = os.urandom(12)
        return nonce + ChaCha20Poly1305(key).encrypt(nonce, text, bound)

    def open(self, key: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Take it apart again."""
        try:
            return ChaCha20Poly1305(key).decrypt(sealed[:12], sealed[12:], bound)
        except (InvalidTag, ValueError):
            raise CannotOpen("not authentic") from None

    def mac(self, key: bytes, data: bytes) -> bytes:
        """Give HMAC-SHA256."""
        return hmac.digest(key, data, hashlib.sha256)


class Unbound(Example):
    """It forgets where a field belongs."""

    def seal(self, key: bytes, text: bytes, _bound: bytes) -> bytes:
        """Leave the place out."""
        return super().seal(key, text, b"")

    def open(self, key: bytes, sealed: bytes, _bound: bytes) -> bytes:
        """Leave the place out."""
        return super().open(key, sealed, b"")


class Fixed(Example):
    """It gives the same ciphertext for the same text."""

    def seal(self, key: bytes, text: bytes, bound: bytes) -> bytes:
        """Use one nonce for everything."""
        return bytes(12) + ChaCha20Poly1305(key).encrypt(bytes(12), text, bound)


class Short(Example):
    """Its digests are too short."""

    def mac(self, key: bytes, data: bytes) -> bytes:
        """Give half of it."""
        return super().mac(key, data)[:16]


class Usurper(Example):
    """It takes the name of a built-in provider."""

    name = "sm"


class Bare:
    """It can do nothing."""

    name = "bare"


class Broken(Example):
    """It cannot be made."""

    def __init__(self) -> None:
        raise OSError("no device")
