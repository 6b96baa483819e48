"""A notice that names nobody is offered near pupils, of those whom its sender may see."""

from io import BytesIO
from typing import Any

import pytest

from ap_registry.access import Caller
from ap_registry.errors import Refused
from ap_registry.ingest.notices import import_notices
from ap_registry.near import one_edit_from
from ap_registry.problems import of_refusal
from ap_registry.registry import Registry
from tests.builders import suspension
from tests.world import OTHER, PERSON, PUPIL, SCHOOL, register_pupil, upn

OFFICE = Caller(actor="test", role="school", organisations=(SCHOOL,))
STRANGER = Caller(actor="test", role="school", organisations=(OTHER,))
# One digit of PUPIL wrong: the check letter does not fit.
SLIP = PUPIL[:-1] + ("2" if PUPIL[-1] != "2" else "3")
FAR = upn(77)


@pytest.fixture
def pupil(registry: Registry) -> str:
    register_pupil(registry)
    with registry.database.connection() as connection:
        row = connection.execute("select pupil_id from identity").fetchone()
    assert row is not None
    return str(row[0])


def refusal(registry: Registry, caller: Caller, upn_: str, **facts: Any) -> dict[str, Any]:
    sent = suspension()
    notice = {"type": sent.type, "occurred_on": sent.on, "upn": upn_, **sent.values, **facts}
    notice["school"] = caller.organisation
    with pytest.raises(Refused) as caught:
        registry.record(notice, caller)
    return of_refusal(caught.value)


def offered(registry: Registry, caller: Caller, upn_: str, **facts: Any) -> list[Any]:
    return [one.get("near") for one in refusal(registry, caller, upn_, **facts)["errors"]]


def neighbour() -> str:
    """Another UPN, right in itself, two neighbours of PUPIL's or one character away."""
    return sorted(one_edit_from(PUPIL))[0]


def test_a_upn_that_is_one_slip_away_is_offered_the_pupil(registry: Registry, pupil: str) -> None:
    assert offered(registry, OFFICE, SLIP) == [[pupil]]


def test_so_is_a_upn_that_is_right_in_itself(registry: Registry, pupil: str) -> None:
    assert offered(registry, OFFICE, neighbour()) == [[pupil]]


def test_a_upn_two_slips_away_is_not(registry: Registry, pupil: str) -> None:
    assert offered(registry, OFFICE, FAR) == [None]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"family_name": "Exampel"}, True),
        ({"given_name": "Example", "family_name": "ÁNN"}, True),
        ({"family_name": "Otherwise"}, False),
        ({"date_of_birth": "2011-02-04"}, True),
        ({"date_of_birth": "2011-03-02"}, True),
        ({"date_of_birth": "2011-02-13"}, True),
        ({"date_of_birth": "2012-03-14"}, False),
    ],
)
def test_so_is_a_like_name_with_the_same_day_of_birth(
    registry: Registry, pupil: str, said: dict[str, str], found: bool
) -> None:
    names = {"given_name": "Ann", "family_name": "Example", "date_of_birth": "2011-02-03"}
    told = offered(registry, OFFICE, FAR, **{**names, **said})
    assert told[0] == ([pupil] if found else None)


@pytest.mark.parametrize("facts", [{}, {**PERSON, "sex": None}])
def test_who_may_not_be_seen_is_not_offered(
    registry: Registry, pupil: str, facts: dict[str, Any]
) -> None:
    for sent in (SLIP, neighbour(), PUPIL, FAR):
        assert set(offered(registry, STRANGER, sent, **facts)) == {None}


def test_the_refusal_of_an_unseen_neighbour_is_that_of_any(registry: Registry, pupil: str) -> None:
    assert refusal(registry, STRANGER, neighbour()) == refusal(registry, STRANGER, FAR)


@pytest.mark.parametrize(
    "slip", [PUPIL[1:], PUPIL + "0", PUPIL[:3] + PUPIL[4] + PUPIL[3] + PUPIL[5:]]
)
def test_a_character_left_out_too_many_or_swapped_is_one_slip(slip: str) -> None:
    assert PUPIL in one_edit_from(slip)


def test_an_error_of_a_row_has_them_too(registry: Registry, pupil: str) -> None:
    row = f"review_held,{SLIP},2026-03-02,{SCHOOL},school\n"
    file = BytesIO(f"type,upn,occurred_on,by,attended\n{row}".encode())
    (error,) = import_notices(registry, file).as_json()["errors"]
    assert error["near"] == [pupil]
