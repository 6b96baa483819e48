"""One sign-in for every role, to try the demo with."""

from collections.abc import Mapping
from datetime import datetime

from ap_registry.access import GIVES
from ap_registry.demo import organisations
from ap_registry.demo.world import FIRST_LA
from ap_registry.store import accounts
from ap_registry.store.database import Connection

PASSWORD = "practice-makes-progress"  # of made-up data on one's own machine: no secret
ORGANISATIONS: Mapping[str, str] = {
    "school": organisations.secondaries(FIRST_LA)[0],
    "provider": organisations.pru(FIRST_LA),
    "panel": organisations.authority(FIRST_LA),
    "la": organisations.authority(FIRST_LA),
    "health": organisations.care_board(FIRST_LA),
    "social_care": organisations.authority(FIRST_LA),
    "parent": organisations.advice_service(FIRST_LA),
    "admin": organisations.authority(FIRST_LA),
    "auditor": organisations.authority(FIRST_LA),
}
NAMES: Mapping[str, str] = {
    "school": "Amira Patel", "provider": "Ben Carter", "panel": "Chloe Evans",
    "la": "Daniel Osei", "health": "Ellen Hughes", "social_care": "Farah Khan",
    "parent": "Grace Wood", "admin": "Harry Lewis", "auditor": "Isla Morgan",
}  # fmt: skip


def email_of(role: str) -> str:
    return f"{role.replace('_', '.')}@demo.example"


def add_sign_ins(connection: Connection, *, at: datetime) -> None:
    for role, organisation in ORGANISATIONS.items():
        accounts.add_account(
            connection, email=email_of(role), name=NAMES[role], password=PASSWORD,
            organisation=organisation, role=role, at=at,
            administers=role in GIVES,
        )  # fmt: skip
