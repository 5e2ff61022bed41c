"""Places as they are printed.

    place("Thành phố Hải Phòng") == "Hải Phòng"      # before the date: "Hải Phòng, ngày 31 ..."

Units are kept by their full legal name; since 7/2025 there are provinces and communes only.
"""

from hocba.kit.text import tidy

_KINDS = ("thành phố ", "tỉnh ", "phường ", "xã ", "đặc khu ", "thị trấn ")


def place(unit: str) -> str:
    """The name of an administrative unit without its kind; a numbered one keeps it (Phường 5)."""
    name = tidy(unit)
    for kind in _KINDS:
        bare = name[len(kind) :]
        if name.lower().startswith(kind) and not bare[:1].isdigit():
            return bare
    return name
