"""The limits of check 1, in one place: what is larger is refused before it is understood."""

MAX_SIZE = 20_000_000
"""Bytes of a file."""

MAX_PAGES = 12
"""Pages that a reader of a document sees, continuation pages included."""

MAX_RECORD = 2 * 1024 * 1024
"""Bytes of record.json: a book of eight years, each with the signed rows of all its teachers."""

MAX_REVISIONS = 24
"""Updates of one file: its signatures, and document timestamps renewed for decades."""

MAX_OBJECTS = 4096
"""Objects, tables and stray ranges of one file, together."""

MAX_BODY = 1 << 18
"""Bytes of one object without its stream's data."""

MAX_PAGES_READ = 256
"""Pages that are read at all; more are left to check 1."""
