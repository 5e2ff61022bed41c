"""`hocba freeze`, `sign`, `seal`, `return`, `correct` and `withdraw`: the acts of a school."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from hocba.commands.terminal import Terminal
from hocba.issuance import approval, returns
from hocba.issuance.approval import SigningOffer
from hocba.issuance.document import store_documents
from hocba.issuance.mark_sheets import Line, propose_sheet, sign_sheet
from hocba.issuance.marks import freeze as freeze_marks
from hocba.issuance.models import TranscriptRow
from hocba.issuance.record import Event
from hocba.issuance.returns import ReturnRequest, return_class
from hocba.issuance.seal import SealOffer, apply_seal, propose_seal
from hocba.issuance.sessions import Offer
from hocba.issuance.stages import FrozenClass
from hocba.issuance.targets import ClassTarget, FrozenTarget, find_class, find_freezes, find_school
from hocba.issuance.withdraw import StatusRequest, withdraw_issued
from hocba.issuance.workplace import Workplace
from hocba.kit.clock import now
from hocba.kit.errors import ConflictError
from hocba.sector.models import Pupil
from verifier.formats.statements import GOOD, WITHDRAWN

Offered = TypeVar("Offered", SigningOffer, SealOffer)


@dataclass(frozen=True)
class Who:
    """Which class of which school, on whose behalf, and which kind of document."""

    class_name: str
    staff: str
    school: str | None = None
    kind: str = "year"


def freeze(
    terminal: Terminal, who: Who, *, event: Event, pending: bool, pupils: tuple[str, ...]
) -> None:
    """Freeze a class and lay out its documents."""
    with terminal.workplace() as wp:
        of = _class(wp, who)
        with terminal.progress("document") as progress:
            frozen = freeze_marks(
                wp,
                of,
                by=who.staff,
                at=now(),
                event=event,
                pending=pending,
                pupils=pupils,
                kind=who.kind,
                progress=progress,
            )
    _say_frozen(terminal, frozen)


def sign(terminal: Terminal, who: Who, *, role: str, pin_file: Path | None) -> None:
    """Show what will be signed, ask for the PIN, sign; one list for each freeze of the class."""

    def offered(wp: Workplace, target: FrozenTarget) -> SigningOffer:
        store_documents(wp, target.frozen_class, at=now())
        return approval.propose(wp, target, role=role, staff=who.staff, at=now())

    with terminal.workplace() as wp:
        for offer in _waiting(terminal, wp, who, offered):
            _show(terminal, wp, offer.target, offer.offer, role)
            pin = terminal.pin(pin_file, count=len(offer.offer.items))
            with terminal.progress("sign") as progress:
                count = approval.sign(wp, offer, pin=pin, clock=now, progress=progress)
            terminal.say("cli.signed", count=count)


def marksheet(
    terminal: Terminal, who: Who, *, subject: str, term: int, pin_file: Path | None
) -> None:
    """Show a subject's rows that wait for their teacher, ask for the PIN, sign the sheet."""
    with terminal.workplace() as wp:
        of = _class(wp, who)
        offer = propose_sheet(wp, of, subject=subject, term=term, staff=who.staff, at=now())
        terminal.say("cli.sheet_title", name=of.class_name, subject=offer.offering.name, term=term)
        titles = ("name", "regular", "midterm", "final", "result")
        terminal.table(titles, [_marks(line) for line in offer.lines])
        for name in offer.incomplete:
            terminal.say("cli.sheet_incomplete", name=name)
        terminal.say("cli.list_digest", digest=offer.list_digest)
        pin = terminal.pin(pin_file, count=len(offer.lines))
        sheet = sign_sheet(wp, offer, pin=pin, clock=now)
    terminal.say("cli.sheet_signed", seq=sheet.seq, count=len(offer.lines), digest=sheet.digest())


def _marks(line: Line) -> tuple[str, ...]:
    row = line.row
    regular = "  ".join(mark or "–" for mark in row.regular)
    marks = (regular, row.midterm or "", row.final or "", row.result)
    return (line.name, *(mark.replace(".", ",") for mark in marks))


def seal(terminal: Terminal, who: Who, *, pin_file: Path | None) -> None:
    """Show what will be sealed, ask for the seal's PIN, seal, and seal the statement."""

    def offered(wp: Workplace, target: FrozenTarget) -> SealOffer:
        return propose_seal(wp, target, staff=who.staff, at=now())

    with terminal.workplace() as wp:
        for offer in _waiting(terminal, wp, who, offered):
            if offer.list is not None:
                _show(terminal, wp, offer.target, offer.list, approval.SEAL)
            pin = terminal.pin(pin_file, count=offer.count)
            with terminal.progress("seal") as progress:
                done = apply_seal(wp, offer, pin=pin, clock=now, progress=progress)
            if done.statement is not None:
                terminal.say(
                    "cli.sealed",
                    count=offer.count,
                    seq=done.statement.seq,
                    digest=done.statement.digest,
                )


def send_back(terminal: Terminal, who: Who, *, reason: str, pupil: str | None) -> None:
    """Return a class or a pupil before the seal."""
    with terminal.workplace() as wp:
        request = ReturnRequest(who.staff, reason, pupil, who.kind)
        count = return_class(wp, _class(wp, who), request, at=now())
    terminal.say("cli.returned", count=count)


def correct(  # noqa: PLR0913  # the words of the command line
    terminal: Terminal, who: Who, *, reason: str, pupil: str, event: Event, decision: str | None
) -> None:
    """Open the register of a pupil whose transcript is issued."""
    with terminal.workplace() as wp:
        request = ReturnRequest(who.staff, reason, pupil, who.kind, event=event, decision=decision)
        returns.open_for_correction(wp, _class(wp, who), request, at=now())
    terminal.say("cli.opened", code=pupil)


def withdraw(  # noqa: PLR0913  # the words of the command line
    terminal: Terminal,
    pupils: tuple[str, ...],
    *,
    staff: str,
    school: str | None,
    decision: str | None,
    reaffirm: bool,
    kind: str,
    pin_file: Path | None,
) -> None:
    """Withdraw the newest transcripts of these pupils, or say that they stand."""
    state, told = (GOOD, "cli.reaffirmed") if reaffirm else (WITHDRAWN, "cli.withdrawn")
    with terminal.workplace() as wp:
        with wp.database.transaction("withdraw.look") as db:
            found = find_school(db, school)
        pin = terminal.pin(pin_file, count=1)
        request = StatusRequest(found, pupils, state, decision=decision, kind=kind)
        statement = withdraw_issued(wp, request, staff=staff, pin=pin, at=now())
    terminal.say(told, seq=statement.seq, digest=statement.digest)


def _class(wp: Workplace, who: Who) -> ClassTarget:
    with wp.database.transaction("target") as db:
        return find_class(db, class_name=who.class_name, school=who.school)


def _waiting(
    terminal: Terminal,
    wp: Workplace,
    who: Who,
    offered: Callable[[Workplace, FrozenTarget], Offered],
) -> Iterator[Offered]:
    """What waits, oldest freeze first; the same command again says that nothing does."""
    with wp.database.transaction("target") as db:
        of = find_class(db, class_name=who.class_name, school=who.school)
        targets = find_freezes(db, of, kind=who.kind)
    earlier, any_waits = None, False
    for target in reversed(targets):
        try:
            offer = offered(wp, target)
        except ConflictError as error:
            if error.code == "session.earlier_step_missing":
                earlier = error
            elif error.code != "session.nothing_to_sign":
                raise
            continue
        any_waits = True
        yield offer
    if not any_waits and earlier is not None:
        raise earlier
    if not any_waits:
        terminal.say("cli.nothing_waits")


def _show(terminal: Terminal, wp: Workplace, target: FrozenTarget, offer: Offer, role: str) -> None:
    """Exactly what will be signed: each record's digest beside its name, and the list's own."""
    count = len(offer.items)
    named_role = terminal.text(f"label.role.{role}")
    terminal.say("cli.list_title", name=target.of.class_name, role=named_role, count=count)
    with wp.database.transaction("show.list") as db:
        rows = db.execute(
            select(TranscriptRow.id, TranscriptRow.version, Pupil.name)
            .join(Pupil, Pupil.id == TranscriptRow.pupil_id)
            .where(TranscriptRow.id.in_([item.transcript for item in offer.items]))
        ).all()
    named = {row.id: (row.name, str(row.version)) for row in rows}
    terminal.table(
        ("name", "version", "digest"),
        [(*named[item.transcript], terminal.digest(item.record_digest)) for item in offer.items],
    )
    terminal.say("cli.list_digest", digest=offer.list_digest)
    if offer.resumes is not None:
        terminal.say("cli.resumed")


def _say_frozen(terminal: Terminal, frozen: FrozenClass) -> None:
    terminal.say(
        "cli.frozen",
        name=frozen.class_name,
        count=len(frozen.records),
        date=f"{frozen.issued_on:%d/%m/%Y}",
    )
    for each in frozen.pending:
        terminal.say("cli.pending", name=each.name, reason=each.reason)
