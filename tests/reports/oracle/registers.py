"""Marks: the latest of each register, and one a session from all of them."""

from dataclasses import dataclass
from datetime import date

from tests.reports.oracle.facts import Facts
from tests.reports.oracle.story import Story

CLASSES = {
    "present": {"/", "\\", "L"},
    "approved": {"B", "K", "P", "V", "W", "J"},
    "authorised": {"C", "C1", "C2", "E", "I", "J1", "M", "R", "S", "T", "H"},
    "unauthorised": {"G", "N", "O", "U"},
}
BEST_FIRST = tuple(CLASSES)


def class_of(code: str) -> str | None:
    """None: not a possible session (D, Q, X, Y*, Z, #)."""
    return next((name for name, codes in CLASSES.items() if code in codes), None)


@dataclass(frozen=True, kw_only=True)
class Sessions:
    """A stretch of dates, counted."""

    present: int = 0
    approved: int = 0
    authorised: int = 0
    unauthorised: int = 0
    part_time: int = 0

    @property
    def attended(self) -> int:
        return self.present + self.approved

    @property
    def absent(self) -> int:
        return self.authorised + self.unauthorised

    @property
    def possible(self) -> int:
        return self.attended + self.absent

    def without_part_time(self) -> "Sessions":
        return Sessions(
            present=self.present, approved=self.approved,
            authorised=self.authorised - self.part_time, unauthorised=self.unauthorised,
        )  # fmt: skip


class Registers:
    """All marks of one pupil."""

    def __init__(self, facts: Facts, story: Story) -> None:
        self.facts = facts
        self.placements = story.placements()
        self.latest: dict[tuple[str, date, str], str] = {}
        for mark in facts.marks:
            if mark.pupil == story.pupil and mark.code != "-":
                self.latest[mark.organisation, mark.on, mark.session] = mark.code
        self.sessions: dict[tuple[date, str], dict[str, str]] = {}
        for (organisation, on, session), code in self.latest.items():
            self.sessions.setdefault((on, session), {})[organisation] = code
        self.standing = {at: self._standing(at[0], codes) for at, codes in self.sessions.items()}

    def _standing(self, on: date, codes: dict[str, str]) -> str | None:
        """Which of the codes of one session counts; None where none is possible."""
        possible = {o: c for o, c in codes.items() if class_of(c) is not None}
        placed = {
            o: c
            for o, c in possible.items()
            if self.facts.is_ap_provider(o)
            and any(p.start["provider"] == o and p.open_on(on) for p in self.placements)
        }
        ordered = sorted(
            (BEST_FIRST.index(class_of(c) or ""), o, c) for o, c in (placed or possible).items()
        )
        return ordered[0][2] if ordered else None

    def over(self, first: date, last: date) -> Sessions:
        codes = [c for (on, _), c in self.standing.items() if c and first <= on <= last]
        counts = {name: sum(class_of(c) == name for c in codes) for name in CLASSES}
        return Sessions(**counts, part_time=codes.count("C2"))

    def possible_at(self, organisation: str, first: date, last: date) -> int:
        """On its own register, before the clash rule."""
        return sum(
            class_of(code) is not None
            for (where, on, _), code in self.latest.items()
            if where == organisation and first <= on <= last
        )

    def first_present_at_school(self, story: Story, first: date, last: date) -> date | None:
        """On the register of a mainstream or special school where the pupil is on a main roll."""
        days = [
            on
            for (where, on, _), code in self.latest.items()
            if first <= on <= last
            and class_of(code) == "present"
            and self.facts.is_school(where)
            and any(s.school == where for s in story.main_spells(on))
        ]
        return min(days, default=None)
