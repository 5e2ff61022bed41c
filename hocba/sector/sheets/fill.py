"""Fill a class workbook by program, the way a teacher would by hand.

    filled = fill(template, {("3100000001", "TOAN", 1, "tx1"): "8.5", ...}, register)

For samples, the demonstration, tests and the export of a class's present marks. Scores go
in as numbers, all else as text that no spreadsheet takes for a formula;
the item `overall` writes one comment result into every cell of the term. Rules, locks
and the hidden sheet stay as they are.
"""

import io
from collections.abc import Mapping, Sequence

from openpyxl import load_workbook

from hocba.sector.assessment.marks import SCORE_FORM
from hocba.sector.sheets.layout import CODE_COLUMN, FIRST_ROW, SheetPlan, plan, term_items
from hocba.sector.sheets.marked import put_text
from hocba.sector.sheets.register import CellKey, ClassRegister

OVERALL = "overall"


def fill(template: bytes, entries: Mapping[CellKey, str], register: ClassRegister) -> bytes:
    """Return the workbook with these cells filled in.

    Raises:
        KeyError: where the class has no such pupil, subject or cell.
    """
    book = load_workbook(io.BytesIO(template))
    pages = plan(register)
    rows = {
        page.tab: {
            str(book[page.tab].cell(row + 1, CODE_COLUMN + 1).value): row
            for row in range(FIRST_ROW, book[page.tab].max_row)
        }
        for page in pages
    }
    for (pupil, subject, term, item), value in entries.items():
        page = _page(pages, subject, term, item)
        row = rows[page.tab][pupil]
        for name in _items(page, item):
            index = page.column_of(term, name)
            cell = book[page.tab].cell(row + 1, index + 1)
            if item == "absences":
                cell.value = int(value)
            elif SCORE_FORM.fullmatch(value) and page.columns[index].kind != "text":
                cell.value = float(value)
            else:
                put_text(cell, page.columns[index].words(value))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _page(pages: Sequence[SheetPlan], subject: str | None, term: int, item: str) -> SheetPlan:
    for page in pages:
        if (page.subject.code if page.subject else None) != subject:
            continue
        if any((column.term, column.item) == (term, item) for _, column in page.inputs()):
            return page
        if item == OVERALL:
            return page
    raise KeyError((subject, term, item))


def _items(page: SheetPlan, item: str) -> tuple[str, ...]:
    if item == OVERALL and page.subject is not None:
        return term_items(page.subject)
    return (item,)
