"""By which UPN a pupil is known: temporary and permanent, in error, and after an adoption."""

import json
from io import BytesIO
from typing import Any

import pytest

from ap_registry.errors import NotFound, Refused
from ap_registry.identifiers import check_letter
from ap_registry.ingest.notices import import_notices
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import feed, owing, queries, who
from tests.core.owed import EVERYTHING
from tests.world import PUPIL, SCHOOL, TODAY, notify, register_pupil, upn

TEMPORARY = "M80120000500A"
NEW, OTHER_PUPIL = upn(2), upn(3)


def changed(registry: Registry, new: str, reason: str, **facts: Any) -> dict[str, Any]:
    return notify(
        registry, "upn_changed", "2025-03-03", new_upn=new, reason=reason, by=SCHOOL, **facts
    )


def found_by(registry: Registry, name: str, **at: Any) -> dict[str, Any]:
    """The pupil as shown, with its timeline."""
    with registry.database.connection() as connection:
        pupil = who.pupil_named(connection, name)
    if pupil is None:
        raise NotFound(())
    return read_pupil(registry, pupil, timeline=True, **at)


def suspended(registry: Registry, **facts: Any) -> dict[str, Any]:
    return notify(registry, "suspension", "2025-04-01", school=SCHOOL, sessions=4,
                  ends_on="2025-04-02", reasons=["PP"], **facts)  # fmt: skip


def problems(caught: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str]]:
    return [(p.pointer, p.code) for p in caught.value.problems]


def lists(registry: Registry) -> list[dict[str, Any]]:
    """Every list that names pupils, and the feed."""
    with registry.database.connection() as connection:
        registry.closed(connection)
        return [
            *queries.pupils(connection, EVERYTHING, on=TODAY),
            *owing.follow_ups(connection, EVERYTHING, on=TODAY, status="any"),
            *feed.events(connection, EVERYTHING, after=0, limit=500),
        ]


def test_a_permanent_upn_takes_the_place_of_a_temporary_one(registry: Registry) -> None:
    register_pupil(registry, upn=TEMPORARY)
    receipt = changed(registry, NEW, "permanent_issued", upn=TEMPORARY)
    shown = found_by(registry, TEMPORARY)
    assert (receipt["event"]["upn"], receipt["flags"]) == (NEW, [])
    assert (shown["upn"], shown["former_upns"]) == (NEW, [TEMPORARY])
    assert found_by(registry, NEW) == shown


def test_notices_by_the_former_upn_are_answered_with_the_present_one(registry: Registry) -> None:
    register_pupil(registry)
    changed(registry, NEW, "allocated_in_error")
    receipt = suspended(registry, upn=PUPIL)
    owed = receipt["follow_ups"]["opened"]
    assert {receipt["event"]["upn"], *(one["upn"] for one in owed)} == {NEW}
    told = [one["upn"] for one in lists(registry) if "upn" in one]
    assert len(told) > 2
    assert set(told) == {NEW}


def test_as_at_before_the_change_the_pupil_had_the_former_upn(registry: Registry) -> None:
    register_pupil(registry)
    with registry.database.connection() as connection:
        before = registry.closed(connection)
    changed(registry, NEW, "permanent_issued")
    shown = found_by(registry, NEW, as_at=before)
    assert (shown["upn"], shown["former_upns"]) == (PUPIL, [])
    with registry.database.connection() as connection:
        assert [
            p["upn"] for p in queries.pupils(connection, EVERYTHING, on=TODAY, as_at=before)
        ] == [PUPIL]


@pytest.mark.parametrize(
    ("new", "reason", "problem"),
    [
        (OTHER_PUPIL, "permanent_issued", ("/new_upn", "already_registered")),
        (PUPIL, "allocated_in_error", ("/new_upn", "already_registered")),
        (TEMPORARY, "permanent_issued", ("/new_upn", "bad_format")),
        ("A801200005001", "adopted", ("/new_upn", "bad_check_letter")),
        (NEW, "lost", ("/reason", "unknown_code")),
    ],
)
def test_what_cannot_be_the_new_upn_is_refused(
    registry: Registry, new: str, reason: str, problem: tuple[str, str]
) -> None:
    register_pupil(registry)
    register_pupil(registry, upn=OTHER_PUPIL)
    with pytest.raises(Refused) as caught:
        changed(registry, new, reason)
    assert problems(caught) == [problem]


def test_a_upn_of_no_las_code_is_flagged(registry: Registry) -> None:
    register_pupil(registry)
    body = "999400120003"
    receipt = changed(registry, check_letter(body) + body, "permanent_issued")
    assert [flag["rule"] for flag in receipt["flags"]] == ["upn.unknown-la"]


def test_a_change_taken_back_frees_the_upn(registry: Registry) -> None:
    register_pupil(registry)
    event = changed(registry, NEW, "permanent_issued")["event"]["id"]
    notify(registry, "void", "2025-05-01", of=event, by=SCHOOL, reason="Another pupil's")
    assert found_by(registry, PUPIL)["former_upns"] == []
    register_pupil(registry, upn=NEW)
    assert found_by(registry, NEW)["id"] != found_by(registry, PUPIL)["id"]


def test_a_upn_given_away_meanwhile_does_not_come_back(registry: Registry) -> None:
    register_pupil(registry)
    event = changed(registry, NEW, "adopted")["event"]["id"]
    register_pupil(registry, upn=PUPIL)
    with pytest.raises(Refused) as caught:
        notify(registry, "void", "2025-05-01", of=event, by=SCHOOL, reason="Wrong", upn=NEW)
    assert problems(caught) == [("/of", "already_registered")]


def test_a_wrong_new_upn_is_put_right(registry: Registry) -> None:
    register_pupil(registry)
    event = changed(registry, NEW, "permanent_issued")["event"]["id"]
    notify(registry, "correction", "2025-05-01", of=event, by=SCHOOL, reason="Typing slip",
           fields={"new_upn": OTHER_PUPIL})  # fmt: skip
    shown = found_by(registry, PUPIL)
    assert (shown["upn"], shown["former_upns"]) == (OTHER_PUPIL, [PUPIL])
    with pytest.raises(NotFound):
        found_by(registry, NEW)


@pytest.fixture
def adopted(registry: Registry) -> dict[str, Any]:
    """What was known of the pupil before, and when that was."""
    register_pupil(registry)
    receipt = suspended(registry, ref=f"S-{PUPIL}")
    before = found_by(registry, PUPIL)
    with registry.database.connection() as connection:
        at = registry.closed(connection)
    changed(registry, NEW, "adopted")
    return {**before, "at": at, "receipt": receipt}


def test_after_an_adoption_the_old_upn_and_id_are_unknown(
    registry: Registry, adopted: dict[str, Any]
) -> None:
    for name in (PUPIL, adopted["id"]):
        with pytest.raises(NotFound):
            found_by(registry, name)
    for names in ({"upn": PUPIL}, {"upn": None, "pupil_id": adopted["id"]}):
        with pytest.raises(Refused) as caught:
            notify(registry, "left_roll", "2025-05-01", school=SCHOOL, ground="a", **names)
        assert [code for _, code in problems(caught)] == ["unknown_pupil"]


def test_no_output_holds_the_old_upn_or_id_whatever_time_is_asked(
    registry: Registry, adopted: dict[str, Any]
) -> None:
    at = adopted["at"]
    with registry.database.connection() as connection:
        earlier = [
            *queries.pupils(connection, EVERYTHING, on=TODAY, as_at=at),
            *owing.follow_ups(connection, EVERYTHING, on=TODAY, as_at=at, status="any"),
        ]
    again = registry.record(
        {"type": "suspension", "upn": NEW, "occurred_on": "2025-04-01", "school": SCHOOL,
         "sessions": 4, "ends_on": "2025-04-02", "reasons": ["PP"], "ref": f"S-{PUPIL}"}
    )  # fmt: skip
    told = json.dumps(
        [found_by(registry, NEW), found_by(registry, NEW, as_at=at), lists(registry), earlier,
         again.receipt["follow_ups"] if again.receipt else None]
    )  # fmt: skip
    assert again.status == "unchanged"
    assert adopted["receipt"]["follow_ups"]["opened"]
    assert len(earlier) > 2
    assert PUPIL not in told
    assert adopted["id"] not in told


def test_after_an_adoption_the_history_goes_on(registry: Registry, adopted: dict[str, Any]) -> None:
    shown = found_by(registry, NEW)
    assert (shown["upn"], shown["former_upns"]) == (NEW, [])
    assert [e["id"] for e in shown["exclusions"]] == [e["id"] for e in adopted["exclusions"]]
    receipt = notify(registry, "left_roll", "2025-05-01", school=SCHOOL, ground="a", upn=None,
                     pupil_id=shown["id"])  # fmt: skip
    assert (receipt["event"]["pupil_id"], receipt["event"]["upn"]) == (shown["id"], NEW)


def test_an_adoption_taken_back_gives_back_upn_and_id(
    registry: Registry, adopted: dict[str, Any]
) -> None:
    event = next(i for i in found_by(registry, NEW)["timeline"] if i["type"] == "upn_changed")
    notify(registry, "void", "2025-05-01", of=event["id"], by=SCHOOL, reason="Wrong", upn=NEW)
    shown = found_by(registry, PUPIL)
    assert (shown["id"], shown["upn"], shown["former_upns"]) == (adopted["id"], PUPIL, [])
    with pytest.raises(NotFound):
        found_by(registry, NEW)


def test_rows_by_the_old_and_the_new_upn_in_one_file_are_one_pupils(registry: Registry) -> None:
    """The new UPN is used in rows above and before the one that brings it."""
    register_pupil(registry)
    lines = [
        "type,upn,occurred_on,by,school,sessions,ends_on,reasons,new_upn,reason",
        f"suspension,{NEW},2025-02-03,,{SCHOOL},2,2025-02-03,PP,,",
        f"upn_changed,{PUPIL},2025-03-03,{SCHOOL},,,,,{NEW},permanent_issued",
        f"suspension,{PUPIL},2025-04-01,,{SCHOOL},2,2025-04-01,PP,,",
        f"suspension,{NEW},2025-04-02,,{SCHOOL},2,2025-04-02,PP,,",
    ]
    text = "\n".join(lines).encode()
    first, again = (import_notices(registry, BytesIO(text)) for _ in range(2))
    assert (first.created, first.errors) == (4, [])
    assert (again.unchanged, again.errors) == (4, [])
    assert len(found_by(registry, PUPIL)["exclusions"]) == 3
