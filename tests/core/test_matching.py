"""Pupils who may be one: found with reasons, decided by a person, and that is remembered."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.errors import NotFound, Refused
from ap_registry.likeness import Details, compare
from ap_registry.matching import Pair, Wanted, decide, first_pairs, pairs
from ap_registry.registry import Registry
from ap_registry.store import queries
from ap_registry.store.rebuilding import check
from tests.core.owed import EVERYTHING
from tests.world import OTHER, PERSON, PUPIL, SCHOOL, TODAY, register_pupil, upn

LA = Caller(actor="test", role="la", organisations=("LA856",))
ELSEWHERE = Caller(actor="test", role="la", organisations=("LA857",))
OFFICE = Caller(actor="test", role="school", organisations=(SCHOOL,))
ANN = Details(given_name="Ann", family_name="Example", date_of_birth=date(2011, 2, 3), sex="F")


def suspended(on: str = "2026-06-01", **facts: Any) -> dict[str, Any]:
    """A first notice of a pupil for whom the school has no UPN."""
    return {"type": "suspension", "occurred_on": on, "school": SCHOOL, "sessions": 2,
            "ends_on": on, "reasons": ["PP"], **PERSON, **facts}  # fmt: skip


def sent(registry: Registry, notice: dict[str, Any], caller: Caller = OFFICE) -> dict[str, Any]:
    receipt = registry.record(notice, caller).receipt
    assert receipt is not None
    return dict(receipt["event"])


def found(registry: Registry, *, settled: bool = False, las: tuple[str, ...] = ()) -> list[Pair]:
    scope = queries.Scope(organisations=las, everything=not las, today=registry.today())
    with registry.database.connection() as connection:
        return pairs(registry, connection, scope, settled=settled)


@pytest.fixture
def two(registry: Registry) -> Pair:
    """Ann Example with her UPN, and Anne Example without one."""
    register_pupil(registry)
    sent(registry, suspended(given_name="Anne", ref="S1"))
    (pair,) = found(registry)
    return pair


def test_of_many_pairs_the_likeliest_are_read_and_the_others_counted(registry: Registry) -> None:
    register_pupil(registry)
    sent(registry, suspended(given_name="Anne", ref="S1"))
    sent(registry, suspended(ref="S2"))
    every = found(registry)
    assert [pair.likeness.score for pair in every] == [100, 99, 99]
    scope = queries.Scope(everything=True, today=registry.today())
    with registry.database.connection() as connection:
        assert first_pairs(registry, connection, scope, 2) == (every[:2], 1)


@pytest.mark.parametrize(
    ("facts", "score"),
    [
        ({}, 100),
        ({"given_name": "Anne"}, 99),
        ({"given_name": "EXAMPLE", "family_name": "ánn"}, 100),
        ({"date_of_birth": date(2011, 3, 2)}, 90),
        ({"date_of_birth": date(2011, 2, 8), "sex": "M"}, 75),
        ({"date_of_birth": date(2012, 12, 8)}, None),
        ({"given_name": "Bo"}, None),  # a twin
        ({"given_name": None}, None),
    ],
)
def test_likeness_needs_both_names_and_the_day_of_birth(
    facts: dict[str, Any], score: int | None
) -> None:
    other = {name: getattr(ANN, name) for name in ANN.__slots__} | facts
    likeness = compare(ANN, Details(**other))
    assert (likeness and likeness.score) == score


def test_reasons_say_what_is_like_and_name_nobody() -> None:
    other = Details(given_name="Anne", family_name="Example", date_of_birth=date(2011, 2, 3),
                    sex="M")  # fmt: skip
    likeness = compare(ANN, other)
    assert likeness is not None
    assert likeness.reasons == (
        "the given names are 94% alike", "the family names are the same",
        "born on the same day", "but the sex is recorded differently",
    )  # fmt: skip


def test_a_pupil_without_upn_is_shown_beside_the_one_it_may_be(two: Pair) -> None:
    assert (two.kept.upn, two.other.upn) == (PUPIL, None)
    assert two.kept.schools == (SCHOOL,)


def test_an_la_is_shown_its_own_pupils_only(registry: Registry, two: Pair) -> None:
    assert len(found(registry, las=("LA856",))) == 1
    assert found(registry, las=("LA857",)) == []


def test_nothing_is_merged_by_itself(registry: Registry, two: Pair) -> None:
    with registry.database.connection() as connection:
        assert len(queries.pupils(connection, EVERYTHING, on=TODAY)) == 2


def test_the_same_pupil_is_merged_by_a_notice_with_a_reason(registry: Registry, two: Pair) -> None:
    told = decide(registry, LA, Wanted(pupil=two.kept.id, other=two.other.id, decision="same"))
    assert told["receipt"]["event"]["type"] == "pupils_merged"
    with registry.database.connection() as connection:
        shown = queries.pupils(connection, EVERYTHING, on=TODAY)
    assert [pupil["upn"] for pupil in shown] == [PUPIL]
    assert found(registry) == []
    assert check(registry.database).examples == []


def test_what_merged_is_remembered_for_the_next_notice(registry: Registry, two: Pair) -> None:
    """The school still has no UPN for her: its next notice is the pupil's, not a third one's."""
    decide(registry, LA, Wanted(pupil=two.kept.id, other=two.other.id, decision="same"))
    event = sent(registry, suspended("2026-06-15", given_name="Anne", ref="S2"))
    assert (event["upn"], event["pupil_id"]) == (PUPIL, str(two.kept.id))
    again = registry.record(suspended(given_name="Anne", ref="S1"), OFFICE)
    assert again.status == "unchanged"


def test_a_merge_by_id_can_be_undone(registry: Registry, two: Pair) -> None:
    decide(registry, LA, Wanted(pupil=two.kept.id, other=two.other.id, decision="same"))
    registry.record(
        {"type": "merge_undone", "upn": PUPIL, "other_pupil_id": str(two.other.id),
         "occurred_on": "2026-11-19", "reason": "Two children"}, LA,
    )  # fmt: skip
    (pair,) = found(registry)
    assert (pair.kept.id, pair.other.id) == (two.kept.id, two.other.id)
    assert pair.decided is not None
    assert pair.decided.decision == "same"


def test_different_pupils_are_not_asked_about_again(registry: Registry, two: Pair) -> None:
    decide(registry, LA, Wanted(pupil=two.other.id, other=two.kept.id, decision="different"))
    assert found(registry) == []
    (settled,) = found(registry, settled=True)
    assert settled.decided is not None
    assert (settled.decided.decision, settled.decided.organisation) == ("different", "LA856")
    decide(registry, LA, Wanted(pupil=two.kept.id, other=two.other.id, decision="open"))
    assert len(found(registry)) == 1


@pytest.mark.parametrize("caller", [OFFICE, ELSEWHERE])
def test_only_who_sees_both_and_may_merge_decides(
    registry: Registry, two: Pair, caller: Caller
) -> None:
    with pytest.raises((NotFound, Refused)):
        decide(registry, caller, Wanted(pupil=two.kept.id, other=two.other.id, decision="same"))
    assert len(found(registry)) == 1


def slipped(registry: Registry) -> tuple[dict[str, Any], UUID, str]:
    """A notice that is refused for a slip in the UPN, and the pupil that it is offered."""
    register_pupil(registry)
    wrong = PUPIL[:-1] + ("2" if PUPIL[-1] != "2" else "3")
    notice = {"type": "suspension", "occurred_on": "2026-06-01", "upn": wrong, "school": SCHOOL,
              "sessions": 2, "ends_on": "2026-06-01", "reasons": ["PP"]}  # fmt: skip
    with pytest.raises(Refused) as caught:
        registry.record(notice, OFFICE)
    ((near,),) = [problem.near for problem in caught.value.problems]
    assert near.reasons == ("the UPN differs by one character or by two that changed places",)
    return notice, near.pupil_id, wrong


def test_whom_a_wrong_upn_means_is_remembered_for_its_sender(registry: Registry) -> None:
    notice, pupil, wrong = slipped(registry)
    decide(registry, OFFICE, Wanted(pupil=pupil, decision="same", sent_upn=wrong))
    assert sent(registry, notice)["upn"] == PUPIL
    stranger = Caller(actor="test", role="school", organisations=(OTHER,))
    with pytest.raises(Refused) as caught:
        registry.record({**notice, "school": OTHER}, stranger)
    assert [p.code for p in caught.value.problems] == ["bad_check_letter"]


def test_who_was_said_not_to_be_meant_is_offered_no_more(registry: Registry) -> None:
    notice, pupil, wrong = slipped(registry)
    decide(registry, OFFICE, Wanted(pupil=pupil, decision="different", sent_upn=wrong))
    with pytest.raises(Refused) as caught:
        registry.record(notice, OFFICE)
    assert [problem.near for problem in caught.value.problems] == [()]


def test_a_decision_of_the_unseen_answers_as_of_the_unknown(registry: Registry) -> None:
    register_pupil(registry)
    with registry.database.connection() as connection:
        (shown,) = queries.pupils(connection, EVERYTHING, on=TODAY)
    stranger = Caller(actor="test", role="school", organisations=(OTHER,))
    told = []
    for pupil in (UUID(shown["id"]), UUID(int=7)):
        with pytest.raises(NotFound) as caught:
            decide(registry, stranger, Wanted(pupil=pupil, decision="same", sent_upn=upn(9)))
        told.append(caught.value.problems)
    assert told[0] == told[1]


def test_the_command_line_decides_for_an_organisation(registry: Registry) -> None:
    notice, pupil, wrong = slipped(registry)
    wanted = Wanted(pupil=pupil, decision="same", sent_upn=wrong, organisation=SCHOOL)
    decide(registry, COMMAND_LINE, wanted)
    assert sent(registry, notice, COMMAND_LINE)["upn"] == PUPIL


def test_who_is_alike_is_looked_for_anew_once_somebody_is_described_otherwise(
    registry: Registry, two: Pair
) -> None:
    assert len(found(registry)) == 1
    sent(registry, {"type": "pupil_details_changed", "upn": PUPIL, "occurred_on": "2026-03-04",
                    "family_name": "Otherwise", "by": SCHOOL})  # fmt: skip
    assert found(registry) == []
