"""Instants in formats: RFC 3339 in UTC, whole seconds, exactly one spelling.

at = parse_time("2026-05-31T08:00:00Z")
assert format_time(at) == "2026-05-31T08:00:00Z"
"""

import re
from datetime import UTC, datetime

from verifier.errors import FormatError

_PATTERN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def parse_time(value: object) -> datetime:
    """Read an instant.

    Raises:
        FormatError: `time.malformed` for anything but `YYYY-MM-DDTHH:MM:SSZ`.
    """
    if not isinstance(value, str) or not _PATTERN.fullmatch(value):
        raise FormatError("time.malformed", str(value)[:40])
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise FormatError("time.malformed", value) from error


def format_time(at: datetime) -> str:
    """Write an instant; a fraction of a second is cut off.

    Raises:
        FormatError: `time.not_aware` for a time that does not say its zone.
    """
    if at.tzinfo is None:
        raise FormatError("time.not_aware", str(at))
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
