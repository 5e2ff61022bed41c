"""What the value reader does not tell: hidden rows and columns, merges, formulas without result.

    facts_of(data, "xlsx")["Toán"].hidden_rows     # frozenset({12})

The XML of .xlsx and .ods and the records of .xls are walked once; a file that cannot be
walked has no facts, since the value reader has already had its say about it.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from hocba.sector.sheets.grid import Block, place_of
from hocba.sector.sheets.xls_records import walk_xls

_LARGEST_PART = 100_000_000
_MOST_REPEATS = 2_000
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"


@dataclass(frozen=True)
class SheetFacts:
    """Facts of one sheet beside its values."""

    merged: tuple[Block, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    uncomputed: frozenset[tuple[int, int]] = frozenset()


@dataclass
class _Found:
    merged: list[Block] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    uncomputed: set[tuple[int, int]] = field(default_factory=set)

    def facts(self) -> SheetFacts:
        return SheetFacts(
            tuple(self.merged),
            frozenset(self.rows),
            frozenset(self.columns),
            frozenset(self.uncomputed),
        )


def facts_of(data: bytes, form: str) -> Mapping[str, SheetFacts]:
    """The facts of each sheet by name; empty where the file does not tell them."""
    if form == "xls":
        return {
            name: SheetFacts(hidden_rows=rows, hidden_columns=columns)
            for name, rows, columns in walk_xls(data)
        }
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return dict(_ods(archive) if form == "ods" else _xlsx(archive))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, etree.XMLSyntaxError):
        return {}


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def _part(archive: zipfile.ZipFile, name: str) -> etree._Element:
    if archive.getinfo(name).file_size > _LARGEST_PART:
        raise ValueError("part too large")
    return etree.fromstring(archive.read(name), _parser())


def _xlsx(archive: zipfile.ZipFile) -> Iterator[tuple[str, SheetFacts]]:
    targets = {
        str(one.get("Id")): str(one.get("Target"))
        for one in _part(archive, "xl/_rels/workbook.xml.rels")
    }
    for sheet in _part(archive, "xl/workbook.xml").iter("{*}sheet"):
        relation = next((v for k, v in sheet.attrib.items() if str(k).endswith("}id")), "")
        target = targets.get(str(relation), "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
        if path in archive.namelist():
            yield str(sheet.get("name")), _xlsx_sheet(_part(archive, path))


def _xlsx_sheet(root: etree._Element) -> SheetFacts:
    found = _Found()
    for column in root.iter("{*}col"):
        if _true(column.get("hidden")):
            first, last = int(column.get("min", "1")), int(column.get("max", "1"))
            found.columns |= set(range(first - 1, min(last, first + _MOST_REPEATS)))
    row_number = 0
    for row in root.iter("{*}row"):
        row_number = int(row.get("r", str(row_number + 1)))
        if _true(row.get("hidden")):
            found.rows.add(row_number - 1)
        for cell in row.iter("{*}c"):
            if cell.find("{*}f") is not None and _without_result(cell):
                found.uncomputed.add(place_of(str(cell.get("r"))))
    for merge in root.iter("{*}mergeCell"):
        first_cell, _, last_cell = str(merge.get("ref")).partition(":")
        found.merged.append(Block(*place_of(first_cell), *place_of(last_cell or first_cell)))
    return found.facts()


def _without_result(cell: etree._Element) -> bool:
    # A program that stores a formula writes no <v>, or an empty one of no type; a formula
    # whose result is the empty text is of type "str".
    value = cell.find("{*}v")
    return (value is None or not value.text) and not (cell.get("t") == "str" and value is not None)


def _true(value: str | None) -> bool:
    return value in ("1", "true")


def _ods(archive: zipfile.ZipFile) -> Iterator[tuple[str, SheetFacts]]:
    for table in _part(archive, "content.xml").iter(f"{{{_TABLE}}}table"):
        yield str(table.get(f"{{{_TABLE}}}name")), _ods_table(table)


def _ods_table(table: etree._Element) -> SheetFacts:
    found = _Found()
    column = 0
    for one in table.iter(f"{{{_TABLE}}}table-column"):
        repeat = _number(one, "number-columns-repeated")
        if one.get(f"{{{_TABLE}}}visibility") in ("collapse", "filter"):
            found.columns |= set(range(column, column + min(repeat, _MOST_REPEATS)))
        column += repeat
    row = 0
    for one in table.iter(f"{{{_TABLE}}}table-row"):
        repeat = _number(one, "number-rows-repeated")
        if one.get(f"{{{_TABLE}}}visibility") in ("collapse", "filter"):
            found.rows |= set(range(row, row + min(repeat, _MOST_REPEATS)))
        _ods_row(one, row, found)
        row += repeat
    return found.facts()


def _ods_row(row: etree._Element, number: int, found: _Found) -> None:
    column = 0
    for cell in row:
        spans = _number(cell, "number-columns-spanned"), _number(cell, "number-rows-spanned")
        if spans != (1, 1):
            found.merged.append(Block(number, column, number + spans[1] - 1, column + spans[0] - 1))
        formula = cell.get(f"{{{_TABLE}}}formula") is not None
        if formula and cell.get(f"{{{_OFFICE}}}value-type") is None:
            found.uncomputed.add((number, column))
        column += _number(cell, "number-columns-repeated")


def _number(element: etree._Element, name: str) -> int:
    told = str(element.get(f"{{{_TABLE}}}{name}", "1"))
    return int(told) if re.fullmatch(r"[0-9]{1,7}", told) else 1
