"""A pupil who is held is not erased until each hold is released, and every step is on record."""

from uuid import UUID

import pytest
from psycopg.errors import InsufficientPrivilege

from ap_registry import erasing
from ap_registry.errors import Refused
from ap_registry.registry import Registry
from ap_registry.store import acts, who
from ap_registry.store.acts import Act
from tests.world import PUPIL, register_pupil

WHY = "Claim before the tribunal"


@pytest.fixture
def known(registry: Registry) -> Registry:
    register_pupil(registry)
    return registry


def of(registry: Registry) -> list[tuple[str, str]]:
    """What was done with the pupil's record, and why."""
    with registry.database.connection() as connection:
        pupil = who.pupil_named(connection, PUPIL)
        assert pupil is not None
        return [(act.type, act.private["reason"]) for act in acts.of(connection, [pupil])]


def refusal(registry: Registry, what: str, *arguments: str | None) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        getattr(erasing, what)(registry, PUPIL, *arguments)
    return [(problem.pointer, problem.code) for problem in refused.value.problems]


def test_a_held_pupil_is_not_erased(known: Registry) -> None:
    erasing.hold(known, PUPIL, WHY)
    assert refusal(known, "erase", "over") == [("/upn", "already_open")]


def test_a_released_pupil_is_erased(known: Registry) -> None:
    erasing.hold(known, PUPIL, WHY)
    assert erasing.release(known, PUPIL, "Claim settled", None)["held"] is False
    assert erasing.erase(known, PUPIL, "over")["erased"] is True


def test_hold_and_release_are_on_record_with_their_reasons(known: Registry) -> None:
    erasing.hold(known, PUPIL, WHY)
    erasing.release(known, PUPIL, "Claim settled", None)
    assert of(known) == [("pupil_held.v1", WHY), ("hold_released.v1", "Claim settled")]


def test_each_hold_is_released_by_itself(known: Registry) -> None:
    first, second = (erasing.hold(known, PUPIL, reason)["hold"] for reason in (WHY, "Inquest"))
    assert refusal(known, "release", "Settled", None) == [("/hold", "ambiguous")]
    assert erasing.release(known, PUPIL, "Settled", first) == {"held": True, "hold": first}
    assert refusal(known, "erase", "over") == [("/upn", "already_open")]
    assert erasing.release(known, PUPIL, "Over", None) == {"held": False, "hold": second}


@pytest.mark.parametrize("named", [None, "0b8f4f0e-64a3-4d0c-9a57-3d1f1b0c6e21"])
def test_what_is_not_held_cannot_be_released(known: Registry, named: str | None) -> None:
    assert refusal(known, "release", "Settled", named) == [("/hold", "nothing_open")]


@pytest.mark.parametrize("what", ["hold", "release"])
def test_a_reason_is_needed(known: Registry, what: str) -> None:
    more = (None,) if what == "release" else ()
    assert refusal(known, what, "", *more) == [("/reason", "required")]


def test_the_database_does_not_erase_who_is_held(known: Registry) -> None:
    """Whatever the program does: the function itself looks."""
    erasing.hold(known, PUPIL, WHY)
    with known.database.connection() as connection, connection.transaction(force_rollback=True):
        record = erasing.stand_alone(known, connection, PUPIL)
        (pupil,) = record.pupils
        act = Act(type="pupil_erased.v1", said={"reason": "over"})
        erasing.write(connection, record, act, caller=erasing.COMMAND_LINE)
        with pytest.raises(InsufficientPrivilege, match="this pupil is held"):
            _erase_privately(connection, pupil)


def _erase_privately(connection: acts.Connection, pupil: UUID) -> None:
    connection.execute("select erase_pupil(%s)", (pupil,))
