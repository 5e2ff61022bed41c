"""Text with separators as a grid, by a stated rule.

Encoding: a byte order mark decides; else UTF-8 if the bytes are valid UTF-8; else
Windows-1258 if what comes out is Vietnamese (four words in five with diacritics are
well-formed syllables); else Windows-1252, in which the old fonts TCVN3 and VNI show, and
`hocba.sector.sheets.legacy` looks at the columns. Everything but UTF-8 is told in a note.

Separator: `sep=` in the first line decides; else, of tab, semicolon and comma, the one that
cuts most lines into the same number of fields, the earlier one if two are equal. "8,5"
between semicolons therefore stays one mark.
"""

import codecs
import csv
import io
import unicodedata
from collections import Counter

from hocba.sector.sheets.grid import Grid, GridFile
from hocba.sector.sheets.legacy import share_of_vietnamese
from hocba.sector.sheets.register import problem
from hocba.sector.sheets.workbook import MOST_ROWS, SheetFileError

SHEET = "CSV"
_SEPARATORS = ("\t", ";", ",")
_NAMES = {"\t": "tab", ";": ";", ",": ","}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_IS_VIETNAMESE = 0.8
_LOOKED_AT = 200


def read_csv(data: bytes) -> GridFile:
    """Read text with separators.

    Raises:
        SheetFileError: `sheet.not_a_workbook` for bytes that are no text.
    """
    text, encoding = decode(data)
    if "\x00" in text:
        raise SheetFileError("sheet.not_a_workbook")
    separator, body = find_separator(text)
    try:
        reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator)
        rows = tuple(tuple(row) for _, row in zip(range(MOST_ROWS + 1), reader, strict=False))
    except csv.Error as error:
        raise SheetFileError("sheet.not_a_workbook") from error
    notes = [problem("sheet.csv_read_as", SHEET, None, encoding=encoding, mark=_NAMES[separator])]
    if len(rows) > MOST_ROWS:
        notes.append(problem("sheet.cut_off", SHEET, None, rows=MOST_ROWS, columns=""))
    return GridFile("csv", (Grid(SHEET, rows),), tuple(notes))


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding, by the rule above.

    Raises:
        SheetFileError: `sheet.not_a_workbook`.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(name), "UTF-16" if name == "utf-16" else "UTF-8"
            except UnicodeDecodeError as error:
                raise SheetFileError("sheet.not_a_workbook") from error
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        text = unicodedata.normalize("NFC", data.decode("cp1258"))
        if share_of_vietnamese(text) >= _IS_VIETNAMESE:
            return text, "Windows-1258"
    except UnicodeDecodeError:
        pass
    return data.decode("cp1252", errors="replace").replace("\ufffd", "?"), "Windows-1252"


def find_separator(text: str) -> tuple[str, str]:
    """The separator, and the text without a line that only names it."""
    first, _, rest = text.partition("\n")
    named = first.strip().lower()
    if named.startswith("sep=") and (sign := first.strip()[4:5] or "\t") in _SEPARATORS:
        return sign, rest
    best, most = _SEPARATORS[-1], 0
    for sign in _SEPARATORS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
        widths = Counter(
            len(row) for _, row in zip(range(_LOOKED_AT), reader, strict=False) if len(row) > 1
        )
        lines = max(widths.values(), default=0)
        if lines > most:
            best, most = sign, lines
    return best, text
