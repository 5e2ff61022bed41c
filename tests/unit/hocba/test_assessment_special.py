"""What is not an ordinary year: signed first terms, disability, exemption, topics, GDTX."""

from dataclasses import replace

import pytest

from hocba.kit.errors import SeveralInputError
from hocba.sector.assessment import (
    Learning,
    Level,
    Means,
    PupilYear,
    SubjectMarks,
    TermMarks,
    TermResult,
    YearAssessment,
    assess_term,
    assess_year,
    regulation,
    term_average,
    term_comment,
)

TT22 = regulation("tt22-2021", "1", level="thpt")
TT43 = regulation("tt43-2021", "1", level="gdtx_thpt")
TT58 = regulation("tt58-2011", "2", level="thpt")
SCORED = ("TOAN", "VAN", "NN1", "LS", "GDQPAN", "VL", "HH", "SH", "TIN")
COMMENT = ("GDTC", "NDGDDP", "HDTNHN")
T, K, D, CD = (Level(code) for code in ("T", "K", "Đ", "CĐ"))


def same(mark: str) -> TermMarks:
    return TermMarks((mark, mark), mark, mark)


def year(default: str = "8.5", **others: str) -> PupilYear:
    modes = dict.fromkeys(SCORED, "score") | dict.fromkeys(COMMENT, "comment")
    rows = []
    for code, mode in modes.items():
        mark = others.get(code, default if mode == "score" else "Đ")
        rows.append(SubjectMarks(code, mode, same(mark), same(mark)))
    return PupilYear(10, tuple(rows), T, T, 0)


def change(pupil: PupilYear, code: str, **changes) -> PupilYear:
    rows = tuple(replace(r, **changes) if r.code == code else r for r in pupil.subjects)
    return replace(pupil, subjects=rows)


def signed(pupil: PupilYear, default: str = "8.1", **changes) -> PupilYear:
    """The same pupil, whose first term another school has signed."""
    rows = tuple(
        replace(r, term1=TermResult(default if r.mode == "score" else "Đ")) for r in pupil.subjects
    )
    return replace(pupil, subjects=rows, **changes)


def row(found: YearAssessment, code: str):
    return next(each for each in found.subjects if each.code == code)


def fields(pupil: PupilYear, rules=TT22) -> list[tuple[str, str | None]]:
    with pytest.raises(SeveralInputError) as caught:
        assess_year(pupil, rules)
    return [(p.code.removeprefix("assessment."), p.where.field) for p in caught.value.problems]


# A first term signed by another school


def test_a_signed_first_term_is_taken_as_it_is():
    pupil = signed(year(), conduct_term1=K, learning_term1=Level("Đ"))
    found = assess_year(pupil, TT22)
    assert (row(found, "TOAN").term1, row(found, "TOAN").year) == ("8.1", "8.4")
    assert found.learning_term1 == Learning(Level("Đ"))  # not the Tốt that 8.1 would give here
    assert (found.conduct_term1, found.conduct, found.learning.level) == (K, "T", "T")


def test_a_signed_mean_is_not_counted_again():
    pupil = signed(year(), learning_term1=Level("K"), mean_term1="7.7")
    pupil = replace(pupil, conduct_term1=T, conduct_term2=T)
    assert assess_year(pupil, TT58).means == Means("7.7", "8.5", "8.4")
    assert assess_year(replace(pupil, mean_term1=None), TT58).means.term1 == "8.1"
    assert assess_term(pupil, 1, TT58).mean == "7.7"


def test_a_signed_first_term_may_say_exempt():
    pupil = change(signed(year()), "GDTC", term1=TermResult("M"))
    assert row(assess_year(pupil, TT22), "GDTC").year == "Đ"


def test_what_a_source_may_not_say_is_named():
    pupil = change(signed(year()), "TOAN", term1=TermResult("Đ"))
    pupil = change(pupil, "GDTC", term1=TermResult("8.0"))
    pupil = change(pupil, "VAN", term1=TermResult("8"))
    pupil = replace(pupil, learning_term1=Level("G"), mean_term1="8,0")
    assert fields(pupil) == [
        ("bad_source", "TOAN.term1"), ("bad_source", "VAN.term1"), ("bad_source", "GDTC.term1"),
        ("bad_source", "results.term1"), ("bad_source", "results.mean_term1"),
    ]  # fmt: skip


# One term alone


def test_a_term_needs_nothing_of_the_other():
    empty = TermMarks((None, None), None, None)
    pupil = year()
    rows = tuple(replace(r, term2=empty) for r in pupil.subjects)
    pupil = replace(pupil, subjects=rows, conduct_term2=None, absences=None)
    found = assess_term(pupil, 1, TT22)
    assert (found.learning.level, found.conduct, found.mean) == (T, T, None)
    assert {each.code: each.result for each in found.subjects}["TOAN"] == "8.5"
    with pytest.raises(SeveralInputError) as caught:
        assess_term(pupil, 2, TT22)
    places = {p.where.field for p in caught.value.problems}
    assert "conduct.term2" in places
    assert {place for place in places if place.startswith("TOAN")} == {
        "TOAN.term2.tx1", "TOAN.term2.tx2", "TOAN.term2.gk", "TOAN.term2.ck",
    }  # fmt: skip


def test_a_term_of_a_pupil_who_is_not_assessed_has_no_results():
    found = assess_term(replace(year(), assessed=False, conduct_term1=None), 1, TT22)
    assert found.learning == Learning(None)
    assert {each.result for each in found.subjects} == {None}


# Disability


def test_a_pupil_who_is_not_assessed_has_no_results_and_the_principal_decides():
    pupil = replace(year(), assessed=False, conduct_term1=None, conduct_term2=None)
    assert fields(pupil) == [("missing_decision", "promotion")]
    found = assess_year(replace(pupil, promoted_by_principal=True, grade=12), TT22)
    assert {each.year for each in found.subjects} == {None}
    assert (found.learning.level, found.conduct, found.title) == (None, None, None)
    assert (found.promoted, found.completed) == (True, True)


def test_a_subject_that_is_not_assessed_is_left_out_of_account():
    missing = TermMarks((None, None), None, None)
    pupil = change(year(TOAN="0.0"), "TOAN", assessed=False, term1=missing, term2=missing)
    assert fields(pupil) == [("missing_decision", "promotion")]
    found = assess_year(replace(pupil, promoted_by_principal=False), TT22)
    assert (row(found, "TOAN").year, found.learning.level, found.promoted) == (None, "T", False)


def test_what_is_exempt_or_not_assessed_cannot_be_tested_again():
    pupil = change(year("3.0", GDTC="M"), "TIN", assessed=False)
    found = assess_year(replace(pupil, promoted_by_principal=False), TT22)
    assert set(found.may_retest) == {*SCORED} - {"TIN"}
    assert {each.code: each.result for each in assess_term(pupil, 2, TT22).subjects}["TIN"] is None


def test_for_everybody_else_the_results_decide():
    assert fields(replace(year(), promoted_by_principal=True)) == [("no_decision", "promotion")]


# Exemption and absence


def test_a_part_of_physical_education_can_be_exempt():
    marks = TermMarks(("M", "Đ"), "M", "Đ")
    assert term_comment(marks, TT22, part_exempt=True) == "Đ"
    assert term_comment(replace(marks, final="CĐ"), TT22, part_exempt=True) == "CĐ"
    pupil = change(year(), "GDTC", term1=marks)
    assert fields(pupil) == [("mixed_exemption", "GDTC.term1.tx1")]
    allowed = assess_year(change(pupil, "GDTC", part_exempt=True), TT22)
    assert (row(allowed, "GDTC").term1, allowed.learning.level) == ("Đ", "T")


def test_marks_of_an_exempt_part_weigh_nothing():
    marks = TermMarks(("8.0", "M"), "M", "9.0")
    assert term_average(marks, TT22, part_exempt=True) == "8.8"  # (8 + 3 x 9) / 4
    every = TermMarks(("M", "M"), "M", "M")
    assert term_average(every, TT22, part_exempt=True) == "M"


@pytest.mark.parametrize(("first", "second", "whole"), [("M", "Đ", "Đ"), ("Đ", "M", "Đ"),
                                                        ("M", "M", "M")])  # fmt: skip
def test_exempt_in_one_term_or_the_whole_year(first, second, whole):
    pupil = change(year(), "GDTC", term1=same(first), term2=same(second))
    found = assess_year(pupil, TT22)
    assert (row(found, "GDTC").term1, row(found, "GDTC").year) == (first, whole)
    assert found.learning.level == "T"


def test_an_absence_is_a_zero_and_a_zero_is_a_mark():
    absent = change(year(), "TOAN", term1=TermMarks(("8.0", "V"), "8.0", "8.0"))
    zero = change(year(), "TOAN", term1=TermMarks(("8.0", "0.0"), "8.0", "8.0"))
    results = [row(assess_year(pupil, TT22), "TOAN").term1 for pupil in (absent, zero)]
    assert results == ["6.9", "6.9"]


# Study topics


def topics(*marks: str | None, chosen: int | None = None, regular: str = "9.0") -> PupilYear:
    term = TermMarks((regular, "8.0"), "8.0", "8.0")
    return change(year(), "VL", term2=term, topics=marks, chosen_topic=chosen)


def test_the_chosen_topic_is_one_of_the_regular_marks():
    found = assess_year(topics("7.0", "9.0", "8.0", chosen=2), TT22)
    assert (row(found, "VL").topics, row(found, "VL").chosen_topic) == (("7.0", "9.0", "8.0"), 2)
    assert row(found, "VL").term2 == "8.1"
    assert row(found, "TOAN").topics == ()


@pytest.mark.parametrize(
    ("pupil", "problem"),
    [
        (topics("7.0", "9.0", None, chosen=2), ("missing_mark", "VL.cd3")),
        (topics("7.0", "9.0", "Đ", chosen=2), ("bad_topic", "VL.cd3")),
        (topics("7.0", "9.0", "8.0"), ("missing_topic_choice", "VL.cd_chosen")),
        (topics("7.0", "9.0", "8.0", chosen=4), ("missing_topic_choice", "VL.cd_chosen")),
        (topics("7.0", "9.0", "8.0", chosen=1), ("topic_not_entered", "VL.cd_chosen")),
    ],
)
def test_topics_that_do_not_add_up_are_named(pupil, problem):
    assert fields(pupil) == [problem]


def test_a_topic_of_a_term_signed_elsewhere_cannot_be_looked_for():
    pupil = change(topics("7.0", "9.0", "8.0", chosen=1), "VL", term1=TermResult("8.0"))
    assert row(assess_year(pupil, TT22), "VL").chosen_topic == 1


def test_music_has_topics_that_are_passed_or_not():
    pupil = change(year(), "HDTNHN", topics=("Đ", "CĐ", "Đ"), chosen_topic=1)
    assert row(assess_year(pupil, TT22), "HDTNHN").topics == ("Đ", "CĐ", "Đ")


# Continuing education


def learner(**changes) -> PupilYear:
    pupil = year("8.0")
    rows = tuple(r for r in pupil.subjects if r.code in (*SCORED[:5], "HDTNHN"))
    return replace(pupil, subjects=rows, **changes)


def test_five_good_subjects_are_enough_in_continuing_education():
    assert assess_year(learner(), TT43).learning.level == "T"
    assert assess_year(learner(), TT22).learning.level == "CĐ"
    assert [award.name for award in TT43.awards] == ["Học viên Xuất sắc", "Học viên Giỏi"]


@pytest.mark.parametrize("form", ["vua_lam_vua_hoc", "tu_hoc_co_huong_dan"])
def test_some_learners_have_no_conduct_and_go_up_by_learning_alone(form):
    pupil = learner(study_form=form, conduct_term1=None, conduct_term2=None)
    found = assess_year(pupil, TT43)
    assert (found.conduct, found.promoted, found.title) == (None, True, None)
    assert assess_year(replace(pupil, absences=46), TT43).promoted is False
    typed = replace(pupil, conduct_term1=T)
    assert fields(typed, TT43) == [("no_conduct", "conduct.term1")]


def test_all_others_have_conduct():
    pupil = learner(conduct_term1=None, study_form="vua_lam_vua_hoc")
    assert fields(pupil, TT22)[0] == ("missing_conduct", "conduct.term1")
    assert assess_year(learner(study_form="chinh_quy"), TT43).conduct == "T"
    assert fields(learner(conduct_term1=None), TT43) == [("missing_conduct", "conduct.term1")]


def test_a_learner_without_conduct_who_fails_is_tested_again():
    pupil = learner(study_form="vua_lam_vua_hoc", conduct_term1=None, conduct_term2=None)
    pupil = change(change(pupil, "TOAN", term1=same("3.0"), term2=same("3.0")), "VAN",
                   term1=same("3.0"), term2=same("3.0"))  # fmt: skip
    found = assess_year(pupil, TT43)
    assert (found.promoted, found.may_retest) == (None, ("TOAN", "VAN"))
    done = change(change(pupil, "TOAN", retest="5.0"), "VAN", retest="5.0")
    assert assess_year(done, TT43).promoted is True


# Upper secondary


def test_grade_twelve_completes_upper_secondary_school():
    assert assess_year(replace(year(), grade=12), TT22).completed is True
    assert assess_year(replace(year(), grade=9), TT22).completed is None
