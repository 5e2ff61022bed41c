"""The forms of a year of secondary school, as data: what each has beside the common drawing.

So far only those of lower secondary under TT 22/2021 can be issued (`issuance/data/kinds.json`);
the others are drawn, and wait for the schema of their records.
"""

from hocba.documents.forms.common import Cover
from hocba.documents.forms.secondary import Words, Year, year_form

_TT22 = {"T": "Tốt", "K": "Khá", "Đ": "Đạt", "CĐ": "Chưa đạt"}
_TT22_AWARDS = {"xuat_sac": "Học sinh Xuất sắc", "gioi": "Học sinh Giỏi"}
_TT58 = {"G": "Giỏi", "K": "Khá", "Tb": "Trung bình", "Y": "Yếu", "Kém": "Kém"}
_TT58_CONDUCT = {"T": "Tốt", "K": "Khá", "Tb": "Trung bình", "Y": "Yếu"}
_TT58_AWARDS = {"gioi": "Học sinh giỏi", "tien_tien": "Học sinh tiên tiến"}

_TT22_WORDS = Words(_TT22, _TT22, _TT22_AWARDS)
_TT58_WORDS = Words(
    learning_levels=_TT58,
    conduct_levels=_TT58_CONDUCT,
    awards=_TT58_AWARDS,
    learning="Học lực",
    conduct="Hạnh kiểm",
    summer="Xếp loại sau thi lại các môn học hoặc rèn luyện thêm về hạnh kiểm trong hè",
    retest="Điểm hoặc xếp loại sau thi lại (nếu có)",
    averages="Điểm trung bình hoặc xếp loại các môn",
    means=True,
)

_THCS = "chương trình trung học cơ sở"
_THPT = "chương trình trung học phổ thông"
_CENTRE = "Trung tâm"

YEARS = tuple(
    year_form(year)
    for year in (
        Year(
            id="thcs-year-tt22-1",
            title="Học bạ trung học cơ sở",
            cover=Cover("TRUNG HỌC CƠ SỞ"),
            programme=_THCS,
            words=_TT22_WORDS,
        ),
        Year(
            id="thpt-year-tt22-1",
            title="Học bạ trung học phổ thông",
            cover=Cover("TRUNG HỌC PHỔ THÔNG"),
            programme=_THPT,
            topics=True,
            words=_TT22_WORDS,
        ),
        Year(
            id="gdtx-thcs-year-tt43-1",
            title="Học bạ giáo dục thường xuyên cấp trung học cơ sở",
            cover=Cover("GIÁO DỤC THƯỜNG XUYÊN CẤP TRUNG HỌC CƠ SỞ", _CENTRE),
            programme="chương trình GDTX cấp trung học cơ sở",
            words=_TT22_WORDS,
        ),
        Year(
            id="gdtx-thpt-year-tt43-1",
            title="Học bạ giáo dục thường xuyên cấp trung học phổ thông",
            cover=Cover("GIÁO DỤC THƯỜNG XUYÊN CẤP TRUNG HỌC PHỔ THÔNG", _CENTRE),
            programme="chương trình GDTX cấp trung học phổ thông",
            topics=True,
            words=_TT22_WORDS,
        ),
        Year(
            id="thcs-year-tt58-1",
            title="Học bạ trung học cơ sở",
            cover=Cover("TRUNG HỌC CƠ SỞ"),
            programme=_THCS,
            words=_TT58_WORDS,
        ),
        Year(
            id="thpt-year-tt58-1",
            title="Học bạ trung học phổ thông",
            cover=Cover("TRUNG HỌC PHỔ THÔNG"),
            programme=_THPT,
            words=_TT58_WORDS,
        ),
    )
)
