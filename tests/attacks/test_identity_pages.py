"""A school's own keys sign an identity or an extract whose page says other than its record.

Everything else about the file is genuine: without check 6 it would pass. Then two ways to
use one kind for another: without the policy's kind and the template's own pages they would.
"""

from datetime import timedelta

import pytest
from fakes.extract_records import extract_record
from fakes.identity_records import amended, change, identity_record
from fakes.world import AT, only, the_world

from hocba.documents.writer import render
from hocba.issuance.credential import policies
from verifier.checks import after_seal, container, roles, seen, signatures, structure
from verifier.context import Context
from verifier.formats.canonical import canonical
from verifier.formats.pdf import body
from verifier.formats.pdf.parse import parse
from verifier.formats.trusted_root import TrustedTemplate
from verifier.report import Status
from verifier.templates import load

DAY = {"issued_on": "2026-06-01"}
OTHERS = (container, structure, signatures, roles, after_seal)
PAPER_MARK = "/paper_marks/0/years/1/year"


def signed(record, shown):
    """Sign a document of `record` whose pages are those of `shown`."""
    form = record["template"]["id"]
    template, world = load(form), the_world()
    pages = list(parse(render(canonical(shown), load(shown["template"]["id"]))).contents)
    data = body.body(template, canonical(record), pages, b"20260601")
    signers = [world.signer(role) for role in record["signers"]]
    data = world.signed(signers, at=AT, document=data, form=form)
    return world.finished(data, signers, at=AT + timedelta(minutes=5), form=form)


def judged(data, check):
    trust = only(
        the_world().trust,
        templates=tuple(
            TrustedTemplate(one, load(one).hash) for one in ("identity-1", "extract-1")
        ),
        policies=policies("demo.hocba.test"),
    )
    ctx = Context(data=data, trust=trust, now=AT + timedelta(hours=1), pdf=parse(data))
    return check.check(ctx)


@pytest.mark.parametrize(
    ("make", "pointer", "value", "cell"),
    [
        (identity_record, "/pupil/name", "Trần Thị Lan", "who.name"),
        (identity_record, "/identity/ethnicity", "12", "who.ethnicity"),
        (identity_record, "/identity/policy", "Con liệt sĩ", "who.policy"),
        (identity_record, "/identity/guardian", {"name": "Lê An", "occupation": None},
         "who.guardian"),
        (identity_record, "amendments", [change("name", "Lê An", "Nguyễn Thị Minh Khuê")],
         "a1.before"),
        (amended, "/amendments/0/before", "Lê Thị Mượn", "a1.before"),
        (extract_record, PAPER_MARK, "10", "paper_marks.01.2.year"),
        (extract_record, "/paper_years/1/outcome", "Ở lại lớp", "y2.outcome"),
        (extract_record, "/paper/corrections", 0, "paper.paper.corrections"),
    ],
)  # fmt: skip
def test_a_page_that_says_other_than_its_record_fails_check_6_alone(make, pointer, value, cell):
    data = signed(make(**DAY), make(**{**DAY, pointer: value}))
    assert cell in {check.detail for check in judged(data, seen)}
    for other in OTHERS:
        assert {one.status for one in judged(data, other)} == {Status.PASSED}, other.__name__


@pytest.mark.parametrize("make", [identity_record, amended, extract_record])
def test_the_same_page_shown_as_it_is_passes_every_check_of_the_file(make):
    record = make(**DAY)
    data = signed(record, record)
    for check in (*OTHERS, seen):
        assert {one.status for one in judged(data, check)} == {Status.PASSED}, check.__name__


def test_a_former_name_borrowed_in_the_record_alone_is_not_on_the_page():
    """Who wants another pupil's years would claim that pupil's name as a former one."""
    borrowed = amended(**DAY, **{"/amendments/0/before": "Lê Thị Mượn"})
    data = signed(borrowed, amended(**DAY))
    assert "a1.before" in {check.detail for check in judged(data, seen)}


def test_an_extract_under_the_policy_of_identities_has_no_policy():
    record = extract_record(**DAY, policy="thcs-identity-2026-1")
    data = signed(record, record)
    assert {check.code for check in judged(data, roles)} == {"4.not_for_record_policy"}


def test_primary_marks_shown_on_the_page_of_secondary_ones_are_seen():
    record, shown = extract_record(**DAY), extract_record(**DAY)
    shown["paper_marks"] = None
    shown["paper_levels"] = [{"name": "Toán", "years": [{"level": "T", "test": "10"}, None]}]
    data = signed(record, shown)
    assert {check.status for check in judged(data, seen)} == {Status.FAILED}
