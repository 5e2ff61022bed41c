"""Parts of issuance that need no installation: kinds, errors, files, structure, the door."""

import ast
import dataclasses
import itertools
import json
import os
import re
from pathlib import Path
from uuid import UUID

import pytest
from fakes.small_school import school_file

import hocba.issuance
from hocba.issuance import stages
from hocba.issuance.credential import CredentialKind, SlotScope, kind_of, policies
from hocba.issuance.foreign import foreign_errors
from hocba.issuance.founding import PERSONAL, write_whole
from hocba.issuance.queue import ask_for_anchor, ask_for_release
from hocba.issuance.school_file import is_school_file, read_school_file
from hocba.issuance.sessions import Item, Offer, Task
from hocba.issuance.structure import read_signatures
from hocba.issuance.workplace import make_secret, read_secret
from hocba.kit.errors import (
    ConfigError,
    ConflictError,
    InputError,
    IntegrityError,
    NotFoundError,
    RefusedError,
    SeveralInputError,
    UnavailableError,
)
from hocba.kit.messages import catalogue
from ledger.errors import AnchorError, ChainError
from signing.errors import CustodyError, SigningError, StatusError, TimestampError
from verifier import templates
from verifier.errors import FormatError, UnreachableError

FOLDER = Path(hocba.issuance.__file__).parent
KEY = bytes(range(32))
YEAR = kind_of("year", level="thcs")


def _sources():
    return {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py")}


# --- the door and the stages


def test_every_name_of_the_door_is_there():
    for name in hocba.issuance.__all__:
        assert callable(getattr(hocba.issuance, name)), name
    with pytest.raises(AttributeError):
        _ = hocba.issuance.no_such_name


def test_no_name_of_the_door_is_also_a_file():
    assert not set(hocba.issuance.__all__) & {path.stem for path in FOLDER.glob("*.py")}


def test_every_stage_is_frozen():
    kinds = [kind for kind in vars(stages).values() if dataclasses.is_dataclass(kind)]
    assert len(kinds) > 12
    assert all(kind.__dataclass_params__.frozen for kind in kinds)


def test_a_step_takes_only_the_stage_before_it():
    chain = (
        stages.Document,
        stages.Approved,
        stages.Sealed,
        stages.Batched,
        stages.Anchored,
        stages.Receipted,
    )
    for before, after in itertools.pairwise(chain):
        types = {field.type for field in dataclasses.fields(after)}
        assert before in types or before.__name__ in types


def test_every_failpoint_of_the_spine_is_killed_at_by_the_crash_tests():
    flow = Path(__file__).parents[2] / "flow"
    killed = "".join(
        (flow / name).read_text(encoding="utf-8")
        for name in ("test_crash_issuance.py", "test_mark_sheets.py")
    )
    named = set(re.findall(r'"([a-z_]+(?:\.[a-z_]+)+)', killed))
    set_here = {
        found
        for text in _sources().values()
        for found in re.findall(r'failpoint\(f?"([^"]+)"\)', text)
    }
    for name in set_here:
        for prefix in ("sign", "seal") if "{name}" in name else ("",):
            assert name.replace("{name}", prefix) in named, name


def test_every_error_that_issuance_raises_has_its_sentence():
    sentences = catalogue("vi")
    for name, text in _sources().items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if not node.func.id.endswith("Error") or not node.args:
                    continue
                code = getattr(node.args[0], "value", None)
                if isinstance(code, str) and "." in code and node.func.id != "UnreachableError":
                    assert code in sentences, (name, code)


def test_every_difference_that_the_audit_names_has_its_sentence():
    codes = re.findall(r'Difference\("([a-z_.]+)"', _sources()["audit.py"])
    assert len(codes) > 20
    assert [code for code in codes if code not in catalogue("vi")] == []


# --- credential kinds


def test_a_kind_that_nobody_issues_is_an_error():
    with pytest.raises(NotFoundError, match=r"issuance\.unknown_kind"):
        kind_of("diploma", level="thpt")


def test_the_policies_that_we_ship_fit_the_kinds_that_we_issue():
    shipped = {policy.id: policy for policy in policies("demo.hocba.test")}
    policy = shipped[YEAR.policy_id]
    assert (policy.kind, policy.level, policy.event) == ("year", "thcs", None)
    assert [step.role for step in policy.steps] == ["homeroom", "principal", "seal"]
    assert YEAR.template_id in {ref.id for ref in templates.registered()}
    assert len(templates.load(YEAR.template_id).signatures) == len(policy.steps)


def test_a_slot_depends_on_pupil_year_and_kind_and_on_the_school_only_where_it_must():
    partial = dataclasses.replace(YEAR, slot_scope=SlotScope.PUPIL_YEAR_KIND_SCHOOL)

    def slot(kind, school="A", **change):
        asked = {"pupil": "31", "school_year": "2025-2026", **change}
        return kind.slot(KEY, school=school, **asked)

    assert slot(YEAR) == slot(YEAR, school="B")
    assert slot(partial) != slot(partial, school="B")
    others = {slot(YEAR, pupil="32"), slot(YEAR, school_year="2026-2027"), slot(partial)}
    assert slot(YEAR) not in others
    assert isinstance(YEAR, CredentialKind)


# --- errors of the packages below


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (CustodyError("custody.wrong_pin", "x"), RefusedError),
        (CustodyError("custody.no_key", "x"), ConfigError),
        (TimestampError("timestamp.unreachable", "x"), UnavailableError),
        (StatusError("status.unreachable", "x"), UnavailableError),
        (StatusError("status.revoked", "x"), ConflictError),
        (SigningError("signing.receipt_too_large", "x"), IntegrityError),
        (ChainError("chain.unreachable", "x"), UnavailableError),
        (ChainError("chain.wrong_chain", "x"), ConfigError),
        (AnchorError("anchor.refused", "x"), IntegrityError),
        (UnreachableError("store.unreachable"), UnavailableError),
        (FormatError("statement.malformed"), IntegrityError),
    ],
)
def test_errors_of_the_packages_below_become_ours_with_their_code(raised, kind):
    with pytest.raises(kind) as caught, foreign_errors():
        raise raised
    assert type(caught.value) is kind
    assert caught.value.code == raised.code
    assert caught.value.__cause__ is raised


def test_a_bug_inside_stays_a_bug():
    with pytest.raises(ZeroDivisionError), foreign_errors():
        raise ZeroDivisionError


# --- sessions


def test_the_digest_of_a_list_covers_every_line_and_its_order():
    task = Task(stages.FrozenClassId(UUID(int=1)), 0, "homeroom", "s", "c", None)
    one = Item(stages.TranscriptId(UUID(int=2)), 0, "aa", "bb")
    other = Item(stages.TranscriptId(UUID(int=3)), 1, "cc", "dd")

    def digest(*items):
        return Offer(task, items, None).list_digest

    assert digest(one, other) != digest(other, one)
    assert digest(one) != digest(one, other)
    assert digest(one) != digest(dataclasses.replace(one, input_digest="b0"))
    assert digest(one) == digest(dataclasses.replace(one, position=7))


# --- the structure of a signed file


def test_a_file_that_does_not_grow_out_of_its_document_is_refused():
    frozen = stages.FrozenRecord(
        stages.TranscriptId(UUID(int=1)),
        stages.FrozenClassId(UUID(int=2)),
        stages.RecordId(UUID(int=3)),
        1,
        UUID(int=4),
        b"{}",
    )
    document = stages.Document(frozen, YEAR, b"%PDF-1.7 ours")
    with pytest.raises(IntegrityError, match=r"transcript\.other_document"):
        read_signatures(b"%PDF-1.7 theirs", document=document, steps=())
    with pytest.raises(IntegrityError, match=r"transcript\.wrong_structure"):
        read_signatures(b"%PDF-1.7 ours", document=document, steps=())


# --- secrets


def test_a_secret_is_made_once_and_read_ever_after(tmp_path):
    path = tmp_path / "keys" / "log.key"
    made = make_secret(path, lambda size: b"\x07" * size)
    assert make_secret(path, lambda size: b"\x08" * size) == made == read_secret(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_personal_file_is_written_through_nobodys_link_and_with_its_own_rights(tmp_path):
    """In a folder that others write to, they know the name beside which it is made."""
    path, theirs = tmp_path / "hoc-ba.pdf", tmp_path / "theirs"
    theirs.touch(mode=0o666)
    (tmp_path / f".{path.name}.{os.getpid()}").symlink_to(theirs)
    write_whole(path, b"%PDF", mode=PERSONAL)
    assert (path.read_bytes(), theirs.read_bytes()) == (b"%PDF", b"")
    assert path.stat().st_mode & 0o777 == 0o600
    assert not path.is_symlink()


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda _: None, "home.no_key"),
        (lambda path: path.write_text("!!"), "home.bad_key"),
        (lambda path: path.write_text("AAAA"), "home.bad_key"),
    ],
)
def test_a_secret_that_is_none_is_named(tmp_path, prepare, code):
    path = tmp_path / "x.key"
    prepare(path)
    if path.exists():
        path.chmod(0o600)
    with pytest.raises(ConfigError) as caught:
        read_secret(path)
    assert caught.value.code == code


def test_a_secret_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "log.key"
    make_secret(path, bytes)
    path.chmod(0o640)
    with pytest.raises(ConfigError, match=r"vault\.open_to_others"):
        read_secret(path)


# --- school files


def _write(tmp_path, value):
    path = tmp_path / "school.json"
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def test_a_school_file_reads_back_what_was_written(tmp_path):
    read = read_school_file(_write(tmp_path, school_file(pupils=3)))
    assert read.classes[0].pupils[0].code == "3110000000"
    assert is_school_file(Path("a.JSON"))
    assert not is_school_file(Path("a.xlsx"))


def _changed(path, value):
    """A school file with one value changed; `path` says where."""
    file = school_file(pupils=2)
    place = file
    for part in path[:-1]:
        place = place[part]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return file


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("type",), "hocba.school_file/2", "type"),
        (("school_year",), "2025", "school_year"),
        (("school", "tax_code"), "abc", "school/tax_code"),
        (("school", "name"), "", "school/name"),
        (("school", "level"), "mam_non", "school/level"),
        (("staff", 0, "cccd"), "123", "staff/0/cccd"),
        (("staff", 0, "roles"), [{"role": "king"}], "staff/0/roles/0/role"),
        (("classes", 0, "grade"), 5, "classes/0/grade"),
        (("classes", 0, "pupils", 1, "birth_date"), "05/09/2014", "classes/0/pupils/1/birth_date"),
        (("classes", 0, "pupils", 1, "personal_number"), "1", "classes/0/pupils/1/personal_number"),
        (("classes", 0, "homeroom"), None, "classes/0/homeroom"),
        (("surprise",), 1, "surprise"),
    ],
)
def test_a_wrong_value_in_a_school_file_is_named_by_its_place(tmp_path, path, value, field):
    with pytest.raises(InputError) as caught:
        read_school_file(_write(tmp_path, _changed(path, value)))
    assert (caught.value.code, caught.value.where.field) == ("school_file.bad_field", field)
    assert caught.value.where.file == "school.json"


def test_all_faults_of_a_school_file_come_together(tmp_path):
    file = _changed(("school", "tax_code"), "abc")
    file["school_year"] = "x"
    with pytest.raises(SeveralInputError) as caught:
        read_school_file(_write(tmp_path, file))
    assert len(caught.value.problems) == 2


# --- jobs


def _release_and_fail(db):
    ask_for_release(db, "c" * 64)
    raise ZeroDivisionError


def test_jobs_are_queued_once_and_go_with_a_rollback(database):
    with database.transaction("test") as db:
        ask_for_anchor(db)
        ask_for_anchor(db)
        ask_for_release(db, "a" * 64)
        ask_for_release(db, "b" * 64)
    with pytest.raises(ZeroDivisionError), database.transaction("test") as db:
        _release_and_fail(db)
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT args ->> 'statement' FROM procrastinate_jobs")
        assert sorted(str(row[0]) for row in rows) == ["None", "a" * 64, "b" * 64]
