"""Roots of several realms: a file is judged by its own, its sources by theirs, nobody else's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.named import ELSEWHERE, file_of, issued, root
from fakes.records import sample_record
from fakes.world import AT, REALM

from verifier.answers import OFFLINE, Answers
from verifier.cli import WrongUseError, _of_realms, command, load_roots
from verifier.connect import by_realm
from verifier.errors import FormatError
from verifier.formats.succession import Succession, acting_school
from verifier.formats.trusted_root import TrustedRoot
from verifier.guard import Guard
from verifier.messages import Catalogue
from verifier.online import Sources
from verifier.report import Status
from verifier.verify import examine, verify

NOW = AT + timedelta(hours=1)
VI = Catalogue.of("vi")


@pytest.fixture(scope="module")
def file():
    return file_of(sample_record(issued_on="2026-06-01"))


def test_a_file_is_judged_by_the_root_of_its_own_realm_wherever_that_stands(file):
    first = verify(file, trust=root(), others=(root(ELSEWHERE),), now=NOW)
    second = verify(file, trust=root(ELSEWHERE), others=(root(),), now=NOW)
    assert first.realm == second.realm == REALM
    assert [one.code for one in first.checks] == [one.code for one in second.checks]
    assert first.check("7c").status is Status.PASSED


def test_a_file_of_a_realm_without_a_root_stays_with_the_first_and_fails_there(file):
    report = verify(file, trust=root(ELSEWHERE), others=(root("x.hocba.test"),), now=NOW)
    assert (report.realm, report.check("4").code) == (ELSEWHERE, "4.other_realm")


def test_the_guarded_child_knows_the_other_roots_too(file):
    with Guard() as guard:
        report = guard.verify(file, trust=root(ELSEWHERE), others=(root(demo=True),), now=NOW)
    assert (report.realm, report.demo) == (REALM, True)
    assert report.check("7b").status is Status.PASSED


def test_a_demonstration_is_called_one_by_its_own_root(file):
    with Guard() as guard:
        report = guard.verify(file, trust=root(ELSEWHERE, demo=False), others=(root(),), now=NOW)
    assert report.demo is True


# --- the command line


def _written(folder, *roots):
    paths = []
    for number, one in enumerate(roots):
        paths.append(str(folder / f"{number}.json"))
        (folder / f"{number}.json").write_bytes(one.to_bytes())
    return paths


def test_there_is_one_root_for_each_realm(tmp_path):
    paths = _written(tmp_path, root(), root(ELSEWHERE))
    assert [one.realm for one in load_roots(paths, VI)] == [REALM, ELSEWHERE]
    with pytest.raises(WrongUseError, match="two_roots"):
        load_roots([*paths, paths[0]], VI)
    with pytest.raises(WrongUseError):
        load_roots([], VI)


def test_the_command_takes_several_roots(tmp_path, file, capsys, monkeypatch):
    monkeypatch.delenv("HOCBA_TRUST", raising=False)
    path = tmp_path / "hocba.pdf"
    path.write_bytes(file)
    here, there = _written(tmp_path, root(ELSEWHERE), root())
    status = command([str(path), "--offline", "--trust", here, "--trust", there, "--lang", "en"])
    assert status == 3  # nobody was asked
    assert "4.other_realm" not in capsys.readouterr().out
    monkeypatch.setenv("HOCBA_TRUST", f"{here}:{there}")
    assert command([str(path), "--offline"]) == 3


def test_an_address_belongs_to_the_realm_before_it_or_to_the_first():
    roots = (root(), root(ELSEWHERE))
    given = ["https://a.test/?x=1", f"{ELSEWHERE}=https://b.test"]
    assert _of_realms(given, roots) == {REALM: "https://a.test/?x=1", ELSEWHERE: "https://b.test"}


# --- sources


class Asked:
    """The sources of one realm; remembers what it was asked."""

    def __init__(self, realm):
        self.realm, self.questions = realm, []

    def ask(self, question):
        self.questions.append(question)
        known = {one.leaf: OFFLINE for one in question.references if one.realm == self.realm}
        return Answers(as_of="now", references=known)


def _question(**changes):
    record = sample_record(**changes)
    examined = examine(file_of(record), trust=root(), now=NOW)
    return examined.question()


def test_each_realm_is_asked_about_its_own_records():
    source = issued(sample_record(), realm=ELSEWHERE)
    question = _question(issued_on="2026-06-01", sources=[source.ref("/book_id")])
    here, there = Asked(REALM), Asked(ELSEWHERE)
    answers = by_realm({REALM: here, ELSEWHERE: there}).ask(question)
    assert [one.realm for one in here.questions] == [REALM]
    assert [one.realm for one in there.questions] == [ELSEWHERE]
    assert set(answers.references) == {question.references[0].leaf}


def test_who_knows_no_source_of_a_realm_has_no_answer():
    question = _question(issued_on="2026-06-01")
    assert by_realm({ELSEWHERE: Asked(ELSEWHERE)}).ask(question) == OFFLINE
    silent = Sources(clock=lambda: NOW, realm=ELSEWHERE)
    assert silent.ask(question) == OFFLINE


# --- successions


def test_a_successor_acts_from_the_day_on_and_may_be_succeeded():
    chain = (
        Succession("A", "B", AT, "1"),
        Succession("B", "C", AT + timedelta(days=10), "2"),
    )
    assert acting_school(chain, "A", at=AT - timedelta(seconds=1)) == "A"
    assert acting_school(chain, "A", at=AT) == "B"
    assert acting_school(chain, "A", at=AT + timedelta(days=10)) == "C"
    assert acting_school(chain, "Z", at=AT) == "Z"


def test_schools_that_name_each_other_do_not_turn_for_ever():
    ring = (Succession("A", "B", AT, "1"), Succession("B", "A", AT, "2"))
    assert acting_school(ring, "A", at=AT) in {"A", "B"}


def test_successions_stand_in_the_root_and_read_back():
    trust = replace(root(), successions=(Succession("A", "B", AT, "15/QĐ"),))
    assert TrustedRoot.parse(trust.to_bytes()) == trust


@pytest.mark.parametrize(
    "change", [{"successor": "A"}, {"school": ""}, {"from": "2026"}, {"decision": None}, {"x": 1}]
)
def test_what_is_no_succession_is_refused(change):
    value = Succession("A", "B", AT, "15/QĐ").to_object() | change
    with pytest.raises(FormatError):
        Succession.from_object(value)


@pytest.mark.parametrize(
    ("school", "begins", "code"),
    [("31-11311-01", AT - timedelta(days=2), "4.school_closed"),
     ("31-11311-01", AT + timedelta(days=2), "4.roles_hold"),
     ("31-99999-99", AT - timedelta(days=2), "4.roles_hold")],
)  # fmt: skip
def test_a_school_that_was_taken_over_signs_no_more(file, school, begins, code):
    taken = Succession(school, "31-11311-02", begins, "15/QĐ")
    report = verify(file, trust=replace(root(), successions=(taken,)), now=NOW)
    assert report.check("4").code == code
    closed = code == "4.school_closed"
    assert report.check("7c").code == ("7c.school_closed" if closed else "7c.sealed_by_school")
