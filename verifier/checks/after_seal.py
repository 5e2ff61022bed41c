"""Check 5: behind the seal stand only /DSS and document timestamps, and then the file ends.

Each revision after the seal is rebuilt from the evidence that it brings and compared, so
an overlaid page, a field filled in, a second catalogue or a stray byte has no place. A
file without a seal has nothing behind it: whether it should have one is check 4.
"""

from verifier.context import Context
from verifier.report import Check, Status


def check(ctx: Context) -> list[Check]:
    """Judge what was appended."""
    pdf = ctx.parsed
    problems = [
        Check("5", Status.FAILED, problem.code, detail=problem.detail or None)
        for problem in pdf.problems_of("5")
    ]
    if problems:
        return problems
    if pdf.sealed_end is None:
        return [Check("5", Status.NOT_CHECKED, "5.not_sealed")]
    return [Check("5", Status.PASSED, "5.nothing_added")]
