"""All forms, by id. A new form is an entry of `years.py`, or a file here and a name below."""

from collections.abc import Mapping

from hocba.documents.form import Form
from hocba.documents.forms import partial
from hocba.documents.forms.book import BOOKS
from hocba.documents.forms.extract import EXTRACTS
from hocba.documents.forms.identity import IDENTITIES
from hocba.documents.forms.th_year import FORM as TH_YEAR
from hocba.documents.forms.years import YEARS

FORMS: Mapping[str, Form] = {
    form.id: form
    for form in (
        TH_YEAR,
        *YEARS,
        partial.PRIMARY,
        *partial.SECONDARY,
        *BOOKS,
        *IDENTITIES,
        *EXTRACTS,
    )
}
