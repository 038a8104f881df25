"""Whether a certificate is believed: signed up to a known authority, in its time, for signing, not revoked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asn1crypto.crl import CertificateList
from asn1crypto.x509 import Certificate

from integrations.kit.signon import NotProved
from integrations.sm2_ukey import sm2, wire
from integrations.sm2_ukey.config import Config

DEEPEST = 4


def check(certificate: Certificate, config: Config, at: datetime) -> bytes:
    """Check a person's certificate and give its public key of 64 bytes.

    :raises NotProved: it is not believed, with the reason
    """
    usage = certificate.key_usage_value
    if usage is not None and "digital_signature" not in usage.native:
        raise NotProved("the certificate is not for signatures")
    if certificate.ca:
        raise NotProved("the certificate is an authority's")
    below = certificate
    for _ in range(DEEPEST):
        _in_time(below, at)
        above = _issuer_of(below, config.authorities)
        _check_revoked(below, above, config.revoked, at)
        if above.self_issued:
            _in_time(above, at)
            return key_of(certificate)
        below = above
    raise NotProved("the chain is too long")


def key_of(certificate: Certificate) -> bytes:
    """Take the SM2 key out of a certificate.

    :raises NotProved: it holds another kind of key
    """
    key = certificate["tbs_certificate"]["subject_public_key_info"]
    if key["algorithm"]["parameters"].chosen.dotted != sm2.CURVE if key.algorithm == "ec" else True:
        raise NotProved("no SM2 key")
    try:
        return sm2.point_of(bytes(key["public_key"].native))
    except ValueError as error:
        raise NotProved("the key is no point of the curve") from error


def _in_time(certificate: Certificate, at: datetime) -> None:
    if not certificate.not_valid_before <= at < certificate.not_valid_after:
        raise NotProved("the certificate is out of its time")


def _issuer_of(certificate: Certificate, authorities: Sequence[Certificate]) -> Certificate:
    for one in authorities:
        named = one.subject.dump() == certificate.issuer.dump() and one.ca
        if named and _signed(certificate, "tbs_certificate", key_of(one)):
            return one
    raise NotProved("no known authority signed the certificate")


def _signed(thing: Any, part: str, key: bytes) -> bool:
    """Inner and outer algorithm must be the same one (RFC 5280, 4.1.1.2)."""
    inner = thing[part]["signature"]["algorithm"].dotted
    if not inner == thing["signature_algorithm"]["algorithm"].dotted == sm2.SIGNATURE:
        return False
    name = "signature_value" if part == "tbs_certificate" else "signature"
    try:
        r, s = wire.numbers(bytes(thing[name].native))
    except (ValueError, TypeError):
        return False
    return sm2.verifies(key, thing[part].dump(), r, s)


def _check_revoked(
    certificate: Certificate, issuer: Certificate, lists: Sequence[CertificateList], at: datetime
) -> None:
    """Where lists are configured, an issuer without a current one is not believed."""
    if not lists:
        return
    for one in lists:
        told = one["tbs_cert_list"]
        if told["issuer"].dump() != issuer.subject.dump() or not _signed(one, "tbs_cert_list", key_of(issuer)):
            continue
        ends = told["next_update"].native
        if told["this_update"].native > at or (ends is not None and ends <= at):
            continue
        if certificate.serial_number in {row["user_certificate"].native for row in told["revoked_certificates"] or ()}:
            raise NotProved("the certificate is revoked")
        return
    raise NotProved("no current revocation list of the authority")
