"""A whole world of signers in memory and one temporary folder, for tests of signatures.

    world = the_world()
    data = world.issue()                          # three signatures, evidence, timestamp
    checks = world.checks(data)                   # what checks 3 and 4 say of it

Real keys, real PKI, real timestamps; only the clock is set. The world is made once per
process; what a test adds (a revoked teacher, another school) it adds with a number of its
own, so that tests do not meet.
"""

import atexit
import itertools
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from fakes.records import TEMPLATE_ID, sample_record

from hocba.documents.writer import render
from signing import pades
from signing.appointments import (
    Appointment,
    AppointmentSchool,
    OfficersKey,
    fingerprint,
    issue_appointment,
)
from signing.custody import SoftwareCustody
from signing.pki import dev
from signing.pki.services import DevServices
from signing.status import Evidence, collect
from verifier.checks import roles, signatures
from verifier.context import Context
from verifier.formats.algorithms import STRONG
from verifier.formats.canonical import canonical
from verifier.formats.pdf.parse import parse
from verifier.formats.policy import PolicyStep, SigningPolicy
from verifier.formats.trusted_root import (
    AllowedAlgorithm,
    ContractRef,
    LogKey,
    TrustedRoot,
    TrustedTemplate,
)
from verifier.report import Check
from verifier.templates import load

REALM = "demo.hocba.test"
PIN = "271828"
AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
BIRTH = datetime(2026, 1, 10, tzinfo=UTC)
SCHOOL = AppointmentSchool("31-11311-01", "Trường THCS Lê Quý Đôn", "0200311311")
OTHER_SCHOOL = AppointmentSchool("31-11311-02", "Trường THCS Trần Phú", "0200311312")
CLASS = "2025-2026/6A1"
ROLES = ("homeroom", "principal", "seal")


@dataclass(frozen=True)
class Signer:
    """Somebody with a key and an appointment."""

    custody: SoftwareCustody
    appointment: Appointment
    jws: str
    pin: str = PIN


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: datetime = AT

    def __call__(self) -> datetime:
        return self.now


@dataclass(eq=False)
class World:
    """PKI, department and the three signers of class 6A1."""

    folder: Path
    pki: dev.DevPki
    officers: OfficersKey
    clock: Clock = field(default_factory=Clock)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def services(self) -> DevServices:
        return DevServices(self.pki, clock=self.clock)

    @property
    def trust(self) -> TrustedRoot:
        return trusted_root(self.pki, self.officers)

    @cache  # noqa: B019  # one world per process
    def signer(self, role: str) -> Signer:
        """The regular signer of a role at `SCHOOL`."""
        if role == "seal":
            return self.seal_of(SCHOOL)
        name = {"homeroom": "Đỗ Đức Phượng", "principal": "Nguyễn Thị Hồng Phượng"}[role]
        return self.person(name, role, scope=CLASS if role == "homeroom" else "school")

    def person(
        self,
        name: str,
        role: str,
        *,
        scope: str = "school",
        certificate: dict[str, Any] | None = None,
        **appointment: Any,
    ) -> Signer:
        """A new person; `certificate` goes to `pki.issue`, the rest to the appointment."""
        holder = dev.Person(name, f"0311{next(self.numbers):08d}", PIN)
        issued = self.pki.issue(holder, **{"at": BIRTH, **(certificate or {})})
        custody = self.pki.custody(issued)
        return self.appoint(custody, name, role, scope=scope, **appointment)

    def seal_of(self, school: AppointmentSchool, **certificate: Any) -> Signer:
        """A new seal of a school."""
        holder = dev.Organisation(school.name, school.tax_code, PIN)
        custody = self.pki.custody(self.pki.issue(holder, **{"at": BIRTH, **certificate}))
        return self.appoint(custody, school.name, "seal", school=school)

    def appoint(
        self,
        custody: SoftwareCustody,
        name: str,
        role: str,
        *,
        officers: OfficersKey | None = None,
        **changes: Any,
    ) -> Signer:
        """Appoint a certificate; `changes` are fields of the appointment."""
        fields = {
            "realm": REALM,
            "certificate": fingerprint(custody.certificate),
            "name": name,
            "role": role,
            "school": SCHOOL,
            "scope": "school",
            "acts_for": (),
            "valid_from": BIRTH,
            "valid_to": BIRTH + timedelta(days=365),
            "serial": str(next(self.numbers)),
        }
        appointment = Appointment(**{**fields, **changes})
        return Signer(
            custody, appointment, issue_appointment(appointment, officers or self.officers)
        )

    def signers(self, **replaced: Signer) -> list[Signer]:
        """The three signers, some replaced by role."""
        return [replaced.get(role) or self.signer(role) for role in ROLES]

    def document(self, at: datetime = AT, **changes: Any) -> bytes:
        """Revision 0 of the sample record, issued on the day of `at`."""
        day = (at + timedelta(hours=7)).date()
        return unsigned_document(day, tuple(changes.items()))

    def signed(  # noqa: PLR0913  # by whom, what, when and on which form
        self,
        signers: list[Signer] | None = None,
        *,
        at: datetime = AT,
        document: bytes | None = None,
        steps: tuple[int, ...] | None = None,
        timestamps: tuple[int, ...] = (),
        form: str = TEMPLATE_ID,
    ) -> bytes:
        """Signed and sealed, each a minute after the one before."""
        signers, data = signers or self.signers(), document or self.document(at)
        template = load(form)
        for number, step in enumerate(range(template.seal_step + 1) if steps is None else steps):
            moment = at + timedelta(minutes=number)
            self.clock.now = moment
            put = pades.seal if step == template.seal_step else pades.sign
            signer = signers[number]
            with signer.custody.open_session(signer.pin) as key:
                data = put(
                    data,
                    template,
                    step=step,
                    key=key,
                    appointment_jws=signer.jws,
                    timestamper=self.services if step in timestamps else None,
                    at=moment,
                )
        return data

    def evidence(self, signers: list[Signer], at: datetime) -> Evidence:
        """Status of the signers and of the TSA."""
        services = self.services
        chains = [services.chain_of(s.custody.certificate, s.custody.chain) for s in signers]
        return collect([*chains, services.tsa_chain], services, at=at)

    def finished(
        self,
        data: bytes,
        signers: list[Signer] | None = None,
        *,
        at: datetime = AT + timedelta(minutes=5),
        evidence: Evidence | None = None,
        form: str = TEMPLATE_ID,
    ) -> bytes:
        """With evidence and document timestamp."""
        self.clock.now = at
        evidence = evidence or self.evidence(signers or self.signers(), at)
        return pades.finish(data, load(form), evidence=evidence, timestamper=self.services, at=at)

    def issue(self, signers: list[Signer] | None = None, *, at: datetime = AT) -> bytes:
        """A finished file."""
        data = self.signed(signers, at=at)
        return self.finished(data, signers, at=at + timedelta(minutes=5))

    def context(
        self, data: bytes, trust: TrustedRoot | None = None, now: datetime | None = None
    ) -> Context:
        """The file before the checks."""
        moment = now or AT + timedelta(hours=1)
        return Context(data=data, trust=trust or self.trust, now=moment, pdf=parse(data))

    def check3(
        self, data: bytes, trust: TrustedRoot | None = None, now: datetime | None = None
    ) -> list[Check]:
        return signatures.check(self.context(data, trust, now))

    def check4(self, data: bytes, trust: TrustedRoot | None = None) -> list[Check]:
        return roles.check(self.context(data, trust))


@cache
def unsigned_document(day: date, changes: tuple[tuple[str, Any], ...]) -> bytes:
    """The sample document of a day, rendered once."""
    record = sample_record(**{"/issued_on": day.isoformat(), **dict(changes)})
    return render(canonical(record), load(TEMPLATE_ID))


def trusted_root(
    pki: dev.DevPki, officers: OfficersKey, *, timestamping: str = "final"
) -> TrustedRoot:
    """The trust of the world, from 2020 to 2040."""
    start, end = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
    scopes = {"homeroom": "class", "principal": "school", "seal": "school"}
    policy = SigningPolicy(
        id="thcs-year-2026-1", realm=REALM, level="thcs", kind="year", event="issue",
        valid_from=start, valid_to=end,
        steps=tuple(PolicyStep(role, scope, True) for role, scope in scopes.items()),
        timestamping=timestamping, issue_window_days=30,
    )  # fmt: skip
    key = officers.trusted(valid_from=start, valid_to=end)
    return TrustedRoot(
        realm=REALM, demo=True, version=1, valid_from=start, valid_to=end,
        authorities=pki.authorities(valid_from=start, valid_to=end),
        appointment_keys=(key,), attest_keys=(key,),
        log_key=LogKey(f"log.{REALM}", bytes(32)),
        contract=ContractRef(1, "00" * 32, "0x" + "00" * 20, 0),
        templates=(TrustedTemplate(TEMPLATE_ID, load(TEMPLATE_ID).hash),),
        policies=(policy,),
        algorithms=tuple(AllowedAlgorithm(name, start, end) for name in STRONG),
    )  # fmt: skip


def only(trust: TrustedRoot, **changes: Any) -> TrustedRoot:
    """A trusted root with some fields changed."""
    return replace(trust, **changes)


@cache
def the_world() -> World:
    """The one world of this process."""
    folder = Path(tempfile.mkdtemp(prefix="hocba-world-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    pki = dev.create(folder / "pki", at=BIRTH)
    return World(folder, pki, OfficersKey.generate("officers-1"))
