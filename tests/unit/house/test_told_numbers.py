"""Numbers and tables that the pages for people and operators name, beside the code's own."""

import re
from pathlib import Path

import hocba.issuance.models
import hocba.sector.models  # noqa: F401  # tables are known once their modules are
from hocba.issuance.hand_out import LIFETIME, MOST_WRONG
from hocba.issuance.returns import LONGEST_REASON
from hocba.kit import access
from hocba.kit.db import Base
from hocba.portals.desk import calls
from verifier.guard import MIB, Limits

DOCS = Path(__file__).parents[3] / "docs"
OPERATORS = (DOCS / "operators.md").read_text(encoding="utf-8")


def guide(name):
    return (DOCS / f"huong-dan/{name}.md").read_text(encoding="utf-8")


def minutes(span):
    return int(span.total_seconds() // 60)


def test_sessions_and_guesses_are_told_as_they_are():
    idle, window = minutes(access.IDLE), minutes(access.WINDOW)
    hours = minutes(access.LONGEST) // 60
    for said in (
        f"after {idle} minutes without a request, after {hours} hours in any case",
        (
            f"{access.MOST_FOR_NAME} for a name from one network address, "
            f"{access.MOST_FOR_ADDRESS} for a network address, "
            f"{access.MOST_FROM_ANYWHERE} for a name from everywhere, within {window} minutes"
        ),
        f"| {calls.MOST_WRONG} of one person within {window} minutes |",
        f"{MOST_WRONG} for a network address within {window} minutes",
        f"a transcript to verify may have {Limits().file_bytes // MIB}",
    ):
        assert said in OPERATORS
    common = guide("README")
    assert f"Sau {idle} phút không mở trang nào hoặc {hours} giờ" in common
    assert f"Hãy chờ {window} phút rồi thử lại." in common
    assert f"ít nhất {access.SHORTEST_PASSWORD} ký tự" in common


def test_codes_are_good_for_as_long_as_is_told():
    assert LIFETIME.days == 30
    assert "good for thirty days" in OPERATORS
    for name in ("van-thu", "phu-huynh-hoc-sinh"):
        assert "30 ngày" in guide(name)
    assert "hiệu lực 30 ngày" in (DOCS / "quy-che.md").read_text(encoding="utf-8")
    assert f"tối đa {LONGEST_REASON} ký tự" in guide("hieu-truong")


def test_what_operators_change_by_hand_is_there():
    changed = re.findall(r"UPDATE (\w+) SET (\w+) = now\(\) WHERE (\w+)", OPERATORS)
    assert len(changed) == 3
    for table, *columns in changed:
        assert set(columns) <= set(Base.metadata.tables[table].columns.keys()), table


def test_every_table_that_holds_people_or_logins_is_named_among_what_is_kept():
    for table in ("account", "login_session", "login_failure", "guardian", "guardianship"):
        assert table in Base.metadata.tables
        assert f"`{table}`" in OPERATORS
