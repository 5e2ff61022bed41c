"""`hocba show`, `verify`, `audit` and `export`: nothing here changes what was issued."""

import json
from pathlib import Path

from sqlalchemy.orm import Session

from hocba.commands.terminal import Terminal
from hocba.issuance.audit import Audit, run_audit
from hocba.issuance.credential import kind_of
from hocba.issuance.export import export_released
from hocba.issuance.online import online_sources
from hocba.issuance.overview import class_overview, pupil_overview
from hocba.issuance.targets import ClassTarget, all_classes, find_class, find_school, school_years
from hocba.issuance.workplace import Workplace, open_workplace, read_other_roots, read_trust
from hocba.kit.clock import now
from hocba.kit.config import load
from hocba.sector import queries
from hocba.sector.models import School
from verifier.cli import run as verify_files


def show(
    terminal: Terminal, class_name: str | None, *, school: str | None, year: str | None
) -> None:
    """Where everything stands: all classes, or the pupils of one."""
    with terminal.workplace() as wp, wp.database.transaction("show") as db:
        if class_name is not None:
            _show_class(
                terminal, wp, db, find_class(db, class_name=class_name, school=school, year=year)
            )
            return
        for one in [find_school(db, school)] if school else queries.schools(db):
            terminal.out.print(f"{one.code}  {one.name}", markup=False)
            for name in [year] if year else school_years(db, one.id):
                _show_year(terminal, wp, db, one, name)


def _show_class(terminal: Terminal, wp: Workplace, db: Session, of: ClassTarget) -> None:
    rows = pupil_overview(db, of, steps=_steps(wp, of.level))
    terminal.table(
        ("code", "name", "stage", "version", "record"),
        [
            (
                each.code,
                each.name,
                terminal.text(f"label.stage.{each.stage}"),
                str(each.version or ""),
                str(each.record_id or ""),
            )
            for each in rows
        ],
    )


def _show_year(terminal: Terminal, wp: Workplace, db: Session, school: School, year: str) -> None:
    classes = class_overview(db, all_classes(db, school, year), steps=_steps(wp, school.level))
    rows = []
    for each in classes:
        counts = [
            f"{count} {terminal.text(f'label.stage.{stage}')}"
            for stage, count in each.counts.items()
        ]
        rows.append((f"{year} {each.name}", str(each.pupils), ", ".join(counts)))
    terminal.table(("class", "pupils", "stage"), rows)


def _steps(wp: Workplace, level: str) -> int:
    """How many signatures a year record of this level needs."""
    return len(kind_of("year", level=level).policy(wp.trust, at=now()).steps)


def verify(terminal: Terminal, files: list[Path], *, as_json: bool, offline: bool) -> int:
    """Verify files as a stranger would; sources are this installation's own."""
    settings = load()
    if offline:
        return verify_files(
            files,
            trust=read_trust(settings),
            others=read_other_roots(settings),
            online=None,
            now=now(),
            as_json=as_json,
            language=terminal.language,
        )
    with open_workplace(settings) as wp:
        return verify_files(
            files,
            trust=wp.trust,
            others=wp.others,
            online=online_sources(wp),
            now=now(),
            as_json=as_json,
            language=terminal.language,
        )


def audit(terminal: Terminal, *, as_json: bool) -> int:
    """Recompute everything; exit status 1 where anything differs."""
    with terminal.workplace() as wp, terminal.progress("audit") as progress:
        found = run_audit(wp, progress=progress)
    if as_json:
        terminal.out.print(_as_json(found), markup=False)
    elif not found.differences:
        terminal.say(
            "cli.audit_clean",
            transcripts=found.transcripts,
            statements=found.statements,
            entries=found.entries,
        )
    else:
        terminal.say("cli.audit_differs", count=len(found.differences))
        for each in found.differences:
            words = terminal.text(each.code, reason=each.detail)
            terminal.out.print(f"  {each.target}: {words} [{each.code}]", markup=False)
    return 1 if found.differences else 0


def export(terminal: Terminal, folder: Path, *, class_name: str | None, school: str | None) -> None:
    """Write the released files into a folder."""
    with terminal.workplace() as wp:
        class_id = school_id = None
        with wp.database.transaction("export.look") as db:
            if class_name is not None:
                class_id = find_class(db, class_name=class_name, school=school).class_id
            elif school is not None:
                school_id = find_school(db, school).id
        with terminal.progress("export") as progress:
            written = export_released(
                wp, folder, school=school_id, class_id=class_id, progress=progress
            )
    terminal.say("cli.exported", count=len(written), folder=folder)


def _as_json(found: Audit) -> str:
    return json.dumps(
        {
            "transcripts": found.transcripts,
            "statements": found.statements,
            "entries": found.entries,
            "differences": [vars(each) for each in found.differences],
        },
        ensure_ascii=False,
    )
