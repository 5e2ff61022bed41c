"""Records of a secondary year: what each circular and level has, and what the page shows of it."""

import json
from pathlib import Path

import jsonschema
import pytest
from fakes.records import vary
from referencing import Registry, Resource

from verifier.checks.references import first_term, stated_first_term
from verifier.errors import FormatError, UnknownFormatError
from verifier.formats.canonical import canonical
from verifier.formats.record import check_record, parse_record
from verifier.formats.schema import FORMATS, compile_schema, load_schema
from verifier.messages import Catalogue
from verifier.web.shown import content_of

GOLDEN = Path(__file__).parents[2] / "vectors" / "records"
BYTES = {path.stem: path.read_bytes() for path in sorted(GOLDEN.glob("*.json"))}
del BYTES["digests"]
SCHEMA = load_schema("record-year-1")
OURS = compile_schema(SCHEMA, prefix="record")


def golden(name, **changes):
    return vary(json.loads(BYTES[name]), changes)


def theirs():
    checker = jsonschema.FormatChecker(formats=[])
    for name, test in FORMATS.items():
        checker.checks(name)(lambda v, test=test: not isinstance(v, str) or test(v))
    common = Resource.from_contents(load_schema("record-common-1"))
    registry = Registry().with_resource("urn:hocba:schema:record-common-1", common)
    return jsonschema.Draft202012Validator(SCHEMA, format_checker=checker, registry=registry)


THEIRS = theirs()


def accepts(record):
    try:
        OURS(record)
    except FormatError:
        return False
    return True


@pytest.mark.parametrize("name", BYTES)
def test_every_golden_record_is_accepted_here_and_by_the_jsonschema_library(name):
    record = parse_record(BYTES[name])
    assert canonical(record) == BYTES[name]
    assert THEIRS.is_valid(record)


ODD = {
    "/study_form": ["vua_lam_vua_hoc", "o_nha", "", 1],
    "/results/assessed": [True, False, None, "X"],
    "/results/year": ["T", "Đ", "G", "Tb", "Kém", "CĐ", None],
    "/results/after_retest": ["K", "Y", "Đ", None],
    "/results/mean": [None, {}, {"term1": "8.0", "term2": "8.0", "year": "8.0",
                                 "after_retest": None}],
    "/conduct/year": ["T", "Đ", "Tb", "Y", "Kém", None],
    "/awards/title": ["gioi", "xuat_sac", "tien_tien", None, "kha"],
    "/study_topics": [[], [{"code": "TOAN", "name": "Toán", "results": ["8.0"], "chosen": "8.0"}],
                      [{"code": "TOAN", "name": "Toán", "results": [], "chosen": "8.0"}],
                      [{"code": "TOAN", "name": "Toán", "results": ["M"], "chosen": "M"}], None],
    "/grade": [6, 9, 10, 12, 5, 13],
    "/level": ["thcs", "thpt", "gdtx_thcs", "gdtx_thpt", "th"],
    "/regulation/id": ["tt22-2021", "tt43-2021", "tt58-2011", "tt27-2020"],
}  # fmt: skip


@pytest.mark.parametrize("name", ["ordinary", "thpt", "gdtx-thcs", "thcs-tt58", "not-assessed"])
def test_our_checker_and_the_jsonschema_library_agree_where_levels_and_circulars_differ(name):
    answers = set()
    for pointer, values in ODD.items():
        for value in values:
            record = golden(name, **{pointer: value})
            answers.add(accepts(record))
            assert accepts(record) == THEIRS.is_valid(record), (pointer, value)
    assert answers == {True, False}


@pytest.mark.parametrize(
    ("name", "pointer", "value", "code"),
    [("thpt", "/study_topics/0/code", "DL", "wrong_value"),
     ("thpt", "/study_topics/1/code", "TOAN", "repeated"),
     ("thpt", "/study_topics/0/chosen", "6.0", "wrong_value"),
     ("thpt", "/study_topics/0/results/0", "8", "wrong_form"),
     ("thpt", "/grade", 9, "out_of_range"), ("ordinary", "/grade", 10, "out_of_range"),
     ("thpt", "/results/mean", {"term1": "8.0", "term2": "8.0", "year": "8.0",
                                "after_retest": None}, "wrong_type"),
     ("thpt", "/conduct/year", "Tb", "wrong_value"), ("thpt", "/awards/title", "tien_tien",
                                                      "wrong_value"),
     ("thpt", "/study_form", "vua_lam_vua_hoc", "wrong_type"),
     ("thcs-tt58", "/results/year", "Đ", "wrong_value"),
     ("thcs-tt58", "/conduct/term1", "Kém", "wrong_value"),
     ("thcs-tt58", "/awards/title", "xuat_sac", "wrong_value"),
     ("gdtx-thpt", "/study_form", "tai_nha", "wrong_value"),
     ("not-assessed", "/results/year", "T", "wrong_type"),
     ("ordinary", "/results/assessed", False, "wrong_type")],
)  # fmt: skip
def test_what_another_level_or_circular_has_is_refused(name, pointer, value, code):
    with pytest.raises(FormatError) as caught:
        check_record(golden(name, **{pointer: value}))
    assert caught.value.code == f"record.{code}"


def test_the_first_terms_mean_is_compared_like_any_other_result_of_the_other_school():
    stated = dict(stated_first_term(golden("thpt-tt58")))
    assert (stated["mean"], stated["results"], stated["TOAN"]) == ("7.2", "Y", "3.4")
    assert "mean" not in dict(stated_first_term(golden("thpt")))
    pointers = {"/results/mean/term1": "7.2", "/results/term1": "Y", "/subjects/0/code": "TOAN",
                "/subjects/0/term1": "3.4"}  # fmt: skip
    assert first_term(pointers) == {"mean": "7.2", "results": "Y", "TOAN": "3.4"}


def shown(name, language="vi"):
    return content_of(golden(name), Catalogue.of(language))


def test_study_topics_are_a_table_of_their_own():
    marks, topics = shown("thpt").tables
    assert marks.rows[0] == ("Toán", "8,4", "8,4", "8,4")
    assert topics.rows[0] == ("Toán", "8,4; 9,0; 7,5", "8,4")
    assert len(shown("ordinary").tables) == 1


def test_the_old_circular_is_shown_in_its_own_words_with_its_means():
    content = shown("thpt-tt58")
    assert ("Học lực", "Khá") in content.results
    assert ("Hạnh kiểm", "Trung bình") in content.results
    assert content.tables[1].rows[0][1:] == ("7,2", "7,2", "7,2", "7,8")
    assert ("Danh hiệu", "Học sinh tiên tiến") in shown("thcs-tt58").results


def test_a_learner_is_shown_with_the_way_of_studying_and_without_conduct():
    content = shown("gdtx-thpt")
    assert ("Hình thức học", "Vừa làm vừa học") in content.facts
    assert ("Chương trình GDTX cấp THPT", "Hoàn thành") in content.results
    assert "Kết quả rèn luyện" not in dict(content.results)
    assert ("Danh hiệu", "Học viên Giỏi") in shown("gdtx-thcs").results


def test_who_is_not_assessed_is_shown_so_and_never_as_failed():
    results = dict(shown("not-assessed").results)
    assert results["Kết quả học tập"] == "Không đánh giá (học sinh khuyết tật)"


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", BYTES)
def test_every_row_has_words_of_the_catalogue(name, language):
    content = shown(name, language)
    words = [cell for row in (*content.facts, *content.results) for cell in row]
    words += [head for table in content.tables for head in (table.caption, *table.columns)]
    assert all(words)
    assert not [word for word in words if word.startswith("ui.")]


@pytest.mark.parametrize("form", ["thcs-year-tt22-1", "thpt-year-tt58-1", "thpt-partial-tt22-1",
                                  "identity-1", "secondary-book-1"])  # fmt: skip
def test_a_record_on_the_form_of_another_level_circular_or_kind_is_refused(form):
    with pytest.raises(FormatError) as caught:
        check_record(golden("thpt", **{"/template/id": form}))
    assert (caught.value.code, caught.value.detail) == ("record.wrong_value", "/template/id")


def test_a_later_edition_of_a_form_fits_and_a_form_of_a_newer_verifier_is_unknown():
    check_record(golden("thpt", **{"/template/id": "thpt-year-tt22-2"}))
    with pytest.raises(UnknownFormatError, match=r"record\.unknown_form"):
        check_record(golden("thpt", **{"/template/id": "thpt-year-tt99-1"}))
