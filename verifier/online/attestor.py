"""The sector database's `attest` over HTTP: a question without a name, a signed answer.

`GET URL?record_id=...&version=...&digest=...` answers with one compact JWS as text; who
signed it and what it says is for check 9.
"""

import httpx2

from verifier.errors import UnreachableError
from verifier.formats.jws import MAX_TOKEN
from verifier.online.stores import problem, read_limited


class HttpAttestor:
    """See `verifier.online.Attestor`."""

    def __init__(
        self, url: str, *, timeout: float = 5.0, client: httpx2.Client | None = None
    ) -> None:
        self._url = url
        self._client = client or httpx2.Client(timeout=timeout)

    def attest(self, record_id: str, version: int, digest: str) -> str:
        """See `Attestor`."""
        asked = {"record_id": record_id, "version": str(version), "digest": digest}
        try:
            with self._client.stream("GET", self._url, params=asked) as response:
                response.raise_for_status()
                return read_limited(response, MAX_TOKEN).decode("ascii").strip()
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise UnreachableError("attestor.unreachable", type(error).__name__) from error
        except UnreachableError as error:
            raise UnreachableError(f"attestor.{problem(error)}", error.detail) from error
        except UnicodeDecodeError as error:
            raise UnreachableError("attestor.malformed", type(error).__name__) from error
