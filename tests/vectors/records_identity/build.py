"""Golden records of identity and extract: bytes, digest and root that must never change.

    python tests/vectors/records_identity/build.py [FOLDER]     # writes *.json, digests.json

Identities: ordinary ones of primary and lower secondary school; a foreign pupil without a
personal number; a pupil with a guardian alone, born in a known year; the amendment of a name
and of a sex. Extracts: two secondary years with a re-test, and three of primary school.
A change of any byte means that records already issued would be read differently.
"""

import sys
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from hocba.issuance.extract_file import BookInput
from hocba.issuance.kinds.extract import extract_body
from hocba.issuance.kinds.identity import identity_body
from hocba.issuance.record import (
    Forms,
    PupilFacts,
    RecordHead,
    SchoolFacts,
    Series,
    build_record,
)
from hocba.sector.identity import Amendment, Identity, Person
from tests.vectors.golden import files_of, write
from verifier.formats.canonical import JsonObject
from verifier.formats.management_code import make_code

SCHOOLS = {
    "th": SchoolFacts("31-11311-05", "Trường Tiểu học Lê Văn Tám", "Phường Hồng Bàng",
                      "Thành phố Hải Phòng", "0200311315"),
    "thcs": SchoolFacts("31-11311-01", "Trường THCS Lê Quý Đôn", "Phường Hồng Bàng",
                        "Thành phố Hải Phòng", "0200311311"),
}  # fmt: skip
WHOLE = Identity(
    gender="1",
    ethnicity="01",
    nationality="Việt Nam",
    birth_place="Phường Gia Viên, Thành phố Hải Phòng",
    hometown="Xã Vĩnh Bảo, Thành phố Hải Phòng",
    residence="Số 12 phố Điện Biên Phủ, Phường Hồng Bàng, Thành phố Hải Phòng",
    policy="Con thương binh",
    father=Person("Trần Văn Bình", "Công nhân cơ khí"),
    mother=Person("Lê Thị Hoa", "Giáo viên"),
)
PUPIL = PupilFacts("3110000001", "Trần Văn Ổn", "2014-09-05", "031214000001", "125/THCS")
PAPER = "Trích lục cải chính hộ tịch số 12/TLCC-HT ngày 05/10/2026"


@dataclass(frozen=True)
class Page:
    """What a record is made of."""

    level: str
    kind: str
    body: JsonObject
    pupil: PupilFacts = PUPIL
    amended: bool = False

    def record(self, salt: bytes) -> JsonObject:
        """Return the record."""
        code = make_code(province="31", opened=2025, level=self.level, serial=42)
        series = Series(
            UUID("7b1d3c1a-52f0-4c55-9f0e-3a1f5f0a2c01"),
            UUID("0d6c2f5e-8a4b-4b8e-8d1b-64f2b7a9e310"),
            code,
        )
        if self.amended:
            series = replace(series, version=2, event="amendment", previous_leaf="ab" * 32)
        forms = Forms(None, f"{self.kind}-1", "00" * 32, f"{self.level}-{self.kind}-2026-1",
                      ("principal", "seal"))  # fmt: skip
        head = RecordHead(
            realm="demo.hocba.test",
            kind=self.kind,
            series=series,
            school=SCHOOLS[self.level],
            level=self.level,
            school_year=None,
            grade=None,
            class_name=None,
            forms=forms,
            issued_on=date(2026, 10, 12),
            place="Hải Phòng",
            pupil=self.pupil,
        )
        return build_record(head, self.body, salt=salt)


def identity(level: str, page: Identity = WHOLE, **more: object) -> Page:
    """Return an identity with one class."""
    school = SCHOOLS[level]
    line = {"school_year": "2026-2027", "class": {"th": "4A", "thcs": "6A1"}[level],
            "school": school.name, "commune": school.commune, "province": school.province,
            "from": "2026-09-05"}  # fmt: skip
    return Page(level, "identity", identity_body(page, [line], level=level), **more)  # type: ignore[arg-type]


def foreign() -> Page:
    """Return the identity of a foreign pupil, who has no personal number."""
    page = replace(WHOLE, ethnicity="55", nationality="Hàn Quốc", policy=None,
                   father=Person("Kim Min Ho", "Kĩ sư"), mother=None)  # fmt: skip
    return identity("thcs", page, pupil=PupilFacts("3110000002", "Kim Seo Yeon", "2014-11"))


def guardian_alone() -> Page:
    """Return the identity of a pupil with a guardian, of whom the year of birth is known."""
    page = replace(WHOLE, ethnicity="12", father=None, mother=None,
                   guardian=Person("H’Bia Ksor", "Làm nương"))  # fmt: skip
    return identity("th", page, pupil=PupilFacts("3110000003", "Y Ƀlô Niê", "2016"))


def amended() -> Page:
    """Return the second version, after a change of name and of sex by one paper."""
    changes = (("name", "Trần Thị Ổn", "Trần Văn Ổn"), ("gender", "Nữ", "Nam"))
    noted = tuple(Amendment(*change, PAPER, "2026-10-12") for change in changes)
    return identity("thcs", replace(WHOLE, amendments=noted), amended=True)


def extract(level: str, first: int, marks: list[dict[str, dict[str, str]]]) -> Page:
    """Return the extract of a paper book of so many years."""
    years = [
        {"school_year": f"{2020 + place}-{2021 + place}", "grade": first + place,
         "class": f"{first + place}A", "school": SCHOOLS[level].name, "outcome": "Được lên lớp",
         "learning": "Hoàn thành tốt" if level == "th" else "Giỏi",
         "conduct": None if level == "th" else "Tốt", "marks": row}
        for place, row in enumerate(marks)
    ]  # fmt: skip
    paper = {"register_no": "88", "school": SCHOOLS[level].name, "opened_on": "2020",
             "pages": 30, "corrections": 2, "compared_on": "12/10/2026"}  # fmt: skip
    book = BookInput.model_validate({"code": PUPIL.code, "paper": paper, "years": years})
    return Page(level, "extract", extract_body(book.to_object(level), level=level))


def secondary_paper() -> Page:
    """Return two years, one subject re-tested, another taken in one year only."""
    first = {"Toán": {"term1": "4,5", "term2": "4,8", "year": "4,7", "retest": "6"},
             "Thể dục": {"term1": "Đ", "term2": "Đ", "year": "Đ"}}  # fmt: skip
    second = {"Toán": {"term1": "6,0", "term2": "10", "year": "8,7"}, "Hóa học": {"year": "7,1"}}
    return extract("thcs", 7, [first, second])


def primary_paper() -> Page:
    """Return three years with levels and tests."""
    row = {"Tiếng Việt": {"level": "T", "test": "9"}, "Đạo đức": {"level": "H"}}
    return extract("th", 1, [row, row, row])


CASES = {
    "identity-primary": lambda: identity("th"),
    "identity-secondary": lambda: identity("thcs"),
    "identity-foreign": foreign,
    "identity-guardian": guardian_alone,
    "identity-amended": amended,
    "extract-secondary": secondary_paper,
    "extract-primary": primary_paper,
}


def build() -> dict[str, bytes]:
    """Return every file by name."""
    return files_of({name: make().record for name, make in CASES.items()}, salts=33)


if __name__ == "__main__":
    write(build(), Path(__file__).parent)
