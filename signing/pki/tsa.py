"""A time stamping authority in process: RFC 3161 answers, signed with a key that is kept.

    response = tsa.respond(request)                    # what an HTTP service would answer
    token = tsa.token(digest, nonce=nonce)             # the same without the wrapping

Tokens name their certificate by SHA-256 (RFC 5816) and repeat the nonce of the request.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import algos, cms, core, tsp, x509

from signing.custody.software import SoftwareKey
from verifier.formats.canonical import sha256
from verifier.formats.der import encode

POLICY = "2.25.130233583662681990391998890520414130028.1"
"""Our own policy OID: a development service that promises nothing."""

_SIZES = {"sha256": 32, "sha384": 48, "sha512": 64}


@dataclass(frozen=True)
class TimestampAuthority:
    """One TSA key; `clock` gives the time that is stamped."""

    key: SoftwareKey
    clock: Callable[[], datetime]

    def respond(self, request: bytes) -> bytes:
        """Answer a TimeStampReq with a TimeStampResp; a bad request is rejected, not raised."""
        try:
            asked = tsp.TimeStampReq.load(request, strict=True)
            imprint = asked["message_imprint"]
            name = str(imprint["hash_algorithm"]["algorithm"].native)
            digest, nonce = bytes(imprint["hashed_message"].native), asked["nonce"].native
        except (ValueError, TypeError, KeyError):
            return _rejection("bad_data_format")
        if _SIZES.get(name) != len(digest):
            return _rejection("bad_alg")
        token = cms.ContentInfo.load(self.token(digest, nonce=nonce, algorithm=name))
        status = tsp.PKIStatusInfo({"status": "granted"})
        return bytes(tsp.TimeStampResp({"status": status, "time_stamp_token": token}).dump())

    def token(self, digest: bytes, *, nonce: int | None, algorithm: str = "sha256") -> bytes:
        """Stamp a digest."""
        fields = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": {
                "hash_algorithm": {"algorithm": algorithm},
                "hashed_message": digest,
            },
            "serial_number": secrets.randbits(63) | 1 << 62,
            "gen_time": self.clock().replace(microsecond=0),
        }
        if nonce is not None:
            fields["nonce"] = nonce
        content = tsp.TSTInfo(fields).dump()
        return _sign(self.key, content)


def _sign(key: SoftwareKey, content: bytes) -> bytes:
    certificate = x509.Certificate.load(key.certificate)
    attributes = cms.CMSAttributes(
        [
            _attribute("content_type", "tst_info"),
            _attribute("message_digest", sha256(content)),
            _attribute(
                "signing_certificate_v2",
                tsp.SigningCertificateV2({"certs": [{"cert_hash": sha256(key.certificate)}]}),
            ),
        ]
    )
    mechanism = {"ecdsa": "sha256_ecdsa", "rsa-pkcs1v15": "sha256_rsa"}[key.scheme]
    info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {
                            "issuer": certificate.issuer,
                            "serial_number": certificate.serial_number,
                        }
                    )
                }
            ),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
            "signed_attrs": attributes,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": mechanism}),
            "signature": key.sign_digest(sha256(attributes.dump())),
        }
    )
    signed = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {
                "content_type": "tst_info",
                "content": core.ParsableOctetString(content),
            },
            "certificates": [x509.Certificate.load(der) for der in (key.certificate, *key.chain)],
            "signer_infos": [info],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


def _attribute(name: str, value: object) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": name, "values": [value]})


def _rejection(reason: str) -> bytes:
    status = tsp.PKIStatusInfo({"status": "rejection", "fail_info": {reason}})
    return encode(0x30, status.dump())
