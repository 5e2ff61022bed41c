"""Read a file of ours: template, record, pages, signatures, evidence, and what is wrong.

    pdf = parse(data)
    pdf.record_bytes, pdf.signatures, pdf.problems

Everything is rebuilt from the values that were read and compared byte by byte, so what
the comparison passes has no other content. A difference does not end the reading: it is
kept as a `Problem` of the check that it belongs to (2 up to the seal, 5 after it), and
the other checks judge the values as they stand.

1. the header names a registered template, and its constant bytes stand there;
2. revision 0: page tree, attached record, page contents, table, trailer;
3. one update for each signature, in the order of the policy's steps;
4. after the seal only updates of /DSS and document timestamp;
5. nothing behind the last `%%EOF`.
"""

import re

from verifier.errors import FormatError, VerifierError
from verifier.formats.canonical import parse_json
from verifier.formats.pdf import body
from verifier.formats.pdf.limits import MAX_PAGES_READ, MAX_SIZE
from verifier.formats.pdf.parsed import Dss, ParsedPdf, ParsedSignature, ParsedTimestamp, Problem
from verifier.formats.pdf.reading import read_updates
from verifier.formats.pdf.update import Evidence
from verifier.formats.pdf.walk import RawRevision, walk
from verifier.templates import Template, load

_HEADER = re.compile(
    rb"%PDF-1\.7\n%\xe2\xe3\xcf\xd3\n%hocba\.template/1 ([a-z0-9][a-z0-9.-]{0,63})\n"
)
_MODIFIED = re.compile(rb"/ModDate\(D:(\d{8})000000Z\)")


def parse(data: bytes) -> ParsedPdf:
    """Take a file of ours apart.

    Raises:
        FormatError: `1.too_large`, `1.too_many_objects`, or `2.not_ours` where the file does
            not even claim to be ours.
        UnknownFormatError: `template.unknown` where it claims a template that is not registered.
    """
    if len(data) > MAX_SIZE:
        raise FormatError("1.too_large", str(len(data)))
    template = identify(data)
    problems: list[Problem] = []
    if not data.startswith(template.prefix):
        problems.append(Problem("2", "2.constant_part_differs"))
    walked = walk(data, min(len(template.prefix), len(data)))
    first = walked.revisions[0] if walked.revisions else walked.rest
    record, contents = _read_body(data, template, first, problems)
    updates = read_updates(data, template, walked, problems)
    evidence = updates.state.evidence
    return ParsedPdf(
        template=template,
        record_bytes=record,
        contents=contents,
        signatures=updates.signatures,
        timestamps=updates.timestamps,
        dss=Dss(*(tuple(der for _, der in kind) for kind in _kinds(evidence))),
        problems=tuple(problems),
        state=updates.state,
        walk=walked,
        sealed_end=updates.sealed_end,
    )


def identify(data: bytes) -> Template:
    """The template that the file's header names.

    Raises:
        FormatError: `2.not_ours`.
        UnknownFormatError: `template.unknown`.
    """
    header = _HEADER.match(data)
    if header is None:
        raise FormatError("2.not_ours")
    return load(header[1].decode("ascii"))


def _read_body(
    data: bytes, template: Template, first: RawRevision | None, problems: list[Problem]
) -> tuple[bytes | None, tuple[bytes, ...]]:
    """Record and page contents of revision 0; compares the whole revision."""
    if first is None:
        problems.append(Problem("2", "2.no_document"))
        return None, ()
    attached = first.find(body.record_object(template))
    record = None
    if attached is not None and attached.stream is not None:
        record = data[slice(*attached.stream)]
    contents = _contents(data, template, first)
    if record is None:
        problems.append(Problem("2", "2.no_record"))
    elif len(contents) < len(template.page_objects):
        problems.append(Problem("2", "2.page_missing"))
    else:
        found = _MODIFIED.search(attached.head if attached is not None else b"")
        modified = _issued_on(record) or (b"" if found is None else found[1])
        if body.body(template, record, contents, modified) != data[: first.end]:
            problems.append(Problem("2", "2.document_differs"))
    return record, contents


def _contents(data: bytes, template: Template, first: RawRevision) -> tuple[bytes, ...]:
    """The content of each page for as long as the numbers go on."""
    streams = {found.number: found.stream for found in reversed(first.objects)}
    contents: list[bytes] = []
    for number in body.content_objects(template, MAX_PAGES_READ):
        place = streams.get(number)
        if place is None:
            break
        contents.append(data[slice(*place)])
    return tuple(contents)


def _issued_on(record: bytes) -> bytes | None:
    """The record's date as it stands in /ModDate; None where it cannot be read."""
    try:
        value = parse_json(record)["issued_on"].replace("-", "")
        return bytes(value.encode("ascii"))
    except (VerifierError, LookupError, TypeError, AttributeError, UnicodeEncodeError):
        return None


def _kinds(evidence: Evidence) -> tuple[tuple[tuple[int, bytes], ...], ...]:
    return evidence.certs, evidence.ocsps, evidence.crls


__all__ = ["ParsedPdf", "ParsedSignature", "ParsedTimestamp", "Problem", "parse"]
