"""What a small school enters of its pupils' identities.

enter_all(here)                                  # everybody of class 6A1, by the clerk
enter_all(here, **{code: {"residence": None}})   # with changes
"""

from fakes.small_school import CLERK
from sqlalchemy import select

from hocba.issuance.civil_status import enter_identities
from hocba.kit.clock import now
from hocba.sector.identity import Identity, Person
from hocba.sector.models import Pupil

WHOLE = {
    "gender": "2",
    "ethnicity": "12",
    "nationality": "Việt Nam",
    "birth_place": "Phường Tân An, Tỉnh Đắk Lắk",
    "hometown": "Xã Cư M’gar, Tỉnh Đắk Lắk",
    "residence": "Số 12 phố Điện Biên Phủ, Phường Hồng Bàng, Thành phố Hải Phòng",
    "policy": "Con thương binh",
    "father": Person("Y Thuỷ Niê", "Bộ đội"),
    "mother": Person("H’Bia Ksor", "Giáo viên"),
}


def enter_all(here, *, by=CLERK, school=None, **changes):
    """Enter a whole page for every pupil; `changes` by pupil's code."""
    with here.wp.database.transaction("test") as db:
        codes = db.scalars(select(Pupil.code).order_by(Pupil.code)).all()
    pages = {code: Identity(**WHOLE | changes.get(code, {})) for code in codes}
    return enter_identities(here.wp, pages, school=school, staff=by, at=now())
