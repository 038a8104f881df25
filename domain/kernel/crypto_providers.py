"""Who encrypts: exchangeable providers behind one small contract.

Decision 0010. "sm" is SM4-GCM with HMAC-SM3, "aes" is AES-256-GCM with HMAC-SHA256; a certified
module is a class of its own that the setting CRYPTO_MODULE names. Every key version names the provider
it was made for, so several may be in use at once while fields are sealed anew.
"""

from __future__ import annotations

import os
from typing import Protocol, runtime_checkable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_IV, _TAG = 12, 16
_MAC = 32


class CannotOpen(Exception):
    """A sealed field is damaged, was moved, or its key is missing."""


class UnknownProvider(ValueError):
    """A key file names a provider that is not installed."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@runtime_checkable
class Provider(Protocol):
    """Say what a provider must be able to do; keys are what `new_key` gave.

    A key is kept in the key file as it is: the key itself, or the handle under which a module
    keeps it inside. What comes out of `seal` holds everything `open` needs but the key.
    """

    @property
    def name(self) -> str:
        """This property names the provider in key files; it never changes and is not "sm" or "aes"."""
        ...

    def new_key(self) -> bytes:
        """Make a key, or a handle of one."""
        ...

    def seal(self, key: bytes, text: bytes, bound: bytes) -> bytes:
        """Encrypt so that `bound` (not kept in the result) is authenticated too."""
        ...

    def open(self, key: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Decrypt what was sealed.

        :raises CannotOpen: damaged, another key, or bound to something else
        """
        ...

    def mac(self, key: bytes, data: bytes) -> bytes:
        """Give a keyed digest of 32 bytes."""
        ...


class Gcm:
    """Seal with a block cipher in GCM and digest with HMAC; one call about 10 µs."""

    def __init__(
        self,
        name: str,
        cipher: type[algorithms.SM4 | algorithms.AES],
        size: int,
        digest: hashes.SM3 | hashes.SHA256,
    ) -> None:
        self.name = name
        self._cipher, self._size, self._digest = cipher, size, digest
        self._ciphers: dict[bytes, algorithms.SM4 | algorithms.AES] = {}
        self._macs: dict[bytes, hmac.HMAC] = {}

    def new_key(self) -> bytes:
        """Give 32 random bytes."""
        return os.urandom(32)

    def seal(self, key: bytes, text: bytes, bound: bytes) -> bytes:
        """Give iv (12) | ciphertext | tag (16)."""
        iv = os.urandom(_IV)
        encryptor = Cipher(self._cipher_of(key), modes.GCM(iv)).encryptor()
        encryptor.authenticate_additional_data(bound)
        body = encryptor.update(text) + encryptor.finalize()
        return iv + body + encryptor.tag

    def open(self, key: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Take apart what `seal` put together.

        :raises CannotOpen: damaged, another key, or bound to something else
        """
        if len(sealed) < _IV + _TAG:
            raise CannotOpen("too short")
        iv, body, tag = sealed[:_IV], sealed[_IV:-_TAG], sealed[-_TAG:]
        decryptor = Cipher(self._cipher_of(key), modes.GCM(iv, tag)).decryptor()
        decryptor.authenticate_additional_data(bound)
        try:
            return decryptor.update(body) + decryptor.finalize()
        except InvalidTag:
            raise CannotOpen("not authentic") from None

    def mac(self, key: bytes, data: bytes) -> bytes:
        """Compute the HMAC; the schedule of a key is kept, which halves the time."""
        base = self._macs.get(key)
        if base is None:
            base = self._macs.setdefault(key, hmac.HMAC(key, self._digest))
        one = base.copy()
        one.update(data)
        return one.finalize()

    def field_key(self, key: bytes) -> bytes:
        """Derive the key of fields from a master key: 16 bytes for SM4, 32 for AES."""
        return self.mac(key, b"fengqiao.field")[: self._size]

    def _cipher_of(self, key: bytes) -> algorithms.SM4 | algorithms.AES:
        found = self._ciphers.get(key)
        if found is None:
            found = self._ciphers.setdefault(key, self._cipher(self.field_key(key)))
        return found


class Aes(Gcm):
    """Do the same for AES in one call into OpenSSL, three times as fast; SM4 has no such call."""

    def __init__(self, name: str, digest: hashes.SM3 | hashes.SHA256) -> None:
        super().__init__(name, algorithms.AES, 32, digest)
        self._whole: dict[bytes, AESGCM] = {}

    def seal(self, key: bytes, text: bytes, bound: bytes) -> bytes:
        """Give iv (12) | ciphertext | tag (16)."""
        iv = os.urandom(_IV)
        return iv + self._aead(key).encrypt(iv, text, bound)

    def open(self, key: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Take apart what `seal` put together.

        :raises CannotOpen: damaged, another key, or bound to something else
        """
        if len(sealed) < _IV + _TAG:
            raise CannotOpen("too short")
        try:
            return self._aead(key).decrypt(sealed[:_IV], sealed[_IV:], bound)
        except InvalidTag:
            raise CannotOpen("not authentic") from None

    def _aead(self, key: bytes) -> AESGCM:
        found = self._whole.get(key)
        if found is None:
            found = self._whole.setdefault(key, AESGCM(self.field_key(key)))
        return found


SM, AES, EARLY_AES = "sm", "aes", "aes-sm3"
_installed: dict[str, Provider] = {
    SM: Gcm(SM, algorithms.SM4, 16, hashes.SM3()),
    AES: Aes(AES, hashes.SHA256()),
    EARLY_AES: Aes(EARLY_AES, hashes.SM3()),
}
"""EARLY_AES opens what first releases sealed under an AES key; nothing new is sealed with it."""
BUILT_IN = frozenset(_installed)


def provider(name: str) -> Provider:
    """Give an installed provider.

    :raises UnknownProvider: none of this name is installed
    """
    try:
        return _installed[name]
    except KeyError:
        raise UnknownProvider(name) from None


def install(module: Provider) -> None:
    """Prove a module and put it beside the built-in providers.

    :raises ValueError: it does not keep the contract; the text says in Chinese where
    """
    fault = fault_of(module)
    if fault:
        raise ValueError(fault)
    _installed[module.name] = module


def fault_of(module: object) -> str:
    """Try a module and say what it gets wrong; empty when it keeps the contract."""
    if not isinstance(module, Provider):
        return "缺少 name、new_key、seal、open 或 mac"
    key, other = module.new_key(), module.new_key()
    sealed = module.seal(key, "自检".encode(), b"here")
    if module.open(key, sealed, b"here") != "自检".encode() or sealed == module.seal(key, "自检".encode(), b"here"):
        return "加密后不能解密，或两次加密的结果相同"
    if _opens(module, key, sealed, b"elsewhere") or _opens(module, other, sealed, b"here"):
        return "换了位置或密钥的密文仍能解密"
    digests = {module.mac(key, b"1"), module.mac(key, b"2"), module.mac(other, b"1")}
    if len(digests) != 3 or {len(one) for one in digests} != {_MAC} or module.mac(key, b"1") not in digests:
        return "摘要不稳定，或不是 32 字节"
    if module.name in BUILT_IN or not 0 < len(module.name) <= 40:
        return f"名称“{module.name}”不能使用"
    return ""


def _opens(module: Provider, key: bytes, sealed: bytes, bound: bytes) -> bool:
    try:
        module.open(key, sealed, bound)
    except CannotOpen:
        return False
    return True
