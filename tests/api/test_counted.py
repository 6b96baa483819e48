"""Figures that take long are counted once while nothing changes, and never told too late."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from ap_registry.registry import Registry
from api.counted import MOST, Counted
from tests.world import register_pupil


def counting() -> Callable[[], bytes]:
    """Answers how often it was asked."""
    calls: list[None] = []

    def count() -> bytes:
        calls.append(None)
        return str(len(calls)).encode()

    return count


def test_it_is_counted_anew_once_something_is_recorded(registry: Registry) -> None:
    counted, count = Counted(registry), counting()
    assert [counted.of("la", count) for _ in range(3)] == [b"1"] * 3
    register_pupil(registry)
    assert [counted.of("la", count) for _ in range(2)] == [b"2"] * 2


def test_it_is_counted_anew_on_another_day(registry: Registry) -> None:
    registry.clock = datetime(2026, 11, 20, 9, tzinfo=UTC)
    counted, count = Counted(registry), counting()
    counted.of("la", count)
    registry.clock += timedelta(days=1)
    assert counted.of("la", count) == b"2"


def test_nobody_is_told_what_was_counted_for_another(registry: Registry) -> None:
    counted, count = Counted(registry), counting()
    assert [counted.of(one, count) for one in ("la", "provider", "la")] == [b"1", b"2", b"1"]


def test_what_could_not_be_counted_is_counted_again(registry: Registry) -> None:
    counted = Counted(registry)

    def fails() -> bytes:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        counted.of("la", fails)
    assert counted.of("la", counting()) == b"1"


def test_a_bounded_number_is_kept(registry: Registry) -> None:
    counted, count = Counted(registry), counting()
    for number in range(MOST + 1):
        counted.of(number, count)
    assert counted.of(0, count) == str(MOST + 2).encode()
    assert counted.of(MOST, count) == str(MOST + 1).encode()
