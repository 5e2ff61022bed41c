"""What can be wrong with a record so that it cannot be printed."""

from hocba.kit.errors import InputError


class DocumentError(InputError):
    """A value does not go on the page; `where.field` is the record's JSON pointer."""
