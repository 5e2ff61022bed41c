"""What the register holds goes out as a workbook and reads back equal, whatever it is."""

import io
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from hocba.sector.sheets import (
    ClassRegister,
    SheetPupil,
    SheetSubject,
    build_template,
    fill,
    read_sheet,
)
from hocba.sector.sheets.layout import plan
from hocba.sector.sheets.values import clean_text

AT = datetime(2026, 5, 20, 3, 0, tzinfo=UTC)


def _keeps(text):
    try:
        return clean_text(text) == text
    except ValueError:
        return False


SCORES = st.integers(0, 100).map(lambda n: f"{n // 10}.{n % 10}")
TEXTS = (
    st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=40)
    | st.sampled_from(["=1+1", "+84", "-5", "@SUM(A1)", "8.5", "10.0", "M", "1/2", "TRUE", "#N/A"])
).filter(_keeps)
VALUES = {
    "score": SCORES | st.sampled_from(["V"]),
    "comment": st.sampled_from(["Đ", "CĐ", "V"]),
    "count": st.integers(0, 366).map(str),
    "text": TEXTS,
}
CLASSES = [
    ("thcs", 6, "2025-2026", "M{}"), ("thcs", 9, "2023-2024", "M{}"),
    ("gdtx_thpt", 10, "2025-2026", "M{}"), ("thpt", 11, "2025-2026", "{}"),
]  # fmt: skip
"""Level, grade and year, and the codes of subjects: those of upper secondary have study topics."""
TOPICAL = ("TOAN", "VL", "AN")
NAMES = st.lists(st.sampled_from(["Trần", "Văn", "Ổn", "Y", "Ƀlô", "H'Mông", "Đào"]), min_size=2,
                 max_size=4).map(" ".join)  # fmt: skip


@st.composite
def registers(draw):
    level, grade, year, code = draw(st.sampled_from(CLASSES))
    names = draw(st.lists(NAMES, min_size=1, max_size=4))
    pupils = tuple(SheetPupil(f"{n:010d}", name, "2014") for n, name in enumerate(names, start=1))
    modes = draw(st.lists(st.sampled_from(["score", "comment"]), min_size=1, max_size=3))
    subjects = tuple(
        SheetSubject(
            code.format(TOPICAL[n] if code == "{}" else n),
            f"Môn {n}",
            f"Môn {n}",
            mode,
            draw(st.integers(2, 4)),
        )
        for n, mode in enumerate(modes)
    )
    register = ClassRegister("31", "Trường", year, "6A1", grade, pupils, subjects, level=level)
    values = {}
    for pupil in pupils:
        for page in plan(register):
            subject = page.subject.code if page.subject else None
            for _, column in page.inputs():
                kind, item = column.kind, column.item
                if column.required or draw(st.booleans()):
                    stored = [column.read(one) for one in column.choices]
                    value = draw(st.sampled_from(stored) if stored else VALUES[kind])
                    if column.term == 0 and kind in ("score", "comment") and value == "V":
                        value = "5.0" if kind == "score" else "Đ"
                    values[pupil.code, subject, column.term, item] = value
    return register, values


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(registers())
def test_the_export_of_a_register_reads_back_equal(given_register):
    register, values = given_register
    data = fill(build_template(register, at=AT), values, register)
    assert read_sheet(data, register).clean().values() == values


@pytest.mark.parametrize("text", ["=1+1", '=HYPERLINK("http://x")', "+84", "-5", "@SUM(A1)"])
def test_a_remark_that_looks_like_a_formula_is_text_in_the_export(text):
    pupils = (SheetPupil("1", "An", "2014"),)
    subjects = (SheetSubject("M", "Môn", "Môn", "score", 2),)
    register = ClassRegister("31", "Trường", "2025-2026", "6A1", 6, pupils, subjects)
    data = fill(build_template(register, at=AT), {("1", "M", 0, "comment"): text}, register)
    page = plan(register)[0]
    cell = load_workbook(io.BytesIO(data))["Môn"].cell(6, page.column_of(0, "comment") + 1)
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
