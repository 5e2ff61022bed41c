"""`hocba.record/1`: what a school states about one pupil.

`parse_record` accepts exactly the canonical bytes of a record that is true to the
published schema of its kind, level and regulation (`schemas/`); whatever it returns can be shown,
hashed and compared without further looking. A record of a type, kind, level or
regulation that this version does not know, or one with a reference of another type, is
an `UnknownFormatError`: a newer verifier is needed, nothing is wrong. What references
prove is looked at by `checks/references.py`.

    record = parse_record(data)          # FormatError("record.wrong_form", "/subjects/3/term1")
    root = fields_root(record)           # binds every field, shows none

Order: canonical bytes, then type and kind, then the closed shape, then the rules
that a schema cannot say. The first offence is reported, by code and JSON pointer.
"""

from verifier.errors import FormatError, UnknownFormatError
from verifier.formats.canonical import JsonObject, parse_canonical, sha256_hex
from verifier.formats.display import display
from verifier.formats.fields import (
    FieldProof,
    field_leaf_values,
    fields_root,
    prove_field,
    verify_field,
)
from verifier.formats.management_code import GRADES, LEVELS, check_code
from verifier.formats.ref import REF_TYPE
from verifier.formats.schema import compile_schema, load_schema

__all__ = [
    "RECORD_TYPE",
    "FieldProof",
    "check_record",
    "field_leaf_values",
    "fields_root",
    "form_of",
    "parse_record",
    "prove_field",
    "record_digest",
    "verify_field",
]

RECORD_TYPE = "hocba.record/1"
NO_REGULATION = ""
_SCHEMAS = {
    ("year", "th", "tt27-2020"): "record-year-th-1",
    ("year", "thcs", "tt22-2021"): "record-year-1",
    ("year", "thpt", "tt22-2021"): "record-year-1",
    ("year", "thcs", "tt58-2011"): "record-year-1",
    ("year", "thpt", "tt58-2011"): "record-year-1",
    ("year", "gdtx_thcs", "tt43-2021"): "record-year-1",
    ("year", "gdtx_thpt", "tt43-2021"): "record-year-1",
    ("partial", "th", "tt27-2020"): "record-partial-th-1",
    ("partial", "thcs", "tt22-2021"): "record-partial-1",
    ("partial", "thpt", "tt22-2021"): "record-partial-1",
    ("partial", "gdtx_thcs", "tt43-2021"): "record-partial-1",
    ("partial", "gdtx_thpt", "tt43-2021"): "record-partial-1",
    **{("book", level, NO_REGULATION): "record-book-1" for level in LEVELS},
    **{("identity", level, NO_REGULATION): "record-identity-1" for level in LEVELS},
    **{("extract", level, NO_REGULATION): "record-extract-1" for level in LEVELS},
}
"""(kind, level, regulation) to the published schema that holds for it; a kind that is not
made under a regulation stands under `NO_REGULATION`."""
_BOOKS = {"th": "th-book", "gdtx_thcs": "gdtx-book", "gdtx_thpt": "gdtx-book"}


def form_of(kind: str, level: str, regulation: str) -> str:
    """The template of a kind, level and regulation, without its edition."""
    if regulation:
        return f"{level.replace('_', '-')}-{kind}-{regulation.partition('-')[0]}"
    if kind == "book":
        return _BOOKS.get(level, "secondary-book")
    return f"gdtx-{kind}" if level.startswith("gdtx") else kind


_FORMS = {key: form_of(*key) for key in _SCHEMAS}
_CHECKS = {
    key: compile_schema(load_schema(name), prefix="record") for key, name in _SCHEMAS.items()
}


def parse_record(data: bytes) -> JsonObject:
    """Return the record in these bytes.

    Raises:
        UnknownFormatError: `record.unknown_type`, `.unknown_kind`, `.unknown_form` or
            `.unknown_reference`.
        FormatError: `json.*` where the bytes are not canonical, else `record.*` with the
            JSON pointer of the offence as its detail.
    """
    record = parse_canonical(data)
    check_record(record)
    return record


def check_record(record: JsonObject) -> None:
    """Check a record that is already an object; same errors as `parse_record`."""
    key = _known_kind(record)
    check = _CHECKS[key]
    _known_references(record)
    check(record)
    _check_form(record, key)
    check_code(record["management_code"], level=record["level"])
    if record["school_year"] is not None:
        _check_school_year(record)
    if "subjects" in record:
        _check_subjects(record)
    if "amendments" in record:
        _check_amendments(record)
    if "paper_years" in record:
        _check_paper(record)
    for index, item in enumerate(record.get("years") or ()):
        _check_year(record, item["record"], f"/years/{index}/record")


def _check_form(record: JsonObject, key: tuple[str, str, str]) -> None:
    """The form is that of the kind, level and regulation, in whichever edition.

    A page of another level would say "lower secondary" where the record says "upper".
    """
    form = record["template"]["id"].rpartition("-")[0]
    if form not in _FORMS.values():
        raise UnknownFormatError("record.unknown_form", record["template"]["id"])
    if form != _FORMS[key]:
        raise FormatError("record.wrong_value", "/template/id")


def _check_year(book: JsonObject, year: JsonObject, where: str) -> None:
    """A year inside a book is a record of its own, of the book's level."""
    try:
        check_record(year)
    except FormatError as error:
        raise FormatError(error.code, where + error.detail) from error
    if year["level"] != book["level"]:
        raise FormatError("record.wrong_value", f"{where}/level")


def _check_amendments(record: JsonObject) -> None:
    """What a paper made of name, birth date or number last is what the record says of the pupil."""
    pupil = record["pupil"]
    now = {
        "name": pupil["name"],
        "birth_date": display(pupil["birth_date"], "date"),
        "personal_number": pupil["personal_number"],
    }
    last = {one["field"]: index for index, one in enumerate(record["amendments"])}
    for field, index in last.items():
        if field in now and record["amendments"][index]["after"] != now[field]:
            raise FormatError("record.wrong_value", f"/amendments/{index}/after")


def _check_paper(record: JsonObject) -> None:
    """Years of the level in their order, and one entry of each subject for each of them."""
    years = record["paper_years"]
    grades = GRADES[record["level"]]
    for index, year in enumerate(years):
        where = f"/paper_years/{index}"
        _check_school_year(year, where)
        if year["grade"] not in grades:
            raise FormatError("record.wrong_value", f"{where}/grade")
        if index and years[index - 1]["school_year"] >= year["school_year"]:
            raise FormatError("record.wrong_value", f"{where}/school_year")
    part = "paper_levels" if record["paper_marks"] is None else "paper_marks"
    for index, row in enumerate(record[part]):
        if len(row["years"]) != len(years):
            raise FormatError("record.wrong_value", f"/{part}/{index}/years")


def record_digest(data: bytes) -> str:
    """SHA-256 of the record's bytes: `record_digest` of the leaf, `digest` of check 9."""
    return sha256_hex(data)


def _known_kind(record: JsonObject) -> tuple[str, str, str]:
    if record.get("type") != RECORD_TYPE:
        raise UnknownFormatError("record.unknown_type", str(record.get("type"))[:80])
    regulation = record.get("regulation", {})
    named = NO_REGULATION if regulation is None else None
    if isinstance(regulation, dict):
        named = regulation.get("id")
    parts = (("/kind", record.get("kind")), ("/level", record.get("level")),
             ("/regulation/id", named))  # fmt: skip
    for pointer, part in parts:
        if part is None:
            raise FormatError("record.missing", pointer)
        if not isinstance(part, str):
            raise FormatError("record.wrong_type", pointer)
    key = (str(parts[0][1]), str(parts[1][1]), str(parts[2][1]))
    if key not in _CHECKS:
        raise UnknownFormatError("record.unknown_kind", "/".join(key)[:80])
    return key


def _known_references(record: JsonObject) -> None:
    sources = record.get("sources")
    named = [("/previous_year", record.get("previous_year"))]
    if isinstance(sources, list):
        named += [(f"/sources/{index}", source) for index, source in enumerate(sources)]
    for pointer, value in named:
        if isinstance(value, dict) and value.get("type", REF_TYPE) != REF_TYPE:
            raise UnknownFormatError("record.unknown_reference", pointer)


def _check_school_year(record: JsonObject, where: str = "") -> None:
    first, second = record["school_year"].split("-")
    if int(second) != int(first) + 1:
        raise FormatError("record.wrong_value", f"{where}/school_year")


def _check_subjects(record: JsonObject) -> None:
    codes = _codes(record, "subjects")
    adjusted_by = record["results"].get("adjusted_by")
    if adjusted_by is not None and adjusted_by not in codes:
        raise FormatError("record.wrong_value", "/results/adjusted_by")
    topics = _codes(record, "study_topics")
    for index, topic in enumerate(record.get("study_topics", ())):
        if topics[index] not in codes:
            raise FormatError("record.wrong_value", f"/study_topics/{index}/code")
        if topic["chosen"] not in topic["results"]:
            raise FormatError("record.wrong_value", f"/study_topics/{index}/chosen")


def _codes(record: JsonObject, part: str) -> list[str]:
    """The codes of a list, each only once."""
    codes = [item["code"] for item in record.get(part, ())]
    for index, code in enumerate(codes):
        if code in codes[:index]:
            raise FormatError("record.repeated", f"/{part}/{index}/code")
    return codes
