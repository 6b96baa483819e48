"""Sends a world the ordinary way, and keeps for the oracle what was accepted and when."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

from ap_registry.ingest.attendance import import_attendance
from ap_registry.ingest.calendars import import_closures, import_terms
from ap_registry.ingest.organisations import import_organisations
from ap_registry.registry import Registry
from reports.command import outcomes_report
from tests.reports.oracle.facts import Block, Closure, Event, Facts, Mark
from tests.reports.oracle.report import Asked
from tests.reports.places import ORGANISATIONS, SLICES, World, organisations

ENVELOPE = {"type", "upn", "occurred_on", "by", "ref", "note"}


class Driver:
    """One registry and, beside it, the facts for the oracle."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.facts = Facts(organisations=organisations())
        self.ids: dict[str, str] = {}
        self.refused: Counter[str] = Counter()

    def send(self, world: World) -> Facts:
        for at in SLICES:
            self.registry.clock = at
            if at == SLICES[0]:
                self._import(import_organisations, ORGANISATIONS)
            for when, rows in world.terms:
                if when == at:
                    self.terms(at, rows)
            for when, organisation, on, removed in world.closures:
                if when == at:
                    self.closure(at, organisation, on, removed)
            self.notices(world.notices.get(at, []))
            self.registers(at, world.registers.get(at, []))
        return self.facts

    def _import(self, take: Any, text: str) -> None:
        with self.registry.database.connection() as connection:
            result = take(
                connection, BytesIO(text.encode()), today=self.registry.today(),
                clock=self.registry.clock,
            )  # fmt: skip
        assert result.errors == []

    def terms(self, at: datetime, rows: list[tuple[str, date, date]]) -> None:
        lines = "".join(f"{o},{first},{last}\n" for o, first, last in rows)
        self._import(import_terms, "organisation,starts_on,ends_on\n" + lines)
        self.facts.blocks += [
            Block(recorded_at=at, organisation=o, starts_on=first, ends_on=last)
            for o, first, last in rows
        ]

    def closure(self, at: datetime, organisation: str, on: date, removed: bool) -> None:
        said = "yes" if removed else ""
        text = f"organisation,date,reason,removed\n{organisation},{on},snow,{said}\n"
        self._import(import_closures, text)
        self.facts.closures.append(
            Closure(recorded_at=at, organisation=organisation, on=on, removed=removed)
        )

    def notices(self, notices: list[dict[str, Any]]) -> None:
        by_pupil: dict[str, list[dict[str, Any]]] = {}
        for notice in notices:
            by_pupil.setdefault(notice["upn"], []).append(notice)
        ordered = [n for of_pupil in by_pupil.values() for n in of_pupil]
        outcomes = self.registry.record_many(ordered, each=True)
        for notice, outcome in zip(ordered, outcomes, strict=True):
            if outcome.receipt is None:
                self.refused[f"{notice['type']} {[p.code for p in outcome.problems]}"] += 1
                continue
            self._accept(notice, outcome.receipt["event"])

    def _accept(self, notice: Mapping[str, Any], event: Mapping[str, Any]) -> None:
        self.ids[notice["ref"]] = str(event["id"])
        self.facts.events.append(
            Event(
                id=str(event["id"]),
                pupil=notice["upn"],
                type=notice["type"],
                version=event["version"],
                occurred_on=date.fromisoformat(notice["occurred_on"]),
                recorded_at=self.registry.now(),
                fields=self._resolved(notice),
            )
        )

    def _resolved(self, notice: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: self.ids.get(value, value) if isinstance(value, str) else value
            for name, value in notice.items()
            if name not in ENVELOPE
        }

    def registers(self, at: datetime, rows: list[tuple[str, str, date, str]]) -> None:
        text = "upn,organisation,week,marks\n" + "".join(
            f'{upn},{organisation},{week},"{marks}"\n' for upn, organisation, week, marks in rows
        )
        result = import_attendance(self.registry, BytesIO(text.encode()))
        refused = {error.row for error in result.errors}
        for number, (upn, organisation, week, marks) in enumerate(rows, start=1):
            if number in refused:
                self.refused[f"register {result.errors[0].code}"] += 1
                continue
            for place, code in enumerate(marks.split()):
                self.facts.marks.append(
                    Mark(
                        recorded_at=at,
                        pupil=upn,
                        organisation=organisation,
                        code=code,
                        on=week + timedelta(days=place // 2),
                        session=("AM", "PM")[place % 2],
                    )  # fmt: skip
                )

    def report(self, asked: Asked) -> dict[str, Any]:
        made = outcomes_report(
            self.registry, from_on=asked.first, to_on=asked.last, known_by=asked.known_by,
            provider=asked.provider, la=asked.la,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(made)
        del found["ledger"]
        return found
