"""Foreign judges of books and first terms: veraPDF on all, EU DSS on a signed book and partial."""

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.book_records import book_record, primary_book
from fakes.partial_records import partial_record, primary_partial
from fakes.world import the_world

from hocba.documents.writer import render
from signing import pades
from verifier.formats.canonical import canonical
from verifier.templates import load

pytestmark = pytest.mark.interop

SHARED = Path(os.environ.get("HOCBA_SHARED", Path(__file__).parents[3] / "shared"))
ORACLE = SHARED / "tools" / "oracle" / "oracle"
RECEIPT = b'{"receipt":"' + b"x" * 3000 + b'"}'
LONG = "Em chăm ngoan, lễ phép. " * 20
PLAIN = {
    "book": book_record(),
    "one_year": book_record(grades=(9,)),
    "long": book_record(**{"/years/2/record/awards/other": LONG.strip()}),
    "primary_book": primary_book(),
    "partial": partial_record(),
    "primary_partial": primary_partial(),
}
SIGNED = {"signed_book": book_record(), "signed_partial": partial_record()}


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What the oracle says of each file, by name."""
    if not ORACLE.exists() or shutil.which("java") is None:
        pytest.skip(f"EU DSS and veraPDF need Java and {ORACLE}")
    folder = tmp_path_factory.mktemp("books")
    the_world().pki.export_roots(folder / "trust")
    files = {name: _document(record) for name, record in PLAIN.items()}
    files |= {name: _signed(record) for name, record in SIGNED.items()}
    for name, data in files.items():
        (folder / f"{name}.pdf").write_bytes(data)
    paths = [str(folder / f"{name}.pdf") for name in files]
    command = [str(ORACLE), "--trust", str(folder / "trust"), "--no-render", "--flavour", "3b"]
    done = subprocess.run(
        [*command, *paths], capture_output=True, text=True, check=True, timeout=300
    )
    return dict(zip(files, map(json.loads, done.stdout.splitlines()), strict=True))


def _document(record):
    return render(canonical(record), load(record["template"]["id"]))


def _signed(record):
    """Signed, sealed, with a receipt of the usual size, evidence and a timestamp."""
    world, form = the_world(), record["template"]["id"]
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=15)
    day = (start + timedelta(hours=7)).date().isoformat()
    signers = [world.signer(role) for role in record["signers"]]
    data = world.signed(signers, at=start, document=_document({**record, "issued_on": day}),
                        form=form)  # fmt: skip
    data = pades.embed_receipt(data, load(form).seal_step, RECEIPT)
    return world.finished(data, signers, at=start + timedelta(minutes=5), form=form)


@pytest.mark.parametrize("name", [*PLAIN, *SIGNED])
def test_verapdf_says_that_it_is_pdf_a_3b(answers, name):
    assert answers[name]["pdfa"]["compliant"] is True, answers[name]["pdfa"]


@pytest.mark.parametrize(("name", "count"), [("signed_book", 2), ("signed_partial", 3)])
def test_dss_says_baseline_lta(answers, name, count):
    signatures = answers[name]["pades"]["signatures"]
    assert len(signatures) == count
    for signature in signatures:
        assert signature["indication"] == "TOTAL_PASSED", signature
        assert signature["level"] == "PAdES_BASELINE_LTA"
        assert not signature["warnings"]
        assert not signature["errors"]
