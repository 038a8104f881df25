"""The keys: master keys by version, the keys that never change, and the file that holds them."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from domain.kernel.crypto_providers import AES, EARLY_AES, SM, provider

FORMAT = 2
"""Of the key file. Files without a format are of the first release: "sm4" and "aes", all digests HMAC-SM3."""
LAST_VERSION = 255
"""A version is one byte of every sealed field."""
_EARLY = {"sm4": SM, "aes": EARLY_AES}
_FIXED = ("index", "chain", "tokens")
_PROOF = b"fengqiao.fingerprint"
MIN_SECRET = 32


@dataclass(frozen=True, slots=True)
class Master:
    """One master key, the provider it is for, and when it was made (none: unknown)."""

    provider: str
    key: bytes = field(repr=False)
    made_at: datetime | None = None


@dataclass(frozen=True)
class KeyRing:
    """The master keys by version (1..255), and the keys that never change.

    `index` keys the blind indexes, `chain` the journal, `tokens` the digests of secrets; they are
    used with the digest of the provider named by `hash`, fixed when the ring was made.
    """

    masters: dict[int, Master] = field(repr=False)
    index: bytes = field(repr=False)
    chain: bytes = field(repr=False)
    tokens: bytes = field(repr=False)
    hash: str = SM

    @property
    def current(self) -> int:
        """This property gives the version that new fields are sealed under."""
        return max(self.masters)

    def rotated(self, name: str = SM, *, at: datetime | None = None) -> KeyRing:
        """Add a fresh master key; old versions stay to open old fields.

        :raises ValueError: all 255 versions were used
        """
        if self.current >= LAST_VERSION:
            raise ValueError("密钥版本号已用到 255")
        added = Master(name, provider(name).new_key(), at)
        return self._with({**self.masters, self.current + 1: added})

    def without(self, version: int) -> KeyRing:
        """Leave out an old master key: what is still sealed under it is lost for good.

        :raises ValueError: it is the current one, or there is none of this version
        """
        if version == self.current or version not in self.masters:
            raise ValueError("只能去掉已有的旧密钥")
        return self._with({number: master for number, master in self.masters.items() if number != version})

    def _with(self, masters: dict[int, Master]) -> KeyRing:
        return KeyRing(masters, self.index, self.chain, self.tokens, self.hash)

    def continues(self, before: KeyRing) -> bool:
        """Tell whether these are the same keys, some added or retired since."""
        if self._with({}) != before._with({}) or self.current < before.current:
            return False
        both = self.masters.keys() & before.masters.keys()
        return all(self.masters[number].key == before.masters[number].key for number in both)

    def fingerprints(self) -> dict[str, str]:
        """Give what tells these keys from others without telling them: a digest for each."""
        digest = provider(self.hash).mac
        fixed = digest(self.index, digest(self.chain, _PROOF) + digest(self.tokens, _PROOF))
        masters = {
            f"key.{number}": f"{m.provider}:{provider(m.provider).mac(m.key, _PROOF)[:16].hex()}"
            for number, m in self.masters.items()
        }
        return {"key.index": f"{self.hash}:{fixed[:16].hex()}", **masters}

    @classmethod
    def fresh(cls, name: str = SM, *, at: datetime | None = None) -> KeyRing:
        """Make a ring of new keys of one provider, its digest included."""
        make = provider(name).new_key
        return cls({1: Master(name, make(), at)}, make(), make(), make(), name)

    @classmethod
    def from_secret(cls, secret: str, name: str = SM) -> KeyRing:
        """Derive every key from one secret of at least 32 characters; built-in providers only.

        :raises ValueError: the secret is shorter, or a module makes its own keys
        """
        if len(secret) < MIN_SECRET:
            raise ValueError(f"SECRET_KEY 至少需要 {MIN_SECRET} 个字符")
        if name not in {SM, AES}:
            raise ValueError("密码模块自行生成密钥，不能使用 SECRET_KEY")

        def part(word: str) -> bytes:
            return provider(name).mac(secret.encode(), word.encode())

        return cls({1: Master(name, part("master"))}, part("index"), part("chain"), part("tokens"), name)

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """Read a key file written by `save`, also of the first release.

        :raises UnknownProvider: it names a provider that is not installed
        :raises ValueError, KeyError: it is damaged, or not whole
        """
        raw = json.loads(path.read_text())
        early = "format" not in raw
        masters = {int(version): _master(one, early=early) for version, one in raw["masters"].items()}
        fixed = [bytes.fromhex(raw[name]) for name in _FIXED]
        if not masters or not all(0 < number <= LAST_VERSION for number in masters):
            raise ValueError("no masters")
        ring = cls(masters, fixed[0], fixed[1], fixed[2], SM if early else raw["hash"])
        for name in {ring.hash, *(master.provider for master in masters.values())}:
            provider(name)
        return ring

    def save(self, path: Path) -> None:
        """Write the key file (mode 0600) whole or not at all."""
        raw = {
            "format": FORMAT,
            "hash": self.hash,
            "masters": {str(number): _written(master) for number, master in self.masters.items()},
            **{name: getattr(self, name).hex() for name in _FIXED},
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
    def load_or_create(cls, path: Path, name: str = SM, *, at: datetime | None = None) -> KeyRing:
        """Read the key file, or make it at the first start."""
        if path.exists():
            return cls.load(path)
        ring = cls.fresh(name, at=at)
        ring.save(path)
        return ring


def _master(raw: dict[str, Any], *, early: bool) -> Master:
    name = _EARLY[raw["algorithm"]] if early else raw["algorithm"]
    made = raw.get("made_at")
    return Master(name, bytes.fromhex(raw["key"]), datetime.fromisoformat(made) if made else None)


def _written(master: Master) -> dict[str, str]:
    made = {"made_at": master.made_at.astimezone(UTC).isoformat()} if master.made_at else {}
    return {"algorithm": master.provider, "key": master.key.hex(), **made}
