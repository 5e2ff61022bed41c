"""`hocba-verify`: verify files and say what was found, to people or to programs.

    hocba-verify hocba.pdf --trust trusted_root.json --rpc http://127.0.0.1:8545
    hocba-verify *.pdf --json --offline
    hocba-verify moved.pdf --trust here.json --trust there.json --rpc there.example=https://...

`--trust` may stand once for each realm; the first is that of files whose realm is not known.
A source is the first realm's unless `realm=` stands before it.

Exit status: 2 wrong use; else 1 if any file is `not_valid`; else 3 if any is
`could_not_check`; else 0. With `--json` there is one `hocba.report/1` a line, in the
order of the files. `run` is the same for other commands that verify (`hocba verify`).
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from verifier.answers import Online
from verifier.errors import VerifierError
from verifier.explain import Line, explain
from verifier.formats.trusted_root import TrustedRoot
from verifier.guard import Guard, UnreadableError
from verifier.messages import DEFAULT, LANGUAGES, Catalogue
from verifier.report import Check, Report, Status, Verdict
from verifier.verify import unexamined

WRONG_USE = 2
ANY_NOT_VALID = 1
ANY_COULD_NOT_CHECK = 3
INTERRUPTED = 130
BROKEN_PIPE = 141
TRUST_VARIABLE = "HOCBA_TRUST"
_SIGNS = {Status.PASSED: "✔", Status.FAILED: "✘", Status.NOT_CHECKED: "–"}

OnlineFactory = Callable[[], Online | None]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit with its status."""
    try:
        sys.exit(command(sys.argv[1:] if arguments is None else arguments))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(BROKEN_PIPE)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def command(arguments: Sequence[str]) -> int:
    """Run the command and return its exit status."""
    options = _parser(_language_of(arguments)).parse_args(arguments)
    catalogue = Catalogue.of(options.lang)
    try:
        trust, *others = load_roots(options.trust or _from_environment(), catalogue)
        online = None if options.offline else _connect(options, (trust, *others), catalogue)
    except WrongUseError as error:
        sys.stderr.write(f"hocba-verify: {error}\n")
        return WRONG_USE
    return run(
        options.files,
        trust=trust,
        online=online,
        now=datetime.now(UTC),
        as_json=options.json,
        language=options.lang,
        others=tuple(others),
    )


class WrongUseError(Exception):
    """The command was called in a way that cannot work; the text says it to a person."""


def run(  # noqa: PLR0913  # the choices of the command line, all by name
    files: Iterable[Path],
    *,
    trust: TrustedRoot,
    online: Online | None,
    now: datetime,
    as_json: bool = False,
    language: str = DEFAULT,
    out: IO[str] | None = None,
    guard: Guard | None = None,
    others: tuple[TrustedRoot, ...] = (),
) -> int:
    """Verify files one after the other, print each answer, return the exit status."""
    catalogue, sink = Catalogue.of(language), out or sys.stdout
    verdicts: set[Verdict] = set()
    wrong_use = False
    owned = guard or Guard()
    try:
        for path in files:
            try:
                report = owned.verify_path(path, trust=trust, now=now, online=online, others=others)
            except UnreadableError as error:
                report = _unreadable(path, error, trust)
                wrong_use |= error.code != "denied"
            verdicts.add(report.verdict)
            text = report.to_line().decode() if as_json else in_words(report, catalogue)
            sink.write(text + "\n")
            sink.flush()
    finally:
        if guard is None:
            owned.close()
    return WRONG_USE if wrong_use else exit_status(verdicts)


def exit_status(verdicts: set[Verdict]) -> int:
    """Return the exit status for these verdicts: the gravest decides."""
    if Verdict.NOT_VALID in verdicts:
        return ANY_NOT_VALID
    return ANY_COULD_NOT_CHECK if Verdict.COULD_NOT_CHECK in verdicts else 0


def in_words(report: Report, catalogue: Catalogue) -> str:
    """Return a report as the lines that a person reads in a terminal."""
    told = explain(report, catalogue)
    lines = [_printable(report.file), f"  {told.headline.upper()}", f"  {told.sentence}"]
    if report.demo:
        lines.insert(0, catalogue.text("cli.demo", realm=report.realm))
    lines += [f"  • {note}" for note in told.notes]
    lines += [f"  → {catalogue.text('cli.what_to_do')}: {advice}" for advice in told.advice]
    lines += [_in_words(line) for line in told.lines]
    lines.append(f"  {catalogue.text('ui.result_code')}: {told.result_code}")
    return "\n".join(lines) + "\n"


def load_roots(paths: Sequence[str], catalogue: Catalogue) -> list[TrustedRoot]:
    """Read the trusted roots, one for each realm.

    Raises:
        WrongUseError: where none is named, one cannot be read, or a realm has two.
    """
    roots = [load_trust(path, catalogue) for path in paths or (None,)]
    realms = [root.realm for root in roots]
    for index, realm in enumerate(realms):
        if realm in realms[:index]:
            problem = catalogue.text("cli.bad_trust", path=paths[index], code="trust.two_roots")
            raise WrongUseError(problem)
    return roots


def load_trust(path: str | None, catalogue: Catalogue) -> TrustedRoot:
    """Read the trusted root.

    Raises:
        WrongUseError: where none is named, or it cannot be read or parsed.
    """
    if path is None:
        raise WrongUseError(catalogue.text("cli.no_trust"))
    try:
        return TrustedRoot.parse(Path(path).read_bytes())
    except OSError as error:
        problem = catalogue.text("cli.bad_trust", path=path, code=type(error).__name__)
        raise WrongUseError(problem) from error
    except VerifierError as error:
        raise WrongUseError(catalogue.text("cli.bad_trust", path=path, code=error.code)) from error


def _printable(name: str | None) -> str:
    """A stranger's file name may not steer the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in name or "")


def _in_words(line: Line) -> str:
    sign = _SIGNS[line.check.status]
    return f"  {sign} {line.check.id:<2} {line.name}: {line.word}. {line.sentence}"


def _unreadable(path: Path, error: UnreadableError, trust: TrustedRoot) -> Report:
    check = Check("1", Status.NOT_CHECKED, "1.unreadable", detail=error.code)
    return unexamined(check, trust=trust, file=str(path), sha256=None)


def _from_environment() -> list[str]:
    """The roots that the variable names, parted as PATH is."""
    return list(filter(None, os.environ.get(TRUST_VARIABLE, "").split(os.pathsep)))


def _connect(
    options: argparse.Namespace, roots: Sequence[TrustedRoot], catalogue: Catalogue
) -> Online | None:
    given = {"rpc": options.rpc, "statements": options.statements, "attest": options.attest}
    if not any(given.values()):
        return None
    from verifier.connect import by_realm, connect  # noqa: PLC0415  # no network code unless asked

    asked = {name: _of_realms(values or (), roots) for name, values in given.items()}
    try:
        return by_realm(
            {
                root.realm: connect(
                    root, **{name: found.get(root.realm) for name, found in asked.items()}
                )
                for root in roots
            }
        )
    except VerifierError as error:
        problem = catalogue.text("cli.bad_source", source=error.detail, code=error.code)
        raise WrongUseError(problem) from error


def _of_realms(values: Iterable[str], roots: Sequence[TrustedRoot]) -> dict[str, str]:
    """Each address by its realm: the one before `=`, else the first root's."""
    found: dict[str, str] = {}
    for value in values:
        realm, equals, rest = value.partition("=")
        known = equals and realm in {root.realm for root in roots}
        found[realm if known else roots[0].realm] = rest if known else value
    return found


def _language_of(arguments: Sequence[str]) -> str:
    """The language is needed for --help, so it is looked for before the rest is parsed."""
    early = argparse.ArgumentParser(add_help=False)
    early.add_argument("--lang", choices=LANGUAGES, default=DEFAULT)
    known, _ = early.parse_known_args(list(arguments))
    return str(known.lang)


def _parser(language: str) -> argparse.ArgumentParser:
    text = Catalogue.of(language).text
    parser = argparse.ArgumentParser(prog="hocba-verify", description=text("cli.describe"))
    add = parser.add_argument
    add("files", nargs="+", type=Path, metavar="FILE", help=text("cli.files"))
    add("--json", action="store_true", help=text("cli.json"))
    add("--offline", action="store_true", help=text("cli.offline"))
    for name, metavar in (
        ("trust", "FILE"),
        ("rpc", "[REALM=]URL"),
        ("statements", "[REALM=]URL|DIR"),
        ("attest", "[REALM=]URL"),
    ):
        add(f"--{name}", metavar=metavar, action="append", help=text(f"cli.{name}"))
    add("--lang", choices=LANGUAGES, default=DEFAULT, help=text("cli.lang"))
    return parser
