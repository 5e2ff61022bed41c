"""veraPDF on unsigned documents: PDF/A-3b whatever the record, before anybody signs."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from fakes.broken import unsigned
from fakes.records import sample_record, subject

pytestmark = pytest.mark.interop

SHARED = Path(os.environ.get("HOCBA_SHARED", Path(__file__).parents[3] / "shared"))
ORACLE = SHARED / "tools" / "oracle" / "oracle"


def test_documents_are_pdf_a_3b(tmp_path):
    if not ORACLE.exists() or shutil.which("java") is None:
        pytest.skip("no oracle here: veraPDF needs Java and HOCBA_SHARED")
    rows = [subject(f"S{i:02}", f"Môn {i}", comment="Em chăm ngoan. " * 40) for i in range(16)]
    records = {
        "plain": sample_record(),
        "long": sample_record(subjects=rows),
        "letters": sample_record(**{"/pupil/name": "Y Ƀlô Niê Êƀan H’Mŏ m̆"}),
    }
    for name, record in records.items():
        (tmp_path / f"{name}.pdf").write_bytes(unsigned(record))
    paths = sorted(map(str, tmp_path.glob("*.pdf")))
    command = [str(ORACLE), "--no-render", "--flavour", "3b", *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(records)
    for answer in answers:
        assert answer["pdfa"]["compliant"], answer
