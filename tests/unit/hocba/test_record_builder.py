"""From an assessed year to the bytes that are frozen, signed and kept."""

import json
import os
import runpy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hocba.issuance.credential import kind_of, kinds
from hocba.issuance.kinds.secondary_year import SubjectLine, Texts
from hocba.issuance.record import PupilFacts, record_bytes
from hocba.kit.errors import InputError, NotFoundError
from verifier.formats.record import (
    NO_REGULATION,
    fields_root,
    form_of,
    parse_record,
    record_digest,
)
from verifier.formats.ref import shown_fields

GOLDEN = Path(__file__).parents[2] / "vectors" / "records"
MAKE = runpy.run_path(str(GOLDEN / "build.py"))["CASES"]
SALT = b"\x07" * 32


def changed(year, changes):
    own = {key: value for key, value in changes.items() if key == "texts"}
    head = {key: value for key, value in changes.items() if key != "texts"}
    return replace(year, head=replace(year.head, **head), **own)


@pytest.mark.parametrize("name", MAKE)
def test_golden_records_are_read_as_they_were_issued(name):
    data = (GOLDEN / f"{name}.json").read_bytes()
    digests = json.loads((GOLDEN / "digests.json").read_bytes())[name]
    record = parse_record(data)
    assert record_digest(data) == digests["sha256"]
    assert fields_root(record).hex() == digests["fields_root"]


@pytest.mark.parametrize("seed", ["0", "4242"])
def test_the_generator_writes_the_golden_records_in_any_surroundings(tmp_path, seed):
    surroundings = {
        **os.environ, "PYTHONHASHSEED": seed, "TZ": "America/Lima", "LC_ALL": "C", "LANG": "C",
    }  # fmt: skip
    command = [sys.executable, str(GOLDEN / "build.py"), str(tmp_path)]
    subprocess.run(command, check=True, env=surroundings)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in GOLDEN.glob("*.json")}


def test_the_record_states_what_the_assessment_found():
    record = MAKE["last-grade"]().record(SALT)
    by_code = {row["code"]: row for row in record["subjects"]}
    assert [row["code"] for row in record["subjects"]][:3] == ["TOAN", "VAN", "NN1"]
    assert (by_code["TIN"]["year"], by_code["GDTC"]["year"]) == ("4.6", "M")
    assert record["results"] == {
        "assessed": True, "term1": "K", "term2": "K", "year": "K",
        "before_adjustment": "Đ", "adjusted_by": "TIN", "after_retest": None, "mean": None,
    }  # fmt: skip
    assert record["promotion"] == {"promoted": True, "completed": True}
    assert record["attendance"] == {"absences": 45}
    assert record["awards"]["title"] is None
    assert record["salt"] == SALT.hex()


def test_the_first_edition_of_the_old_circular_is_not_taken_for_the_second():
    kind = kind_of("year", level="thpt", regulation=("tt58-2011", "2"))
    assert kind.template_id == "thpt-year-tt58-1"
    with pytest.raises(NotFoundError, match=r"issuance\.unknown_kind"):
        kind_of("year", level="thpt", regulation=("tt58-2011", "1"))


def test_every_kind_is_issued_on_the_form_that_its_records_may_name():
    for kind in kinds():
        regulation = kind.regulation[0] if kind.regulation else NO_REGULATION
        assert form_of(kind.kind, kind.level, regulation) == kind.template_id.rpartition("-")[0]


def row(record, code):
    return next(one for one in record["subjects"] if one["code"] == code)


def test_chosen_subjects_and_study_topics_of_upper_secondary():
    record = MAKE["thpt"]().record(SALT)
    assert {one["code"] for one in record["subjects"]} >= {"VL", "HH", "SH", "TIN"}
    assert "DL" not in {one["code"] for one in record["subjects"]}
    assert record["study_topics"][1] == {
        "code": "VL", "name": "Vật lí", "results": ["7.0", "8.4", "8.0"], "chosen": "8.4",
    }  # fmt: skip


def test_a_learner_who_works_has_no_conduct_and_the_record_says_why():
    record = MAKE["gdtx-thpt"]().record(SALT)
    assert (record["study_form"], set(record["conduct"].values())) == ("vua_lam_vua_hoc", {None})
    assert record["promotion"] == {"promoted": True, "completed": True}


def test_the_old_circular_has_means_and_its_own_scales():
    last = MAKE["thcs-tt58"]().record(SALT)
    assert (last["results"]["year"], last["conduct"]["year"]) == ("K", "T")
    assert last["awards"]["title"] == "tien_tien"
    assert last["results"]["mean"]["year"] == "8.2"
    again = MAKE["thpt-tt58"]().record(SALT)
    assert (again["results"]["year"], again["results"]["after_retest"]) == ("Y", "K")
    assert (again["results"]["mean"]["year"], again["results"]["mean"]["after_retest"]) == (
        "7.2", "7.8",
    )  # fmt: skip


def test_a_pupil_who_is_not_assessed_has_no_result_there():
    whole, one = (MAKE[name]().record(SALT) for name in ("not-assessed", "not-assessed-in-one"))
    assert whole["results"]["assessed"] is False
    assert {subject["year"] for subject in whole["subjects"]} == {None}
    assert (row(one, "NT")["year"], one["results"]["year"]) == (None, "T")
    assert whole["promotion"]["promoted"] is one["promotion"]["promoted"] is True
    assert whole["pupil"]["birth_date"] == "2012"


def test_a_part_exempted_is_left_out_and_an_absence_counts_as_zero():
    assert row(MAKE["exempt-part"]().record(SALT), "GDTC")["term1"] == "Đ"
    # Four regular 8, middle 8, final 0: (32 + 16 + 0) / 9.
    assert row(MAKE["absence-as-zero"]().record(SALT), "TOAN")["term1"] == "5.3"


def test_a_repeated_year_names_the_same_grade_that_was_not_passed():
    record = MAKE["repeated-year"]().record(SALT)
    shown = shown_fields(record["previous_year"])
    assert (shown["/grade"], record["grade"]) == (7, 7)
    assert (shown["/school_year"], shown["/promotion/promoted"]) == ("2024-2025", False)


def test_languages_by_name_and_a_pupil_from_abroad():
    record = MAKE["ethnic-language"]().record(SALT)
    assert row(record, "TDTTS")["name"] == "Tiếng Khmer"
    foreign = MAKE["from-abroad"]().record(SALT)
    assert foreign["pupil"]["personal_number"] is None
    assert (foreign["previous_year"], foreign["pupil"]["birth_date"]) == (
        {"none": "abroad"}, "2010-03",
    )  # fmt: skip
    assert MAKE["change-of-class"]().record(SALT)["class"] == "6A3"


def test_a_supplement_keeps_the_years_marks_and_adds_the_retest():
    record = MAKE["supplement"]().record(SALT)
    maths = record["subjects"][0]
    assert (maths["year"], maths["retest"]) == ("3.2", "5.5")
    assert (record["results"]["year"], record["results"]["after_retest"]) == ("CĐ", "K")
    assert (record["version"], record["event"]) == (2, "supplement")
    assert record["promotion"]["promoted"] is True
    assert record["school"]["name"] != record["issuer"]["name"]


def test_what_is_built_is_what_the_verifier_parses():
    for make in MAKE.values():
        record = make().record(SALT)
        assert parse_record(record_bytes(record)) == record


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [({"pupil": PupilFacts("1", "A\u200bn", "2014")}, "/pupil/name", "record.wrong_form"),
     ({"pupil": PupilFacts("1", "An", "2014-02-30")}, "/pupil/birth_date", "record.wrong_form"),
     ({"pupil": PupilFacts("1", "An", "2014", "12")}, "/pupil/personal_number",
      "record.wrong_form"),
     ({"texts": Texts("x" * 2001)}, "/comments/homeroom", "record.too_long"),
     ({"texts": Texts("")}, "/comments/homeroom", "record.wrong_form"),
     ({"class_name": "Lớp Sáu A Một"}, "/class", "record.too_long"),
     ({"school_year": "2025-2027"}, "/school_year", "record.wrong_value"),
     ({"level": "gdtx_thcs"}, "gdtx_thcs", "record.unknown_kind"),
     ({"texts": Texts("e\u0302")}, None, "json.not_canonical")],
)  # fmt: skip
def test_what_a_verifier_would_refuse_is_never_frozen(changes, field, reason):
    with pytest.raises(InputError) as caught:
        changed(MAKE["ordinary"](), changes).record(SALT)
    assert caught.value.code == "record.unfit"
    assert caught.value.params == {"reason": reason}
    if field is not None:
        assert field in (caught.value.where.field or "")


def test_a_salt_of_another_length_is_refused():
    with pytest.raises(InputError, match=r"record\.unfit"):
        MAKE["ordinary"]().record(b"short")


def test_the_name_of_a_subject_is_the_classs_own():
    inputs = MAKE["ordinary"]()
    named = {**inputs.lines, "NN1": SubjectLine("Ngoại ngữ 1 (Tiếng Anh)")}
    record = replace(inputs, lines=named).record(SALT)
    assert record["subjects"][2]["name"] == "Ngoại ngữ 1 (Tiếng Anh)"
