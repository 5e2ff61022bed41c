"""`hocba import` of a file in another layout: the proposal is shown, nothing is taken unasked."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hocba.commands.terminal import Terminal
from hocba.issuance.foreign_sheets import ForeignLook, agree, look_at_sheets, read_sheets
from hocba.issuance.sheets import MarksReading
from hocba.issuance.workplace import Workplace
from hocba.kit.clock import now
from hocba.sector.sheets import ColumnMapping, ForeignSheet, Told, mapping_of, with_columns
from hocba.sector.sheets.grid import column_letters
from hocba.sector.sheets.mapping import MappedColumn


@dataclass(frozen=True)
class ForeignImport:
    """What the user says about a file that is not ours."""

    class_name: str
    school: str | None = None
    told: Told | None = None
    columns: tuple[str, ...] = ()
    mapping_ok: bool = False
    convert_fonts: bool = False


def read_foreign_file(
    terminal: Terminal, wp: Workplace, file: Path, data: bytes, asked: ForeignImport
) -> tuple[MarksReading, ForeignLook, Mapping[str, ColumnMapping]]:
    """Look at the file, show what its columns are taken for, and read it as far as agreed."""
    look = look_at_sheets(
        wp, data, file=file.name, class_name=asked.class_name, school=asked.school, told=asked.told
    )
    agreed: dict[str, ColumnMapping] = {}
    for sheet in look.file.sheets:
        kept = None if asked.columns else look.kept.get(sheet.fingerprint)
        mapping = kept or with_columns(mapping_of(sheet.proposal), sheet.proposal, asked.columns)
        show_proposal(terminal, sheet, mapping, remembered=kept is not None)
        if asked.mapping_ok and kept is None:
            agreed[sheet.fingerprint] = mapping
    if asked.columns and not asked.mapping_ok:
        look = ForeignLook(look.of, look.file, {})  # what was agreed before is being changed
    reading = read_sheets(look, agreed, convert_fonts=asked.convert_fonts)
    for warning in reading.warnings:
        terminal.say("cli.sheet_warning", text=warning.sentence(terminal.language))
    return MarksReading(look.of, reading), look, agreed


def remember(
    wp: Workplace, look: ForeignLook, agreed: Mapping[str, ColumnMapping], *, by: str
) -> None:
    """Keep what was agreed, once the sheet has been read through it without an error."""
    if agreed:
        agree(wp, look, agreed, by=by, at=now())


def show_proposal(
    terminal: Terminal, sheet: ForeignSheet, mapping: ColumnMapping, *, remembered: bool
) -> None:
    """Print what a sheet is about and what each column is taken for, old fonts side by side."""
    proposal, facts = sheet.proposal, sheet.facts
    known = proposal.known
    terminal.say(
        "cli.sheet_about",
        sheet=proposal.grid.name,
        subject=facts.subject or "?",
        term=facts.term or "?",
        system=f"{known.system} ({known.layout})" if known else "?",
    )
    if remembered:
        terminal.say("cli.mapping_remembered")
    guesses = {each.column: each for each in proposal.columns}
    rows = []
    for one in mapping.columns:
        guess = guesses.get(one.column)
        meaning = guess.meaning if guess else None
        same = meaning is not None and (meaning.role, meaning.item) == (one.role, one.item)
        why = meaning.why if meaning is not None and same else "told"
        sure = f"{meaning.confidence:.0%}" if meaning is not None and same else "100%"
        rows.append((column_letters(one.column), one.head, _said(terminal, one), sure,
                     terminal.text(f"label.why.{why}")))  # fmt: skip
    terminal.table(("column", "head", "meaning", "sure", "why"), rows)
    for guess in proposal.legacy:
        found = guess.legacy
        if found is not None:
            terminal.say("cli.font_found", head=guess.head, font=found.title,
                         sure=f"{found.confidence:.0%}")  # fmt: skip
            terminal.table(("before", "after"), [*found.samples])


def _said(terminal: Terminal, one: MappedColumn) -> str:
    name = terminal.text(f"label.meaning.{one.role}", item=(one.item or "").upper())
    parts = [one.subject, name, f"HK{one.term}" if one.term else None]
    return " ".join(part for part in parts if part)
