"""The group `hocba transfer`: pupils who leave, come, or change class. Only declarations."""

# ruff: noqa: PLR0913, PLR0917  # typer reads the parameters as the options of a command

from pathlib import Path
from typing import Annotated

import typer

from hocba.commands.late import command, terminal
from hocba.commands.options import As, School

transfers = typer.Typer(no_args_is_help=True, help="Chuyển trường: học sinh đi, học sinh đến.")
MoveClass = Annotated[str, typer.Option("--class", metavar="LỚP", help="Tên lớp, ví dụ 6A1.")]
Move = Annotated[str, typer.Argument(metavar="MÃ", help="Mã học sinh.")]


@transfers.command("out")
def transfer_out(pupil: Move, class_name: MoveClass, staff: As, school: School = None) -> None:
    """Học sinh chuyển đi: lập học bạ phần năm học để ký, đóng dấu và giao cho trường mới."""
    move = command("transfer")
    move.out(terminal(), move.Who(class_name, staff, school), pupil=pupil)


@transfers.command("in")
def transfer_in(
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="Học bạ PDF của trường cũ.")],
    class_name: MoveClass,
    staff: As,
    rpc: Annotated[
        list[str] | None, typer.Option(metavar="MIỀN=URL", help="Nút sổ cái của tỉnh kia.")
    ] = None,
    statements: Annotated[
        list[str] | None, typer.Option(metavar="MIỀN=URL", help="Bảng kê của tỉnh kia.")
    ] = None,
    attest: Annotated[
        list[str] | None, typer.Option(metavar="MIỀN=URL", help="Dịch vụ xác nhận của tỉnh kia.")
    ] = None,
    school: School = None,
) -> None:
    """Học sinh chuyển đến: kiểm tra tệp, nhận vào lớp, giữ kết quả đã ký của trường cũ."""
    move = command("transfer")
    asked = move.Elsewhere(tuple(rpc or ()), tuple(statements or ()), tuple(attest or ()))
    move.come(terminal(), move.Who(class_name, staff, school), file=file, elsewhere=asked)


@transfers.command("class")
def transfer_class(
    pupil: Move,
    class_name: MoveClass,
    to: Annotated[str, typer.Option(metavar="LỚP", help="Lớp mới, cùng khối.")],
    staff: As,
    school: School = None,
) -> None:
    """Học sinh chuyển lớp trong trường: điểm đã có đi theo sang sổ của lớp mới."""
    move = command("transfer")
    move.change(terminal(), move.Who(class_name, staff, school), pupil=pupil, to=to)


@transfers.command("note")
def transfer_note(
    pupil: Move,
    class_name: MoveClass,
    staff: As,
    origin: Annotated[str, typer.Option("--from", metavar="NƠI", help="paper hoặc abroad.")],
    school: School = None,
) -> None:
    """Ghi rằng năm trước của học sinh là học bạ giấy (paper) hoặc học ở nước ngoài (abroad)."""
    move = command("transfer")
    move.note(terminal(), move.Who(class_name, staff, school), pupil=pupil, kind=origin)
