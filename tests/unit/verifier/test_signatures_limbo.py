"""Paths against x509-limbo: what others must refuse, ours refuses, and quickly.

The cases are about TLS servers: the name of the host, the usage of the leaf and the rules
of browsers are no matter of a document's signature. They are left out by name, each kind
with its reason; everything else that must fail must fail here.
"""

import json
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import pem
from fakes.world import the_world

from verifier.errors import VerifierError
from verifier.formats import paths
from verifier.formats.trusted_root import Authority, TrustedRoot

LIMBO = Path(os.environ.get("HOCBA_SHARED", Path(__file__).parents[4] / "shared")).joinpath(
    "vectors", "x509-limbo", "limbo.json"
)
START, END = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

NOT_OURS = {
    "webpki::": "rules of browsers: host names, usages and keys of TLS servers",
    "rfc5280::san::": "the name of a host",
    "rfc5280::ca-as-leaf-wrong-san": "the name of a host",
    "rfc5280::eku::": "usage: our own rule is stricter and tested elsewhere",
    "rfc5280::leaf-ku-keycertsign": "usage: our own rule, tested below",
    "pathlen::max-chain-depth": "a limit that the caller sets; ours is fixed",
    "rfc5280::nc::nc-permits-invalid-email-san": "alternative names are not used",
    "rfc5280::nc::nc-forbids-dnsname-wildcard-san": "alternative names are not used",
    "rfc5280::nc::not-allowed-in-ee-noncritical": "the form of an extension that is not used",
    "rfc5280::aki::": "a missing hint; the signature decides",
    "rfc5280::ski::": "a missing hint; the signature decides",
    "rfc5280::pc::ica-noncritical-pc": "a flag on an extension that is honoured all the same",
    "rfc5280::ca-empty-subject": "a nameless CA below a trusted root",
    "rfc5280::unknown-critical-extension-root": "roots are trusted by the trusted root",
    "rfc5280::ee-critical-aia-invalid": "a flag on a hint that is not followed",
}


def cases(result: str) -> list[Any]:
    if not LIMBO.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"{LIMBO} is absent"))]
    found = json.loads(LIMBO.read_bytes())["testcases"]
    return [
        pytest.param(case, id=case["id"])
        for case in found
        if case["expected_result"] == result and not case["id"].startswith(tuple(NOT_OURS))
    ]


@pytest.fixture(autouse=True)
def _usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "_check_usage", lambda *_: None)


def root_of(case: dict[str, Any]) -> TrustedRoot:
    trust = the_world().trust
    anchors = tuple(Authority(text, "sign", START, END) for text in case["trusted_certs"])
    always = tuple(replace(item, valid_from=START, valid_to=END) for item in trust.algorithms)
    return replace(trust, authorities=anchors, algorithms=always)


def der(text: str) -> bytes:
    return bytes(pem.unarmor(text.encode())[2])


def validate(case: dict[str, Any]) -> paths.TrustedPath:
    stated = case["validation_time"]
    at = datetime.fromisoformat(stated) if stated else datetime(2026, 1, 1, tzinfo=UTC)
    lists = tuple(der(item) for item in case["crls"])
    return paths.trusted_path(
        der(case["peer_certificate"]),
        [der(item) for item in case["untrusted_intermediates"]],
        root_of(case),
        use="sign",
        at=at.replace(microsecond=0),
        evidence=paths.StatusEvidence((), lists, at + timedelta(days=1)) if lists else None,
    )


@pytest.mark.parametrize("case", cases("FAILURE"))
def test_what_must_fail_fails_at_once(case: dict[str, Any]) -> None:
    started = time.process_time()
    with pytest.raises(VerifierError):
        validate(case)
    assert time.process_time() - started < 2


def test_plain_paths_hold() -> None:
    """Not everything is refused: of the sound cases most are accepted, and none crashes."""
    sound = [item.values[0] for item in cases("SUCCESS")]
    if sound == [None]:
        pytest.skip(f"{LIMBO} is absent")
    held = 0
    for case in sound:
        try:
            validate(case)
        except VerifierError:
            continue
        held += 1
    assert held > 0.6 * len(sound)
