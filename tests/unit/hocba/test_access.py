"""Accounts and sessions: who comes in, for how long, after how many guesses."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from hocba.kit import access, audit
from hocba.kit.access import Account, Failure, LoginSession
from hocba.kit.errors import BusyError, ConflictError, InputError, NotFoundError, RefusedError

PASSWORD = "hoa phuong do 2026"
HERE = "192.0.2.7"


@pytest.fixture
def account(database, at):
    with database.transaction() as db:
        return access.add_account(db, "GV02", actor="staff:1", password=PASSWORD, at=at)


def enter(database, at, name="gv02", password=PASSWORD, address=HERE):
    return access.log_in(database, name, password, address=address, at=at)


def visit(database, token, at):
    with database.transaction() as db:
        return access.visit_of(db, token, at=at)


def test_a_right_password_opens_a_session_of_its_account(database, account, at):
    found = visit(database, enter(database, at), at)
    assert (found.account, found.actor, found.username) == (account.id, "staff:1", "gv02")


def test_neither_password_nor_token_is_kept(database, account, at):
    token = enter(database, at)
    with database.transaction() as db:
        kept = db.scalars(select(Account.password)).one()
        session = db.scalars(select(LoginSession.id)).one()
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept
    assert session not in {token, ""}
    assert len(session) == 64


@pytest.mark.parametrize(("name", "password"), [("gv02", "khong phai"), ("nobody", PASSWORD)])
def test_an_unknown_name_and_a_wrong_password_get_one_answer(database, account, at, name, password):
    with pytest.raises(RefusedError) as refused:
        enter(database, at, name, password)
    assert refused.value.code == "login.wrong"


def test_a_disabled_account_stays_out_and_its_session_ends(database, account, at):
    token = enter(database, at)
    with database.transaction() as db:
        db.get_one(Account, account.id).disabled_at = at
    assert visit(database, token, at) is None
    with pytest.raises(RefusedError):
        enter(database, at)


def test_after_five_wrong_guesses_even_the_right_one_waits(database, account, at):
    for _ in range(access.MOST_FOR_NAME):
        with pytest.raises(RefusedError):
            enter(database, at, password="sai mat khau")
    with pytest.raises(BusyError) as busy:
        enter(database, at)
    assert enter(database, at, address="192.0.2.99")  # a stranger does not lock the owner out
    assert (busy.value.code, busy.value.http_status) == ("login.too_many", 429)
    later = at + access.WINDOW
    assert enter(database, later)
    with database.transaction() as db:
        assert db.scalars(select(Failure)).all() == []


def test_guesses_at_the_same_time_count_as_well(database, account, at):
    start = Barrier(2 * access.MOST_FOR_NAME)

    def guess(_):
        start.wait()
        try:
            enter(database, at, password="sai mat khau")
        except RefusedError as error:
            return error.code
        except BusyError as error:
            return error.code
        return "in"

    with ThreadPoolExecutor(2 * access.MOST_FOR_NAME) as pool:
        said = Counter(pool.map(guess, range(2 * access.MOST_FOR_NAME)))
    assert said == {"login.wrong": access.MOST_FOR_NAME, "login.too_many": access.MOST_FOR_NAME}


def test_one_name_cannot_be_guessed_at_from_everywhere(database, account, at):
    for number in range(access.MOST_FROM_ANYWHERE):
        with pytest.raises(RefusedError):
            enter(database, at, password="sai mat khau", address=f"192.0.2.{number}")
    with pytest.raises(BusyError):
        enter(database, at, address="192.0.2.200")


def test_one_address_cannot_try_one_password_on_every_name(database, account, at):
    for number in range(access.MOST_FOR_ADDRESS):
        with pytest.raises(RefusedError):
            enter(database, at, name=f"gv{number + 100}", password=PASSWORD)
    with pytest.raises(BusyError):
        enter(database, at)
    assert enter(database, at, address="192.0.2.8")


def test_a_session_ends_when_it_rests_and_at_the_latest_after_half_a_day(database, account, at):
    token = enter(database, at)
    assert visit(database, token, at + access.IDLE) is None
    awake, step = at, access.IDLE - timedelta(minutes=1)
    while awake + step < at + access.LONGEST:
        awake += step
        assert visit(database, token, awake) is not None
    assert visit(database, token, at + access.LONGEST) is None


def test_leaving_ends_the_session(database, account, at):
    token = enter(database, at)
    with database.transaction() as db:
        access.log_out(db, access.visit_of(db, token, at=at), at=at)
    assert visit(database, token, at) is None


def test_a_new_password_ends_every_other_session(database, account, at):
    mine, other = enter(database, at), enter(database, at)
    with database.transaction() as db:
        seen = access.visit_of(db, mine, at=at)
        with pytest.raises(RefusedError):
            access.change_password(db, seen, old="sai", new="bang lang tim 2026", at=at)
        access.change_password(db, seen, old=PASSWORD, new="bang lang tim 2026", at=at)
    assert visit(database, mine, at) is not None
    assert visit(database, other, at) is None
    assert enter(database, at, password="bang lang tim 2026")


def test_a_closed_account_is_out_at_once_and_a_renewed_one_needs_the_new_password(
    database, account, at
):
    token = enter(database, at)
    with database.transaction() as db:
        access.reset_password(db, "GV02", "bang lang tim 2026", at=at)
    assert visit(database, token, at) is None
    with pytest.raises(RefusedError):
        enter(database, at)
    token = enter(database, at, password="bang lang tim 2026")
    with database.transaction() as db:
        access.close_account(db, "gv02", at=at)
        with pytest.raises(NotFoundError):
            access.close_account(db, "nobody", at=at)
        with pytest.raises(ConflictError):
            access.reset_password(db, "gv02", "bang lang tim 2026", at=at)
        deeds = {(one.action, one.actor) for one in audit.events_of(db, f"account:{account.id}")}
    assert ("account.closed", "command") in deeds
    assert ("login.opened", "staff:1") in deeds
    assert visit(database, token, at) is None
    with pytest.raises(RefusedError):
        enter(database, at, password="bang lang tim 2026")


@pytest.mark.parametrize("password", ["ngan", "x" * 201, "toi la gv02 day"])
def test_a_weak_password_is_refused(database, at, password):
    with database.transaction() as db, pytest.raises(InputError) as refused:
        access.add_account(db, "gv02", actor="staff:1", password=password, at=at)
    assert refused.value.code == "account.weak_password"


def test_a_name_is_given_once_and_is_plain(database, account, at):
    with database.transaction() as db:
        with pytest.raises(ConflictError):
            access.add_account(db, "Gv02", actor="staff:2", password=PASSWORD, at=at)
        with pytest.raises(InputError):
            access.add_account(db, "cô hoa", actor="staff:2", password=PASSWORD, at=at)


def test_a_form_belongs_to_the_session_whose_page_it_was_on(database, account, at):
    mine, other = enter(database, at), enter(database, at)
    assert access.is_ours(mine, access.anti_forgery(mine))
    assert not access.is_ours(mine, access.anti_forgery(other))
    assert not access.is_ours(mine, "")
