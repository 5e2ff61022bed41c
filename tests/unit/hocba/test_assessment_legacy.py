"""TT 58/2011 with and without TT 26/2020, and what holds for every secondary regulation."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from hocba.kit.errors import InputError, SeveralInputError
from hocba.sector.assessment import (
    Learning,
    Level,
    Means,
    PupilYear,
    SubjectMarks,
    SubjectResult,
    TermMarks,
    assess_learning,
    assess_term,
    assess_year,
    mean_of,
    regulation,
    regulation_for,
    term_average,
    term_comment,
)

OLD = regulation("tt58-2011", "1", level="thcs")
TT58 = regulation("tt58-2011", "2", level="thcs")
FAMILY = {
    "tt22 thcs": regulation("tt22-2021", "1", level="thcs"),
    "tt22 thpt": regulation("tt22-2021", "1", level="thpt"),
    "tt58 thcs before tt26": OLD,
    "tt58 thpt": regulation("tt58-2011", "2", level="thpt"),
    "tt43 gdtx": regulation("tt43-2021", "1", level="gdtx_thpt"),
}
SCORED = ("TOAN", "VL", "HH", "SH", "TIN", "VAN", "LS", "DL", "NN1", "GDCD", "CN")
COMMENT = ("TD", "AN", "MT")
G, K, TB, Y, KEM, T = (Level(code) for code in ("G", "K", "Tb", "Y", "Kém", "T"))

tenths = st.integers(0, 100).map(lambda number: f"{number / 10:.1f}")
near = st.sampled_from([
    "1.9", "2.0", "3.4", "3.5", "4.9", "5.0", "6.4", "6.5", "7.9", "8.0", "9.5", "10.0",
])  # fmt: skip
odd = st.dictionaries(st.integers(0, 10), near | tenths, max_size=3)
clustered = st.builds(
    lambda usual, few: [few.get(place, usual) for place in range(11)],
    st.sampled_from(["4.2", "5.2", "6.8", "7.2", "8.2", "8.9", "9.6"]),
    odd,
)
marks = clustered | st.lists(near | tenths, min_size=11, max_size=11)
letters = st.lists(st.sampled_from(["Đ", "Đ", "Đ", "Đ", "CĐ"]), min_size=3, max_size=3)


def rows(
    scores: list[str], comments: list[str] | None = None, special: str | None = None
) -> list[SubjectResult]:
    given_letters = comments or ["Đ"] * 3
    scored = zip(SCORED, scores, strict=True)
    commented = zip(COMMENT, given_letters, strict=True)
    return [SubjectResult(c, "score", m, special=c == special) for c, m in scored] + [
        SubjectResult(c, "comment", m) for c, m in commented
    ]


def scores(default: str, **others: str) -> list[str]:
    return [others.get(code, default) for code in SCORED]


def same(mark: str, count: int = 2) -> TermMarks:
    return TermMarks((mark,) * count, mark, mark)


def year(default: str = "8.5", conduct: Level = T, **others: str) -> PupilYear:
    subjects = [
        SubjectMarks(code, "score", same(mark), same(mark))
        for code, mark in zip(SCORED, scores(default, **others), strict=True)
    ] + [
        SubjectMarks(c, "comment", same(others.get(c, "Đ")), same(others.get(c, "Đ")))
        for c in COMMENT
    ]
    return PupilYear(9, tuple(subjects), conduct, conduct, 0)


def retested(pupil: PupilYear, **new: str) -> PupilYear:
    subjects = tuple(replace(row, retest=new.get(row.code)) for row in pupil.subjects)
    return replace(pupil, subjects=subjects)


# Levels


def plain_level(scored: dict[str, Decimal], failed: int, *, without: str | None = None) -> str:
    """What the circular says, in the order in which it says it, with nothing of ours."""
    mean = (sum(scored.values()) / len(scored)).quantize(Decimal("0.1"), "ROUND_HALF_UP")
    low = min(value for code, value in scored.items() if code != without)
    best = max(scored["TOAN"], scored["VAN"], scored["NN1"])
    steps = (("G", "8.0", "6.5"), ("K", "6.5", "5.0"), ("Tb", "5.0", "3.5"))
    for name, wanted, floor in steps:
        if min(mean, best) >= Decimal(wanted) and low >= Decimal(floor) and not failed:
            return name
    return "Y" if mean >= Decimal("3.5") and low >= 2 else "Kém"


def plain_learning(scored: dict[str, Decimal], comments: list[str]) -> str:
    failed = comments.count("CĐ")
    base = plain_level(scored, failed)
    would = {plain_level(scored, failed, without=code) for code in scored}
    if failed == 1:
        would.add(plain_level(scored, 0))
    lifted = {
        ("G", "Tb"): "K", ("G", "Y"): "Tb", ("K", "Y"): "Tb", ("K", "Kém"): "Y",
        ("G", "Kém"): "Y",
    }  # fmt: skip
    found = [lifted[w, base] for w in ("G", "K") if w in would and (w, base) in lifted]
    return found[0] if found else base


@given(marks, letters)
@settings(max_examples=600, deadline=None)
@example(scores("8.5", CN="1.9"), ["Đ", "Đ", "Đ"])
@example(scores("8.5", CN="3.0"), ["Đ", "CĐ", "Đ"])
def test_levels_agree_with_the_words_of_the_circular(numbers, comments):
    found = assess_learning(rows(numbers, comments), TT58)
    plain = {code: Decimal(mark) for code, mark in zip(SCORED, numbers, strict=True)}
    assert found.level == plain_learning(plain, comments)


@pytest.mark.parametrize(
    ("numbers", "comments", "expected"),
    [
        (scores("8.5"), None, Learning(G)),
        (scores("8.5", CN="4.9"), None, Learning(K, TB, "CN")),
        (scores("8.8", CN="3.4"), None, Learning(TB, Y, "CN")),
        (scores("7.0", CN="3.4"), None, Learning(TB, Y, "CN")),
        (scores("7.4", CN="1.9"), None, Learning(Y, KEM, "CN")),
        (scores("9.0", CN="1.9"), None, Learning(Y, KEM, "CN")),
        (scores("8.5"), ["CĐ", "Đ", "Đ"], Learning(TB, Y, "TD")),
        (scores("8.5", CN="4.9", TIN="4.9"), None, Learning(TB)),
        (scores("8.5", CN="6.4"), None, Learning(K)),
        (scores("5.5", CN="3.4"), None, Learning(Y)),
        (scores("8.5", TOAN="7.9", VAN="7.9", NN1="7.9"), None, Learning(K)),
        (scores("4.0"), None, Learning(Y)),
        (scores("3.4"), None, Learning(KEM)),
    ],
)
def test_the_table_of_tt58_and_its_adjustment(numbers, comments, expected):
    assert assess_learning(rows(numbers, comments), TT58) == expected


def test_before_tt26_a_foreign_language_did_not_stand_for_mathematics_or_literature():
    numbers = rows(scores("8.5", TOAN="7.9", VAN="7.9"))
    assert assess_learning(numbers, TT58).level == G
    assert assess_learning(numbers, OLD).level == K


def test_a_gifted_class_needs_its_own_subject_too():
    assert assess_learning(rows(scores("8.5", HH="7.9")), TT58).level == G
    assert assess_learning(rows(scores("8.5", HH="7.9"), special="HH"), TT58).level == K
    pupil = replace(year("8.5", HH="7.9"), special_subject="HH")
    assert assess_year(pupil, TT58).learning.level == K


def test_the_mean_leaves_exempt_and_comment_subjects_out():
    assert mean_of(rows(scores("8.0", CN="M", TOAN="9.0")), TT58) == "8.1"
    assert mean_of([SubjectResult("TD", "comment", "Đ")], TT58) is None
    assert assess_learning([SubjectResult("TD", "comment", "Đ")], TT58).level == KEM


# Marks


def test_before_tt26_tests_of_one_period_count_twice_however_many_there_are():
    term = TermMarks(("8.0", "7.0", "9.0"), None, "8.0", periodic=("7.0", "6.0"))
    assert term_average(term, OLD) == "7.4"  # (24 + 2 x 13 + 3 x 8) / (3 + 4 + 3)
    assert replace(term, periodic=("7.0", None)).missing == ("dk2",)


def test_a_comment_subject_passes_with_two_thirds_if_the_last_test_is_among_them():
    assert term_comment(TermMarks(("Đ", "CĐ"), "Đ", "Đ"), TT58) == "Đ"
    assert term_comment(TermMarks(("CĐ", "CĐ"), "Đ", "Đ"), TT58) == "CĐ"
    assert term_comment(TermMarks(("Đ", "Đ"), "Đ", "CĐ"), TT58) == "CĐ"
    assert term_comment(TermMarks(("Đ", "CĐ"), "Đ", "Đ"), FAMILY["tt22 thcs"]) == "CĐ"


# The year


def test_a_year_states_the_means_of_both_terms_and_the_year():
    found = assess_year(year("8.5", TOAN="9.6"), TT58)
    assert found.means == Means("8.6", "8.6", "8.6")
    assert (found.learning.level, found.title, found.completed) == (G, "gioi", True)


def test_only_tt58_has_means():
    pupil = PupilYear(6, (SubjectMarks("TOAN", "score", same("8.0"), same("8.0")),), T, T, 0)
    assert assess_year(pupil, FAMILY["tt22 thcs"]).means is None
    assert assess_term(pupil, 1, FAMILY["tt22 thcs"]).mean is None
    assert assess_term(pupil, 1, TT58).mean == "8.0"


def test_conduct_of_the_year_is_what_the_teacher_decided_or_that_of_the_second_term():
    pupil = replace(year(), conduct_term1=Level("K"), conduct_term2=T)
    assert assess_year(pupil, TT58).conduct == "T"
    assert assess_year(replace(pupil, conduct_year=Level("K")), TT58).conduct == "K"


@pytest.mark.parametrize(
    ("pupil", "title"),
    [(year("8.5"), "gioi"), (year("8.5", conduct=Level("K")), "tien_tien"),
     (year("7.0"), "tien_tien"), (year("7.0", conduct=Level("Tb")), None), (year("6.0"), None)],
)  # fmt: skip
def test_titles_of_tt58(pupil, title):
    assert assess_year(pupil, TT58).title == title


def test_a_weak_year_is_tested_again_and_its_mean_counted_anew():
    pupil = year("5.2", TOAN="3.0", VAN="3.0", NN1="4.9")
    waiting = assess_year(pupil, TT58)
    assert (waiting.learning.level, waiting.promoted) == (Y, None)
    assert waiting.may_retest == ("TOAN", "VAN", "NN1")
    done = assess_year(retested(pupil, TOAN="5.0", VAN="6.0"), TT58)
    assert (done.after_retest, done.promoted, done.learning.level) == (TB, True, Y)
    assert done.means == Means("4.8", "4.8", "4.8", after_retest="5.2")


def test_a_poor_year_and_two_weak_results_stay_down():
    poor = assess_year(year("3.0"), TT58)
    assert (poor.learning.level, poor.promoted, poor.may_retest) == (KEM, False, ())
    both = assess_year(year("4.0", conduct=Level("Y")), TT58)
    assert (both.promoted, both.may_retest, both.needs_summer_training) == (False, (), False)


def test_weak_conduct_alone_is_made_good_in_summer():
    waiting = assess_year(year("7.0", conduct=Level("Y")), TT58)
    assert (waiting.promoted, waiting.needs_summer_training) == (None, True)
    trained = replace(year("7.0", conduct=Level("Y")), conduct_after_summer=Level("Tb"))
    assert assess_year(trained, TT58).promoted is True


def test_levels_of_one_regulation_are_not_those_of_another():
    with pytest.raises(SeveralInputError) as caught:
        assess_year(year(conduct=Level("Đ")), TT58)
    assert {p.where.field for p in caught.value.problems} == {"conduct.term1", "conduct.term2"}
    with pytest.raises(SeveralInputError) as caught:
        assess_year(year(conduct=Level("Tb")), FAMILY["tt22 thcs"])
    assert {p.code for p in caught.value.problems} == {"assessment.missing_conduct"}
    assert set(TT58.order) & set(FAMILY["tt22 thcs"].order) == {"K"}
    assert TT58.names["Kém"] == "Kém"


def test_a_computed_conduct_may_not_be_typed():
    pupil = replace(year(), conduct_year=T)
    with pytest.raises(SeveralInputError) as caught:
        assess_year(replace(pupil, conduct_term1=T), FAMILY["tt22 thcs"])
    assert [p.code for p in caught.value.problems] == ["assessment.conduct_is_computed"]


def test_an_amendment_is_an_edition_with_its_own_years():
    found = [
        regulation_for(level="thpt", grade=12, school_year=f"{y}-{y + 1}").version
        for y in (2019, 2020, 2023)
    ]
    assert found == ["1", "2", "2"]
    assert "26/2020" in TT58.title
    assert "26/2020" not in OLD.title


# What holds for every regulation


@st.composite
def years(draw, rules):
    centre = draw(st.sampled_from([2.0, 3.5, 5.0, 6.5, 8.0, 9.0]))
    scored = st.integers(round(centre * 10) - 16, min(100, round(centre * 10) + 10)).map(
        lambda number: f"{number / 10:.1f}"
    )
    comment = st.sampled_from(["Đ"] * 12 + ["CĐ", "V"])

    def term(mark):
        return TermMarks((draw(mark), draw(mark)), draw(mark), draw(mark))

    subjects = [SubjectMarks(c, "score", term(scored), term(scored)) for c in SCORED]
    subjects += [SubjectMarks(c, "comment", term(comment), term(comment)) for c in COMMENT]
    conduct = st.sampled_from((*rules.conduct.order, rules.conduct.order[-1]))
    absences = draw(st.sampled_from([0, 45, 46]))
    return PupilYear(12, tuple(subjects), draw(conduct), draw(conduct), absences)


def better(draw, pupil: PupilYear, rules) -> PupilYear:
    """The same pupil with one mark, letter, conduct or absence better."""
    kind = draw(st.sampled_from(["mark"] * 6 + ["conduct", "absences"]))
    if kind == "absences":
        return replace(pupil, absences=max(0, pupil.absences - draw(st.integers(1, 46))))
    if kind == "conduct":
        name = draw(st.sampled_from(["conduct_term1", "conduct_term2"]))
        rank = rules.conduct.rank(getattr(pupil, name))
        last = len(rules.conduct.order) - 1
        return replace(pupil, **{name: rules.conduct.order[draw(st.integers(rank, last))]})
    place = draw(st.integers(0, len(pupil.subjects) - 1))
    row, part = pupil.subjects[place], draw(st.sampled_from(["term1", "term2"]))
    old = getattr(row, part)
    which = draw(st.sampled_from(["regular", "middle", "final"]))
    mark = old.regular[0] if which == "regular" else getattr(old, which)
    raised = "Đ"
    if row.mode == "score":
        raised = f"{draw(st.integers(round(float(mark) * 10), 100)) / 10:.1f}"
    value = (raised, old.regular[1]) if which == "regular" else raised
    changed = replace(row, **{part: replace(old, **{which: value})})
    return replace(pupil, subjects=(*pupil.subjects[:place], changed, *pupil.subjects[place + 1 :]))


PROMOTED = {False: 0, None: 1, True: 2}


@pytest.mark.parametrize("name", FAMILY)
@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_nothing_better_ever_makes_a_worse_year(name, data):
    rules = FAMILY[name]
    pupil = data.draw(years(rules))
    worse = assess_year(pupil, rules)
    best = assess_year(better(data.draw, pupil, rules), rules)
    for part in ("learning_term1", "learning_term2", "learning"):
        assert rules.rank(getattr(best, part).level) >= rules.rank(getattr(worse, part).level)
    assert rules.conduct.rank(best.conduct) >= rules.conduct.rank(worse.conduct)
    assert PROMOTED[best.promoted] >= PROMOTED[worse.promoted]
    titles = [None, *(award.title for award in reversed(rules.awards))]
    assert titles.index(best.title) >= titles.index(worse.title)
    if worse.means and best.means:
        assert Decimal(best.means.year) >= Decimal(worse.means.year)


@given(marks, letters, st.data())
@settings(max_examples=400, deadline=None)
def test_a_better_result_never_gives_a_worse_level_under_tt58(numbers, comments, data):
    before = assess_learning(rows(numbers, comments), TT58)
    place = data.draw(st.integers(0, 10))
    raised = data.draw(st.integers(round(float(numbers[place]) * 10), 100))
    higher = [*numbers[:place], f"{raised / 10:.1f}", *numbers[place + 1 :]]
    after = assess_learning(rows(higher, comments), TT58)
    assert TT58.rank(after.level) >= TT58.rank(before.level)


@pytest.mark.parametrize("name", FAMILY)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_retest_is_only_open_to_what_failed(name, data):
    rules = FAMILY[name]
    pupil = data.draw(years(rules))
    found = assess_year(pupil, rules)
    closed = [s.code for s in pupil.subjects if s.code not in found.may_retest]
    assume(closed)
    code = data.draw(st.sampled_from(closed))
    mark = "10.0" if code in SCORED else "Đ"
    with pytest.raises(InputError, match=r"assessment\.no_retest"):
        assess_year(retested(pupil, **{code: mark}), rules)
