"""What the page shows of a verified identity, and how it explains a change of name."""

import pytest
from fakes.identity_records import amended, identity_record

from verifier.messages import Catalogue
from verifier.web.shown import content_of

LEVELS = ("th", "thcs", "thpt", "gdtx_thcs", "gdtx_thpt")


def shown(record, language="vi"):
    return content_of(record, Catalogue.of(language))


def test_codes_are_shown_in_words_and_persons_with_their_work():
    rows = dict(shown(identity_record(**{"/identity/ethnicity": "12"})).results)
    assert rows["Giới tính"] == "Nữ"
    assert rows["Dân tộc"] == "Ê-đê"
    assert rows["Cha"] == "Nguyễn Đức Toàn, Công nhân cơ khí"
    assert "Người giám hộ" not in rows


def test_a_primary_pupil_has_a_home_town_and_no_policy_status():
    rows = dict(shown(identity_record(level="th")).results)
    assert rows["Quê quán"] == "Xã Vĩnh Bảo, Thành phố Hải Phòng"
    assert "Đối tượng chính sách" not in rows


def test_a_former_name_is_explained_and_the_change_stands_in_a_table():
    content = shown(amended())
    rows = dict(content.results)
    assert rows["Tên trước đây"].startswith("Nguyễn Thị Minh Khuê. Học bạ ghi tên này")
    assert "31-25-2-0000042-39" in rows["Tên trước đây"]
    assert content.tables[1].rows[0][:3] == (
        "Học sinh", "Nguyễn Thị Minh Khuê", "Nguyễn Thị Minh Châu",
    )  # fmt: skip
    assert dict(content.facts)["Phiên bản"] == "2 (thay đổi hộ tịch)"


def test_without_a_change_nothing_is_said_of_former_names():
    content = shown(identity_record())
    assert len(content.tables) == 1
    assert "Tên trước đây" not in dict(content.results)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("level", LEVELS)
def test_every_word_is_in_the_catalogue(level, language):
    content = shown(amended(level=level), language)
    words = [cell for row in (*content.facts, *content.results) for cell in row]
    words += [head for table in content.tables for head in (table.caption, *table.columns)]
    words += [table_row[0] for table in content.tables for table_row in table.rows]
    assert all(words)
    assert not [word for word in words if word.startswith("ui.")]
