"""One pupil's three years: two schools, a summer re-test, a corrected name, the whole book.

    chapters = tell(wp, folder)         # every file that the family was given, oldest first

Grade 10 at one school, where two subjects are re-tested after the summer; in January of
grade 11 she moves and the first term comes along signed; grades 11 and 12 at the other school;
the name on the identity page is corrected by a civil-status paper; then the completed book,
with every year inside. Each chapter says what a stranger is told of its file today.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import select

from hocba.issuance.approval import propose, sign
from hocba.issuance.civil_status import AmendRequest, amend, enter_identities
from hocba.issuance.enrol import enrol_school
from hocba.issuance.marks import freeze
from hocba.issuance.models import ReleasedRow, TranscriptRow
from hocba.issuance.online import online_sources
from hocba.issuance.record import Event
from hocba.issuance.returns import ReturnRequest, open_for_correction
from hocba.issuance.school_file import read_school_file
from hocba.issuance.seal import apply_seal, propose_seal
from hocba.issuance.sheets import class_template, read_marks, write_marks
from hocba.issuance.stages import TranscriptId
from hocba.issuance.sweep import sweep
from hocba.issuance.targets import ClassTarget, find_class, find_frozen
from hocba.issuance.transfer import transfer_in, transfer_out
from hocba.issuance.workplace import Workplace
from hocba.kit.clock import local_date, now
from hocba.sector.identity import Identity, Person
from hocba.sector.models import Pupil
from hocba.sector.sheets import CellKey, ClassRegister, fill, register_of_class
from hocba.sector.sheets.layout import plan
from verifier.connect import by_realm
from verifier.formats.canonical import JsonObject
from verifier.report import Verdict

PIN: Final = "248163"
PUPIL, CLASSMATE = "3190000001", "3190000002"
MISSPELT, NAME = "Nguyễn Thị Minh Châm", "Nguyễn Thị Minh Trâm"
WEAK: Final = ("TOAN", "LS")
CHOSEN: Final = ("VL", "HH", "SH", "TIN")
HEAD, HOMEROOM, TEACHER, CLERK = "HT", "GV01", "GV02", "VT"
_USUAL: Final = {"comment": "Đ", "level": "Tốt", "count": "3",
                 "text": "Chăm chỉ, trung thực; nên mạnh dạn phát biểu hơn."}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """One of the two schools."""

    code: str
    name: str
    tax_code: str
    digit: str


FROM: Final = Place("31-11411-01", "Trường THPT Ngô Quyền", "0200311411", "4")
TO: Final = Place("31-11412-02", "Trường THPT Thái Phiên", "0200311412", "5")


@dataclass(frozen=True)
class Chapter:
    """One file, what it is, and what it is worth today."""

    name: str
    pdf: bytes
    verdict: Verdict

    @property
    def superseded(self) -> bool:
        """Whether a newer version has replaced it."""
        return self.name in SUPERSEDED


SUPERSEDED: Final = frozenset(("lop-10-truoc-he", "ly-lich-ten-cu"))
EXPECTED: Final = (
    # The re-test of the summer is the next version of the same year.
    ("lop-10-truoc-he", Verdict.VALID_NOTE),
    ("lop-10-sau-he", Verdict.VALID),
    ("lop-11-hoc-ki-1-chuyen-truong", Verdict.VALID),
    ("lop-11", Verdict.VALID),
    # The paper that corrects the name replaces one page, not three years.
    ("ly-lich-ten-cu", Verdict.VALID_NOTE),
    ("ly-lich", Verdict.VALID),
    ("lop-12", Verdict.VALID),
    # Two of its years were issued under the former name, which a reader should see.
    ("hoc-ba-toan-cap", Verdict.VALID_NOTE),
)


def tell(wp: Workplace, folder: Path) -> list[Chapter]:
    """Live through the three years; return every released file with what it is worth."""
    folder.mkdir(parents=True, exist_ok=True)
    teller = _Teller(wp, folder, _school_years(local_date(now())))
    teller.tenth_grade()
    teller.moves_in_january()
    teller.name_is_corrected()
    teller.twelfth_grade()
    teller.book()
    files = teller.files()
    return [
        Chapter(name, pdf, verdict) for (name, verdict), pdf in zip(EXPECTED, files, strict=True)
    ]


@dataclass
class _Teller:
    wp: Workplace
    folder: Path
    years: tuple[str, str, str]

    def tenth_grade(self) -> None:
        of = self._school(FROM, self.years[0], "10A1", 10, (PUPIL,))
        usual = {**self._term(of, 1), **self._term(of, 2)}
        weak: dict[CellKey, str | None] = {c: "3.0" for c in usual if c[1] in WEAK}
        self._fill(of, weak)
        self._issue(of)
        retest: dict[CellKey, str | None] = {(PUPIL, s, 0, "retest"): "6.5" for s in WEAK}
        self._again(of, "supplement", "Kết quả kiểm tra lại trong hè")
        self._fill(of, {**weak, **retest})
        self._issue(of, event="supplement")

    def moves_in_january(self) -> None:
        of = self._school(FROM, self.years[1], "11A1", 11, (PUPIL,))
        self._fill(of, self._term(of, 1), pending=(PUPIL,), whole=False)
        transfer_out(self.wp, of, pupil=PUPIL, by=CLERK, at=now())
        self._sign_and_seal(of, "partial")
        tenth, part = self.files()[1:3]
        to = self._school(TO, self.years[1], "11B1", 11, (CLASSMATE,))
        sources = by_realm({self.wp.realm: online_sources(self.wp)})
        for name, pdf in (("hoc-ki-1.pdf", part), ("lop-10.pdf", tenth)):
            transfer_in(self.wp, to, pdf, file=name, by=CLERK, at=now(), online=sources)
        first: dict[CellKey, str | None] = dict.fromkeys(self._term(to, 1))
        self._fill(to, first, pending=(CLASSMATE,))
        self._issue(to, pupils=(PUPIL,))

    def name_is_corrected(self) -> None:
        of = self._class(TO, "11B1")
        page = Identity(
            gender="2",
            ethnicity="01",
            nationality="Việt Nam",
            birth_place="Thành phố Hải Phòng",
            residence="Số 8 phố Lạch Tray, Phường Gia Viên, Thành phố Hải Phòng",
            father=Person("Nguyễn Văn Hậu", "Công nhân cảng"),
            mother=Person("Đỗ Thị Lành", "Y tá"),
        )
        enter_identities(self.wp, {PUPIL: page}, school=TO.code, staff=CLERK, at=now())
        self._issue(of, kind="identity", pupils=(PUPIL,), by=HEAD)
        paper = AmendRequest(HEAD, PUPIL, "27/TĐ-UBND", "Cải chính hộ tịch", {"name": NAME})
        amend(self.wp, of, paper, at=now())
        self._issue(of, kind="identity", event="amendment", pupils=(PUPIL,), by=HEAD)

    def twelfth_grade(self) -> None:
        of = self._school(TO, self.years[2], "12B1", 12, (PUPIL,), name=NAME)
        self._fill(of, {})
        self._issue(of)

    def book(self) -> None:
        self._issue(self._class(TO, "12B1"), kind="book", pupils=(PUPIL,))

    def files(self) -> list[bytes]:
        """Everything that was released about her, oldest first."""
        with self.wp.database.transaction("story.files") as db:
            rows = db.scalars(
                select(ReleasedRow.transcript_id)
                .join(TranscriptRow, TranscriptRow.id == ReleasedRow.transcript_id)
                .join(Pupil, Pupil.id == TranscriptRow.pupil_id)
                .where(Pupil.code == PUPIL)
                .order_by(ReleasedRow.released_at)
            ).all()
            store = self.wp.store(db)
            return [store.released(TranscriptId(row)).pdf for row in rows]

    def _school(  # noqa: PLR0913, PLR0917  # a class is all of these
        self,
        place: Place,
        year: str,
        class_name: str,
        grade: int,
        pupils: Sequence[str],
        name: str = MISSPELT,
    ) -> ClassTarget:
        path = self.folder / f"{place.code}-{class_name}.json"
        given = _school_file(place, year, class_name, grade, {PUPIL: name, CLASSMATE: "Lê Gia Bảo"})
        (one,) = given["classes"]
        one["pupils"] = [each for each in one["pupils"] if each["code"] in pupils]
        path.write_text(json.dumps(given, ensure_ascii=False, indent=1), encoding="utf-8")
        enrol_school(self.wp, read_school_file(path), pin=PIN, at=now())
        return self._class(place, class_name)

    def _class(self, place: Place, class_name: str) -> ClassTarget:
        with self.wp.database.transaction("story.class") as db:
            return find_class(db, class_name=class_name, school=place.code)

    def _register(self, of: ClassTarget) -> ClassRegister:
        with self.wp.database.transaction("story.register") as db:
            return register_of_class(db, of.school_id, of.class_id)

    def _term(self, of: ClassTarget, term: int) -> dict[CellKey, str | None]:
        """What teachers have entered by the end of a term."""
        entries = _usual_year(self._register(of), PUPIL)
        return {cell: value for cell, value in entries.items() if cell[2] == term}

    def _fill(
        self,
        of: ClassTarget,
        change: Mapping[CellKey, str | None],
        *,
        pending: Sequence[str] = (),
        whole: bool = True,
    ) -> None:
        register = self._register(of)
        entries = {**(_usual_year(register, PUPIL) if whole else {}), **change}
        filled = {cell: value for cell, value in entries.items() if value is not None}
        data = fill(class_template(self.wp, of, at=now()), filled, register)
        reading = read_marks(self.wp, data, file=f"{of.class_name}.xlsx", pending=pending)
        write_marks(self.wp, reading, actor="command", at=now())

    def _again(self, of: ClassTarget, event: Event, reason: str) -> None:
        request = ReturnRequest(HEAD, reason, PUPIL, event=event)
        open_for_correction(self.wp, of, request, at=now())

    def _issue(  # what is made, of whom, by whom
        self,
        of: ClassTarget,
        *,
        kind: str = "year",
        event: Event = "issue",
        pupils: Sequence[str] = (),
        by: str = HOMEROOM,
    ) -> None:
        named = pupils or ((PUPIL,) if event != "issue" else ())
        freeze(self.wp, of, by=by, at=now(), event=event, pupils=named, kind=kind)
        self._sign_and_seal(of, kind)

    def _sign_and_seal(self, of: ClassTarget, kind: str) -> None:
        with self.wp.database.transaction("story.frozen") as db:
            frozen = find_frozen(db, of, kind=kind)
        steps = frozen.kind.policy(self.wp.trust, at=now()).steps
        staff = {"homeroom": HOMEROOM, "principal": HEAD}
        for step in steps:
            if step.required and step.role in staff:
                person = staff[step.role]
                offer = propose(self.wp, frozen, role=step.role, staff=person, at=now())
                sign(self.wp, offer, pin=PIN, clock=now)
        apply_seal(
            self.wp, propose_seal(self.wp, frozen, staff=CLERK, at=now()), pin=PIN, clock=now
        )
        sweep(self.wp, clock=now)


def _school_years(today: date) -> tuple[str, str, str]:
    """Three years, of which the second is the one that we are in: she moves today."""
    first = today.year - (today < date(today.year, 9, 5))
    one, two, three = (f"{year}-{year + 1}" for year in (first - 1, first, first + 1))
    return one, two, three


def _usual_year(register: ClassRegister, code: str) -> dict[CellKey, str | None]:
    """A complete year of one pupil: good marks that differ a little from column to column."""
    entries: dict[CellKey, str | None] = {}
    for page in plan(register):
        subject = page.subject.code if page.subject else None
        for number, column in page.inputs():
            usual = f"{7 + number % 3}.{number * 3 % 10}"
            value = usual if column.kind == "score" else _USUAL.get(column.kind)
            if column.required and value is not None:
                entries[code, subject, column.term, str(column.item)] = value
    return entries


def _school_file(
    place: Place, year: str, class_name: str, grade: int, names: Mapping[str, str]
) -> JsonObject:
    people = (
        (HEAD, "Phan Thị Thu Hồng", {"role": "principal"}),
        (HOMEROOM, "Vũ Hoài Nam", {"role": "teacher"}),
        (TEACHER, "Trần Quốc Bình", {"role": "teacher"}),
        (CLERK, "Mai Thị Duyên", {"role": "clerk"}),
    )
    return {
        "type": "hocba.school_file/1",
        "school_year": year,
        "school": {
            "code": place.code,
            "name": place.name,
            "commune": "Phường Gia Viên",
            "province": "Thành phố Hải Phòng",
            "tax_code": place.tax_code,
            "level": "thpt",
            "place": "Hải Phòng",
        },
        "staff": [
            {
                "code": code,
                "name": name,
                "cccd": f"03117500{place.digit}{number:03d}",
                "roles": [role],
            }
            for number, (code, name, role) in enumerate(people)
        ],
        "classes": [
            {
                "name": class_name,
                "grade": grade,
                "homeroom": HOMEROOM,
                "teachers": dict.fromkeys(("TOAN", *CHOSEN), TEACHER),
                "pupils": [
                    {"code": code, "name": name, "birth_date": "2008-03-08"}
                    for code, name in names.items()
                ],
            }
        ],
    }
