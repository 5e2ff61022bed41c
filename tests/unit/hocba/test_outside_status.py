"""How long an answer about a certificate's status is used."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fakes.world import AT, World, the_world

from hocba.issuance.outside import STATUS_AGE, Outside
from verifier.formats.paths import OCSP_AGE


@dataclass
class Asked:
    """The world's status service, counting its questions."""

    world: World
    asked: list[datetime] = field(default_factory=list)

    def evidence(self, certificate: bytes, issuer: bytes, *, at: datetime) -> Any:
        self.asked.append(at)
        return self.world.services.evidence(certificate, issuer, at=at)

    @property
    def tsa_chain(self) -> tuple[bytes, ...]:
        return self.world.services.tsa_chain


@pytest.fixture
def service() -> Asked:
    return Asked(the_world())


@pytest.fixture
def outside(service: Asked) -> Outside:
    made = Outside(cast("Any", SimpleNamespace()), service.world.trust)
    made.__dict__["services"] = service  # in place of the PKI on disk
    return made


def ask(outside: Outside, service: Asked, at: datetime) -> int:
    before = len(service.asked)
    custody = service.world.signer("homeroom").custody
    found = outside.evidence([(custody.certificate, *custody.chain)], at=at)
    assert custody.certificate in found.certs
    return len(service.asked) - before


def test_a_batch_asks_once(outside: Outside, service: Asked) -> None:
    assert ask(outside, service, AT) == 4  # signer, its CA, TSA, its CA
    assert ask(outside, service, AT + timedelta(minutes=9)) == 0


def test_after_ten_minutes_it_is_asked_again(outside: Outside, service: Asked) -> None:
    ask(outside, service, AT)
    assert ask(outside, service, AT + STATUS_AGE) == 4


def test_an_answer_from_later_is_not_used_for_an_earlier_time(
    outside: Outside, service: Asked
) -> None:
    ask(outside, service, AT)
    assert ask(outside, service, AT - timedelta(seconds=1)) == 4


def test_verifiers_allow_an_answer_longer_than_it_is_used() -> None:
    assert STATUS_AGE < OCSP_AGE / 2
