"""What forms share: banner and foot, cover with the codes of the digital record, continuation.

    cover(sheet, Cover(LEVEL_TITLES["thcs"]))
    approval(sheet, f"Phê duyệt của {house.head}", seal=house.seal)

A form names itself by a `Cover`, a `House` says who issues it; what a digital transcript adds
to the paper form stands under its own heading. Rectangles of cells and signatures do not
touch (a test measures them).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hocba.documents.sheet import HEIGHT, LEFT, RIGHT, WIDTH, Sheet

CENTER = WIDTH // 2
FOOT = 2600
_CODE_ROW = 1550
FLOW = (LEFT, 5000, RIGHT, 75400)

HOMEROOM_SIGNS = (LEFT + 800, 5000, LEFT + 23800, 12400)
SEAL_STANDS = (LEFT + 800, 5000, LEFT + 23800, 12400)
PRINCIPAL_SIGNS = (RIGHT - 23800, 5000, RIGHT - 800, 12400)

NOTES = {"more": "(xem tiếp ở trang bổ sung)", "folio": "Trang bổ sung {number}/{count}"}

MODES = {"score": "nhận xét và điểm số", "comment": "nhận xét"}

NOT_ASSESSED = "Học sinh khuyết tật, không đánh giá theo yêu cầu chung trong năm học này"

LEVEL_TITLES = {
    "th": "TIỂU HỌC",
    "thcs": "TRUNG HỌC CƠ SỞ",
    "thpt": "TRUNG HỌC PHỔ THÔNG",
    "gdtx_thcs": "GIÁO DỤC THƯỜNG XUYÊN CẤP TRUNG HỌC CƠ SỞ",
    "gdtx_thpt": "GIÁO DỤC THƯỜNG XUYÊN CẤP TRUNG HỌC PHỔ THÔNG",
}
"""The words of a cover by level; of one that serves every level its code list `level_title`."""

CODE_LISTS: Mapping[str, Mapping[str, str]] = {
    "event": {
        "issue": "Phát hành lần đầu",
        "supplement": "Bổ sung sau kì nghỉ hè",
        "correction": "Đính chính",
        "amendment": "Thay đổi hộ tịch",
    },
    "previous_year": {
        "first": "Lớp đầu cấp",
        "paper": "Học bạ giấy",
        "abroad": "Học ở nước ngoài",
    },
    "regulation": {
        "tt22-2021": "TT 22/2021/TT-BGDĐT",
        "tt27-2020": "TT 27/2020/TT-BGDĐT",
        "tt43-2021": "TT 43/2021/TT-BGDĐT",
        "tt58-2011": "TT 58/2011, TT 26/2020",
    },
    "level_name": {
        "th": "Tiểu học",
        "thcs": "Trung học cơ sở",
        "thpt": "Trung học phổ thông",
        "gdtx_thcs": "GDTX cấp THCS",
        "gdtx_thpt": "GDTX cấp THPT",
    },
    "banner": {"demo.hocba.test": "BẢN DÙNG THỬ – KHÔNG CÓ GIÁ TRỊ PHÁP LÍ", "*": ""},
    "yes": {"true": "X", "false": ""},
    "no": {"true": "", "false": "X"},
}
"""The code lists that every form has; a form adds its own."""

Code = tuple[str, str, str, str, str | None]
"""Label, cell, pointer, format, code list."""


@dataclass(frozen=True)
class House:
    """Who issues: what a house of its kind and its learners are called, who heads it.

    `seal` says whose seal it is, `signers` what stands above the names where they sign, if
    not what every school has.
    """

    name: str = "Trường"
    head: str = "Hiệu trưởng"
    seal: str = "nhà trường"
    signers: Mapping[str, str] | None = None
    learner: str = "Học sinh"

    def code_lists(self) -> Mapping[str, Mapping[str, str]]:
        """The code list of signers, where there is one."""
        return {"signer": self.signers} if self.signers else {}

    def call(self, words: str) -> str:
        """The words of a form of schools, with the learners as this house calls them."""
        return words.replace(SCHOOL.learner, self.learner)


SCHOOL = House()
CENTRE = House(
    "Trung tâm",
    "Giám đốc",
    "trung tâm",
    {
        "principal": "GIÁM ĐỐC",
        "deputy_principal": "KT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC",
        "seal": "CON DẤU SỐ CỦA TRUNG TÂM",
    },
    "Học viên",
)

_REFERENCES = (
    ("Học bạ năm học trước", "code.previous_leaf", "/previous_year/leaf"),
    ("Điểm học kì I theo bản", "code.source", "/sources/0/leaf"),
)


@dataclass(frozen=True)
class Cover:
    """The head of a form: its words, and the codes of the digital record in two columns.

    A form of several levels has no `level` of its own; its code list `level_title` has them.
    `refers`: its record may name the year before and a source of first-term results.
    """

    level: str | None
    school: str = "Trường"
    left: Sequence[Code] = field(
        default=(
            ("Mã học sinh", "code.pupil", "/pupil/code", "text", None),
            ("Ngày, tháng, năm sinh", "code.birth", "/pupil/birth_date", "date", None),
            ("Năm học", "code.year", "/school_year", "text", None),
            ("Mã trường", "code.school", "/school/code", "text", None),
            ("Ngày phát hành", "code.issued", "/issued_on", "date", None),
            ("Lần phát hành", "code.event", "/event", "code", "event"),
        )
    )
    right: Sequence[Code] = field(
        default=(
            ("Số định danh cá nhân", "code.person", "/pupil/personal_number", "text", None),
            ("Khối lớp", "code.grade", "/grade", "text", None),
            ("Lớp", "code.class", "/class", "text", None),
            ("Mã số thuế của trường", "code.tax", "/school/tax_code", "text", None),
            ("Đánh giá theo", "code.regulation", "/regulation/id", "code", "regulation"),
            ("Năm học trước", "code.previous", "/previous_year/none", "code", "previous_year"),
        )
    )
    refers: bool = True


def cover(sheet: Sheet, of: Cover) -> None:
    """Page 1: head of the book and the codes of the digital record."""
    banner_and_foot(sheet, "1")
    sheet.box((LEFT - 800, FOOT + 1300, RIGHT + 800, HEIGHT - 3000))
    sheet.text(CENTER, 78000, "BỘ GIÁO DỤC VÀ ĐÀO TẠO", size=1300, align="center")
    sheet.text(CENTER, 76100, "SỞ GIÁO DỤC VÀ ĐÀO TẠO", font="B", size=1300, align="center")
    sheet.cell("cover.department", (LEFT + 5000, 74000, RIGHT - 5000, 75700), "/issuer/province",
               font="B", size=1300, align="center")  # fmt: skip
    sheet.text(CENTER, 67500, "HỌC BẠ", font="B", size=3000, align="center")
    if of.level is None:
        sheet.cell("cover.level", (LEFT + 1000, 63200, RIGHT - 1000, 66000), "/level", form="code",
                   codes="level_title", font="B", size=2000, align="center")  # fmt: skip
    else:
        lines = of.level.replace(" CẤP ", "\nCẤP ").split("\n")
        for line, words in enumerate(lines):
            y = 63900 + 400 * (len(lines) - 1) - 2300 * line
            sheet.text(CENTER, y, words, font="B", size=2000, align="center")
    rows = (
        ("Họ và tên", "cover.name", "/pupil/name", "B", 3600),
        (of.school, "cover.school", "/school/name", "R", 3200),
        ("Xã/Phường/Đặc khu", "cover.commune", "/school/commune", "R", 2400),
        ("Tỉnh/Thành phố", "cover.province", "/school/province", "R", 2400),
        ("Số sổ đăng bộ", "cover.register", "/pupil/register_no", "R", 2400),
        ("Mã số quản lý học bạ", "cover.management", "/management_code", "B", 2400),
    )
    top = 60200
    for label, name, pointer, font, height in rows:
        _row(sheet, label, top, height)
        rect = (18500, top - height + 200, RIGHT - 1000, top - 100)
        size = 1500 if name == "cover.name" else 1300
        sheet.cell(name, rect, pointer, form="wrap", font=font, size=size, least=800)
        top -= height
    _codes(sheet, of, top - 2800)


def _row(sheet: Sheet, label: str, top: int, height: int) -> None:
    size = 1300
    sheet.text(LEFT + 1000, top - height // 2 - size * 30 // 100, f"{label}:", size=size)
    sheet.line(18500, top - height + 100, RIGHT - 1000, top - height + 100)


def _codes(sheet: Sheet, of: Cover, top: int) -> None:
    """The block that the paper book does not have: what identifies the digital record."""
    sheet.text(CENTER, top, "THÔNG TIN HỌC BẠ SỐ", font="B", size=1100, align="center")
    sides = ((of.left, LEFT + 1000, CENTER - 300), (of.right, CENTER + 300, RIGHT - 900))
    for entries, start, end in sides:
        for row, (label, name, pointer, form, codes) in enumerate(entries):
            y = top - 1900 - row * _CODE_ROW
            sheet.text(start, y, f"{label}:", size=900)
            sheet.cell(name, (start + 10000, y - 350, end, y + 950), pointer,
                       form=form, codes=codes, size=900, least=400)  # fmt: skip
    top -= 1900 + _CODE_ROW * max(len(of.left), len(of.right))
    _issuer_and_ids(sheet, top, refers=of.refers)


def _issuer_and_ids(sheet: Sheet, top: int, *, refers: bool) -> None:
    wide = (
        ("Đơn vị phát hành", "code.issuer", "/issuer/name"),
        ("Mã, mã số thuế đơn vị", "code.issuer_code", "/issuer/code"),
        ("Địa chỉ đơn vị", "code.issuer_commune", "/issuer/commune"),
        ("Mã sổ học bạ", "code.book", "/book_id"),
        ("Mã bản ghi", "code.record", "/record_id"),
        ("Thay cho bản có mã", "code.replaces", "/previous_leaf"),
        *(_REFERENCES if refers else ()),
        ("Quy định ký số", "code.policy", "/policy"),
        ("Hệ thống", "code.realm", "/realm"),
    )
    beside = {
        "code.issuer_code": ("code.issuer_tax", "/issuer/tax_code"),
        "code.issuer_commune": ("code.issuer_province", "/issuer/province"),
    }
    for row, (label, name, pointer) in enumerate(wide):
        y = top - row * _CODE_ROW
        end = CENTER - 300 if name in beside else RIGHT - 900
        sheet.text(LEFT + 1000, y, f"{label}:", size=900)
        sheet.cell(name, (LEFT + 11000, y - 350, end, y + 950), pointer, size=900, least=400)
        if name in beside:
            other, at = beside[name]
            sheet.cell(
                other, (CENTER + 300, y - 350, RIGHT - 900, y + 950), at, size=900, least=400
            )


def whose(sheet: Sheet, part: str, y: int) -> None:
    """Whose page this is: name, and below it class and school year."""
    end = sheet.text(LEFT, y, "Họ và tên:")
    sheet.cell(f"{part}.name", (end + 300, y - 300, RIGHT, y + 1000), "/pupil/name", font="B",
               least=400)  # fmt: skip
    y -= 1650
    end = sheet.text(LEFT, y, "Lớp:")
    sheet.cell(f"{part}.class", (end + 300, y - 300, 30000, y + 1000), "/class", font="B")
    end = sheet.text(34000, y, "Năm học:")
    sheet.cell(f"{part}.year", (end + 300, y - 300, RIGHT, y + 1000), "/school_year", font="B")


def choice(  # noqa: PLR0913  # a box, its field and answer, and how it is called
    sheet: Sheet, where: tuple[int, int], pointer: str, answer: str, words: str, *, part: str = ""
) -> int:
    """A box to tick and its words; the tick is a cell that shows one answer of the field."""
    x, y = where
    name = f"{part}{pointer.rsplit('/', 1)[1]}.{answer}"
    box = (x, y - 250, x + 1150, y + 900)
    sheet.box(box)
    sheet.cell(name, (x + 30, y - 220, x + 1120, y + 870), pointer, form="code", codes=answer,
               font="B", size=900, align="center")  # fmt: skip
    return sheet.text(x + 1600, y, words, size=1000)


def approval(
    sheet: Sheet, words: str = "Phê duyệt của Hiệu trưởng", *, seal: str = "nhà trường"
) -> None:
    """Place and date, the principal's and the seal's places."""
    middle = (PRINCIPAL_SIGNS[0] + PRINCIPAL_SIGNS[2]) // 2
    sheet.cell("place", (PRINCIPAL_SIGNS[0] - 3000, 15200, middle + 1100, 16500), "/place",
               align="right", font="R", least=400)  # fmt: skip
    end = sheet.text(middle + 1200, 15500, ", ngày")
    sheet.cell("date", (end + 300, 15200, RIGHT, 16500), "/issued_on", form="date")
    sheet.text(middle, 14000, words, font="B", align="center")
    sheet.text(middle, 12800, "(Ký số, họ tên)", font="I", size=900, align="center")
    middle = (SEAL_STANDS[0] + SEAL_STANDS[2]) // 2
    sheet.text(middle, 14000, f"Đóng dấu của {seal}", font="B", align="center")
    sheet.text(middle, 12800, "(Con dấu số)", font="I", size=900, align="center")


def _whose_more(sheet: Sheet) -> None:
    whose(sheet, "more", 78300)
    sheet.line(LEFT, 75900, RIGHT, 75900)


def continuation(sheet: Sheet, about: Callable[[Sheet], None] | None = _whose_more) -> None:
    """The page for comments that do not fit their place; `about` says whose they are."""
    banner_and_foot(sheet, None)
    sheet.text(CENTER, 80000, "TRANG BỔ SUNG", font="B", size=1300, align="center")
    if about is not None:
        about(sheet)
    sheet.cell("folio", (RIGHT - 8000, FOOT - 300, RIGHT, FOOT + 800), "", size=800,
               align="right")  # fmt: skip


def banner_and_foot(sheet: Sheet, number: str | None, *, part: str | None = None) -> None:
    """The realm's banner above, record and version below.

    Two pages of which a record shows one have the same number; `part` tells their cells apart.
    """
    part = part or ("more" if number is None else f"p{number}")
    sheet.cell(f"{part}.banner", (LEFT, HEIGHT - 2700, RIGHT, HEIGHT - 1300), "/realm",
               form="code", codes="banner", font="B", size=1000, align="center")  # fmt: skip
    end = sheet.text(LEFT, FOOT, "Mã bản ghi:", size=800)
    sheet.cell(f"{part}.record", (end + 200, FOOT - 300, end + 16500, FOOT + 800), "/record_id",
               size=800, least=600)  # fmt: skip
    end = sheet.text(end + 16800, FOOT, "Phiên bản:", size=800)
    sheet.cell(f"{part}.version", (end + 200, FOOT - 300, end + 3000, FOOT + 800), "/version",
               size=800)  # fmt: skip
    if number is not None:
        sheet.text(RIGHT, FOOT, f"Trang {number}", size=800, align="right")
