"""One sign-in for every role, to try the demo with; a parent comes in by a link."""

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
    "virtual_school": organisations.authority(FIRST_LA),
    "admin": organisations.authority(FIRST_LA),
    "auditor": organisations.authority(FIRST_LA),
}
NAMES: Mapping[str, str] = {
    "school": "Amira Patel", "provider": "Ben Carter", "panel": "Chloe Evans",
    "la": "Daniel Osei", "health": "Ellen Hughes", "social_care": "Farah Khan",
    "virtual_school": "Jude Abara", "admin": "Harry Lewis", "auditor": "Isla Morgan",
}  # fmt: skip
WAITING: Mapping[str, str] = {
    "school": "its pupils elsewhere today; who is to be told of a suspension",
    "provider": "a referral to answer; today's register",
    "panel": "Panel: the cases of the coming meeting",
    "la": "Sixth day; section 19; Data quality: two records of what may be one pupil",
    "health": "movements to answer",
    "social_care": "a child who waits for education from the first day; reviews to come",
    "virtual_school": "the same children: attendance, reviews to come",
    "admin": "Colleagues: who may sign in for the LA",
    "auditor": "Who has read; the ledger",
}  # after signing in, under these words


def email_of(role: str) -> str:
    return f"{role.replace('_', '.')}@demo.example"


def _role_of(name: str) -> str:
    """The virtual school is of the same role as a social worker."""
    return "social_care" if name == "virtual_school" else name


def add_sign_ins(connection: Connection, *, at: datetime) -> None:
    for name, organisation in ORGANISATIONS.items():
        accounts.add_account(
            connection, email=email_of(name), name=NAMES[name], password=PASSWORD,
            organisation=organisation, role=_role_of(name), at=at,
            administers=name in GIVES,
        )  # fmt: skip
