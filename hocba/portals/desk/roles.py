"""Every endpoint of the desk and who may call it. What is not in this table does not exist.

A role says which pages somebody has at all; which class, subject or child stands on them is
asked of the database on that person's behalf, where what is not theirs is 404.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class DeskRole(StrEnum):
    """What somebody is at the desk; one person may be several."""

    TEACHER = "teacher"
    HOMEROOM = "homeroom"
    PRINCIPAL = "principal"
    OFFICE = "office"
    FAMILY = "family"
    DEPARTMENT = "department"
    GUEST = "guest"
    """Whoever is logged in, also when no duty is left."""


TEACHER, HOMEROOM, PRINCIPAL, OFFICE, FAMILY, DEPARTMENT, GUEST = DeskRole
EVERYBODY: Final = frozenset((GUEST,))
SCHOOL: Final = frozenset((TEACHER, HOMEROOM, PRINCIPAL, OFFICE))
NOBODY_ASKED: Final = None
"""Open to visitors without a session."""


@dataclass(frozen=True)
class Endpoint:
    """One page or act: `view` is `module:function` of this package."""

    method: str
    path: str
    view: str
    roles: frozenset[DeskRole] | None


def _only(*roles: DeskRole) -> frozenset[DeskRole]:
    return frozenset(roles)


_CLASS = "/desk/classes/{class_id}"
_MARKS = "/desk/marks/{offering_id}/{term}"

ENDPOINTS: Final = (
    Endpoint("GET", "/desk/login", "login:form", NOBODY_ASKED),
    Endpoint("POST", "/desk/login", "login:enter", NOBODY_ASKED),
    Endpoint("GET", "/desk/collect", "family:collect_form", NOBODY_ASKED),
    Endpoint("POST", "/desk/collect", "family:collect", NOBODY_ASKED),
    Endpoint("POST", "/desk/collect/file", "family:collect_file", NOBODY_ASKED),
    Endpoint("GET", "/desk", "home:home", EVERYBODY),
    Endpoint("POST", "/desk/logout", "login:leave", EVERYBODY),
    Endpoint("GET", "/desk/password", "login:password_form", EVERYBODY),
    Endpoint("POST", "/desk/password", "login:password", EVERYBODY),
    Endpoint("GET", "/desk/runs/{run_id}", "runs:progress", SCHOOL),
    Endpoint("GET", _MARKS, "teacher:grid", _only(TEACHER)),
    Endpoint("POST", _MARKS, "teacher:save", _only(TEACHER)),
    Endpoint("GET", f"{_MARKS}/sign", "teacher:sheet", _only(TEACHER)),
    Endpoint("POST", f"{_MARKS}/sign", "teacher:sign", _only(TEACHER)),
    Endpoint("GET", _CLASS, "homeroom:overview", _only(HOMEROOM, PRINCIPAL)),
    Endpoint("GET", f"{_CLASS}/summary", "homeroom:grid", _only(HOMEROOM)),
    Endpoint("POST", f"{_CLASS}/summary", "homeroom:save", _only(HOMEROOM)),
    Endpoint("POST", f"{_CLASS}/freeze", "homeroom:freeze_class", _only(HOMEROOM)),
    Endpoint("GET", f"{_CLASS}/sign", "homeroom:sign_form", _only(HOMEROOM)),
    Endpoint("POST", f"{_CLASS}/sign", "homeroom:sign_class", _only(HOMEROOM)),
    Endpoint("GET", f"{_CLASS}/return", "principal:return_form", _only(PRINCIPAL)),
    Endpoint("POST", f"{_CLASS}/return", "principal:send_back", _only(PRINCIPAL)),
    Endpoint("GET", "/desk/documents/{transcript_id}", "homeroom:document",
             _only(HOMEROOM, PRINCIPAL, OFFICE)),
    Endpoint("GET", "/desk/approval", "principal:overview", _only(PRINCIPAL)),
    Endpoint("GET", "/desk/approval/sign", "principal:sign_form", _only(PRINCIPAL)),
    Endpoint("POST", "/desk/approval/sign", "principal:sign_classes", _only(PRINCIPAL)),
    Endpoint("GET", "/desk/office", "office:overview", _only(OFFICE)),
    Endpoint("GET", "/desk/office/seal", "office:seal_form", _only(OFFICE)),
    Endpoint("POST", "/desk/office/seal", "office:seal_classes", _only(OFFICE)),
    Endpoint("GET", "/desk/office/classes/{class_id}", "office:hand_out", _only(OFFICE)),
    Endpoint("POST", "/desk/office/pupils/{pupil_id}/code", "office:new_code", _only(OFFICE)),
    Endpoint("GET", "/desk/children", "family:children", _only(FAMILY)),
    Endpoint("GET", "/desk/children/{pupil_id}/{transcript_id}", "family:download",
             _only(FAMILY)),
    Endpoint("GET", "/desk/progress", "department:schools", _only(DEPARTMENT)),
    Endpoint("GET", "/desk/progress/{school}", "department:school", _only(DEPARTMENT)),
)  # fmt: skip
