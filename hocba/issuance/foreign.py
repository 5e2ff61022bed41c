"""Errors of the packages below, made ours at the border of issuance.

    with foreign_errors():
        key = custody.open_session(pin)

Codes stay as they are, since people look them up; the class says what a person can do:
type the PIN again (`RefusedError`), wait (`UnavailableError`), look at the data
(`IntegrityError`), mend the set-up (`ConfigError`).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from hocba.kit.errors import (
    ConfigError,
    ConflictError,
    HocbaError,
    IntegrityError,
    RefusedError,
    UnavailableError,
)
from ledger.errors import LedgerError
from signing.errors import CustodyError, PkiError, SigningError, StatusError, TimestampError
from verifier.errors import UnreachableError, VerifierError

_REFUSED = frozenset(("custody.wrong_pin",))


@contextmanager
def foreign_errors() -> Iterator[None]:
    """Raise what happens inside as an error of ours."""
    try:
        yield
    except SigningError as error:
        raise _from_signing(error) from error
    except LedgerError as error:
        raise _from_ledger(error) from error
    except UnreachableError as error:
        raise UnavailableError(error.code, reason=error.detail) from error
    except VerifierError as error:
        raise IntegrityError(error.code, reason=error.detail) from error


def _from_signing(error: SigningError) -> HocbaError:
    if error.code in _REFUSED:
        return RefusedError(error.code)
    if error.code == "status.revoked":  # waiting does not help
        return ConflictError(error.code, reason=error.detail)
    if isinstance(error, TimestampError | StatusError):
        return UnavailableError(error.code, reason=error.detail)
    if isinstance(error, CustodyError | PkiError):
        return ConfigError(error.code, reason=error.detail)
    return IntegrityError(error.code, reason=error.detail)


def _from_ledger(error: LedgerError) -> HocbaError:
    kind = _LEDGER.get(error.code, IntegrityError)
    return kind(error.code, reason=error.detail)


_LEDGER: dict[str, type[HocbaError]] = {
    "chain.unreachable": UnavailableError,
    "anchor.unreachable": UnavailableError,
    "chain.wrong_chain": ConfigError,
    "chain.embedded_not_for_production": ConfigError,
}
