"""A school's own keys sign a primary year whose page says more than its record.

Everything else about the file is genuine: without check 6 it would pass.
"""

from datetime import timedelta

import pytest
from fakes.primary_records import TEMPLATE_ID, not_assessed, primary_record
from fakes.world import AT, only, the_world

from hocba.documents.writer import render
from signing import pades
from verifier.checks import after_seal, container, seen, signatures, structure
from verifier.context import Context
from verifier.formats.canonical import canonical
from verifier.formats.pdf import body
from verifier.formats.pdf.parse import parse
from verifier.formats.trusted_root import TrustedTemplate
from verifier.report import Status
from verifier.templates import load

TEMPLATE = load(TEMPLATE_ID)
OTHERS = (container, structure, signatures, after_seal)


def weak_year(**changes):
    """The year of a pupil who has not completed the grade."""
    return primary_record(**{
        "/issued_on": "2026-06-01", "/subjects/1/level": "C", "/subjects/1/test": "4",
        "/qualities/3/level": "C", "/results/overall": "CHT", "/awards/title": None,
        "/promotion/completed_grade": False, "/promotion/promoted": False,
    } | changes)  # fmt: skip


WEAK = weak_year()


def signed(record, shown):
    """Sign a document of `record` whose pages are those of `shown`."""
    pages = list(parse(render(canonical(shown), TEMPLATE)).contents)
    data = body.body(TEMPLATE, canonical(record), pages, b"20260601")
    world = the_world()
    for step, signer in enumerate(world.signers()):
        world.clock.now = at = AT + timedelta(minutes=step)
        put = pades.seal if step == TEMPLATE.seal_step else pades.sign
        with signer.custody.open_session(signer.pin) as key:
            data = put(data, TEMPLATE, step=step, key=key, appointment_jws=signer.jws,
                       timestamper=None, at=at)  # fmt: skip
    world.clock.now = end = AT + timedelta(minutes=5)
    evidence = world.evidence(world.signers(), end)
    return pades.finish(data, TEMPLATE, evidence=evidence, timestamper=world.services, at=end)


def judged(data, check):
    known = (TrustedTemplate(TEMPLATE_ID, TEMPLATE.hash),)
    trust = only(the_world().trust, templates=known)
    ctx = Context(data=data, trust=trust, now=AT + timedelta(hours=1), pdf=parse(data))
    return check.check(ctx)


@pytest.mark.parametrize(
    ("pointer", "value", "cell"),
    [
        ("/subjects/1/level", "T", "s02.level"),
        ("/subjects/1/test", "9", "s02.test"),
        ("/subjects/1/level_after", "H", "s02.level_after"),
        ("/qualities/3/level", "T", "qualities.4.level"),
        ("/results/overall", "HTXS", "overall.HTXS"),
        ("/promotion/promoted", True, "promoted.yes"),
        ("/awards/title", "xuat_sac", "award"),
    ],
)
def test_a_primary_page_that_says_more_than_its_record_fails_check_6_alone(pointer, value, cell):
    better = weak_year(**{pointer: value})
    data = signed(WEAK, better)
    assert cell in {check.detail for check in judged(data, seen)}
    for other in OTHERS:
        assert {one.status for one in judged(data, other)} == {Status.PASSED}, other.__name__


def test_the_same_year_shown_as_it_is_passes_every_check_of_the_file():
    data = signed(WEAK, WEAK)
    for check in (*OTHERS, seen):
        assert {one.status for one in judged(data, check)} == {Status.PASSED}, check.__name__


def test_a_pupil_not_assessed_cannot_be_shown_with_results():
    record = not_assessed(4) | {"issued_on": "2026-06-01"}
    data = signed(record, primary_record(**{"/issued_on": "2026-06-01"}))
    assert {check.status for check in judged(data, seen)} == {Status.FAILED}
