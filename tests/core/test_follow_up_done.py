"""What somebody says is done is done, whatever opened it."""

from uuid import UUID

from ap_registry.registry import Registry
from ap_registry.store import owing, queries
from tests.world import PUPIL, SCHOOL, TODAY, notify, register_pupil, send_register


def status(registry: Registry, follow_up: str) -> str:
    with registry.database.connection() as connection:
        found = owing.follow_ups(
            connection, queries.Scope(everything=True), on=TODAY, status="any", key=UUID(follow_up)
        )
    return str(found[0]["status"])


def test_a_follow_up_of_the_marks_is_closed_at_once_and_open_again_when_voided(
    registry: Registry,
) -> None:
    register_pupil(registry)
    send_register(
        registry, f"upn,organisation,date,session,code\n{PUPIL},{SCHOOL},2026-11-09,AM,N\n"
    )
    with registry.database.connection() as connection:
        owed = owing.follow_ups(
            connection, queries.Scope(everything=True), on=TODAY, kind="code_n_reason"
        )
    done = notify(
        registry, "follow_up_done", "2026-11-18", by=SCHOOL, follow_up=owed[0]["id"],
        how="The office rang home",
    )  # fmt: skip
    assert status(registry, owed[0]["id"]) == "done"
    notify(registry, "void", "2026-11-19", by=SCHOOL, of=done["event"]["id"], reason="wrong pupil")
    assert status(registry, owed[0]["id"]) == "overdue"
