"""Reports of every kind and a trusted root of an empty realm, for tests of the frame.

guard = ScriptedGuard({b"genuine": report_of("valid")})
"""

from dataclasses import replace
from datetime import UTC, datetime

from fakes.records import sample_record

from verifier.formats.trusted_root import ContractRef, LogKey, TrustedRoot
from verifier.report import CHECK_IDS, Check, Report, Status
from verifier.verdict import Facts, decide, summary

NOW = datetime(2026, 6, 5, 2, 30, tzinfo=UTC)
P, F, N = Status.PASSED, Status.FAILED, Status.NOT_CHECKED
SOUND = {
    "1": "1.sound",
    "2": "2.as_built",
    "3": "3.signatures_hold",
    "4": "4.roles_hold",
    "5": "5.nothing_added",
    "6": "6.same",
    "7a": "7a.same_leaf",
    "7b": "7b.in_log",
    "7c": "7c.sealed_by_school",
    "7d": "7d.on_chain",
    "8": "8.good",
    "9": "9.same",
}


def empty_trust(*, demo=True, realm="demo.hocba.test"):
    """A trusted root that trusts nobody."""
    return TrustedRoot(
        realm=realm,
        demo=demo,
        version=1,
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        valid_to=datetime(2027, 1, 1, tzinfo=UTC),
        authorities=(),
        appointment_keys=(),
        attest_keys=(),
        log_key=LogKey("demo.hocba.test/log", bytes(32)),
        contract=ContractRef(1337, "00" * 32, "0x" + "00" * 20, 0),
        templates=(),
        policies=(),
        algorithms=(),
    )


def checks(*changes):
    """All checks passed (7e not checked), but for the changes."""
    found = {i: Check(i, P, code) for i, code in SOUND.items()}
    found["7e"] = Check("7e", N, "7e.no_witness")
    found.update({change.id: change for change in changes})
    return found


def report_of(*changes, facts=None, trust=None, **parts):
    """A whole report over these checks, with the verdict that they give."""
    facts, trust = facts or Facts(), trust or empty_trust()
    found = checks(*changes)
    found["7"] = summary(found, facts)
    listed = tuple(found[i] for i in CHECK_IDS)
    verdict, notes = decide(listed, facts)
    sound = all(found[i].status is P for i in "123456")
    made = Report(
        realm=trust.realm,
        demo=trust.demo,
        file="hoc-ba.pdf",
        sha256="ab" * 32,
        verdict=verdict,
        notes=notes,
        checks=listed,
        as_of="2026-06-05T02:30:00Z",
        record=sample_record() if sound else None,
        verifier={"name": "hocba-verify", "version": "0.1.0", "trusted_root": "1"},
    )
    return replace(made, **parts)


def unreached(*ids):
    """Checks that another's failure kept from running."""
    return [Check(i, N, f"{i}.not_reached") for i in ids]


STATES = {
    "valid": report_of(),
    "valid_note": report_of(
        Check("8", F, "8.superseded"), Check("9", N, "9.not_checked"), facts=Facts(issued_late=True)
    ),
    "forged": report_of(
        Check("3", F, "3.wrong_digest", "HASH_FAILURE"), Check("6", F, "6.differs")
    ),
    "resaved": report_of(
        Check("2", F, "2.resaved"), *unreached("3", "4", "5", "6"), facts=Facts(resaved=True)
    ),
    "not_pdf": report_of(Check("1", F, "1.not_pdf"), *unreached(*SOUND.keys() - {"1"})),
    "withdrawn": report_of(Check("8", F, "8.withdrawn")),
    "pending": report_of(
        *unreached("7a", "7b", "7c", "7d", "8"), facts=Facts(receipt_missing=True)
    ),
    "dispute": report_of(Check("9", F, "9.different")),
    "outage": report_of(
        Check("7d", N, "7d.unreachable"),
        Check("8", N, "8.unreachable"),
        Check("9", N, "9.unreachable"),
    ),
}


class ScriptedGuard:
    """Answers by the bytes of the upload; keeps nothing but their sizes."""

    def __init__(self, answers=None):
        self.answers = answers or {name.encode(): report for name, report in STATES.items()}
        self.sizes = []

    def verify(self, data, *, trust, file=None, **_):
        self.sizes.append(len(data))
        return replace(self.answers[data], file=file, demo=trust.demo, realm=trust.realm)

    def close(self):
        pass
