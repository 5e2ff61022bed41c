"""Two people, or two workers, at the same moment: one end, whoever was faster."""

import threading
from contextlib import ExitStack

import pytest
from fakes.small_school import CLASS, CLERK, HOMEROOM, PIN, PRINCIPAL

from hocba.issuance import (
    apply_seal,
    find_class,
    find_frozen,
    freeze,
    propose,
    propose_seal,
    run_audit,
    sign,
)
from hocba.issuance.sweep import sweep
from hocba.kit.clock import now
from hocba.kit.errors import HocbaError

ALLOWED = {
    "class.already_frozen",
    "session.already_signed",
    "session.list_changed",
    "session.nothing_to_sign",
    "transcript.moved_on",
    "transcript.not_signed",
}
"""What the slower one may be told; all of them mean: it is done already."""


def _freeze(wp):
    with wp.database.transaction("test") as db:
        target = find_class(db, class_name=CLASS)
    freeze(wp, target, by=HOMEROOM, at=now())


def _frozen(wp):
    with wp.database.transaction("test") as db:
        return find_frozen(db, find_class(db, class_name=CLASS))


def _sign(wp):
    offer = propose(wp, _frozen(wp), role="principal", staff=PRINCIPAL, at=now())
    sign(wp, offer, pin=PIN, clock=now)


def _seal(wp):
    apply_seal(wp, propose_seal(wp, _frozen(wp), staff=CLERK, at=now()), pin=PIN, clock=now)


def _sweep(wp):
    sweep(wp, clock=now)


@pytest.mark.parametrize(
    ("step", "act"),
    [("freeze", _freeze), ("principal", _sign), ("seal", _seal), ("release", _sweep)],
)
def test_two_at_once_lead_to_the_end_of_one(lab, place, step, act):
    at = place(step)
    start, told = threading.Barrier(2), []

    def run(wp):
        start.wait(20)
        try:
            act(wp)
        except HocbaError as error:
            told.append(error.code)

    with ExitStack() as stack:
        places = [stack.enter_context(lab.open(at)) for _ in range(2)]
        threads = [threading.Thread(target=run, args=[wp]) for wp in places]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert set(told) <= ALLOWED, told
        assert len(told) < 2, told
        assert run_audit(places[0]).differences == ()
    if step in ("principal", "seal"):
        lab.run(at, step)  # what the two took from each other is finished by a third
    assert lab.state(at) == lab.after[step]
