"""The development PKI: national shape, encrypted keys, status that follows revocation."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from asn1crypto import crl, ocsp
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from fakes.world import AT, BIRTH, PIN, SCHOOL, the_world

from signing.errors import CustodyError, PkiError, StatusError
from signing.pki import dev
from signing.pki.revocation import ocsp_request
from signing.pki.services import DevServices, serve
from signing.status import Evidence, collect
from verifier.formats.paths import subject_identifiers

WORLD = the_world()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pki") / "pki"
    dev.create(
        made,
        persons=[dev.Person("Nguyễn Văn An", "031190000001", "111111")],
        organisations=[dev.Organisation("Trường THCS A", "0200311311", "222222")],
        at=BIRTH,
    )
    return made


def certificate(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


def test_another_process_finds_everything_again(folder: Path) -> None:
    pki = dev.load(folder)
    assert pki.names() == ("organisation-0200311311", "person-031190000001")
    custody = pki.custody("person-031190000001")
    with custody.open_session("111111") as key:
        assert key.certificate == custody.certificate


def test_a_person_bears_the_personal_number_and_a_school_its_tax_code(folder: Path) -> None:
    pki = dev.load(folder)
    person = pki.custody("person-031190000001").certificate
    school = pki.custody("organisation-0200311311").certificate
    assert subject_identifiers(person) == ("CCCD:031190000001",)
    assert subject_identifiers(school) == ("MST:0200311311",)
    names = certificate(person).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert [name.value for name in names] == ["Nguyễn Văn An"]


def test_persons_and_public_bodies_stand_under_different_roots(folder: Path) -> None:
    pki = dev.load(folder)
    person = certificate(pki.custody("person-031190000001").chain[0])
    school = certificate(pki.custody("organisation-0200311311").chain[0])
    assert person.issuer != school.issuer
    assert {person.issuer, school.issuer} == {certificate(root).subject for root in pki.roots()}


def test_every_authority_says_that_it_is_for_testing(folder: Path) -> None:
    for path in (*folder.glob("roots/*.pem"), *folder.glob("authorities/*.pem")):
        if not path.name.endswith(".key.pem"):
            name = x509.load_pem_x509_certificate(path.read_bytes()).subject
            assert "THỬ NGHIỆM" in name.rfc4514_string()


def test_no_private_key_lies_open(folder: Path) -> None:
    files = list(folder.glob("**/*.key.pem"))
    assert len(files) == 9
    for path in files:
        assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
        assert path.stat().st_mode & 0o077 == 0


def test_the_authorities_need_their_pin(folder: Path) -> None:
    with pytest.raises(CustodyError, match="wrong_pin"):
        dev.load(folder, service_pin="guess").key("national-ca")


def test_a_pki_is_never_overwritten(folder: Path) -> None:
    with pytest.raises(PkiError, match=r"pki\.exists"):
        dev.create(folder, at=BIRTH)


def test_an_empty_folder_is_no_pki(tmp_path: Path) -> None:
    with pytest.raises(PkiError, match=r"pki\.missing"):
        dev.load(tmp_path)
    with pytest.raises(PkiError, match=r"pki\.missing"):
        dev.DevPki(tmp_path, "x").revoke(WORLD.pki.roots()[0], at=AT)
    with pytest.raises(PkiError, match=r"pki\.missing"):
        dev.DevPki(tmp_path, "x").certificate("national-ca")


def test_an_unknown_kind_of_key_is_refused() -> None:
    with pytest.raises(PkiError, match="unknown_key"):
        WORLD.pki.issue(dev.Person("A", "031199999998", PIN), at=BIRTH, key="dsa")


def test_a_second_certificate_gets_a_name_of_its_own() -> None:
    person = dev.Person("Trần Thị Bích", "031199999997", PIN)
    names = [WORLD.pki.issue(person, at=BIRTH) for _ in range(3)]
    assert names == [person.key_name, f"{person.key_name}-2", f"{person.key_name}-3"]


def test_certificates_of_the_past_and_of_the_future_can_be_made() -> None:
    person = dev.Person("Trần Thị Bích", "031199999996", PIN)
    name = WORLD.pki.issue(
        person, at=BIRTH, valid_from=BIRTH - timedelta(days=800), valid_to=BIRTH - timedelta(1)
    )
    made = certificate(WORLD.pki.custody(name).certificate)
    assert made.not_valid_after_utc < BIRTH


def test_the_tsa_stamps_time_and_nothing_else() -> None:
    tsa = certificate(WORLD.pki.certificate("official-tsa"))
    usage = tsa.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    assert usage.critical


def test_the_roots_are_exported_for_other_tools(tmp_path: Path) -> None:
    WORLD.pki.export_roots(tmp_path / "trust")
    exported = sorted((tmp_path / "trust").iterdir())
    assert [path.name for path in exported] == ["national-root.pem", "official-root.pem"]
    for path in exported:
        root = x509.load_pem_x509_certificate(path.read_bytes())
        assert root.issuer == root.subject


def test_the_trusted_root_gets_anchors_for_signing_and_for_time() -> None:
    end = datetime(2040, 1, 1, tzinfo=UTC)
    found = WORLD.pki.authorities(valid_from=BIRTH, valid_to=end)
    assert sorted(authority.use for authority in found) == ["sign", "sign", "tsa"]
    assert {authority.certificate for authority in found} == set(WORLD.pki.roots())


def status_of(answer: bytes | None) -> str:
    assert answer is not None
    basic = ocsp.OCSPResponse.load(answer).basic_ocsp_response
    return str(basic["tbs_response_data"]["responses"][0]["cert_status"].name)


def test_a_revocation_is_seen_by_ocsp_and_crl_at_once_and_not_before() -> None:
    signer = WORLD.person("Lê Văn Cường", "homeroom")
    der, (ca,) = signer.custody.certificate, signer.custody.chain
    services = DevServices(dev.load(WORLD.folder / "pki"), clock=lambda: AT)
    assert status_of(services.evidence(der, ca, at=AT).ocsp) == "good"
    WORLD.pki.revoke(der, at=AT)
    assert status_of(services.evidence(der, ca, at=AT).ocsp) == "revoked"
    assert status_of(services.evidence(der, ca, at=AT - timedelta(seconds=1)).ocsp) == "good"
    listed = crl.CertificateList.load(services.answer("/crl/national-ca", b"").body)
    serials = {
        entry["user_certificate"].native
        for entry in listed["tbs_cert_list"]["revoked_certificates"]
    }
    assert certificate(der).serial_number in serials


def test_an_empty_crl_has_no_list() -> None:
    listed = crl.CertificateList.load(WORLD.services.answer("/crl/official-root", b"").body)
    assert listed["tbs_cert_list"]["revoked_certificates"].native is None


def test_evidence_names_every_certificate_once() -> None:
    services = WORLD.services
    signer = WORLD.signer("homeroom").custody
    chain = services.chain_of(signer.certificate, signer.chain)
    evidence = collect([chain, chain, services.tsa_chain], services, at=AT)
    assert len(set(evidence.certs)) == len(evidence.certs)
    assert len(evidence.ocsps) == 2
    assert len(evidence.crls) == 2
    assert signer.certificate in evidence.certs
    assert WORLD.pki.certificate("national-root") not in evidence.certs
    assert evidence.merge(evidence) == evidence
    assert Evidence().merge(evidence) == evidence


def test_evidence_for_a_revoked_certificate_is_refused() -> None:
    seal = WORLD.seal_of(SCHOOL)
    WORLD.pki.revoke(seal.custody.certificate, at=AT)
    services = WORLD.services
    chain = services.chain_of(seal.custody.certificate, seal.custody.chain)
    with pytest.raises(StatusError, match="revoked"):
        collect([chain], services, at=AT)


def test_nobody_answers_for_foreign_certificates() -> None:
    services = WORLD.services
    der = WORLD.signer("homeroom").custody.certificate
    with pytest.raises(StatusError, match="unknown"):
        services.evidence(der, der, at=AT)
    with pytest.raises(StatusError, match="unknown"):
        services.chain_of(der, (der,))


def test_outsiders_are_served_over_http() -> None:
    der = WORLD.signer("homeroom").custody.certificate
    request = ocsp_request(der, WORLD.pki.certificate("national-ca")).dump()
    with serve(WORLD.services) as address:
        assert status_of(httpx2.post(f"{address}/ocsp/national-ca", content=request).content)
        assert httpx2.get(f"{address}/ca/national-ca").content == WORLD.pki.chain("national")[0]
        assert httpx2.get(f"{address}/crl/national-root").status_code == 200
        assert httpx2.get(f"{address}/nothing").status_code == 404
        assert httpx2.get(f"{address}/ocsp/national-root").status_code == 404
        assert httpx2.post(f"{address}/ocsp/national-ca", content=b"x").status_code == 400
        assert httpx2.post(f"{address}/tsa", content=bytes(70_000)).status_code == 413
