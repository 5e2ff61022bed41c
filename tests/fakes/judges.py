"""Files before foreign judges: EU DSS and veraPDF, in one process for all of them.

answers = judged(folder, {"plain": record}, signed={"signed": record})
answers["signed"]["pades"]["signatures"][0]["indication"]
document(record), signed_file(record)          # the files themselves
"""

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.world import the_world

from hocba.documents.writer import render
from signing import pades
from verifier.formats.canonical import canonical
from verifier.templates import load

SHARED = Path(os.environ.get("HOCBA_SHARED", Path(__file__).parents[3] / "shared"))
ORACLE = SHARED / "tools" / "oracle" / "oracle"
RECEIPT = b'{"receipt":"' + b"x" * 3000 + b'"}'


def judged(folder, plain, *, signed):
    """What the oracle says of each record's document, by name; `signed` are signed first."""
    if not ORACLE.exists() or shutil.which("java") is None:
        pytest.skip(f"EU DSS and veraPDF need Java and {ORACLE}")
    the_world().pki.export_roots(folder / "trust")
    files = {name: document(record) for name, record in plain.items()}
    files |= {name: signed_file(record) for name, record in signed.items()}
    for name, data in files.items():
        (folder / f"{name}.pdf").write_bytes(data)
    paths = [str(folder / f"{name}.pdf") for name in files]
    command = [str(ORACLE), "--trust", str(folder / "trust"), "--no-render", "--flavour", "3b"]
    done = subprocess.run(
        [*command, *paths], capture_output=True, text=True, check=True, timeout=300
    )
    return dict(zip(files, map(json.loads, done.stdout.splitlines()), strict=True))


def document(record):
    """The unsigned file of a record, on the installed template."""
    template = load(record["template"]["id"])
    given = {**record, "template": {"id": template.id, "hash": template.hash}}
    return render(canonical(given), template)


def signed_file(record):
    """Signed, sealed, with a receipt of the usual size, evidence and a timestamp."""
    world, form = the_world(), record["template"]["id"]
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=15)
    day = (start + timedelta(hours=7)).date().isoformat()
    signers = [world.signer(role) for role in record["signers"]]
    data = world.signed(signers, at=start, document=document({**record, "issued_on": day}),
                        form=form)  # fmt: skip
    data = pades.embed_receipt(data, load(form).seal_step, RECEIPT)
    return world.finished(data, signers, at=start + timedelta(minutes=5), form=form)
