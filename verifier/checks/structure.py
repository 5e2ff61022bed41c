"""Check 2: the file is built on a registered template, byte for byte, up to its seal.

1. the header names a template of this verifier, and the realm's trusted root accepts it;
2. the record names the same template by hash;
3. constant part, document and each signature revision equal what `formats/pdf` builds from
   the values in them.

A template that this verifier or the trusted root does not know is *not checked*: the file
may be newer than the verifier. A file that names no template of ours is refused; the
diagnosis of what it is instead is made elsewhere.
"""

from verifier.context import Context
from verifier.errors import FormatError, UnknownFormatError, VerifierError
from verifier.formats.canonical import parse_json
from verifier.formats.display import resolve
from verifier.report import Check, Status


def check(ctx: Context) -> list[Check]:
    """Judge the structure."""
    if ctx.pdf is None:
        return [_refused(ctx.parse_error)]
    template = ctx.pdf.template
    accepted = {(known.id, known.hash) for known in ctx.trust.templates}
    problems = [
        Check("2", Status.FAILED, problem.code, detail=problem.detail or None)
        for problem in ctx.pdf.problems_of("2")
    ]
    if not problems and (template.id, template.hash) not in accepted:
        problems = [Check("2", Status.NOT_CHECKED, "2.newer_verifier_needed", detail=template.id)]
    named = _named_template(ctx.pdf.record_bytes)
    if named is not None and named != {"id": template.id, "hash": template.hash}:
        problems.append(Check("2", Status.FAILED, "2.other_template"))
    return problems or [Check("2", Status.PASSED, "2.as_built", detail=template.id)]


def _refused(error: Exception | None) -> Check:
    if isinstance(error, UnknownFormatError):
        return Check("2", Status.NOT_CHECKED, "2.newer_verifier_needed", detail=error.detail)
    if isinstance(error, FormatError) and error.code.startswith("2."):
        return Check("2", Status.FAILED, error.code, detail=error.detail or None)
    if isinstance(error, FormatError):
        return Check("2", Status.NOT_CHECKED, "2.not_reached", detail=error.code)
    return Check("2", Status.NOT_CHECKED, "2.internal", detail=type(error).__name__)


def _named_template(record_bytes: bytes | None) -> object:
    """The template that the record names; None where the record cannot even be read."""
    try:
        record = parse_json(record_bytes or b"")
    except VerifierError:
        return None
    return resolve(record, "/template")
