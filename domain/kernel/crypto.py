"""Protection of personal data: sealed fields, blind indexes, keyed digests.

Decision 0002. A sealed field is `key version (1) | iv (12) | ciphertext | tag (16)`;
its associated data binds it to table, column, row and key version, so that a blob
moved elsewhere does not open. SM4-GCM is the default and AES-256-GCM a setting; the
algorithm belongs to the key version. Exact search uses HMAC-SM3 cut to a signed
8-byte integer under a key of its own; name fragments use 4-byte tokens.
Neither a certified module nor a key service is included: `KeyRing` is the seam.
"""

from __future__ import annotations

import hmac as _hmac
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

Algorithm = Literal["sm4", "aes"]
_IV, _TAG = 12, 16


class CannotOpen(Exception):
    """A sealed field is damaged, was moved, or its key is missing."""


def hmac_sm3(key: bytes, data: bytes) -> bytes:
    """This function will compute HMAC-SM3 (32 bytes)."""
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(data)
    return mac.finalize()


@dataclass(frozen=True)
class KeyRing:
    """This class will hold the master keys by version, and the keys that never change.

    `masters` maps a version (1..255) to its algorithm and 32 random bytes.
    `index` keys the blind indexes, `chain` the journal, `tokens` the digests of secrets.
    """

    masters: dict[int, tuple[Algorithm, bytes]] = field(repr=False)
    index: bytes = field(repr=False)
    chain: bytes = field(repr=False)
    tokens: bytes = field(repr=False)

    @property
    def current(self) -> int:
        return max(self.masters)

    def data_key(self, version: int) -> tuple[Algorithm, bytes]:
        """This function will derive the field key of a version (16 bytes SM4, 32 bytes AES)."""
        try:
            algorithm, master = self.masters[version]
        except KeyError:
            raise CannotOpen(f"key version {version} is not in the key file") from None
        key = hmac_sm3(master, b"fengqiao.field")
        return algorithm, key[:16] if algorithm == "sm4" else key

    def rotated(self, algorithm: Algorithm = "sm4") -> KeyRing:
        """This function will add a fresh master key; old versions stay to open old fields."""
        masters = {**self.masters, self.current + 1: (algorithm, os.urandom(32))}
        return KeyRing(masters, self.index, self.chain, self.tokens)

    @classmethod
    def fresh(cls, algorithm: Algorithm = "sm4") -> KeyRing:
        """This function will make a ring of new random keys."""
        return cls({1: (algorithm, os.urandom(32))}, os.urandom(32), os.urandom(32), os.urandom(32))

    @classmethod
    def from_secret(cls, secret: str, algorithm: Algorithm = "sm4") -> KeyRing:
        """This function will derive every key from one secret of at least 32 characters.

        :raises ValueError: the secret is shorter
        """
        if len(secret) < 32:
            raise ValueError("SECRET_KEY 至少需要 32 个字符")

        def part(name: str) -> bytes:
            return hmac_sm3(secret.encode(), name.encode())

        return cls({1: (algorithm, part("master"))}, part("index"), part("chain"), part("tokens"))

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """This function will read a key file written by `save`."""
        raw = json.loads(path.read_text())
        masters = {int(v): (m["algorithm"], bytes.fromhex(m["key"])) for v, m in raw["masters"].items()}
        fixed = [bytes.fromhex(raw[name]) for name in ("index", "chain", "tokens")]
        return cls(masters, *fixed)

    def save(self, path: Path) -> None:
        """This function will write the key file (mode 0600) whole or not at all."""
        raw = {
            "masters": {str(v): {"algorithm": a, "key": k.hex()} for v, (a, k) in self.masters.items()},
            "index": self.index.hex(),
            "chain": self.chain.hex(),
            "tokens": self.tokens.hex(),
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".new")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(raw, file)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)

    @classmethod
    def load_or_create(cls, path: Path, algorithm: Algorithm = "sm4") -> KeyRing:
        """This function will read the key file, or make it at the first start."""
        if path.exists():
            return cls.load(path)
        ring = cls.fresh(algorithm)
        ring.save(path)
        return ring


class _Holder:
    ring: KeyRing | None = None


def use(ring: KeyRing) -> None:
    """This function will set the key ring of this process."""
    _Holder.ring = ring


def ring() -> KeyRing:
    """This function will give the key ring of this process.

    :raises RuntimeError: `use` was not called at start
    """
    if _Holder.ring is None:
        raise RuntimeError("crypto.use(KeyRing) must be called at start")
    return _Holder.ring


def _bound_to(table: str, column: str, row_id: UUID, version: int) -> bytes:
    return f"{table}|{column}|{row_id}|{version}".encode()


def _cipher(algorithm: Algorithm, key: bytes, mode: modes.GCM) -> Cipher[modes.GCM]:
    return Cipher(algorithms.SM4(key) if algorithm == "sm4" else algorithms.AES(key), mode)


def seal(table: str, column: str, row_id: UUID, text: str) -> bytes:
    """This function will encrypt one field of one row; the empty text stays sealed too."""
    keys = ring()
    version = keys.current
    algorithm, key = keys.data_key(version)
    iv = os.urandom(_IV)
    encryptor = _cipher(algorithm, key, modes.GCM(iv)).encryptor()
    encryptor.authenticate_additional_data(_bound_to(table, column, row_id, version))
    body = encryptor.update(text.encode()) + encryptor.finalize()
    return bytes([version]) + iv + body + encryptor.tag


def unseal(table: str, column: str, row_id: UUID, blob: bytes | None) -> str:
    """This function will open a sealed field; none opens as the empty text.

    :raises CannotOpen: damaged, moved to another row, or its key is missing
    """
    if not blob:
        return ""
    version, iv, body, tag = blob[0], blob[1 : 1 + _IV], blob[1 + _IV : -_TAG], blob[-_TAG:]
    algorithm, key = ring().data_key(version)
    decryptor = _cipher(algorithm, key, modes.GCM(iv, tag)).decryptor()
    decryptor.authenticate_additional_data(_bound_to(table, column, row_id, version))
    try:
        return (decryptor.update(body) + decryptor.finalize()).decode()
    except InvalidTag:
        raise CannotOpen(f"{table}.{column} of {row_id} does not open") from None


def blind(kind: str, text: str) -> int:
    """This function will give the blind index of a value: equal texts, equal signed 8-byte numbers."""
    digest = hmac_sm3(ring().index, f"{kind}|{text}".encode())
    return int.from_bytes(digest[:8], "big", signed=True)


def fragments(name: str, *, start: bool = True) -> list[int]:
    """This function will give the signed 4-byte search tokens of a name.

    They stand for each character, each pair of neighbours and, with `start`,
    '^' + the first character; a search for a part of a name goes without.
    """
    pieces = {*name, *(name[i : i + 2] for i in range(len(name) - 1))}
    if start and name:
        pieces.add(f"^{name[0]}")
    digests = (hmac_sm3(ring().index, f"fragment|{piece}".encode()) for piece in pieces)
    return sorted(int.from_bytes(digest[:4], "big", signed=True) for digest in digests)


def digest(secret: str) -> bytes:
    """This function will give the keyed digest under which a token or code is stored."""
    return hmac_sm3(ring().tokens, secret.encode())


def same(one: bytes, other: bytes) -> bool:
    """This function will compare two digests in constant time."""
    return _hmac.compare_digest(one, other)
