"""Check 6: what is seen is what is signed.

1. every cell of every page shows its field of the record, once, whole and in its place
   (`formats/pdf/cells.py`), and nothing else stands there;
2. every signature shows the name and title of the appointment that its CMS carries, and
   the date of its /M.

Whether the appointment may be believed is check 4; here it only has to agree with what
is drawn. A signature without a readable appointment leaves (2) open.
"""

from collections.abc import Iterator

from verifier.context import Context
from verifier.errors import VerifierError
from verifier.formats.appointment import parse_appointment
from verifier.formats.jws import token_payload
from verifier.formats.pdf.appearance import Appearance, appearance_for
from verifier.formats.pdf.cells import differences
from verifier.formats.pdf.parsed import ParsedSignature
from verifier.report import Check, Status


def check(ctx: Context) -> list[Check]:
    """Compare pages and signature appearances with the signed data."""
    pdf = ctx.parsed
    found = [
        Check("6", Status.FAILED, f"6.{difference.code}", detail=difference.where or None)
        for difference in differences(pdf.template, ctx.record, pdf.contents)
    ]
    found.extend(_appearances(ctx))
    return found or [Check("6", Status.PASSED, "6.same")]


def _appearances(ctx: Context) -> Iterator[Check]:
    for signature in ctx.parsed.signatures:
        expected = _expected(ctx, signature)
        if expected is None:
            yield Check("6", Status.NOT_CHECKED, "6.no_appointment", detail=signature.field)
        elif expected.lines != signature.appearance_lines:
            yield Check("6", Status.FAILED, "6.signer_differs", detail=signature.field)


def _expected(ctx: Context, signature: ParsedSignature) -> Appearance | None:
    try:
        token = ctx.cms(signature).appointment_jws
        if token is None:
            return None
        return appearance_for(
            parse_appointment(token_payload(token)), signature.m, ctx.parsed.template
        )
    except VerifierError:
        return None
