"""All regulations against the shared case book, TT 22 also against a second implementation."""

import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path

import pytest

from hocba.sector.assessment import (
    Level,
    PrimarySubject,
    PrimaryYear,
    PupilYear,
    SubjectMarks,
    SubjectResult,
    TermMarks,
    assess_learning,
    assess_primary_year,
    assess_year,
    award_title,
    may_go_up,
    mean_of,
    primary_regulation,
    primary_result,
    primary_title,
    regulation,
    round_half_up,
    subjects_open_to_retest,
    term_average,
    term_comment,
    year_average,
    year_comment,
)
from hocba.sector.assessment.year import SubjectYear

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("HOCBA_SHARED", ROOT.parent / "shared"))
BOOK = SHARED / "facts" / "assessment_vectors.json"
GOLDEN = ROOT / "tests" / "vectors" / "assessment"
TT22 = regulation("tt22-2021", "1", level="thcs")
TT27 = primary_regulation("tt27-2020", "1")
TT58 = regulation("tt58-2011", "2", level="thcs")
TT58_CODES = {"Toán": "TOAN", "Ngữ văn": "VAN", "Ngoại ngữ": "NN1"}
CODES = {"Tốt": "T", "Khá": "K", "Đạt": "Đ", "Chưa đạt": "CĐ"}
TITLES = {"Học sinh Xuất sắc": "xuat_sac", "Học sinh Giỏi": "gioi", None: None}


def _cases(name: str) -> list:
    if not BOOK.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"{BOOK} is not there"))]
    cases = json.loads(BOOK.read_text("utf-8"))[name]["cases"]
    assert cases
    return [pytest.param(case, id=f"{name}-{i}") for i, case in enumerate(cases)]


def _mark(text: str) -> str:
    return text if "." in text else f"{text}.0"


@pytest.mark.parametrize("case", _cases("dtb_mhk"))
def test_term_averages_of_the_case_book(case):
    marks = TermMarks(
        tuple(_mark(m) for m in case["ddg_tx"]), _mark(case["ddg_gk"]), _mark(case["ddg_ck"])
    )
    if case.get("expect") == "reject_or_store_8.3":
        with pytest.raises(Exception, match=r"assessment\.not_a_score"):
            term_average(marks, TT22)
    else:
        assert term_average(marks, TT22) == case["dtb_mhk"]


@pytest.mark.parametrize("case", _cases("dtb_mcn"))
def test_year_averages_of_the_case_book(case):
    assert year_average(case["hk1"], case["hk2"], TT22) == case["dtb_mcn"]


@pytest.mark.parametrize("case", _cases("lam_tron"))
def test_rounding_of_the_case_book(case):
    assert round_half_up(Decimal(case["in"])) == Decimal(case["out"])


def _results(case: dict) -> list[SubjectResult]:
    scored = [SubjectResult(name, "score", mark) for name, mark in case["mon_diem"].items()]
    comments = [SubjectResult(n, "comment", mark) for n, mark in case["mon_nhan_xet"].items()]
    return scored + comments


@pytest.mark.parametrize("case", _cases("ket_qua_hoc_tap_thcs"))
def test_levels_titles_and_promotion_of_the_case_book(case):
    results = _results(case)
    learning = assess_learning(results, TT22)
    conduct = Level(CODES[case["ren_luyen_ca_nam"]])
    assert learning.level == CODES[case["ket_qua_hoc_tap"]]
    assert (learning.before_adjustment or learning.level) == CODES[case["muc_truoc_dieu_chinh"]]
    assert learning.adjusted_by == case["dieu_chinh_do_mon"]
    assert award_title(conduct, learning.level, results, TT22) == TITLES[case["danh_hieu"]]
    assert may_go_up(conduct, learning.level, case["buoi_nghi"], TT22) is case["len_lop"]


@pytest.mark.parametrize("case", _cases("ren_luyen_ca_nam"))
def test_conduct_of_the_year_of_the_case_book(case):
    first, second = Level(CODES[case["hk1"]]), Level(CODES[case["hk2"]])
    assert TT22.conduct_year[second][first] == CODES[case["ca_nam"]]


@pytest.mark.parametrize("case", _cases("mon_nhan_xet"))
def test_comment_subjects_of_the_case_book(case):
    if "ca_nam" in case:
        assert year_comment(case["hk1"], case["hk2"]) == case["ca_nam"]
        return
    taken = [*case["cac_lan"]]
    if not case["du_so_lan"]:
        taken.append("V")  # missed, and no make-up test either
    assert term_comment(TermMarks(tuple(taken[:2]), taken[2], taken[3]), TT22) == case["hoc_ki"]


@pytest.mark.parametrize("case", _cases("so_dgtx"))
def test_the_number_of_regular_marks_of_the_case_book(case):
    assert TT22.regular_marks("score", case["tiet_nam"]) == case["so"]


@pytest.mark.parametrize("case", _cases("kiem_tra_lai"))
def test_retests_of_the_case_book(case):
    before = [SubjectResult(name, "score", mark) for name, mark in case["truoc"].items()]
    assert assess_learning(before, TT22).level == CODES[case["muc_truoc"]]
    rows = [SubjectYear(s.code, "score", s.result, s.result, s.result, None) for s in before]
    open_subjects = subjects_open_to_retest(rows, Level("Đ"), Level("CĐ"), TT22)
    assert set(case["chon_kiem_tra_lai"]) <= set(open_subjects)
    after = [SubjectResult(s.code, "score", case["diem_moi"].get(s.code, s.result)) for s in before]
    level = assess_learning(after, TT22).level
    assert level == CODES[case["muc_sau"]]
    assert may_go_up(Level("Đ"), level, 0, TT22) is case["len_lop"]


@pytest.mark.parametrize("case", _cases("tieu_hoc_ket_qua_giao_duc"))
def test_overall_results_of_primary_pupils_of_the_case_book(case):
    found = primary_result(
        case["muc_mon"], case["diem_KTDK_cuoi_nam"], case["pham_chat_nang_luc"], TT27
    )
    assert TT27.overall.names[found] == case["ket_qua"]
    subjects = tuple(
        PrimarySubject(f"M{number}", Level(level), tested=number < 3, test=test)
        for number, (level, test) in enumerate(
            zip_longest(case["muc_mon"], map(str, case["diem_KTDK_cuoi_nam"]))
        )
    )
    traits = [trait.code for trait in TT27.traits_of(5)]
    given = dict(zip(traits, case["pham_chat_nang_luc"], strict=True))
    assert assess_primary_year(PrimaryYear(5, subjects, given), TT27).overall == found


@pytest.mark.parametrize("case", _cases("tieu_hoc_khen_thuong"))
def test_titles_of_primary_pupils_of_the_case_book(case):
    named = {name: code for code, name in TT27.overall.names.items()}
    excellent, progress = case.get("thanh_tich_xuat_sac_1_mon"), case.get("tien_bo_ro_ret")
    mentioned = bool(excellent or progress) and bool(case.get("tap_the_lop_cong_nhan"))
    title = primary_title(named[case["ket_qua"]], TT27, mentioned=mentioned)
    names = {award.title: award.name for award in TT27.awards}
    assert names.get(title) == case["danh_hieu"]


@pytest.mark.parametrize("case", _cases("hoc_luc_tt58_tt26"))
def test_learning_under_tt58_of_the_case_book(case):
    rows = [
        SubjectResult(TT58_CODES.get(name, name), mode, mark)
        for mode, marks in (("score", case["mon_diem"]), ("comment", case["mon_nhan_xet"]))
        for name, mark in marks.items()
    ]
    learning = assess_learning(rows, TT58)
    assert mean_of(rows, TT58) == case["dtb_cac_mon"]
    assert TT58.names[learning.level] == case["hoc_luc"]
    before = learning.before_adjustment or learning.level
    assert TT58.names[before] == case["hoc_luc_truoc_dieu_chinh"]


def test_every_case_of_the_case_book_is_run_here():
    if not BOOK.exists():
        pytest.skip(f"{BOOK} is not there")
    book = json.loads(BOOK.read_text("utf-8"))
    groups = {name: len(group["cases"]) for name, group in book.items() if name != "_readme"}
    run = set(re.findall(r'_cases\("(\w+)"\)\)', Path(__file__).read_text("utf-8")))
    assert set(groups) == run
    assert sum(groups.values()) == 96


def _term(marks: list[str]) -> TermMarks:
    return TermMarks(tuple(marks[:-2]), marks[-2], marks[-1])


@pytest.mark.parametrize("case", json.loads((GOLDEN / "tt22-2021.json").read_text("utf-8")))
def test_whole_years_agree_with_the_second_implementation(case):
    subjects = tuple(
        SubjectMarks(
            code,
            "comment" if set(terms["1"]) <= {"Đ", "CĐ"} else "score",
            _term(terms["1"]),
            _term(terms["2"]),
        )
        for code, terms in case["marks"].items()
    )
    first, second = (Level(code) for code in case["conduct"])
    found = assess_year(PupilYear(6, subjects, first, second, case["absences"]), TT22)
    assert {row.code: [row.term1, row.term2, row.year] for row in found.subjects} == case["rows"]
    levels = (found.learning_term1.level, found.learning_term2.level, found.learning.level)
    assert levels == tuple(case["levels"].values())
    assert found.learning.adjusted_by == case["adjusted_by"]
    assert found.conduct == case["conduct_year"]
    assert found.title == case["title"]
    assert sorted(found.may_retest) == sorted(case["may_retest"])
    assert found.promoted is case["promoted"]


def test_the_golden_years_are_what_their_generator_writes(tmp_path):
    copy = tmp_path / "build.py"
    copy.write_bytes((GOLDEN / "build.py").read_bytes())
    subprocess.run([sys.executable, str(copy)], check=True)
    assert (tmp_path / "tt22-2021.json").read_bytes() == (GOLDEN / "tt22-2021.json").read_bytes()
