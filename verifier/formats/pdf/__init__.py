"""The one layout that transcripts have, for writing it and for checking it.

    limits.py      what is refused before it is understood
    layout.py      objects, tables, trailers, numbers: the bytes between the values
    text.py        letters to codes and back, widths, lines
    content.py     a page's operators: one span for each value
    appearance.py  what is drawn where someone signed
    body.py        revision 0, from record and page contents
    update.py      signature and evidence revisions, from the values in them
    revision.py    appending those revisions to a file (used by `signing`)
    walk.py        a file into objects, by position
    reading.py     the revisions, rebuilt and compared
    parse.py       the whole file: `parse(data) -> ParsedPdf` with its problems
    cells.py       the pages, compared with the record

Writer and checker share `layout`, `content`, `body` and `update`; a checker rebuilds what it
read and compares bytes. It has no renderer: `cells.py` reads the page.
"""
