"""Verify Vietnamese digital transcripts (học bạ số), alone: no account, no server of ours.

    from pathlib import Path
    from datetime import UTC, datetime
    from verifier import TrustedRoot, Verdict, verify

    trust = TrustedRoot.parse(Path("trusted_root.json").read_bytes())
    report = verify(Path("hocba.pdf").read_bytes(), trust=trust, now=datetime.now(UTC))
    report.verdict is Verdict.VALID
    report.check("6").code              # "6.same"
    report.to_line()                    # one line of canonical JSON, `hocba.report/1`

Without outside sources the answer for a genuine file is *could not check*: the ledger and
the status have to be asked. `verifier.connect` builds the sources, `verifier.guard` runs
the same in a child with limits for files of strangers, `hocba-verify` is the command and
`verifier.web` the page. The order of the checks is told in `verifier.verify`, the table
from checks to verdict in `verifier.verdict`.
"""

from verifier.answers import Answers, Online, Question
from verifier.formats.trusted_root import TrustedRoot
from verifier.report import Check, Report, Status, Verdict
from verifier.verify import verify

__all__ = [
    "Answers",
    "Check",
    "Online",
    "Question",
    "Report",
    "Status",
    "TrustedRoot",
    "Verdict",
    "verify",
]
