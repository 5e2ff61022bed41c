"""The forms of a year of secondary school, as data: what each has beside the common drawing.

One drawing (`secondary.py`), one schema (`record-year-1`), one maker (`kinds/secondary_year.py`):
what a circular calls differently or has besides is said here.
"""

from hocba.documents.forms.common import CENTRE
from hocba.documents.forms.secondary import Words, Year, year_form

_TT22 = {"T": "Tốt", "K": "Khá", "Đ": "Đạt", "CĐ": "Chưa đạt"}
_TT22_AWARDS = {"xuat_sac": "Học sinh Xuất sắc", "gioi": "Học sinh Giỏi"}
_TT43_AWARDS = {"xuat_sac": "Học viên Xuất sắc", "gioi": "Học viên Giỏi"}
_TT58 = {"G": "Giỏi", "K": "Khá", "Tb": "Trung bình", "Y": "Yếu", "Kém": "Kém"}
_TT58_CONDUCT = {"T": "Tốt", "K": "Khá", "Tb": "Trung bình", "Y": "Yếu"}
_TT58_AWARDS = {"gioi": "Học sinh giỏi", "tien_tien": "Học sinh tiên tiến"}

_TT22_WORDS = Words(_TT22, _TT22, _TT22_AWARDS)
_TT43_WORDS = Words(_TT22, _TT22, _TT43_AWARDS)
_TT58_WORDS = Words(
    learning_levels=_TT58,
    conduct_levels=_TT58_CONDUCT,
    awards=_TT58_AWARDS,
    learning="Học lực",
    conduct="Hạnh kiểm",
    summer="Xếp loại sau thi lại các môn học hoặc rèn luyện thêm về hạnh kiểm trong hè",
    retest="Điểm hoặc xếp loại sau thi lại (nếu có)",
    averages="Điểm trung bình hoặc xếp loại các môn",
    levels="Xếp loại",
    after=("Học lực", "Hạnh kiểm"),
    adjustment="Điều chỉnh xếp loại học lực cả năm (nếu có): xếp loại trước khi điều chỉnh",
    remarks="Nhận xét (nếu có); họ và tên giáo viên bộ môn",
    means=True,
)

_THCS = "chương trình trung học cơ sở"
_THPT = "chương trình trung học phổ thông"

YEARS = tuple(
    year_form(year)
    for year in (
        Year(
            id="thcs-year-tt22-1",
            title="Học bạ trung học cơ sở",
            level="thcs",
            programme=_THCS,
            words=_TT22_WORDS,
        ),
        Year(
            id="thpt-year-tt22-1",
            title="Học bạ trung học phổ thông",
            level="thpt",
            programme=_THPT,
            topics=True,
            words=_TT22_WORDS,
        ),
        Year(
            id="gdtx-thcs-year-tt43-1",
            title="Học bạ giáo dục thường xuyên cấp trung học cơ sở",
            level="gdtx_thcs",
            programme="chương trình GDTX cấp trung học cơ sở",
            study_forms=True,
            house=CENTRE,
            words=_TT43_WORDS,
        ),
        Year(
            id="gdtx-thpt-year-tt43-1",
            title="Học bạ giáo dục thường xuyên cấp trung học phổ thông",
            level="gdtx_thpt",
            programme="chương trình GDTX cấp trung học phổ thông",
            topics=True,
            study_forms=True,
            house=CENTRE,
            words=_TT43_WORDS,
        ),
        Year(
            id="thcs-year-tt58-1",
            title="Học bạ trung học cơ sở",
            level="thcs",
            programme=_THCS,
            words=_TT58_WORDS,
        ),
        Year(
            id="thpt-year-tt58-1",
            title="Học bạ trung học phổ thông",
            level="thpt",
            programme=_THPT,
            words=_TT58_WORDS,
        ),
    )
)
