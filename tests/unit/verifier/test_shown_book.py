"""What the page shows of a verified book."""

import pytest
from fakes.book_records import book_record, primary_book

from verifier.messages import Catalogue
from verifier.web.shown import book, content_of

VI = Catalogue.of("vi")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("record", [book_record(), primary_book()], ids=["thcs", "th"])
def test_every_row_of_a_book_has_words(record, language):
    content = content_of(record, Catalogue.of(language))
    words = [cell for row in (*content.facts, *content.results) for cell in row]
    words += [table.caption for table in content.tables]
    words += [cell for row in content.tables[0].rows for cell in row]
    assert all(words)
    assert not [word for word in words if "ui." in word]


def test_there_is_a_line_for_each_year_and_its_marks_below():
    content = content_of(book_record(), VI)
    way, *tables = content.tables
    assert [row[0] for row in way.rows] == ["2025-2026", "2026-2027", "2027-2028", "2028-2029"]
    assert [table.caption.split(":")[0] for table in tables] == [
        row[0] for row in way.rows for _ in range(2)
    ]
    assert ("Toán", "8,5", "9,0", "8,8") in tables[0].rows
    assert dict(content.results)["Hoàn thành"] == (
        "Đã hoàn thành chương trình trung học cơ sở, lớp 9A1, năm học 2028-2029"
    )


def test_each_years_status_stands_at_the_end_of_its_line():
    plain = content_of(book_record(), VI)
    told = book.with_answers(plain, ("good", "superseded", "good", "not_checked"), VI)
    assert [row[-1] for row in told.tables[0].rows] == [
        "Đang có hiệu lực", "Đã có bản mới hơn", "Đang có hiệu lực", "Chưa hỏi được",
    ]  # fmt: skip
    assert book.with_answers(plain, (), VI) == plain


def test_who_the_years_say_it_is_is_told_where_the_cover_says_another():
    record = book_record()
    label = VI.text("ui.book_other_person")
    assert label not in dict(content_of(record, VI).results)
    for number in (0, 1):
        year = record["years"][number]["record"]
        year["pupil"] = {**year["pupil"], "name": "Phạm Bạn Tôi", "birth_date": "2013-02-03"}
    said = dict(content_of(record, VI).results)[label]
    assert said.startswith("Phạm Bạn Tôi, 03/02/2013")
    assert said.endswith("(2025-2026, 2026-2027)")
