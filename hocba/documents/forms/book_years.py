"""One year on a page of its own in the completed book, for secondary and primary levels.

    secondary_year(sheet, row=0, house=SCHOOL)          # shows `/years/0`

Page and record say the same years in the same order; which transcript the page was taken
from, by record, version and leaf, stands at its foot.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from hocba.documents.forms.common import CENTER, NOT_ASSESSED, House, banner_and_foot, choice
from hocba.documents.sheet import LEFT, RIGHT, Sheet

SUBJECT_ROWS = 16
PRIMARY_ROWS = 15
_ROW = 1850
_TRAIT_COLUMNS = (("name", 200, 14500), ("code", 14600, 18900), ("level", 19100, 21400),
                  ("level_after", 21500, 24900))  # fmt: skip
_wrap = partial(Sheet.cell, form="wrap", valign="top", continues=True, size=950, least=700)

_LEVELS = {
    "T": "Tốt", "K": "Khá", "Đ": "Đạt", "CĐ": "Chưa đạt", "G": "Giỏi", "Tb": "Trung bình",
    "Y": "Yếu", "Kém": "Kém",
}  # fmt: skip
_AWARDS = {
    "xuat_sac": "Học sinh Xuất sắc",
    "gioi": "Học sinh Giỏi",
    "tien_tien": "Học sinh tiên tiến",
    "tieu_bieu": "Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện",
}
_OVERALL = {
    "HTXS": "Hoàn thành xuất sắc",
    "HTT": "Hoàn thành tốt",
    "HT": "Hoàn thành",
    "CHT": "Chưa hoàn thành",
}


def year_code_lists(house: House) -> Mapping[str, Mapping[str, str]]:
    """The code lists of a year's page; a level's code means one thing under every circular."""
    awards = {code: house.call(words) for code, words in _AWARDS.items()}
    return {"reached": _LEVELS, "award": awards, "overall": _OVERALL}


def secondary_year(sheet: Sheet, row: int, house: House) -> None:
    """A year of lower or upper secondary school, or of continuing education."""
    at, part = f"/years/{row}/record", f"y{row + 1}"
    _head(sheet, row, house)
    heads = ("Môn học/Hoạt động giáo dục", "Học kì I", "Học kì II", "Cả năm", "Sau đánh giá lại")
    keys = ("term1", "term2", "year", "retest")
    y = _subjects(sheet, at, SUBJECT_ROWS, heads, keys)
    y = _results(sheet, y - 1500, at)
    y = _topics(sheet, y, at)
    choice(sheet, (LEFT, y), f"{at}/results/assessed", "no", house.call(NOT_ASSESSED), part=part)
    y -= 1650
    end = sheet.text(LEFT, y, "Số buổi nghỉ học cả năm:", size=1000)
    _value(sheet, (end, y, LEFT + 19000), f"{at}/attendance/absences")
    choice(sheet, (LEFT + 20000, y), f"{at}/promotion/promoted", "yes", "Được lên lớp", part=part)
    choice(sheet, (LEFT + 32000, y), f"{at}/promotion/promoted", "no", "Không được lên lớp",
           part=part)  # fmt: skip
    y -= 1650
    sheet.text(LEFT, y, "Lớp cuối cấp, chương trình cấp học:", size=1000)
    choice(sheet, (LEFT + 20000, y), f"{at}/promotion/completed", "yes", "Hoàn thành", part=part)
    choice(sheet, (LEFT + 32000, y), f"{at}/promotion/completed", "no", "Không hoàn thành",
           part=part)  # fmt: skip
    _texts(
        sheet,
        y - 1650,
        (
            ("Khen thưởng:", f"{at}/awards/title"),
            ("Khen thưởng khác:", f"{at}/awards/other"),
            ("Chứng chỉ:", f"{at}/awards/certificates"),
            ("Kết quả thi:", f"{at}/awards/contests"),
            ("Giáo viên chủ nhiệm:", f"{at}/comments/homeroom"),
        ),
    )
    _source(sheet, row)


def primary_year(sheet: Sheet, row: int, house: House) -> None:
    """A year of primary school."""
    at, part = f"/years/{row}/record", f"y{row + 1}"
    _head(sheet, row, house)
    heads = ("Môn học và hoạt động giáo dục", "Mức đạt được", "Điểm KTĐK", "Mức sau đánh giá lại",
             "Điểm sau đánh giá lại")  # fmt: skip
    keys = ("level", "test", "level_after", "test_after")
    y = _subjects(sheet, at, PRIMARY_ROWS, heads, keys)
    y = _traits(sheet, y - 700, at)
    end = sheet.text(LEFT, y, "Đánh giá kết quả giáo dục:", size=1000)
    end = _value(sheet, (end, y, LEFT + 24000), f"{at}/results/overall", codes="overall")
    end = sheet.text(end + 500, y, "sau đánh giá lại:", size=1000)
    _value(sheet, (end, y, RIGHT), f"{at}/results/overall_after", codes="overall")
    y -= 1650
    choice(sheet, (LEFT, y), f"{at}/results/assessed", "no", house.call(NOT_ASSESSED), part=part)
    y -= 1650
    end = sheet.text(LEFT, y, "Số ngày nghỉ: có phép", size=1000)
    end = _value(sheet, (end, y, end + 3000), f"{at}/attendance/with_leave")
    end = sheet.text(end + 300, y, "không phép", size=1000)
    _value(sheet, (end, y, end + 3000), f"{at}/attendance/without_leave")
    for label, key, yes, no in (
        ("Chương trình lớp học:", "completed_grade", "Hoàn thành", "Chưa hoàn thành"),
        ("Lên lớp:", "promoted", "Được lên lớp", "Chưa được lên lớp"),
        ("Chương trình tiểu học (lớp 5):", "completed_level", "Hoàn thành", "Chưa hoàn thành"),
    ):
        y -= 1650
        sheet.text(LEFT, y, label, size=1000)
        for x, answer, words in ((20000, "yes", yes), (32000, "no", no)):
            choice(sheet, (LEFT + x, y), f"{at}/promotion/{key}", answer, words, part=part)
    _texts(
        sheet,
        y - 1650,
        (
            ("Khen thưởng:", f"{at}/awards/title"),
            ("Nội dung:", f"{at}/awards/text"),
            ("Khen thưởng khác:", f"{at}/awards/other"),
            ("Giáo viên chủ nhiệm:", f"{at}/comments/homeroom"),
        ),
    )
    _source(sheet, row)


def _name(pointer: str) -> str:
    """The cell of a field of a year."""
    return pointer.removeprefix("/years/").replace("/record/", ".").replace("/", ".")


def _value(
    sheet: Sheet, where: tuple[int, int, int], pointer: str, *, codes: str | None = None,
    form: str = "text",
) -> int:  # fmt: skip
    """A value on the line of its label; returns where its room ends."""
    left, y, right = where
    sheet.cell(_name(pointer), (left + 200, y - 300, right, y + 950), pointer,
               form=form if codes is None else "code", codes=codes, font="B", size=1000,
               least=400)  # fmt: skip
    return right


def _head(sheet: Sheet, row: int, house: House) -> None:
    at = f"/years/{row}/record"
    banner_and_foot(sheet, str(row + 3))
    sheet.text(CENTER, 80000, "KẾT QUẢ TỪNG NĂM HỌC", font="B", size=1200, align="center")
    y = 78200
    end = sheet.text(LEFT, y, "Họ và tên:", size=1000)
    _value(sheet, (end, y, 38000), f"{at}/pupil/name")
    end = sheet.text(38500, y, "Theo:", size=1000)
    _value(sheet, (end, y, RIGHT), f"{at}/regulation/id", codes="regulation")
    y -= 1650
    end = sheet.text(LEFT, y, "Năm học:", size=1000)
    _value(sheet, (end, y, 20000), f"{at}/school_year")
    end = sheet.text(20500, y, "Lớp:", size=1000)
    _value(sheet, (end, y, 38000), f"{at}/class")
    end = sheet.text(38500, y, "Khối:", size=1000)
    _value(sheet, (end, y, RIGHT), f"{at}/grade")
    y -= 1650
    end = sheet.text(LEFT, y, f"{house.name}:", size=1000)
    _value(sheet, (end, y, RIGHT), f"{at}/school/name")


def _subjects(sheet: Sheet, at: str, count: int, heads: Sequence[str], keys: Sequence[str]) -> int:
    """The table of subjects; returns its lower edge."""
    top, xs = 71600, (LEFT, 27000, 34000, 41000, 48000, RIGHT)
    edges = [top - row * _ROW for row in range(count + 1)]
    sheet.rows([top + 2300, *edges], LEFT, RIGHT)
    sheet.columns(xs, edges[-1], top + 2300)
    for column, words in enumerate(heads):
        sheet.paragraph((xs[column], top, xs[column + 1], top + 2300), words, font="B")
    for row, high in enumerate(edges[:-1]):
        low, subject = high - _ROW + 60, f"{at}/subjects/{row}"
        for key, left, right, size in (("name", LEFT + 200, 23000, 950),
                                       ("code", 23100, 26900, 550)):  # fmt: skip
            sheet.cell(_name(f"{subject}/{key}"), (left, low, right, high - 60),
                       f"{subject}/{key}", form="wrap" if key == "name" else "text", size=size,
                       least=300, align="left" if key == "name" else "right")  # fmt: skip
        for column, key in enumerate(keys, start=1):
            rect = (xs[column] + 100, low, xs[column + 1] - 100, high - 60)
            sheet.cell(_name(f"{subject}/{key}"), rect, f"{subject}/{key}", form="mark",
                       font="B" if key in {"year", "level"} else "R", align="center")  # fmt: skip
    return edges[-1]


def _results(sheet: Sheet, y: int, at: str) -> int:
    """Results and conduct of both terms, the year and after the summer; means where there are."""
    terms = (("term1", "học kì I"), ("term2", "học kì II"), ("year", "cả năm"))
    for words, section, after, form in (
        ("Kết quả học tập:", "results", "after_retest", "reached"),
        ("Kết quả rèn luyện:", "conduct", "after_summer", "reached"),
        ("Điểm trung bình các môn:", "results/mean", "after_retest", None),
    ):
        sheet.text(LEFT, y, words, size=1000)
        x = LEFT + 12500
        for key, label in (*terms, (after, "sau đánh giá lại")):
            end = sheet.text(x, y, label, size=950)
            x += 12000 if key == after else 9300
            _value(sheet, (end, y, min(x - 200, RIGHT)), f"{at}/{section}/{key}", codes=form,
                   form="mark")  # fmt: skip
        y -= 1650
    return y


def _topics(sheet: Sheet, y: int, at: str) -> int:
    """Study topics of upper secondary school: subject and the result that counts, two a line."""
    sheet.text(LEFT, y, "Chuyên đề học tập:", size=1000)
    for number in range(4):
        line, left = y - 1500 * (number // 2), LEFT + 12500 + 19500 * (number % 2)
        topic = f"{at}/study_topics/{number}"
        sheet.cell(_name(f"{topic}/name"), (left, line - 300, left + 14000, line + 950),
                   f"{topic}/name", size=950, least=400)  # fmt: skip
        _value(sheet, (left + 14000, line, left + 18500), f"{topic}/chosen", form="mark")
    return y - 3150


def _traits(sheet: Sheet, y: int, at: str) -> int:
    """Qualities and competencies in two columns, level first and what came after beside it."""
    half, step = (LEFT + RIGHT) // 2, 1450
    bottom = y - 8 * step
    sheet.box((LEFT, bottom, RIGHT, y))
    sheet.line(half, bottom, half, y)
    for place, pointer in enumerate(_trait_places(at)):
        left = LEFT if place < 8 else half  # noqa: PLR2004  # eight lines a column
        low = y - (place % 8 + 1) * step + 100
        for key, start, end in _TRAIT_COLUMNS:
            size = 500 if key == "code" else 950
            sheet.cell(_name(f"{pointer}/{key}"), (left + start, low, left + end, low + 1250),
                       f"{pointer}/{key}", size=size, least=300,
                       font="B" if key == "level" else "R")  # fmt: skip
    return bottom - 1700


def _trait_places(at: str) -> Iterator[str]:
    for group, count in (("qualities", 5), ("competencies/general", 3),
                         ("competencies/specific", 7)):  # fmt: skip
        yield from (f"{at}/{group}/{number}" for number in range(count))


def _texts(sheet: Sheet, y: int, lines: Sequence[tuple[str, str]]) -> None:
    """What people wrote, two lines each; the last takes what room is left."""
    for number, (label, pointer) in enumerate(lines, start=1):
        sheet.text(LEFT, y, label, size=950)
        titled = pointer.endswith("/title")
        low = y - 300 if titled else y - 1300
        if number == len(lines):
            low = 7200
        rect = (LEFT + 10500, low, RIGHT, y + 1000)
        if titled:
            sheet.cell(_name(pointer), rect, pointer, form="code", codes="award", font="B",
                       size=1000, least=500)  # fmt: skip
        else:
            _wrap(sheet, _name(pointer), rect, pointer)
        y -= 1500 if titled else 2500


def _source(sheet: Sheet, row: int) -> None:
    """Which transcript this page was taken from."""
    at = f"/years/{row}"
    for y, fields in (
        (5900, (("Theo học bạ phát hành ngày", f"{at}/record/issued_on", 25500),
                ("của", f"{at}/record/issuer/name", RIGHT))),
        (4600, (("Mã bản ghi", f"{at}/record/record_id", 26500),
                ("phiên bản", f"{at}/record/version", 33000),
                ("mã lá", f"{at}/ref/leaf", RIGHT))),
    ):  # fmt: skip
        x = LEFT
        for words, pointer, right in fields:
            end = sheet.text(x, y, words, size=800)
            form = "date" if pointer.endswith("issued_on") else "text"
            sheet.cell(_name(pointer), (end + 200, y - 300, right, y + 800), pointer, form=form,
                       size=800, least=350)  # fmt: skip
            x = right + 300
