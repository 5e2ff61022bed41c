"""Fetch the front-end files of others, strip what we may not use, and write the manifest.

For maintainers only: needs npm. Users and tests read the committed files, and a test
compares them with `manifest.json`. Run it as `python -m verifier.web.vendor`.

Taken out of govuk-frontend: the GDS Transport font (licensed to gov.uk alone), its
`@font-face` rules and source map links. The crest is in a file that is not copied.
"""

import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from verifier.formats.canonical import sha256_hex

HERE = Path(__file__).parent / "static" / "vendor"
FONT = "Be Vietnam Pro"
GOVUK = "govuk-frontend@6.3.0"
FONTSOURCE = "@fontsource/be-vietnam-pro@5.3.0"
SUBSETS = ("latin", "latin-ext", "vietnamese")
WEIGHTS = (400, 700)
LICENCES = {GOVUK: "MIT", FONTSOURCE: "OFL-1.1"}


def main() -> None:
    """Write all vendored files and the manifest."""
    with tempfile.TemporaryDirectory() as folder:
        govuk = unpack(GOVUK, Path(folder) / "govuk")
        fonts = unpack(FONTSOURCE, Path(folder) / "fonts")
        made = {**govuk_files(govuk), **font_files(fonts)}
    manifest = {}
    for name, (package, data) in sorted(made.items()):
        (HERE / name).write_bytes(data)
        manifest[name] = {
            "package": package,
            "licence": LICENCES[package],
            "sha256": sha256_hex(data),
        }
    (HERE / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    sys.stdout.write(f"{len(manifest)} files in {HERE}\n")


def unpack(package: str, folder: Path) -> Path:
    """Download one package with npm and unpack it."""
    folder.mkdir()
    subprocess.run(["npm", "pack", package], cwd=folder, check=True, capture_output=True)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def govuk_files(package: Path) -> dict[str, tuple[str, bytes]]:
    """The style sheet in our font, the script, the licence."""
    dist = package / "dist" / "govuk"
    css = (dist / "govuk-frontend.min.css").read_text()
    script = (dist / "govuk-frontend.min.js").read_text()
    return {
        "govuk-frontend.css": (GOVUK, our_font(css).encode()),
        "govuk-frontend.js": (GOVUK, without_map(script).encode()),
        "govuk-frontend.LICENSE.txt": (GOVUK, govuk_licence(package)),
    }


def our_font(css: str) -> str:
    """Replace the font that we may not use by ours."""
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = css.replace("font-family:sans-serif", f"font-family:{FONT},arial,sans-serif")
    css = css.replace("url(/assets/images/govuk-crest.svg)", "none")
    return without_map(css.replace('"GDS Transport"', f'"{FONT}"').replace("GDS Transport", FONT))


def without_map(text: str) -> str:
    """Drop the link to a source map that we do not ship."""
    return re.sub(r"(/\*|//)# sourceMappingURL=[^\n*]*(\*/)?\n?", "", text)


def govuk_licence(package: Path) -> bytes:
    """The licence: the package names MIT, its text stands in the repository's LICENSE.txt."""
    for name in ("LICENSE.txt", "LICENSE", "LICENCE"):
        if (package / name).exists():
            return (package / name).read_bytes()
    return MIT_OF_GOVUK.encode()


def font_files(package: Path) -> dict[str, tuple[str, bytes]]:
    """Each subset and weight as woff2, the rules that load them, the licence."""
    found = {"be-vietnam-pro.OFL.txt": (FONTSOURCE, (package / "LICENSE").read_bytes())}
    rules = []
    for weight in WEIGHTS:
        for subset in SUBSETS:
            name = f"be-vietnam-pro-{subset}-{weight}-normal.woff2"
            found[name] = (FONTSOURCE, (package / "files" / name).read_bytes())
            rules.append(font_rule((package / f"{weight}.css").read_text(), name, weight))
    found["fonts.css"] = (FONTSOURCE, "".join(rules).encode())
    return found


def font_rule(css: str, name: str, weight: int) -> str:
    """The rule that loads one file for the letters that it has."""
    block = next(part for part in css.split("@font-face") if name in part)
    found = re.search(r"unicode-range: ([^;]+);", block)
    if found is None:
        raise ValueError(name)
    return (
        f"@font-face{{font-family:'{FONT}';font-style:normal;font-display:swap;"
        f"font-weight:{weight};src:url({name}) format('woff2');unicode-range:{found[1]}}}\n"
    )


MIT_OF_GOVUK = """The MIT License (MIT)

Copyright (C) 2017 Crown Copyright (Government Digital Service)

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies
of the Software, and to permit persons to whom the Software is furnished to do
so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


if __name__ == "__main__":
    main()
