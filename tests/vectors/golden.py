"""What every folder of golden records does with its cases: files by name, written where asked.

files = files_of(CASES, salts=1)          # CASES: name -> function of a salt
write(files, Path(__file__).parent)
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from hocba.issuance.record import record_bytes
from verifier.formats.canonical import JsonObject
from verifier.formats.record import fields_root, record_digest


def files_of(cases: Mapping[str, Callable[[bytes], JsonObject]], *, salts: int) -> dict[str, bytes]:
    """Return every file by name; the salt of a case is its number, counted from `salts`."""
    files: dict[str, bytes] = {}
    digests = {}
    for number, (name, make) in enumerate(cases.items(), start=salts):
        record = make(bytes([number]) * 32)
        data = record_bytes(record)
        files[f"{name}.json"] = data
        digests[name] = {"sha256": record_digest(data), "fields_root": fields_root(record).hex()}
    files["digests.json"] = (json.dumps(digests, indent=2) + "\n").encode()
    return files


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files into the folder, or into the one that the command line names."""
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else folder
    for name, data in files.items():
        (place / name).write_bytes(data)
