"""The completed book: cover, the way through the level with its completion, a page a year.

    BOOKS

Page 2 is "Quá trình học tập" with the confirmation that the level is completed; it carries
both signatures, so it stands before the years. There are eight pages for years, one for
each that the record may hold (somebody repeats), and only those that it holds are shown: a
pupil of three years has no empty grids. A year's page gives what the level's own page of
marks and results gives; the remarks on each subject stand in that year's transcript and,
whole, in the record.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from hocba.documents.form import Form, SignaturePlace
from hocba.documents.forms import common
from hocba.documents.forms.book_years import primary_year, secondary_year, year_code_lists
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
from hocba.documents.sheet import LEFT, RIGHT, Sheet

YEARS = 8
FIRST_YEAR_PAGE = 2
_XS = (LEFT, 10800, 15000, 46800, RIGHT)
_HEAD_TOP, _ROWS_TOP, _ROW = 77000, 74700, 3600
_ROWS_BOTTOM = _ROWS_TOP - YEARS * _ROW

_PROGRAMMES = {
    "th": "chương trình tiểu học",
    "thcs": "chương trình trung học cơ sở",
    "thpt": "chương trình trung học phổ thông",
    "gdtx_thcs": "chương trình giáo dục thường xuyên cấp trung học cơ sở",
    "gdtx_thpt": "chương trình giáo dục thường xuyên cấp trung học phổ thông",
}
_EARLIER = {
    "first": "không có, quyển này bắt đầu từ lớp đầu cấp",
    "paper": "ghi ở học bạ giấy",
    "abroad": "học ở nước ngoài",
}
_UP = {"true": "Lên lớp", "false": "Không lên lớp"}
_COVER = Cover(
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
        ("Hoàn thành năm học", "code.completed", "/completion/school_year", "text", None),
        ("Mã số thuế của trường", "code.tax", "/school/tax_code", "text", None),
        ("Lần phát hành", "code.event", "/event", "code", "event"),
    ),
    refers=False,
)
_TEXTS = {
    "comments/homeroom": "Nhận xét của giáo viên chủ nhiệm, năm học",
    "awards/other": "Khen thưởng khác, năm học",
    "awards/text": "Nội dung khen thưởng, năm học",
    "awards/certificates": "Chứng chỉ, năm học",
    "awards/contests": "Kết quả tham gia các cuộc thi, năm học",
}


def _way(sheet: Sheet, house: House) -> None:
    """Page 2: one line for each year, then what the principal confirms."""
    banner_and_foot(sheet, "2")
    sheet.text(CENTER, 80000, "QUÁ TRÌNH HỌC TẬP", font="B", size=1400, align="center")
    sheet.rows([_HEAD_TOP, *(_ROWS_TOP - row * _ROW for row in range(YEARS + 1))], LEFT, RIGHT)
    sheet.columns(_XS, _ROWS_BOTTOM, _HEAD_TOP)
    heads = (
        "Năm học",
        "Lớp",
        f"Tên {house.name.lower()}; xã/phường/đặc khu; tỉnh/thành phố",
        "Cuối năm",
    )
    for column, words in enumerate(heads):
        sheet.paragraph((_XS[column], _ROWS_TOP, _XS[column + 1], _HEAD_TOP), words, font="B")
    for row in range(YEARS):
        _line(sheet, row, _ROWS_TOP - row * _ROW)
    end = sheet.text(LEFT, _ROWS_BOTTOM - 1500, "Các năm học trước những năm ghi ở trên:")
    sheet.cell("earlier", (end + 300, _ROWS_BOTTOM - 1800, RIGHT, _ROWS_BOTTOM - 500), "/earlier",
               form="code", codes="earlier", least=600)  # fmt: skip
    _completion(sheet, _ROWS_BOTTOM - 4600, house)
    approval(sheet, house.head, seal=house.seal)


def _line(sheet: Sheet, row: int, top: int) -> None:
    name, at, bottom = f"y{row + 1}", f"/years/{row}/record", top - _ROW
    middle = bottom + 1450
    sheet.cell(f"{name}.year", (_XS[0] + 100, bottom + 100, _XS[1] - 100, top - 100),
               f"{at}/school_year", font="B", least=600, align="center")  # fmt: skip
    sheet.cell(f"{name}.class", (_XS[1] + 100, bottom + 100, _XS[2] - 100, top - 100),
               f"{at}/class", least=500, align="center")  # fmt: skip
    sheet.cell(f"{name}.school", (_XS[2] + 200, middle + 20, _XS[3] - 100, top - 60),
               f"{at}/school/name", form="wrap", size=1050, least=500)  # fmt: skip
    half = (_XS[2] + _XS[3]) // 2
    for key, left, right in (("commune", _XS[2] + 200, half - 50),
                             ("province", half + 50, _XS[3] - 100)):  # fmt: skip
        sheet.cell(f"{name}.{key}", (left, bottom + 60, right, middle), f"{at}/school/{key}",
                   form="wrap", size=900, least=350)  # fmt: skip
    sheet.cell(f"{name}.up", (_XS[3] + 100, bottom + 100, _XS[4] - 100, top - 100),
               f"{at}/promotion/promoted", form="code", codes="up", size=950,
               align="center")  # fmt: skip


def _completion(sheet: Sheet, y: int, house: House) -> None:
    sheet.text(CENTER, y, "XÁC NHẬN HOÀN THÀNH CHƯƠNG TRÌNH", font="B", size=1300, align="center")
    y -= 2500
    end = sheet.text(LEFT, y, f"{house.learner}:", size=1200)
    sheet.cell("completion.name", (end + 300, y - 400, RIGHT, y + 1200), "/pupil/name", font="B",
               size=1300, least=500)  # fmt: skip
    y -= 2100
    sheet.text(LEFT, y, "Mã số quản lý học bạ:", size=1200)
    sheet.cell("completion.code", (LEFT + 13500, y - 400, RIGHT, y + 1200), "/management_code",
               size=1200)  # fmt: skip
    y -= 2100
    end = common.choice(sheet, (LEFT, y), "/completion/completed", "yes", "đã hoàn thành")
    sheet.cell("completion.programme", (end + 300, y - 350, RIGHT, y + 1100), "/level",
               form="code", codes="programme", font="B", least=700)  # fmt: skip
    y -= 2100
    end = sheet.text(LEFT, y, "ở lớp", size=1200)
    sheet.cell("completion.class", (end + 300, y - 400, end + 9000, y + 1200),
               "/completion/class", font="B", size=1200)  # fmt: skip
    end = sheet.text(end + 9500, y, "khối", size=1200)
    sheet.cell("completion.grade", (end + 300, y - 400, end + 3000, y + 1200),
               "/completion/grade", size=1200)  # fmt: skip
    end = sheet.text(end + 3500, y, "năm học", size=1200)
    sheet.cell("completion.year", (end + 300, y - 400, RIGHT, y + 1200),
               "/completion/school_year", font="B", size=1200)  # fmt: skip
    words = (
        "Mỗi năm học ở trên có một trang sau đây, lấy từ học bạ đã phát hành của năm đó. Bản ghi"
        " đầy đủ của từng năm, có nhận xét từng môn học, nằm trong tệp này và được đối chiếu với"
        " sổ cái khi kiểm tra."
    )
    sheet.paragraph((LEFT, y - 5600, RIGHT, y - 1300), words, font="I", size=950, align="left")


def _whose(sheet: Sheet) -> None:
    """Whose the texts of a continuation page are; the year of each stands in its heading."""
    end = sheet.text(LEFT, 78000, "Họ và tên:")
    sheet.cell("more.name", (end + 300, 77700, RIGHT, 79000), "/pupil/name", font="B", least=400)
    sheet.line(LEFT, 75900, RIGHT, 75900)


def _book(form: str, title: str, year: Callable[..., None], house: House = SCHOOL) -> Form:
    cover = replace(_COVER, school=house.name)
    return Form(
        id=form,
        title=title,
        pages=(
            partial(common.cover, of=cover),
            partial(_way, house=house),
            *(partial(year, row=row, house=house) for row in range(YEARS)),
        ),
        continuation=partial(common.continuation, about=_whose),
        flow=FLOW,
        flow_size=1000,
        titles={
            f"/years/*/record/{at}": f"{words} /years/*/record/school_year"
            for at, words in _TEXTS.items()
        },
        code_lists={
            **CODE_LISTS,
            "level_title": LEVEL_TITLES,
            "programme": _PROGRAMMES,
            "earlier": _EARLIER,
            "up": _UP,
            **year_code_lists(house),
            **house.code_lists(),
        },
        notes=NOTES,
        signatures=(
            SignaturePlace("sig_principal", 1, PRINCIPAL_SIGNS),
            SignaturePlace("sig_seal", 1, SEAL_STANDS),
        ),
        shown_if={FIRST_YEAR_PAGE + row: f"/years/{row}" for row in range(YEARS)},
    )


BOOKS = (
    _book("th-book-1", "Học bạ tiểu học đã hoàn thành", primary_year),
    _book("secondary-book-1", "Học bạ của cấp học đã hoàn thành", secondary_year),
    _book("gdtx-book-1", "Học bạ của cấp học đã hoàn thành", secondary_year, CENTRE),
)
