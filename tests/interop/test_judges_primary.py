"""Foreign judges of a primary year: veraPDF on unsigned and signed files, EU DSS on signed ones."""

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.primary_records import TEMPLATE_ID, not_assessed, primary_record, subject_rows
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


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What the oracle says of each file, by name."""
    if not ORACLE.exists() or shutil.which("java") is None:
        pytest.skip(f"EU DSS and veraPDF need Java and {ORACLE}")
    folder = tmp_path_factory.mktemp("primary")
    the_world().pki.export_roots(folder / "trust")
    rows = [row | {"comment": LONG.strip()} for row in subject_rows(4, optional=("TDTTS",))]
    files = {
        "plain": _document(primary_record(grade=5)),
        "long": _document(primary_record(subjects=rows, **{"/pupil/name": "Y Ƀlô Niê H’Mŏ"})),
        "none": _document(not_assessed()),
        "signed": _signed(),
    }
    for name, data in files.items():
        (folder / f"{name}.pdf").write_bytes(data)
    paths = [str(folder / f"{name}.pdf") for name in files]
    command = [str(ORACLE), "--trust", str(folder / "trust"), "--no-render", "--flavour", "3b"]
    done = subprocess.run(
        [*command, *paths], capture_output=True, text=True, check=True, timeout=300
    )
    return dict(zip(files, map(json.loads, done.stdout.splitlines()), strict=True))


def _document(record):
    return render(canonical(record), load(TEMPLATE_ID))


def _signed():
    """Signed, sealed, with a receipt of the usual size, evidence and a timestamp."""
    world, template = the_world(), load(TEMPLATE_ID)
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=15)
    day = (start + timedelta(hours=7)).date().isoformat()
    data = _document(primary_record(**{"/issued_on": day}))
    for step, signer in enumerate(world.signers()):
        world.clock.now = moment = start + timedelta(minutes=step)
        put = pades.seal if step == template.seal_step else pades.sign
        with signer.custody.open_session(signer.pin) as key:
            data = put(data, template, step=step, key=key, appointment_jws=signer.jws,
                       timestamper=None, at=moment)  # fmt: skip
    data = pades.embed_receipt(data, template.seal_step, RECEIPT)
    world.clock.now = end = start + timedelta(minutes=5)
    evidence = world.evidence(world.signers(), end)
    return pades.finish(data, template, evidence=evidence, timestamper=world.services, at=end)


@pytest.mark.parametrize("name", ["plain", "long", "none", "signed"])
def test_verapdf_says_that_a_primary_year_is_pdf_a_3b(answers, name):
    assert answers[name]["pdfa"]["compliant"] is True, answers[name]["pdfa"]


def test_dss_says_baseline_lta_for_the_signatures_of_a_primary_year(answers):
    signatures = answers["signed"]["pades"]["signatures"]
    assert len(signatures) == 3
    for signature in signatures:
        assert signature["indication"] == "TOTAL_PASSED", signature
        assert signature["level"] == "PAdES_BASELINE_LTA"
        assert not signature["warnings"]
        assert not signature["errors"]
