"""The draft regulation beside the table of the desk: who may change what."""

import re
from pathlib import Path

from hocba.portals.desk.roles import ENDPOINTS, EVERYBODY, DeskRole

TEXT = (Path(__file__).parents[3] / "docs/quy-che.md").read_text(encoding="utf-8")
NAMES = {
    "giáo viên bộ môn": DeskRole.TEACHER,
    "giáo viên chủ nhiệm": DeskRole.HOMEROOM,
    "hiệu trưởng": DeskRole.PRINCIPAL,
    "văn thư": DeskRole.OFFICE,
    "gia đình": DeskRole.FAMILY,
    "Sở": DeskRole.DEPARTMENT,
}


def rows():
    table = TEXT.partition("## Phụ lục II.")[2]
    return re.findall(r"^\| ([^|]+) \| `([^`]+)` \| ([^|]+) \| (\d+) \|$", table, re.MULTILINE)


def test_every_act_at_the_desk_stands_in_the_regulation_with_whoever_may_do_it():
    said = {path: {NAMES[name] for name in who.split(", ")} for _, path, who, _ in rows()}
    done = {
        each.path: set(each.roles)
        for each in ENDPOINTS
        if each.method == "POST" and each.roles and each.roles != EVERYBODY
    }
    assert said == done


def test_every_act_at_the_desk_has_an_article_that_speaks_of_those_who_do_it():
    for act, _, who, number in rows():
        article = re.search(rf"^### Điều {number}\..*?(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
        assert article, act
        for name in who.split(", "):
            assert name in article[0].casefold(), (act, name)
