"""A report about somebody who is not on record is refused in words, not answered with nothing."""

import pytest

from ap_registry.errors import Refused
from ap_registry.registry import Registry
from reports.asking import asked_of
from reports.kinds import KINDS
from tests.world import PRU


@pytest.mark.parametrize(
    ("kind", "given", "pointer"),
    [
        ("outcomes", {"provider": "999999"}, "/provider"),
        ("outcomes", {"la": "999"}, "/la"),
        ("movements", {"school": "nowhere"}, "/school"),
        ("dashboard", {"icb": "ICB-ZZZ"}, "/icb"),
    ],
)
def test_who_is_not_on_record_is_named(
    registry: Registry, kind: str, given: dict[str, str], pointer: str
) -> None:
    with pytest.raises(Refused) as refused:
        KINDS[kind].read(registry, asked_of(KINDS[kind], given))
    (problem,) = refused.value.problems
    assert (problem.pointer, problem.code) == (pointer, "unknown_organisation")
    assert next(iter(given.values())) in problem.detail


def test_who_is_on_record_is_read(registry: Registry) -> None:
    made = KINDS["outcomes"].read(registry, asked_of(KINDS["outcomes"], {"provider": PRU}))
    assert made.said["provider"] == PRU


@pytest.mark.parametrize(
    ("option", "value"),
    [("la", "Leicester"), ("years", "11"), ("years", "0"), ("from", "2500-01-01")],
)
def test_what_no_figure_could_answer_is_refused(option: str, value: str) -> None:
    with pytest.raises(Refused) as refused:
        asked_of(KINDS["outcomes"], {option: value})
    assert refused.value.problems[0].pointer == f"/{option}"
