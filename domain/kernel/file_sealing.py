"""Bytes of files, sealed each under a key of its own (decision 0021).

The key stands in the file's row, sealed like any field, so that a rotation of keys seals some bytes a file anew
instead of the whole folder. The bytes are `mark (3) | cipher (1) | iv (12) | ciphertext | tag (16)`, bound to the
file and to which of its copies they are.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from domain.kernel import crypto
from domain.kernel.crypto_providers import AES, CannotOpen

KEY = 32
_MARK, _IV, _TAG = b"FQF", 12, 16
_SM4, _AES = 1, 2


def new_key() -> bytes:
    return os.urandom(KEY)


def is_sealed(content: bytes) -> bool:
    """Tell sealed bytes from pictures in clear: none begins with the mark."""
    return content.startswith(_MARK)


def seal(key: bytes, content: bytes, bound: str) -> bytes:
    """Seal the bytes of a file: by AES where the current key is one for AES, by SM4 else."""
    keys = crypto.ring()
    kind = _AES if keys.masters[keys.current].provider == AES else _SM4
    iv = os.urandom(_IV)
    encryptor = Cipher(_cipher(kind, key), modes.GCM(iv)).encryptor()
    encryptor.authenticate_additional_data(bound.encode())
    body = encryptor.update(content) + encryptor.finalize()
    return _MARK + bytes([kind]) + iv + body + encryptor.tag


def unseal(key: bytes, sealed: bytes, bound: str) -> bytes:
    """Open what `seal` made.

    :raises CannotOpen: damaged, of another file, or another key
    """
    start = len(_MARK) + 1
    if not is_sealed(sealed) or len(sealed) < start + _IV + _TAG or sealed[start - 1] not in {_SM4, _AES}:
        raise CannotOpen("no sealed file")
    iv, body, tag = sealed[start : start + _IV], sealed[start + _IV : -_TAG], sealed[-_TAG:]
    decryptor = Cipher(_cipher(sealed[start - 1], key), modes.GCM(iv, tag)).decryptor()
    decryptor.authenticate_additional_data(bound.encode())
    try:
        return decryptor.update(body) + decryptor.finalize()
    except InvalidTag:
        raise CannotOpen("not authentic") from None


def _cipher(kind: int, key: bytes) -> algorithms.SM4 | algorithms.AES:
    return algorithms.AES(key) if kind == _AES else algorithms.SM4(key[:16])
