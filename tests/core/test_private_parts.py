"""What is kept apart and erasable, and what stays in the open (contract section 8)."""

import json

import pytest

from ap_registry.identifiers import check_letter
from ap_registry.registry import Registry
from tests.core.test_exclusion_notices import suspend
from tests.world import PERSON, PRU, SCHOOL, notify, register_pupil


def stored(registry: Registry, alias: str) -> tuple[dict[str, object], dict[str, object]]:
    """The open and the private part of the last event of an alias."""
    with registry.database.connection() as connection:
        row = connection.execute(
            "select e.data::text, p.data::text from event e"
            " left join event_private p using (pupil_id, stream, version)"
            " where e.type = %s order by e.version desc limit 1",
            (alias,),
        ).fetchone()
    assert row is not None
    return json.loads(row[0]), json.loads(row[1] or "{}")


@pytest.mark.parametrize(
    ("destination", "open_", "private"),
    [
        ("100002", "100002", {}),
        ("857", "857", {}),
        ("Lakeside, near the canal", None, {"destination": "Lakeside, near the canal"}),
    ],
)
def test_a_destination_in_words_is_private_an_organisation_is_not(
    registry: Registry, destination: str, open_: str | None, private: dict[str, str]
) -> None:
    register_pupil(registry)
    notify(registry, "left_roll", "2026-03-02", school=SCHOOL, ground="g", destination=destination)
    public, hidden = stored(registry, "left_roll.v1")
    assert (public["destination"], hidden) == (open_, private)


def test_where_a_leaver_went_is_private_when_in_words(registry: Registry) -> None:
    register_pupil(registry)
    notify(registry, "destination_recorded", "2026-10-01", by=PRU, activity="230",
           organisation="an uncle's garage")  # fmt: skip
    public, hidden = stored(registry, "destination_recorded.v1")
    assert (public["organisation"], hidden) == (None, {"organisation": "an uncle's garage"})


def test_of_a_correction_only_private_values_are_private(registry: Registry) -> None:
    register_pupil(registry)
    suspended = suspend(registry, "2026-03-02", "2026-03-03", 4)
    notify(registry, "correction", "2026-03-09", by=SCHOOL, of=suspended["event"]["id"],
           fields={"sessions": 2}, reason="made up")  # fmt: skip
    public, hidden = stored(registry, "correction.v1")
    assert (public["fields"], hidden) == ({"sessions": 2}, {"reason": "made up"})


def test_a_corrected_name_is_private(registry: Registry) -> None:
    receipt = notify(registry, "pupil_registered", "2026-03-02", by=SCHOOL, **PERSON)
    fields = {"given_name": "Anne", "home_la": "857"}
    notify(registry, "correction", "2026-03-09", by=SCHOOL, of=receipt["event"]["id"],
           fields=fields, reason="made up")  # fmt: skip
    public, hidden = stored(registry, "correction.v1")
    assert public["fields"] == {"home_la": "857"}
    assert hidden["fields"] == {"given_name": "Anne"}


def test_a_first_notice_answers_for_what_it_brought_with_it(registry: Registry) -> None:
    """The LA in this UPN (999) never allocated any."""
    body = "999400120001"
    unknown = check_letter(body) + body
    receipt = registry.record(
        {"type": "joined_roll", "upn": unknown, "occurred_on": "2026-03-02", "school": SCHOOL,
         "registration": "C", **PERSON}
    ).receipt  # fmt: skip
    assert receipt is not None
    assert [flag["rule"] for flag in receipt["flags"]] == ["upn.unknown-la"]
