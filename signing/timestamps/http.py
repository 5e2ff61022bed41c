"""Timestamps over HTTP, with a time limit and a size limit. RFC 3161, 3.4.

timestamper = HttpTimestamper("http://127.0.0.1:8318/tsa")
token = stamp(timestamper, digest, at=now)
"""

from dataclasses import dataclass
from time import monotonic

import httpx2
from asn1crypto import tsp

from signing.errors import TimestampError
from verifier.errors import VerifierError
from verifier.formats.der import contents, elements

MAX_ANSWER = 65_536


@dataclass(frozen=True)
class HttpTimestamper:
    """A time stamping service at an address."""

    url: str
    timeout: float = 10.0

    def token(self, digest: bytes, *, nonce: int) -> bytes:
        """Ask for a token over a SHA-256 digest.

        Raises:
            TimestampError: `timestamp.unreachable`, `timestamp.refused`,
                `timestamp.malformed`.
        """
        request = tsp.TimeStampReq(
            {
                "version": "v1",
                "message_imprint": {
                    "hash_algorithm": {"algorithm": "sha256"},
                    "hashed_message": digest,
                },
                "nonce": nonce,
                "cert_req": True,
            }
        )
        return read_answer(self._post(request.dump()))

    def _post(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query"}
        deadline = monotonic() + self.timeout
        try:
            with httpx2.stream(
                "POST", self.url, content=body, headers=headers, timeout=self.timeout
            ) as response:
                response.raise_for_status()
                answer = bytearray()
                for chunk in response.iter_bytes():
                    answer += chunk
                    if len(answer) > MAX_ANSWER:
                        raise TimestampError("timestamp.malformed", "answer too large")
                    if monotonic() > deadline:  # a service that drips keeps nobody waiting
                        raise TimestampError("timestamp.unreachable", "too slow")
        except httpx2.HTTPError as error:
            raise TimestampError("timestamp.unreachable", type(error).__name__) from error
        return bytes(answer)


def read_answer(answer: bytes) -> bytes:
    """Take the token out of a TimeStampResp.

    Raises:
        TimestampError: `timestamp.refused` or `timestamp.malformed`.
    """
    try:
        parts = elements(contents(answer))
        status = str(tsp.PKIStatusInfo.load(parts[0], strict=True)["status"].native)
    except (VerifierError, ValueError, TypeError, KeyError, IndexError) as error:
        raise TimestampError("timestamp.malformed", type(error).__name__) from error
    if status not in ("granted", "granted_with_mods"):
        raise TimestampError("timestamp.refused", status)
    if len(parts) != 2:  # noqa: PLR2004  # status and token
        raise TimestampError("timestamp.malformed", "no token")
    return parts[1]
