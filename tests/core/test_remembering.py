"""An answer is kept for the very same objects, and for no others."""

from ap_registry.remembering import KEPT, by_identity, remembering


class Counted:
    """Joins words; knows how often it had to."""

    def __init__(self) -> None:
        self.times = 0

        @by_identity
        def joined(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
            self.times += 1
            return one + other

        self.joined = joined


def test_the_same_objects_are_joined_once() -> None:
    counted, one, other = Counted(), ("a",), ("b",)
    with remembering():
        answers = counted.joined(one, other), counted.joined(one, other)
    assert (answers, counted.times) == ((("a", "b"), ("a", "b")), 1)


def test_the_same_objects_in_another_order_are_joined_anew() -> None:
    counted, one, other = Counted(), ("a",), ("b",)
    with remembering():
        answers = counted.joined(one, other), counted.joined(other, one)
    assert (answers, counted.times) == ((("a", "b"), ("b", "a")), 2)


def test_objects_that_came_and_went_are_never_mistaken_for_others() -> None:
    counted = Counted()
    words = [str(number) for number in range(KEPT + 10)]
    with remembering():
        assert [counted.joined((word,), ())[0] for word in words] == words


def test_nothing_is_kept_once_the_outermost_block_has_ended() -> None:
    counted, one, other = Counted(), ("a",), ("b",)
    with remembering():
        with remembering():
            counted.joined(one, other)
        counted.joined(one, other)
    assert counted.times == 1
    counted.joined(one, other)
    counted.joined(one, other)
    assert counted.times == 3
