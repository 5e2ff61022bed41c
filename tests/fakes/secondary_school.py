"""A small secondary school of any level: one class, a few pupils, its workbook filled in.

enter(here, THPT)                             # the school file
fill_class(here, THPT, change={...})          # its workbook, filled in and imported
"""

from dataclasses import dataclass

from fakes.primary_school import workbook
from fakes.small_school import STRANGER

from hocba.issuance import read_marks, write_marks
from hocba.kit.clock import now

HOMEROOM = "GV02"
AN, BLO, CHI, DUNG = (f"311000000{number}" for number in range(4))
PUPILS = ((AN, "Trần Văn Ổn"), (BLO, "Y Ƀlô Niê"), (CHI, "Nguyễn Thị Ánh"), (DUNG, "Đặng Đình Đạt"))


@dataclass(frozen=True)
class Given:
    """A class of a level: which grade and year, which chosen subjects, and its template."""

    level: str
    school: str
    grade: int
    name: str
    template: str
    year: str = "2025-2026"
    chosen: tuple[str, ...] = ()
    language: str | None = None


THPT = Given("thpt", "Trường THPT Thái Phiên", 10, "10A1", "thpt-year-tt22-1",
             chosen=("VL", "HH", "SH", "TIN", "DL"))  # fmt: skip
GDTX_THPT = Given("gdtx_thpt", "Trung tâm GDNN-GDTX Hồng Bàng", 12, "12A", "gdtx-thpt-year-tt43-1",
                  chosen=("DL", "VL", "HH", "SH"), language="Tiếng Anh")  # fmt: skip
GDTX_THCS = Given("gdtx_thcs", "Trung tâm GDNN-GDTX Hồng Bàng", 7, "7A", "gdtx-thcs-year-tt43-1",
                  chosen=("TIN", "CN"))  # fmt: skip
OLD_THCS = Given("thcs", "Trường THCS Lê Quý Đôn", 9, "9A2", "thcs-year-tt58-1", year="2023-2024")
OLD_THPT = Given("thpt", "Trường THPT Thái Phiên", 12, "12C5", "thpt-year-tt58-1",
                 year="2023-2024")  # fmt: skip
FORMS = (THPT, GDTX_THPT, GDTX_THCS, OLD_THCS, OLD_THPT)


def enter(here, given, *, pupils=PUPILS):
    """Bring the school up to a file with one class."""
    born = f"{int(given.year[:4]) - given.grade - 5}"
    people = [{"code": code, "name": who, "birth_date": born} for code, who in pupils]
    names = {"NN": given.language} if given.language else {}
    one = {"name": given.name, "grade": given.grade, "homeroom": HOMEROOM, "pupils": people,
           "teachers": dict.fromkeys(given.chosen, STRANGER), "subjects": names}  # fmt: skip
    school = {"name": given.school, "level": given.level}
    return here.school(school=school, school_year=given.year, classes=[one])


def fill_class(here, given, **options):
    """Fill the class's workbook and import it; how many cells changed."""
    data = workbook(here, name=given.name, **options)
    reading = read_marks(here.wp, data, file=f"{given.name}.xlsx")
    return write_marks(here.wp, reading, actor="command", at=now())


def topics(pupil, subject, *results, chosen=1):
    """Entries of a cluster of study topics, the chosen one as a regular mark too."""
    entries = {(pupil, subject, 0, f"cd{n}"): mark for n, mark in enumerate(results, start=1)}
    entries[pupil, subject, 0, "cd_chosen"] = str(chosen)
    entries[pupil, subject, 2, "tx1"] = results[chosen - 1]
    return entries
