"""`hocba transfer`, `trust` and `succession`: pupils who move, provinces, schools that end."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hocba.commands.issue import Who
from hocba.commands.terminal import Terminal
from hocba.issuance.class_change import change_class
from hocba.issuance.foreign import foreign_errors
from hocba.issuance.online import online_sources
from hocba.issuance.succession import Takeover, succeed
from hocba.issuance.targets import ClassTarget, find_class
from hocba.issuance.transfer import note_origin, transfer_in, transfer_out
from hocba.issuance.workplace import Workplace, add_root
from hocba.kit.clock import VIETNAM, now
from hocba.kit.config import load
from hocba.kit.errors import InputError, Where
from verifier.answers import Online
from verifier.connect import by_realm, connect

__all__ = ["Elsewhere", "Who", "change", "come", "note", "out", "sources", "succession", "trust"]


@dataclass(frozen=True)
class Elsewhere:
    """Where other realms answer, each as `realm=address`."""

    rpc: tuple[str, ...]
    statements: tuple[str, ...]
    attest: tuple[str, ...]


def out(terminal: Terminal, who: Who, *, pupil: str) -> None:
    """Make the part of the year of a pupil who leaves."""
    with terminal.workplace() as wp:
        of = _class(wp, who)
        transfer_out(wp, of, pupil=pupil, by=who.staff, at=now())
    terminal.say("cli.transfer_out", code=pupil, name=of.class_name)


def come(terminal: Terminal, who: Who, *, file: Path, elsewhere: Elsewhere) -> None:
    """Take in a pupil with the file of the old school."""
    data = _read(file)
    with terminal.workplace() as wp:
        arrival = transfer_in(
            wp,
            _class(wp, who),
            data,
            file=file.name,
            by=who.staff,
            at=now(),
            online=sources(wp, elsewhere),
        )
    terminal.say(
        "cli.transfer_in",
        pupil=arrival.name,
        code=arrival.code,
        name=arrival.class_name,
        year=arrival.school_year,
        school=arrival.school,
    )


def change(terminal: Terminal, who: Who, *, pupil: str, to: str) -> None:
    """Move a pupil to another class of the school, with the marks so far."""
    with terminal.workplace() as wp:
        of, other = _class(wp, who), _class(wp, Who(to, who.staff, who.school))
        count = change_class(wp, of, other, pupil=pupil, by=who.staff, at=now())
    terminal.say(
        "cli.class_changed", code=pupil, name=of.class_name, other=other.class_name, count=count
    )


def note(terminal: Terminal, who: Who, *, pupil: str, kind: str) -> None:
    """Note where a pupil was the year before."""
    with terminal.workplace() as wp:
        note_origin(wp, _class(wp, who), pupil=pupil, kind=kind, by=who.staff, at=now())
    terminal.say("cli.transfer_noted", code=pupil, kind=kind)


def trust(terminal: Terminal, file: Path) -> None:
    """Keep another province's trusted root."""
    root = add_root(load(), _read(file))
    terminal.say("cli.trust_added", realm=root.realm)


def succession(
    terminal: Terminal,
    schools: tuple[str, str],
    *,
    decision: str,
    keeper: str,
    begins: datetime | None,
) -> None:
    """One school takes over another's records."""
    with terminal.workplace() as wp:
        at = now()
        effect = at if begins is None else begins.replace(tzinfo=begins.tzinfo or VIETNAM)
        takeover = Takeover(*schools, decision, effect, keeper)
        found = succeed(wp, takeover, by="command", at=at)
        version = wp.trust.version
    terminal.say(
        "cli.succeeded",
        date=f"{found.takes_effect.astimezone(VIETNAM):%d/%m/%Y %H:%M}",
        successor=found.successor,
        school=found.school,
        version=version,
    )


def sources(wp: Workplace, elsewhere: Elsewhere) -> Online:
    """Our own sources, and those of other realms that were named."""
    found: dict[str, Online] = {wp.realm: online_sources(wp)}
    asked = {name: _by_realm(values) for name, values in vars(elsewhere).items()}
    with foreign_errors():
        for root in wp.others:
            places = {name: values.get(root.realm) for name, values in asked.items()}
            found[root.realm] = connect(root, **places)
    return by_realm(found)


def _by_realm(values: tuple[str, ...]) -> dict[str, str]:
    return {realm: rest for realm, _, rest in (value.partition("=") for value in values)}


def _class(wp: Workplace, who: Who) -> ClassTarget:
    with wp.database.transaction("target") as db:
        return find_class(db, class_name=who.class_name, school=who.school)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(
            "import.no_file", where=Where(file=file.name), reason=error.strerror
        ) from error
