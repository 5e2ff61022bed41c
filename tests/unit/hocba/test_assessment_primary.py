"""TT 27/2020: what a primary pupil's year comes to, and what holds for every pupil."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hocba.kit.errors import InputError, SeveralInputError
from hocba.sector.assessment import (
    Level,
    PrimaryAssessment,
    PrimarySubject,
    PrimaryYear,
    assess_primary_year,
    primary_regulation,
)

TT27 = primary_regulation("tt27-2020", "1")
TESTED = ("TV", "TOAN", "NN1", "LSDL", "KH", "TIN", "CN")
OTHERS = ("DD", "GDTC", "AN", "MT", "HDTN")
TRAITS = [trait.code for trait in TT27.traits_of(4)]
T, H, C, D = (Level(code) for code in ("T", "H", "C", "Đ"))


def year(level: Level = T, test: str = "9", trait: Level = T, **changes) -> PrimaryYear:
    subjects = [PrimarySubject(code, level, test, tested=True) for code in TESTED]
    subjects += [PrimarySubject(code, level) for code in OTHERS]
    return replace(PrimaryYear(4, tuple(subjects), dict.fromkeys(TRAITS, trait)), **changes)


def with_subject(pupil: PrimaryYear, code: str, **changes) -> PrimaryYear:
    rows = tuple(replace(r, **changes) if r.code == code else r for r in pupil.subjects)
    return replace(pupil, subjects=rows)


def assess(pupil: PrimaryYear) -> PrimaryAssessment:
    return assess_primary_year(pupil, TT27)


def fields(pupil: PrimaryYear) -> list[tuple[str, str | None]]:
    with pytest.raises(SeveralInputError) as caught:
        assess(pupil)
    return [(p.code.removeprefix("assessment."), p.where.field) for p in caught.value.problems]


@pytest.mark.parametrize(
    ("pupil", "overall"),
    [
        (year(), "HTXS"),
        (year(test="8"), "HTT"),
        (year(test="7"), "HTT"),
        (with_subject(year(), "KH", test="6"), "HT"),
        (with_subject(year(), "AN", level=H), "HT"),
        (year(traits=dict.fromkeys(TRAITS, T) | {"nl_the_chat": D}), "HT"),
        (year(level=H, test="5", trait=D), "HT"),
        (with_subject(year(), "TV", test="4"), "CHT"),
        (with_subject(year(), "MT", level=C), "CHT"),
        (year(traits=dict.fromkeys(TRAITS, T) | {"pc_nhan_ai": C}), "CHT"),
    ],
)
def test_one_bad_thing_decides_the_overall_result(pupil, overall):
    assert assess(pupil).overall == overall


def test_ten_is_more_than_nine():
    assert assess(year(test="10")).overall == "HTXS"


def test_an_exempt_subject_is_left_out_of_account():
    found = assess(with_subject(year(), "GDTC", level=Level("M")))
    assert (found.overall, found.subjects[8].level) == ("HTXS", "M")
    assert assess(with_subject(year(), "TIN", level=Level("M"), test="M")).overall == "HTXS"
    assert assess(with_subject(year(), "TIN", level=Level("M"), test=None)).overall == "HTXS"


def test_an_optional_subject_counts_unless_the_switch_says_otherwise():
    pupil = year()
    pupil = replace(pupil, subjects=(*pupil.subjects, PrimarySubject("TDTTS", C, optional=True)))
    assert assess(pupil).overall == "CHT"
    without = replace(TT27, optional_subjects_count=False)
    assert assess_primary_year(pupil, without).overall == "HTXS"


# Titles


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({"test": "9"}, "xuat_sac"),
        ({"test": "8"}, None),
        ({"test": "8", "excellent_in": "Toán", "accepted_by_class": True}, "tieu_bieu"),
        ({"test": "8", "progress_in": "Chăm chỉ", "accepted_by_class": True}, "tieu_bieu"),
        ({"test": "8", "excellent_in": "Toán"}, None),
        ({"test": "8", "accepted_by_class": True}, None),
        ({"test": "6", "excellent_in": "Toán", "accepted_by_class": True}, None),
    ],
)
def test_hoan_thanh_tot_alone_earns_no_title(changes, title):
    assert assess(year(**changes)).title == title


# Completion and promotion


def test_who_completes_the_grade_goes_up_and_nobody_decides():
    found = assess(year(level=H, test="5", trait=D))
    assert (found.completed, found.promoted, found.completed_level) == (True, True, None)
    with pytest.raises(InputError, match=r"assessment\.no_decision"):
        assess(year(promoted_by_principal=False))


@pytest.mark.parametrize("decision", [None, True, False])
def test_who_does_not_complete_waits_for_the_principal(decision):
    found = assess(with_subject(year(promoted_by_principal=decision), "TOAN", test="4"))
    assert (found.overall, found.completed, found.promoted) == ("CHT", False, decision)


def test_help_and_a_second_assessment_complete_the_grade_and_leave_the_years_own_result():
    weak = with_subject(year(), "TOAN", level=C, test="4")
    helped = with_subject(weak, "TOAN", level_after=H, test_after="6")
    found = assess(helped)
    assert (found.overall, found.overall_after) == ("CHT", "HT")
    assert (found.completed, found.promoted, found.title) == (True, True, None)
    assert (found.subjects[1].level, found.subjects[1].test_after) == ("C", "6")
    still = assess(with_subject(weak, "TOAN", level_after=H, test_after="4"))
    assert (still.overall_after, still.completed, still.promoted) == ("CHT", False, None)


def test_a_trait_can_be_assessed_again_too():
    weak = year(traits=dict.fromkeys(TRAITS, T) | {"pc_cham_chi": C})
    found = assess(replace(weak, traits_after={"pc_cham_chi": D}))
    assert (found.overall, found.overall_after, found.completed) == ("CHT", "HT", True)


def test_who_has_completed_is_not_assessed_again():
    with pytest.raises(InputError, match=r"assessment\.no_retest"):
        assess(with_subject(year(), "TOAN", level_after=T))


def test_only_grade_five_completes_primary_school():
    assert assess(year(grade=5)).completed_level is True
    weak = with_subject(year(grade=5, promoted_by_principal=False), "TOAN", test="4")
    assert assess(weak).completed_level is False


# A pupil with a disability


def test_a_pupil_who_is_not_assessed_has_no_results_and_the_principal_decides():
    assert fields(replace(year(), assessed=False)) == [("missing_decision", "promotion")]
    found = assess(replace(year(), assessed=False, promoted_by_principal=True))
    assert (found.overall, found.title, found.completed) == (None, None, None)
    assert found.promoted is True
    assert {row.level for row in found.subjects} == {None}
    assert set(found.traits.values()) == {None}


def test_a_subject_that_is_not_assessed_is_left_out_and_the_principal_decides():
    pupil = with_subject(year(), "TOAN", assessed=False, level=None, test=None)
    assert fields(pupil) == [("missing_decision", "promotion")]
    found = assess(replace(pupil, promoted_by_principal=False))
    assert (found.overall, found.promoted) == ("HTXS", False)
    assert found.subjects[1].level is None


# What is missing


def test_everything_that_is_missing_or_wrong_is_named_at_once():
    pupil = with_subject(year(), "TV", level=None)
    pupil = with_subject(pupil, "TOAN", test=None)
    pupil = with_subject(pupil, "NN1", test="8.5")
    pupil = with_subject(pupil, "KH", test="11")
    pupil = with_subject(pupil, "TIN", level=D)
    pupil = with_subject(pupil, "DD", test="9")
    pupil = with_subject(pupil, "CN", level_after=Level("X"), test_after="M")
    traits = {**pupil.traits, "pc_yeu_nuoc": None, "nl_tu_chu": H}
    pupil = replace(pupil, traits=traits, traits_after={"nl_bay": T})
    assert fields(pupil) == [
        ("missing_level", "TV.level"), ("missing_test", "TOAN.test"),
        ("not_a_test", "NN1.test"), ("not_a_test", "KH.test"), ("missing_level", "TIN.level"),
        ("missing_level", "CN.level_after"), ("not_a_test", "CN.test_after"),
        ("no_test", "DD.test"), ("missing_trait", "traits.pc_yeu_nuoc"),
        ("missing_trait", "traits.nl_tu_chu"), ("missing_trait", "traits_after.nl_bay"),
    ]  # fmt: skip


@pytest.mark.parametrize("test", ["08", "-1", "8,0", "٨", "", "8.0", " 8"])
def test_a_test_mark_is_a_whole_number_in_one_form(test):
    assert fields(with_subject(year(), "TV", test=test)) == [("not_a_test", "TV.test")]


def test_technology_and_computing_are_competencies_from_grade_three_on():
    assert [len(TT27.traits_of(grade)) for grade in (1, 2, 3, 4, 5)] == [13, 13, 15, 15, 15]
    young = replace(year(), grade=2)
    assert fields(young) == [
        ("unknown_trait", "traits.nl_cong_nghe"), ("unknown_trait", "traits.nl_tin_hoc"),
    ]  # fmt: skip
    groups = [trait.group for trait in TT27.traits_of(5)]
    assert [groups.count(g) for g in ("quality", "general", "specific")] == [5, 3, 7]


# What holds for every pupil

levels = st.sampled_from([T] * 6 + [H, H, C])
traits = st.sampled_from([T] * 8 + [D, D, C])
PROMOTED = {False: 0, None: 1, True: 2}
TITLES = [None, "tieu_bieu", "xuat_sac"]


@st.composite
def pupils(draw):
    marks = st.integers(draw(st.sampled_from([3, 5, 7, 9])), 10).map(str)
    pupil = year(traits={code: draw(traits) for code in TRAITS})
    for row in pupil.subjects:
        changes = {"level": draw(levels)} | ({"test": draw(marks)} if row.tested else {})
        pupil = with_subject(pupil, row.code, **changes)
    named = draw(st.sampled_from([None, "Toán"]))
    return replace(pupil, excellent_in=named, accepted_by_class=draw(st.booleans()))


@given(pupils(), st.data())
@settings(max_examples=300, deadline=None)
def test_a_better_level_trait_or_test_never_gives_a_worse_year(pupil, data):
    kind = data.draw(st.sampled_from(["level", "test", "trait"]))
    if kind == "trait":
        code = data.draw(st.sampled_from(TRAITS))
        order = TT27.trait_levels.order
        raised = data.draw(st.sampled_from(order[order.index(pupil.traits[code]) :]))
        best = replace(pupil, traits={**pupil.traits, code: raised})
    else:
        rows = [row for row in pupil.subjects if kind == "level" or row.tested]
        row = data.draw(st.sampled_from(rows))
        order = TT27.subject_levels.order
        value = (
            data.draw(st.sampled_from(order[order.index(row.level) :]))
            if kind == "level"
            else str(data.draw(st.integers(int(row.test), 10)))
        )
        best = with_subject(pupil, row.code, **{kind: value})
    old, new = assess(pupil), assess(best)
    assert TT27.overall.rank(new.overall) >= TT27.overall.rank(old.overall)
    assert PROMOTED[new.promoted] >= PROMOTED[old.promoted]
    assert TITLES.index(new.title) >= TITLES.index(old.title)
