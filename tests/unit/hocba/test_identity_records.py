"""Records of identity and extract: golden bytes, and what their pages show."""

import runpy
from pathlib import Path

import pytest

from hocba.documents.forms.ethnic_groups import ETHNIC_GROUPS
from hocba.documents.writer import render
from hocba.issuance.credential import kind_of, policies
from hocba.sector.identity import Identity, Person, identity_of
from verifier.formats.canonical import canonical, parse_json
from verifier.formats.pdf.cells import differences
from verifier.formats.pdf.parse import parse
from verifier.formats.record import fields_root, parse_record, record_digest
from verifier.messages import Catalogue
from verifier.templates import load
from verifier.web.shown import content_of

GOLDEN = Path(__file__).parents[2] / "vectors" / "records_identity"
BUILD = runpy.run_path(str(GOLDEN / "build.py"))
MAKE = BUILD["CASES"]
LEVELS = ("th", "thcs", "thpt", "gdtx_thcs", "gdtx_thpt")


@pytest.mark.parametrize("name", MAKE)
def test_golden_pages_are_read_as_they_were_issued(name):
    data = (GOLDEN / f"{name}.json").read_bytes()
    record = parse_record(data)
    told = parse_json((GOLDEN / "digests.json").read_bytes())[name]
    assert told == {"sha256": record_digest(data), "fields_root": fields_root(record).hex()}


def test_the_generator_still_writes_the_golden_pages():
    written = {path.name: path.read_bytes() for path in GOLDEN.glob("*.json")}
    assert BUILD["build"]() == written


@pytest.mark.parametrize("name", MAKE)
def test_every_golden_page_stands_whole_on_its_form(name):
    record = MAKE[name]().record(b"\x07" * 32)
    template = load(record["template"]["id"])
    record["template"]["hash"] = template.hash
    pdf = parse(render(canonical(record), template))
    assert pdf.problems == ()
    assert differences(template, record, pdf.contents) == []


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", MAKE)
def test_the_page_shows_every_golden_page_in_words(name, language):
    content = content_of(MAKE[name]().record(b"\x07" * 32), Catalogue.of(language))
    words = [cell for row in (*content.facts, *content.results) for cell in row]
    words += [head for table in content.tables for head in (table.caption, *table.columns)]
    assert all(words)
    assert not [word for word in words if word.startswith("ui.")]
    assert all(len(row) == len(table.columns) for table in content.tables for row in table.rows)


def test_an_extract_shows_each_year_with_its_own_subjects_and_says_that_it_was_paper():
    content = content_of(MAKE["extract-secondary"]().record(b"\x07" * 32), Catalogue.of("vi"))
    years, first, second = content.tables
    assert years.rows[0][3] == "Giỏi"
    assert first.rows[0] == ("Toán", "4,5", "4,8", "4,7", "6")
    assert [row[0] for row in first.rows] == ["Toán", "Thể dục"]
    assert [row[0] for row in second.rows] == ["Toán", "Hóa học"]
    assert dict(content.results)["Trích lục"].startswith("Chuyển đổi từ học bạ giấy")


@pytest.mark.parametrize("kind", ["identity", "extract"])
@pytest.mark.parametrize("level", LEVELS)
def test_every_level_has_kind_and_policy_and_no_homeroom_teacher_signs(level, kind):
    found = kind_of(kind, level=level)
    form = f"gdtx-{kind}-1" if level.startswith("gdtx") else f"{kind}-1"
    assert (found.template_id, found.maker, found.per_year) == (form, kind, False)
    policy = next(one for one in policies("demo.hocba.test") if one.id == found.policy_id)
    assert [step.role for step in policy.steps] == ["principal", "seal"]


def test_what_is_kept_of_an_identity_reads_back_equal():
    whole = BUILD["WHOLE"]
    assert identity_of(whole.to_object()) == whole
    assert identity_of({}) == Identity()


def test_what_is_missing_depends_on_the_level_and_one_parent_is_enough():
    bare = Identity("1", "01", "Việt Nam", "A", None, "B")
    assert bare.missing("th") == ("hometown", "parents")
    assert bare.missing("thcs") == ("parents",)
    assert Identity("1", "01", "VN", "A", None, "B", guardian=Person("C")).missing("thpt") == ()


def test_the_ethnic_groups_are_fifty_four_and_foreigners():
    assert list(ETHNIC_GROUPS) == [f"{number:02d}" for number in range(1, 56)]
