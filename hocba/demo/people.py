"""Invented people and marks: the same seed gives the same school, down to every comment.

    school = sample_school(random.Random(2026), pupils=120)
    school.classes[0].pupils[0].name

Names follow the frequencies of the lowlands, and each class begins with pupils whose
names break programs: sixty letters, Y Ƀlô Niê, two spellings of one name, one name
twice. Marks follow an ability drawn for each pupil; the fates that the regulation
treats apart (a failed subject, an exemption, a repeated year) each occur.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

CLASS_SIZE = 40
LARGEST_CLASS = 45
GRADES = (6, 7, 9, 8)
SCHOOL_YEAR = "2025-2026"
SUBJECTS = (
    "VAN", "TOAN", "NN1", "GDCD", "LSDL", "KHTN", "CN", "TIN", "GDTC", "NT", "NDGDDP", "HDTNHN",
)  # fmt: skip

_FAMILY = (
    "Nguyễn", "Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Trần", "Lê", "Lê", "Phạm", "Phạm", "Hoàng",
    "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đào", "Đoàn", "Trịnh", "Mai",
)  # fmt: skip
_MIDDLE_BOYS = ("Văn", "Đức", "Minh", "Quang", "Hữu", "Công", "Gia", "Tuấn", "Đình", "Nhật", "Bảo")
_MIDDLE_GIRLS = ("Thị", "Ngọc", "Thu", "Khánh", "Phương", "Thanh", "Bảo", "Diệu", "Quỳnh", "Hà")
_GIVEN_BOYS = (
    "Anh", "Bách", "Cường", "Dũng", "Đạt", "Đăng", "Hải", "Hiếu", "Hoàng", "Huy", "Khang", "Khôi",
    "Kiên", "Long", "Minh", "Nam", "Nghĩa", "Phong", "Phúc", "Quân", "Sơn", "Thắng", "Tùng",
    "Vượng",
)  # fmt: skip
_GIVEN_GIRLS = (
    "An", "Ánh", "Châu", "Chi", "Diệp", "Giang", "Hà", "Hân", "Hằng", "Hương", "Khuê", "Lan",
    "Linh", "Ly", "Mai", "My", "Ngân", "Ngọc", "Nhi", "Như", "Quỳnh", "Thảo", "Trang", "Uyên",
    "Yến",
)  # fmt: skip
_HARD_NAMES = (
    ("Công Tằng Tôn Nữ Nguyễn Phúc Hoàng Thị Phương Quỳnh Thiên Ngân", "girl"),
    ("Y Ƀlô Niê", "boy"),
    ("H'Bia Ksor", "girl"),
    ("Nguyễn Thị Thúy", "girl"),
    ("Nguyễn Thị Thuý", "girl"),
    ("Nguyễn Minh Anh", "boy"),
    ("Nguyễn Minh Anh", "girl"),
    ("Đặng Đình Đức Đạt", "boy"),
    ("Lê Trần Ngọc Ánh Ứng", "girl"),
    ("Ksor H'Bơ̆t", "girl"),
    ("Sophie Müller Nguyễn", "girl"),
    ("Ân", "boy"),
)
_LONG_COMMENT = (
    "Trong năm học, em luôn chủ động chuẩn bị bài, mạnh dạn trao đổi với thầy cô và các bạn; "
    "biết lập kế hoạch học tập cho bản thân và kiên trì thực hiện. Em tham gia đầy đủ các "
    "hoạt động của lớp, của Liên đội, nhiệt tình giúp đỡ bạn cùng tiến bộ, có ý thức giữ gìn "
    "vệ sinh trường lớp. Điểm mạnh nổi bật là khả năng tự học và tư duy lô-gíc ở các môn khoa"
    " học; điểm cần rèn luyện thêm là cách trình bày bài viết và sự tự tin khi nói trước đông"
    " người. Gia đình phối hợp chặt chẽ với nhà trường, động viên em đọc sách mỗi ngày. Nhà "
    "trường ghi nhận và tin rằng em sẽ tiến bộ hơn nữa trong năm học tới."
)
_REMARKS = {
    "high": (
        "Nắm vững kiến thức, vận dụng linh hoạt; cần phát huy.",
        "Chủ động, sáng tạo, trình bày rõ ràng.",
        "Tiến bộ rõ rệt ở học kì II, tích cực phát biểu.",
    ),
    "middle": (
        "Có cố gắng; cần luyện tập thêm phần vận dụng.",
        "Hiểu bài, đôi khi còn thiếu cẩn thận khi tính toán.",
        "Chăm chỉ; cần mạnh dạn hơn khi trao đổi nhóm.",
    ),
    "low": (
        "Tiếp thu còn chậm; cần ôn lại kiến thức cơ bản và hỏi thầy cô khi chưa hiểu.",
        "Cần chú ý nghe giảng và hoàn thành bài tập đầy đủ hơn.",
    ),
}
_HOMEROOM = {
    "high": "Ngoan, lễ phép, có ý thức tự học; gương mẫu trong các hoạt động của lớp.",
    "middle": "Chấp hành tốt nội quy, hòa đồng với bạn bè; cần tự giác hơn trong học tập.",
    "low": "Có cố gắng rèn luyện; gia đình cần phối hợp nhắc nhở em học bài ở nhà.",
}


class Fate(Enum):
    """The course of a year that the regulation treats in its own way."""

    USUAL = "usual"
    EXEMPT = "exempt"
    RETEST = "retest"
    REPEATS = "repeats"


@dataclass(frozen=True)
class SamplePerson:
    """A member of staff; the personal number goes into the certificate."""

    code: str
    name: str
    personal_number: str


@dataclass(frozen=True)
class SamplePupil:
    """One pupil with an ability between 4 and 10, around which the marks lie."""

    code: str
    personal_number: str | None
    name: str
    birth_date: str
    register_no: str
    ability: float
    fate: Fate
    conduct: tuple[str, str]
    absences: int
    homeroom_comment: str
    contests: str | None


@dataclass(frozen=True)
class SampleClass:
    """One class with the people who teach it."""

    name: str
    grade: int
    homeroom: SamplePerson
    teachers: Mapping[str, SamplePerson]
    pupils: tuple[SamplePupil, ...]


@dataclass(frozen=True)
class SampleSchool:
    """One school as its register knows it."""

    code: str
    name: str
    commune: str
    province: str
    tax_code: str
    principal: SamplePerson
    deputy: SamplePerson
    clerk: SamplePerson
    teachers: tuple[SamplePerson, ...]
    classes: tuple[SampleClass, ...]


@dataclass(frozen=True)
class SampleSubject:
    """What a sheet needs to know of a subject: scored or not, and how many regular marks."""

    code: str
    scored: bool
    regular_marks: int


@dataclass(frozen=True)
class TermMarks:
    """What one sheet holds for one pupil, subject and term: marks, or `Đ`, `CĐ`, `M`."""

    regular: tuple[str, ...]
    middle: str | None
    final: str | None
    overall: str | None


def sample_school(rng: random.Random, *, pupils: int) -> SampleSchool:
    """Return the demo's own school with so many pupils in at least three classes."""
    classes = max(3, -(-pupils // LARGEST_CLASS))
    sizes = [pupils // classes + (i < pupils % classes) for i in range(classes)]
    teachers = _teachers(rng, len(SUBJECTS) + classes)
    return SampleSchool(
        code="31-11311-01",
        name="Trường THCS Lê Quý Đôn",
        commune="Phường Hồng Bàng",
        province="Thành phố Hải Phòng",
        tax_code="0200311311",
        principal=SamplePerson("HT", "Trịnh Thị Ngọc Hà", "031170004211"),
        deputy=SamplePerson("PHT", "Bùi Đức Thắng", "031078009377"),
        clerk=SamplePerson("VT", "Lưu Thị Nhàn", "031188012045"),
        teachers=teachers,
        classes=tuple(_sample_class(rng, i, size, teachers) for i, size in enumerate(sizes)),
    )


def neighbour_school(rng: random.Random) -> SampleSchool:
    """Return the school whose real keys the forger has: genuine, but of another school."""
    teachers = _teachers(rng, len(SUBJECTS) + 1)
    only = replace(_sample_class(rng, 900, 3, teachers), name="6B1", grade=6)
    return SampleSchool(
        code="31-11320-07",
        name="Trường THCS Nguyễn Bỉnh Khiêm",
        commune="Phường Lê Chân",
        province="Thành phố Hải Phòng",
        tax_code="0200311320",
        principal=SamplePerson("HT", "Phạm Quang Vinh", "031073005518"),
        deputy=SamplePerson("PHT", "Đoàn Thị Thu Hương", "031181002264"),
        clerk=SamplePerson("VT", "Cao Văn Tiến", "031084007719"),
        teachers=teachers,
        classes=(only,),
    )


def open_class(rng: random.Random, school: SampleSchool) -> SampleClass:
    """Return one more class of the school, which the demo leaves to be issued by hand."""
    return replace(_sample_class(rng, 800, 12, school.teachers), name="9A9", grade=9)


def term_marks(
    rng: random.Random, pupil: SamplePupil, subject: SampleSubject, *, term: int
) -> TermMarks:
    """Draw the marks of one subject and term for one pupil."""
    if not subject.scored:
        return TermMarks((), None, None, _comment_result(pupil, subject.code))
    centre = pupil.ability + 0.2 * (term - 1)
    if subject.code in weak_subjects(pupil):
        centre = 3.2
    drawn = tuple(_mark(rng, centre) for _ in range(subject.regular_marks + 2))
    return TermMarks(drawn[:-2], drawn[-2], drawn[-1], None)


def weak_subjects(pupil: SamplePupil) -> frozenset[str]:
    """The subjects in which this pupil fails."""
    return {
        Fate.RETEST: frozenset({"TOAN", "VAN"}),
        Fate.REPEATS: frozenset({"TOAN", "VAN", "NN1", "KHTN"}),
    }.get(pupil.fate, frozenset())


def remark(rng: random.Random, pupil: SamplePupil) -> str:
    """Draw a subject teacher's remark that fits the pupil."""
    return rng.choice(_REMARKS[_band(pupil.ability)])


def _sample_class(
    rng: random.Random, number: int, size: int, teachers: tuple[SamplePerson, ...]
) -> SampleClass:
    grade = GRADES[number % len(GRADES)]
    turn = number % len(teachers)
    turned = teachers[turn:] + teachers[:turn]
    return SampleClass(
        name=f"{grade}A{number // len(GRADES) + 1}",
        grade=grade,
        homeroom=turned[0],
        teachers=dict(zip(SUBJECTS, turned, strict=False)),
        pupils=tuple(_pupil(rng, number, place, grade) for place in range(size)),
    )


def _pupil(rng: random.Random, class_number: int, place: int, grade: int) -> SamplePupil:
    name, sex = _HARD_NAMES[place] if place < len(_HARD_NAMES) else _usual_name(rng)
    born = date(2025 - grade - 5, 1, 1) + timedelta(days=rng.randrange(365))
    ability = min(9.8, max(5.2, rng.gauss(7.8, 1.1)))
    fate = {14: Fate.EXEMPT, 15: Fate.RETEST, 16: Fate.REPEATS}.get(place, Fate.USUAL)
    birth_date = {1: f"{born:%Y}", 2: f"{born:%Y-%m}"}.get(place, born.isoformat())
    number = _personal_number(rng, born.year, sex)
    comment = _LONG_COMMENT if place == 0 else _HOMEROOM[_band(ability)]
    return SamplePupil(
        code=f"31{class_number + 1:03d}{place + 1:05d}",
        personal_number=None if place == 1 else number,
        name=name,
        birth_date=birth_date,
        register_no=f"{class_number * LARGEST_CLASS + place + 1}/THCS",
        ability=ability,
        fate=fate,
        conduct=("T", "T") if ability > 6.5 else ("K", "T"),  # noqa: PLR2004  # the rule's own number
        absences=rng.choice((0, 0, 0, 1, 1, 2, 3, 5)),
        homeroom_comment=comment,
        contests=rng.choice((None, None, None, None, "Giải Ba môn Toán cấp trường")),
    )


def _teachers(rng: random.Random, count: int) -> tuple[SamplePerson, ...]:
    people = []
    for number in range(1, count + 1):
        name, sex = _usual_name(rng)
        born = rng.randrange(1968, 1999)
        people.append(SamplePerson(f"GV{number:03d}", name, _personal_number(rng, born, sex)))
    return tuple(people)


def _usual_name(rng: random.Random) -> tuple[str, str]:
    sex = rng.choice(("boy", "girl"))
    middle, given = (_MIDDLE_BOYS, _GIVEN_BOYS) if sex == "boy" else (_MIDDLE_GIRLS, _GIVEN_GIRLS)
    return f"{rng.choice(_FAMILY)} {rng.choice(middle)} {rng.choice(given)}", sex


def _personal_number(rng: random.Random, year: int, sex: str) -> str:
    """Twelve digits: province, century and sex, year, random. facts: NĐ 88/2026, Điều 9."""
    century = 2 * (year // 100 - 19) + (sex == "girl")
    return f"031{century}{year % 100:02d}{rng.randrange(1_000_000):06d}"


def _mark(rng: random.Random, centre: float) -> str:
    tenths = round(min(10.0, max(0.0, rng.gauss(centre, 0.6))) * 4) / 4
    return f"{tenths:.1f}"


def _comment_result(pupil: SamplePupil, subject: str) -> str:
    return "M" if pupil.fate is Fate.EXEMPT and subject == "GDTC" else "Đ"


def _band(ability: float) -> str:
    if ability >= 8:  # noqa: PLR2004  (the regulation's own threshold of Tốt)
        return "high"
    return "middle" if ability >= 6.5 else "low"  # noqa: PLR2004  # the rule's own number
