"""What the page shows of a verified primary year."""

import pytest
from fakes.primary_records import not_assessed, primary_record

from verifier.messages import Catalogue
from verifier.web.shown import content_of


def shown(record, language="vi"):
    return content_of(record, Catalogue.of(language))


def test_subjects_qualities_and_competencies_are_tables_of_words():
    subjects, qualities, competencies = shown(
        primary_record(**{"/subjects/0/level": "H", "/qualities/1/level": "Đ"})
    ).tables
    assert subjects.rows[0] == ("Tiếng Việt", "Hoàn thành", "9")
    assert ("Đạo đức", "Hoàn thành tốt", "") in subjects.rows
    assert qualities.rows[1] == ("Nhân ái", "Đạt")
    assert len(competencies.rows) == 10


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_row_has_words_of_the_catalogue(language):
    for record in (primary_record(grade=5), not_assessed()):
        content = shown(record, language)
        words = [cell for row in (*content.facts, *content.results) for cell in row]
        words += [head for table in content.tables for head in (table.caption, *table.columns)]
        assert all(words)
        assert not [word for word in words if word.startswith("ui.")]


def test_the_last_grade_says_whether_primary_school_is_completed():
    assert ("Chương trình tiểu học", "Hoàn thành") in shown(primary_record(grade=5)).results
    labels = [label for label, _ in shown(primary_record(grade=4)).results]
    assert "Chương trình tiểu học" not in labels


def test_what_was_assessed_anew_is_what_counts():
    record = primary_record(**{
        "/subjects/0/level": "C", "/subjects/0/test": "4",
        "/subjects/0/level_after": "H", "/subjects/0/test_after": "6",
        "/qualities/0/level": "C", "/qualities/0/level_after": "Đ",
        "/results/overall": "CHT", "/results/overall_after": "HT",
    })  # fmt: skip
    content = shown(record)
    assert content.tables[0].rows[0] == ("Tiếng Việt", "Hoàn thành", "6")
    assert content.tables[1].rows[0] == ("Yêu nước", "Đạt")
    assert dict(content.results)["Kết quả giáo dục"] == "Hoàn thành"


def test_a_year_that_was_not_completed_says_so():
    record = primary_record(**{
        "/results/overall": "CHT", "/promotion/completed_grade": False,
        "/promotion/promoted": False, "/awards/title": None,
    })  # fmt: skip
    results = dict(shown(record).results)
    assert results["Chương trình lớp học"] == "Chưa hoàn thành"
    assert results["Lên lớp"] == "Chưa được lên lớp"
    assert results["Danh hiệu"] == "Không"


def test_who_is_not_assessed_is_not_said_to_have_failed():
    results = dict(shown(not_assessed()).results)
    assert results["Kết quả giáo dục"] == "Không đánh giá (học sinh khuyết tật)"
    assert results["Lên lớp"] == "Được lên lớp"
    waits = shown(primary_record(**{"/promotion/promoted": None}))
    assert dict(waits.results)["Lên lớp"] == "Chờ hiệu trưởng quyết định"
