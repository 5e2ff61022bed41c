"""Who a pupil is: the page LÝ LỊCH, the classes so far, what civil-status papers changed.

A former name is explained: transcripts that bear it belong to the same book, and hold. Names
of ethnic groups come from the code list of the record's own form.
"""

from verifier.formats.canonical import JsonObject
from verifier.messages import Catalogue
from verifier.templates import load
from verifier.web.shown import Content, Row, Table, date, facts, named

_PERSONS = ("father", "mother", "guardian")


def content(record: JsonObject, catalogue: Catalogue) -> Content:
    """The verified content of the page."""
    tables = [_schooling(record, catalogue)]
    if record["amendments"]:
        tables.append(_amendments(record, catalogue))
    rows = (*_identity(record, catalogue), *_former_names(record, catalogue))
    return Content(facts(record, catalogue), tuple(tables), rows)


def _identity(record: JsonObject, catalogue: Catalogue) -> tuple[Row, ...]:
    text, page = catalogue.text, record["identity"]
    groups = load(record["template"]["id"]).code_lists["ethnicity"]
    rows = [
        (text("ui.gender"), named("ui.gender_", page["gender"], catalogue)),
        (text("ui.ethnicity"), groups.get(page["ethnicity"], page["ethnicity"])),
    ]
    texts = ("policy", "nationality", "birth_place", "hometown", "residence")
    rows.extend((text(f"ui.{name}"), page[name]) for name in texts)
    for name in _PERSONS:
        person = page[name]
        said = None if person is None else ", ".join(filter(None, person.values()))
        rows.append((text(f"ui.{name}"), said))
    return tuple((label, value) for label, value in rows if value is not None)


def _schooling(record: JsonObject, catalogue: Catalogue) -> Table:
    text = catalogue.text
    names = ("school_year", "class", "school", "from_date")
    return Table(
        caption=text("ui.schooling"),
        columns=tuple(text(f"ui.{name}") for name in names),
        rows=tuple(
            (line["school_year"], line["class"],
             ", ".join((line["school"], line["commune"], line["province"])), date(line["from"]))
            for line in record["schooling"]
        ),
    )  # fmt: skip


def _amendments(record: JsonObject, catalogue: Catalogue) -> Table:
    text = catalogue.text
    names = ("amended", "before", "after", "decision", "noted_on")
    return Table(
        caption=text("ui.amendments"),
        columns=tuple(text(f"ui.{name}") for name in names),
        rows=tuple(
            (named("ui.", _LABELS.get(one["field"], one["field"]), catalogue), one["before"] or "",
             one["after"] or "", one["decision"], date(one["noted_on"]))
            for one in record["amendments"]
        ),
    )  # fmt: skip


def _former_names(record: JsonObject, catalogue: Catalogue) -> tuple[Row, ...]:
    """What to think of a transcript that bears another name."""
    return tuple(
        (
            catalogue.text("ui.former_name"),
            catalogue.text(
                "ui.former_name_said",
                name=one["before"],
                date=date(one["noted_on"]),
                code=record["management_code"],
            ),
        )
        for one in record["amendments"]
        if one["field"] == "name"
    )


_LABELS = {"name": "pupil"}
