"""Identities come from a file, and a change of name from one command."""

import json

import pytest
from fakes.provinces import province
from fakes.small_school import CLASS, CLERK, PRINCIPAL, STRANGER

from hocba.commands.pages import amend_pupil, changes_of, import_page
from hocba.commands.terminal import Terminal
from hocba.issuance.identity_file import read_identity_file
from hocba.kit.clock import now
from hocba.kit.errors import HocbaError, InputError, RefusedError
from hocba.sector import queries
from hocba.sector.identity import read_identity

FIRST = "3110000000"
PAGE = {
    "code": FIRST, "gender": "nữ", "ethnicity": "Ê-đê", "nationality": "Việt Nam",
    "birth_place": "  Phường Tân An,  Tỉnh Đắk Lắk ", "residence": "Phường Hồng Bàng",
    "father": {"name": "Y Thuỷ Niê", "occupation": "Bộ đội"},
}  # fmt: skip


@pytest.fixture(scope="module")
def here(server, tmp_path_factory):
    with province(server, tmp_path_factory.mktemp("pages")) as here:
        here.school(options={"pupils": 1})
        yield here


class Told(Terminal):
    """A terminal on the test's own installation, whose sentences are kept."""

    def __init__(self, here):
        super().__init__()
        self.here, self.said = here, []

    def workplace(self):
        return _Open(self.here.wp)

    def say(self, code, /, **params):
        self.said.append((code, params))


class _Open:
    def __init__(self, wp):
        self.wp = wp

    def __enter__(self):
        return self.wp

    def __exit__(self, *_):
        return None


def file_of(folder, *pages, **head):
    path = folder / "pages.json"
    whole = {"type": "hocba.identity_file/1", "pupils": list(pages)} | head
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    return path


def known(here, staff=CLERK):
    with here.wp.database.transaction("test") as db:
        of = here.target()
        reader = queries.staff_by_code(db, of.school_id, staff)
        pupil = queries.pupil_by_code(db, of.school_id, FIRST)
        return pupil.name, read_identity(
            db, here.wp.vault, of.school_id, pupil.id, reader=reader.id, at=now()
        )


def test_words_become_codes_and_addresses_one_line(here, tmp_path):
    terminal = Told(here)
    path = file_of(tmp_path, PAGE)
    assert import_page(terminal, here.wp, path, staff=CLERK, dry_run=True)
    assert known(here)[1].gender is None
    assert import_page(terminal, here.wp, path, staff=CLERK, dry_run=False)
    page = known(here)[1]
    assert (page.gender, page.ethnicity) == ("2", "12")
    assert page.birth_place == "Phường Tân An, Tỉnh Đắk Lắk"
    assert terminal.said == [("cli.identities_entered", {"count": 1})]


def test_nobody_enters_private_facts_without_a_name_or_a_right(here, tmp_path):
    path = file_of(tmp_path, PAGE)
    with pytest.raises(InputError, match=r"import\.no_staff"):
        import_page(Told(here), here.wp, path, staff=None, dry_run=False)
    with pytest.raises(RefusedError, match=r"sensitive\.not_allowed"):
        import_page(Told(here), here.wp, path, staff=STRANGER, dry_run=False)


def test_a_school_file_is_left_to_its_own_reader(here, tmp_path):
    path = file_of(tmp_path, type="hocba.school_file/1")
    assert not import_page(Told(here), here.wp, path, staff=CLERK, dry_run=False)
    assert not import_page(Told(here), here.wp, tmp_path / "6A1.xlsx", staff=CLERK, dry_run=False)


def test_all_faults_of_a_file_come_together(tmp_path):
    bad = PAGE | {"gender": "x", "ethnicity": "Việt kiều", "father": {"name": ""}, "age": 12}
    with pytest.raises(HocbaError) as caught:
        read_identity_file(file_of(tmp_path, bad))
    places = {one.where.field for one in caught.value.problems}
    assert places == {f"pupils/0/{name}" for name in ("gender", "ethnicity", "father/name", "age")}


def test_a_command_changes_name_and_sex_by_one_paper(here):
    terminal = Told(here)
    why = (PRINCIPAL, FIRST, "Trích lục 12/TLCC-HT", "Xác định lại")
    amend_pupil(terminal, CLASS, why, ["name=Lê Thị  Ân", "gender=1"], school=None)
    name, page = known(here)
    assert (name, page.gender) == ("Lê Thị Ân", "1")
    assert [(one.field, one.before, one.after) for one in page.amendments] == [
        ("name", "Trần Văn Ổn", "Lê Thị Ân"), ("gender", "Nữ", "Nam"),
    ]  # fmt: skip
    assert terminal.said == [("cli.amended", {"code": FIRST, "count": 2})]


def test_what_is_set_is_named_with_a_sign():
    assert changes_of(["guardian=", "name = A"]) == {"guardian": None, "name": "A"}
    with pytest.raises(InputError, match=r"amend\.unknown_field"):
        changes_of(["name"])
