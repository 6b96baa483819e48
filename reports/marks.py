"""A pupil's registers as packed marks, ten to a week: counted by bytes, never mark by mark."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from ap_registry import codes
from ap_registry.attendance import SESSIONS

EPOCH = date(2000, 1, 3)  # the Monday from which weeks are numbered
DAY = timedelta(days=1)
_EPOCH = EPOCH.toordinal()
_EPOCH_SENT = (EPOCH - date(2000, 1, 1)).days
_WEEK = np.dtype([("day", ">i4"), ("marks", f"V{SESSIONS}")])
_NONE = codes.NO_MARK.encode()
_ALL = bytes(range(256))
_CLASSES = (
    codes.PRESENT_BYTES, codes.APPROVED_BYTES, codes.AUTHORISED_BYTES, codes.UNAUTHORISED_BYTES,
)  # fmt: skip
_NOT_POSSIBLE = _ALL.translate(None, codes.POSSIBLE_BYTES.encode())
_NOT_ATTENDED = _ALL.translate(None, (codes.PRESENT_BYTES + codes.APPROVED_BYTES).encode())
_NOT_AUTHORISED = _ALL.translate(None, codes.AUTHORISED_BYTES.encode())
_NOT_UNAUTHORISED = _ALL.translate(None, codes.UNAUTHORISED_BYTES.encode())
_C2 = codes.to_byte("C2").encode()
_IMPOSSIBLE, _ELSEWHERE, _UNSEEN = 8, 4, 255  # ranks, and the key of no mark
Spans = Iterable[tuple[date, date | None]]


class Sessions(NamedTuple):
    """Counts over a window, after the clash rule."""

    possible: int
    attended: int
    c2: int

    @property
    def half_absent(self) -> bool:
        """At least 30 possible, and half of them or fewer attended."""
        return self.possible >= 30 and 2 * self.attended <= self.possible

    @property
    def without_c2(self) -> "Sessions":
        """With C2 (part-time timetable) out of possible."""
        return Sessions(self.possible - self.c2, self.attended, self.c2)


def place(on: date) -> int:
    """Where a day's AM mark stands, counted from EPOCH; a weekend stands with the Monday after."""
    week, day = divmod(on.toordinal() - _EPOCH, 7)
    return SESSIONS * week + min(2 * day, SESSIONS)


@dataclass(frozen=True, slots=True)
class Register:
    """All marks of one organisation without a gap; the first of them stands at ``first``."""

    first: int
    marks: bytes

    def over(self, from_on: date, to_on: date) -> bytes:
        """The marks of a stretch of dates, both ends included."""
        low, high = place(from_on) - self.first, place(to_on + DAY) - self.first
        return self.marks[max(0, low) : max(0, high)]

    def sessions(self, from_on: date, to_on: date) -> Sessions:
        marks = self.over(from_on, to_on)
        return Sessions(
            possible=len(marks.translate(None, _NOT_POSSIBLE)),
            attended=len(marks.translate(None, _NOT_ATTENDED)),
            c2=marks.count(_C2),
        )

    def absences(self, from_on: date, to_on: date) -> tuple[int, int, int]:
        """Possible sessions, authorised and unauthorised absences."""
        marks = self.over(from_on, to_on)
        return (
            len(marks.translate(None, _NOT_POSSIBLE)),
            len(marks.translate(None, _NOT_AUTHORISED)),
            len(marks.translate(None, _NOT_UNAUTHORISED)),
        )

    def each(self, from_on: date, to_on: date) -> Iterator[tuple[date, str]]:
        """(date, byte) of every mark of the stretch, in order."""
        marks = self.over(from_on, to_on)
        start = max(self.first, place(from_on))
        for number, byte in enumerate(marks.decode(), start):
            if byte != codes.NO_MARK:
                week, session = divmod(number, SESSIONS)
                yield EPOCH + timedelta(days=7 * week + session // 2), byte


def unpacked(registers: Sequence[bytes]) -> Iterator[Register]:
    """Each from its weeks, ascending: the Monday as PostgreSQL sends a date, and ten marks."""
    weeks = np.frombuffer(b"".join(registers), dtype=_WEEK)
    numbers = (weeks["day"] - _EPOCH_SENT) // 7
    sizes = np.array([len(one) // _WEEK.itemsize for one in registers], dtype=np.int64)
    ends = sizes.cumsum()
    firsts = numbers[ends - sizes]
    widths = numbers[ends - 1] - firsts + 1
    starts = widths.cumsum() - widths
    tape = np.full(widths.sum(), _NONE * SESSIONS, dtype=_WEEK["marks"])
    tape[np.repeat(starts - firsts, sizes) + numbers] = weeks["marks"]
    whole = tape.tobytes()
    for first, start, end in zip(
        firsts.tolist(), starts.tolist(), (starts + widths).tolist(), strict=True
    ):
        yield Register(SESSIONS * first, whole[SESSIONS * start : SESSIONS * end])


def together(first: Register, second: Register) -> Register:
    """A pupil's two registers of one organisation as one: the first's mark stands."""
    start = min(first.first, second.first)
    end = max(one.first + len(one.marks) for one in (first, second))
    tape = bytearray(_NONE * (end - start))
    for register in (second, first):
        for place, byte in enumerate(register.marks, register.first - start):
            if byte != _NONE[0]:
                tape[place] = byte
    return Register(start, bytes(tape))


def _keys(best: int) -> bytes:
    """By the byte of a mark its rank times 16 and its place among those of that rank.

    The better class ranks less, from ``best`` on; then no possible session, and last no mark.
    """
    keys = bytearray([_UNSEEN]) * 256
    for rank, marks in (*enumerate(_CLASSES, best), (_IMPOSSIBLE, codes.NOT_POSSIBLE_BYTES)):
        for number, mark in enumerate(marks.encode()):
            keys[mark] = 16 * rank + number
    return bytes(keys)


def _marks(*tables: bytes) -> bytes:
    """By the key of a mark its byte."""
    marks = bytearray(_NONE) * 256
    for keys in tables:
        for mark in codes.POSSIBLE_BYTES.encode() + codes.NOT_POSSIBLE_BYTES.encode():
            marks[keys[mark]] = mark
    return bytes(marks)


_PLACED, _OTHER = _keys(0), _keys(_ELSEWHERE)
_MARKS = _marks(_PLACED, _OTHER)


def standing(registers: Sequence[tuple[str, Register]], placed: Callable[[str], Spans]) -> Register:
    """One mark for each session by the clash rule (``ap_registry.attendance.effective``).

    ``placed``: while when the pupil had an open placement at an AP provider of that name.
    """
    if len(registers) == 1:
        return registers[0][1]
    first = min(r.first for _, r in registers)
    tape = bytearray([_UNSEEN]) * (max(r.first + len(r.marks) for _, r in registers) - first)
    keys = np.frombuffer(tape, dtype=np.uint8)
    for name, register in sorted(registers, key=itemgetter(0)):
        own = bytearray(register.marks.translate(_OTHER))
        for start, end in placed(name):
            low = max(0, place(start) - register.first)
            high = len(own) if end is None else max(0, place(end + DAY) - register.first)
            own[low:high] = register.marks[low:high].translate(_PLACED)
        offset = register.first - first
        held, new = keys[offset : offset + len(own)], np.frombuffer(own, dtype=np.uint8)
        np.copyto(held, new, where=(new | 15) < held)  # of a better rank
    return Register(first, bytes(tape.translate(_MARKS)))
