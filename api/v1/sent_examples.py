"""A body for each address that takes one, as it could be sent; tests send them."""

from datetime import date, datetime
from typing import Any

from ap_registry.ctf.document import Ctf, CtfPupil, Header, Place
from ap_registry.ctf.writing import write_ctf

UPN, SCHOOL, OTHER = "Z856400120001", "100001", "0190a1b2-0000-4000-8000-000000000002"
SUSPENSION = {
    "type": "suspension",
    "upn": UPN,
    "occurred_on": "2026-03-02",
    "school": SCHOOL,
    "sessions": 4,
    "ends_on": "2026-03-03",
    "reasons": ["PP"],
    "ref": "S-0001",
}
_MARKS = "/ \\ / \\ / \\ G G / \\"
_CTF = Ctf(
    header=Header(written_at=datetime(2026, 3, 2, 9), source=Place(la="856", estab="4001")),
    pupils=(
        CtfPupil(
            surname="Example", forename="Ann", born_on=date(2011, 2, 3), sex="F", upn=UPN,
            nc_year="10",
        ),
    ),
)  # fmt: skip
_CENSUS = (
    "<Message><Header><CollectionDetails><Collection>AP</Collection><Term>SPR</Term>"
    "<Year>2026</Year><ReferenceDate>2026-01-15</ReferenceDate></CollectionDetails>"
    "<Source><LEA>856</LEA></Source></Header><Pupils/></Message>"
)
# By operation and media type.
SENT: dict[str, dict[str, Any]] = {
    "post_notices": {"application/json": SUSPENSION},
    "post_attendance": {
        "application/json": [
            {"upn": UPN, "organisation": SCHOOL, "week": "2026-03-02", "marks": _MARKS}
        ],
        "text/csv": f"upn,organisation,week,marks\n{UPN},{SCHOOL},2026-03-02,{_MARKS}\n",
    },
    "post_confirmation": {"application/json": {"organisation": SCHOOL, "on": "2026-03-09"}},
    "post_ctf": {"application/xml": write_ctf(_CTF).decode()},
    "post_census": {
        "application/xml": _CENSUS, "text/csv": f"UPN,Surname,EnrolStatus\n{UPN},Example,C\n"
    },
    "post_matching": {
        "application/json": {
            "pupil_id": "0190a1b2-0000-4000-8000-000000000001", "other_pupil_id": OTHER,
            "decision": "different", "reason": "twins: both birth certificates were seen",
        }
    },
    "post_adjustment": {
        "application/json": {
            "la": "LA856", "rule": "off-site.review", "value": 20, "from": "2026-09-01",
            "reason": "agreed by the panel", "source": "Inclusion policy 2026",
        }
    },
}  # fmt: skip


def add_sent(document: dict[str, Any]) -> None:
    for methods in document["paths"].values():
        for operation in methods.values():
            for media, example in SENT.get(operation["operationId"], {}).items():
                operation["requestBody"]["content"][media]["example"] = example
