"""Golden records of kind `year`: bytes, digest and root that must never change.

    python tests/vectors/records/build.py [FOLDER]     # writes *.json and digests.json

Every form of a year of secondary school, and the special cases: an adjusted level, an
exemption, a part of PE that a pupil is exempt from, a re-test in summer, a pupil with a
disability who is not assessed, an absence that counts as zero, a year that is repeated, a
change of class, an ethnic language, a pupil from abroad, a birth date known only by year.
A change of any byte means that records already issued would be read differently.
"""

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
)
from hocba.sector.assessment import (
    Level,
    PupilYear,
    Regulation,
    SubjectMarks,
    TermMarks,
    YearAssessment,
    assess_year,
    regulation,
)
from hocba.sector.subjects import program_subjects, thcs_subjects
from tests.vectors.golden import files_of, write
from verifier.formats.canonical import Json, JsonObject
from verifier.formats.fields import prove_fields
from verifier.formats.management_code import make_code
from verifier.formats.ref import Reference

TT22 = regulation("tt22-2021", "1", level="thcs")
SCHOOL = SchoolFacts(
    "31-11311-01",
    "Trường THCS Lê Quý Đôn",
    "Phường Hồng Bàng",
    "Thành phố Hải Phòng",
    "0200311311",
)


def year(
    grade: int,
    marks: dict[str, str],
    *,
    rules: Regulation = TT22,
    besides: tuple[str, ...] = (),
    rows: dict[str, dict[str, object]] | None = None,
    **changes: object,
) -> PupilYear:
    """Return a year in which every mark of a subject is the same.

    `besides` are chosen and optional subjects that are taken, `rows` what else a subject has.
    """
    found = []
    for subject in program_subjects(rules.level, grade, program=rules.program):
        if not (subject.required or subject.code in besides):
            continue
        mark = marks.get(subject.code, "8.4" if subject.mode == "score" else "Đ")
        term = TermMarks((mark,) * subject.regular_marks(rules), mark, mark)
        row = SubjectMarks(subject.code, subject.mode, term, term, optional=subject.optional)
        more = (rows or {}).get(subject.code, {})
        found.append(replace(row, **more))  # type: ignore[arg-type]
    plain = PupilYear(grade, tuple(found), Level("T"), Level("T"), 3)
    return replace(plain, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Year:
    """What a record of a year is made of."""

    head: RecordHead
    assessment: YearAssessment
    lines: dict[str, SubjectLine]
    texts: Texts
    previous: str | JsonObject = "first"
    study_form: str | None = None

    def record(self, salt: bytes) -> JsonObject:
        """Return the record."""
        given = self.previous
        previous: Json = {"none": given} if isinstance(given, str) else given
        body = year_body(
            self.assessment,
            self.lines,
            self.texts,
            previous_year=previous,
            study_form=self.study_form,
        )
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


DIGITS = {"thcs": "2", "thpt": "3", "gdtx_thcs": "4", "gdtx_thpt": "5"}
SCHOOLS = {
    "thcs": SCHOOL,
    "thpt": replace(SCHOOL, code="31-11311-11", name="Trường THPT Thái Phiên"),
    "gdtx_thcs": replace(SCHOOL, code="31-11311-21", name="Trung tâm GDNN-GDTX Hồng Bàng"),
    "gdtx_thpt": replace(SCHOOL, code="31-11311-21", name="Trung tâm GDNN-GDTX Hồng Bàng"),
}
CHOSEN = ("VL", "HH", "SH", "TIN")


def of(
    rules: Regulation,
    pupil_year: PupilYear,
    class_name: str,
    *,
    names: dict[str, str] | None = None,
) -> Year:
    """Return a year of any level and regulation, of a pupil in the middle of the level."""
    level, grade, short = rules.level, pupil_year.grade, rules.id.split("-")[0]
    form = level.replace("_", "-")
    first = ordinary()
    head = replace(
        first.head,
        series=replace(
            first.head.series,
            management_code=make_code(province="31", opened=2023, level=level, serial=42),
        ),
        school=SCHOOLS[level],
        level=level,
        grade=grade,
        class_name=class_name,
        forms=Forms(
            (rules.id, rules.version), f"{form}-year-{short}-1", "00" * 32, f"{form}-year-2026-1"
        ),
        school_year="2023-2024" if short == "tt58" else "2025-2026",
        issued_on=date(2024, 5, 31) if short == "tt58" else date(2026, 5, 29),
        pupil=PupilFacts(
            f"31{DIGITS[level]}0000007",
            "Đặng Thị Ánh Nguyệt",
            f"{2019 - grade}-09-05",
            register_no=f"7/{level[-4:].upper()}",
        ),
    )  # fmt: skip
    lines = {
        one.code: SubjectLine((names or {}).get(one.code, one.name), "Tiến bộ đều.", "Phạm Văn Hải")
        for one in program_subjects(level, grade, program=rules.program)
    }
    assessment = assess_year(pupil_year, rules)
    return Year(head, assessment, lines, first.texts, "paper", pupil_year.study_form)


def rules_of(level: str, named: str, version: str = "1") -> Regulation:
    """Return a regulation for a level."""
    return regulation(named, version, level=level)


def thpt() -> Year:
    """Return a year of upper secondary school with chosen subjects and study topics."""
    rules = rules_of("thpt", "tt22-2021")
    rows: dict[str, dict[str, object]] = {
        "TOAN": {"topics": ("8.4", "9.0", "7.5"), "chosen_topic": 1},
        "VL": {"topics": ("7.0", "8.4", "8.0"), "chosen_topic": 2},
        "HH": {"topics": ("8.4", "8.4", "9.5"), "chosen_topic": 1},
    }
    return of(rules, year(11, {"TOAN": "8.4"}, rules=rules, besides=CHOSEN, rows=rows), "11A1")


def gdtx_thcs() -> Year:
    """Return a year of continuing education at lower secondary level."""
    rules = rules_of("gdtx_thcs", "tt43-2021")
    return of(rules, year(8, {}, rules=rules, besides=("TIN",)), "8A")


def gdtx_thpt() -> Year:
    """Return the last year of a learner who works: without conduct."""
    rules = rules_of("gdtx_thpt", "tt43-2021")
    given = year(12, {"LS": "6.6"}, rules=rules, besides=("DL", "VL", "HH", "SH"))
    learner = replace(given, conduct_term1=None, conduct_term2=None, study_form="vua_lam_vua_hoc")
    return of(rules, learner, "12B")


def old_thcs() -> Year:
    """Return the last year of a lower secondary cohort under TT 58."""
    rules = rules_of("thcs", "tt58-2011", "2")
    given = year(9, {"TIN": "6.0"}, rules=rules, conduct_term1=Level("K"))
    return of(rules, given, "9A4")


def old_thpt() -> Year:
    """Return a year of upper secondary school under TT 58 with a re-test: two means."""
    rules = rules_of("thpt", "tt58-2011", "2")
    weak = dict.fromkeys(("TOAN", "VL", "HH"), "3.4")
    given = year(12, weak, rules=rules, rows={one: {"retest": "6.0"} for one in weak},
                 conduct_term2=Level("Tb"))  # fmt: skip
    return of(rules, given, "12C5")


def not_assessed() -> Year:
    """Return the year of a pupil with a disability who is not assessed; the birth year alone."""
    bare = year(7, {}, assessed=False, promoted_by_principal=True)
    made = of(TT22, bare, "7A2")
    return replace(
        made, head=replace(made.head, pupil=PupilFacts("3120000008", "H'Bia Ksor", "2012"))
    )


def not_assessed_in_one() -> Year:
    """Return the year of a pupil who is not assessed in one subject alone."""
    rows: dict[str, dict[str, object]] = {"NT": {"assessed": False}}
    return of(TT22, year(7, {}, rows=rows, promoted_by_principal=True), "7A2")


def exempt_part() -> Year:
    """Return the year of a pupil exempt from a part of PE."""
    part = TermMarks(("Đ", "M"), "Đ", "Đ")
    return of(TT22, year(8, {}, rows={"GDTC": {"term1": part, "part_exempt": True}}), "8A1")


def absence_as_zero() -> Year:
    """Return the year of a pupil who missed a final test without reason."""
    missed = TermMarks(("8.0", "8.0", "8.0", "8.0"), "8.0", "V")
    return of(TT22, year(8, {}, rows={"TOAN": {"term1": missed}}), "8A1")


def repeated_year() -> Year:
    """Return a grade done again: the year before was the same grade and not passed."""
    before = of(TT22, year(7, {}, absences=46), "7A1")
    failed = replace(before, head=replace(before.head, school_year="2024-2025"))
    record = failed.record(b"\x2a" * 32)
    shown = ("/book_id", "/grade", "/promotion/promoted", "/pupil/code", "/pupil/personal_number",
             "/school/name", "/school_year")  # fmt: skip
    proofs = tuple(prove_fields(record, shown))
    reference = Reference(before.head.realm, "5e" * 32, b"receipt", proofs).to_object()
    return replace(of(TT22, year(7, {}), "7A5"), previous=reference)


def change_of_class() -> Year:
    """Return the year of a pupil who came from the class beside: the class is that of the end."""
    made = of(TT22, year(6, {}), "6A3")
    said = "Chuyển từ lớp 6A1 sang lớp 6A3 từ học kì II; hoà nhập tốt với lớp mới."
    return replace(made, texts=Texts(said), previous="first")


def ethnic_language() -> Year:
    """Return a year with an ethnic language, named."""
    given = year(8, {}, besides=("TDTTS", "NN2"))
    return of(TT22, given, "8A1", names={"TDTTS": "Tiếng Khmer", "NN2": "Ngoại ngữ 2 (Tiếng Pháp)"})


def from_abroad() -> Year:
    """Return the year of a pupil of another country: no personal number, a year before abroad."""
    made = of(rules_of("thpt", "tt22-2021"), year(10, {}, rules=rules_of("thpt", "tt22-2021"),
                                                  besides=CHOSEN), "10A2")  # fmt: skip
    pupil = PupilFacts("3130000009", "Kim Min Seo", "2010-03")
    return replace(made, head=replace(made.head, pupil=pupil), previous="abroad")


CASES = {
    "ordinary": ordinary,
    "last-grade": last_grade,
    "supplement": supplement,
    "thpt": thpt,
    "gdtx-thcs": gdtx_thcs,
    "gdtx-thpt": gdtx_thpt,
    "thcs-tt58": old_thcs,
    "thpt-tt58": old_thpt,
    "not-assessed": not_assessed,
    "not-assessed-in-one": not_assessed_in_one,
    "exempt-part": exempt_part,
    "absence-as-zero": absence_as_zero,
    "repeated-year": repeated_year,
    "change-of-class": change_of_class,
    "ethnic-language": ethnic_language,
    "from-abroad": from_abroad,
}


def build() -> dict[str, bytes]:
    """Return every file by name."""
    return files_of({name: make().record for name, make in CASES.items()}, salts=1)


if __name__ == "__main__":
    write(build(), Path(__file__).parent)
