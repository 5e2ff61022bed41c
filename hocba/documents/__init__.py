"""From a record to the Ministry's form as PDF/A-3b, before anybody signs.

    data = render(record_bytes, load("thcs-year-tt22-1"))

`writer.py` is the pure function that issues. The rest makes templates and runs only when a
form is new: a form is a file in `forms/` that draws its pages with `sheet.py` and names a
record field for each cell; `python -m hocba.documents.build` turns it into the artefact
under `verifier/templates/`. A template that was issued with is never built differently
again: a change of the form is a new id.
"""

from hocba.documents.errors import DocumentError
from hocba.documents.writer import render

__all__ = ["DocumentError", "render"]
