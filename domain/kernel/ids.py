"""Identities made before a row is inserted, so that encrypted fields can be bound to them."""

from __future__ import annotations

import secrets
import time
from uuid import UUID

_TICKS = 4096  # of a millisecond
_AHEAD = 1000 * _TICKS


class _Last:
    ticks = 0


def new_id() -> UUID:
    """Make a time-ordered UUID (version 7, RFC 9562), later than those that this process made before.

    The twelve bits after the milliseconds are a finer clock (its method 3): what one act makes stands in its order.
    A clock that was set back by more than a second is followed.
    """
    ticks = time.time_ns() * _TICKS // 1_000_000
    if ticks <= _Last.ticks < ticks + _AHEAD:
        ticks = _Last.ticks + 1
    _Last.ticks = ticks
    milliseconds, finer = divmod(ticks, _TICKS)
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= finer << 64
    value |= 0b10 << 62
    value |= secrets.randbits(62)
    return UUID(int=value)


def new_token(bits: int = 128) -> str:
    """Make a random URL-safe token of at least that many bits."""
    return secrets.token_urlsafe(bits // 8)
