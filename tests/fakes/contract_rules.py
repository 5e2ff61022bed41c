"""What the contract promises, rule by rule: each a function over a fresh ledger.

They run on every kind of chain, and on contracts with a planted bug, where the rule
named for the bug must fail. A rule registers what it needs and says what must not be.
"""

from collections.abc import Callable

import pytest
from eth_utils.crypto import keccak
from fakes.ledgers import LONG, REALM, SCHOOL_A, SCHOOL_B, SEAL_A, SEAL_B, LedgerUnderTest

from contracts import interface
from ledger.errors import RevertedError
from verifier.formats.canonical import sha256
from verifier.formats.statements import school_key

GOOD, SUPERSEDED, UNDER_REVIEW, WITHDRAWN = range(4)
DAY = 86_400
KEY_A, KEY_B = school_key(REALM, SCHOOL_A), school_key(REALM, SCHOOL_B)
Rule = Callable[[LedgerUnderTest], None]


def refused(reason: str, do: Callable[..., object], *arguments: object, **named: object) -> None:
    """The contract says no, by this name."""
    with pytest.raises(RevertedError) as caught:
        do(*arguments, **named)
    assert caught.value.reason == reason


def entries_and_indices_are_consecutive(made: LedgerUnderTest) -> None:
    made.register()
    made.register(SCHOOL_B, SEAL_B)
    made.anchor(leaves=3)
    made.anchor(leaves=1, school=SCHOOL_B, seal=SEAL_B)
    made.anchor(leaves=2)
    assert (made.ask("entries"), made.ask("leaves")) == ((5,), (6,))
    places = [(told[4], told[5][7], told[5][8]) for told in map(made.look, range(6))]
    assert places == [(2, 0, 3)] * 3 + [(3, 3, 1)] + [(4, 4, 2)] * 2


def an_index_beyond_the_last_is_in_no_batch(made: LedgerUnderTest) -> None:
    made.register()
    assert made.look(0)[5][11] == 0
    made.anchor(leaves=2)
    assert made.look(1)[5][11] == 2
    assert made.look(2)[5][11] == 0
    assert made.look(2**48 - 1)[5][11] == 0


def a_call_is_taken_once(made: LedgerUnderTest) -> None:
    made.register()
    stated = made.stated()
    call = ("anchor", stated, sha256(b"root"), 3, [])
    made.send("anchor", *call)
    refused("AlreadyAnchored", made.send, "anchor", *call)
    assert made.ask("find", keccak(interface().encode(*call)))[:2] == (True, 1)
    assert made.ask("find", stated[3])[0] is False
    status = ("setStatus", made.stated(), [0], [WITHDRAWN])
    made.send("anchor", *status)
    refused("AlreadyAnchored", made.send, "anchor", *status)
    assert made.ask("find", keccak(interface().encode(*status)))[:2] == (True, 2)


def nothing_but_the_same_call_keeps_a_batch_out(made: LedgerUnderTest) -> None:
    """Whatever an anchoring account says of a statement first, the school's own is taken."""
    made.register()
    made.register(SCHOOL_B, SEAL_B)
    made.anchor()
    genuine, root = made.stated(), sha256(b"root")
    for wrong in ({"signature": sha256(b"false")}, {"seq": 9}, {"previous": sha256(b"other")}):
        junk = made.stated(**({"digest": genuine[3], "signature": genuine[5]} | wrong))
        made.send("anchor", "anchor", junk, root, 3, [])
    other = made.stated(SCHOOL_B, SEAL_B, digest=genuine[3], signature=genuine[5])
    made.send("anchor", "anchor", other, root, 3, [])
    made.send("anchor", "setStatus", genuine, [0], [GOOD])
    for told in ((sha256(b"wrong"), 3, []), (root, 2, []), (root, 3, [1])):
        made.send("anchor", "anchor", genuine, *told)
    made.send("anchor", "anchor", genuine, root, 3, [])
    assert made.look(made.ask("leaves")[0] - 1)[5][:6] == (
        genuine[0], genuine[2], genuine[3], root, genuine[4], genuine[5]
    )  # fmt: skip


def nothing_but_the_same_call_keeps_a_status_out(made: LedgerUnderTest) -> None:
    made.register()
    made.anchor()
    genuine = made.stated()
    false = (*genuine[:5], sha256(b"false"))
    for junk in ((false, [0], [WITHDRAWN]), (genuine, [0], [GOOD]), (genuine, [1], [WITHDRAWN])):
        made.send("anchor", "setStatus", *junk)
    made.send("anchor", "setStatus", genuine, [0], [WITHDRAWN])
    assert made.look(0)[8][-1][6:] == genuine[:1] + genuine[3:]


def a_leaf_that_is_sent_again_has_one_history(made: LedgerUnderTest) -> None:
    """Else a withdrawn transcript would be good at its new place."""
    made.register()
    made.register(SCHOOL_B, SEAL_B)
    stated = made.anchor()
    made.set_status([1], [WITHDRAWN])
    made.anchor(digest=stated[3], signature=sha256(b"the same, written otherwise"))
    assert [change[3:5] for change in made.look(4)[8]] == [(1, WITHDRAWN)]
    made.set_status([4], [GOOD])
    assert [change[3:5] for change in made.look(1)[8]] == [(1, WITHDRAWN), (4, GOOD)]
    assert [made.look(index)[7] for index in (0, 2, 3, 5)] == [0] * 4
    made.anchor(school=SCHOOL_B, seal=SEAL_B, digest=stated[3])
    made.set_status([7], [WITHDRAWN], SCHOOL_B)
    assert [made.look(index)[7] for index in (1, 4, 7)] == [2, 2, 1]


def a_statement_is_as_old_as_its_first_sending(made: LedgerUnderTest) -> None:
    """Else whoever sends an old one again makes it newer than what came after it."""
    made.register()
    made.anchor()
    old = made.stated()
    made.send("anchor", "setStatus", old, [0], [GOOD])
    made.set_status([0], [WITHDRAWN])
    made.send("anchor", "setStatus", (*old[:5], sha256(b"written otherwise")), [0], [GOOD])
    made.anchor(leaves=1, replaces=(0,), digest=old[3])
    assert [change[:2] for change in made.look(0)[8]] == [(2, 2), (3, 3), (4, 2), (5, 2)]


def an_empty_batch_or_statement_is_refused(made: LedgerUnderTest) -> None:
    made.register()
    refused("EmptyBatch", made.anchor, leaves=0)
    refused("EmptyBatch", made.send, "anchor", "anchor", made.stated(), bytes(32), 3, [])
    stated = made.stated(digest=bytes(32))
    refused("EmptyStatement", made.send, "anchor", "anchor", stated, sha256(b"root"), 3, [])


def a_seal_counts_for_its_own_school_alone(made: LedgerUnderTest) -> None:
    made.register()
    refused("SealNotRegistered", made.anchor, seal=SEAL_B)
    made.register(SCHOOL_B, SEAL_B)
    refused("SealNotRegistered", made.anchor, seal=SEAL_B)
    refused("SealNotRegistered", made.anchor, school=SCHOOL_B, seal=SEAL_A)
    made.anchor()


def a_seal_counts_between_its_dates(made: LedgerUnderTest) -> None:
    begin, end = made.seconds + 10 * DAY, made.seconds + 20 * DAY
    made.send("governance", "registerSeal", KEY_A, bytes.fromhex(SEAL_A), begin, end)
    refused("SealNotRegistered", made.anchor)
    made.advance(11 * DAY)
    made.anchor()
    made.advance(10 * DAY)
    refused("SealNotRegistered", made.anchor)


def an_ended_seal_no_longer_counts(made: LedgerUnderTest) -> None:
    made.register()
    made.anchor()
    end = made.seconds + 100
    made.send("governance", "endSeal", KEY_A, bytes.fromhex(SEAL_A), end)
    made.advance(200)
    refused("SealNotRegistered", made.anchor)
    begin, ended = made.look(0)[6]
    assert begin <= made.look(0)[5][9] < ended == end


def no_seal_is_backdated(made: LedgerUnderTest) -> None:
    made.advance(LONG)
    long_ago = made.seconds - LONG + 1
    made.send("governance", "registerSeal", KEY_A, bytes.fromhex(SEAL_A), long_ago, 2**64 - 1)
    assert made.ask("sealDates", KEY_A, bytes.fromhex(SEAL_A))[0] >= made.seconds
    end = made.seconds - 100
    refused("WrongDates", made.send, "governance", "endSeal", KEY_A, bytes.fromhex(SEAL_A), end)


def a_seal_is_registered_once_and_never_prolonged(made: LedgerUnderTest) -> None:
    seal, end = bytes.fromhex(SEAL_A), made.seconds + 10 * DAY
    made.send("governance", "registerSeal", KEY_A, seal, made.seconds, end)
    refused("SealKnown", made.send, "governance", "registerSeal", KEY_A, seal, 0, 2**64 - 1)
    refused("WrongDates", made.send, "governance", "endSeal", KEY_A, seal, end + 1)
    refused("WrongDates", made.send, "governance", "registerSeal", KEY_B, seal, end, end)
    refused("WrongDates", made.send, "governance", "registerSeal", KEY_B, bytes(32), 0, end)
    refused("SealNotRegistered", made.send, "governance", "endSeal", KEY_B, seal, end)


def each_role_does_its_own_work_alone(made: LedgerUnderTest) -> None:
    made.register()
    made.anchor()
    no = "AccessControlUnauthorizedAccount"
    seal, end = bytes.fromhex(SEAL_B), made.seconds + DAY
    for role in ("admin", "anchor", "department", "stranger"):
        refused(no, made.send, role, "registerSeal", KEY_B, seal, 0, end)
        refused(no, made.send, role, "endSeal", KEY_A, bytes.fromhex(SEAL_A), end)
    for role in ("admin", "governance", "department", "stranger"):
        refused(no, made.send, role, "anchor", made.stated(), sha256(b"root"), 3, [])
        refused(no, made.send, role, "setStatus", made.stated(), [0], [WITHDRAWN])
    for role in ("admin", "governance", "anchor", "stranger"):
        refused(no, made.send, role, "review", sha256(b"decision"), end, [0])


def a_leaf_superseded_by_a_stolen_account_is_superseded_by_its_school_all_the_same(
    made: LedgerUnderTest,
) -> None:
    made.register()
    made.anchor()
    made.anchor(leaves=1, replaces=(1,))
    made.anchor(replaces=(1,))
    told = [change[:5] for change in made.look(1)[8]]
    assert told == [(2, 2, 0, 1, SUPERSEDED), (3, 3, 0, 1, SUPERSEDED)]


def a_statement_names_the_one_signature_that_counts_for_it(made: LedgerUnderTest) -> None:
    made.register()
    stated = made.anchor(leaves=1)
    refused("EmptyStatement", made.anchor, signature=bytes(32))
    made.set_status([0], [WITHDRAWN])
    assert made.look(0)[5][5] == stated[5]
    assert [change[9] for change in made.look(0)[8]] == [sha256(made.heads[KEY_A][1])]


def a_batch_does_not_supersede_itself_or_the_future(made: LedgerUnderTest) -> None:
    made.register()
    made.anchor()
    refused("UnknownLeaf", made.anchor, replaces=(3,))
    refused("UnknownLeaf", made.anchor, replaces=(1_000_000,))


def a_leaf_changes_by_its_own_school_alone(made: LedgerUnderTest) -> None:
    made.register()
    made.register(SCHOOL_B, SEAL_B)
    made.anchor()
    made.anchor(school=SCHOOL_B, seal=SEAL_B)
    refused("OtherSchool", made.anchor, replaces=(3,))
    refused("OtherSchool", made.set_status, [3], [WITHDRAWN])
    refused("OtherSchool", made.set_status, [0], [WITHDRAWN], SCHOOL_B)


def a_school_withdraws_and_reinstates(made: LedgerUnderTest) -> None:
    made.register()
    made.anchor()
    made.set_status([0, 2], [WITHDRAWN, UNDER_REVIEW])
    made.set_status([0, 2], [GOOD, WITHDRAWN])
    assert [change[4] for change in made.look(0)[8]] == [WITHDRAWN, GOOD]
    assert [change[4] for change in made.look(1)[8]] == []
    assert [change[4] for change in made.look(2)[8]] == [UNDER_REVIEW, WITHDRAWN]


def every_change_is_an_entry_of_its_own(made: LedgerUnderTest) -> None:
    made.register()
    made.anchor()
    made.set_status([0], [WITHDRAWN])
    made.set_status([0], [GOOD])
    made.send("department", "review", sha256(b"decision"), made.seconds + DAY, [0])
    made.anchor(leaves=1, replaces=(0,))
    assert [change[0] for change in made.look(0)[8]] == [2, 3, 4, 5]
    assert made.ask("entries") == (6,)


def a_state_is_told_again_and_what_is_none_is_refused(made: LedgerUnderTest) -> None:
    made.register()
    made.anchor()
    made.set_status([0], [WITHDRAWN])
    made.set_status([0], [WITHDRAWN])
    assert [change[4] for change in made.look(0)[8]] == [WITHDRAWN, WITHDRAWN]
    refused("WrongState", made.set_status, [0], [SUPERSEDED])
    refused("UnknownLeaf", made.set_status, [3], [WITHDRAWN])
    refused("WrongLength", made.set_status, [0, 1], [WITHDRAWN])
    refused("WrongLength", made.set_status, [], [])


def a_review_of_the_department_lapses(made: LedgerUnderTest) -> None:
    made.register()
    made.anchor()
    until = made.seconds + 10 * DAY
    made.send("department", "review", sha256(b"decision"), until, [0, 1])
    ((entry, first, told, index, state, _, school, statement, seal, signature),) = made.look(1)[8]
    assert (entry, first, told, index, state) == (2, 2, until, 1, UNDER_REVIEW)
    assert statement == sha256(b"decision")
    assert (school, seal, signature) == (bytes(32),) * 3
    refused("ReviewRunning", made.send, "department", "review", sha256(b"2"), until + 1, [1])
    made.advance(11 * DAY)
    made.send("department", "review", sha256(b"2"), made.seconds + DAY, [1])


def a_review_has_bounds(made: LedgerUnderTest) -> None:
    made.register()
    made.anchor()

    def review(until: int, indices: list[int], decision: bytes = sha256(b"decision")) -> None:
        made.send("department", "review", decision, until, indices)

    refused("WrongDates", review, made.seconds + 61 * DAY, [0])
    refused("WrongDates", review, made.seconds, [0])
    refused("UnknownLeaf", review, made.seconds + DAY, [3])
    refused("WrongLength", review, made.seconds + DAY, [])
    refused("EmptyStatement", review, made.seconds + DAY, [0], bytes(32))
    refused("ReviewRunning", review, made.seconds + DAY, [0, 0])


def what_is_refused_leaves_no_trace(made: LedgerUnderTest) -> None:
    made.register()
    made.anchor()
    before = (made.look(0)[2:], made.look(1)[2:])
    refused("UnknownLeaf", made.anchor, replaces=(0, 1, 99))
    refused("UnknownLeaf", made.set_status, [0, 1, 99], [WITHDRAWN] * 3)
    assert (made.look(0)[2:], made.look(1)[2:]) == before


def only_the_newest_changes_are_told_but_all_are_counted(made: LedgerUnderTest) -> None:
    made.register()
    made.anchor(leaves=1)
    for number in range(66):
        made.set_status([0], [GOOD if number % 2 else WITHDRAWN])
    told = made.look(0)
    assert (told[7], len(told[8])) == (66, 64)
    assert [change[0] for change in told[8]] == list(range(4, 68))


RULES: tuple[Rule, ...] = (
    entries_and_indices_are_consecutive,
    an_index_beyond_the_last_is_in_no_batch,
    a_call_is_taken_once,
    nothing_but_the_same_call_keeps_a_batch_out,
    nothing_but_the_same_call_keeps_a_status_out,
    a_leaf_that_is_sent_again_has_one_history,
    a_statement_is_as_old_as_its_first_sending,
    an_empty_batch_or_statement_is_refused,
    a_seal_counts_for_its_own_school_alone,
    a_seal_counts_between_its_dates,
    an_ended_seal_no_longer_counts,
    no_seal_is_backdated,
    a_seal_is_registered_once_and_never_prolonged,
    each_role_does_its_own_work_alone,
    a_leaf_superseded_by_a_stolen_account_is_superseded_by_its_school_all_the_same,
    a_statement_names_the_one_signature_that_counts_for_it,
    a_batch_does_not_supersede_itself_or_the_future,
    a_leaf_changes_by_its_own_school_alone,
    a_school_withdraws_and_reinstates,
    every_change_is_an_entry_of_its_own,
    a_state_is_told_again_and_what_is_none_is_refused,
    a_review_of_the_department_lapses,
    a_review_has_bounds,
    what_is_refused_leaves_no_trace,
    only_the_newest_changes_are_told_but_all_are_counted,
)
