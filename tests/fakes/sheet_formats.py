"""The same page as .xlsx, .ods, .xls or text: the least of each format that holds cells.

save(page, "xls"), save(page, "ods"), save(page, "csv")
"""

import csv
import io
import struct
import zipfile
from xml.sax.saxutils import escape, quoteattr

from fakes.foreign_sheets import save_xlsx

from hocba.sector.sheets.grid import place_of

_OPENED = "urn:oasis:names:tc:opendocument:xmlns"
_SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"


def save(page, form="xlsx", **options):
    if form == "xlsx":
        return save_xlsx(page)
    return {"ods": save_ods, "xls": save_xls, "csv": save_csv}[form](page, **options)


def save_csv(page, *, encoding="utf-8-sig", delimiter=";"):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(page.rows)
    return out.getvalue().encode(encoding)


def blocks(page):
    for one in page.merged:
        first, _, last = one.partition(":")
        yield (*place_of(first), *place_of(last))


# OpenDocument


def save_ods(page):
    spans = {(top, left): (bottom - top + 1, right - left + 1)
             for top, left, bottom, right in blocks(page)}  # fmt: skip
    width = max(len(row) for row in page.rows)
    columns = "".join(
        f"<table:table-column{_hidden(column in page.hidden_columns)}/>" for column in range(width)
    )
    rows = "".join(
        f"<table:table-row{_hidden(number in page.hidden_rows)}>"
        + "".join(_ods_cell(page, spans, number, column, v) for column, v in enumerate(row))
        + ("" if row else "<table:table-cell/>")
        + "</table:table-row>"
        for number, row in enumerate(page.rows)
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content'
        f' xmlns:office="{_OPENED}:office:1.0" xmlns:table="{_OPENED}:table:1.0"'
        f' xmlns:text="{_OPENED}:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f"<table:table table:name={quoteattr(page.name)}>{columns}{rows}</table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'<manifest:manifest xmlns:manifest="{_OPENED}:manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_SPREADSHEET}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", _SPREADSHEET)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return out.getvalue()


def _hidden(hidden):
    return ' table:visibility="collapse"' if hidden else ""


def _ods_cell(page, spans, row, column, value):
    extra = ""
    if span := spans.get((row, column)):
        extra = f' table:number-rows-spanned="{span[0]}" table:number-columns-spanned="{span[1]}"'
    for cell, result in page.formulas.items():
        if place_of(cell) == (row, column):
            formula = f'{extra} table:formula="of:=1+1"'
            if result is None:
                return f"<table:table-cell{formula}/>"
            return f'<table:table-cell{formula} office:value-type="float" office:value="{result}"/>'
    if value == "":
        return f"<table:table-cell{extra}/>"
    if isinstance(value, str):
        text = f"<text:p>{escape(value)}</text:p>"
        return f'<table:table-cell{extra} office:value-type="string">{text}</table:table-cell>'
    return f'<table:table-cell{extra} office:value-type="float" office:value="{value}"/>'


# Excel 97: records in a compound file


def save_xls(page):
    return _compound(_stream(page))


def _record(kind, body):
    return struct.pack("<HH", kind, len(body)) + body


def _bof(kind):
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


_EOF = _record(0x000A, b"")


def _globals(page, at):
    name = page.name.encode("utf-16-le")
    state = 1 if page.hidden else 0
    bound = struct.pack("<IBB", at, state, 0) + struct.pack("<BB", len(page.name), 1) + name
    return _bof(5) + _record(0x0042, struct.pack("<H", 1200)) + _record(0x0085, bound) + _EOF


def _stream(page):
    start = len(_globals(page, 0))
    return _globals(page, start) + _sheet(page)


def _sheet(page):
    height, width = len(page.rows), max(len(row) for row in page.rows)
    out = [_bof(0x10), _record(0x0200, struct.pack("<IIHHH", 0, height, 0, width, 0))]
    out += [
        _record(0x007D, struct.pack("<HHHHHH", column, column, 0, 15, 1, 0))
        for column in page.hidden_columns
    ]
    for number in range(height):
        flags = 0x0100 | (0x20 if number in page.hidden_rows else 0)
        body = struct.pack("<HHHHHHI", number, 0, width, 255, 0, 0, flags)
        out.append(_record(0x0208, body))
    for number, row in enumerate(page.rows):
        for column, value in enumerate(row):
            out.append(_xls_cell(number, column, value))
    merged = [struct.pack("<HHHH", t, b, left, r) for t, left, b, r in blocks(page)]
    if merged:
        out.append(_record(0x00E5, struct.pack("<H", len(merged)) + b"".join(merged)))
    return b"".join([*out, _EOF])


def _xls_cell(row, column, value):
    place = struct.pack("<HHH", row, column, 0)
    if value == "":
        return b""
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _record(0x0204, place + struct.pack("<HB", len(text) // 2, 1) + text)
    return _record(0x0203, place + struct.pack("<d", value))


def _compound(stream):
    """One stream named Workbook in sectors of 512 bytes: table, directory, then the stream."""
    stream = stream.ljust(4096, b"\0")
    count = -(-len(stream) // 512)
    tables = -(-(count + 2) // 127)
    first = tables + 1
    chain = [0xFFFFFFFD] * tables + [0xFFFFFFFE]
    chain += [*range(first + 1, first + count), 0xFFFFFFFE]
    chain += [0xFFFFFFFF] * (tables * 128 - len(chain))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
        + struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
        + struct.pack("<109I", *range(tables), *[0xFFFFFFFF] * (109 - tables))
    )  # fmt: skip
    directory = _entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + _entry(
        "Workbook", 2, 0xFFFFFFFF, first, len(stream)
    )
    return (
        header
        + struct.pack(f"<{len(chain)}I", *chain)
        + directory.ljust(512, b"\0")
        + stream.ljust(count * 512, b"\0")
    )


def _entry(name, kind, child, start, size):
    raw = (name + "\0").encode("utf-16-le")
    return (
        raw.ljust(64, b"\0")
        + struct.pack("<HBB", len(raw), kind, 1)
        + struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
