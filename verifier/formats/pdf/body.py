"""Revision 0: the unsigned document, from the record's bytes and the pages' content.

    data = body(template, record_bytes, contents, modified="20260531")

Constant prefix, then the page tree, the attached record, the content of each fixed page,
and a content and a page object for each continuation page. An optional page on which no
value stands is not in the page tree. Nothing is compressed: the same values give the same
bytes with every zlib, and a checker never inflates anything.
"""

from collections.abc import Sequence

from verifier.formats.canonical import sha256
from verifier.formats.pdf import layout
from verifier.formats.pdf.content import GRID
from verifier.templates import Template

ID_SIZE = 16


def file_id(record_bytes: bytes) -> bytes:
    """The trailer's /ID: the head of the record's digest, as hex digits."""
    return sha256(record_bytes)[:ID_SIZE].hex().encode("ascii")


def page_tree_object(template: Template) -> int:
    """Number of the page tree's object."""
    return template.first_free


def record_object(template: Template) -> int:
    """Number of the attached record's stream."""
    return template.first_free + 1


def content_objects(template: Template, count: int) -> list[int]:
    """Object number of the content of each page, continuation pages last."""
    fixed = len(template.page_objects)
    base = template.first_free + 2
    return [base + i for i in range(fixed)] + [base + fixed + 2 * i for i in range(count - fixed)]


def page_objects(template: Template, contents: Sequence[bytes]) -> list[int]:
    """Object number of each page that is shown."""
    fixed = len(template.page_objects)
    more = content_objects(template, len(contents))[fixed:]
    numbers = [*template.page_objects, *(number + 1 for number in more)]
    pages = enumerate(zip(numbers, contents, strict=True))
    return [number for page, (number, content) in pages if is_shown(template, page, content)]


def is_shown(template: Template, page: int, content: bytes) -> bool:
    """Whether the page stands in the page tree: an empty optional one does not."""
    return content != GRID or template.needed_by(page) is None


def shown_pages(template: Template, contents: Sequence[bytes]) -> int:
    """How many pages a reader sees."""
    return sum(is_shown(template, page, content) for page, content in enumerate(contents))


def record_entries(record_size: int, modified: bytes) -> bytes:
    """Dictionary of the attached record; `modified` is YYYYMMDD."""
    return (
        b"/Type/EmbeddedFile/Subtype/application#2Fjson/Params<</Size %d/ModDate(D:%b000000Z)>>"
        % (record_size, modified)
    )


def continuation_page(template: Template, content: int) -> bytes:
    """Page object of a continuation page."""
    width, height = template.page_size
    return (
        b"<</Type/Page/Parent %d 0 R/MediaBox%b/Resources<</Font%b/XObject<</G %d 0 R>>>>"
        b"/Contents %d 0 R>>"
        % (
            page_tree_object(template),
            layout.rectangle((0, 0, width, height)),
            font_resources(template),
            template.objects["continuation_form"],
            content,
        )
    )


def font_resources(template: Template) -> bytes:
    """Font dictionary of every page and form."""
    named = sorted((name, font.object) for name, font in template.fonts.items())
    return b"<<%b>>" % b"".join(b"/%b %d 0 R" % (name.encode(), num) for name, num in named)


def objects(
    template: Template, record_bytes: bytes, contents: Sequence[bytes], modified: bytes
) -> list[tuple[int, bytes]]:
    """The objects that follow the prefix, in file order."""
    count = len(contents)
    fixed = len(template.page_objects)
    numbers = content_objects(template, count)
    pages = page_objects(template, contents)
    tree = b"<</Type/Pages/Count %d/Kids%b>>" % (len(pages), layout.references(pages))
    attached = layout.stream(record_entries(len(record_bytes), modified), record_bytes)
    out = [(page_tree_object(template), tree), (record_object(template), attached)]
    for index, (number, content) in enumerate(zip(numbers, contents, strict=True)):
        out.append((number, layout.stream(b"", content)))
        if index >= fixed:
            out.append((number + 1, continuation_page(template, number)))
    return out


def body(
    template: Template, record_bytes: bytes, contents: Sequence[bytes], modified: bytes
) -> bytes:
    """All bytes of the unsigned document."""
    out = [template.prefix]
    offsets = dict(enumerate(template.offsets, start=1))
    position = len(template.prefix)
    for number, content in objects(template, record_bytes, contents, modified):
        whole = layout.indirect(number, content)
        offsets[number] = position
        position += len(whole)
        out.append(whole)
    out.append(layout.xref(offsets, first=True))
    end = layout.trailer(
        size=len(offsets) + 1, previous=None, file_id=file_id(record_bytes), xref_at=position
    )
    out.append(end)
    return b"".join(out)
