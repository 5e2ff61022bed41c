"""The files in the guide are files that can be read."""

import json
import re
from pathlib import Path

from hocba.issuance.extract_file import read_extract_file
from hocba.issuance.identity_file import read_identity_file

GUIDE = Path(__file__).parents[3] / "docs/huong-dan/ly-lich-va-hoc-ba-giay.md"


def test_the_files_of_the_guide_are_read(tmp_path):
    blocks = re.findall(r"```json\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    kinds = [json.loads(block)["type"] for block in blocks]
    assert kinds == ["hocba.identity_file/1", "hocba.extract_file/1"]
    for block, read in zip(blocks, (read_identity_file, read_extract_file), strict=True):
        path = tmp_path / "file.json"
        path.write_text(block, encoding="utf-8")
        read(path)
