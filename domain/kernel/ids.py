"""Identities made before a row is inserted, so that encrypted fields can be bound to them."""

from __future__ import annotations

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """Make a time-ordered UUID (version 7, RFC 9562)."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= secrets.randbits(12) << 64
    value |= 0b10 << 62
    value |= secrets.randbits(62)
    return UUID(int=value)


def new_token(bits: int = 128) -> str:
    """Make a random URL-safe token of at least that many bits."""
    return secrets.token_urlsafe(bits // 8)
