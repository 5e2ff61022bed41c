"""References inside check 7: the records that this record names are what it says they are.

| reference | where | it must be |
|---|---|---|
| `previous_year` | a year, a partial | the same book's year before; a higher grade if promoted |
| `sources[]` | a year, a partial | this year's first-term results of the same book, and equal |
| `years[]` | a book | the whole record of a year of the same book |

For each: its receipt's leaf and the fields shown are proved and agree with this record (7a),
its leaf stands in the log (7b) under its own school's seal (7c), by the trusted root of its
own realm at the time of its own anchor. Without a root for that realm 7b and 7c are not
checked: `other_root_needed`. A root of a demonstration never serves a file of another kind.

Results join those of the file itself: one that fails makes its check fail, with the
pointer of the reference as detail. Whether a named record was withdrawn since is asked by
check 8, where an outside source answers (`check_status`). How the years of a book fit
together is looked at by `years.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from verifier.context import Context
from verifier.errors import FormatError, ProofError, UnknownFormatError, VerifierError
from verifier.formats.canonical import Json, JsonObject, sha256_hex
from verifier.formats.receipt import Receipt
from verifier.formats.ref import Named, Reference, references_of, verify_whole
from verifier.formats.trusted_root import TrustedRoot
from verifier.report import Check, Status

Judge: TypeAlias = Callable[[Receipt, TrustedRoot], Check]
Shown: TypeAlias = Mapping[str, Json]

PASSED, FAILED, NOT_CHECKED = Status.PASSED, Status.FAILED, Status.NOT_CHECKED
YEAR_KINDS = frozenset({"year"})
GRAVE = {
    "8.withdrawn": "8.reference_withdrawn",
    "8.under_review": "8.reference_under_review",
}
"""What check 8 may say of a named record that touches the one which names it."""
NOT_ASKED = ""
UNKNOWN_YEAR = "not_checked"
YEAR_WORDS = {
    "8.good": "good",
    "8.superseded": "superseded",
    "8.withdrawn": "withdrawn",
    "8.under_review": "under_review",
}
YEARS_TOLD = "years: "
SOURCE_KINDS = frozenset({"partial", "year"})


def check(ctx: Context, judges: Mapping[str, Judge]) -> list[Check]:
    """Judge every reference of the file's record; `judges` are those of 7b and 7c."""
    try:
        record = ctx.record
    except Exception:  # noqa: BLE001  # a file without a readable record names nothing
        return []
    named = list(references_of(record))
    found = [one for each in named for one in _judge(ctx, each, judges)]
    told = {one.id for one in found}
    return found + [
        Check(each, PASSED, f"{each}.references_hold")
        for each in ("7a", *judges)
        if named and each not in told
    ]


def check_status(ctx: Context, own: Check, judge: Callable[[Context], Check]) -> list[Check]:
    """Part of check 8: a record that rests on one which its school withdrew.

    `judge` is check 8 itself, asked about each record named as far as the outside told of
    it. A named record that was superseded is no fault: what replaced it says so itself. Of a
    year inside a book it is told, and of one that nobody was asked about as well; what is
    known of each year stands in the detail, in the order of the book.
    """
    found: list[Check] = []
    years: list[str] = []
    for named in references_of(ctx.record):
        told = _status_of(ctx, named, judge) if ctx.answers.references else NOT_ASKED
        if told in GRAVE:
            found.append(Check("8", FAILED, GRAVE[told], detail=named.pointer))
        if named.role == "year":
            years.append(YEAR_WORDS.get(told, UNKNOWN_YEAR))
    if own.status is FAILED and own.code != "8.superseded":
        return [own, *found]
    if own.status is not PASSED or not years:
        return [*found, own]
    detail = "; ".join(filter(None, (own.detail, YEARS_TOLD + ", ".join(years))))
    if YEAR_WORDS["8.superseded"] in years:
        found.append(Check("8", FAILED, "8.year_superseded", detail=detail))
    if UNKNOWN_YEAR in years:
        found.append(Check("8", NOT_CHECKED, "8.year_not_checked", detail=detail))
    return [*found, replace(own, detail=detail)]


def year_answers(detail: str | None) -> tuple[str, ...]:
    """What check 8 told of each year of a book: `good`, `superseded` or `not_checked`."""
    _, told, words = (detail or "").partition("; also: ")[0].partition(YEARS_TOLD)
    return tuple(words.split(", ")) if told else ()


def _status_of(ctx: Context, named: Named, judge: Callable[[Context], Check]) -> str:
    """The code of check 8 about a named record."""
    try:
        reference = Reference.from_object(named.value)
    except VerifierError:  # 7a's matter
        return NOT_ASKED
    answers, root = ctx.answers.references.get(reference.leaf), ctx.root_of(reference.realm)
    if answers is None or root is None:
        return NOT_ASKED
    there = Context(
        data=b"",
        trust=root,
        now=ctx.now,
        newer_receipt=reference.receipt_bytes,
        answers=answers,
    )
    return judge(there).code


def _judge(ctx: Context, named: Named, judges: Mapping[str, Judge]) -> Iterator[Check]:
    try:
        reference = Reference.from_object(named.value)
        receipt = reference.receipt
    except UnknownFormatError as error:
        yield _said(named, "7a", NOT_CHECKED, "newer_verifier_needed", error.code)
        return
    except FormatError as error:
        yield _said(named, "7a", FAILED, "reference_malformed", error.code)
        return
    yield from _leaf(named, reference)
    root = ctx.root_of(reference.realm)
    if root is None:
        for check_id in judges:
            needed = f"{reference.realm} ({named.pointer})"
            yield Check(check_id, NOT_CHECKED, f"{check_id}.other_root_needed", detail=needed)
        return
    seen = sha256_hex(reference.receipt_bytes)
    for check_id, judge in judges.items():
        answer = ctx.memo(
            f"{check_id}.{reference.realm}.{seen}", partial(_answer, check_id, judge, receipt, root)
        )
        if answer.status is not PASSED:
            failed = answer.status is FAILED
            code = "reference_not_proved" if failed else "newer_verifier_needed"
            yield _said(named, check_id, answer.status, code, answer.code)


def _answer(check_id: str, judge: Judge, receipt: Receipt, root: TrustedRoot) -> Check:
    """What 7b or 7c says; an error is an answer about the reference."""
    try:
        return judge(receipt, root)
    except UnknownFormatError as error:
        return Check(check_id, NOT_CHECKED, error.code)
    except VerifierError as error:
        return Check(check_id, FAILED, error.code)


def _leaf(named: Named, reference: Reference) -> Iterator[Check]:
    """(7a) Leaf and fields are proved, and agree with what this record states."""
    try:
        shown = reference.verify_fields()
        if named.whole is not None:
            verify_whole(reference, named.whole)
    except (FormatError, ProofError) as error:
        what = " ".join(filter(None, (error.code, error.detail)))
        yield _said(named, "7a", FAILED, "reference_not_proved", what)
        return
    judge = _AGREE[named.role]
    for code, where in judge(named, reference.receipt.leaf.kind, shown):
        yield _said(named, "7a", FAILED, code, where)


def _previous_year(named: Named, kind: str, shown: Shown) -> Iterator[tuple[str, str]]:
    """The year before of the same book; the same grade again only after a year not passed."""
    stated = named.stated
    if kind not in YEAR_KINDS:
        yield "previous_year_other_kind", "/kind"
    yield from _same_pupil("previous_year", stated, shown)
    missing = _missing(shown, ("/school_year", "/grade", "/promotion/promoted"))
    if missing:
        yield "previous_year_not_shown", missing
        return
    year, grade, promoted = (
        shown[one] for one in ("/school_year", "/grade", "/promotion/promoted")
    )
    if not isinstance(year, str) or not year < stated["school_year"]:
        yield "previous_year_other_year", "/school_year"
    fits = isinstance(grade, int) and isinstance(promoted, bool)
    if not (fits and follows(stated["grade"], grade, promoted=promoted)):
        yield "previous_year_other_grade", "/grade"


def follows(grade: int, before: int, *, promoted: bool) -> bool:
    """Whether this grade may follow that one: a higher one if promoted, else the same again."""
    return grade > before if promoted else grade == before


def _source(named: Named, kind: str, shown: Shown) -> Iterator[tuple[str, str]]:
    """The same year of the same book elsewhere; every first-term result is the one shown."""
    stated = named.stated
    if kind not in SOURCE_KINDS:
        yield "source_other_kind", "/kind"
    yield from _same_pupil("source", stated, shown)
    if (shown.get("/school_year"), shown.get("/grade")) != (
        stated["school_year"],
        stated["grade"],
    ):
        yield "source_other_year", "/school_year"
    marks = first_term(shown)
    for where, value in stated_first_term(stated):
        if value != marks.get(where):
            yield "source_differs", where


def _year(named: Named, kind: str, _: Shown) -> Iterator[tuple[str, str]]:
    """A year of the same book, whole."""
    whole, stated = named.whole or {}, named.stated
    pupil = whole.get("pupil", {})
    shown = {f"/pupil/{key}": value for key, value in pupil.items()}
    shown["/book_id"] = whole.get("book_id")
    if kind not in YEAR_KINDS:
        yield "year_other_kind", "/kind"
    yield from _same_pupil("year", stated, shown)


_AGREE: Mapping[str, Callable[[Named, str, Shown], Iterator[tuple[str, str]]]] = {
    "previous_year": _previous_year,
    "source": _source,
    "year": _year,
}


_MEAN = "mean"


def first_term(shown: Shown) -> dict[str, Json]:
    """First-term results that a reference shows, by subject code, `results`, `conduct`, `mean`."""
    found: dict[str, Json] = {}
    for pointer, value in shown.items():
        match pointer.split("/"):
            case ["", "subjects", index, "code"] if f"/subjects/{index}/term1" in shown:
                found[str(value)] = shown[f"/subjects/{index}/term1"]
            case ["", "results" | "conduct" as part, "term1"]:
                found[part] = value
            case ["", "results", "mean", "term1"]:
                found[_MEAN] = value
            case _:
                pass
    return found


def stated_first_term(record: JsonObject) -> Iterator[tuple[str, Json]]:
    """The first-term results that a record states, under the same names."""
    for subject in record.get("subjects", ()):
        if "term1" in subject:
            yield subject["code"], subject["term1"]
    for part in ("results", "conduct"):
        given = record.get(part)
        if isinstance(given, dict) and "term1" in given:
            yield part, given["term1"]
    mean = record.get("results", {}).get("mean")
    if isinstance(mean, dict):
        yield _MEAN, mean["term1"]


def _same_pupil(role: str, stated: JsonObject, shown: Shown) -> Iterator[tuple[str, str]]:
    """One book, and one pupil by code or personal number."""
    if shown.get("/book_id") != stated["book_id"]:
        yield f"{role}_other_book", "/book_id"
    pupil = stated["pupil"]
    number = shown.get("/pupil/personal_number")
    by_number = number is not None and number == pupil["personal_number"]
    if shown.get("/pupil/code") != pupil["code"] and not by_number:
        yield f"{role}_other_pupil", "/pupil/code"


def _missing(shown: Shown, pointers: tuple[str, ...]) -> str:
    return ", ".join(one for one in pointers if one not in shown)


def _said(named: Named, check_id: str, status: Status, code: str, detail: str) -> Check:
    told = ": ".join(filter(None, (named.pointer, detail)))
    return Check(check_id, status, f"{check_id}.{code}", detail=told)
