"""Files that break exactly one rule and are otherwise as our own programs make them.

Each function gives an unsigned document (to be signed like any other) or adds to a
finished file; so a verifier that misses the one check accepts the file.

    document = page_says("/subjects/0/year", "9.9", record)      # only check 6 can see it
    document = with_comment(unsigned(record))                    # only check 2
    document = too_many_pages(record)                            # only check 1
    data = with_harmless_update(finished)                        # only check 5
"""

import copy
from typing import Any

from fakes.records import TEMPLATE_ID, sample_record

from hocba.documents.writer import render
from verifier.formats.canonical import canonical
from verifier.formats.pdf import body, layout
from verifier.formats.pdf.parse import parse
from verifier.templates import load

Record = dict[str, Any]


def unsigned(record: Record | None = None) -> bytes:
    """The document of a record, as the writer makes it."""
    return render(canonical(record or sample_record()), load(TEMPLATE_ID))


def page_says(pointer: str, value: Any, record: Record | None = None) -> bytes:
    """A document whose pages show another value than its record, in perfect layout."""
    record = record or sample_record()
    seen = parse(unsigned(_changed(record, pointer, value)))
    return with_contents(record, list(seen.contents))


def with_contents(record: Record, contents: list[bytes]) -> bytes:
    """A document of this record with page contents of one's own."""
    modified = record["issued_on"].replace("-", "").encode("ascii")
    return body.body(load(TEMPLATE_ID), canonical(record), contents, modified)


def contents_of(record: Record) -> list[bytes]:
    """The page contents that the writer gives this record."""
    return list(parse(unsigned(record)).contents)


def with_comment(document: bytes, comment: bytes = b"% nothing\n") -> bytes:
    """A document with a comment line before its cross-reference table."""
    tail = layout.read_tail(document, len(document))
    assert tail is not None
    table = document[tail.xref_at :]
    pointer = b"startxref\n%d\n"
    moved = table.replace(pointer % tail.xref_at, pointer % (tail.xref_at + len(comment)))
    return document[: tail.xref_at] + comment + moved


def too_many_pages(record: Record | None = None) -> bytes:
    """A document in which every remark is as long as the record's form allows."""
    record = record or sample_record()
    subjects = [
        {**record["subjects"][0], "code": f"S{i:02}", "comment": "M" * 2000} for i in range(16)
    ]
    record = {**record, "subjects": subjects}
    record = _changed(record, "/comments/homeroom", "M" * 2000)
    return render(canonical(record), load(TEMPLATE_ID), max_pages=99)


def with_harmless_update(data: bytes) -> bytes:
    """A finished file with one more update, which changes nothing that is shown."""
    tail = layout.read_tail(data, len(data))
    assert tail is not None
    note = (tail.size, b"<</Note(nothing)>>")
    return data + layout.update(len(data), tail, [note], tail.size + 1)


def _changed(record: Record, pointer: str, value: Any) -> Record:
    changed = copy.deepcopy(record)
    *parts, last = pointer.strip("/").split("/")
    target: Any = changed
    for part in parts:
        target = target[int(part)] if isinstance(target, list) else target[part]
    target[int(last) if isinstance(target, list) else last] = value
    return changed
