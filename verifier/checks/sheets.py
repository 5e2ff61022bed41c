"""Part of check 4: who stood for each mark, where the policy asks subject teachers to sign.

Each item of the record's `mark_sheets` is judged on its own:

1. the row stands in the sheet, and the sheet's CAdES is a subject teacher's, appointed by
   the department for this school, class and subject, and older than the seal;
2. sheet and row are about this school, class and pupil;
3. the row's result is what the record states for that subject and term;
4. there is one row for each subject and term at most, and where the policy requires them,
   exactly one for every result of this school that is not exempt.

A certificate's status is not looked for: a sheet carries none. A teacher's key that was
lost is answered by a new sheet and, after issue, by check 8.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from verifier.errors import UnknownFormatError, VerifierError
from verifier.formats.appointment import class_scope, subject_scope
from verifier.formats.cades import SealSigner, verify_detached
from verifier.formats.canonical import Json
from verifier.formats.marksheet import TERMS, RowProof
from verifier.formats.policy import TEACHER, PolicyStep
from verifier.formats.trusted_root import TrustedRoot

Problem = tuple[str, str]
"""Code without the check's number, and where."""
Place = tuple[str, int]
"""Subject and term."""
EXEMPT = "M"


def judge_sheets(
    record: Mapping[str, Any], step: PolicyStep | None, trust: TrustedRoot, *, at: datetime
) -> Iterator[Problem]:
    """Yield everything that is wrong with the record's mark sheets; `at` is when it was sealed.

    Raises:
        UnknownFormatError: a sheet of a newer type.
    """
    items = record.get("mark_sheets")
    if items is None:
        return
    if step is None:
        if items:
            yield "sheet_not_asked", "/mark_sheets"
        return
    stated = {
        (subject["code"], term): subject.get(f"term{term}")
        for subject in record["subjects"]
        for term in TERMS
    }
    seen: set[Place] = set()
    for number, item in enumerate(items):
        where = f"/mark_sheets/{number}"
        try:
            proof, signer = _opened(item, trust, at)
        except UnknownFormatError:
            raise
        except VerifierError as error:
            yield "sheet_not_signed", f"{where}: {error.code}"
            continue
        place = (proof.sheet.subject, proof.sheet.term)
        if place in seen:
            yield "sheet_repeated", where
        seen.add(place)
        yield from ((code, where) for code in _differences(record, stated, proof, signer))
    if step.required:
        yield from _missing(stated, seen | _elsewhere(record))


def _opened(item: Json, trust: TrustedRoot, at: datetime) -> tuple[RowProof, SealSigner]:
    """(1) The row is in the sheet, the sheet is signed."""
    proof = RowProof.from_object(item)
    proof.check_inclusion()
    return proof, verify_detached(proof.cades, proof.sheet.to_bytes(), trust, at)


def _missing(stated: Mapping[Place, str | None], seen: set[Place]) -> Iterator[Problem]:
    """(4) Every result that is not exempt has somebody who stands for it."""
    for place, value in stated.items():
        if value not in (None, EXEMPT) and place not in seen:
            yield "sheet_missing", f"{place[0]}/{place[1]}"


def _elsewhere(record: Mapping[str, Any]) -> set[Place]:
    """First-term results that another school signed come as sources, not as sheets."""
    return {(subject["code"], 1) for subject in record["subjects"] if record["sources"]}


def _differences(
    record: Mapping[str, Any],
    stated: Mapping[Place, str | None],
    proof: RowProof,
    signer: SealSigner,
) -> list[str]:
    """Return the codes of everything in which sheet, row, signer and record differ."""
    sheet, row, appointment = proof.sheet, proof.row, signer.appointment
    scope = class_scope(record["school_year"], record["class"])
    same = {
        "sheet_other_class": (sheet.realm, sheet.school, sheet.class_scope)
        == (record["realm"], record["school"]["code"], scope),
        "sheet_other_pupil": row.pupil == record["pupil"]["code"],
        "sheet_other_row": (row.subject, row.term) == (sheet.subject, sheet.term),
        "sheet_differs": stated.get((sheet.subject, sheet.term)) == row.result,
        "sheet_other_teacher": appointment.fills(TEACHER)
        and appointment.school.code == sheet.school
        and appointment.scope == subject_scope(sheet.class_scope, sheet.subject),
    }
    return [code for code, holds in same.items() if not holds]
