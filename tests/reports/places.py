"""Where random worlds play: organisations, terms, and the instants of recording."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ap_registry.identifiers import check_letter
from tests.reports.oracle.facts import Organisation

WEEK = timedelta(days=7)
SCHOOLS = ("100001", "100002", "100003", "100004")
PRU, ACADEMY, GARAGE, FARM, SERVICE, COLLEGE = (
    "100007", "100008", "AP-0001", "AP-0002", "SVC-0001", "100009",
)  # fmt: skip
PROVIDERS = (PRU, ACADEMY, GARAGE, FARM)
ORGANISATIONS = """id,kind,name,la,type_code
LA856,la,Leicester,856,
LA857,la,Rutland,857,
100001,school,Alder School,856,34
100002,school,Brook School,856,
100003,school,Willow Special School,856,07
100004,school,Cedar School,857,01
100009,school,City College,856,18
100007,provider,Bridge PRU,856,14
100008,school,Harbour AP Academy,857,42
AP-0001,provider,Second Gear,856,
AP-0002,provider,Hill Farm,,
SVC-0001,service,Inclusion Support,856,
"""
LA_TERMS = {
    "LA856": """2023-08-28 2023-10-13 2023-10-23 2023-12-21 2024-01-08 2024-02-09 2024-02-19
        2024-03-28 2024-04-15 2024-05-24 2024-06-03 2024-07-12 2024-08-28 2024-10-18 2024-10-28
        2024-12-20 2025-01-06 2025-02-14 2025-02-24 2025-04-11 2025-04-28 2025-05-23 2025-06-02
        2025-07-11 2025-08-27 2025-10-17 2025-10-27 2025-12-19 2026-01-05 2026-02-13 2026-02-23
        2026-03-27 2026-04-13 2026-05-22 2026-06-01 2026-07-10 2026-08-26 2026-10-16 2026-10-26
        2026-12-18 2027-01-04 2027-02-12""",
    "LA857": """2024-09-02 2024-10-25 2024-11-04 2024-12-20 2025-01-06 2025-02-14 2025-02-24
        2025-04-04 2025-04-22 2025-05-23 2025-06-02 2025-07-22 2025-09-01 2025-10-24 2025-11-03
        2025-12-19 2026-01-05 2026-02-13 2026-02-23 2026-03-27 2026-04-13 2026-05-22 2026-06-01
        2026-07-21 2026-09-01 2026-10-23 2026-11-02 2026-12-18""",
}
OWN_TERMS = """2025-09-08 2025-10-24 2025-11-03 2025-12-12 2026-01-12 2026-04-02 2026-04-20
    2026-06-26"""
SLICES = tuple(
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in ("2025-04-11T17:00", "2025-11-14T09:00", "2026-03-31T22:59:59.5",
                 "2026-03-31T23:00:00", "2026-08-20T12:00", "2026-11-20T12:00")
)  # fmt: skip


@dataclass(kw_only=True)
class World:
    """What is sent, by the instant at which it is recorded."""

    terms: list[tuple[datetime, list[tuple[str, date, date]]]] = field(default_factory=list)
    closures: list[tuple[datetime, str, date, bool]] = field(default_factory=list)
    notices: dict[datetime, list[dict[str, Any]]] = field(default_factory=dict)
    registers: dict[datetime, list[tuple[str, str, date, str]]] = field(default_factory=dict)


def upn(number: int) -> str:
    body = f"8564001{20 + number // 1000:02d}{number % 1000:03d}"
    return check_letter(body) + body


def organisations() -> dict[str, Organisation]:
    found = {}
    for line in ORGANISATIONS.splitlines()[1:]:
        name, kind, _, la, type_code = line.split(",")
        found[name] = Organisation(
            id=name, kind=kind, la=la or None, type_code=type_code.lstrip("0") or None
        )
    return found


def blocks(text: str) -> list[tuple[date, date]]:
    days = [date.fromisoformat(word) for word in text.split()]
    return list(zip(days[::2], days[1::2], strict=True))
