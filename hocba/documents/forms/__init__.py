"""All forms, by id. A new form is a file here and an entry in this list."""

from collections.abc import Mapping

from hocba.documents.form import Form
from hocba.documents.forms import thcs_year

FORMS: Mapping[str, Form] = {form.id: form for form in (thcs_year.FORM,)}
