"""The rules of TT 22/2021 one by one, and what holds for every set of marks."""

import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hocba.kit.errors import InputError, SeveralInputError
from hocba.sector.assessment import (
    Learning,
    Level,
    PupilYear,
    SubjectMarks,
    SubjectResult,
    TermMarks,
    YearAssessment,
    assess_learning,
    assess_year,
    level_of,
    primary_regulation,
    regulation,
    regulation_for,
    term_average,
    term_comment,
    year_average,
    year_comment,
)
from hocba.sector.assessment.regulation import REGULATIONS, editions

ROOT = Path(__file__).parents[3]
TT22 = regulation("tt22-2021", "1", level="thcs")
SCORED = ("TOAN", "VAN", "NN1", "GDCD", "LSDL", "KHTN", "CN", "TIN")
COMMENT = ("GDTC", "NT", "NDGDDP", "HDTNHN")
LEVELS = ("th", "thcs", "thpt", "gdtx_thcs", "gdtx_thpt")
T, K, D, CD = (Level(code) for code in ("T", "K", "Đ", "CĐ"))

scores = st.integers(0, 100).map(lambda tenths: f"{tenths / 10:.1f}")
near = st.sampled_from(["3.4", "3.5", "4.9", "5.0", "6.4", "6.5", "7.9", "8.0", "8.9", "9.0"])
results = st.lists(near | scores, min_size=8, max_size=8)
comments = st.lists(st.sampled_from(["Đ", "Đ", "Đ", "CĐ"]), min_size=4, max_size=4)


def same(mark: str, count: int = 2) -> TermMarks:
    return TermMarks((mark,) * count, mark, mark)


def subject(code: str, one: str, two: str | None = None, **changes) -> SubjectMarks:
    mode = "comment" if code in COMMENT else "score"
    return SubjectMarks(code, mode, same(one), same(two or one), **changes)


def year(marks: dict[str, str] | None = None, **changes) -> PupilYear:
    given_marks = dict.fromkeys(SCORED, "8.5") | dict.fromkeys(COMMENT, "Đ") | (marks or {})
    rows = tuple(subject(code, mark) for code, mark in given_marks.items())
    return replace(PupilYear(6, rows, T, T, 0), **changes)


def retested(pupil: PupilYear, **marks: str) -> PupilYear:
    rows = tuple(replace(row, retest=marks.get(row.code)) for row in pupil.subjects)
    return replace(pupil, subjects=rows)


def assess(pupil: PupilYear) -> YearAssessment:
    return assess_year(pupil, TT22)


def fields(error: SeveralInputError) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.where.field) for problem in error.problems]


# Averages


def test_a_half_is_rounded_up_where_binary_floating_point_rounds_down():
    assert term_average(TermMarks(("8.0", "8.0", "8.0"), "9.0", "8.0"), TT22) == "8.3"
    assert f"{round(66 / 8, 1)}" == "8.2"  # what a program without decimals would print


@given(st.lists(scores, min_size=2, max_size=4), scores, scores)
@settings(deadline=None)
def test_a_term_average_is_the_exact_fraction_rounded_half_up(regular, middle, final):
    total = sum(map(Fraction, regular)) + 2 * Fraction(middle) + 3 * Fraction(final)
    exact = total / (len(regular) + 5)
    tenths = (exact * 20 + 1) // 2
    found = term_average(TermMarks(tuple(regular), middle, final), TT22)
    assert Decimal(found) * 10 == tenths
    assert len(found.partition(".")[2]) == 1


def test_an_absence_without_reason_counts_as_zero_and_fails_a_comment_subject():
    assert term_average(TermMarks(("V", "8.0"), "7.0", "8.0"), TT22) == "6.6"
    assert term_comment(TermMarks(("Đ", "Đ"), "V", "Đ"), TT22) == "CĐ"


def test_an_exempt_pupil_has_no_average():
    assert term_average(TermMarks(("M", None), None, None), TT22) == "M"
    assert term_comment(same("M"), TT22) == "M"
    assert year_average("M", "M", TT22) == "M"
    assert year_comment("M", "M") == "M"


def test_a_pupil_exempt_in_one_term_has_the_result_of_the_other():
    assert (year_average("M", "7.4", TT22), year_average("7.4", "M", TT22)) == ("7.4", "7.4")
    assert (year_comment("M", "CĐ"), year_comment("Đ", "M")) == ("CĐ", "Đ")


@pytest.mark.parametrize(
    ("marks", "code", "field"),
    [(TermMarks(("8.0", None), "8.0", "8.0"), "missing_mark", "tx2"),
     (TermMarks(("8.0", "M"), "8.0", "8.0"), "mixed_exemption", "tx2"),
     (TermMarks(("8.0", "8.0"), "8", "8.0"), "not_a_score", "gk"),
     (TermMarks(("8.0", "8.0"), "8.0", "10.5"), "not_a_score", "ck"),
     (TermMarks(("8.0", "8.0"), "8.0", "Đ"), "not_a_score", "ck")],
)  # fmt: skip
def test_what_cannot_be_averaged_is_refused_with_its_place(marks, code, field):
    with pytest.raises(InputError) as caught:
        term_average(marks, TT22)
    assert (caught.value.code, caught.value.where.field) == (f"assessment.{code}", field)


@pytest.mark.parametrize(("mark", "code"), [(None, "missing_mark"), ("8.0", "not_a_comment")])
def test_a_comment_subject_takes_only_its_letters(mark, code):
    with pytest.raises(InputError, match=rf"assessment\.{code}"):
        term_comment(TermMarks(("Đ", mark), "Đ", "Đ"), TT22)


# Levels


def learning(marks: list[str], letters: list[str] | None = None) -> Learning:
    rows = [SubjectResult(c, "score", m) for c, m in zip(SCORED, marks, strict=False)]
    rows += [SubjectResult(c, "comment", m) for c, m in zip(COMMENT, letters or ["Đ"] * 4,
                                                            strict=True)]  # fmt: skip
    return assess_learning(rows, TT22)


def test_an_exempt_subject_is_left_out_of_account():
    assert learning(["8.0"] * 6 + ["M", "M"], ["M", "Đ", "Đ", "Đ"]).level == T
    assert learning(["8.0"] * 5 + ["M"] * 3).level == CD  # fewer than six are left


def test_optional_subjects_count_unless_the_switch_says_otherwise():
    rows = [SubjectResult(c, "score", "8.5") for c in SCORED]
    rows.append(SubjectResult("NN2", "score", "4.0", optional=True))
    assert assess_learning(rows, TT22).adjusted_by == "NN2"
    without = replace(TT22, optional_subjects_count=False)
    assert assess_learning(rows, without) == Learning(T)


@given(results, comments)
@settings(deadline=None)
def test_never_more_than_one_subject_can_be_the_only_cause(marks, letters):
    rows = [SubjectResult(c, "score", m) for c, m in zip(SCORED, marks, strict=True)]
    rows += [SubjectResult(c, "comment", m) for c, m in zip(COMMENT, letters, strict=True)]
    base = TT22.rank(level_of(rows, TT22))
    causes = [
        row
        for row in rows
        if TT22.rank(level_of([r for r in rows if r is not row], TT22)) - base >= 2
    ]
    assert len(causes) <= 1


@given(results, comments, st.data())
@settings(max_examples=400, deadline=None)
def test_a_better_result_in_any_subject_never_gives_a_worse_level(marks, letters, data):
    before = learning(marks, letters)
    place = data.draw(st.integers(0, 11))
    if place < 8:
        better = [*marks]
        floor = round(float(marks[place]) * 10)
        better[place] = data.draw(st.integers(floor, 100).map(lambda t: f"{t / 10:.1f}"))
        after = learning(better, letters)
    else:
        better = [*letters]
        better[place - 8] = "Đ"
        after = learning(marks, better)
    assert TT22.rank(after.level) >= TT22.rank(before.level)


PROMOTED = {False: 0, None: 1, True: 2}
TITLE = {None: 0, "gioi": 1, "xuat_sac": 2}


@st.composite
def pupil_years(draw):
    centre = draw(st.sampled_from([4.0, 5.0, 6.5, 8.0, 9.0]))
    near_centre = st.floats(centre - 1.6, min(10.0, centre + 1.0)).map(lambda x: f"{x:.1f}")
    term = st.tuples(st.tuples(near_centre, near_centre), near_centre, near_centre)
    letters = st.sampled_from(["Đ"] * 12 + ["CĐ", "V"])
    letter_term = st.tuples(st.tuples(letters, letters), letters, letters)
    rows = [
        SubjectMarks(code, "score", TermMarks(*draw(term)), TermMarks(*draw(term)))
        for code in SCORED
    ] + [
        SubjectMarks(code, "comment", TermMarks(*draw(letter_term)), TermMarks(*draw(letter_term)))
        for code in COMMENT
    ]
    levels = st.sampled_from([T, T, K, D, CD])
    absences = draw(st.sampled_from([0, 45, 46]))
    return PupilYear(6, tuple(rows), draw(levels), draw(levels), absences)


def _raise_one(draw, pupil: PupilYear) -> PupilYear:
    kind = draw(st.sampled_from(["mark"] * 6 + ["conduct", "absence"]))
    if kind == "absence":
        return replace(pupil, absences=max(0, pupil.absences - draw(st.integers(1, 46))))
    if kind == "conduct":
        name = draw(st.sampled_from(["conduct_term1", "conduct_term2"]))
        rank = TT22.rank(getattr(pupil, name))
        return replace(pupil, **{name: TT22.order[draw(st.integers(rank, 3))]})
    place = draw(st.integers(0, len(pupil.subjects) - 1))
    row = pupil.subjects[place]
    term = draw(st.sampled_from(["term1", "term2"]))
    kinds = dict(getattr(row, term))
    mark = draw(st.sampled_from(sorted(kinds)))
    kinds[mark] = (
        "Đ"
        if row.mode == "comment"
        else f"{draw(st.integers(round(float(kinds[mark]) * 10), 100)) / 10:.1f}"
    )
    raised = TermMarks((kinds["tx1"], kinds["tx2"]), kinds["gk"], kinds["ck"])
    rows = list(pupil.subjects)
    rows[place] = replace(row, **{term: raised})
    return replace(pupil, subjects=tuple(rows))


@given(pupil_years(), st.data())
@settings(max_examples=250, deadline=None)
def test_a_better_mark_conduct_or_attendance_never_gives_a_worse_year(pupil, data):
    worse, better = assess(pupil), assess(_raise_one(data.draw, pupil))
    assert TT22.rank(better.learning.level) >= TT22.rank(worse.learning.level)
    assert TT22.rank(better.learning_term1.level) >= TT22.rank(worse.learning_term1.level)
    assert TT22.rank(better.conduct) >= TT22.rank(worse.conduct)
    assert TITLE[better.title] >= TITLE[worse.title]
    assert PROMOTED[better.promoted] >= PROMOTED[worse.promoted]
    for old, new in zip(worse.subjects, better.subjects, strict=True):
        if old.mode == "score":
            assert Decimal(new.year) >= Decimal(old.year)


def test_the_right_to_a_retest_is_not_monotone():
    # Điều 14 opens a re-test only to a failed subject, and Điều 9 k3 may then lift the level.
    good = dict.fromkeys(("VAN", "NN1", "GDCD", "LSDL", "KHTN"), "6.5")
    weak = year({**good, "CN": "5.0", "TOAN": "3.0", "TIN": "4.9"})
    better = year({**good, "CN": "5.0", "TOAN": "3.0", "TIN": "5.0"})
    assert assess(weak).learning.level == assess(better).learning.level == CD
    assert assess(weak).may_retest == ("TOAN", "TIN")
    assert assess(better).may_retest == ("TOAN",)
    lifted = assess(retested(weak, TOAN="3.0", TIN="6.5"))
    stays = assess(retested(better, TOAN="3.0"))
    assert (lifted.after_retest, lifted.promoted) == (D, True)
    assert (stays.after_retest, stays.promoted) == (CD, False)


@given(pupil_years(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_better_retest_never_gives_a_worse_end(pupil, data):
    plain = assess(pupil)
    failed = [c for c in plain.may_retest if c in SCORED]
    assume(failed)
    marks = {code: data.draw(scores) for code in failed}
    better = dict(marks)
    code = data.draw(st.sampled_from(failed))
    floor = round(float(marks[code]) * 10)
    better[code] = f"{data.draw(st.integers(floor, 100)) / 10:.1f}"
    worse_end, better_end = assess(retested(pupil, **marks)), assess(retested(pupil, **better))
    assert TT22.rank(better_end.after_retest) >= TT22.rank(worse_end.after_retest)
    assert PROMOTED[better_end.promoted] >= PROMOTED[worse_end.promoted]


# The summer


def test_45_absences_are_allowed_and_46_are_not():
    assert assess(year(absences=45)).promoted is True
    assert assess(year(absences=46)).promoted is False


def test_a_failed_year_with_good_conduct_waits_for_the_retest():
    pupil = year({"TOAN": "3.0", "VAN": "3.0"})
    waiting = assess(pupil)
    assert (waiting.learning.level, waiting.promoted) == (CD, None)
    assert waiting.may_retest == ("TOAN", "VAN")
    passed = assess(retested(pupil, TOAN="5.0", VAN="5.0"))
    assert (passed.learning.level, passed.after_retest, passed.promoted) == (CD, K, True)
    assert [row.year for row in passed.subjects[:2]] == ["3.0", "3.0"]  # the year's mark stays
    assert assess(retested(pupil, TOAN="3.0", VAN="3.4")).promoted is False


def test_a_comment_subject_that_failed_can_be_sat_again():
    pupil = year({"GDTC": "CĐ", "NT": "CĐ"})
    assert assess(pupil).may_retest == ("GDTC", "NT")
    assert assess(retested(pupil, GDTC="Đ")).promoted is True


def test_a_result_of_the_summer_changes_neither_the_level_nor_the_title_of_the_year():
    pupil = retested(year({"TOAN": "3.0", "VAN": "3.0"}), TOAN="9.0", VAN="9.0")
    found = assess(pupil)
    assert (found.after_retest, found.learning.level, found.title) == (T, CD, None)


def test_failed_conduct_waits_for_summer_training():
    waiting = assess(year(conduct_term2=CD))
    assert (waiting.conduct, waiting.promoted, waiting.needs_summer_training) == (CD, None, True)
    done = year(conduct_term2=CD, conduct_after_summer=D)
    assert (assess(done).conduct, assess(done).promoted) == (CD, True)
    assert assess(replace(done, conduct_after_summer=CD)).promoted is False


def test_failed_conduct_and_failed_learning_together_leave_no_way_up():
    found = assess(year({"TOAN": "3.0", "VAN": "3.0"}, conduct_term2=CD))
    assert (found.promoted, found.may_retest) == (False, ())


def test_nothing_waits_where_the_absences_decide():
    assert assess(year({"TOAN": "3.0", "VAN": "3.0"}, absences=46)).promoted is False


@pytest.mark.parametrize(
    ("pupil", "code", "field"),
    [(retested(year(), TOAN="9.0"), "no_retest", "TOAN.retest"),
     (retested(year({"TOAN": "3.0", "VAN": "3.0"}), TIN="9.0"), "no_retest", "TIN.retest"),
     (year(conduct_after_summer=T), "no_training", "conduct.after_summer")],
)  # fmt: skip
def test_a_summer_result_nobody_was_entitled_to_is_refused(pupil, code, field):
    with pytest.raises(InputError) as caught:
        assess(pupil)
    assert (caught.value.code, caught.value.where.field) == (f"assessment.{code}", field)


def test_only_the_last_grade_completes_the_level():
    assert assess(year()).completed is None
    assert assess(year(grade=9)).completed is True
    assert assess(year(grade=9, absences=46)).completed is False


# What is missing


def test_everything_that_is_missing_is_named_at_once():
    hole = SubjectMarks("TOAN", "score", TermMarks(("8.0", None), "8.0", None), same("8.0"))
    pupil = year(conduct_term1=None, absences=None)
    pupil = replace(pupil, subjects=(hole, *pupil.subjects[1:]))
    with pytest.raises(SeveralInputError) as caught:
        assess(pupil)
    assert fields(caught.value) == [
        ("assessment.missing_mark", "TOAN.term1.tx2"),
        ("assessment.missing_mark", "TOAN.term1.ck"),
        ("assessment.missing_conduct", "conduct.term1"),
        ("assessment.missing_absences", "absences"),
    ]


def test_what_is_malformed_is_named_by_subject_term_and_kind():
    odd = (
        SubjectMarks("TOAN", "score", TermMarks(("8.0", "M"), "8.0", "8.0"), same("8.0")),
        SubjectMarks("VAN", "score", same("8.0"), TermMarks(("8.0", "8.0"), "11.0", "8.0")),
        SubjectMarks("TIN", "score", same("3.0"), same("3.0"), retest="Đ"),
        SubjectMarks("NT", "comment", same("CĐ"), same("CĐ"), retest="5.0"),
    )
    pupil = replace(year(), subjects=odd, conduct_after_summer=Level("X"), absences=-1)
    with pytest.raises(SeveralInputError) as caught:
        assess(pupil)
    assert fields(caught.value) == [
        ("assessment.mixed_exemption", "TOAN.term1.tx2"),
        ("assessment.not_a_score", "VAN.term2.gk"),
        ("assessment.bad_retest", "TIN.retest"),
        ("assessment.bad_retest", "NT.retest"),
        ("assessment.missing_conduct", "conduct.after_summer"),
        ("assessment.missing_absences", "absences"),
    ]


# Regulations as data


@pytest.mark.parametrize(
    ("level", "grade", "school_year", "named"),
    [("thcs", 6, "2021-2022", "tt22-2021"), ("thcs", 6, "2020-2021", "tt58-2011"),
     ("thcs", 7, "2021-2022", "tt58-2011"), ("thcs", 9, "2024-2025", "tt22-2021"),
     ("thcs", 9, "2023-2024", "tt58-2011"), ("thpt", 10, "2022-2023", "tt22-2021"),
     ("thpt", 12, "2023-2024", "tt58-2011"), ("thpt", 12, "2024-2025", "tt22-2021"),
     ("th", 5, "2024-2025", "tt27-2020"), ("gdtx_thpt", 12, "2025-2026", "tt43-2021"),
     ("gdtx_thcs", 6, "2022-2023", "tt43-2021"),
     ("thcs", 10, "2025-2026", None), ("th", 5, "2023-2024", None), ("thcs", 6, "2005-2006", None),
     ("tieu_hoc", 5, "2025-2026", None)],
)  # fmt: skip
def test_each_cohort_has_the_regulation_of_its_own_year(level, grade, school_year, named):
    if named:
        assert regulation_for(level=level, grade=grade, school_year=school_year).id == named
    else:
        with pytest.raises(InputError, match=r"regulation\.none"):
            regulation_for(level=level, grade=grade, school_year=school_year)


def test_no_cohort_stands_under_two_regulations():
    levels = {"th": 5, "thcs": 9, "thpt": 12, "gdtx_thcs": 9, "gdtx_thpt": 12}
    for level, last in levels.items():
        for grade in range(1, last + 1):
            for first in range(2000, 2040):
                held = [
                    edition.id
                    for name in REGULATIONS
                    for edition in editions(name, level)
                    if edition.holds_for(grade, f"{first}-{first + 1}")
                ]
                assert len(held) <= 1, (level, grade, first, held)


@pytest.mark.parametrize(
    "named", [("tt22-2021", "9"), ("tt99-2099", "1"), ("tt27-2020", "1"), ("tt43-2021", "1")]
)
def test_a_regulation_that_is_not_known_for_the_level_is_refused(named):
    with pytest.raises(InputError, match=r"regulation\.unknown"):
        regulation(*named, level="thcs")


def test_a_secondary_regulation_is_not_one_for_primary_schools():
    with pytest.raises(InputError, match=r"regulation\.unknown"):
        primary_regulation("tt22-2021", "1", level="thcs")
    with pytest.raises(InputError, match=r"regulation\.unknown"):
        regulation("tt27-2020", "1", level="th")


@pytest.mark.parametrize("name", REGULATIONS)
def test_every_block_of_rules_names_its_legal_source(name):
    found = [e for level in LEVELS for e in editions(name, level)]
    assert found
    for edition in found:
        blocks = [block for block, value in edition.data.items() if isinstance(value, dict)]
        assert len(blocks) >= 10
        for block in blocks:
            assert edition.source(block)


def test_what_is_not_confirmed_is_listed_for_people():
    page = (ROOT / "docs" / "assessment.md").read_text("utf-8")
    lines = [line for line in page.splitlines() if line.startswith("| `")]
    listed = {
        (name, block)
        for line in lines
        for name in REGULATIONS
        if name in line.split("|")[2]
        for block in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    found = {
        (name, block)
        for name in REGULATIONS
        for level in LEVELS
        for edition in editions(name, level)
        for block, rule in edition.data.items()
        if isinstance(rule, dict) and rule.get("confidence") == "uncertain"
    }
    assert ("tt43-2021", "learning") in found
    assert found == listed


def test_the_names_shown_to_people_are_the_circulars_own():
    assert [TT22.names[level] for level in reversed(TT22.order)] == [
        "Tốt", "Khá", "Đạt", "Chưa đạt",
    ]  # fmt: skip
    assert [award.name for award in TT22.awards] == ["Học sinh Xuất sắc", "Học sinh Giỏi"]
