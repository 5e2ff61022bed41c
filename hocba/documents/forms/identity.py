"""The page LÝ LỊCH, of every level: who the pupil is, the classes, what papers changed.

    IDENTITIES            # of schools, and of centres, which have words of their own

Page 1 is the head of the book with the codes of the digital record. Page 2 has the fields of
the circulars' page: what one level alone asks for (quê quán in primary school; policy status
and occupations above it) has its words from a code list by level, so that the form prints
nothing that a level does not ask. The principal signs, the school seals; nobody else does.
"""

from dataclasses import replace
from functools import partial

from hocba.documents.form import Form, SignaturePlace
from hocba.documents.forms import common
from hocba.documents.forms.common import (
    CENTER,
    CENTRE,
    CODE_LISTS,
    FLOW,
    LEVEL_TITLES,
    NOTES,
    PRINCIPAL_SIGNS,
    SCHOOL,
    SEAL_STANDS,
    Cover,
    House,
    approval,
    banner_and_foot,
)
from hocba.documents.forms.ethnic_groups import ETHNIC_GROUPS
from hocba.documents.sheet import LEFT, RIGHT, Sheet

CLASS_ROWS, CHANGE_ROWS = 10, 8
FIELDS = {
    "name": "Họ và tên",
    "birth_date": "Ngày, tháng, năm sinh",
    "personal_number": "Số định danh cá nhân",
    "gender": "Giới tính",
    "ethnicity": "Dân tộc",
    "nationality": "Quốc tịch",
    "birth_place": "Nơi sinh",
    "hometown": "Quê quán",
    "father": "Họ và tên cha",
    "mother": "Họ và tên mẹ",
    "guardian": "Người giám hộ",
}
GENDERS = {"1": "Nam", "2": "Nữ"}
_STEP, _TOP = 2250, 76800
_HALF = LEFT + 19000
_CLASS_TOP, _CLASS_ROW = 54000, 1480
_CLASS_XS = (LEFT, LEFT + 6200, LEFT + 10700, LEFT + 27000, LEFT + 35300, LEFT + 45300, RIGHT)
_CHANGE_TOP, _CHANGE_ROW = 34600, 1850
_CHANGE_XS = (LEFT, LEFT + 8200, LEFT + 19700, LEFT + 31200, RIGHT - 5600, RIGHT)

COVER = Cover(
    None,
    SCHOOL.name,
    left=(
        ("Mã học sinh", "code.pupil", "/pupil/code", "text", None),
        ("Ngày, tháng, năm sinh", "code.birth", "/pupil/birth_date", "date", None),
        ("Mã trường", "code.school", "/school/code", "text", None),
        ("Ngày phát hành", "code.issued", "/issued_on", "date", None),
    ),
    right=(
        ("Số định danh cá nhân", "code.person", "/pupil/personal_number", "text", None),
        ("Loại văn bản", "code.kind", "/kind", "code", "kind"),
        ("Mã số thuế của trường", "code.tax", "/school/tax_code", "text", None),
        ("Lần phát hành", "code.event", "/event", "code", "event"),
    ),
    refers=False,
)


def _who(sheet: Sheet, house: House) -> None:
    """Page 2."""
    banner_and_foot(sheet, "2")
    sheet.text(
        CENTER, 79400, f"LÝ LỊCH {house.learner.upper()}", font="B", size=1400, align="center"
    )
    at = "/identity"
    rows = [_TOP - _STEP * row for row in range(9)]
    _line(sheet, rows[0], "Họ và tên:", "name", "/pupil/name", font="B")
    _line(sheet, rows[1], "Giới tính:", "gender", f"{at}/gender", end=_HALF, codes="gender")
    _line(sheet, rows[1], "Ngày, tháng, năm sinh:", "birth", "/pupil/birth_date", start=_HALF,
          form="date")  # fmt: skip
    _line(sheet, rows[2], "Dân tộc:", "ethnicity", f"{at}/ethnicity", end=_HALF, codes="ethnicity")
    _of_level(sheet, rows[2], "policy", f"{at}/policy", 11000)
    _line(sheet, rows[3], "Quốc tịch:", "nationality", f"{at}/nationality", end=_HALF)
    _of_level(sheet, rows[3], "hometown", f"{at}/hometown", 5500)
    _line(sheet, rows[4], "Nơi sinh:", "birth_place", f"{at}/birth_place")
    _line(sheet, rows[5], "Nơi ở hiện nay:", "residence", f"{at}/residence")
    persons = (("father", "Họ và tên cha:"), ("mother", "Họ và tên mẹ:"),
               ("guardian", "Người giám hộ (nếu có):"))  # fmt: skip
    for y, (key, label) in zip(rows[6:], persons, strict=True):
        _line(sheet, y, label, key, f"{at}/{key}/name", end=LEFT + 31500)
        _of_level(sheet, y, "occupation", f"{at}/{key}/occupation", 6200, name=f"{key}.occupation",
                  start=LEFT + 31500)  # fmt: skip
    _classes(sheet, house)
    _changes(sheet)
    approval(sheet, house.head, seal=house.seal)


def _line(  # noqa: PLR0913  # words, field and place
    sheet: Sheet,
    y: int,
    label: str,
    name: str,
    pointer: str,
    *,
    start: int = LEFT,
    end: int = RIGHT,
    form: str = "wrap",
    codes: str | None = None,
    font: str = "R",
) -> None:
    """Words and the value after them, up to `end`."""
    left = sheet.text(start, y, label) + 300
    sheet.cell(f"who.{name}", (left, y - 700, end - 300, y + 1400), pointer,
               form="code" if codes else form, codes=codes, font=font, least=450)  # fmt: skip


def _of_level(  # noqa: PLR0913  # words, field and place
    sheet: Sheet,
    y: int,
    words: str,
    pointer: str,
    wide: int,
    *,
    name: str | None = None,
    start: int = _HALF,
) -> None:
    """A value whose words only some levels have."""
    middle = start + wide
    sheet.cell(f"who.{name or words}.label", (start, y - 700, middle, y + 1400), "/level",
               form="code", codes=f"label_{words}")  # fmt: skip
    sheet.cell(f"who.{name or words}", (middle + 100, y - 700, RIGHT, y + 1400), pointer,
               form="wrap", least=450)  # fmt: skip


def _table(  # noqa: PLR0913  # a title, heads, and where
    sheet: Sheet, title: str, heads: tuple[str, ...], xs: tuple[int, ...], *, top: int, row: int,
    count: int,
) -> int:  # fmt: skip
    """Title, grid and heads; the top of the first row."""
    sheet.text(LEFT, top + 700, title, font="B", size=1050)
    rows_top = top - 1500
    sheet.rows([top, *(rows_top - row * number for number in range(count + 1))], LEFT, RIGHT)
    sheet.columns(xs, rows_top - row * count, top)
    for left, right, words in zip(xs[:-1], xs[1:], heads, strict=True):
        sheet.paragraph((left, rows_top, right, top), words, font="B", size=850)
    return rows_top


def _classes(sheet: Sheet, house: House) -> None:
    name = f"Tên {house.name.lower()}"
    heads = ("Năm học", "Lớp", name, "Xã, phường, đặc khu", "Tỉnh, thành phố", "Từ ngày")
    keys = ("school_year", "class", "school", "commune", "province", "from")
    top = _table(sheet, "QUÁ TRÌNH HỌC TẬP", heads, _CLASS_XS,
                 top=_CLASS_TOP, row=_CLASS_ROW, count=CLASS_ROWS)  # fmt: skip
    for row in range(CLASS_ROWS):
        up = top - row * _CLASS_ROW
        for column, key in enumerate(keys):
            rect = (_CLASS_XS[column] + 100, up - _CLASS_ROW + 60, _CLASS_XS[column + 1] - 100,
                    up - 60)  # fmt: skip
            sheet.cell(f"c{row + 1:02d}.{key}", rect, f"/schooling/{row}/{key}",
                       form="date" if key == "from" else "wrap", size=900, least=350)  # fmt: skip


def _changes(sheet: Sheet) -> None:
    heads = ("Thay đổi hộ tịch", "Đã ghi", "Nay là", "Theo quyết định, giấy tờ", "Ngày ghi")
    keys = ("field", "before", "after", "decision", "noted_on")
    forms = {"field": "code", "noted_on": "date"}
    title = "THAY ĐỔI HỘ TỊCH (nếu có; học bạ các năm đã phát hành theo nội dung cũ vẫn có giá trị)"
    top = _table(sheet, title, heads, _CHANGE_XS, top=_CHANGE_TOP, row=_CHANGE_ROW,
                 count=CHANGE_ROWS)  # fmt: skip
    for row in range(CHANGE_ROWS):
        up = top - row * _CHANGE_ROW
        for column, key in enumerate(keys):
            rect = (_CHANGE_XS[column] + 100, up - _CHANGE_ROW + 60, _CHANGE_XS[column + 1] - 100,
                    up - 60)  # fmt: skip
            sheet.cell(f"a{row + 1}.{key}", rect, f"/amendments/{row}/{key}",
                       form=forms.get(key, "wrap"), codes="field" if key == "field" else None,
                       size=900, least=350)  # fmt: skip


continuation = partial(common.continuation, about=None)
"""Nothing of this form goes on elsewhere, but every template has such a page."""


def _words(words: str, *levels: str) -> dict[str, str]:
    return {**dict.fromkeys(levels, words), "*": ""}


_ABOVE = ("thcs", "thpt", "gdtx_thcs", "gdtx_thpt")


def _form(name: str, house: House) -> Form:
    cover = replace(COVER, school=house.name)
    return Form(
        id=name,
        title=f"Học bạ: lý lịch {house.learner.lower()}",
        pages=(partial(common.cover, of=cover), partial(_who, house=house)),
        continuation=continuation,
        flow=FLOW,
        flow_size=1000,
        titles={},
        code_lists={
            **CODE_LISTS,
            **house.code_lists(),
            "level_title": LEVEL_TITLES,
            "kind": {"identity": f"Lý lịch {house.learner.lower()}"},
            "gender": GENDERS,
            "ethnicity": ETHNIC_GROUPS,
            "field": FIELDS,
            "label_hometown": _words("Quê quán:", "th"),
            "label_policy": _words("Đối tượng chính sách:", *_ABOVE),
            "label_occupation": _words("Nghề nghiệp:", *_ABOVE),
        },
        notes=NOTES,
        signatures=SIGNATURES,
    )


SIGNATURES = (
    SignaturePlace("sig_principal", 1, PRINCIPAL_SIGNS),
    SignaturePlace("sig_seal", 1, SEAL_STANDS),
)
IDENTITIES = (_form("identity-1", SCHOOL), _form("gdtx-identity-1", CENTRE))
