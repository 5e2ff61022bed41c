"""What the page shows of a verified first term."""

import pytest
from fakes.partial_records import partial_record, primary_partial

from verifier.messages import Catalogue
from verifier.web.shown import content_of


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("record", [partial_record(), primary_partial()], ids=["thcs", "th"])
def test_every_row_of_a_first_term_has_words(record, language):
    content = content_of(record, Catalogue.of(language))
    words = [cell for row in (*content.facts, *content.results) for cell in row]
    words += [head for table in content.tables for head in (table.caption, *table.columns)]
    assert all(words)
    assert not [word for word in words if word.startswith("ui.")]


def test_a_secondary_first_term_has_one_column_of_marks():
    content = content_of(partial_record(), Catalogue.of("vi"))
    (table,) = content.tables
    assert table.columns == ("Môn học", "Học kì I")
    assert ("Toán", "8,5") in table.rows
    assert ("Kết quả rèn luyện", "Khá") in content.results


def test_days_that_nobody_counted_have_no_row():
    record = partial_record(**{"/attendance/absences": None})
    assert "Số buổi nghỉ" not in dict(content_of(record, Catalogue.of("vi")).results)


def test_a_primary_first_term_has_levels_and_tests():
    subjects, *_ = content_of(primary_partial(), Catalogue.of("vi")).tables
    assert subjects.rows[0] == ("Tiếng Việt", "Hoàn thành tốt", "9")
