"""The identity file: what a school enters for the page LÝ LỊCH, of many pupils at once.

    {"type": "hocba.identity_file/1", "school": "31-11311-01",
     "pupils": [{"code": "3100000001", "gender": "Nữ", "ethnicity": "Ê-đê",
                 "nationality": "Việt Nam", "birth_place": "...", "residence": "...",
                 "father": {"name": "Trần Văn Bình", "occupation": "Công nhân"}}]}

    pages = read_identity_file(path).pages()       # by pupil's code, ready to be entered

Sex and ethnic group are words or codes. Names and addresses are made one line of NFC text.
All faults of a file come together.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator

from hocba.documents.forms.ethnic_groups import ETHNIC_GROUPS
from hocba.issuance.json_files import Closed, Code, Line, parse_file
from hocba.kit.errors import HocbaError
from hocba.kit.text import tidy
from hocba.sector.identity import GENDERS, Identity, identity_of
from hocba.sector.names import clean_name

IDENTITY_FILE = "hocba.identity_file/1"


def _coded(words: Mapping[str, str]) -> BeforeValidator:
    """A code, or the words that it stands for, in any letter case."""
    codes = {text.casefold(): code for code, text in words.items()}

    def code(value: Any) -> Any:  # noqa: ANN401  # whatever the file holds
        if not isinstance(value, str):
            return value
        found = codes.get(tidy(value).casefold(), value)
        if found not in words:
            raise ValueError(value)
        return found

    return BeforeValidator(code)


Gender = Annotated[str, _coded(GENDERS)]
Ethnicity = Annotated[str, _coded(ETHNIC_GROUPS)]


def _named(text: str) -> str:
    try:
        return clean_name(text)
    except HocbaError as error:
        raise ValueError(error.sentence()) from error


class PersonInput(Closed):
    """A parent or guardian."""

    name: Annotated[str, AfterValidator(_named)]
    occupation: Line | None = None


class PageInput(Closed):
    """One pupil's page; what is left out is not known yet."""

    code: Code
    gender: Gender | None = None
    ethnicity: Ethnicity | None = None
    nationality: Line | None = None
    birth_place: Line | None = None
    hometown: Line | None = None
    residence: Line | None = None
    policy: Line | None = None
    father: PersonInput | None = None
    mother: PersonInput | None = None
    guardian: PersonInput | None = None

    def page(self) -> Identity:
        """The page as it is kept."""
        return identity_of(self.model_dump())


class IdentityFile(Closed):
    """A whole file."""

    type: Literal["hocba.identity_file/1"]
    school: Code | None = None
    pupils: tuple[PageInput, ...]

    def pages(self) -> dict[str, Identity]:
        """Each pupil's page by code; of a code that stands twice the last one counts."""
        return {one.code: one.page() for one in self.pupils}


def read_identity_file(path: Path) -> IdentityFile:
    """Read and check a file; nothing is written.

    Raises:
        InputError: `school_file.unreadable`, or all faults at once.
    """
    return parse_file(path, IdentityFile)
