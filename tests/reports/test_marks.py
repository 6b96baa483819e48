"""Packed registers: counting by bytes says what the clash rule says mark by mark."""

import random
from datetime import date, timedelta
from uuid import UUID

import pytest

from ap_registry import codes
from ap_registry.attendance import Week, effective
from reports.marks import Register, Sessions, place, standing, unpacked

MONDAY = date(2025, 1, 6)
SCHOOL, PRU = "100001", "100007"
BYTES = "".join(found.byte for found in codes.ATTENDANCE.values()) + "-----"


def register(*weeks: tuple[date, str]) -> Register:
    return next(unpacked([packed(*weeks)]))


def packed(*weeks: tuple[date, str]) -> bytes:
    """As PostgreSQL sends them: days from 2000, and ten marks."""
    return b"".join(
        (monday - date(2000, 1, 1)).days.to_bytes(4, "big") + marks.encode()
        for monday, marks in weeks
    )


def test_a_week_that_is_missing_holds_no_marks() -> None:
    found = register((MONDAY, "/" * 10), (MONDAY + timedelta(weeks=2), "\\" * 10))
    assert found == Register(place(MONDAY), rb"//////////----------\\\\\\\\\\")


def test_registers_are_unpacked_together_and_stay_apart() -> None:
    first = packed((MONDAY, "1" * 10), (MONDAY + timedelta(weeks=2), "2" * 10))
    second = packed((MONDAY - timedelta(weeks=1), "3" * 10))
    assert list(unpacked([first, second])) == [
        Register(place(MONDAY), b"1111111111----------2222222222"),
        Register(place(MONDAY) - 10, b"3333333333"),
    ]


def test_where_there_are_no_registers_none_is_unpacked() -> None:
    assert list(unpacked([])) == []


@pytest.mark.parametrize(
    ("from_on", "to_on", "marks"),
    [
        (date(2025, 1, 6), date(2025, 1, 6), b"01"),
        (date(2025, 1, 10), date(2025, 1, 13), b"89ab"),
        (date(2025, 1, 11), date(2025, 1, 12), b""),
        (date(2025, 1, 11), date(2025, 1, 13), b"ab"),
        (date(2024, 12, 1), date(2025, 1, 5), b""),
        (date(2024, 12, 1), date(2025, 1, 6), b"01"),
        (date(2025, 1, 17), date(2025, 3, 1), b"ij"),
        (date(2025, 1, 20), date(2025, 3, 1), b""),
    ],
)
def test_a_stretch_takes_the_marks_of_its_days(from_on: date, to_on: date, marks: bytes) -> None:
    assert Register(place(MONDAY), b"0123456789abcdefghij").over(from_on, to_on) == marks


def test_each_mark_has_its_day() -> None:
    found = Register(place(MONDAY), b"/-------L---------/-")
    assert list(found.each(MONDAY, MONDAY + timedelta(days=30))) == [
        (date(2025, 1, 6), "/"),
        (date(2025, 1, 10), "L"),
        (date(2025, 1, 17), "/"),
    ]


def test_counts_possible_attended_and_part_time() -> None:
    found = Register(place(MONDAY), rb"/\BOIdX#D-")
    assert found.sessions(MONDAY, MONDAY + timedelta(days=4)) == Sessions(6, 3, 1)


@pytest.mark.parametrize("seed", range(40))
def test_what_stands_is_what_the_clash_rule_lets_stand(seed: int) -> None:
    """Up to three registers that overlap in part, a placement in the middle of some weeks."""
    chance = random.Random(seed)
    open_days = (MONDAY + timedelta(days=8), MONDAY + timedelta(days=15))
    weeks = [
        Week(name, MONDAY + timedelta(weeks=n), "".join(chance.choices(BYTES, k=10)), UUID(int=0))
        for name in (SCHOOL, PRU, "100002")
        for n in sorted(chance.sample(range(5), 3))
    ]
    registers = [
        (name, register(*((w.week, w.marks) for w in weeks if w.organisation == name)))
        for name in (PRU, SCHOOL, "100002")
    ]
    found = standing(registers, lambda name: [open_days] if name == PRU else [])
    expected = effective(
        weeks, lambda name, on: name == PRU and open_days[0] <= on <= open_days[1]
    )[0]
    assert [
        mark
        for mark in found.each(MONDAY, MONDAY + timedelta(weeks=6))
        if mark[1] in codes.POSSIBLE_BYTES
    ] == [(mark.on, mark.byte) for mark in expected if mark.byte in codes.POSSIBLE_BYTES]
