"""What the path check keeps between files changes no answer."""

from threading import Thread

import pytest
from fakes.world import AT, the_world

from verifier.errors import FormatError
from verifier.formats import paths
from verifier.formats.dated import DatedAlgorithms


def test_a_certificate_is_parsed_once_and_a_large_one_is_not_kept() -> None:
    der = the_world().pki.roots()[0]
    assert paths._load(der) is paths._load(der)
    assert len(der) <= paths.KEPT_SIZE
    assert paths._kept_certificate.cache_info().maxsize == paths.KEPT


def test_a_malformed_certificate_is_refused_each_time() -> None:
    der = the_world().pki.roots()[0][:-1]
    for _ in range(2):
        with pytest.raises(FormatError, match="malformed"):
            paths._load(der)


def test_a_link_is_true_only_for_the_issuer() -> None:
    pki = the_world().pki
    national, official = pki.roots()
    authority = pki.certificate("national-ca")
    for _ in range(2):
        assert paths._link(authority, national)
        assert not paths._link(authority, official)


def test_threads_that_load_the_same_certificate_see_all_of_it() -> None:
    """asn1crypto parses on first use; what is shared must have been parsed before."""
    der = the_world().pki.certificate("official-tsa")
    paths._kept_certificate.cache_clear()
    seen: list[tuple[set[str], str]] = []

    def look() -> None:
        certificate = paths._load(der)
        seen.append((certificate.critical_extensions, certificate.subject.hashable))

    threads = [Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert all(item == seen[0] for item in seen)
    assert "extended_key_usage" in seen[0][0]


def test_a_kept_answer_is_judged_anew_at_each_time() -> None:
    world = the_world()
    signer = world.signer("homeroom").custody
    answer = world.services.evidence(signer.certificate, signer.chain[0], at=AT).ocsp
    assert answer is not None
    policy = DatedAlgorithms(world.trust)
    assert paths._ocsp_fits(answer, policy, AT, AT)
    assert not paths._ocsp_fits(answer, policy, AT + 2 * paths.OCSP_AGE, AT + 2 * paths.OCSP_AGE)
    assert not paths._ocsp_fits(answer, policy, AT, AT - paths.OCSP_AGE)
