"""One primary pupil's year: levels, traits, the overall result, promotion (TT 27/2020).

    maths = PrimarySubject("TOAN", level="T", test="9", tested=True)
    pupil = PrimaryYear(4, (maths, ...), {"pc_yeu_nuoc": Level("T"), ...})
    assess_primary_year(pupil, primary_regulation("tt27-2020", "1")).overall       # "HTXS"

Teachers give the levels; only the overall result, completion and title are computed. The
test is the last one of the year: a repeated test replaces the first. Where the year is not
complete the teacher helps and assesses again; if it still is not, the principal decides
on promotion, and until then it is None. A better level, trait or test never ends worse.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hocba.kit.errors import HocbaError, InputError, SeveralInputError, Where
from hocba.sector.assessment.marks import EXEMPT
from hocba.sector.assessment.regulation import Level, PrimaryRegulation


@dataclass(frozen=True)
class PrimarySubject:
    """What one pupil has in one subject at the end of the year.

    `level` is T, H, C or M; `test` a whole number as text, `"8"`, where the subject is
    `tested`. The last two are what help and re-assessment changed.
    """

    code: str
    level: Level | None
    test: str | None = None
    tested: bool = False
    optional: bool = False
    assessed: bool = True
    level_after: Level | None = None
    test_after: str | None = None


@dataclass(frozen=True)
class PrimaryYear:
    """Everything that the assessment of a primary year looks at.

    `excellent_in` and `progress_in` say in words what the pupil stands out in; for a title
    one of them is needed, and that the class agrees.
    """

    grade: int
    subjects: tuple[PrimarySubject, ...]
    traits: Mapping[str, Level | None]
    traits_after: Mapping[str, Level] | None = None
    excellent_in: str | None = None
    progress_in: str | None = None
    accepted_by_class: bool = False
    assessed: bool = True
    promoted_by_principal: bool | None = None

    @property
    def fully_assessed(self) -> bool:
        """Whether no disability leaves anything out."""
        return self.assessed and all(subject.assessed for subject in self.subjects)


@dataclass(frozen=True)
class PrimarySubjectYear:
    """One row of the transcript; all None in a subject in which the pupil is not assessed."""

    code: str
    level: Level | None
    test: str | None
    level_after: Level | None
    test_after: str | None


@dataclass(frozen=True)
class PrimaryAssessment:
    """What the transcript states about a primary year; traits in the order of the form.

    `completed` is completion of the grade's programme, `completed_level` that of primary
    school, stated only in the last grade.
    """

    subjects: tuple[PrimarySubjectYear, ...]
    traits: Mapping[str, Level | None]
    traits_after: Mapping[str, Level]
    overall: Level | None
    overall_after: Level | None
    title: str | None
    completed: bool | None
    promoted: bool | None
    completed_level: bool | None


def assess_primary_year(pupil: PrimaryYear, regulation: PrimaryRegulation) -> PrimaryAssessment:
    """Assess one pupil's year.

    Raises:
        SeveralInputError: everything that is missing or malformed, each with its field
            (`TOAN.level`, `TV.test`, `traits.pc_nhan_ai`).
    """
    found = list(_problems(pupil, regulation))
    if found:
        raise SeveralInputError(found)
    overall = after = None
    if pupil.assessed:
        overall = _overall(pupil, regulation, after=False)
        if _assessed_again(pupil):
            after = _overall(pupil, regulation, after=True)
            _refuse_needless(overall, regulation)
    last = after or overall
    done = None if last is None else regulation.overall.at_least(last, regulation.complete_from)
    promoted = pupil.promoted_by_principal
    if pupil.fully_assessed:
        if done and promoted is not None:
            raise InputError("assessment.no_decision", where=Where(field="promotion"))
        promoted = True if done else promoted
    final = pupil.grade == regulation.final_grade
    return PrimaryAssessment(
        subjects=tuple(_row(subject, pupil) for subject in pupil.subjects),
        traits={
            trait.code: pupil.traits.get(trait.code) if pupil.assessed else None
            for trait in regulation.traits_of(pupil.grade)
        },
        traits_after=pupil.traits_after or {},
        overall=overall,
        overall_after=after,
        title=primary_title(overall, regulation, mentioned=_mentioned(pupil)),
        completed=done,
        promoted=promoted,
        completed_level=(done if pupil.fully_assessed else promoted) if final else None,
    )


def primary_result(
    levels: Sequence[Level],
    tests: Sequence[int],
    traits: Sequence[Level],
    regulation: PrimaryRegulation,
) -> Level:
    """Return the overall result. TT 27/2020 Điều 9."""
    for result in regulation.results:
        if (
            all(regulation.subject_levels.at_least(level, result.subject) for level in levels)
            and all(regulation.trait_levels.at_least(level, result.trait) for level in traits)
            and all(test >= result.test for test in tests)
        ):
            return result.level
    return regulation.overall.order[0]


def primary_title(
    overall: Level | None, regulation: PrimaryRegulation, *, mentioned: bool
) -> str | None:
    """Return the title of the year. TT 27/2020 Điều 13.

    `mentioned`: excellent in a subject or clear progress in a trait, and the class agrees.
    """
    for award in regulation.awards:
        enough = overall is not None and regulation.overall.at_least(overall, award.level)
        if enough and (mentioned or not award.needs_mention):
            return award.title
    return None


def _mentioned(pupil: PrimaryYear) -> bool:
    return bool(pupil.excellent_in or pupil.progress_in) and pupil.accepted_by_class


def _assessed_again(pupil: PrimaryYear) -> bool:
    subjects = any(s.level_after or s.test_after for s in pupil.subjects if s.assessed)
    return subjects or bool(pupil.traits_after)


def _overall(pupil: PrimaryYear, regulation: PrimaryRegulation, *, after: bool) -> Level:
    levels: list[Level] = []
    tests: list[int] = []
    for subject in _counted(pupil, regulation):
        level = (subject.level_after if after else None) or subject.level
        test = (subject.test_after if after else None) or subject.test
        if level is not None and level != EXEMPT:
            levels.append(level)
        if test is not None and test != EXEMPT:
            tests.append(int(test))
    traits = {**pupil.traits, **((pupil.traits_after or {}) if after else {})}
    of_grade = [traits.get(trait.code) for trait in regulation.traits_of(pupil.grade)]
    return primary_result(levels, tests, [t for t in of_grade if t is not None], regulation)


def _counted(pupil: PrimaryYear, regulation: PrimaryRegulation) -> list[PrimarySubject]:
    return [
        subject
        for subject in pupil.subjects
        if subject.assessed and (regulation.optional_subjects_count or not subject.optional)
    ]


def _row(subject: PrimarySubject, pupil: PrimaryYear) -> PrimarySubjectYear:
    if not (pupil.assessed and subject.assessed):
        return PrimarySubjectYear(subject.code, None, None, None, None)
    return PrimarySubjectYear(
        subject.code, subject.level, subject.test, subject.level_after, subject.test_after
    )


def _refuse_needless(overall: Level, regulation: PrimaryRegulation) -> None:
    if regulation.overall.at_least(overall, regulation.complete_from):
        raise InputError("assessment.no_retest", where=Where(field="results.after"))


def _problems(pupil: PrimaryYear, regulation: PrimaryRegulation) -> Iterator[HocbaError]:
    if pupil.assessed:
        for subject in pupil.subjects:
            if subject.assessed:
                yield from _of_subject(subject, regulation)
        yield from _of_traits(pupil, regulation)
    if not pupil.fully_assessed and pupil.promoted_by_principal is None:
        yield InputError("assessment.missing_decision", where=Where(field="promotion"))


def _of_subject(subject: PrimarySubject, regulation: PrimaryRegulation) -> Iterator[HocbaError]:
    known = regulation.subject_levels.order
    exempt = subject.level == EXEMPT
    if subject.level is None or not (exempt or subject.level in known):
        yield _wrong("missing_level", f"{subject.code}.level", subject.level)
    if subject.level_after is not None and (exempt or subject.level_after not in known):
        yield _wrong("missing_level", f"{subject.code}.level_after", subject.level_after)
    wanted = subject.tested and not exempt
    if subject.test is None and wanted:
        yield _wrong("missing_test", f"{subject.code}.test", None)
    for field, test in (("test", subject.test), ("test_after", subject.test_after)):
        exempt_test = field == "test" and test == EXEMPT
        if test is not None and not exempt_test and not _is_test(test, regulation):
            yield _wrong("not_a_test", f"{subject.code}.{field}", test)
        elif test is not None and not exempt_test and not wanted:
            yield _wrong("no_test", f"{subject.code}.{field}", test)


def _of_traits(pupil: PrimaryYear, regulation: PrimaryRegulation) -> Iterator[HocbaError]:
    wanted = {trait.code for trait in regulation.traits_of(pupil.grade)}
    order = regulation.trait_levels.order
    for trait in regulation.traits_of(pupil.grade):
        level = pupil.traits.get(trait.code)
        if level is None or level not in order:
            yield _wrong("missing_trait", f"traits.{trait.code}", level)
    for code, level in (pupil.traits_after or {}).items():
        if code not in wanted or level not in order:
            yield _wrong("missing_trait", f"traits_after.{code}", level)
    for code, level in pupil.traits.items():
        if code not in wanted and level is not None:
            yield _wrong("unknown_trait", f"traits.{code}", level)


def _is_test(test: str, regulation: PrimaryRegulation) -> bool:
    rule = regulation.data["tests"]
    plain = test.isascii() and test.isdigit() and str(int(test)) == test
    return plain and rule["lowest"] <= int(test) <= rule["highest"]


def _wrong(code: str, field: str, value: str | None) -> InputError:
    return InputError(f"assessment.{code}", where=Where(field=field), value=value)
