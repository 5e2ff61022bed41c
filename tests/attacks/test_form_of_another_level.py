"""A school seals a record of upper secondary school on the form of lower secondary.

Page and record agree cell by cell, but the cover and the completion line say another level
than the data do: whoever reads the page and whoever reads the record would be told of
different certificates. Without the rule that a record names its own form it would pass.
"""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.world import AT, only, the_world

from hocba.documents.writer import render
from verifier.checks import after_seal, container, seen, signatures, structure
from verifier.context import Context
from verifier.errors import FormatError
from verifier.formats import record as formats
from verifier.formats.canonical import canonical
from verifier.formats.pdf.parse import parse
from verifier.formats.trusted_root import TrustedTemplate
from verifier.report import Status
from verifier.templates import load

GOLDEN = Path(__file__).parents[1] / "vectors" / "records"
CHECKS = (container, structure, signatures, after_seal, seen)
FORM = "thcs-year-tt22-1"


@pytest.fixture(scope="module")
def forged():
    """The last year of upper secondary school, drawn and sealed as one of lower secondary."""
    template, world = load(FORM), the_world()
    record = json.loads((GOLDEN / "from-abroad.json").read_bytes())
    record |= {"template": {"id": FORM, "hash": template.hash}, "issued_on": "2026-06-01",
               "grade": 12, "promotion": {"promoted": True, "completed": True}}  # fmt: skip
    document = render(canonical(record), template)
    return world.finished(world.signed(document=document, form=FORM), form=FORM)


def context(data):
    known = (TrustedTemplate(FORM, load(FORM).hash),)
    trust = only(the_world().trust, templates=known)
    return Context(data=data, trust=trust, now=AT + timedelta(hours=1), pdf=parse(data))


def test_a_record_on_the_form_of_another_level_is_refused(forged):
    with pytest.raises(FormatError) as caught:
        seen.check(context(forged))
    assert (caught.value.code, caught.value.detail) == ("record.wrong_value", "/template/id")


def test_without_that_rule_every_check_of_the_file_would_pass(forged, monkeypatch):
    monkeypatch.setattr(formats, "_check_form", lambda *_: None)
    ctx = context(forged)
    for check in CHECKS:
        assert {one.status for one in check.check(ctx)} == {Status.PASSED}, check.__name__
    assert ctx.record["level"] == "thpt"
