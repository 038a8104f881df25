"""Protection of personal data: sealed fields, blind indexes, keyed digests.

Decisions 0002 and 0010. A sealed field is `key version (1)` and what the provider of that version
makes of it (`iv (12) | ciphertext | tag (16)` for the built-in ones); its associated data binds it to
table, column, row and key version, so that a blob moved elsewhere does not open. Exact search uses a
keyed digest cut to a signed 8-byte integer under a key of its own; name fragments use 4-byte tokens.

The keys may change while a process runs: whoever seals looks first whether the key file is newer
(4 µs), and a field of an unknown version has it read again. So once a key was added no process of
this machine writes under the old one.
"""

from __future__ import annotations

import contextlib
import hmac as _hmac
from pathlib import Path
from uuid import UUID

import structlog

from domain.kernel.crypto_keys import KeyRing, Master
from domain.kernel.crypto_providers import SM, CannotOpen, provider

__all__ = [
    "UNREADABLE",
    "CannotOpen",
    "KeyRing",
    "blind",
    "chained",
    "digest",
    "fragments",
    "hmac_sm3",
    "readable",
    "refresh",
    "ring",
    "same",
    "seal",
    "unseal",
    "use",
]
UNREADABLE = "无法解密"
"""Stands where a sealed field does not open: damaged, moved here from elsewhere, or its key is missing."""
_log = structlog.get_logger(__name__)


class _Holder:
    ring: KeyRing | None = None
    path: Path | None = None
    seen: tuple[int, int] = (0, 0)


def use(ring: KeyRing, path: Path | None = None) -> None:
    """Set the key ring of this process, and the file it was read from, if any."""
    _Holder.ring, _Holder.path, _Holder.seen = ring, path, _stamp(path)


def ring() -> KeyRing:
    """Give the key ring of this process.

    :raises RuntimeError: `use` was not called at start
    """
    if _Holder.ring is None:
        raise RuntimeError("crypto.use(KeyRing) must be called at start")
    return _Holder.ring


def refresh() -> bool:
    """Read the key file again if it changed since, and tell whether it did.

    A file that is away, damaged, of another database or older than the keys in use changes nothing: those in memory
    are still right, and what others seal could not be opened with these.
    """
    path, stamp = _Holder.path, _stamp(_Holder.path)
    if path is None or stamp in {(0, 0), _Holder.seen}:
        return False
    _Holder.seen = stamp
    try:
        found = KeyRing.load(path)
    except (OSError, ValueError, KeyError) as error:
        _log.error("keys.unreadable", error=type(error).__name__)
        return False
    if _Holder.ring and not found.continues(_Holder.ring):
        _log.error("keys.foreign", advice="请放回原来的 keys.json")
        return False
    _Holder.ring = found
    _log.info("keys.reloaded", current=_Holder.ring.current)
    return True


def _stamp(path: Path | None) -> tuple[int, int]:
    """Tell one state of the file from another: every `save` makes a file of its own."""
    if path is None:
        return 0, 0
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_ino


def _bound_to(table: str, column: str, row_id: UUID, version: int) -> bytes:
    return f"{table}|{column}|{row_id}|{version}".encode()


def seal(table: str, column: str, row_id: UUID, text: str) -> bytes:
    """Encrypt one field of one row; the empty text stays sealed too.

    `column` is the name of the table's column without its `_sealed`: `sealing` finds fields by it.
    """
    refresh()
    version = ring().current
    master = ring().masters[version]
    bound = _bound_to(table, column, row_id, version)
    return bytes([version]) + provider(master.provider).seal(master.key, text.encode(), bound)


def unseal(table: str, column: str, row_id: UUID, blob: bytes | None) -> str:
    """Open a sealed field; none opens as the empty text.

    :raises CannotOpen: damaged, moved to another row, or its key is missing
    """
    if not blob:
        return ""
    version = blob[0]
    master = _master(version)
    try:
        return provider(master.provider).open(master.key, blob[1:], _bound_to(table, column, row_id, version)).decode()
    except CannotOpen:
        raise CannotOpen(f"{table}.{column} of {row_id} does not open") from None


def readable(table: str, column: str, row_id: UUID, blob: bytes | None) -> str | None:
    """Open a sealed field of one of many rows: none when it does not open.

    One damaged field must not take a whole list or queue down; it is logged each time somebody comes upon it.
    """
    with contextlib.suppress(CannotOpen):
        return unseal(table, column, row_id, blob)
    _log.error("sealed.unreadable", place=f"{table}.{column}", row=str(row_id))
    return None


def _master(version: int) -> Master:
    found = ring().masters.get(version)
    if found is None and refresh():
        found = ring().masters.get(version)
    if found is None:
        raise CannotOpen(f"key version {version} is not in the key file")
    return found


def blind(kind: str, text: str) -> int:
    """Give the blind index of a value: equal texts, equal signed 8-byte numbers."""
    keys = ring()
    digest = provider(keys.hash).mac(keys.index, f"{kind}|{text}".encode())
    return int.from_bytes(digest[:8], "big", signed=True)


def fragments(name: str, *, start: bool = True) -> list[int]:
    """Give the signed 4-byte search tokens of a name.

    They stand for each character, each pair of neighbours and, with `start`,
    '^' + the first character; a search for a part of a name goes without.
    """
    pieces = {*name, *(name[i : i + 2] for i in range(len(name) - 1))}
    if start and name:
        pieces.add(f"^{name[0]}")
    keys = ring()
    mac = provider(keys.hash).mac
    digests = (mac(keys.index, f"fragment|{piece}".encode()) for piece in pieces)
    return sorted(int.from_bytes(digest[:4], "big", signed=True) for digest in digests)


def digest(secret: str) -> bytes:
    """Give the keyed digest under which a token or code is stored."""
    keys = ring()
    return provider(keys.hash).mac(keys.tokens, secret.encode())


def chained(data: bytes) -> bytes:
    """Give the seal of a journal line (32 bytes): a keyed digest that outlives every rotation."""
    keys = ring()
    return provider(keys.hash).mac(keys.chain, data)


def hmac_sm3(key: bytes, data: bytes) -> bytes:
    """Compute HMAC-SM3 (32 bytes), whatever provider is in force."""
    return provider(SM).mac(key, data)


def same(one: bytes, other: bytes) -> bool:
    """Compare two digests in constant time."""
    return _hmac.compare_digest(one, other)
