"""Every kind of custody passes the same tests."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from fakes.services import FakeKeyCustody
from fakes.world import BIRTH, PIN, the_world

from signing.custody import KeyCustody, SoftwareCustody, protect_key
from signing.custody.software import open_key
from signing.errors import CustodyError
from signing.pki import dev
from verifier.formats.canonical import sha256

WORLD = the_world()
DIGEST = sha256(b"what is signed")


def software(kind: str) -> Callable[[], KeyCustody]:
    def make() -> KeyCustody:
        person = dev.Person("Lê Văn Cường", f"0312{next(WORLD.numbers):08d}", PIN)
        return WORLD.pki.custody(WORLD.pki.issue(person, at=BIRTH, key=kind))

    return make


def fake() -> KeyCustody:
    custody = software("p256")()
    assert isinstance(custody, SoftwareCustody)
    key = open_key(custody.key_file, PIN)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return FakeKeyCustody(custody.certificate, custody.chain, key, pin=PIN)


@pytest.fixture(params=[software("p256"), software("rsa2048"), fake], ids=["ec", "rsa", "fake"])
def custody(request: pytest.FixtureRequest) -> KeyCustody:
    made: KeyCustody = request.param()
    return made


def verify(certificate: bytes, signature: bytes) -> None:
    key = x509.load_der_x509_certificate(certificate).public_key()
    prehashed = utils.Prehashed(hashes.SHA256())
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, DIGEST, ec.ECDSA(prehashed))
    else:
        assert isinstance(key, rsa.RSAPublicKey)
        key.verify(signature, DIGEST, padding.PKCS1v15(), prehashed)


def test_the_certificate_is_known_without_the_pin(custody: KeyCustody) -> None:
    assert x509.load_der_x509_certificate(custody.certificate).subject
    assert len(custody.chain) == 1


def test_a_signature_fits_the_certificate(custody: KeyCustody) -> None:
    with custody.open_session(PIN) as key:
        assert key.certificate == custody.certificate
        verify(custody.certificate, key.sign_digest(DIGEST, "sha256"))
        verify(custody.certificate, key.sign_digest(DIGEST))


def test_a_wrong_pin_is_refused(custody: KeyCustody) -> None:
    with pytest.raises(CustodyError) as caught:
        custody.open_session("1")
    assert caught.value.code == "custody.wrong_pin"


def test_a_closed_key_signs_nothing(custody: KeyCustody) -> None:
    with custody.open_session(PIN) as key:
        pass
    with pytest.raises(CustodyError) as caught:
        key.sign_digest(DIGEST)
    assert caught.value.code == "custody.closed"
    key.close()


def test_a_digest_of_another_size_is_refused(custody: KeyCustody) -> None:
    with custody.open_session(PIN) as key, pytest.raises(CustodyError) as caught:
        key.sign_digest(b"short")
    assert caught.value.code == "custody.wrong_digest"


def test_an_unknown_hash_is_refused(custody: KeyCustody) -> None:
    with custody.open_session(PIN) as key, pytest.raises(CustodyError) as caught:
        key.sign_digest(bytes(20), "sha1")
    assert caught.value.code == "custody.wrong_digest"


def test_the_scheme_is_named(custody: KeyCustody) -> None:
    with custody.open_session(PIN) as key:
        assert key.scheme in ("ecdsa", "rsa-pkcs1v15")


def test_a_missing_key_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(CustodyError) as caught:
        SoftwareCustody.load(tmp_path, "person-031190000001")
    assert caught.value.code == "custody.no_key"
    with pytest.raises(CustodyError) as caught:
        open_key(tmp_path / "none.key.pem", PIN)
    assert caught.value.code == "custody.no_key"


def test_a_key_file_is_encrypted_and_any_tool_opens_it_with_the_pin(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    data = protect_key(key, "482913")
    assert data.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    again = serialization.load_pem_private_key(data, b"482913")
    assert isinstance(again, ec.EllipticCurvePrivateKey)
    assert again.private_numbers() == key.private_numbers()
    path = tmp_path / "x.key.pem"
    path.write_bytes(data)
    with pytest.raises(CustodyError, match="wrong_pin"):
        open_key(path, "482914")


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:

    path = tmp_path / "x.key.pem"
    path.write_bytes(
        ed25519.Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"1"),
        )
    )
    with pytest.raises(CustodyError, match="no_key"):
        open_key(path, "1")


def test_a_key_does_not_show_itself_when_printed() -> None:
    made = software("p256")()
    with made.open_session(PIN) as key:
        assert "PrivateKey" not in repr(key)


def test_equal_files_hold_equal_keys_and_two_people_never_do() -> None:
    first, second = software("p256")(), software("p256")()
    assert first.certificate != second.certificate
