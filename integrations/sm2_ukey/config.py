"""Whose certificates are believed, read from PEM files at the start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from asn1crypto import pem
from asn1crypto.crl import CertificateList
from asn1crypto.x509 import Certificate


@dataclass(frozen=True, slots=True)
class Config:
    """The authorities' certificates, their revocation lists, and where the local service is."""

    authorities: tuple[Certificate, ...]
    revoked: tuple[CertificateList, ...] = ()
    service: str = "http://127.0.0.1:9901"

    @classmethod
    def read(cls, authorities: Path, revoked: Path | None, service: str) -> Self:
        """Read the files; each may hold several blocks, or one in DER.

        :raises ValueError: a file holds nothing that can be read
        """
        trusted = tuple(Certificate.load(block, strict=True) for block in _blocks(authorities))
        lists = tuple(CertificateList.load(block, strict=True) for block in _blocks(revoked)) if revoked else ()
        try:  # a block is read only as far as it is asked for
            for one in trusted:
                _ = one.subject.native, one.serial_number
            for one in lists:
                _ = one.issuer.native
        except TypeError as error:
            raise ValueError("no certificate or list") from error
        return cls(trusted, lists, service)


def _blocks(path: Path) -> list[bytes]:
    content = path.read_bytes()
    found = [block for _, _, block in pem.unarmor(content, multiple=True)] if pem.detect(content) else [content]
    if not found:
        raise ValueError(f"nothing in {path.name}")
    return found
