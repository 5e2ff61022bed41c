"""A department with two schools at work, and an account for everybody at the desk.

Some small classes of one school wait for their principal; the last, of 45 pupils, has no
marks yet; one class of the neighbour is released. Passwords are all `PASSWORD`.
"""

import json
import os
import random
import threading
from contextlib import closing, contextmanager
from dataclasses import replace

import uvicorn
from sqlalchemy import select

from hocba.app import create_app
from hocba.demo.build import PIN
from hocba.demo.people import neighbour_school, sample_school
from hocba.demo.school_file import school_file
from hocba.demo.sheets import class_entries
from hocba.issuance.approval import propose, sign
from hocba.issuance.enrol import enrol_school
from hocba.issuance.founding import found
from hocba.issuance.marks import freeze
from hocba.issuance.school_file import read_school_file
from hocba.issuance.seal import apply_seal, propose_seal
from hocba.issuance.sweep import sweep
from hocba.issuance.targets import find_class, find_frozen, find_school
from hocba.issuance.workplace import open_workplace
from hocba.kit.clock import now
from hocba.kit.config import Settings
from hocba.portals.desk import accounts
from hocba.sector.models import Pupil
from hocba.sector.registers import Entry
from hocba.sector.sheets import apply, build_template, fill, read_sheet, register_of_class

PASSWORD = "hoa phuong do 2026"
WAITING = 10
BIG = 45


class DeskWorld:
    """The installation, its schools, and shortcuts into it."""

    def __init__(self, wp, school, neighbour):
        self.wp, self.school, self.neighbour = wp, school, neighbour
        self.big = school.classes[-1]

    def target(self, item, school=None):
        with self.wp.database.transaction("test.target") as db:
            return find_class(db, class_name=item.name, school=(school or self.school).code)

    def import_marks(self, item, school=None):
        of, rng = self.target(item, school), random.Random(item.name)
        with self.wp.database.transaction("test.register") as db:
            register = register_of_class(db, of.school_id, of.class_id)
            entries = class_entries(rng, item, register)
        data = fill(build_template(register, at=now()), entries, register)
        sheet = read_sheet(data, register, file="lop.xlsx").clean()
        with self.wp.database.transaction("test.import") as db:
            entry = Entry("staff:test", now())
            apply(db, self.wp.vault, of.school_id, of.class_id, sheet, entry=entry)

    def freeze_and_sign(self, item, school=None):
        of = self.target(item, school)
        freeze(self.wp, of, by=item.homeroom.code, at=now())
        self.sign(of, "homeroom", item.homeroom.code)

    def sign(self, of, role, staff):
        with self.wp.database.transaction("test.frozen") as db:
            frozen = find_frozen(db, of)
        sign(
            self.wp, propose(self.wp, frozen, role=role, staff=staff, at=now()), pin=PIN, clock=now
        )

    def release(self, item, school=None):
        """From the homeroom teacher's signature to the released file."""
        one = school or self.school
        of = self.target(item, one)
        self.sign(of, "principal", one.principal.code)
        with self.wp.database.transaction("test.frozen") as db:
            frozen = find_frozen(db, of)
        apply_seal(
            self.wp,
            propose_seal(self.wp, frozen, staff=one.clerk.code, at=now()),
            pin=PIN,
            clock=now,
        )
        sweep(self.wp, clock=now)

    def pupil(self, code):
        with self.wp.database.transaction("test.pupil") as db:
            return db.scalars(select(Pupil).where(Pupil.code == code)).one()

    def account(self, username, actor):
        accounts.open_account(self.wp, username, actor, at=now(), password=PASSWORD)

    def add_accounts(self):
        for prefix, school in (("", self.school), ("other.", self.neighbour)):
            with self.wp.database.transaction("test.school") as db:
                school_id = find_school(db, school.code).id
            first, last = school.classes[0], school.classes[-1]
            people = {
                "teacher": last.teachers["TOAN"].code,
                "homeroom": first.homeroom.code,
                "principal": school.principal.code,
                "office": school.clerk.code,
            }
            for name, code in people.items():
                self.account(prefix + name, accounts.staff_actor(self.wp, school_id, code))
            child = first.pupils[0].code
            parent = accounts.guardian_actor(
                self.wp, school_id, accounts.NewGuardian("Trần Thị Hoa", (child,)), at=now()
            )
            self.account(f"{prefix}parent", parent)
            self.account(f"{prefix}pupil", accounts.pupil_actor(self.wp, school_id, child))
        self.account("department", "department:so-gd")
        self.account("nobody", "staff:00000000-0000-4000-8000-000000000000")


@contextmanager
def desk_world(server, folder, database="desk", *, waiting=WAITING):
    """Build the world in a database of its own; so many classes wait for their principal."""
    database += os.environ.get("PYTEST_XDIST_WORKER", "")
    with server.connect("postgres") as connection:
        connection.execute(f"CREATE DATABASE {database}")
    settings = Settings(home=folder, database_url=server.url(database))
    found(settings, at=now())
    school = _school(waiting)
    neighbour = neighbour_school(random.Random(2))
    try:
        with open_workplace(settings) as wp:
            for one in (school, neighbour):
                path = folder / f"{one.code}.json"
                path.write_text(json.dumps(school_file(one), ensure_ascii=False))
                enrol_school(wp, read_school_file(path), pin=PIN, at=now())
            world = DeskWorld(wp, school, neighbour)
            world.add_accounts()
            for item in school.classes[:-1]:
                world.import_marks(item)
                world.freeze_and_sign(item)
            (only,) = neighbour.classes
            world.import_marks(only, neighbour)
            world.freeze_and_sign(only, neighbour)
            world.release(only, neighbour)
            yield world
    finally:
        with server.connect("postgres") as connection:
            connection.execute(f"DROP DATABASE {database} WITH (FORCE)")


def _school(waiting):
    """Small classes of two, one of 45."""
    made = sample_school(random.Random(1), pupils=11 * BIG)
    small = [replace(item, pupils=item.pupils[:2]) for item in made.classes[:waiting]]
    return replace(made, classes=(*small, made.classes[WAITING]))


@contextmanager
def served(world, listening):
    """The whole application on a socket."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(wp=world.wp), log_level="error", ws="none", lifespan="on")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    with closing(listening):
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)
