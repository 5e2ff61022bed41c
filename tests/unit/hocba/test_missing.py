"""Missing fields in words."""

import pytest

from hocba.issuance.missing import in_words

NAMES = {"TOAN": "Toán", "VAN": "Ngữ văn"}


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("", ""),
        ("TOAN.term1.ck", "Toán học kì I cuối kì"),
        ("TOAN.term2.tx3", "Toán học kì II thường xuyên 3"),
        ("VAN.retest, conduct.term1", "Ngữ văn đánh giá lại; kết quả rèn luyện học kì I"),
        ("comments.homeroom, absences", "nhận xét của giáo viên chủ nhiệm; số buổi nghỉ"),
        ("VAN.cd2, VAN.cd_chosen …", "Ngữ văn chuyên đề 2; Ngữ văn chuyên đề được chọn …"),
        ("traits.yeu_nuoc, traits.tu_hoc", "phẩm chất, năng lực"),
        ("VAN.level, VAN.test", "Ngữ văn mức đạt được; Ngữ văn điểm kiểm tra cuối năm"),
        ("NEW.term1.xyz", "NEW học kì I xyz"),
    ],
)
def test_what_is_missing_is_said_in_words(reason, said):
    assert in_words(reason, NAMES) == said


def test_it_is_said_in_the_language_of_the_page():
    assert in_words("TOAN.term1.ck", {"TOAN": "Toán"}, "en") == "Toán term I final test"
