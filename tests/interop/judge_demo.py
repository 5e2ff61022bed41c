"""What foreign judges say of the demo's files, in one table beside our own answer.

    ./dev demo --once && python tests/interop/judge_demo.py var/demo > docs/judges.md

EU DSS (with `--strict`, so that changes after signing count), pyHanko's plain validation with
its difference analysis, and pdfsig; only the demo's roots are trusted. Ends with status 1
unless every transcript is TOTAL_PASSED at PAdES-BASELINE-LTA in each signature, PDF/A-3b, and
valid to the others. Not part of the gate, where a sample is judged.
"""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

SHARED = Path(os.environ.get("HOCBA_SHARED", Path(__file__).parents[3] / "shared"))
ORACLE = SHARED / "tools" / "oracle" / "oracle"


def main(home: Path) -> int:
    """Judge everything under a demo's home and print the page."""
    expected = json.loads((home / "expected.json").read_text(encoding="utf-8"))
    genuine = sorted(name for name in expected if name.startswith("transcripts/"))
    told = json.loads((home / "story" / "expected.json").read_text(encoding="utf-8"))
    story = sorted(told)
    forged = sorted(name for name in expected if name.startswith("forgeries/"))
    roots = [x509.Certificate.load(der) for path in sorted((home / "trust").glob("*.pem"))
             for _, _, der in pem.unarmor(path.read_bytes(), multiple=True)]  # fmt: skip
    with tempfile.TemporaryDirectory() as nss:
        trusted(Path(nss), home / "trust")
        by_dss = dss(home, genuine + story, []), dss(home, forged, ["--strict"])
        rows = [(name, by_dss[0][name], pyhanko(home / name, roots), pdfsig(home / name, nss))
                for name in genuine + story]  # fmt: skip
        false = [(name, by_dss[1][name], pyhanko(home / name, roots), pdfsig(home / name, nss))
                 for name in forged]  # fmt: skip
    rows, years = rows[: len(genuine)], rows[len(genuine) :]
    good, lived = ([row for row in some if sound(row, least)] for some, least in
                   ((rows, 3), (years, 2)))  # fmt: skip
    print("# What foreign judges say\n")
    print("Made by `tests/interop/judge_demo.py`; only the demo's roots are trusted.\n")
    print(
        f"Transcripts of the demo: {len(rows)}. EU DSS TOTAL_PASSED at PAdES-BASELINE-LTA for all"
    )
    print("three signatures without warning, veraPDF PDF/A-3b compliant, plain pyHanko and pdfsig")
    print(f"valid: **{len(good)} of {len(rows)}**.\n")
    print("One pupil's three years (years, first term, identity pages, completed book; identity")
    print("and book without a homeroom teacher), judged alike, over all signatures of each: "
          f"**{len(lived)} of {len(years)}**.\n")  # fmt: skip
    print('The forgeries, where "valid" is the judge\'s own word. None of them knows a form, an')
    print("appointment or a ledger, so a genuine signature over the wrong thing passes there.\n")
    print("| Forgery | Ours | Checks that fail | EU DSS, strict | pyHanko | pdfsig |")
    print("|---|---|---|---|---|---|")
    for name, answer, hanko, poppler in false:
        ours = expected[name]
        failed = ", ".join(ours["failed_checks"]) or "-"
        print(f"| {Path(name).stem} | {ours['verdict']} | {failed} | {said(answer)} "
              f"| {hanko} | {poppler} |")  # fmt: skip
    return 0 if (len(good), len(lived)) == (len(rows), len(years)) else 1


def dss(home: Path, names: list[str], options: list[str]) -> dict[str, dict]:
    """EU DSS and veraPDF, one process for all files."""
    command = [str(ORACLE), "--trust", str(home / "trust"), "--no-render", *options, "-"]
    asked = "".join(f"{home / name}\n" for name in names)
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return dict(zip(names, answers, strict=True))


def sound(row: tuple, least: int) -> bool:
    """Whether a file with at least so many signatures pleases all judges."""
    _, answer, hanko, poppler = row
    signatures, stamps = answer["pades"]["signatures"], answer["pades"]["timestamps"]
    return (
        len(signatures) >= least
        and all(s["indication"] == "TOTAL_PASSED" for s in signatures)
        and all(s["level"] == "PAdES_BASELINE_LTA" and not s["warnings"] for s in signatures)
        and all(t["indication"] == "PASSED" and not t["warnings"] for t in stamps)
        and answer["pdfa"]["compliant"]
        and (hanko, poppler) == ("valid", "valid")
    )


def said(answer: dict) -> str:
    """One cell: what DSS found of the signatures and timestamps."""
    if answer["pades"]["error"]:
        return "error: " + answer["pades"]["error"]["type"]
    found = Counter(
        f"{s['indication']} {s['sub_indication'] or ''}".strip()
        for s in answer["pades"]["signatures"]
    )
    bad = [t["indication"] for t in answer["pades"]["timestamps"] if t["indication"] != "PASSED"]
    told = [f"{count} x {what}" for what, count in found.items()]
    return "; ".join([*told, *(f"timestamp {one}" for one in bad)])


def pyhanko(path: Path, roots: list) -> str:
    """Plain validation of all signatures, difference analysis included."""
    try:
        reader = PdfFileReader(io.BytesIO(path.read_bytes()))
        context = ValidationContext(trust_roots=roots, allow_fetching=False)
        lines = [
            validate_pdf_signature(signature, context, context).bottom_line
            for signature in reader.embedded_regular_signatures
        ]
    except Exception as error:  # noqa: BLE001  # whatever it is, it is that judge's answer
        return f"error: {type(error).__name__}"
    return "valid" if lines and all(lines) else "not valid"


def trusted(nss: Path, folder: Path) -> None:
    """An NSS folder for pdfsig that trusts the demo's roots alone."""
    subprocess.run(["certutil", "-N", "-d", nss, "--empty-password"], check=True)
    for path in sorted(folder.glob("*.pem")):
        command = ["certutil", "-A", "-d", nss, "-n", path.stem, "-t", "C,C,C", "-a", "-i", path]
        subprocess.run(command, check=True)


def pdfsig(path: Path, nss: str) -> str:
    """Poppler's opinion of the signatures; it cannot judge document timestamps."""
    if shutil.which("pdfsig") is None:
        return "absent"
    command = ["pdfsig", "-nssdir", nss, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    blocks = re.split(r"^Signature #\d+:", done.stdout, flags=re.MULTILINE)[1:]
    found = [one for one in blocks if "Field Name: dts_" not in one]
    good = all("Signature is Valid." in one for one in found)
    return "valid" if found and good else "not valid"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
