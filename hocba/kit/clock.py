"""The time of day. Only entry points read the clock; everything below takes `at` or `now`.

Times are aware and UTC, their text is RFC 3339 with whole seconds. Viet Nam has one time zone
without daylight saving, so a local date needs no time zone database.

    freeze(pupils, at=now())
    proposed = local_date(at)
"""

from datetime import UTC, date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The time in UTC, to the microsecond, which is also what PostgreSQL keeps."""
    return datetime.now(UTC)


def utc(at: datetime) -> datetime:
    """The same moment in UTC.

    Raises:
        ValueError: for a time without a zone, which would be read differently elsewhere.
    """
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC)


def local_time(at: datetime) -> datetime:
    """The moment on the clocks of Viet Nam."""
    return utc(at).astimezone(VIETNAM)


def local_date(at: datetime) -> date:
    """The date that people in Viet Nam write at this moment."""
    return local_time(at).date()


def rfc3339(at: datetime) -> str:
    """The moment as `2026-05-31T08:00:00Z`."""
    return utc(at).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_rfc3339(text: str) -> datetime:
    """The moment that `rfc3339` wrote.

    Raises:
        ValueError: for any other form.
    """
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
