"""Golden years under TT 22/2021, computed by a second, deliberately plain implementation.

    python tests/vectors/assessment/build.py      # writes tt22-2021.json beside itself

Nothing of ours is imported: fractions, `if` and the words of the circular. The cases
are drawn around the thresholds with a fixed seed, so that half points, single bad
subjects and the 45th absence all occur.
"""

import json
import random
from fractions import Fraction
from pathlib import Path

SCORED = ("TOAN", "VAN", "NN1", "GDCD", "LSDL", "KHTN", "CN", "TIN")
COMMENT = ("GDTC", "NT", "NDGDDP", "HDTNHN")
REGULAR = {"TOAN": 4, "VAN": 4, "NN1": 4, "GDCD": 2, "LSDL": 4, "KHTN": 4, "CN": 2, "TIN": 2}
ORDER = ["CĐ", "Đ", "K", "T"]


def half_up(x: Fraction) -> str:
    tenths = (x * 20 + 1) // 2
    return f"{tenths // 10}.{tenths % 10}"


def level(scores: dict[str, Fraction], comments: dict[str, str]) -> str:
    failed = sum(v == "CĐ" for v in comments.values())

    def many(limit: int | Fraction) -> bool:
        return sum(v >= limit for v in scores.values()) >= 6

    low = min(scores.values())
    if failed == 0 and low >= Fraction(65, 10) and many(8):
        return "T"
    if failed == 0 and low >= 5 and many(Fraction(65, 10)):
        return "K"
    if failed <= 1 and low >= Fraction(35, 10) and many(5):
        return "Đ"
    return "CĐ"


def adjusted(scores: dict[str, Fraction], comments: dict[str, str]) -> tuple[str, str | None]:
    base = level(scores, comments)
    for code in [*scores, *comments]:
        rest = level(
            {k: v for k, v in scores.items() if k != code},
            {k: v for k, v in comments.items() if k != code},
        )
        if rest in ("T", "K") and ORDER.index(rest) - ORDER.index(base) >= 2:
            return ORDER[ORDER.index(base) + 1], code
    return base, None


def conduct(first: str, second: str) -> str:
    if second == "T":
        return "T" if first in ("T", "K") else "K"
    if second == "K":
        return "Đ" if first == "CĐ" else "K"
    if second == "Đ":
        return "K" if first == "T" else "Đ"
    return "CĐ"


def draw_marks(rng: random.Random, code: str, centre: float) -> dict[str, list[str]]:
    count = REGULAR.get(code, 2) + 2
    if code in COMMENT:
        return {t: ["CĐ" if rng.random() < 0.012 else "Đ" for _ in range(count)] for t in "12"}
    terms = {}
    for term in "12":
        drawn = [min(10.0, max(0.0, rng.gauss(centre, 0.5))) for _ in range(count)]
        terms[term] = ["V" if rng.random() < 0.01 else f"{mark:.1f}" for mark in drawn]
    return terms


def average(marks: list[str]) -> str:
    values = [Fraction(0) if m == "V" else Fraction(m) for m in marks]
    total = sum(values[:-2]) + 2 * values[-2] + 3 * values[-1]
    return half_up(Fraction(total) / (len(values) + 3))


def case(rng: random.Random) -> dict[str, object]:
    centre = rng.choice([5.3, 6.6, 7.0, 8.2, 8.6, 9.3])
    bad = rng.choice([None, None, rng.choice(SCORED)])
    marks = {
        code: draw_marks(rng, code, rng.choice([2.8, 3.4, 4.2, 4.9]) if code == bad else centre)
        for code in SCORED + COMMENT
    }
    rows, by_term = {}, {}
    for code, terms in marks.items():
        if code in SCORED:
            one, two = average(terms["1"]), average(terms["2"])
            rows[code] = [one, two, half_up((Fraction(one) + 2 * Fraction(two)) / 3)]
        else:
            one, two = ("Đ" if set(terms[t]) == {"Đ"} else "CĐ" for t in "12")
            rows[code] = [one, two, two]
    for place, name in enumerate(("term1", "term2", "year")):
        scores = {c: Fraction(rows[c][place]) for c in SCORED}
        by_term[name] = adjusted(scores, {c: rows[c][place] for c in COMMENT})
    conducts = [rng.choice("TTTTKĐ") for _ in range(2)]
    if rng.random() < 0.05:
        conducts[1] = "CĐ"
    absences = rng.choice([0, 1, 3, 44, 45, 45, 46]) if rng.random() < 0.3 else 2
    year, cause = by_term["year"]
    of_year = conduct(*conducts)
    nines = sum(Fraction(rows[c][2]) >= 9 for c in SCORED)
    title = None
    if year == "T" and of_year == "T":
        title = "xuat_sac" if nines >= 6 else "gioi"
    retest = [
        c for c in SCORED + COMMENT
        if rows[c][2] == "CĐ" or (c in SCORED and Fraction(rows[c][2]) < 5)
    ] if year == "CĐ" and of_year != "CĐ" else []  # fmt: skip
    if absences > 45 or (year == "CĐ" and not retest):
        promoted = False
    elif of_year == "CĐ" or year == "CĐ":
        promoted = None
    else:
        promoted = True
    return {
        "marks": marks, "conduct": conducts, "absences": absences,
        "rows": rows, "levels": {k: v[0] for k, v in by_term.items()}, "adjusted_by": cause,
        "conduct_year": of_year, "title": title, "may_retest": retest, "promoted": promoted,
    }  # fmt: skip


def build() -> str:
    rng = random.Random(22_2021)  # golden files are drawn the same each time
    cases = [json.dumps(case(rng), ensure_ascii=False) for _ in range(60)]
    return "[\n" + ",\n".join(cases) + "\n]\n"


if __name__ == "__main__":
    Path(__file__).with_name("tt22-2021.json").write_text(build(), encoding="utf-8")
