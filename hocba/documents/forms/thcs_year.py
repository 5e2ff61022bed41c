"""Form `thcs-year-tt22-1`: one school year of lower secondary, Circular 22/2021/TT-BGDĐT.

Page 1 is the head of the book (cover) with the codes of the digital record, page 2 the
left and page 3 the right page of the grade. Every wording is that of the Circular's
appendix; what a digital transcript adds stands under its own heading. Rectangles of
cells and signatures do not touch (a test measures them).
"""

from hocba.documents.form import Form, SignaturePlace
from hocba.documents.sheet import HEIGHT, LEFT, RIGHT, WIDTH, Sheet

SUBJECT_ROWS = 16
_CENTER = WIDTH // 2
_FOOT = 2600
_CODE_ROW = 1650

# Page 2: columns and rows of the table of subjects.
_XS = (LEFT, 15800, 19500, 23200, 26900, 32100, RIGHT)
_HEAD_TOP, _HEAD_MIDDLE, _ROWS_TOP, _ROW = 77600, 75300, 73000, 3450
_ROWS_BOTTOM = _ROWS_TOP - SUBJECT_ROWS * _ROW

# Page 3: columns and rows of the table of results.
_RESULT_XS = (LEFT, 10300, 16300, 22300, 28900, 34900, 40900, RIGHT)
_RESULT_HEAD, _RESULT_TIER, _RESULT_TOP, _RESULT_ROW = 75800, 72000, 69400, 2300

_REMARKS = (
    "Nhận xét sự tiến bộ, ưu điểm nổi bật, hạn chế chủ yếu (nếu có); họ và tên giáo viên môn học"
)

_HOMEROOM_SIGNS = (LEFT + 800, 5000, LEFT + 23800, 12400)
_SEAL_STANDS = (LEFT + 800, 5000, LEFT + 23800, 12400)
_PRINCIPAL_SIGNS = (RIGHT - 23800, 5000, RIGHT - 800, 12400)


def cover(sheet: Sheet) -> None:
    """Page 1: head of the book and the codes of the digital record."""
    _banner_and_foot(sheet, "1")
    sheet.box((LEFT - 800, _FOOT + 1300, RIGHT + 800, HEIGHT - 3000))
    sheet.text(_CENTER, 78000, "BỘ GIÁO DỤC VÀ ĐÀO TẠO", size=1300, align="center")
    sheet.text(_CENTER, 76100, "SỞ GIÁO DỤC VÀ ĐÀO TẠO", font="B", size=1300, align="center")
    sheet.cell("cover.department", (LEFT + 5000, 74000, RIGHT - 5000, 75700), "/issuer/province",
               font="B", size=1300, align="center")  # fmt: skip
    sheet.text(_CENTER, 66500, "HỌC BẠ", font="B", size=3000, align="center")
    sheet.text(_CENTER, 62900, "TRUNG HỌC CƠ SỞ", font="B", size=2200, align="center")
    rows = (
        ("Họ và tên", "cover.name", "/pupil/name", "B", 3600),
        ("Trường", "cover.school", "/school/name", "R", 3200),
        ("Xã/Phường/Đặc khu", "cover.commune", "/school/commune", "R", 2600),
        ("Tỉnh/Thành phố", "cover.province", "/school/province", "R", 2600),
        ("Số sổ đăng bộ", "cover.register", "/pupil/register_no", "R", 2600),
    )
    top = 58200
    for label, name, pointer, font, height in rows:
        _row(sheet, label, top, height, 1300)
        rect = (18500, top - height + 200, RIGHT - 1000, top - 100)
        size = 1500 if font == "B" else 1300
        sheet.cell(name, rect, pointer, form="wrap", font=font, size=size, least=800)
        top -= height
    _codes(sheet, top - 3300)


def _row(sheet: Sheet, label: str, top: int, height: int, size: int) -> None:
    sheet.text(LEFT + 1000, top - height // 2 - size * 30 // 100, f"{label}:", size=size)
    sheet.line(18500, top - height + 100, RIGHT - 1000, top - height + 100)


def _codes(sheet: Sheet, top: int) -> None:
    """The block that the paper book does not have: what identifies the digital record."""
    sheet.text(_CENTER, top, "THÔNG TIN HỌC BẠ SỐ", font="B", size=1100, align="center")
    left = (
        ("Mã học sinh", "code.pupil", "/pupil/code", "text", None),
        ("Ngày, tháng, năm sinh", "code.birth", "/pupil/birth_date", "date", None),
        ("Năm học", "code.year", "/school_year", "text", None),
        ("Mã trường", "code.school", "/school/code", "text", None),
        ("Ngày phát hành", "code.issued", "/issued_on", "date", None),
        ("Lần phát hành", "code.event", "/event", "code", "event"),
    )
    right = (
        ("Số định danh cá nhân", "code.person", "/pupil/personal_number", "text", None),
        ("Khối lớp", "code.grade", "/grade", "text", None),
        ("Lớp", "code.class", "/class", "text", None),
        ("Mã số thuế của trường", "code.tax", "/school/tax_code", "text", None),
        ("Đánh giá theo", "code.regulation", "/regulation/id", "code", "regulation"),
        ("Năm học trước", "code.previous", "/previous_year/none", "code", "previous_year"),
    )
    sides = ((left, LEFT + 1000, _CENTER - 300), (right, _CENTER + 300, RIGHT - 900))
    for entries, start, end in sides:
        for row, (label, name, pointer, form, codes) in enumerate(entries):
            y = top - 2000 - row * _CODE_ROW
            sheet.text(start, y, f"{label}:", size=900)
            sheet.cell(name, (start + 10000, y - 350, end, y + 950), pointer,
                       form=form, codes=codes, size=900, least=400)  # fmt: skip
    _issuer_and_ids(sheet, top - 2000 - _CODE_ROW * len(left))


def _issuer_and_ids(sheet: Sheet, top: int) -> None:
    wide = (
        ("Đơn vị phát hành", "code.issuer", "/issuer/name"),
        ("Mã, mã số thuế đơn vị", "code.issuer_code", "/issuer/code"),
        ("Địa chỉ đơn vị", "code.issuer_commune", "/issuer/commune"),
        ("Mã sổ học bạ", "code.book", "/book_id"),
        ("Mã bản ghi", "code.record", "/record_id"),
        ("Thay cho bản có mã", "code.replaces", "/previous_leaf"),
        ("Quy định kí số", "code.policy", "/policy"),
        ("Hệ thống", "code.realm", "/realm"),
    )
    for row, (label, name, pointer) in enumerate(wide):
        y = top - row * _CODE_ROW
        end = RIGHT - 900 if name != "code.issuer_code" else _CENTER - 300
        sheet.text(LEFT + 1000, y, f"{label}:", size=900)
        sheet.cell(name, (LEFT + 11000, y - 350, end, y + 950), pointer, size=900, least=400)
        if name == "code.issuer_code":
            sheet.cell("code.issuer_tax", (_CENTER + 300, y - 350, RIGHT - 900, y + 950),
                       "/issuer/tax_code", size=900, least=600)  # fmt: skip


def subjects(sheet: Sheet) -> None:
    """Page 2: the left page of the grade, subjects and marks."""
    _banner_and_foot(sheet, "2")
    _whose(sheet, "left", 80000)
    _subject_grid(sheet)
    for row in range(SUBJECT_ROWS):
        _subject_row(sheet, row, _ROWS_TOP - row * _ROW)
    sheet.text(LEFT, _ROWS_BOTTOM - 1200, "Trong bảng này có sửa chữa ở: 0 chỗ, thuộc các môn học:"
               " không có (học bạ số đã kí không sửa chữa được).", size=900)  # fmt: skip
    middle = (_HOMEROOM_SIGNS[0] + _HOMEROOM_SIGNS[2]) // 2
    sheet.text(middle, 14000, "Giáo viên chủ nhiệm", font="B", align="center")
    sheet.text(middle, 12800, "(Kí số, họ tên)", font="I", size=900, align="center")
    middle = (_PRINCIPAL_SIGNS[0] + _PRINCIPAL_SIGNS[2]) // 2
    sheet.text(middle, 14000, "Xác nhận của Hiệu trưởng", font="B", align="center")
    sheet.text(middle, 12800, "(Kí số, họ tên và đóng dấu số)", font="I", size=900, align="center")
    sheet.paragraph((_PRINCIPAL_SIGNS[0], 7000, _PRINCIPAL_SIGNS[2], 10500),
                    "Chữ kí số của Hiệu trưởng và con dấu số của trường cho cả năm học ở trang 3.",
                    font="I")  # fmt: skip


def _whose(sheet: Sheet, part: str, y: int) -> None:
    """Whose page this is: name, and below it class and school year."""
    end = sheet.text(LEFT, y, "Họ và tên:")
    sheet.cell(f"{part}.name", (end + 300, y - 300, RIGHT, y + 1000), "/pupil/name", font="B",
               least=400)  # fmt: skip
    y -= 1650
    end = sheet.text(LEFT, y, "Lớp:")
    sheet.cell(f"{part}.class", (end + 300, y - 300, 30000, y + 1000), "/class", font="B")
    end = sheet.text(34000, y, "Năm học:")
    sheet.cell(f"{part}.year", (end + 300, y - 300, RIGHT, y + 1000), "/school_year", font="B")


def _subject_grid(sheet: Sheet) -> None:
    edges = [_ROWS_TOP - row * _ROW for row in range(SUBJECT_ROWS + 1)]
    sheet.rows([_HEAD_TOP, *edges], LEFT, RIGHT)
    sheet.rows([_HEAD_MIDDLE], _XS[1], _XS[4])
    sheet.columns([_XS[0], _XS[1], *_XS[4:]], edges[-1], _HEAD_TOP)
    sheet.columns(_XS[2:4], edges[-1], _HEAD_MIDDLE)
    heads = (
        (_XS[0], _XS[1], _ROWS_TOP, _HEAD_TOP, "Môn học/ Hoạt động giáo dục"),
        (_XS[1], _XS[4], _HEAD_MIDDLE, _HEAD_TOP, "Điểm trung bình môn học hoặc mức đánh giá"),
        (_XS[1], _XS[2], _ROWS_TOP, _HEAD_MIDDLE, "Học kì I"),
        (_XS[2], _XS[3], _ROWS_TOP, _HEAD_MIDDLE, "Học kì II"),
        (_XS[3], _XS[4], _ROWS_TOP, _HEAD_MIDDLE, "Cả năm"),
        (_XS[4], _XS[5], _ROWS_TOP, _HEAD_TOP,
         "Điểm hoặc mức sau kiểm tra, đánh giá lại (nếu có)"),
        (_XS[5], _XS[6], _ROWS_TOP, _HEAD_TOP,
         _REMARKS),
    )  # fmt: skip
    for left, right, bottom, top, words in heads:
        size = 760 if left == _XS[4] else 850
        sheet.paragraph((left, bottom, right, top), words, font="B", size=size)


def _subject_row(sheet: Sheet, row: int, top: int) -> None:
    bottom = top - _ROW
    prefix, pointer = f"s{row + 1:02d}", f"/subjects/{row}"
    sheet.cell(f"{prefix}.name", (_XS[0] + 200, bottom + 100, _XS[1] - 150, top - 100),
               f"{pointer}/name", form="wrap", size=950, least=550)  # fmt: skip
    for column, key in enumerate(("term1", "term2", "year", "retest"), start=1):
        sheet.cell(f"{prefix}.{key}", (_XS[column] + 100, bottom + 100, _XS[column + 1] - 100,
                                       top - 100),
                   f"{pointer}/{key}", form="mark", align="center",
                   font="B" if key == "year" else "R")  # fmt: skip
    split = bottom + 980
    sheet.cell(f"{prefix}.comment", (_XS[5] + 200, split + 20, _XS[6] - 150, top - 70),
               f"{pointer}/comment", form="wrap", size=850, least=700, valign="top",
               continues=True)  # fmt: skip
    sheet.cell(f"{prefix}.teacher", (_XS[5] + 200, bottom + 60, _XS[6] - 150, split),
               f"{pointer}/teacher", font="B", size=800, least=400, align="right")  # fmt: skip


def results(sheet: Sheet) -> None:
    """Page 3: the right page of the grade, results, promotion, comments, approval."""
    _banner_and_foot(sheet, "3")
    y = 79600
    end = sheet.text(LEFT, y, "Trường:")
    sheet.cell("right.school", (end + 300, y - 300, RIGHT, y + 1000), "/school/name", font="B",
               least=400)  # fmt: skip
    y = 77600
    end = sheet.text(LEFT, y, "Xã/Phường/Đặc khu:")
    sheet.cell("right.commune", (end + 300, y - 300, 29500, y + 1000), "/school/commune",
               least=400)  # fmt: skip
    end = sheet.text(30000, y, "Tỉnh/Thành phố:")
    sheet.cell("right.province", (end + 300, y - 300, RIGHT, y + 1000), "/school/province",
               least=400)  # fmt: skip
    _result_grid(sheet)
    _result_cells(sheet)
    y = _RESULT_TOP - 3 * _RESULT_ROW - 1500
    y = _adjustment(sheet, y)
    y = _completion(sheet, y)
    y = _awards(sheet, y)
    _comments(sheet, y)
    _approval(sheet)


def _result_grid(sheet: Sheet) -> None:
    xs, bottom = _RESULT_XS, _RESULT_TOP - 3 * _RESULT_ROW
    sheet.rows([_RESULT_HEAD, _RESULT_TOP, bottom], LEFT, RIGHT)
    sheet.rows([_RESULT_TIER], xs[1], xs[3])
    sheet.rows([_RESULT_TIER], xs[4], xs[6])
    sheet.rows([_RESULT_TOP - _RESULT_ROW, _RESULT_TOP - 2 * _RESULT_ROW], LEFT, xs[3])
    sheet.columns([xs[0], xs[1], xs[3], xs[4], xs[6], xs[7]], bottom, _RESULT_HEAD)
    sheet.columns([xs[2], xs[5]], bottom, _RESULT_TIER)
    heads = (
        (0, 1, _RESULT_TOP, _RESULT_HEAD, "Học kì"),
        (1, 3, _RESULT_TIER, _RESULT_HEAD, "Mức đánh giá"),
        (1, 2, _RESULT_TOP, _RESULT_TIER, "Kết quả rèn luyện"),
        (2, 3, _RESULT_TOP, _RESULT_TIER, "Kết quả học tập"),
        (3, 4, _RESULT_TOP, _RESULT_HEAD, "Tổng số buổi nghỉ học cả năm"),
        (4, 6, _RESULT_TIER, _RESULT_HEAD,
         "Mức đánh giá sau kiểm tra, đánh giá lại môn học hoặc rèn luyện trong kì nghỉ hè"),
        (4, 5, _RESULT_TOP, _RESULT_TIER, "Học tập"),
        (5, 6, _RESULT_TOP, _RESULT_TIER, "Rèn luyện"),
        (6, 7, _RESULT_TOP, _RESULT_HEAD, "Lên lớp"),
    )  # fmt: skip
    for left, right, low, high, words in heads:
        sheet.paragraph((xs[left], low, xs[right], high), words, font="B", size=850)


def _result_cells(sheet: Sheet) -> None:
    xs = _RESULT_XS
    for row, (key, label) in enumerate(
        (("term1", "Học kì I"), ("term2", "Học kì II"), ("year", "Cả năm"))
    ):
        top = _RESULT_TOP - row * _RESULT_ROW
        bottom = top - _RESULT_ROW
        sheet.paragraph((xs[0], bottom, xs[1], top), label)
        for column, section in ((1, "conduct"), (2, "results")):
            sheet.cell(f"{section}.{key}", (xs[column] + 100, bottom + 100, xs[column + 1] - 100,
                                            top - 100),
                       f"/{section}/{key}", form="code", codes="level", align="center")  # fmt: skip
    low, high = _RESULT_TOP - 3 * _RESULT_ROW + 100, _RESULT_TOP - 100
    sheet.cell("absences", (xs[3] + 100, low, xs[4] - 100, high), "/attendance/absences",
               align="center")  # fmt: skip
    sheet.cell("after.results", (xs[4] + 100, low, xs[5] - 100, high), "/results/after_retest",
               form="code", codes="level", align="center")  # fmt: skip
    sheet.cell("after.conduct", (xs[5] + 100, low, xs[6] - 100, high), "/conduct/after_summer",
               form="code", codes="level", align="center")  # fmt: skip
    x, y = xs[6] + 700, _RESULT_TOP - 2700
    _choice(sheet, (x, y), "/promotion/promoted", "yes", "Được lên lớp")
    _choice(sheet, (x, y - 2600), "/promotion/promoted", "no", "Không được lên lớp")


def _choice(sheet: Sheet, where: tuple[int, int], pointer: str, answer: str, words: str) -> int:
    """A box to tick and its words; the tick is a cell that shows one answer of the field."""
    x, y = where
    name = f"{pointer.rsplit('/', 1)[1]}.{answer}"
    box = (x, y - 250, x + 1150, y + 900)
    sheet.box(box)
    sheet.cell(name, (x + 30, y - 220, x + 1120, y + 870), pointer, form="code", codes=answer,
               font="B", size=900, align="center")  # fmt: skip
    return sheet.text(x + 1600, y, words, size=1000)


def _adjustment(sheet: Sheet, y: int) -> int:
    end = sheet.text(LEFT, y, "Điều chỉnh mức kết quả học tập cả năm (nếu có): "
                     "mức trước khi điều chỉnh", size=950)  # fmt: skip
    sheet.cell("adjustment.before", (end + 200, y - 350, end + 7000, y + 1000),
               "/results/before_adjustment", form="code", codes="level", size=950)  # fmt: skip
    end = sheet.text(end + 7300, y, "do môn", size=950)
    sheet.cell("adjustment.subject", (end + 200, y - 350, RIGHT, y + 1000), "/results/adjusted_by",
               size=950, least=400)  # fmt: skip
    return y - 1900


def _completion(sheet: Sheet, y: int) -> int:
    end = sheet.text(LEFT, y, "Nếu là lớp cuối cấp, chương trình trung học cơ sở:", size=1000)
    end = _choice(sheet, (end + 900, y), "/promotion/completed", "yes", "Hoàn thành")
    _choice(sheet, (end + 1200, y), "/promotion/completed", "no", "Không hoàn thành")
    return y - 1900


def _awards(sheet: Sheet, y: int) -> int:
    end = sheet.text(LEFT, y, "Chứng chỉ (nếu có):")
    sheet.cell("certificates", (end + 300, y - 850, 40500, y + 900), "/awards/certificates",
               form="wrap", size=950, least=700, valign="top", continues=True)  # fmt: skip
    end = sheet.text(41000, y, "Loại:")
    sheet.cell("certificate_grade", (end + 300, y - 850, RIGHT, y + 900),
               "/awards/certificate_grade", form="wrap", size=950, least=700, valign="top",
               continues=True)  # fmt: skip
    y -= 2200
    end = sheet.text(LEFT, y, "Kết quả tham gia các cuộc thi (nếu có):")
    sheet.cell("contests", (end + 300, y - 1650, RIGHT, y + 900), "/awards/contests",
               form="wrap", size=950, least=700, valign="top", continues=True)  # fmt: skip
    y -= 3000
    end = sheet.text(LEFT, y, "Khen thưởng (nếu có):")
    sheet.cell("award", (end + 300, y - 300, end + 12000, y + 1000), "/awards/title",
               form="code", codes="award", font="B", size=950)  # fmt: skip
    sheet.cell("award.other", (end + 12300, y - 1650, RIGHT, y + 900), "/awards/other",
               form="wrap", size=950, least=700, valign="top", continues=True)  # fmt: skip
    return y - 2900


def _comments(sheet: Sheet, y: int) -> None:
    sheet.text(LEFT, y, "Nhận xét của giáo viên chủ nhiệm:", font="B")
    box = (LEFT, y - 16300, RIGHT, y - 500)
    sheet.box(box)
    sheet.cell("homeroom", (box[0] + 300, box[1] + 150, box[2] - 300, box[3] - 150),
               "/comments/homeroom", form="wrap", least=850, valign="top",
               continues=True)  # fmt: skip
    y -= 18000
    sheet.text(LEFT, y, "Nhận xét kết quả rèn luyện trong kì nghỉ hè (nếu có):", font="B")
    box = (LEFT, y - 8600, RIGHT, y - 500)
    sheet.box(box)
    sheet.cell("summer", (box[0] + 300, box[1] + 150, box[2] - 300, box[3] - 150),
               "/comments/summer",
               form="wrap", least=850, valign="top",
               continues=True)  # fmt: skip


def _approval(sheet: Sheet) -> None:
    middle = (_PRINCIPAL_SIGNS[0] + _PRINCIPAL_SIGNS[2]) // 2
    sheet.cell("place", (_PRINCIPAL_SIGNS[0] - 3000, 15200, middle + 1100, 16500), "/place",
               align="right", font="R", least=400)  # fmt: skip
    end = sheet.text(middle + 1200, 15500, ", ngày")
    sheet.cell("date", (end + 300, 15200, RIGHT, 16500), "/issued_on", form="date")
    sheet.text(middle, 14000, "Phê duyệt của Hiệu trưởng", font="B", align="center")
    sheet.text(middle, 12800, "(Kí số, họ tên)", font="I", size=900, align="center")
    middle = (_SEAL_STANDS[0] + _SEAL_STANDS[2]) // 2
    sheet.text(middle, 14000, "Đóng dấu của nhà trường", font="B", align="center")
    sheet.text(middle, 12800, "(Con dấu số)", font="I", size=900, align="center")


def continuation(sheet: Sheet) -> None:
    """The page for comments that do not fit their place."""
    _banner_and_foot(sheet, None)
    sheet.text(_CENTER, 80000, "TRANG BỔ SUNG", font="B", size=1300, align="center")
    _whose(sheet, "more", 78300)
    sheet.line(LEFT, 75900, RIGHT, 75900)
    sheet.cell("folio", (RIGHT - 8000, _FOOT - 300, RIGHT, _FOOT + 800), "", size=800,
               align="right")  # fmt: skip


def _banner_and_foot(sheet: Sheet, number: str | None) -> None:
    part = "more" if number is None else f"p{number}"
    sheet.cell(f"{part}.banner", (LEFT, HEIGHT - 2700, RIGHT, HEIGHT - 1300), "/realm",
               form="code", codes="banner", font="B", size=1000, align="center")  # fmt: skip
    end = sheet.text(LEFT, _FOOT, "Mã bản ghi:", size=800)
    sheet.cell(f"{part}.record", (end + 200, _FOOT - 300, end + 16500, _FOOT + 800), "/record_id",
               size=800, least=600)  # fmt: skip
    end = sheet.text(end + 16800, _FOOT, "Phiên bản:", size=800)
    sheet.cell(f"{part}.version", (end + 200, _FOOT - 300, end + 3000, _FOOT + 800), "/version",
               size=800)  # fmt: skip
    if number is not None:
        sheet.text(RIGHT, _FOOT, f"Trang {number}", size=800, align="right")


FORM = Form(
    id="thcs-year-tt22-1",
    title="Học bạ trung học cơ sở",
    pages=(cover, subjects, results),
    continuation=continuation,
    flow=(LEFT, 5000, RIGHT, 75400),
    flow_size=1000,
    titles={
        "/subjects/*/comment": "/subjects/*/name",
        "/comments/homeroom": "Nhận xét của giáo viên chủ nhiệm",
        "/comments/summer": "Nhận xét kết quả rèn luyện trong kì nghỉ hè",
        "/awards/contests": "Kết quả tham gia các cuộc thi",
        "/awards/other": "Khen thưởng",
        "/awards/certificates": "Chứng chỉ",
        "/awards/certificate_grade": "Loại chứng chỉ",
    },
    code_lists={
        "level": {"T": "Tốt", "K": "Khá", "Đ": "Đạt", "CĐ": "Chưa đạt"},
        "award": {"xuat_sac": "Học sinh Xuất sắc", "gioi": "Học sinh Giỏi"},
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
        "regulation": {"tt22-2021": "TT 22/2021/TT-BGDĐT"},
        "banner": {"demo.hocba.test": "BẢN DÙNG THỬ – KHÔNG CÓ GIÁ TRỊ PHÁP LÍ", "*": ""},
        "yes": {"true": "X", "false": ""},
        "no": {"true": "", "false": "X"},
    },
    notes={"more": "(xem tiếp ở trang bổ sung)", "folio": "Trang bổ sung {number}/{count}"},
    signatures=(
        SignaturePlace("sig_homeroom", 1, _HOMEROOM_SIGNS),
        SignaturePlace("sig_principal", 2, _PRINCIPAL_SIGNS),
        SignaturePlace("sig_seal", 2, _SEAL_STANDS),
    ),
)
