"""The spine: marks become signed, sealed, anchored transcripts that a stranger can verify.

    found(load(), at=now())                                   # once: keys, PKI, contract, tables
    with open_workplace(load()) as wp:
        enrol_school(wp, read_school_file(path), at=now())    # people, classes, appointments
        write_marks(wp, read_marks(wp, data, file="6A1.xlsx"), actor="command", at=now())
        with wp.database.transaction() as db:
            target = find_class(db, class_name="6A1")
        freeze(wp, target, by="GV02", at=now())
        with wp.database.transaction() as db:
            frozen = find_frozen(db, target)
        for role, staff in (("homeroom", "GV02"), ("principal", "HT")):
            offer = propose(wp, frozen, role=role, staff=staff, at=now())
            sign(wp, offer, pin=pin, clock=now)
        apply_seal(wp, propose_seal(wp, frozen, staff="HT", at=now()), pin=pin, clock=now)
        run_until_idle(wp.database, wp)                       # anchor, receipt, release
        export_released(wp, folder)

Read `stages.py` first, then one file per stage in its order: marks, record, document,
approval, seal, batch, anchor, receipt, release. Every step may be repeated: what is done
is not done again, and a run that was killed is finished by the same call.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hocba.issuance.anchor import anchor_pending
    from hocba.issuance.approval import propose, sign
    from hocba.issuance.attest import attest_version
    from hocba.issuance.audit import run_audit
    from hocba.issuance.enrol import enrol_school
    from hocba.issuance.export import export_released
    from hocba.issuance.founding import found
    from hocba.issuance.marks import freeze
    from hocba.issuance.online import online_sources
    from hocba.issuance.release import release_batch
    from hocba.issuance.returns import ReturnRequest, open_for_correction, return_class
    from hocba.issuance.school_file import read_school_file
    from hocba.issuance.seal import apply_seal, propose_seal
    from hocba.issuance.sheets import class_template, read_marks, write_marks
    from hocba.issuance.targets import find_class, find_frozen, find_school
    from hocba.issuance.withdraw import StatusRequest, withdraw_issued
    from hocba.issuance.workplace import Workplace, open_workplace

__all__ = [
    "ReturnRequest",
    "StatusRequest",
    "Workplace",
    "anchor_pending",
    "apply_seal",
    "attest_version",
    "class_template",
    "enrol_school",
    "export_released",
    "find_class",
    "find_frozen",
    "find_school",
    "found",
    "freeze",
    "online_sources",
    "open_for_correction",
    "open_workplace",
    "propose",
    "propose_seal",
    "read_marks",
    "read_school_file",
    "release_batch",
    "return_class",
    "run_audit",
    "sign",
    "withdraw_issued",
    "write_marks",
]

_PLACES = {
    "anchor": ("anchor_pending",),
    "approval": ("propose", "sign"),
    "attest": ("attest_version",),
    "audit": ("run_audit",),
    "enrol": ("enrol_school",),
    "export": ("export_released",),
    "founding": ("found",),
    "marks": ("freeze",),
    "online": ("online_sources",),
    "release": ("release_batch",),
    "returns": ("ReturnRequest", "open_for_correction", "return_class"),
    "school_file": ("read_school_file",),
    "seal": ("apply_seal", "propose_seal"),
    "sheets": ("class_template", "read_marks", "write_marks"),
    "targets": ("find_class", "find_frozen", "find_school"),
    "withdraw": ("StatusRequest", "withdraw_issued"),
    "workplace": ("Workplace", "open_workplace"),
}
_MODULE_OF = {name: module for module, names in _PLACES.items() for name in names}


def __getattr__(name: str) -> Any:  # noqa: ANN401  # PEP 562: each name has its own type above
    """Load a name when it is first used: the tables alone should not load a chain."""
    if name not in _MODULE_OF:
        raise AttributeError(name)
    return getattr(import_module(f"hocba.issuance.{_MODULE_OF[name]}"), name)
