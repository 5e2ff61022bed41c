"""Subjects of all programmes: `hocba/sector/data/subjects-*.json` from the fact pack's list.

    python tests/vectors/subjects/build.py /work/shared/facts/subjects.csv

What the list leaves open stands below with its confidence: short names for the tabs of a
sheet, periods a year where the list has none, and two corrections (`ONLY_FROM`). Nothing
of ours is imported.
"""

import csv
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "hocba" / "sector" / "data"
FACTS = Path(HERE.parents[3] / "shared" / "facts" / "subjects.csv")

LEVELS = {
    ("GDPT2018", "TH"): ("gdpt2018", "th"),
    ("GDPT2018", "THCS"): ("gdpt2018", "thcs"),
    ("GDPT2018", "THPT"): ("gdpt2018", "thpt"),
    ("GDPT2006", "THCS"): ("gdpt2006", "thcs"),
    ("GDPT2006", "THPT"): ("gdpt2006", "thpt"),
    ("GDTX", "THCS"): ("gdtx", "gdtx_thcs"),
    ("GDTX", "THPT"): ("gdtx", "gdtx_thpt"),
}
MODES = {
    "nhan_xet_muc_dat_va_diem_KTDK": "score",
    "nhan_xet_muc_dat": "comment",
    "nhan_xet_va_diem_so": "score",
    "diem_so": "score",
    "nhan_xet": "comment",
}
GROUPS = {
    "bat_buoc": "required",
    "hoat_dong_GD_bat_buoc": "required",
    "hoat_dong_GD": "required",
    "lua_chon": "chosen",
    "tu_chon": "optional",
}
NAMES = {"GDCD": "Giáo dục công dân", "GDQPAN": "Giáo dục quốc phòng và an ninh"}
SHORT = {
    "LSDL": "LS và ĐL", "KHTN": "KHTN", "GDCD": "GDCD", "GDTC": "GDTC", "TNXH": "TN và XH",
    "NDGDDP": "GD địa phương", "HDTNHN": "HĐTN-HN", "HDTN": "HĐTN", "TDTTS": "Tiếng DTTS",
    "GDKTPL": "GD KT và PL", "GDQPAN": "GDQP-AN",
}  # fmt: skip
CHOOSE = {"thpt": 4, "gdtx_thpt": 4}
TOPICS = {
    ("gdpt2018", "thpt"): (
        "TOAN", "VAN", "LS", "DL", "GDKTPL", "VL", "HH", "SH", "CN", "TIN", "AN", "MT",
    ),
}  # fmt: skip
"""Subjects with study topics, three a year each (known; the school chooses three subjects)."""
WHOLES = ("NT", "THCN", "CDHT")
"""Rows of the list that no mark is given for: only their parts, or nothing, is assessed."""
ONLY_FROM = {("gdpt2006", "thcs", "HH"): 8}
"""Hóa học was taught from grade 8 on (QĐ 16/2006); the list has it in all four."""
PERIODS_2006 = {
    "thcs": {
        "TOAN": (140, 140, 140, 140), "VL": (35, 35, 35, 70), "HH": (0, 0, 70, 70),
        "SH": (70, 70, 70, 70), "TIN": (70, 70, 70, 70), "VAN": (140, 140, 140, 175),
        "LS": (35, 70, 53, 53), "DL": (35, 70, 53, 53), "NN1": (105, 105, 105, 70),
        "GDCD": (35, 35, 35, 35), "CN": (70, 53, 53, 35), "TD": (70, 70, 70, 70),
        "AN": (35, 35, 35, 35), "MT": (35, 35, 35, 35),
    },
    "thpt": {
        "TOAN": (105, 123, 123), "VL": (70, 70, 70), "HH": (70, 70, 70), "SH": (35, 53, 53),
        "TIN": (70, 53, 53), "VAN": (105, 123, 105), "LS": (53, 35, 53), "DL": (53, 35, 53),
        "NN1": (105, 105, 105), "GDCD": (35, 35, 35), "CN": (53, 53, 35), "TD": (70, 70, 70),
        "GDQPAN": (35, 35, 35),
    },
}  # fmt: skip
"""Weeks times periods a week, from memory; they decide no more than the number of marks."""
SAME_AS = {"NN": "NN1"}

Row = dict[str, str]
Item = dict[str, Any]


def rows_of(facts: Path, program: str, level: str) -> list[Row]:
    with facts.open(encoding="utf-8", newline="") as lines:
        return [r for r in csv.DictReader(lines) if (r["program"], r["level"]) == (program, level)]


def periods_of(row: Row, program: str, level: str, general: dict[tuple[str, str], int]) -> int:
    if row["periods_per_year"]:
        return int(row["periods_per_year"])
    code, grade = row["subject_code_internal"], int(row["grade"])
    if program == "gdpt2006":
        return PERIODS_2006[level][code][grade - (6 if level == "thcs" else 10)]
    return general[SAME_AS.get(code, code), row["grade"]]


def is_row(row: Row, rows: list[Row]) -> bool:
    """Whether marks are given for the subject: not for a whole that is assessed in parts."""
    code = row["subject_code_internal"]
    parts = {other["component_of"] for other in rows}
    return code not in WHOLES or (code != "CDHT" and code not in parts)


def subjects(facts: Path, listed: tuple[str, str], program: str, level: str) -> list[Item]:
    rows = rows_of(facts, *listed)
    general = {
        (r["subject_code_internal"], r["grade"]): int(r["periods_per_year"])
        for r in rows_of(facts, "GDPT2018", listed[1])
        if r["periods_per_year"]
    }
    names = {r["subject_code_internal"]: r["subject_name"] for r in rows}
    found: dict[tuple[Any, ...], Item] = {}
    for row in rows:
        code, grade = row["subject_code_internal"], row["grade"]
        if not is_row(row, rows) or int(grade) < ONLY_FROM.get((program, level, code), 0):
            continue
        name = NAMES.get(code, row["subject_name"])
        item: Item = {
            "code": code,
            "name": name,
            "short": SHORT.get(code, name),
            "mode": MODES[row["assessment_mode"]],
            "group": GROUPS[row["kind"]],
            "order": int(row["transcript_order"]),
        }
        if row["component_of"]:
            item["part_of"] = names[row["component_of"]]
        if level == "th" and row["periodic_marks_per_term"]:
            item["tests"] = row["periodic_marks_per_term"].split(";")
        if code in TOPICS.get((program, level), ()):
            item["topics"] = 3
        same = found.setdefault(tuple(map(str, item.items())), {**item, "periods": {}})
        same["periods"][grade] = periods_of(row, program, level, general)
    return sorted(found.values(), key=lambda each: (each["order"], min(map(int, each["periods"]))))


def document(facts: Path, listed: tuple[str, str]) -> Item:
    program, level = LEVELS[listed]
    items = subjects(facts, listed, program, level)
    return {
        "program": program,
        "level": level,
        "source": rows_of(facts, *listed)[0]["source"],
        "confidence": {"gdpt2018": "known", "gdpt2006": "known; periods uncertain"}.get(
            program, "uncertain"
        ),
        "choose": CHOOSE.get(level) if program != "gdpt2006" else None,
        "topic_clusters": 3 if (program, level) in TOPICS else None,
        "subjects": items,
    }


def text(content: Item) -> str:
    head = {name: value for name, value in content.items() if name != "subjects"}
    lines = [f"  {json.dumps(n)}: {json.dumps(v, ensure_ascii=False)}," for n, v in head.items()]
    items = ",\n".join(f"    {json.dumps(s, ensure_ascii=False)}" for s in content["subjects"])
    return "{\n" + "\n".join(lines) + f'\n  "subjects": [\n{items}\n  ]\n}}\n'


def main(facts: Path = FACTS, into: Path = DATA) -> None:
    for listed, (program, level) in LEVELS.items():
        path = into / f"subjects-{program}-{level}.json"
        path.write_text(text(document(facts, listed)), encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
