"""One pupil's story told by hand, and the row of the report that it makes."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

from ap_registry.ingest.attendance import import_attendance
from ap_registry.registry import Registry
from reports.command import outcomes_report
from tests.world import GARAGE, PERSON, PRU, SCHOOL, upn

YEAR_2025 = (date(2024, 9, 1), date(2025, 8, 31))
YEAR_2026 = (date(2025, 9, 1), date(2026, 8, 31))
Row = Mapping[str, Any]


class Telling:
    """A pupil on the roll of Alder School, in Year 9 in 2024/25 unless born another day."""

    def __init__(
        self, registry: Registry, number: int = 1, *, on_roll: bool = True, **details: Any
    ) -> None:
        self.registry, self.upn = registry, upn(number)
        self.tell("pupil_registered", "2024-09-02", by=SCHOOL, **{**PERSON, **details})
        if on_roll:
            self.tell("joined_roll", "2024-09-02", school=SCHOOL, registration="C")

    def tell(self, type_: str, on: str, **fields: Any) -> str:
        """Its id."""
        notice = {"type": type_, "occurred_on": on, "upn": self.upn, "by": "LA856", **fields}
        receipt = self.registry.record(notice).receipt
        assert receipt is not None
        return str(receipt["event"]["id"])

    def placed(
        self, on: str, until: str | None = None, why: str = "breakdown", **facts: Any
    ) -> str:
        """At Bridge PRU for behaviour, meant to return."""
        placement = self.tell(
            "placement_started", on,
            **{"provider": PRU, "commissioner": SCHOOL, "reason": "behaviour", "intent": "return",
               "ends_on": "2026-07-10", "sessions_per_week": 10, **facts},
        )  # fmt: skip
        if until is not None:
            self.tell("placement_ended", until, placement=placement, end_reason=why)
        return placement

    def outreach(
        self, on: str, until: str | None, why: str = "completed", *, sessions: int = 5
    ) -> str:
        """From Second Gear, at Alder School."""
        outreach = self.tell("outreach_started", on, provider=GARAGE, school=SCHOOL, focus="Calm")
        for _ in range(sessions):
            self.tell("outreach_session", on, outreach=outreach, minutes=60, delivered=True)
        if until is not None:
            self.tell("outreach_ended", until, outreach=outreach, end_reason=why)
        return outreach

    def suspended(self, on: str, **facts: Any) -> str:
        return self.tell(
            "suspension", on,
            **{"school": SCHOOL, "sessions": 2, "ends_on": on, "reasons": ["PP"], **facts},
        )  # fmt: skip

    def excluded(self, on: str) -> str:
        return self.tell("permanent_exclusion", on, school=SCHOOL, reasons=["PP"])

    def marked(self, organisation: str, first: str, sessions: int, code: str = "/") -> None:
        """That many marks in a row, AM and PM from Monday to Friday, holidays or not."""
        day, rows = date.fromisoformat(first), []
        for number in range(sessions):
            rows.append((day, ("AM", "PM")[number % 2]))
            if number % 2:
                day += timedelta(days=3 if day.weekday() == 4 else 1)
        text = "upn,organisation,date,session,code\n" + "".join(
            f'{self.upn},{organisation},{on},{session},"{code}"\n' for on, session in rows
        )
        result = import_attendance(self.registry, BytesIO(text.encode()))
        assert result.errors == []


def report(
    registry: Registry,
    period: tuple[date, date] = YEAR_2025,
    known_by: datetime | None = None,
    **narrowed: str,
) -> dict[str, Any]:
    made = outcomes_report(
        registry, from_on=period[0], to_on=period[1], known_by=known_by, **narrowed
    )
    found: dict[str, Any] = json.loads(made)
    return found


def counts(row: Row) -> dict[str, Any]:
    """What a row counts, without nothings."""
    wanted = ("numerator", "denominator", "pending", "unknown", "excluded")
    return {name: row[name] for name in wanted if row[name]}


def came_of(
    registry: Registry, measure: str, period: tuple[date, date] = YEAR_2025, **asked: Any
) -> str:
    """Where the only episode of a measure counts: success, failed, unknown, pending, a reason."""
    rows = [
        r for r in report(registry, period, **asked)["totals"]
        if r["measure"] == measure and r["la"] == "all" and "group" not in r
    ]  # fmt: skip
    if not rows:
        return "none"
    (row,) = rows
    if row["excluded"]:
        (reason,) = row["excluded"]
        return str(reason)
    if row["denominator"]:
        return "success" if row["numerator"] else "failed"
    return "pending" if row["pending"] else "unknown"


def beside(
    registry: Registry, measure: str, period: tuple[date, date] = YEAR_2025
) -> dict[str, dict[str, Any]]:
    """The secondary figures of all providers together, by name."""
    return {
        r["name"]: {k: v for k, v in r.items() if k not in {"la", "measure", "name"}}
        for r in report(registry, period)["secondary"]
        if r["measure"] == measure and r.get("la") == "all"
    }
