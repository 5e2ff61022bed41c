"""From frozen record to document: a pure function, so it can be made again at any time.

    document = make_document(frozen, kind)

The signing client makes it again before the key is used, the audit makes it again years
later; both compare bytes. A letter that the form's fonts lack is found at freeze, because
freezing lays the document out too.
"""

from hocba.documents.writer import render
from hocba.issuance.credential import CredentialKind
from hocba.issuance.stages import Document, FrozenRecord
from verifier.templates import Template, load


def template_of(kind: CredentialKind) -> Template:
    """The template that this kind is issued on."""
    return load(kind.template_id)


def make_document(frozen: FrozenRecord, kind: CredentialKind) -> Document:
    """Render the record.

    Raises:
        DocumentError: what the form cannot show, with the field.
    """
    return Document(frozen, kind, render(frozen.record, template_of(kind)))
