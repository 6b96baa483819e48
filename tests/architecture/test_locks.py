"""Advisory locks."""

from collections import Counter

from ap_registry.store import locks


def test_no_two_locks_have_one_number() -> None:
    numbers = Counter(value for value in vars(locks).values() if isinstance(value, int))
    assert [number for number, held in numbers.items() if held > 1] == []
