"""Golden records of a primary year: bytes, digest and root that must never change.

    python tests/vectors/records_primary/build.py [FOLDER]     # writes *.json, digests.json

An ordinary year and the special ones: a pupil with a disability who is not assessed, in
one subject or in the whole year; an exemption with a birth date known only by year; an
ethnic language; a last grade that is assessed anew in summer.
A change of any byte means that records already issued would be read differently.
"""

import sys
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from hocba.issuance.kinds.primary_year import year_body
from hocba.issuance.record import (
    Forms,
    PupilFacts,
    RecordHead,
    SchoolFacts,
    Series,
    build_record,
)
from hocba.sector.assessment import Level, PrimarySubject, PrimaryYear
from hocba.sector.assessment.primary import assess_primary_year
from hocba.sector.assessment.regulation import primary_regulation
from hocba.sector.subjects import program_subjects
from hocba.sector.year_book import PrimaryBook
from tests.vectors.golden import files_of, write
from verifier.formats.canonical import JsonObject

TT27 = primary_regulation("tt27-2020", "1")
HEAD = RecordHead(
    realm="demo.hocba.test",
    kind="year",
    series=Series(
        UUID("7b1d3c1a-52f0-4c55-9f0e-3a1f5f0a2c01"),
        UUID("0d6c2f5e-8a4b-4b8e-8d1b-64f2b7a9e310"),
        "31-25-1-0000042-73",
    ),
    school=SchoolFacts(
        "31-11311-05",
        "Trường Tiểu học Lê Văn Tám",
        "Phường Hồng Bàng",
        "Thành phố Hải Phòng",
        "0200311315",
    ),
    level="th",
    school_year="2025-2026",
    grade=4,
    class_name="4A",
    forms=Forms(("tt27-2020", "1"), "th-year-tt27-1", "00" * 32, "th-year-2026-1"),
    issued_on=date(2026, 5, 31),
    place="Hải Phòng",
    pupil=PupilFacts("3110000011", "Trần Văn Ổn", "2016-09-05", "031216000011", "125/TH"),
)


@dataclass(frozen=True)
class Year:
    """What a record of a year is made of."""

    head: RecordHead
    year: PrimaryYear
    names: dict[str, str]
    previous: str = "paper"
    texts: dict[str, str | None] = field(default_factory=dict)

    def record(self, salt: bytes) -> JsonObject:
        """Return the record."""
        traits = TT27.traits_of(self.year.grade)
        body = year_body(
            assess_primary_year(self.year, TT27),
            self._book(),
            self.names,
            traits,
            previous_year={"none": self.previous},
        )
        return build_record(self.head, body, salt=salt)

    def _book(self) -> PrimaryBook:
        return PrimaryBook(
            year=self.year,
            comments={"TV": "Đọc to, rõ ràng; viết đúng chính tả."},
            trait_comments={"quality": "Yêu quý bạn bè.", "general": "Tự giác, biết hợp tác."},
            periods={},
            period_traits={},
            homeroom_comment="Chăm ngoan, lễ phép.",
            absences_with_leave=2,
            absences_without_leave=0,
            height=self.texts.get("height"),
            weight=self.texts.get("weight"),
            award_text=None,
            other_award=self.texts.get("other_award"),
        )


def year(grade: int, *, optional: tuple[str, ...] = (), **changes: PrimarySubject) -> PrimaryYear:
    """Return a year in which all is done well; `changes` are subjects by code."""
    rows = [
        changes.get(each.code) or PrimarySubject(
            each.code, Level("T"), "9" if each.mode == "score" else None,
            tested=each.mode == "score", optional=each.optional,
        )
        for each in program_subjects("th", grade)
        if each.required or each.code in optional
    ]  # fmt: skip
    traits = {trait.code: Level("T") for trait in TT27.traits_of(grade)}
    return PrimaryYear(grade, tuple(rows), traits)


def names(grade: int, **other: str) -> dict[str, str]:
    """Return the names of subjects by code."""
    return {each.code: each.name for each in program_subjects("th", grade)} | other


def ordinary() -> Year:
    """Return the year of a pupil with a title."""
    return Year(HEAD, year(4), names(4), texts={"height": "132", "weight": "28.5"})


def not_assessed() -> Year:
    """Return the year of a pupil with a disability who is not assessed at all."""
    bare = replace(year(1), assessed=False, promoted_by_principal=True)
    head = replace(HEAD, grade=1, class_name="1B",
                   pupil=PupilFacts("3110000012", "H'Bia Ksor", "2019-02"))  # fmt: skip
    return Year(head, bare, names(1), previous="first", texts={"other_award": "Tiến bộ về nói"})


def not_assessed_in_one() -> Year:
    """Return the year of a pupil who is not assessed in one subject."""
    left_out = PrimarySubject("NN1", None, tested=True, assessed=False)
    some = replace(year(3, NN1=left_out), promoted_by_principal=True)
    return Year(replace(HEAD, grade=3, class_name="3C"), some, names(3))


def exempt() -> Year:
    """Return the year of a pupil exempt from PE, of whom the year of birth is known."""
    pupil = PupilFacts("3110000013", "Y Ƀlô Niê", "2016")
    return Year(replace(HEAD, pupil=pupil), year(4, GDTC=PrimarySubject("GDTC", Level("M"))),
                names(4))  # fmt: skip


def ethnic_language() -> Year:
    """Return a year with an ethnic language, named."""
    head = replace(HEAD, grade=2, class_name="2A")
    return Year(head, year(2, optional=("TDTTS",)), names(2, TDTTS="Tiếng Ê-đê"))


def last_grade_anew() -> Year:
    """Return the supplement of a last grade that was completed after the summer."""
    weak = PrimarySubject("TOAN", Level("C"), "4", tested=True, level_after=Level("H"),
                          test_after="6")  # fmt: skip
    series = replace(HEAD.series, version=2, event="supplement", previous_leaf="ab" * 32)
    head = replace(HEAD, series=series, grade=5, class_name="5A", issued_on=date(2026, 8, 15))
    return Year(head, year(5, TOAN=weak), names(5))


CASES = {
    "ordinary": ordinary,
    "not-assessed": not_assessed,
    "not-assessed-in-one": not_assessed_in_one,
    "exempt": exempt,
    "ethnic-language": ethnic_language,
    "last-grade-anew": last_grade_anew,
}


def build() -> dict[str, bytes]:
    """Return every file by name."""
    return files_of({name: make().record for name, make in CASES.items()}, salts=17)


if __name__ == "__main__":
    write(build(), Path(__file__).parent)
