"""The room for a receipt, measured with what a large province will need of it."""

from dataclasses import replace
from typing import Any

import pytest
from fakes.court import Court
from fakes.ledgers import ledger_on
from fakes.world import SCHOOL, Signer, the_world

from signing.pades import RESERVED_FOR_RECEIPT, embed_receipt
from verifier.formats.cms import SignedCms
from verifier.formats.pdf.parse import parse

CLASS, SCHOOL_YEAR, LOG = 45, 4096, 2**32
"""Leaves that a correction replaces, leaves of the largest batch, entries of the log."""
RSA_AUTHORITY = 1800
"""What certificates signed by an RSA-4096 authority would add; the development's has P-256."""


class RsaCourt(Court):
    """A court whose school has a seal of RSA-2048."""

    def seal(self, school: str = SCHOOL.code) -> Signer:
        if school != SCHOOL.code:
            return super().seal(school)
        if not hasattr(self, "rsa"):
            self.rsa = the_world().seal_of(SCHOOL, key="rsa2048")
        return self.rsa


@pytest.fixture
def court(tmp_path: Any) -> Any:
    with ledger_on("fake", tmp_path) as made:
        yield RsaCourt(made)


def test_the_receipt_of_an_rsa_2048_seal_with_a_long_log_fits_and_would_not_into_8_kb(
    court: RsaCourt,
) -> None:
    placed = court.anchor([court.leaf, *map(court.other_leaf, range(CLASS - 1))])
    receipt = court.receipt(placed)
    entry = receipt.entry
    long = replace(
        receipt,
        path=(bytes(32),) * (SCHOOL_YEAR - 1).bit_length(),
        entry_path=(bytes(32),) * (LOG - 1).bit_length(),
        entry=replace(
            entry,
            data=replace(entry.data, replaces=tuple(range(10**8, 10**8 + CLASS))),
        ),
    ).to_bytes()
    assert 8192 < len(long) <= RESERVED_FOR_RECEIPT - RSA_AUTHORITY
    pdf = court.world.signed(court.world.signers(seal=court.seal()), timestamps=(2,))
    held = parse(embed_receipt(pdf, 2, long)).signatures[2]
    assert SignedCms.parse(held.contents).receipt == long
