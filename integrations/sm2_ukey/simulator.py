"""A small authority with UKeys, and the local service that a browser asks to sign, as a real ASGI server."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import core, pem, x509
from asn1crypto.algos import DSASignature, SignedDigestAlgorithm
from asn1crypto.crl import CertificateList, RevokedCertificate, RevokedCertificates, TbsCertList
from asn1crypto.keys import ECDomainParameters, PublicKeyAlgorithm, PublicKeyInfo
from gmssl.sm2 import default_ecc_table
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integrations.sm2_ukey import sm2

_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Key:
    """A key pair; `public` has 64 bytes."""

    private: str = field(repr=False)
    public: bytes

    @classmethod
    def fresh(cls) -> Key:
        private = secrets.randbelow(sm2.N - 2) + 1
        point = sm2.machine(b"")._kg(private, default_ecc_table["g"])  # noqa: SLF001 - gmssl has no public way
        return cls(f"{private:064x}", bytes.fromhex(point))

    def sign(self, message: bytes) -> bytes:
        """Sign with SM2 and SM3, as DER."""
        signed = None
        while not signed:
            nonce = f"{secrets.randbelow(sm2.N - 2) + 1:064x}"
            signed = sm2.machine(self.public, self.private).sign_with_sm3(message, nonce)
        return DSASignature({"r": int(signed[:64], 16), "s": int(signed[64:], 16)}).dump()


def _algorithm() -> SignedDigestAlgorithm:
    return SignedDigestAlgorithm({"algorithm": sm2.SIGNATURE})


def _public_info(key: Key) -> PublicKeyInfo:
    curve = ECDomainParameters(name="named", value=sm2.CURVE)
    return PublicKeyInfo({
        "algorithm": PublicKeyAlgorithm({"algorithm": "ec", "parameters": curve}),
        "public_key": b"\x04" + key.public,
    })  # fmt: skip


@dataclass
class Authority:
    """Issue and revoke certificates; without `above` it signs itself."""

    at: datetime
    name: str = "测试根证书机构"
    key: Key = field(default_factory=Key.fresh)
    above: Authority | None = None
    revoked: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the authority's own certificate."""
        signer = self.above or self
        self.certificate = signer.issue(self.name, self.key, authority=True, since=self.at - _YEAR, lasts=10 * _YEAR)

    def issue(
        self, name: str, key: Key, *, authority: bool = False, since: datetime | None = None, lasts: timedelta = _YEAR
    ) -> x509.Certificate:
        begins = since or self.at - timedelta(days=1)
        usage = {"key_cert_sign", "crl_sign"} if authority else {"digital_signature", "non_repudiation"}
        told: Any = x509.TbsCertificate({
            "version": "v3",
            "serial_number": secrets.randbits(63),
            "signature": _algorithm(),
            "issuer": x509.Name.build({"country_name": "CN", "common_name": self.name}),
            "validity": x509.Validity({"not_before": _time(begins), "not_after": _time(begins + lasts)}),
            "subject": x509.Name.build({"country_name": "CN", "common_name": name}),
            "subject_public_key_info": _public_info(key),
            "extensions": [
                {"extn_id": "basic_constraints", "critical": True, "extn_value": x509.BasicConstraints({"ca": authority})},
                {"extn_id": "key_usage", "critical": True, "extn_value": x509.KeyUsage(usage)},
            ],
        })  # fmt: skip
        return x509.Certificate({
            "tbs_certificate": told, "signature_algorithm": _algorithm(), "signature_value": self.key.sign(told.dump()),
        })  # fmt: skip

    def revocations(self, *, lasts: timedelta = timedelta(days=7)) -> CertificateList:
        """Sign the list of what was revoked."""
        rows = [
            RevokedCertificate({"user_certificate": serial, "revocation_date": _time(self.at)}) for serial in self.revoked
        ]  # fmt: skip
        facts = {
            "version": "v2",
            "signature": _algorithm(),
            "issuer": x509.Name.build({"country_name": "CN", "common_name": self.name}),
            "this_update": _time(self.at - timedelta(hours=1)),
            "next_update": _time(self.at + lasts),
        }
        told: Any = TbsCertList(facts | ({"revoked_certificates": RevokedCertificates(rows)} if rows else {}))
        return CertificateList({
            "tbs_cert_list": told, "signature_algorithm": _algorithm(), "signature": self.key.sign(told.dump()),
        })  # fmt: skip

    def pem(self) -> bytes:
        """Give the authority's certificate as a file."""
        return pem.armor("CERTIFICATE", self.certificate.dump())


def _time(moment: datetime) -> x509.Time:
    return x509.Time(name="utc_time", value=core.UTCTime(moment))


@dataclass
class Ukey:
    """Be a device in a reader with the service beside the browser; `app` is its server."""

    certificate: x509.Certificate
    key: Key = field(repr=False)
    origins: tuple[str, ...] = ()
    """Whose pages may ask, as a real service asks its person."""

    def answer(self, challenge: str) -> dict[str, str]:
        return {
            "certificate": base64.b64encode(self.certificate.dump()).decode(),
            "signature": base64.b64encode(self.key.sign(challenge.encode())).decode(),
        }

    @property
    def app(self) -> Starlette:
        """This property gives the service."""

        async def sign(request: Request) -> Response:
            given = await request.json()
            return JSONResponse(self.answer(str(given["challenge"])))

        cors = Middleware(
            CORSMiddleware, allow_origins=list(self.origins), allow_methods=["POST"], allow_headers=["content-type"]
        )
        return Starlette(routes=[Route("/sign", sign, methods=["POST"])], middleware=[cors])
