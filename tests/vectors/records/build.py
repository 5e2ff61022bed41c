"""Golden records of kind `year`: bytes, digest and root that must never change.

    python tests/vectors/records/build.py [FOLDER]     # writes *.json and digests.json

Three years: an ordinary one; a last grade with an adjusted level, an exemption and a
pupil of whom only the year of birth is known; a supplement after a re-test in summer.
A change of any byte means that records already issued would be read differently.
"""

import json
import sys
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from hocba.issuance.kinds.secondary_year import SubjectLine, Texts, year_body
from hocba.issuance.record import (
    Forms,
    PupilFacts,
    RecordHead,
    SchoolFacts,
    Series,
    build_record,
    record_bytes,
)
from hocba.sector.assessment import (
    Level,
    PupilYear,
    SubjectMarks,
    TermMarks,
    YearAssessment,
    assess_year,
    regulation,
)
from hocba.sector.subjects import thcs_subjects
from verifier.formats.canonical import JsonObject
from verifier.formats.record import fields_root, record_digest

TT22 = regulation("tt22-2021", "1", level="thcs")
SCHOOL = SchoolFacts(
    "31-11311-01",
    "Trường THCS Lê Quý Đôn",
    "Phường Hồng Bàng",
    "Thành phố Hải Phòng",
    "0200311311",
)


def year(grade: int, marks: dict[str, str], **changes: object) -> PupilYear:
    """Return a year in which every mark of a subject is the same."""
    rows = []
    for subject in thcs_subjects(grade):
        if not subject.required:
            continue
        mark = marks.get(subject.code, "8.4" if subject.mode == "score" else "Đ")
        term = TermMarks((mark,) * subject.regular_marks(TT22), mark, mark)
        rows.append(SubjectMarks(subject.code, subject.mode, term, term))
    plain = PupilYear(grade, tuple(rows), Level("T"), Level("T"), 3)
    return replace(plain, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Year:
    """What a record of a year is made of."""

    head: RecordHead
    assessment: YearAssessment
    lines: dict[str, SubjectLine]
    texts: Texts
    previous: str = "first"

    def record(self, salt: bytes) -> JsonObject:
        """Return the record."""
        previous = {"none": self.previous}
        body = year_body(self.assessment, self.lines, self.texts, previous_year=previous)
        return build_record(self.head, body, salt=salt)


def ordinary() -> Year:
    """Return the year of a pupil of grade 6 with a title."""
    pupil_year = year(6, {"TOAN": "9.1", "VAN": "7.9"})
    head = RecordHead(
        realm="demo.hocba.test",
        kind="year",
        series=Series(
            UUID("5f0c2f9e-3f63-4b5e-9a39-0f6f3d1f7a10"),
            UUID("8b8a7c55-6d0e-4f0f-8f6d-1c1f5a3f2b21"),
            "31-25-2-0000042-39",
        ),
        school=SCHOOL,
        level="thcs",
        school_year="2025-2026",
        grade=6,
        class_name="6A1",
        forms=Forms(("tt22-2021", "1"), "thcs-year-tt22-1", "00" * 32, "thcs-year-2026-1"),
        issued_on=date(2026, 5, 31),
        place="Hải Phòng",
        pupil=PupilFacts(
            "3110000001", "Nguyễn Thị Minh Khuê", "2014-09-05", "031214000001", "125/THCS"
        ),
    )
    lines = {
        subject.code: SubjectLine(subject.name, "Chăm chỉ, tiến bộ đều.", "Phạm Thị Hằng")
        for subject in thcs_subjects(6)
    }
    texts = Texts("Ngoan, lễ phép, có ý thức tự học.", contests="Giải Ba Toán cấp trường")
    return Year(head, assess_year(pupil_year, TT22), lines, texts)


def last_grade() -> Year:
    """Return the last year of a pupil with one weak subject and one exemption."""
    pupil_year = year(9, {"TIN": "4.6", "GDTC": "M"}, absences=45)
    head = replace(
        ordinary().head,
        grade=9,
        class_name="9A2",
        pupil=PupilFacts("3110000002", "Y Ƀlô Niê", "2011"),
    )
    lines = {subject.code: SubjectLine(subject.name) for subject in thcs_subjects(9)}
    texts = Texts("Có cố gắng.", certificates="Nghề phổ thông", certificate_grade="Khá")
    return Year(head, assess_year(pupil_year, TT22), lines, texts, previous="paper")


def supplement() -> Year:
    """Return the second version of a year, after a re-test in summer."""
    pupil_year = year(7, {"TOAN": "3.2", "VAN": "3.4"})
    again = {"TOAN": "5.5", "VAN": "6.0"}
    rows = tuple(replace(row, retest=again.get(row.code)) for row in pupil_year.subjects)
    first = ordinary()
    head = replace(
        first.head,
        series=replace(first.head.series, version=2, event="supplement", previous_leaf="ab" * 32),
        grade=7,
        class_name="7/3",
        issued_on=date(2026, 8, 15),
        pupil=PupilFacts("3110000003", "H'Bia Ksor", "2013-02"),
        issuer=replace(SCHOOL, name="Trường THCS Lê Quý Đôn – Hồng Bàng"),
    )
    assessment = assess_year(replace(pupil_year, subjects=rows), TT22)
    return replace(first, head=head, assessment=assessment)


CASES = {"ordinary": ordinary, "last-grade": last_grade, "supplement": supplement}


def build() -> dict[str, bytes]:
    """Return every file by name."""
    files: dict[str, bytes] = {}
    digests = {}
    for number, (name, make) in enumerate(CASES.items()):
        record = make().record(bytes([number + 1]) * 32)
        data = record_bytes(record)
        files[f"{name}.json"] = data
        digests[name] = {"sha256": record_digest(data), "fields_root": fields_root(record).hex()}
    files["digests.json"] = (json.dumps(digests, indent=2) + "\n").encode()
    return files


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, data in build().items():
        (folder / name).write_bytes(data)
