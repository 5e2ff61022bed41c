"""Options that several commands share, each with its words of help."""

from pathlib import Path
from typing import Annotated

import typer

ClassName = Annotated[str, typer.Argument(metavar="LỚP", help="Tên lớp, ví dụ 6A1.")]
As = Annotated[str, typer.Option("--as", metavar="MÃ", help="Mã cán bộ, giáo viên thực hiện.")]
School = Annotated[
    str | None, typer.Option(metavar="MÃ", help="Mã trường; bỏ qua nếu chỉ có một trường.")
]
Year = Annotated[str | None, typer.Option(metavar="NĂM", help="Năm học, ví dụ 2025-2026.")]
PinFile = Annotated[
    Path | None, typer.Option(metavar="TỆP", help="Tệp chứa mã PIN (hoặc biến HOCBA_PIN).")
]
Reason = Annotated[str, typer.Option(metavar="LÍ DO", help="Lí do, được lưu làm bằng chứng.")]
PupilCode = Annotated[str, typer.Option(metavar="MÃ", help="Mã học sinh.")]
Pupils = Annotated[
    list[str] | None, typer.Option("--pupil", metavar="MÃ", help="Mã học sinh; nêu được nhiều lần.")
]
Kind = Annotated[
    str,
    typer.Option(
        metavar="LOẠI",
        help="year (học bạ năm), identity (lý lịch), partial (chuyển trường), book, extract.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON.")]
