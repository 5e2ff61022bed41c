"""The guides of docs/huong-dan, walked step by step in a real browser.

Each walk is one guide: what the guide quotes in bold must have been on the screens of that
person, and the pictures that it shows are taken on the way. With HOCBA_PICTURES set they are
written to docs/images/huong-dan.
"""

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fakes.desk_world import PASSWORD, desk_world, served
from fakes.guides import PICTURES, Guide, plain, quoted

from hocba.demo.build import PIN
from hocba.issuance.hand_out import documents_of, released_file
from hocba.issuance.sweep import sweep
from hocba.kit.clock import now
from hocba.portals.desk import accounts
from hocba.sector import queries, registers
from hocba.sector.registers import Cell, Change, Entry

playwright_api = pytest.importorskip("playwright.sync_api")

CHROMIUM = os.environ.get("HOCBA_CHROMIUM", "/usr/bin/chromium-headless-shell")
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WRITING = bool(os.environ.get("HOCBA_PICTURES"))
WIDE, PHONE = 1000, 360
HEIGHT, HIGH = 700, 900
WEAK = "Mật khẩu phải có ít nhất 10 ký tự và không chứa tên đăng nhập."

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}"),
]


def aside(work):
    """Do it in another thread: a browser occupies the loop of this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


class Walk:
    """Somebody with a browser who follows one guide."""

    def __init__(self, browser, address, name, *, width=WIDE):
        self.guide, self.address, self.width = Guide.of(name), address, width
        self.context = browser.new_context(viewport={"width": width, "height": HEIGHT})
        self.page = self.context.new_page()
        self.screens, self.taken = [], []

    def open(self, path):
        answer = self.page.goto(self.address + path)
        assert answer.ok, (path, answer.status)
        self.look()

    def look(self):
        """Remember what stands on the screen."""
        self.screens.append(plain(self.page.locator("body").inner_text()))

    def press(self, name, *, role="button"):
        """Press a button or link that is named so, and see what comes."""
        self.page.get_by_role(role, name=name).first.click()
        self.page.wait_for_load_state()
        self.look()

    def follow(self, name):
        self.press(name, role="link")

    def fill(self, label, value):
        self.page.get_by_label(label, exact=True).fill(value)

    def shot(self, name, *, height=HEIGHT, whole=False):
        """The picture of this name: the page down to `height`, or all of it."""
        self.look()
        self.taken.append(name)
        if not WRITING:
            return
        if whole:
            height = int(self.page.locator(".hb-footer").bounding_box()["y"])
        self.page.set_viewport_size({"width": self.width, "height": height})
        self.page.evaluate("scrollTo(0, 0)")
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")
        self.page.set_viewport_size({"width": self.width, "height": HEIGHT})

    def log_in(self, username):
        self.open("/desk/login")
        self.fill("Tên đăng nhập", username)
        self.fill("Mật khẩu", PASSWORD)
        self.press("Đăng nhập")
        assert self.page.url == f"{self.address}/desk"

    def sign(self, button="Ký"):
        """Type the PIN, sign and wait for the end of it."""
        self.fill("Mã PIN chữ ký số", PIN)
        self.page.get_by_role("button", name=button, exact=True).click()
        self.page.wait_for_selector('#run[data-running="no"]', timeout=120_000)
        self.look()

    def download(self):
        with self.page.expect_download() as file:
            self.page.get_by_text("Tải tệp PDF").first.click()
        assert file.value.suggested_filename.endswith(".pdf")

    def verify(self, data):
        file = {"name": "hoc-ba.pdf", "mimeType": "application/pdf", "buffer": data}
        self.page.set_input_files("input[type=file]", file)
        self.page.locator("main form > button").click()
        self.page.wait_for_selector("#verdict")
        self.look()

    def said(self, sentence):
        """The screen says this, and the guide says what to do then."""
        self.look()
        assert plain(sentence) in self.screens[-1], self.screens[-1]
        assert sentence in quoted(self.guide.troubles)

    def wrong_pin(self, button="Ký"):
        self.fill("Mã PIN chữ ký số", "000000")
        self.page.get_by_role("button", name=button, exact=True).click()
        self.page.wait_for_selector(".govuk-error-summary")
        self.said("Mã PIN không đúng, chưa ký gì. Hãy nhập lại.")

    def finish(self):
        """All that the guide shows was there to be seen."""
        self.context.close()
        assert sorted(self.taken) == sorted(self.guide.pictures)
        unseen = [
            each
            for each in quoted(self.guide.steps)
            if not any(plain(each) in screen for screen in self.screens)
        ]
        assert unseen == []


@pytest.fixture(scope="module")
def world(server, tmp_path_factory):
    """The school at work, its large class with every mark but one and one conduct."""
    with desk_world(server, tmp_path_factory.mktemp("guides"), "desk_guides") as made:
        made.import_marks(made.big)
        of = made.target(made.big)
        with made.wp.database.transaction("test.class") as db:
            offering = next(
                each for each in queries.offerings(db, of.school_id, of.class_id)
                if each.code == "TOAN"
            )  # fmt: skip
            pupils = queries.pupils_of_class(db, of.school_id, of.class_id)
            missing = [
                Change(Cell(pupils[3].id, offering.id, 1, "ck"), None),
                Change(Cell(pupils[5].id, None, 1, "conduct"), None),
            ]
            entry = Entry("staff:test", now())
            registers.write(db, made.wp.vault, of.school_id, of.class_id, missing, entry=entry)
        actor = accounts.staff_actor(made.wp, of.school_id, made.big.homeroom.code)
        made.account("chu-nhiem", actor)
        yield made


@pytest.fixture(scope="module")
def address(world):
    with served(world, socket.create_server(("127.0.0.1", 0))) as url:
        yield url


@pytest.fixture(scope="module")
def browser(address):  # the school is built first: a browser occupies the thread
    with playwright_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture(scope="module")
def codes():
    """What the office has given out."""
    return []


@pytest.fixture(scope="module")
def released(world):
    """A released file of the neighbour."""
    pupil = world.pupil(world.neighbour.classes[0].pupils[0].code)
    with world.wp.database.transaction("test.document") as db:
        (document,) = documents_of(db, pupil.id)
    return released_file(world.wp, pupil.id, document.transcript)


@pytest.fixture
def walk(browser, address):
    def start(name, **options):
        return Walk(browser, address, name, **options)

    return start


def test_the_common_page_lets_somebody_in_and_changes_the_password(walk):
    new = "bong bang moi nam 2026"
    somebody = walk("README")
    somebody.open("/desk/login")
    somebody.shot("dang-nhap", whole=True)
    somebody.log_in("other.teacher")
    somebody.follow("Đổi mật khẩu")
    somebody.shot("doi-mat-khau", whole=True)
    somebody.fill("Mật khẩu hiện tại", PASSWORD)
    somebody.fill("Mật khẩu mới", new)
    somebody.fill("Nhập lại mật khẩu mới", new)
    somebody.press("Lưu")
    somebody.press("Thoát")
    assert somebody.page.url.endswith("/desk/login")
    somebody.finish()


def test_who_cannot_go_on_reads_what_the_common_page_explains(walk):
    somebody = walk("README")
    somebody.open("/desk/login")
    somebody.fill("Tên đăng nhập", "department")
    somebody.fill("Mật khẩu", "sai mat khau roi")
    somebody.page.get_by_role("button", name="Đăng nhập").click()
    somebody.said("Sai tên đăng nhập hoặc mật khẩu.")
    somebody.log_in("other.office")
    somebody.page.goto(f"{somebody.address}/desk/approval")
    somebody.said("Tài khoản của bạn không có quyền mở trang này.")
    somebody.open("/desk/password")
    for old, new, again, sentence in (
        (PASSWORD, "co other.office", "co other.office", WEAK),
        (PASSWORD, "ngan", "ngan", WEAK),
        (PASSWORD, "mot hai ba bon", "mot hai ba", "Hai lần nhập mật khẩu mới không giống nhau."),
        ("sai mat khau", "mot hai ba bon", "mot hai ba bon", "Mật khẩu hiện tại không đúng."),
    ):
        somebody.fill("Mật khẩu hiện tại", old)
        somebody.fill("Mật khẩu mới", new)
        somebody.fill("Nhập lại mật khẩu mới", again)
        somebody.page.get_by_role("button", name="Lưu").click()
        somebody.said(sentence)
    somebody.context.close()


def test_the_subject_teacher_enters_and_signs_marks(walk, world):
    teacher = walk("giao-vien-bo-mon")
    teacher.log_in("teacher")
    teacher.shot("mon-toi-day")
    teacher.page.locator("td", has_text="6A1").first.locator("..").get_by_role("link").click()
    teacher.look()
    teacher.follow("Trang của tôi")
    teacher.follow("Toán")
    teacher.shot("nhap-diem", height=HIGH)
    teacher.follow("Ký bảng điểm")
    teacher.follow("Quay lại")
    for typed, sentence in (
        ("10,5", "Điểm 10,5 nằm ngoài thang điểm. Hãy ghi số từ 0 đến 10."),
        ("8,25", "Điểm 8,25 có quá một chữ số thập phân. Hãy làm tròn đến một chữ số, ví dụ 8,5."),
        ("85", "85 không phải là điểm. Có phải là 8,5? Hãy ghi lại."),
    ):
        teacher.page.locator("#c-4-5").fill(typed)
        teacher.press("Lưu")
        teacher.said(sentence)
    assert "Nguyễn Minh Anh, CK, Học kì I: 85" in teacher.page.locator("main").inner_text()
    teacher.shot("o-loi", height=HIGH)
    teacher.page.locator("input[aria-invalid=true]").fill("8,5")
    teacher.press("Lưu")
    teacher.shot("da-luu")
    teacher.follow("Ký bảng điểm")
    teacher.shot("ky-bang-diem")
    teacher.wrong_pin()
    teacher.fill("Mã PIN chữ ký số", PIN)
    teacher.press("Ký")
    teacher.follow("Quay lại")
    teacher.page.get_by_role("link", name="Ký bảng điểm").click()
    teacher.said("Môn Toán: không có dòng điểm nào chờ ký.")
    teacher.finish()


def test_the_homeroom_teacher_completes_freezes_and_signs(walk, world):
    homeroom = walk("giao-vien-chu-nhiem")
    homeroom.log_in("chu-nhiem")
    homeroom.follow(f"Lớp {world.big.name}")
    homeroom.shot("lop-chu-nhiem", height=HIGH)
    assert "kết quả rèn luyện học kì i" in homeroom.screens[-1]
    homeroom.follow("Tổng hợp")
    homeroom.shot("tong-hop")
    homeroom.follow("Quay lại")
    homeroom.press("Chốt sổ những học sinh đã đủ")
    homeroom.shot("da-chot")
    homeroom.follow("Tổng hợp")
    homeroom.page.locator("#c-6-0").fill("Giỏi")
    homeroom.page.locator("#c-6-2").fill("ba")
    homeroom.press("Lưu")
    homeroom.said("Giỏi không phải là mức rèn luyện. Hãy chọn Tốt, Khá, Đạt hoặc Chưa đạt.")
    homeroom.said("ba không phải là số buổi nghỉ. Hãy ghi số nguyên từ 0 đến 366.")
    homeroom.page.locator("#c-6-0").fill("Tốt")
    homeroom.page.locator("#c-6-2").fill("3")
    homeroom.press("Lưu")
    homeroom.follow("Quay lại")
    homeroom.follow("Ký các học bạ đã chốt")
    homeroom.shot("ky-hoc-ba-lop")
    homeroom.wrong_pin()
    homeroom.sign()
    homeroom.shot("ky-xong", whole=True)
    homeroom.follow("Tiếp tục")
    homeroom.page.get_by_role("link", name="Ký các học bạ đã chốt").click()
    homeroom.said("Không còn học bạ nào chờ ký ở bước này.")
    homeroom.finish()


def test_the_principal_returns_one_pupil_and_signs_many_classes(walk):
    principal = walk("hieu-truong")
    principal.log_in("principal")
    principal.follow("Duyệt và ký")
    principal.shot("duyet-va-ky", height=HIGH)
    card = principal.page.locator(".hb-card", has_text="Lớp 7A1")
    card.get_by_role("link", name="Trả lại").click()
    principal.page.get_by_role("button", name="Trả lại").click()
    principal.said("Hãy nêu lí do trả lại (tối đa 500 ký tự).")
    principal.page.get_by_label("Trả lại ai").select_option(index=1)
    principal.fill("Lí do", "Sai điểm môn Toán học kì II, giáo viên sẽ nhập lại.")
    principal.shot("tra-lai", whole=True)
    principal.press("Trả lại")
    chosen = principal.page.locator("input[type=checkbox]:checked")
    while chosen.count():
        chosen.first.uncheck()
    principal.page.get_by_role("button", name="Xem danh sách và ký các lớp đã chọn").click()
    principal.said("Hãy chọn ít nhất một lớp.")
    principal.open("/desk/approval")
    principal.press("Xem danh sách và ký các lớp đã chọn")
    principal.shot("ky-nhieu-lop", whole=True)
    principal.page.locator("summary").first.click()
    principal.wrong_pin()
    principal.sign()
    principal.follow("Tiếp tục")
    principal.finish()


def test_the_office_seals_hands_out_and_makes_a_code(walk, world, codes):
    office = walk("van-thu")
    office.log_in("office")
    office.follow("Văn thư")
    office.shot("cho-dong-dau")
    office.press("Xem danh sách và đóng dấu các lớp đã chọn")
    office.shot("dong-dau", whole=True)
    office.page.locator("summary").first.click()
    office.wrong_pin("Đóng dấu")
    office.sign("Đóng dấu")
    office.follow("Tiếp tục")
    aside(lambda: sweep(world.wp, clock=now))
    office.follow("Văn thư")
    office.follow("Trả học bạ")
    office.shot("tra-hoc-ba", whole=True)
    office.press("Cấp mã mới")
    office.shot("ma-nhan-hoc-ba", whole=True)
    codes.append(office.page.locator(".hb-code").inner_text())
    office.finish()


def test_the_family_downloads_with_an_account_and_with_a_code(walk, codes):
    family = walk("phu-huynh-hoc-sinh", width=PHONE)
    family.log_in("parent")
    family.follow("Học bạ của con")
    family.shot("hoc-ba-cua-con", whole=True)
    family.download()
    family.press("Thoát")
    family.follow("Nhận học bạ bằng mã")
    family.shot("nhap-ma", whole=True)
    family.fill("Mã nhận học bạ", "7KQ4-M2XD-9H3T-P8RW")
    family.page.get_by_role("button", name="Mở").click()
    family.said(
        "Mã không đúng, đã hết hạn hoặc đã được thay bằng mã mới. Hãy hỏi văn thư nhà trường."
    )
    family.fill("Mã nhận học bạ", codes[0].lower())
    family.press("Mở")
    family.shot("mo-bang-ma", whole=True)
    family.download()
    family.finish()


def test_the_department_sees_how_far_the_schools_are(walk):
    department = walk("so-giao-duc")
    department.log_in("department")
    department.follow("Tiến độ các trường")
    department.shot("tien-do", whole=True)
    department.follow("Trường THCS Lê Quý Đôn")
    department.shot("tien-do-truong")
    department.finish()


def test_a_stranger_checks_a_file_and_a_changed_one(walk, released):
    stranger = walk("nguoi-kiem-tra")
    stranger.open("/")
    stranger.shot("trang-kiem-tra", whole=True)
    stranger.verify(released)
    stranger.shot("hop-le", height=HIGH)
    place = released.index(b"/MediaBox") + 12
    stranger.verify(released[:place] + b"9" + released[place + 1 :])
    stranger.shot("khong-hop-le", height=HIGH)
    stranger.verify(b"scan")
    stranger.said("Đây không phải tệp PDF")
    stranger.open("/")
    stranger.page.locator("main form > button").click()
    stranger.said("Chọn một tệp PDF")
    stranger.finish()
