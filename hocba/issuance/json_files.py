"""Files of JSON that people write by hand or export: closed models, all faults together.

class PeopleFile(Closed):
    people: tuple[Line, ...]

file = parse_file(path, PeopleFile)
"""

import json
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from hocba.kit.errors import HocbaError, InputError, SeveralInputError, Where
from hocba.kit.text import tidy

Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-zĐđ._-]{1,40}$")]
Line = Annotated[str, AfterValidator(tidy), StringConstraints(min_length=1, max_length=250)]
"""One line of NFC text."""


class Closed(BaseModel):
    """A model without unknown members."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_Model = TypeVar("_Model", bound=BaseModel)


def read_json(path: Path) -> Any:  # noqa: ANN401  # whatever the file holds
    """The value in a file.

    Raises:
        InputError: `school_file.unreadable`.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            "school_file.unreadable", where=Where(file=path.name), reason=str(error)
        ) from error


def parse_file(path: Path, model: type[_Model]) -> _Model:
    """Read a file as this model.

    Raises:
        InputError: `school_file.unreadable`, or all faults at once.
    """
    value = read_json(path)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise several(_faults(error, path), path) from error


def several(faults: list[HocbaError], path: Path) -> HocbaError:
    """One fault as it is, several together."""
    return faults[0] if len(faults) == 1 else SeveralInputError(faults, where=Where(file=path.name))


def type_of(path: Path) -> str | None:
    """What a file says it is; None where it says nothing."""
    value = read_json(path)
    found = value.get("type") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def _faults(error: ValidationError, path: Path) -> list[HocbaError]:
    return [
        InputError(
            "school_file.bad_field",
            where=Where(file=path.name, field="/".join(str(part) for part in fault["loc"])),
            reason=fault["msg"],
        )
        for fault in error.errors()
    ]
