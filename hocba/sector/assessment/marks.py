"""Marks and averages: exact decimals, one lexical form, half up.

A mark is text: `"8.5"`, `"10.0"` for a score, `"Đ"` or `"CĐ"` for a comment, `"M"`
where the pupil is exempt, `"V"` where the pupil was absent without reason and took no
make-up test. `None` is a mark that is not there yet, and nothing is computed from it.

    term_average(TermMarks(("8.0", "9.0"), "7.0", "8.0"), regulation)   # "7.9"
    year_average("7.8", "8.2", regulation)                              # "8.1"

What another school has signed is a `TermResult`: its value is taken as it is.

Binary floating point gives 8.2 for 66/8; these functions give 8.3, as the law does.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Literal, TypeAlias

from hocba.kit.errors import InputError, Where
from hocba.sector.assessment.regulation import Edition

Mode: TypeAlias = Literal["score", "comment"]

EXEMPT = "M"
ABSENT = "V"
PASSED = "Đ"
NOT_PASSED = "CĐ"
SCORE_FORM = re.compile(r"10\.0|[0-9]\.[0-9]")

_WEIGHT_OF = {"tx": "regular", "gk": "middle", "dk": "middle", "ck": "final"}
_EXACT = Context(prec=40, rounding=ROUND_HALF_UP)
_STEP = Decimal("0.1")


@dataclass(frozen=True)
class TermMarks:
    """The marks of one pupil in one subject and term, as they were entered.

    `periodic` holds the tests of one period (1 tiết) of the years before TT 26/2020, of
    which there were several; where there are any, `middle` is not asked for.
    """

    regular: tuple[str | None, ...]
    middle: str | None
    final: str | None
    periodic: tuple[str | None, ...] = ()

    def __iter__(self) -> Iterator[tuple[str, str | None]]:
        """Yield (kind, mark): tx1, tx2, ..., gk, ck; or dk1, dk2, ... instead of gk."""
        for number, mark in enumerate(self.regular, start=1):
            yield f"tx{number}", mark
        for number, mark in enumerate(self.periodic, start=1):
            yield f"dk{number}", mark
        if not self.periodic:
            yield "gk", self.middle
        yield "ck", self.final

    @property
    def exempt(self) -> bool:
        """Whether the pupil is exempt: at least one M and nothing else."""
        given = [mark for _, mark in self if mark is not None]
        return bool(given) and all(mark == EXEMPT for mark in given)

    @property
    def missing(self) -> tuple[str, ...]:
        """Kinds of the marks that are not there yet; none for an exempt pupil."""
        return () if self.exempt else tuple(kind for kind, mark in self if mark is None)


@dataclass(frozen=True)
class TermResult:
    """The result of a term as another school signed it: `7.8`, `Đ`, `CĐ` or `M`."""

    value: str


def round_half_up(value: Decimal) -> Decimal:
    """Round to one decimal, half up."""
    return value.quantize(_STEP, context=_EXACT)


def mean(values: Sequence[Decimal]) -> Decimal:
    """Return the exact mean of one or more values, not yet rounded."""
    return _EXACT.divide(sum(values, Decimal(0)), Decimal(len(values)))


def score_text(value: Decimal) -> str:
    """Return the lexical form of a score: always one digit after the point."""
    return f"{round_half_up(value):.1f}"


def term_average(marks: TermMarks, regulation: Edition, *, part_exempt: bool = False) -> str:
    """Return ĐTBmhk: (sum of regular + 2 x middle + 3 x final) / (number of regular + 5).

    For a pupil exempt from a part of the subject, tests marked M are left out.

    Raises:
        InputError: `assessment.missing_mark`, `.mixed_exemption` or `.not_a_score`.
    """
    weights = regulation.data["averages"]["term_weights"]
    total, divisor = Decimal(0), 0
    for kind, mark in _taken(marks, part_exempt=part_exempt):
        weight = weights[_WEIGHT_OF[kind[:2]]]
        total += weight * _score(kind, mark, regulation)
        divisor += weight
    return score_text(_EXACT.divide(total, Decimal(divisor))) if divisor else EXEMPT


def year_average(term1: str, term2: str, regulation: Edition) -> str:
    """Return ĐTBmcn from the two rounded term averages: (HKI + 2 x HKII) / 3.

    A term in which the pupil was exempt leaves the other one as the year's result.
    """
    if EXEMPT in (term1, term2):
        return term2 if term1 == EXEMPT else term1
    weights = regulation.data["averages"]["year_weights"]
    total = weights["term1"] * Decimal(term1) + weights["term2"] * Decimal(term2)
    return score_text(_EXACT.divide(total, Decimal(weights["term1"] + weights["term2"])))


def term_comment(marks: TermMarks, regulation: Edition, *, part_exempt: bool = False) -> str:
    """Return the term's result of a comment subject.

    Under TT 22 it is Đ only if all assessments were taken and all are Đ; under TT 58 two
    thirds are enough if the last one is among them. An absence is one that is not Đ.

    Raises:
        InputError: `assessment.missing_mark`, `.mixed_exemption` or `.not_a_comment`.
    """
    absent = regulation.data["tests"]["absent_comment"]
    rule = regulation.data["comment_subjects"]
    results = {
        kind: absent if mark == ABSENT else _comment(kind, mark)
        for kind, mark in _taken(marks, part_exempt=part_exempt)
    }
    if not results:
        return EXEMPT
    wanted, of = rule["passed_share"]
    passed = sum(1 for result in results.values() if result == PASSED)
    enough = passed * of >= len(results) * wanted
    final = results.get("ck", PASSED) == PASSED or not rule["final_passed"]
    return PASSED if enough and final else NOT_PASSED


def year_comment(term1: str, term2: str) -> str:
    """Return the year's result of a comment subject: that of the second term.

    Only a pupil exempt in the second term has the result of the first.
    """
    return term1 if term2 == EXEMPT else term2


def _taken(marks: TermMarks, *, part_exempt: bool) -> list[tuple[str, str | None]]:
    """Return the assessments that count; none for an exempt pupil."""
    if marks.exempt:
        return []
    taken = [(kind, mark) for kind, mark in marks if mark != EXEMPT]
    if len(taken) == len(list(marks)) or part_exempt:
        return taken
    where = next(kind for kind, mark in marks if mark == EXEMPT)
    raise InputError("assessment.mixed_exemption", where=Where(field=where))


def _score(kind: str, mark: str | None, regulation: Edition) -> Decimal:
    if mark is None:
        raise InputError("assessment.missing_mark", where=Where(field=kind))
    if mark == ABSENT:
        return Decimal(regulation.data["tests"]["absent_score"])
    if not SCORE_FORM.fullmatch(mark):
        raise InputError("assessment.not_a_score", where=Where(field=kind), value=mark)
    return Decimal(mark)


def _comment(kind: str, mark: str | None) -> str:
    if mark is None:
        raise InputError("assessment.missing_mark", where=Where(field=kind))
    if mark not in (PASSED, NOT_PASSED):
        raise InputError("assessment.not_a_comment", where=Where(field=kind), value=mark)
    return mark
