"""A small world for tests: LA 856, its schools and providers, and the terms of three years."""

from datetime import date
from io import BytesIO
from typing import Any

from ap_registry.arrangements import Arrangement
from ap_registry.identifiers import check_letter
from ap_registry.ingest.attendance import import_attendance
from ap_registry.ingest.calendars import import_closures, import_terms
from ap_registry.ingest.organisations import import_organisations
from ap_registry.ingest.people import import_people
from ap_registry.ingest.results import ImportResult
from ap_registry.registry import Registry
from ap_registry.store.arrangements import write_arrangement

SCHOOL, OTHER, SPECIAL, PRU, GARAGE = "100001", "100002", "100003", "100007", "AP-0001"
ORGANISATIONS = f"""id,kind,name,la,type_code,email
LA856,la,Leicester,856,,la@la.example
LA857,la,Rutland,857,,
{SCHOOL},school,Alder School,856,34,office@alder.example
{OTHER},school,Brook School,856,,
{SPECIAL},school,Willow Special School,856,7,
{PRU},provider,Bridge PRU,856,14,office@bridge.example
{GARAGE},provider,Second Gear,856,,
SVC-0001,service,Inclusion Support,856,,
ICB-QK1,health,School Nurses,,,
"""
TERMS = """organisation,starts_on,ends_on
LA856,2024-08-28,2024-10-18
LA856,2024-10-28,2024-12-20
LA856,2025-01-06,2025-02-14
LA856,2025-02-24,2025-04-11
LA856,2025-04-28,2025-05-23
LA856,2025-06-02,2025-07-11
LA856,2025-08-27,2025-10-17
LA856,2025-10-27,2025-12-19
LA856,2026-01-05,2026-02-13
LA856,2026-02-23,2026-03-27
LA856,2026-04-13,2026-05-22
LA856,2026-06-01,2026-07-10
LA856,2026-08-26,2026-10-16
LA856,2026-10-26,2026-12-18
LA856,2027-01-04,2027-02-12
"""
TODAY = date(2026, 11, 20)


def upn(number: int) -> str:
    """A UPN with a right check letter."""
    body = f"8564001{20:02d}{number:03d}"
    return check_letter(body) + body


PUPIL = upn(1)
PERSON: dict[str, Any] = {
    "given_name": "Ann",
    "family_name": "Example",
    "date_of_birth": "2011-02-03",
    "sex": "F",
    "home_la": "856",
    "sen_provision": "K",
}


def load_world(registry: Registry) -> None:
    with registry.database.connection() as connection:
        for text, take in ((ORGANISATIONS, import_organisations), (TERMS, import_terms)):
            result = take(
                connection, BytesIO(text.encode()), today=registry.today(), clock=registry.clock
            )
            assert result.errors == []


def notify(registry: Registry, type_: str, on: str, **facts: Any) -> dict[str, Any]:
    """Record one notice of the test pupil and answer its receipt."""
    notice = {"type": type_, "occurred_on": on, "upn": PUPIL, **facts}
    receipt = registry.record(notice).receipt
    assert receipt is not None
    return dict(receipt)


def register_pupil(registry: Registry, on: str = "2024-09-02", **facts: Any) -> None:
    """On the roll of Alder School."""
    notify(registry, "pupil_registered", on, by=SCHOOL, **{**PERSON, **facts})
    upn_ = facts.get("upn", PUPIL)
    notify(registry, "joined_roll", on, school=SCHOOL, registration="C", upn=upn_)


def send_register(registry: Registry, text: str) -> ImportResult:
    return import_attendance(registry, BytesIO(text.encode()))


def take_organisations(registry: Registry, text: str) -> ImportResult:
    with registry.database.connection() as connection:
        return import_organisations(
            connection, BytesIO(text.encode()), today=registry.today(), clock=registry.clock
        )


def take_people(registry: Registry, text: str, more: str = "") -> ImportResult:
    """Rows of organisation,duty,name,email,deputy_name,deputy_email; ``more``: columns besides."""
    header = f"organisation,duty,name,email,deputy_name,deputy_email{more}\n"
    with registry.database.connection() as connection:
        return import_people(
            connection, BytesIO((header + text).encode()), today=registry.today(),
            clock=registry.clock,
        )  # fmt: skip


def arrange(registry: Registry, la: str, name: str, value: str, from_on: date) -> None:
    """What an LA has decided with the registry."""
    found = Arrangement(organisation=la, name=name, from_on=from_on, value=value, basis="UK GDPR")
    with registry.database.connection() as connection:
        write_arrangement(
            connection, found, actor="test", on=registry.today(), clock=registry.clock
        )


def close(registry: Registry, organisation: str, day: str, reason: str = "snow") -> ImportResult:
    with registry.database.connection() as connection:
        text = f"organisation,date,reason\n{organisation},{day},{reason}\n"
        return import_closures(
            connection, BytesIO(text.encode()), today=registry.today(), clock=registry.clock
        )
