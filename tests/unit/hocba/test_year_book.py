"""From the cells of a register to the year that is assessed."""

from uuid import UUID

import pytest

from hocba.kit.errors import SeveralInputError
from hocba.sector.assessment import (
    Level,
    TermMarks,
    TermResult,
    assess_primary_year,
    assess_year,
    primary_regulation,
    regulation,
    regulation_for,
)
from hocba.sector.queries import Offering
from hocba.sector.registers import Cell
from hocba.sector.subjects import program_subjects
from hocba.sector.year_book import PERIODS, FirstTerm, PeriodResult, primary_book, year_book

PUPIL, OTHER = UUID(int=1), UUID(int=2)
TT22 = regulation("tt22-2021", "1", level="thpt")
TT27 = primary_regulation("tt27-2020", "1")


def offered(level: str, grade: int, *left_out: str, program: str | None = None) -> list[Offering]:
    rules = regulation_for(level=level, grade=grade, school_year="2025-2026")
    return [
        Offering(
            UUID(int=100 + subject.order * 7),
            subject.code,
            subject.name,
            subject.mode,
            subject.order,
            subject.required,
            subject.regular_marks(rules),
            None,
            None,
        )
        for subject in program_subjects(level, grade, program=program)
        if subject.code not in left_out
    ]


TEN = offered("thpt", 10, "DL", "GDKTPL", "CN", "AN", "MT")
FOUR = offered("th", 4)


class Register(dict):
    """Cells of one pupil, written by subject code, term and item."""

    def __init__(self, offerings: list[Offering]):
        super().__init__()
        self.ids = {offering.code: offering.id for offering in offerings} | {None: None}

    def put(self, code: str | None, term: int, **items) -> "Register":
        for item, value in items.items():
            self[Cell(PUPIL, self.ids[code], term, item)] = value
        return self


def upper() -> Register:
    register = Register(TEN)
    for each in TEN:
        mark = "8.5" if each.mode == "score" else "Đ"
        for term in (1, 2):
            marks = {f"tx{n}": mark for n in range(1, each.regular_marks + 1)}
            register.put(each.code, term, **marks, gk=mark, ck=mark)
    for term in (1, 2):
        register.put(None, term, conduct="T")
    return register.put(None, 0, absences="2", homeroom_comment="Chăm.")


def primary() -> Register:
    register = Register(FOUR)
    for each in FOUR:
        register.put(each.code, 0, level="T", **({"test": "9"} if each.mode == "score" else {}))
    return register.put(None, 0, **{trait.code: "T" for trait in TT27.traits_of(4)})


def book(register: Register, **more):
    return year_book(register, PUPIL, TEN, grade=10, level="thpt", **more)


# Secondary


def test_a_full_register_of_grade_ten_is_a_year():
    found = book(upper())
    assert found.homeroom_comment == "Chăm."
    assert assess_year(found.year, TT22).title == "gioi"
    assert year_book(upper(), OTHER, TEN, grade=10, level="thpt").year.absences is None


def test_chosen_subjects_count_like_required_ones_and_only_optional_ones_may_not():
    optional = {s.code: s.optional for s in book(upper()).year.subjects}
    assert {code for code, is_optional in optional.items() if is_optional} == {"TDTTS", "NN2"}
    assert optional["VL"] is False


def test_a_chosen_subject_that_a_pupil_does_not_take_is_left_out():
    register = upper().put("VL", 0, not_taken="yes").put("TOAN", 0, not_taken="yes")
    taken = {subject.code for subject in book(register).year.subjects}
    assert "VL" not in taken
    assert "TOAN" in taken  # everybody takes mathematics


def test_study_topics_are_read_where_there_are_any():
    register = upper().put("VL", 0, cd1="8.5", cd2="7.0", cd3="9.0", cd_chosen="1")
    subjects = {subject.code: subject for subject in book(register).year.subjects}
    assert subjects["VL"].topics == ("8.5", "7.0", "9.0")
    assert (subjects["VL"].chosen_topic, subjects["HH"].topics) == (1, ())
    assess_year(book(register).year, TT22)
    with pytest.raises(SeveralInputError) as caught:
        assess_year(book(upper().put("VL", 0, cd1="8.5", cd_chosen="x")).year, TT22)
    assert [p.where.field for p in caught.value.problems] == ["VL.cd2", "VL.cd3", "VL.cd_chosen"]


def test_a_signed_first_term_stands_instead_of_the_register():
    source = FirstTerm({"TOAN": "6.4", "GDTC": "M"}, conduct=Level("K"), learning=Level("Đ"))
    found = book(upper(), first_term=source).year
    subjects = {subject.code: subject for subject in found.subjects}
    assert subjects["TOAN"].term1 == TermResult("6.4")
    assert subjects["GDTC"].term1 == TermResult("M")
    assert isinstance(subjects["VAN"].term1, TermMarks)
    assert (found.conduct_term1, found.learning_term1) == ("K", "Đ")


def test_special_cases_are_cells_too():
    register = upper().put("GDTC", 0, part_exempt="yes").put("TIN", 0, not_assessed="yes")
    register.put(None, 0, promotion_decision="yes", special_subject="HH", study_form="x")
    found = book(register).year
    subjects = {subject.code: subject for subject in found.subjects}
    assert (subjects["GDTC"].part_exempt, subjects["TIN"].assessed) == (True, False)
    assert (found.promoted_by_principal, found.special_subject) == (True, "HH")
    assert (found.study_form, found.assessed) == ("x", True)
    assert assess_year(found, TT22).promoted is True
    whole = book(Register(TEN).put(None, 0, not_assessed="yes", promotion_decision="no")).year
    assert (whole.assessed, whole.promoted_by_principal) == (False, False)


def test_registers_of_the_years_before_tt26_have_several_tests_of_one_period():
    old = offered("thcs", 9, program="gdpt2006")
    register = Register(old).put("TOAN", 1, tx1="8.0", dk1="7.0", dk2="6.0", ck="8.0")
    register.put(None, 0, conduct_year="K")
    found = year_book(register, PUPIL, old, grade=9, level="thcs", program="gdpt2006").year
    maths = found.subjects[0].term1
    assert maths.periodic == ("7.0", "6.0")
    assert "gk" not in dict(maths)
    assert found.conduct_year == "K"


# Primary


def test_a_full_register_of_grade_four_is_a_year():
    register = primary().put("TV", 0, comment="Đọc tốt.")
    register.put(None, 0, height="132", weight="28,5", absences_with_leave="3",
                 absences_without_leave="0", comment_quality="Ngoan.", homeroom_comment="Giỏi.",
                 award_text="Giải Nhất", other_award="Thư khen")  # fmt: skip
    optional = [each for each in FOUR if not each.required]
    for each in optional:
        register.put(each.code, 0, not_taken="yes")
    found = primary_book(register, PUPIL, FOUR, grade=4)
    assert assess_primary_year(found.year, TT27).overall == "HTXS"
    assert {subject.code for subject in found.year.subjects} == {
        each.code for each in FOUR if each.required
    }
    assert (found.absences_with_leave, found.absences_without_leave) == (3, 0)
    assert (found.height, found.weight, found.award_text) == ("132", "28,5", "Giải Nhất")
    assert (found.comments, found.trait_comments) == ({"TV": "Đọc tốt."}, {"quality": "Ngoan."})
    assert (found.homeroom_comment, found.other_award) == ("Giỏi.", "Thư khen")


def test_only_subjects_with_marks_are_tested_and_only_optional_ones_optional():
    subjects = {s.code: s for s in primary_book(primary(), PUPIL, FOUR, grade=4).year.subjects}
    assert [code for code, s in subjects.items() if s.tested] == [
        "TV", "TOAN", "NN1", "LSDL", "KH", "TIN", "CN",
    ]  # fmt: skip
    assert [code for code, s in subjects.items() if s.optional] == ["TDTTS"]


def test_what_the_title_and_the_principals_decision_need_is_read():
    register = primary().put("TOAN", 0, test="4", level="C", level_after="H", test_after="5")
    register.put(None, 0, excellent_in="Tin học", progress_in="Chăm chỉ", accepted_by_class="yes",
                 pc_cham_chi_after="Đ", promotion_decision="no")  # fmt: skip
    year = primary_book(register, PUPIL, FOUR, grade=4).year
    assert (year.excellent_in, year.progress_in) == ("Tin học", "Chăm chỉ")
    assert (year.accepted_by_class, year.promoted_by_principal) == (True, False)
    assert year.traits_after == {"pc_cham_chi": "Đ"}
    maths = next(subject for subject in year.subjects if subject.code == "TOAN")
    assert (maths.level_after, maths.test_after) == ("H", "5")


def test_earlier_periods_stand_in_their_terms():
    register = primary().put("TV", 1, level="H", test="7", level_gk="C", test_gk="4")
    register.put("TV", 2, level_gk="H", test_gk="6").put(None, 1, pc_nhan_ai="Đ", nl_tu_chu_gk="C")
    found = primary_book(register, PUPIL, FOUR, grade=4)
    assert {period: found.periods[period]["TV"] for period in PERIODS} == {
        "GK1": PeriodResult(Level("C"), "4"), "CK1": PeriodResult(Level("H"), "7"),
        "GK2": PeriodResult(Level("H"), "6"), "CN": PeriodResult(Level("T"), "9"),
    }  # fmt: skip
    assert found.period_traits["CK1"] == {"pc_nhan_ai": "Đ"}
    assert found.period_traits["GK1"] == {"nl_tu_chu": "C"}
    assert len(found.period_traits["CN"]) == 15


def test_an_empty_register_says_what_is_missing():
    with pytest.raises(SeveralInputError) as caught:
        assess_primary_year(primary_book({}, PUPIL, FOUR, grade=4).year, TT27)
    missing = {p.where.field for p in caught.value.problems}
    assert {"TV.level", "TV.test", "DD.level", "traits.nl_tu_chu"} <= missing
    assert "DD.test" not in missing
