"""What a head should look at before signing: each case, at its very edge."""

import pytest

from hocba.issuance.unusual import unusual_in
from hocba.kit import messages


def subject(**more):
    return {"name": "Toán", "term1": "8.0", "term2": "8.0", "year": "8.0"} | more


@pytest.mark.parametrize(
    ("record", "codes"),
    [
        ({"subjects": [subject()]}, []),
        ({"subjects": [subject(term2="5.1")]}, []),
        ({"subjects": [subject(term2="5.0")]}, ["jump"]),
        ({"subjects": [subject(term1="5.0")]}, ["jump"]),
        ({"subjects": [subject(year="3.5")]}, []),
        ({"subjects": [subject(year="3.4")]}, ["low"]),
        ({"subjects": [subject(term1="Đ", term2="CĐ", year="CĐ")]}, ["not_passed"]),
        ({"subjects": [{"name": "Toán", "level": "C"}]}, ["not_done"]),
        ({"qualities": [{"name": "Chăm chỉ", "level": "C"}]}, ["trait"]),
        ({"competencies": {"general": [{"name": "Tự chủ", "level": "C"}]}}, ["trait"]),
        ({"version": 1}, []),
        ({"version": 2}, ["version"]),
        ({"results": {"adjusted_by": "TOAN"}}, ["adjusted"]),
        ({"results": {"assessed": False}}, ["not_assessed"]),
        ({"attendance": {"absences": 45}}, []),
        ({"attendance": {"absences": 46}}, ["absent"]),
        ({"promotion": {"promoted": None}}, []),
        ({"promotion": {"promoted": False}}, ["not_promoted"]),
    ],
)
def test_each_unusual_case_is_found_at_its_edge(record, codes):
    found = unusual_in(record)
    assert [one.code for one in found] == codes
    for one in found:
        said = messages.sentence(f"exception.{one.code}", "vi", **one.params)
        assert "…" not in said
