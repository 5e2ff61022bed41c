"""What the page says of a version's event, of a successor, and of the records named."""

import pytest
from fakes.records import sample_record

from verifier.messages import Catalogue
from verifier.web.shown import content_of

VI = Catalogue.of("vi")


def facts(**changes):
    return dict(content_of(sample_record(**changes), VI).facts)


def test_a_first_version_is_a_bare_number():
    assert facts()["Phiên bản"] == "1"


@pytest.mark.parametrize(
    ("event", "words"),
    [("supplement", "bổ sung kết quả sau hè"), ("correction", "đính chính"),
     ("amendment", "thay đổi hộ tịch")],
)  # fmt: skip
def test_a_next_version_says_why_it_is_there(event, words):
    assert facts(event=event, version=2)["Phiên bản"] == f"2 ({words})"


def test_a_successor_stands_beside_the_school_of_then_and_nobody_else_does():
    label = "Trường tiếp nhận hồ sơ, phát hành bản này"
    other = {**sample_record()["issuer"], "code": "31-2", "name": "Trường THCS Trần Phú"}
    assert facts(issuer=other)[label] == "Trường THCS Trần Phú"
    assert label not in facts()


def test_the_school_that_signed_the_first_term_is_named():
    shown = {"pointer": "/school/name", "value": "Trường THCS Cũ"}
    told = facts(sources=[{"fields": [shown]}])["Kết quả học kì I"]
    assert told == "Do Trường THCS Cũ ký và phát hành; đã đối chiếu, không nhập lại"
