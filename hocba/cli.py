"""The command `hocba`: every act of a school and every look at it, from a terminal.

    hocba init
    hocba import school.json
    hocba template 6A1 -o 6A1.xlsx && hocba import 6A1.xlsx --yes
    hocba freeze 6A1 --as GV02
    hocba sign 6A1 --role homeroom --as GV02
    hocba sign 6A1 --role principal --as GV01
    hocba seal 6A1 --as GV01
    hocba worker --once && hocba export out && hocba verify out/*.pdf

Only declarations stand here; what a command does is loaded when it runs. An error of the
house is one sentence with its code and its place on stderr, and its own exit status.
"""

# ruff: noqa: FBT002, PLR0913, PLR0917  # typer reads the parameters as the options of a command

import sys
import traceback
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from hocba.commands.late import command, terminal
from hocba.commands.moves import transfers
from hocba.commands.options import (
    As,
    AsJson,
    ClassName,
    Kind,
    PinFile,
    PupilCode,
    Pupils,
    Reason,
    School,
    Year,
)

BUG = 70
INTERRUPTED = 130

app = typer.Typer(
    name="hocba",
    help="Học bạ số: cấp, ký, đóng dấu, ghi sổ cái và kiểm tra học bạ.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
def init() -> None:
    """Lập hệ thống: cơ sở dữ liệu, khóa, chứng thư, hợp đồng sổ cái, danh sách tin cậy."""
    command("setup").init(terminal())


@app.command("import")
def import_file(
    file: Annotated[
        Path, typer.Argument(metavar="TỆP", help="Hồ sơ trường (.json) hoặc bảng điểm.")
    ],
    staff: Annotated[
        str | None, typer.Option("--as", metavar="MÃ", help="Người nhập điểm.")
    ] = None,
    pin_file: PinFile = None,
    pending: Annotated[
        list[str] | None,
        typer.Option("--pending", metavar="MÃ", help="Học sinh được phép còn thiếu điểm."),
    ] = None,
    class_name: Annotated[
        str | None,
        typer.Option("--class", metavar="LỚP", help="Lớp của bảng điểm có bố cục khác mẫu."),
    ] = None,
    subject: Annotated[
        str | None, typer.Option(metavar="MÔN", help="Mã môn của bảng điểm, ví dụ TOAN.")
    ] = None,
    term: Annotated[
        int | None, typer.Option(min=1, max=2, metavar="HK", help="Học kì của bảng điểm.")
    ] = None,
    sheet: Annotated[
        str | None, typer.Option(metavar="TÊN", help="Chỉ đọc trang tính này.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="CỘT=Ý NGHĨA", help="Ví dụ E=tx1, B=code, H=- (bỏ qua)."),
    ] = None,
    mapping_ok: Annotated[
        bool, typer.Option("--mapping-ok", help="Đồng ý với ý nghĩa các cột và ghi nhớ.")
    ] = False,
    convert_encoding: Annotated[
        bool, typer.Option("--convert-encoding", help="Đồng ý chuyển TCVN3, VNI sang Unicode.")
    ] = False,
    school: School = None,
    marked: Annotated[
        Path | None, typer.Option("--marked", metavar="TỆP", help="Ghi bản có tô các ô lỗi.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ kiểm tra, không ghi.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ghi điểm sau khi kiểm tra.")] = False,
) -> None:
    """Nhập hồ sơ trường, hoặc bảng điểm của một lớp (kiểm tra trước, ghi sau)."""
    setup = command("setup")
    foreign = setup.foreign_import(
        class_name,
        school=school,
        about=(subject, term, sheet),
        columns=tuple(columns or ()),
        agreed=(mapping_ok, convert_encoding),
    )
    marks = setup.MarksImport(
        staff, tuple(pending or ()), marked, yes and not dry_run, foreign, dry_run
    )
    setup.import_file(terminal(), file, marks=marks, pin_file=pin_file, dry_run=dry_run)


@app.command()
def template(
    class_name: ClassName,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="TỆP", help="Tệp ghi ra.")
    ] = None,
    filled: Annotated[bool, typer.Option("--filled", help="Kèm điểm hiện có.")] = False,
    school: School = None,
) -> None:
    """Xuất bảng điểm mẫu của lớp để giáo viên điền, hoặc kèm điểm hiện có (--filled)."""
    command("setup").template(terminal(), class_name, school=school, out=out, filled=filled)


@app.command()
def freeze(
    class_name: ClassName,
    staff: As,
    event: Annotated[
        str, typer.Option(help="issue, supplement, correction hoặc amendment.")
    ] = "issue",
    pending: Annotated[
        bool, typer.Option("--pending", help="Chốt tiếp những em còn thiếu.")
    ] = False,
    pupils: Pupils = None,
    kind: Kind = "year",
    school: School = None,
) -> None:
    """Chốt sổ một lớp: điểm thành hồ sơ, hồ sơ thành văn bản chờ ký."""
    if event not in ("issue", "supplement", "correction", "amendment"):
        raise typer.BadParameter(event, param_hint="--event")
    issue = command("issue")
    issue.freeze(
        terminal(),
        issue.Who(class_name, staff, school, kind),
        event=event,
        pending=pending,
        pupils=tuple(pupils or ()),
    )


@app.command()
def sign(
    class_name: ClassName,
    staff: As,
    role: Annotated[str, typer.Option(metavar="VAI TRÒ", help="homeroom hoặc principal.")],
    kind: Kind = "year",
    pin_file: PinFile = None,
    school: School = None,
) -> None:
    """Ký học bạ của lớp: xem danh sách, nhập PIN, ký; chạy lại sẽ ký tiếp phần còn lại."""
    issue = command("issue")
    issue.sign(terminal(), issue.Who(class_name, staff, school, kind), role=role, pin_file=pin_file)


@app.command()
def marksheet(
    class_name: ClassName,
    subject: Annotated[str, typer.Argument(metavar="MÔN", help="Mã môn, ví dụ TOAN.")],
    staff: As,
    term: Annotated[int, typer.Option(min=1, max=2, metavar="HK", help="Học kì: 1 hoặc 2.")],
    pin_file: PinFile = None,
    school: School = None,
) -> None:
    """Giáo viên bộ môn xem và ký bảng điểm một môn, một học kì của lớp."""
    issue = command("issue")
    who = issue.Who(class_name, staff, school)
    issue.marksheet(terminal(), who, subject=subject, term=term, pin_file=pin_file)


@app.command("return")
def send_back(
    class_name: ClassName,
    staff: As,
    reason: Reason,
    pupil: Annotated[
        str | None, typer.Option(metavar="MÃ", help="Chỉ trả lại một học sinh.")
    ] = None,
    kind: Kind = "year",
    school: School = None,
) -> None:
    """Trả lại lớp hoặc một học sinh trước khi đóng dấu, kèm lí do."""
    issue = command("issue")
    issue.send_back(
        terminal(), issue.Who(class_name, staff, school, kind), reason=reason, pupil=pupil
    )


@app.command()
def correct(
    class_name: ClassName,
    staff: As,
    reason: Reason,
    pupil: PupilCode,
    event: Annotated[
        str,
        typer.Option(help="correction (đính chính), supplement (sau hè) hoặc amendment (hộ tịch)."),
    ] = "correction",
    decision: Annotated[
        str | None, typer.Option(metavar="SỐ", help="Số quyết định hoặc giấy tờ hộ tịch.")
    ] = None,
    kind: Kind = "year",
    school: School = None,
) -> None:
    """Mở sổ của một học sinh đã có học bạ để cấp phiên bản tiếp theo."""
    if event not in ("supplement", "correction", "amendment"):
        raise typer.BadParameter(event, param_hint="--event")
    if event == "correction" and not decision:
        raise typer.BadParameter("thiếu số quyết định đính chính", param_hint="--decision")
    issue = command("issue")
    issue.correct(
        terminal(),
        issue.Who(class_name, staff, school, kind),
        reason=reason,
        pupil=pupil,
        event=event,
        decision=decision,
    )


@app.command()
def seal(
    class_name: ClassName,
    staff: As,
    kind: Kind = "year",
    pin_file: PinFile = None,
    school: School = None,
) -> None:
    """Đóng dấu nhà trường lên học bạ đã đủ chữ ký và lập văn bản ghi sổ cái."""
    issue = command("issue")
    issue.seal(terminal(), issue.Who(class_name, staff, school, kind), pin_file=pin_file)


@app.command()
def amend(
    class_name: ClassName,
    staff: As,
    reason: Reason,
    pupil: PupilCode,
    decision: Annotated[str, typer.Option(metavar="SỐ", help="Giấy tờ hộ tịch làm căn cứ.")],
    changes: Annotated[
        list[str],
        typer.Option("--set", metavar="TRƯỜNG=GIÁ TRỊ", help="Ví dụ name=Trần Văn Ổn, gender=1."),
    ],
    school: School = None,
) -> None:
    """Ghi thay đổi hộ tịch của một học sinh, để cấp phiên bản mới của trang lý lịch."""
    why = (staff, pupil, decision, reason)
    command("pages").amend_pupil(terminal(), class_name, why, changes, school=school)


@app.command()
def withdraw(
    pupils: Annotated[list[str], typer.Argument(metavar="MÃ…", help="Mã học sinh.")],
    staff: As,
    decision: Annotated[
        str | None, typer.Option(metavar="SỐ", help="Số quyết định thu hồi.")
    ] = None,
    reaffirm: Annotated[
        bool, typer.Option("--reaffirm", help="Không thu hồi: xác nhận bản mới nhất còn giá trị.")
    ] = False,
    kind: Kind = "year",
    pin_file: PinFile = None,
    school: School = None,
) -> None:
    """Thu hồi học bạ đã cấp bằng văn bản có dấu của trường."""
    command("issue").withdraw(
        terminal(),
        tuple(pupils),
        staff=staff,
        school=school,
        decision=decision,
        reaffirm=reaffirm,
        kind=kind,
        pin_file=pin_file,
    )


app.add_typer(transfers, name="transfer")


@app.command()
def succession(
    school: Annotated[str, typer.Argument(metavar="TRƯỜNG CŨ", help="Mã trường sáp nhập.")],
    successor: Annotated[str, typer.Argument(metavar="TRƯỜNG MỚI", help="Mã trường tiếp nhận.")],
    decision: Annotated[str, typer.Option(metavar="SỐ", help="Số quyết định.")],
    keeper: Annotated[
        str, typer.Option(metavar="MÃ", help="Người của trường mới giữ hồ sơ lớp cũ.")
    ],
    begins: Annotated[
        datetime | None, typer.Option("--from", help="Thời điểm có hiệu lực; mặc định là bây giờ.")
    ] = None,
) -> None:
    """Sáp nhập, giải thể: trường mới tiếp nhận hồ sơ, phát hành và đính chính thay trường cũ."""
    command("transfer").succession(
        terminal(), (school, successor), decision=decision, keeper=keeper, begins=begins
    )


@app.command()
def trust(
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="trusted_root.json của tỉnh kia.")],
) -> None:
    """Thêm danh sách tin cậy của một tỉnh khác, để nhận và kiểm tra học bạ của tỉnh đó."""
    command("transfer").trust(terminal(), file)


@app.command()
def verify(
    files: Annotated[list[Path], typer.Argument(metavar="TỆP…", help="Tệp PDF cần kiểm tra.")],
    as_json: AsJson = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Không hỏi sổ cái và cơ sở dữ liệu.")
    ] = False,
) -> None:
    """Kiểm tra học bạ. Mã thoát: 0 hợp lệ, 1 không hợp lệ, 3 chưa kiểm tra được, 2 dùng sai."""
    raise typer.Exit(command("look").verify(terminal(), files, as_json=as_json, offline=offline))


@app.command()
def show(
    class_name: Annotated[
        str | None, typer.Argument(metavar="[LỚP]", help="Xem từng học sinh.")
    ] = None,
    school: School = None,
    year: Year = None,
) -> None:
    """Xem các lớp, hoặc từng học sinh của một lớp, đã đến bước nào."""
    command("look").show(terminal(), class_name, school=school, year=year)


@app.command()
def account(
    username: Annotated[str, typer.Argument(metavar="TÊN", help="Tên đăng nhập.")],
    staff: Annotated[
        str | None, typer.Option("--as", metavar="MÃ", help="Của cán bộ, giáo viên này.")
    ] = None,
    guardian_of: Annotated[
        list[str] | None,
        typer.Option("--guardian-of", metavar="MÃ", help="Của phụ huynh học sinh này."),
    ] = None,
    name: Annotated[str | None, typer.Option(metavar="HỌ TÊN", help="Họ và tên phụ huynh.")] = None,
    cccd: Annotated[str | None, typer.Option(metavar="SỐ", help="Số CCCD phụ huynh.")] = None,
    pupil: Annotated[
        str | None, typer.Option("--pupil", metavar="MÃ", help="Của học sinh này.")
    ] = None,
    department: Annotated[
        str | None, typer.Option(metavar="TÊN", help="Của chuyên viên Sở này.")
    ] = None,
    school: School = None,
    renew: Annotated[
        bool, typer.Option("--renew", help="Cấp mật khẩu mới cho tài khoản đã có.")
    ] = False,
    close: Annotated[bool, typer.Option("--close", help="Đóng tài khoản.")] = False,
) -> None:
    """Mở tài khoản vào bàn làm việc cho một người, cấp mật khẩu mới, hoặc đóng tài khoản."""
    module = command("account")
    if renew or close:
        (module.close if close else module.renew)(terminal(), username)
        return
    of = module.whose(staff, (guardian_of, name, cccd), pupil, department)
    module.account(terminal(), username, of, school=school)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Địa chỉ lắng nghe.")] = None,
    port: Annotated[int | None, typer.Option(help="Cổng; 0 là cổng trống bất kì.")] = None,
) -> None:
    """Chạy trang kiểm tra học bạ và bàn làm việc."""
    command("run").serve(terminal(), host=host, port=port)


@app.command()
def worker(
    once: Annotated[bool, typer.Option("--once", help="Làm hết việc đang chờ rồi thoát.")] = False,
) -> None:
    """Ghi sổ cái và phát hành những gì đã đóng dấu."""
    command("run").worker(terminal(), once=once)


@app.command()
def audit(as_json: AsJson = False) -> None:
    """Tính lại mọi hồ sơ, văn bản, cam kết và đối chiếu với sổ cái. Mã thoát 1 nếu sai khác."""
    raise typer.Exit(command("look").audit(terminal(), as_json=as_json))


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="THƯ MỤC", help="Nơi ghi các tệp PDF.")],
    class_name: Annotated[
        str | None, typer.Option("--class", metavar="LỚP", help="Chỉ một lớp.")
    ] = None,
    school: School = None,
) -> None:
    """Xuất các học bạ đã phát hành."""
    command("look").export(terminal(), folder, class_name=class_name, school=school)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its status.

    0 done; 2 wrong use; the status of an error of the house (sysexits.h); 70 a bug, with
    its traceback; 130 interrupted.
    """
    from hocba.kit.errors import HocbaError  # noqa: PLC0415  # `--help` needs none of it

    try:
        found = app(arguments, standalone_mode=False, prog_name="hocba")
        return found if isinstance(found, int) else 0
    except HocbaError as error:
        terminal().fail(error)
        return error.exit_status
    except typer.Exit as error:
        return int(error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the last door: a bug is shown whole, once
        if _is_wrong_use(error):
            return _say_wrong_use(error)
        traceback.print_exc()
        terminal().err.print(terminal().text("cli.bug", kind=type(error).__name__))
        return BUG


def _is_wrong_use(error: Exception) -> bool:
    return hasattr(error, "exit_code") and hasattr(error, "format_message")


def _say_wrong_use(error: Any) -> int:  # noqa: ANN401  # click's exceptions, whichever copy typer uses
    error.show()
    return int(error.exit_code)


if __name__ == "__main__":
    main()
