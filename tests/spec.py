"""given … when … then: notices against a pupil's history, without a database.

The same reading, judging and folding as the registry's, in the world of ``tests/world.py``.
"""

import csv
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.calendar import Calendars, TermBlock
from ap_registry.errors import Refused
from ap_registry.follow_ups import status_on
from ap_registry.history import Picture
from ap_registry.intake import Intake
from ap_registry.notice import FollowUp, World
from ap_registry.organisations import Organisation
from ap_registry.pupil import Pupil
from ap_registry.receipts import Accepted
from ap_registry.sent import Settings
from ap_registry.views import show_pupil, show_timeline
from ap_registry.workspace import Workspace
from tests.builders import STARTED, Notice
from tests.world import ORGANISATIONS, PUPIL, TERMS, TODAY


@cache
def _organisations() -> dict[str, Organisation]:
    return {
        row["id"]: Organisation(
            id=row["id"], kind=row["kind"], name=row["name"], la=row["la"] or None,
            type_code=row["type_code"] or None,
        )
        for row in csv.DictReader(ORGANISATIONS.splitlines())
    }  # fmt: skip


def make_world(terms: str = TERMS, closures: Iterable[tuple[str, str]] = ()) -> World:
    """The organisations of the small world, with these terms and closures."""
    blocks: dict[str, list[TermBlock]] = {}
    for row in csv.DictReader(terms.splitlines()):
        block = TermBlock(date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"]))
        blocks.setdefault(row["organisation"], []).append(block)
    closed: dict[str, dict[date, str]] = {}
    for organisation, day in closures:
        closed.setdefault(organisation, {})[date.fromisoformat(day)] = "snow"
    found = _organisations()
    calendars = Calendars(
        terms={name: tuple(sorted(several)) for name, several in blocks.items()},
        closures=closed,
        la_of={one.id: f"LA{one.la}" for one in found.values() if one.la and one.kind != "la"},
    )
    return World(organisation=found.get, calendars=calendars)


class Story:
    """One pupil's notices so far."""

    def __init__(
        self, world: World | None = None, caller: Caller = COMMAND_LINE, today: date = TODAY
    ) -> None:
        self.world = world or make_world()
        settings = Settings(caller=caller, today=today, hash_key=b"tests")
        self.intake = Intake(world=self.world, settings=settings)
        self.last: Accepted | None = None

    def told(self, *notices: Notice) -> "Story":
        for notice in notices:
            found = self.intake.take(as_sent(notice))
            assert isinstance(found, Accepted)
            self.last = found
        return self

    when = told

    @property
    def workspace(self) -> Workspace:
        return self.intake.known[PUPIL]

    @property
    def picture(self) -> Picture:
        return self.workspace.picture

    @property
    def pupil(self) -> Pupil:
        return self.picture.pupil

    def id(self, ref: str) -> UUID:
        return next(r.id for r in self.workspace.history.recorded if r.ref == ref)

    def refuses(self, notice: Notice) -> list[tuple[str, str]]:
        """Pointers and codes of the refusal; fails where it is accepted."""
        try:
            self.told(notice)
        except Refused as refused:
            return [(problem.pointer, problem.code) for problem in refused.problems]
        raise AssertionError(f"{notice.type} was accepted")

    def flags(self) -> list[str]:
        """Rules that the last notice broke, as its receipt lists them."""
        assert self.last is not None
        return [flag.rule for flag in self.last.flags]

    def all_flags(self) -> list[str]:
        return [flag.rule for flag in self.picture.flags]

    def receipt(self, part: str) -> list[str]:
        """Kinds of follow-ups that the last notice ``opened``, ``closed`` or ``moved``."""
        assert self.last is not None
        return [one["kind"] for one in self.last.body()["follow_ups"][part]]

    def follow_up(self, kind: str) -> FollowUp:
        """The only one of its kind."""
        (found,) = self.follow_ups(kind)
        return found

    def follow_ups(self, kind: str) -> list[FollowUp]:
        return [one for one in self.picture.follow_ups.values() if one.kind == kind]

    def due(self, kind: str) -> str:
        return self.follow_up(kind).due_on.isoformat()

    def status(self, kind: str, on: str) -> str:
        one = self.follow_up(kind)
        return status_on(one.closed_on, one.outcome, one.due_on, date.fromisoformat(on))

    def shown(self, on: date = TODAY) -> dict[str, Any]:
        """As ``pupil show`` tells it."""
        workspace = self.workspace
        return show_pupil(
            workspace.history, self.world, pupil_id=workspace.pupil_id, first_upn=PUPIL, on=on
        )

    def timeline(self) -> list[dict[str, Any]]:
        return show_timeline(self.workspace.history, self.world)


def as_sent(notice: Notice, upn: str = PUPIL) -> dict[str, Any]:
    sent = {
        "type": notice.type, "upn": upn, "occurred_on": notice.on, "by": notice.by,
        "ref": notice.ref, "note": notice.note, **notice.values,
    }  # fmt: skip
    return {name: value for name, value in sent.items() if value is not None}


def given(*notices: Notice, world: World | None = None, today: date = TODAY) -> Story:
    """A registered pupil on the roll of Alder School since September 2024, and what is told."""
    return Story(world, today=today).told(*STARTED, *notices)


def unregistered(*notices: Notice, world: World | None = None) -> Story:
    return Story(world).told(*notices)
