"""Foreign judges of a finished file: EU DSS, veraPDF, pyHanko, pdfsig.

None of them shares code with our verifier (pyHanko builds our CMS, but judges here with its
own reader and difference analysis). The file is made with the real clock, since the judges
ask theirs.
"""

import io
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509
from fakes.world import PIN, World, the_world
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from signing import pades
from signing.appointments import OfficersKey
from signing.pki import dev

pytestmark = pytest.mark.interop

SHARED = Path(os.environ.get("HOCBA_SHARED", Path(__file__).parents[3] / "shared"))
ORACLE = SHARED / "tools" / "oracle" / "oracle"
RECEIPT = b'{"receipt":"' + b"x" * 3000 + b'"}'

Judge = Callable[[Path], dict[str, Any]]


@dataclass(frozen=True)
class Files:
    """What is judged, and the folder with the only roots to trust."""

    released: Path
    stamped_each: Path
    rsa: Path
    renewed: Path
    trust: Path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    world = the_world()
    folder = tmp_path_factory.mktemp("judged")
    world.pki.export_roots(folder / "trust")
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=15)
    end = start + timedelta(minutes=5)
    sealed = world.signed(at=start)
    released = world.finished(pades.embed_receipt(sealed, 2, RECEIPT), at=end)
    each = world.finished(world.signed(at=start, timestamps=(0, 1, 2)), at=end)
    teacher = world.person(
        "Phạm Thị Hằng", "homeroom", scope="2025-2026/6A1", certificate={"key": "rsa2048"}
    )
    by_rsa = world.signers(homeroom=teacher)
    rsa = world.finished(world.signed(by_rsa, at=start), by_rsa, at=end)
    renewed = world.finished(released, at=end + timedelta(minutes=5))
    paths = {}
    for name, data in {
        "released": released, "stamped_each": each, "rsa": rsa, "renewed": renewed,
    }.items():  # fmt: skip
        paths[name] = folder / f"{name}.pdf"
        paths[name].write_bytes(data)
    return Files(**paths, trust=folder / "trust")


@pytest.fixture(scope="module")
def oracle(files: Files) -> Iterator[Judge]:
    if not ORACLE.exists() or shutil.which("java") is None:
        pytest.skip(f"EU DSS and veraPDF need Java and {ORACLE}")
    command = [str(ORACLE), "--trust", str(files.trust), "--no-render", "-"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def ask(path: Path) -> dict[str, Any]:
            print(path, file=process.stdin, flush=True)
            answer: dict[str, Any] = json.loads(process.stdout.readline())
            return answer

        yield ask
        process.stdin.close()


@pytest.mark.parametrize("name", ["released", "stamped_each", "rsa", "renewed"])
def test_dss_says_baseline_lta_for_all_three_signatures_without_a_warning(
    name: str, files: Files, oracle: Judge
) -> None:
    answer = oracle(getattr(files, name))
    signatures = answer["pades"]["signatures"]
    assert len(signatures) == 3
    for signature in signatures:
        assert signature["indication"] == "TOTAL_PASSED"
        assert signature["level"] == "PAdES_BASELINE_LTA"
        assert not signature["warnings"]
        assert not signature["errors"]
    for timestamp in answer["pades"]["timestamps"]:
        assert timestamp["indication"] == "PASSED"
        assert not timestamp["warnings"]


@pytest.mark.parametrize("name", ["released", "renewed"])
def test_verapdf_says_pdf_a_3b(name: str, files: Files, oracle: Judge) -> None:
    assert oracle(getattr(files, name))["pdfa"]["compliant"] is True


def test_dss_sees_one_flipped_byte_in_the_record(
    files: Files, oracle: Judge, tmp_path: Path
) -> None:
    data = bytearray(files.released.read_bytes())
    data[data.index(b"hocba.record/1")] ^= 1
    path = tmp_path / "flipped.pdf"
    path.write_bytes(data)
    answer = oracle(path)
    assert all(s["indication"] != "TOTAL_PASSED" for s in answer["pades"]["signatures"])


@pytest.mark.parametrize("name", ["released", "stamped_each", "rsa", "renewed"])
def test_plain_pyhanko_finds_nothing_wrong(name: str, files: Files) -> None:
    roots = [x509.Certificate.load(der) for der in the_world().pki.roots()]
    reader = PdfFileReader(io.BytesIO(getattr(files, name).read_bytes()))
    signatures = reader.embedded_regular_signatures
    assert len(signatures) == 3
    for signature in signatures:
        context = ValidationContext(trust_roots=roots, allow_fetching=False)
        status = validate_pdf_signature(signature, context, context)
        assert status.bottom_line, status.pretty_print_details()
    last = reader.embedded_timestamp_signatures[-1]
    assert last.compute_integrity_info() is None
    assert last.evaluate_signature_coverage().name == "ENTIRE_FILE"


def test_pdfsig_says_signature_is_valid_three_times(files: Files, tmp_path: Path) -> None:
    if shutil.which("pdfsig") is None or shutil.which("certutil") is None:
        pytest.skip("pdfsig needs poppler-utils and libnss3-tools")
    database = f"sql:{tmp_path}"
    _run("certutil", "-N", "-d", database, "--empty-password")
    for root in sorted(files.trust.glob("*.pem")):
        _run("certutil", "-A", "-d", database, "-n", root.stem, "-t", "C,C,C", "-i", str(root))
    answer = _run("pdfsig", "-nssdir", database, str(files.released))
    assert answer.count("Signature Validation: Signature is Valid.") == 3


def test_an_outsiders_signature_is_trusted_by_nobody(
    files: Files, oracle: Judge, tmp_path: Path
) -> None:
    """A PKI with the same names, made by anybody: the roots decide, not the names."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=15)
    pki = dev.create(tmp_path / "pki", at=start, persons=[dev.Person("A", "031199999999", PIN)])
    outsider = World(tmp_path, pki, OfficersKey.generate("officers-1"))
    data = outsider.issue(at=start)
    path = tmp_path / "outsider.pdf"
    path.write_bytes(data)
    answer = oracle(path)
    assert all(s["indication"] != "TOTAL_PASSED" for s in answer["pades"]["signatures"])
    assert the_world().check3(data, now=start + timedelta(hours=1))[0].code == "3.no_path"


def _run(*command: str) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout
