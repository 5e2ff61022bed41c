"""The averages that a teacher sees in the sheet are the ones the school will compute."""

import random
import shutil
import subprocess
from datetime import UTC, datetime

import pytest
import python_calamine

from hocba.sector.assessment import (
    TermMarks,
    regulation,
    term_average,
    term_comment,
    year_average,
    year_comment,
)
from hocba.sector.sheets import (
    ClassRegister,
    SheetPupil,
    SheetSubject,
    build_template,
    fill,
    read_sheet,
)
from hocba.sector.sheets.layout import FIRST_ROW, plan, term_items

TT22 = regulation("tt22-2021", "1", level="thcs")
OFFICE = shutil.which("soffice")
SUBJECTS = (
    SheetSubject("TOAN", "Toán", "Toán", "score", 4),
    SheetSubject("CN", "Công nghệ", "Công nghệ", "score", 3),
    SheetSubject("GDCD", "Giáo dục công dân", "GDCD", "score", 2),
    SheetSubject("GDTC", "Giáo dục thể chất", "GDTC", "comment", 2),
)
CLASS = ClassRegister(
    "31-11311-01",
    "Trường THCS Lê Quý Đôn",
    "2025-2026",
    "6A1",
    6,
    tuple(SheetPupil(f"{n:03}", f"Em {n}", "2014") for n in range(40)),
    SUBJECTS,
)


def _entries() -> dict:
    rng, found = random.Random(7), {}
    for number, pupil in enumerate(CLASS.pupils):
        for subject in SUBJECTS:
            for term in (1, 2):
                if (number, term) in ((3, 1), (4, 2)) or number == 5:
                    found[pupil.code, subject.code, term, "tx1"] = "M"
                    continue
                for item in term_items(subject):
                    mark = f"{rng.randint(0, 100) / 10:.1f}"
                    if subject.mode == "comment":
                        mark = rng.choice(("Đ", "Đ", "Đ", "Đ", "CĐ"))
                    key = (pupil.code, subject.code, term, item)
                    found[key] = "V" if number == 6 and item == "gk" else mark
    return found


@pytest.mark.interop
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_the_sheets_formulas_agree_with_the_engine_in_a_real_spreadsheet_program(tmp_path):
    data = fill(build_template(CLASS, at=datetime(2026, 5, 1, tzinfo=UTC)), _entries(), CLASS)
    (tmp_path / "a.xlsx").write_bytes(data)
    subprocess.run(
        [str(OFFICE), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
         "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out"),
         str(tmp_path / "a.xlsx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    saved = (tmp_path / "out" / "a.xlsx").read_bytes()
    assert [p for p in read_sheet(saved, CLASS).problems if p.sheet != "Tổng hợp"] == []
    values = {
        e.key: e.value
        for e in read_sheet(data, CLASS, pending=[p.code for p in CLASS.pupils]).clean().entries
    }
    book = python_calamine.load_workbook(str(tmp_path / "out" / "a.xlsx"))
    for page in plan(CLASS)[:-1]:
        rows = book.get_sheet_by_name(page.tab).to_python(skip_empty_area=False)
        computed = [i for i, column in enumerate(page.columns) if column.kind == "computed"]
        for number, pupil in enumerate(CLASS.pupils):
            row = rows[FIRST_ROW + number]
            shown = [f"{row[i]:.1f}" if isinstance(row[i], float) else row[i] for i in computed]
            assert shown == _expected(values, pupil.code, page.subject), (page.tab, pupil.code)


def _expected(values: dict, pupil: str, subject: SheetSubject | None) -> list[str]:
    assert subject is not None
    terms = []
    for term in (1, 2):
        *regular, middle, final = (
            values.get((pupil, subject.code, term, item)) for item in term_items(subject)
        )
        marks = TermMarks(tuple(regular), middle, final)
        terms.append((term_average if subject.mode == "score" else term_comment)(marks, TT22))
    if subject.mode == "score":
        return [*terms, year_average(*terms, TT22)]
    return [*terms, year_comment(*terms)]
