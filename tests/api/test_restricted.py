"""Adopted and protected pupils: who reads addresses and contacts, and under which id."""

from typing import Any

import pytest

from ap_registry.registry import Registry
from tests.api.conftest import Login
from tests.world import PRU, PUPIL, SCHOOL, notify, register_pupil, upn

ADDRESS, PUT_RIGHT = "1 Made-Up Lane", "2 Made-Up Lane"
READERS = {
    "its school": ("school", SCHOOL),
    "its provider": ("provider", PRU),
    "its panel": ("panel", "LA856"),
    "an auditor of its school": ("auditor", SCHOOL),
    "its LA": ("la", "LA856"),
    "the administrator": ("admin", "LA856"),
}


@pytest.fixture
def placed(registry: Registry) -> Registry:
    """With a contact whose address was put right, not yet restricted."""
    register_pupil(registry)
    notify(registry, "placement_started", "2026-03-16", provider=PRU, commissioner=SCHOOL,
           reason="behaviour", intent="return", ends_on="2027-07-10",
           sessions_per_week=10)  # fmt: skip
    event = notify(registry, "contact_recorded", "2025-01-06", by=SCHOOL, name="A. Made-Up",
                   relation="mother", parental_responsibility=True, address=ADDRESS)  # fmt: skip
    notify(registry, "correction", "2025-01-07", of=event["event"]["id"], by=SCHOOL,
           reason="They moved", fields={"address": PUT_RIGHT})  # fmt: skip
    return registry


def told(as_: Login, path: str = "/api/v1/pupils/{pupil}") -> set[str]:
    """Who reads either address there, in the timeline, or as it was before."""
    found = set()
    for name, caller in READERS.items():
        client = as_(*caller)
        pages = [
            client.get(path.format(pupil=PUPIL) + more)
            for more in ("", "/timeline", "?on=2025-02-03", "/timeline?on=2025-02-03")
        ]
        assert {page.status_code for page in pages} == {200}
        text = "".join(page.text for page in pages)
        if ADDRESS in text or PUT_RIGHT in text or "A. Made-Up" in text:
            found.add(name)
    return found


def test_contacts_of_a_pupil_are_read_by_all_who_see_it(as_: Login, placed: Registry) -> None:
    assert told(as_) == set(READERS)


def test_contacts_of_a_restricted_pupil_are_read_by_its_la_alone(
    as_: Login, placed: Registry
) -> None:
    notify(placed, "pupil_details_changed", "2026-11-02", by="LA856", restricted=True)
    assert told(as_) == {"its LA", "the administrator"}


def test_a_pupil_no_longer_restricted_is_read_as_before(as_: Login, placed: Registry) -> None:
    for restricted in (True, False):
        notify(placed, "pupil_details_changed", "2026-11-02", by="LA856", restricted=restricted)
    assert told(as_) == set(READERS)


def test_after_an_adoption_no_route_answers_to_the_old_upn_or_id(
    as_: Login, placed: Registry
) -> None:
    school = as_("school", SCHOOL)
    old = school.get(f"/api/v1/pupils/{PUPIL}").json()["id"]
    notify(placed, "upn_changed", "2026-11-02", by="LA856", new_upn=upn(2), reason="adopted")
    new = school.get(f"/api/v1/pupils/{upn(2)}").json()["id"]
    answers: list[Any] = [school.get(f"/api/v1/pupils/{name}{more}").status_code
                          for name in (old, PUPIL) for more in ("", "/timeline")]  # fmt: skip
    lists = "".join(school.get(f"/api/v1/{name}").text
                    for name in ("pupils", "placements", "follow-ups", "events",
                                 f"pupils/{new}", f"pupils/{new}/timeline"))  # fmt: skip
    assert answers == [404] * 4
    assert new in lists
    assert old not in lists
    assert PUPIL not in lists


def test_what_a_former_school_owes_does_not_lead_to_a_pupil_adopted_since(
    as_: Login, placed: Registry
) -> None:
    notify(placed, "suspension", "2026-10-05", school=SCHOOL, sessions=2, reasons=["PP"],
           ends_on="2026-10-05")  # fmt: skip
    notify(placed, "placement_ended", "2026-10-09", by=SCHOOL, end_reason="moved_area")
    notify(placed, "left_roll", "2026-10-12", school=SCHOOL, ground="a")
    new = notify(placed, "upn_changed", "2026-11-02", by="LA856", new_upn=upn(2),
                 reason="adopted")["event"]["pupil_id"]  # fmt: skip
    school = as_("school", SCHOOL)
    owed = [
        one
        for status in ("open", "overdue", "done", "lapsed")
        for one in school.get("/api/v1/follow-ups", params={"status": status}).json()["items"]
    ]
    lists = "".join(
        school.get(f"/api/v1/{name}").text
        for name in ("pupils", "placements", "events", "follow-ups", "follow-ups?status=overdue")
    )
    assert {(one["pupil_id"], one["upn"]) for one in owed} == {(None, None)}
    assert new not in lists
    assert upn(2) not in lists


def test_a_register_for_the_other_upn_of_a_merged_pupil_is_taken(
    as_: Login, placed: Registry
) -> None:
    register_pupil(placed, upn=upn(2))
    notify(placed, "pupils_merged", "2026-11-02", by="LA856", other_upn=upn(2), reason="One")
    sent = as_("school", SCHOOL).post(
        "/api/v1/attendance",
        json=[{"upn": upn(2), "organisation": SCHOOL, "week": "2026-11-02",
               "marks": "O O O O O O O O O O"}],
    )  # fmt: skip
    opened = sent.json()["follow_ups"]["opened"]
    assert (sent.json()["created"], {one["upn"] for one in opened}) == (1, {PUPIL})
