"""Every failure that the server expects, as one tree.

A failure has a stable `code`, says `where` it happened (file, sheet, row, cell, field) and
knows its sentence in Vietnamese and English, its exit status and its HTTP status. A library's
exception never leaves the file that wraps the library. Anything outside this tree is a bug.

    raise InputError("mark.out_of_range", where=Where(sheet="Toán", cell="E7"), value="10,5")

    except HocbaError as error:
        print(error.sentence("vi"))
        raise SystemExit(error.exit_status)

Exit statuses are those of sysexits.h, so they never meet those of `hocba verify` (0 to 3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hocba.kit import messages


@dataclass(frozen=True)
class Where:
    """The place that a person has to look at; what is unknown is None."""

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    cell: str | None = None
    field: str | None = None

    def describe(self, language: str = messages.DEFAULT) -> str:
        """Name the place in words, from large to small; empty where nothing is known."""
        parts = [
            messages.sentence(f"where.{name}", language, value=value)
            for name, value in vars(self).items()
            if value is not None
        ]
        return ", ".join(parts)


NOWHERE = Where()


class HocbaError(Exception):
    """Base of all expected failures; `params` fill the placeholders of the sentence."""

    exit_status: ClassVar[int] = 70  # EX_SOFTWARE
    http_status: ClassVar[int] = 500

    def __init__(self, code: str, /, *, where: Where = NOWHERE, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.where = where
        self.params = params

    def sentence(self, language: str = messages.DEFAULT) -> str:
        """Say what happened and what to do, the place first."""
        text = messages.sentence(self.code, language, **self.params)
        place = self.where.describe(language)
        return f"{place}: {text}" if place else text

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence('en')}"

    def __reduce__(self) -> tuple[object, ...]:
        # Worker processes hand errors back by pickle, which calls the class with `args` alone.
        return _rebuild, (type(self), self.code, self.where, self.params), self.__dict__


class InputError(HocbaError):
    """Data that a person gave is wrong: a cell, a file, a field of a form."""

    exit_status = 65  # EX_DATAERR
    http_status = 422


class SeveralInputError(InputError):
    """Several faults of one input, all found in one pass; `problems` is never empty."""

    def __init__(
        self, problems: Sequence[HocbaError], *, code: str = "input.several", where: Where = NOWHERE
    ) -> None:
        super().__init__(code, where=where, count=len(problems))
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_several, (type(self), self.problems, self.code, self.where)


class NotFoundError(HocbaError):
    """No such thing, or it belongs to another school: the two look the same."""

    exit_status = 66  # EX_NOINPUT
    http_status = 404


class ConflictError(HocbaError):
    """The thing exists but its state does not allow this step."""

    exit_status = 73  # EX_CANTCREAT
    http_status = 409


class RefusedError(HocbaError):
    """This person may not do this, or did not prove who they are."""

    exit_status = 77  # EX_NOPERM
    http_status = 403


class BusyError(HocbaError):
    """Too much was asked in too short a time; waiting is the cure."""

    exit_status = 75  # EX_TEMPFAIL
    http_status = 429


class UnavailableError(HocbaError):
    """Something outside did not answer; trying again later is the cure."""

    exit_status = 69  # EX_UNAVAILABLE
    http_status = 503


class StorageError(HocbaError):
    """The disk or the blob store failed; nothing half-written is left."""

    exit_status = 74  # EX_IOERR
    http_status = 507


class ConfigError(HocbaError):
    """A setting is missing or wrong."""

    exit_status = 78  # EX_CONFIG


class IntegrityError(HocbaError):
    """Stored data is not what was stored: a swapped blob, a wrong key, a broken promise."""


def _rebuild(
    kind: type[HocbaError], code: str, where: Where, params: dict[str, object]
) -> HocbaError:
    error = kind.__new__(kind)
    HocbaError.__init__(error, code, where=where, **params)
    return error


def _rebuild_several(
    kind: type[SeveralInputError], problems: tuple[HocbaError, ...], code: str, where: Where
) -> SeveralInputError:
    return kind(problems, code=code, where=where)
