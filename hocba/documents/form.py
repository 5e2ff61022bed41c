"""What a form is made of; the forms themselves stand in `forms/`, one file each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hocba.documents.sheet import Sheet
from verifier.templates import Rect


@dataclass(frozen=True)
class SignaturePlace:
    """Where the signature of one step of the policy is drawn."""

    field: str
    page: int
    rect: Rect


@dataclass(frozen=True)
class Form:
    """A form of the Ministry: how each page is drawn, who signs where, what codes mean.

    `continuation` draws the page for text that does not fit: its cells, and `folio` as
    the last of them. `titles` names the wrapped fields that have no name in the record;
    a pointer in place of words (`/subjects/*/name`) takes the name from there. `shown_if`
    names, for a page that not every record needs, the field that it is about.
    """

    id: str
    title: str
    pages: Sequence[Callable[[Sheet], None]]
    continuation: Callable[[Sheet], None]
    flow: Rect
    flow_size: int
    titles: Mapping[str, str]
    code_lists: Mapping[str, Mapping[str, str]]
    notes: Mapping[str, str]
    signatures: Sequence[SignaturePlace]
    shown_if: Mapping[int, str] = field(default_factory=dict)
