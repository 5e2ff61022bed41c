"""Write the class workbook that teachers fill in.

    data = build_template(register, at=now)      # bytes of an .xlsx; same input, same bytes

Names, codes and averages are locked; every cell to fill has a rule of its own and a
Vietnamese sentence for what breaks it. The rules in Excel only help: pasting goes
round them, so the reader checks everything again. The averages shown are for the
teacher's eye and are never read back.
"""

import io
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import xlsxwriter

from hocba.sector.sheets.layout import (
    FIRST_ROW,
    GROUP_ROW,
    GUIDE,
    HEADER_ROW,
    HIDDEN,
    PRIMARY,
    Column,
    SheetPlan,
    cell_name,
    column_name,
    identity,
    plan,
)
from hocba.sector.sheets.primary_layout import PRIMARY_GUIDE
from hocba.sector.sheets.register import ClassRegister, SheetPupil

_FROZEN_COLUMNS = 4
_ROW_HEIGHT = 27
"""Two lines: enough for most remarks."""
_INK, _BRAND, _HEAD, _HEAD2, _LINE, _EMPTY = (
    "#1F2937", "#1E4E79", "#D9E6F2", "#EDF3F9", "#B8C4D0", "#FFF8DB",
)  # fmt: skip
_LOW, _FIXED_FILL, _COMPUTED_FILL = "#C00000", "#F5F7F9", "#F0F4EC"

_GUIDE = (
    ("Điểm số", "Số từ 0 đến 10, nhiều nhất một chữ số thập phân: 8 hoặc 8,5 (8.5 cũng được)."),
    ("Môn nhận xét", "Đ (Đạt) hoặc CĐ (Chưa đạt) cho từng lần đánh giá."),
    ("Được miễn", "Ghi M vào một ô bất kì của môn và học kì đó, các ô còn lại để trống."),
    ("Vắng không lí do", "Ghi V nếu vắng mà không kiểm tra bù: tính 0 điểm, hoặc Chưa đạt."),
    ("Ô màu vàng nhạt", "Chưa có dữ liệu. Ô có điểm dưới 5,0 hiện chữ đỏ."),
    ("Trang Tổng hợp", "GVCN chọn kết quả rèn luyện, ghi số buổi nghỉ (hoặc 0) và nhận xét."),
    ("Chuyên đề", "THPT: kết quả từng chuyên đề, số của chuyên đề được chọn (một TX của môn)."),
    ("Riêng từng học sinh", "X: không học môn này; không đánh giá (khuyết tật); miễn một phần."),
    ("Cột Sau hè", "Chỉ ghi khi học sinh kiểm tra, đánh giá lại hoặc rèn luyện trong kì nghỉ hè."),
    ("Không nên", "Không thêm, xóa dòng, cột; không đổi tên trang tính; không sửa mã và họ tên."),
    ("Nộp lại", "Lưu tệp dạng .xlsx rồi nhập vào hệ thống. Có lỗi thì hệ thống chỉ rõ từng ô."),
)  # fmt: skip


def build_template(register: ClassRegister, *, at: datetime) -> bytes:
    """Return the workbook of a class, empty and ready to be filled in."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties(
        {
            "title": f"Sổ điểm lớp {register.class_name} năm học {register.school_year}",
            "author": register.school_name,
            "created": at.replace(tzinfo=None),
        }
    )
    book.set_calc_mode("auto")
    styles = _Styles(book)
    _write_guide(book, register, styles)
    for sheet_plan in plan(register):
        _Page(book, register, sheet_plan, styles).write()
    _write_identity(book, register)
    book.close()
    return out.getvalue()


class _Styles:
    """Cell formats by name, each made once."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401  # untyped library
        self._book = book
        self._known: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __call__(self, **wanted: Any) -> Any:  # noqa: ANN401
        base: dict[str, Any] = {"font_name": "Arial", "font_size": 10, "font_color": _INK}
        settings = base | {"valign": "vcenter"} | wanted
        key = tuple(sorted(settings.items()))
        if key not in self._known:
            self._known[key] = self._book.add_format(settings)
        return self._known[key]

    def boxed(self, **wanted: Any) -> Any:  # noqa: ANN401
        return self(border=1, border_color=_LINE, **wanted)


class _Page:
    """One sheet that is filled in."""

    def __init__(
        self,
        book: Any,  # noqa: ANN401
        register: ClassRegister,
        page: SheetPlan,
        styles: _Styles,
    ) -> None:
        self._sheet = book.add_worksheet(page.tab)
        self._register = register
        self._plan = page
        self._styles = styles
        self._last_row = FIRST_ROW + max(len(register.pupils), 1) - 1

    def write(self) -> None:
        self._write_titles()
        self._write_heads()
        for offset, pupil in enumerate(self._register.pupils):
            self._write_row(FIRST_ROW + offset, offset + 1, pupil)
        for index, column in self._plan.inputs():
            self._help_to_fill(index, column)
        self._finish()

    def _write_titles(self) -> None:
        register, sheet, style = self._register, self._sheet, self._styles
        big = style(bold=True, font_size=14, font_color=_BRAND)
        sheet.write_string(0, 0, f"{self._plan.title} – LỚP {register.class_name}", big)
        line = f"{register.school_name} – Năm học {register.school_year}"
        sheet.write_string(1, 0, line, style(font_color="#4B5563"))
        subject = self._plan.subject
        who = subject.teacher if subject else register.homeroom
        role = "Giáo viên môn học" if subject else "Giáo viên chủ nhiệm"
        sheet.write_string(2, 0, f"{role}: {who or ''}", style(font_color="#4B5563"))
        sheet.set_row(0, 22)

    def _write_heads(self) -> None:
        head = self._styles.boxed(
            bold=True, align="center", text_wrap=True, bg_color=_HEAD2, font_color=_BRAND
        )
        for index, column in enumerate(self._plan.columns):
            self._sheet.set_column(index, index, column.width)
            self._sheet.write_string(HEADER_ROW, index, column.head, head)
        self._sheet.set_row(HEADER_ROW, self._plan.head_height)
        self._write_groups()

    def _write_groups(self) -> None:
        style = self._styles.boxed(bold=True, align="center", bg_color=_HEAD, font_color=_BRAND)
        columns = self._plan.columns
        start = 0
        for index in range(1, len(columns) + 1):
            if index < len(columns) and columns[index].group == columns[start].group:
                continue
            name = columns[start].group or "HỌC SINH"
            if index - start > 1:
                self._sheet.merge_range(GROUP_ROW, start, GROUP_ROW, index - 1, name, style)
            else:
                self._sheet.write_string(GROUP_ROW, start, name, style)
            start = index

    def _write_row(self, row: int, number: int, pupil: SheetPupil) -> None:
        fixed = self._styles.boxed(bg_color=_FIXED_FILL, text_wrap=True)
        centred = self._styles.boxed(bg_color=_FIXED_FILL, align="center")
        self._sheet.set_row(row, _ROW_HEIGHT)
        self._sheet.write_number(row, 0, number, centred)
        self._sheet.write_string(row, 1, pupil.code, centred)
        self._sheet.write_string(row, 2, pupil.name, fixed)
        self._sheet.write_string(row, 3, _shown_date(pupil.birth_date), centred)
        for index, column in enumerate(self._plan.columns):
            if column.kind == "computed":
                style = self._styles.boxed(
                    align="center", bold=True, bg_color=_COMPUTED_FILL, num_format="0.0"
                )
                self._sheet.write_formula(row, index, self._formula(row, index), style, "")
            elif column.item is not None:
                self._sheet.write_blank(row, index, None, self._input_style(column))

    def _input_style(self, column: Column) -> Any:  # noqa: ANN401
        if column.kind == "text":
            return self._styles.boxed(locked=False, text_wrap=True, num_format="@")
        shape = {"score": "0.0", "count": "0", "test": "0", "measure": "General"}.get(
            column.kind, "@"
        )
        return self._styles.boxed(locked=False, align="center", num_format=shape)

    def _formula(self, row: int, index: int) -> str:
        subject, columns = self._plan.subject, self._plan.columns
        if subject is None:
            raise AssertionError("only subject sheets compute")
        column = columns[index]
        averages = [i for i, c in enumerate(columns) if c.kind == "computed"]
        if index == averages[-1]:
            one, two = (cell_name(row, i) for i in averages[:2])
            if subject.mode == "comment":
                return f'=IF({two}="M",{one},{two})'
            return (
                f'=IF(COUNT({one},{two})=2,ROUND(({one}+2*{two})/3,1),'
                f'IF({one}="M",{two},IF({two}="M",{one},"")))'
            )  # fmt: skip
        marks = [i for i, c in self._plan.inputs() if c.group == column.group and c.term]
        return _term_formula(row, marks, scored=subject.mode == "score")

    def _help_to_fill(self, index: int, column: Column) -> None:
        rule = _RULES[column.kind](cell_name(FIRST_ROW, index), column)
        self._sheet.data_validation(FIRST_ROW, index, self._last_row, index, rule)
        block = (FIRST_ROW, index, self._last_row, index)
        if column.required:
            empty = {"type": "blanks", "format": self._styles(bg_color=_EMPTY)}
            self._sheet.conditional_format(*block, empty)
        if column.kind == "score":
            low = {"type": "cell", "criteria": "between", "minimum": 0, "maximum": 4.999,
                   "format": self._styles(font_color=_LOW)}  # fmt: skip
            self._sheet.conditional_format(*block, low)

    def _finish(self) -> None:
        sheet = self._sheet
        sheet.freeze_panes(FIRST_ROW, _FROZEN_COLUMNS)
        sheet.protect("", {"format_columns": True, "format_rows": True})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(GROUP_ROW, HEADER_ROW)
        sheet.set_footer("&L&A&RTrang &P/&N")
        sheet.set_tab_color(_BRAND if self._plan.subject is None else "#7FA7CC")
        first_input = next(index for index, _ in self._plan.inputs())
        sheet.set_selection(FIRST_ROW, first_input, FIRST_ROW, first_input)


def _term_formula(row: int, marks: list[int], *, scored: bool) -> str:
    block = f"{cell_name(row, marks[0])}:{cell_name(row, marks[-1])}"
    exempt = f'COUNTIF({block},"M")>0'
    if not scored:
        all_there = f"COUNTA({block})={len(marks)}"
        passed = f'COUNTIF({block},"Đ")={len(marks)}'
        return f'=IF({exempt},"M",IF({all_there},IF({passed},"Đ","CĐ"),""))'
    middle, final = cell_name(row, marks[-2]), cell_name(row, marks[-1])
    divisor = len(marks) - 2 + 5
    total = f"(SUM({block})+N({middle})+2*N({final}))/{divisor}"
    all_there = f'COUNT({block})+COUNTIF({block},"V")={len(marks)}'
    return f'=IF({exempt},"M",IF({all_there},ROUND({total},1),""))'


def _score_rule(cell: str, _: Column) -> dict[str, Any]:
    # Text with a comma is let through: the reader takes "8,5" from an English Excel too.
    return _rule(
        {
            "validate": "custom",
            "value": f'=OR(AND(ISNUMBER({cell}),{cell}>=0,{cell}<=10,ROUND({cell},1)={cell}),'
            f'UPPER({cell})="M",UPPER({cell})="V",AND(ISTEXT({cell}),ISNUMBER(FIND(",",{cell}))))',
        },
        "Điểm chưa đúng",
        "Ghi số từ 0 đến 10, nhiều nhất một chữ số thập phân, ví dụ 8,5. Miễn: M. "
        "Vắng không lí do, không kiểm tra bù: V.",
    )  # fmt: skip


def _comment_rule(_: str, column: Column) -> dict[str, Any]:
    choices = ["Đ", "CĐ"] + (["M", "V"] if column.term else [])
    return _rule(
        {"validate": "list", "source": choices},
        "Mức đánh giá chưa đúng",
        "Chọn Đ (Đạt) hoặc CĐ (Chưa đạt). Miễn: M. Vắng không lí do, không kiểm tra bù: V.",
    )


def _level_rule(_: str, column: Column) -> dict[str, Any]:
    return _rule(
        {"validate": "list", "source": list(column.choices)},
        "Mức rèn luyện chưa đúng",
        f"Chọn một trong bốn mức: {', '.join(column.choices)}.",
    )


def _count_rule(_: str, __: Column) -> dict[str, Any]:
    return _rule(
        {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 366},
        "Số buổi nghỉ chưa đúng",
        "Ghi số nguyên từ 0 đến 366; 0 nếu không nghỉ buổi nào.",
    )


def _text_rule(_: str, column: Column) -> dict[str, Any]:
    return _rule(
        {"validate": "length", "criteria": "<=", "value": column.longest},
        "Nội dung quá dài",
        f"Nhiều nhất {column.longest} kí tự. Hãy viết ngắn lại.",
    )


def _choice_rule(_: str, column: Column) -> dict[str, Any]:
    return _rule(
        {"validate": "list", "source": list(column.choices)},
        "Chưa đúng",
        "Chọn một trong: " + ", ".join(column.choices) + ".",
    )


def _test_rule(cell: str, _: Column) -> dict[str, Any]:
    return _rule(
        {
            "validate": "custom",
            "value": f"=OR(AND(ISNUMBER({cell}),{cell}>=0,{cell}<=10,INT({cell})={cell}),"
            f'UPPER({cell})="M")',
        },
        "Điểm kiểm tra chưa đúng",
        "Ghi số nguyên từ 0 đến 10, không có phần thập phân. Miễn: M.",
    )


def _measure_rule(_: str, __: Column) -> dict[str, Any]:
    return _rule(
        {"validate": "decimal", "criteria": "between", "minimum": 10, "maximum": 250},
        "Số đo chưa đúng",
        "Ghi một số, nhiều nhất một chữ số thập phân.",
    )


_RULES: Mapping[str, Callable[[str, Column], dict[str, Any]]] = {
    "score": _score_rule,
    "comment": _comment_rule,
    "level": _level_rule,
    "count": _count_rule,
    "text": _text_rule,
    "choice": _choice_rule,
    "test": _test_rule,
    "measure": _measure_rule,
}


def _rule(rule: dict[str, Any], title: str, message: str) -> dict[str, Any]:
    return rule | {"error_title": title, "error_message": message, "ignore_blank": True}


def _write_guide(book: Any, register: ClassRegister, style: _Styles) -> None:  # noqa: ANN401
    sheet = book.add_worksheet(GUIDE)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 96)
    title = f"SỔ THEO DÕI VÀ ĐÁNH GIÁ HỌC SINH – LỚP {register.class_name}"
    sheet.write_string(0, 0, title, style(bold=True, font_size=16, font_color=_BRAND))
    sheet.set_row(0, 28)
    line = f"{register.school_name} – Năm học {register.school_year}"
    sheet.write_string(1, 0, line, style(font_size=11))
    facts = f"{len(register.pupils)} học sinh, {len(register.subjects)} môn học. "
    sheet.write_string(2, 0, facts + f"GVCN: {register.homeroom or ''}", style(font_size=11))
    lines = PRIMARY_GUIDE if register.level == PRIMARY else _GUIDE
    for row, (name, text) in enumerate(lines, start=4):
        sheet.write_string(row, 0, name, style.boxed(bold=True, bg_color=_HEAD2, font_size=11))
        sheet.write_string(row, 1, text, style.boxed(text_wrap=True, font_size=11))
        sheet.set_row(row, 24)
    last = 4 + len(lines) + 1
    sheet.write_string(last, 0, "Các trang tính", style(bold=True, font_color=_BRAND))
    for row, page in enumerate(plan(register), start=last + 1):
        link = style(font_color="#1D70B8", underline=1)
        sheet.write_url(row, 0, f"internal:'{page.tab}'!{column_name(0)}1", link, page.tab)
        name = page.subject.name if page.subject else page.about
        sheet.write_string(row, 1, name, style())
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.protect()
    sheet.activate()


def _write_identity(book: Any, register: ClassRegister) -> None:  # noqa: ANN401
    sheet = book.add_worksheet(HIDDEN)
    for row, (name, value) in enumerate(identity(register).items()):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, value)
    sheet.protect()
    sheet.very_hidden()


def _shown_date(stored: str) -> str:
    return "/".join(reversed(stored.split("-")))
