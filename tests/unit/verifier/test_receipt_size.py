"""A receipt fits the room that the seal keeps for it, also when the log has grown for decades."""

from dataclasses import replace

from fakes.court import GENUINE, Court
from fakes.ledgers import ledger_on

from signing import pades

CLASS = 60
YEARS = 2**22
"""Entries of a province: a statement for every class of every year, for a century."""


def test_a_receipt_fits_its_reserved_room_and_stays_good_inside_it(tmp_path):
    with ledger_on("fake", tmp_path) as made:
        court = Court(made)
        leaves = [court.leaf, *(court.other_leaf(number) for number in range(1, CLASS))]
        receipt = court.receipt(court.anchor(leaves))
        late = replace(
            receipt,
            entry_path=(b"\x01" * 32,) * (YEARS - 1).bit_length(),
            checkpoint=receipt.checkpoint.replace("\n3\n", f"\n{YEARS}\n"),
        )
        assert len(late.to_bytes()) <= pades.RESERVED_FOR_RECEIPT
        data = pades.embed_receipt(court.data, 2, receipt.to_bytes())
        assert len(data) == len(court.data)
        assert court.codes(None, data=data) == GENUINE
