"""Check 9: what the sector database attests, in its own signed words.

`same` passes; `different` and `unknown` open a dispute and never make a genuine file
false by themselves. An attestation that is not signed by a key of the trusted root, that
answers another question or is older than a day says nothing: not checked.
"""

from datetime import timedelta

from verifier.context import Context
from verifier.errors import VerifierError
from verifier.formats.attestation import DIFFERENT, SAME, Attestation
from verifier.formats.jws import verify_jws
from verifier.formats.times import parse_time
from verifier.report import Check, Status

MAX_AGE = timedelta(days=1)
MAX_AHEAD = timedelta(minutes=10)
NOT_CHECKED = Status.NOT_CHECKED


def check(ctx: Context) -> list[Check]:
    """The check."""
    token = ctx.answers.attestation
    if not isinstance(token, str):
        return [Check("9", NOT_CHECKED, f"9.{ctx.answers.attestation_problem or 'not_asked'}")]
    try:
        payload = verify_jws(token, ctx.trust.attest_keys, at=ctx.now)
        attestation = Attestation.parse(payload)
    except VerifierError as error:
        return [Check("9", NOT_CHECKED, "9.not_signed", detail=error.code)]
    return [_answer(ctx, attestation)]


def _answer(ctx: Context, attestation: Attestation) -> Check:
    asked = (ctx.trust.realm, ctx.record["record_id"], ctx.record["version"], ctx.record_digest)
    answered = (
        attestation.realm,
        attestation.record_id,
        attestation.version,
        attestation.digest,
    )
    if asked != answered:
        return Check("9", NOT_CHECKED, "9.other_question")
    age = ctx.now - parse_time(attestation.as_of)
    if not -MAX_AHEAD <= age <= MAX_AGE:
        return Check("9", NOT_CHECKED, "9.stale", detail=attestation.as_of)
    if attestation.answer == SAME:
        return Check("9", Status.PASSED, "9.same", detail=attestation.as_of)
    code = "9.different" if attestation.answer == DIFFERENT else "9.unknown"
    return Check("9", Status.FAILED, code, detail=attestation.as_of)
