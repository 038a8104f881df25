"""SM2 signatures with SM3 (GB/T 32918.2, GM/T 0009) on top of gmssl, with the checks gmssl leaves out.

gmssl is a plain Python library, no certified module (decision 0010): it verifies public signatures here and
never touches a secret of ours.
"""

from __future__ import annotations

from typing import Any

from gmssl.sm2 import CryptSM2, default_ecc_table

P, N, A, B = (int(default_ecc_table[name], 16) for name in ("p", "n", "a", "b"))
CURVE, SIGNATURE = "1.2.156.10197.1.301", "1.2.156.10197.1.501"
"""The object identifiers of the curve sm2p256v1 and of sm2-with-sm3."""


def machine(public: bytes, private: str = "") -> Any:
    """Make gmssl's object for a public key of 64 bytes."""
    made = CryptSM2(private_key=private, public_key="")
    # Set here: the constructor cuts zeros and fours off the beginning of a key.
    made.public_key = public.hex()
    return made


def point_of(bits: bytes) -> bytes:
    """Take the 64 bytes of a public key out of its encoding, if it lies on the curve.

    :raises ValueError: it is compressed, too short, or no point of the curve
    """
    if len(bits) != 65 or bits[0] != 4:
        raise ValueError("no uncompressed point")
    x, y = int.from_bytes(bits[1:33], "big"), int.from_bytes(bits[33:], "big")
    if x >= P or y >= P or (y * y - (x * x * x + A * x + B)) % P:
        raise ValueError("not on the curve")
    return bits[1:]


def verifies(public: bytes, message: bytes, r: int, s: int) -> bool:
    """Tell whether r and s sign a message under a public key of 64 bytes."""
    if not (1 <= r < N and 1 <= s < N) or (r + s) % N == 0:
        return False
    return bool(machine(public).verify_with_sm3(f"{r:064x}{s:064x}", message))
